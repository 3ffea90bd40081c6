"""Section 1, Answer: chance of benefit, interval, median, one sentence each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from exoheart.planning.words import number, pair
from exoheart.prediction import Prediction
from exoheart.trial import ArmSummary, EndpointSummary

#: Chance of benefit below which a published benefit is set against the answer.
_HARDLY = 0.05


def answer(
    prediction: Prediction,
    measured_share: float | None,
    published: Mapping[str, Any],
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
    """
    rows, sentences = [], []
    for arm in prediction.arms:
        for one in arm.endpoints:
            if one.difference is not None:
                rows.append(_row(prediction, arm, one))
                sentences.append(_sentence(prediction, arm, one))
                sentences.extend(_disagreement(prediction, arm, one, published))
    if not rows:
        sentences = [_control_sentence(prediction, arm) for arm in prediction.arms]
    elif all(row["probability_of_benefit"] is not None for row in rows):
        sentences.append(
            "Before any calibration on therapy the model can't tell its rival "
            "mechanisms apart and gives a quarter of its draws to no effect at all; "
            "how many bound or taken-up vesicles a cell needs is assumed over four "
            "orders of magnitude. The intervals are as wide as that."
        )
    return {"sentences": sentences, "rows": rows, "measured_share": measured_share}


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
    n = prediction.study.arm(arm.name).n
    other = prediction.study.arm(found.control).n
    unit = one.item.difference_unit
    low, high = found.interval90
    what = f"{arm.name} against {found.control}, {one.item.endpoint.label}"
    trial = (
        f"one future trial with {n} and {other} animals would show a difference "
        f"between {_signed(low)} and {_signed(high)} {unit} (90 %; median "
        f"{_signed(found.median)})."
    )
    if found.benefit is None:
        return f"{what}: {trial}"
    side = "smaller" if one.item.better == "lower" else "larger"
    least = 100 * prediction.settings.negligible
    return (
        f"{what}: the chance that the treatment itself makes it {side} by more than "
        f"{least:g} % of its value is {100 * found.benefit.value:.0f} % (± "
        f"{100 * found.benefit.error:.0f}); {trial}"
    )


def _disagreement(
    prediction: Prediction,
    arm: ArmSummary,
    one: EndpointSummary,
    published: Mapping[str, Any],
) -> list[str]:
    """Say where published work found what the model finds next to impossible."""
    chance = None if one.difference is None else one.difference.benefit
    if chance is None or chance.value > _HARDLY:
        return []
    good = {"lower": "decrease", "higher": "increase"}[one.item.better]
    planned, species = prediction.study.arm(arm.name), prediction.study.animal.species
    form = prediction.study.products[planned.product or ""].form
    wanted = (planned.route, species, form, good)
    against = {
        row["study"]: row["verification"]
        for row in published["nearest"]
        if (row["route"], row["species"], row["form"], row["direction"]) == wanted
        and row["outcome"].startswith(one.item.endpoint.quantity)
    }
    if not against:
        return []
    named = ", ".join(f"{name} ({read} read)" for name, read in against.items())
    return [
        f"Published work disagrees: for this species and route, {named} reports a "
        f"{good} of {one.item.endpoint.quantity}. Either its dose differs from this "
        "one, or the model lacks the pathway by which it worked."
    ]


def _control_sentence(prediction: Prediction, arm: ArmSummary) -> str:
    parts = [
        f"{one.item.endpoint.label}: {one.interval90[0]:.3g} to "
        f"{one.interval90[1]:.3g} {one.item.unit} (90 % of trials; median "
        f"{one.median:.3g})"
        for one in arm.endpoints
    ]
    n = prediction.study.arm(arm.name).n
    return f"{arm.name}, mean of {n} animals: {'; '.join(parts)}."


def _signed(value: float) -> str:
    """Give a number with its sign (a true minus) and two significant digits."""
    text = f"{abs(value):.2g}"
    if float(text) == 0:
        return "0"
    return ("\N{MINUS SIGN}" if value < 0 else "+") + text
