"""Section 1, Answer: chance of benefit, interval, median, one sentence each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from exoheart.figures import numbers
from exoheart.planning.how_mechanisms import prior_weights
from exoheart.planning.words import allocated, number, pair, signed
from exoheart.prediction import Prediction
from exoheart.records.making import MakePlan
from exoheart.records.study import Arm
from exoheart.trial import ArmSummary, EndpointSummary

#: A product that exists in time in no more of the draws can't be planned with.
HARDLY_EVER = 0.05
#: A published benefit is set against the answer where the chance of benefit is below
#: this, with twice its Monte Carlo error: 0 of 64 draws suffice, 0 of 32 don't.
_HARDLY = 0.05


def answer(
    prediction: Prediction,
    measured_share: float | None,
    published: Mapping[str, Any],
    made: MakePlan,
) -> dict[str, Any]:
    """Give the answer section of a plan.

    Parameters
    ----------
    prediction
        Summaries of every arm.
    measured_share
        Of the answer's variance, or None.
    published
        The section on published work, to say where it disagrees.
    made
        How the products are made: one that can't exist in time comes first.
    """
    rows, sentences = [], impossible(made)
    for arm in prediction.arms:
        for one in arm.endpoints:
            if one.difference is not None:
                rows.append(_row(prediction, arm, one))
                sentences.append(_sentence(prediction, arm, one))
                sentences.extend(_disagreement(prediction, arm, one, published))
    if not rows:
        sentences = [_control_sentence(prediction, arm) for arm in prediction.arms]
    elif all(row["probability_of_benefit"] is not None for row in rows):
        none = prior_weights(prediction)["none"]
        sentences.append(
            "Before any calibration on therapy the model can't tell its rival "
            f"mechanisms apart and gives {none:.0%} of its draws to no effect at all; "
            "how many bound or taken-up vesicles a cell needs is "
            "assumed over four orders of magnitude. The intervals are as wide as that."
        )
    return {"sentences": sentences, "rows": rows, "measured_share": measured_share}


def impossible(made: MakePlan) -> list[str]:
    """Say which products can't exist when they are due, before what they would do."""
    return [
        f"{one.timing.sentence} What follows is what it would do if it existed."
        for one in made.products.values()
        if one.timing.in_time <= HARDLY_EVER
    ]


def _row(
    prediction: Prediction, arm: ArmSummary, one: EndpointSummary
) -> dict[str, Any]:
    difference = one.difference
    chance = None if difference is None else difference.benefit
    return {
        "arm": arm.name,
        "control": None if difference is None else difference.control,
        "endpoint": one.item.endpoint.label,
        "unit": one.item.difference_unit,
        "primary": one.item.endpoint == prediction.study.primary,
        "better": one.item.better,
        "probability_of_benefit": None if chance is None else number(chance.value),
        "probability_error": None if chance is None else number(chance.error),
        "interval90": [None, None]
        if difference is None
        else pair(difference.interval90),
        "median": None if difference is None else number(difference.median),
    }


def _sentence(prediction: Prediction, arm: ArmSummary, one: EndpointSummary) -> str:
    found = one.difference
    if found is None:
        return ""
    groups = (prediction.study.arm(name).n for name in (arm.name, found.control))
    size = allocated(tuple(groups), float(np.mean(prediction.settings.attrition)))
    unit = one.item.difference_unit
    low, high = found.interval90
    what = f"{arm.name} against {found.control}, {one.item.endpoint.label}"
    trial = (
        f"one future trial with {size} would show a difference "
        f"between {signed(low)} and {signed(high)} {unit} (90 %; median "
        f"{signed(found.median)})."
    )
    if found.benefit is None:
        return f"{what}: {trial}"
    side = "smaller" if one.item.better == "lower" else "larger"
    least = 100 * prediction.settings.negligible
    return (
        f"{what}: the chance that the treatment itself makes it {side} by more than "
        f"{least:g} % of its value is "
        f"{numbers.probability(found.benefit.value, found.benefit.error)}; {trial}"
    )


def _dosed(arm: Arm) -> bool:
    return arm.dose is not None and arm.dose.value > 0


def _disagreement(
    prediction: Prediction,
    arm: ArmSummary,
    one: EndpointSummary,
    published: Mapping[str, Any],
) -> list[str]:
    """Say where published work found what the model finds next to impossible.

    Never of an arm that is given nothing, nor where so few draws were made that the
    chance could well be larger.
    """
    chance = None if one.difference is None else one.difference.benefit
    planned, species = prediction.study.arm(arm.name), prediction.study.animal.species
    if chance is None or chance.value + 2 * chance.error > _HARDLY:
        return []
    if planned.product is None or not _dosed(planned):
        return []
    good = {"lower": "decrease", "higher": "increase"}[one.item.better]
    form = prediction.study.products[planned.product].form
    wanted = (planned.route, species, form, good)
    against = {
        row["study"]: row["verification"]
        for row in published["nearest"]
        if (row["route"], row["species"], row["form"], row["direction"]) == wanted
        and row["outcome"].startswith(one.item.endpoint.quantity)
    }
    if not against:
        return []
    article = "an" if good == "increase" else "a"
    named = ", ".join(f"{name} ({read} read)" for name, read in against.items())
    return [
        f"Published work disagrees: for this species and route, {named} reports "
        f"{article} {good} of {one.item.endpoint.quantity}. Either its dose differs "
        "from this one, or the model lacks the pathway by which it worked."
    ]


def _control_sentence(prediction: Prediction, arm: ArmSummary) -> str:
    parts = [
        f"{one.item.endpoint.label}: {one.interval90[0]:.3g} to "
        f"{one.interval90[1]:.3g} {one.item.unit} (90 % of trials; median "
        f"{one.median:.3g})"
        for one in arm.endpoints
    ]
    lost = float(np.mean(prediction.settings.attrition))
    size = allocated((prediction.study.arm(arm.name).n,), lost)
    return f"{arm.name}, mean of {size}: {'; '.join(parts)}."
