"""Section 4, How many animals: assurance, power, designs, the allocation list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from exoheart import trial
from exoheart.figures import numbers
from exoheart.planning.words import allocated, number, treated
from exoheart.prediction import Prediction
from exoheart.records.making import MakePlan
from exoheart.trial import Probability

#: Animals per arm of the designs compared with the planned one.
_GRID = (4, 6, 8, 10, 12, 16, 24, 32)
_TESTS = {
    "welch": "Welch's t test",
    "student": "Student's t test",
    "mann-whitney": "Mann-Whitney test",
}


#: Share of trials without two animals a group, above which it is said.
_RARE = 0.01


@dataclass(frozen=True, slots=True)
class _Chances:
    """What the planned trial finds.

    `best` is the arm of the highest assurance; `effect` and `detectable` are in the
    primary endpoint's unit, with the sign of a benefit; `power` is at `effect`.
    """

    assurance: Mapping[str, Probability]
    best: str
    effect: float | None
    power: Mapping[str, Probability] | None
    detectable: float | None


def animals(
    prediction: Prediction, made: MakePlan, rows: tuple[trial.Allocated, ...]
) -> dict[str, Any]:
    """Give the section on numbers of animals.

    Parameters
    ----------
    prediction
        Pool and trials.
    made
        Says how many vials the planned numbers need.
    rows
        The allocation list.
    """
    study, seed = prediction.study, prediction.seed
    common = {
        "analysis": f"{_TESTS[study.design.analysis]} of each treated arm against its "
        "control on the primary endpoint, two-sided, Holm across arms",
        "attrition": number(float(np.mean(prediction.settings.attrition))),
        "alpha": study.design.alpha,
        "target_power": study.design.power,
        "allocation": {
            "file": "allocation.csv",
            "seed": seed,
            "block_size": sum(1 for row in rows if row.block == 1),
            "animals": len(rows),
        },
    }
    if not treated(study):
        sentence = (
            "The study has no treated arm, so there is no difference to find; the "
            "allocation list puts its animals in random order."
        )
        nothing: dict[str, Any] = {
            "planned": [],
            "designs": [],
            "detectable_effect": None,
        }
        return {"sentence": sentence, **nothing, **common}
    found = _chances(prediction)
    return {
        "sentence": _sentence(prediction, found),
        "planned": _planned(prediction, found),
        "designs": _designs(prediction, made, found),
        "detectable_effect": _weakest(prediction, found.detectable),
        **common,
    }


def _chances(prediction: Prediction) -> _Chances:
    study, pool, seed = prediction.study, prediction.pool, prediction.seed
    sign = pool.endpoints[pool.index(study.primary)].sign
    sure = trial.assurance(trial.analyse(prediction.trials, study))
    detectable = _beneficial(trial.detectable_effect(pool, study, seed), sign)
    named = _beneficial(study.design.effect, sign)
    effect = detectable if named is None else named
    power = None
    if effect is not None:
        count = len(prediction.trials)
        power = trial.conditional_power(pool, study, effect, seed, count)
    best = max(sure, key=lambda name: sure[name].value)
    return _Chances(sure, best, effect, power, detectable)


def _beneficial(effect: float | None, sign: float) -> float | None:
    """Give an effect the sign of a benefit; as it is where neither way is good."""
    return effect if effect is None or not sign else sign * abs(effect)


def _weakest(prediction: Prediction, effect: float | None) -> dict[str, Any] | None:
    """Give the detectable effect with the arm that sets it."""
    if effect is None:
        return None
    study, pool = prediction.study, prediction.pool
    power = trial.conditional_power(pool, study, effect, prediction.seed)
    arm = min(power, key=lambda name: power[name].value)
    unit = pool.endpoints[pool.index(study.primary)].difference_unit
    return {"arm": arm, "n": study.arm(arm).n, "effect": effect, "unit": unit}


def _planned(prediction: Prediction, found: _Chances) -> list[dict[str, Any]]:
    rows = []
    for arm in treated(prediction.study):
        control = prediction.study.control_of(arm)
        sure = found.assurance[arm.name]
        power = None if found.power is None else found.power[arm.name].value
        rows.append(
            {
                "arm": arm.name,
                "control": "" if control is None else control.name,
                "n": arm.n,
                "assurance": number(sure.value),
                "assurance_error": number(sure.error),
                "power": number(power),
                "power_effect": number(found.effect),
            }
        )
    return rows


def _designs(
    prediction: Prediction, made: MakePlan, found: _Chances
) -> list[dict[str, Any]]:
    """Give one row for each number of animals, all of the arm that does best."""
    study = prediction.study
    arms = len(treated(study))
    planned = sum(arm.n for arm in treated(study))
    vials = sum(p.quantity("vials").median for p in made.products.values())
    rows = []
    for point in _points(prediction, found.effect):
        sure = point.assurance[found.best]
        known = point.conditional
        rows.append(
            {
                "arm": found.best,
                "n_per_arm": point.n,
                "animals": point.animals,
                "vials": number(float(np.ceil(vials * point.n * arms / planned))),
                "assurance": number(sure.value),
                "assurance_error": number(sure.error),
                "power": None if known is None else known[found.best].value,
            }
        )
    return rows


def _points(
    prediction: Prediction, effect: float | None
) -> tuple[trial.PowerPoint, ...]:
    """Try every size; the planned one with the planned trial's own random numbers."""
    study, pool, seed = prediction.study, prediction.pool, prediction.seed
    sizes = {arm.n for arm in study.arms}
    same = sizes if len(sizes) == 1 and min(sizes) >= 2 else set()
    others = sorted({*_GRID} - same)
    count = len(prediction.trials)
    points = (
        *trial.power_by_n(pool, study, seed, others, effect),
        *trial.power_by_n(pool, study, seed, sorted(same), effect, count),
    )
    return tuple(sorted(points, key=lambda point: point.n))


def _sentence(prediction: Prediction, found: _Chances) -> str:
    study, pool = prediction.study, prediction.pool
    unit = pool.endpoints[pool.index(study.primary)].difference_unit
    best = found.assurance[found.best]
    lost = float(np.mean(prediction.settings.attrition))
    sentence = (
        f"With {allocated((study.arm(found.best).n,), lost)} the planned trial would "
        f"show a difference for {found.best} with a probability of "
        f"{numbers.probability(best.value, best.error)}, all uncertainty counted"
    )
    if study.design.effect is not None and found.power is not None:
        power = numbers.probability(found.power[found.best].value)
        named = numbers.quantity(found.effect, unit)
        sentence += f"; if the true effect were {named}, with {power}"
    few = _few(prediction)
    if found.detectable is None:
        end = "No difference within the scale reaches the wanted power."
        return f"{sentence}. {few}{end}"
    return (
        f"{sentence}. {few}A true difference of "
        f"{numbers.quantity(found.detectable, unit)} "
        f"would be found with a power of {100 * study.design.power:.0f} %; below that, "
        "more animals are needed, and no number of animals helps in the draws in which "
        "the product does nothing."
    )


def _few(prediction: Prediction) -> str:
    """Say how often too few animals are left to compare, if that is not rare."""
    compared = {arm.name for arm in treated(prediction.study)}
    arms = [arm for arm in prediction.arms if arm.name in compared]
    worst = max(arms, key=lambda arm: arm.not_analysable)
    if worst.not_analysable <= _RARE:
        return ""
    return (
        f"In {numbers.probability(worst.not_analysable)} of trials {worst.name} or its "
        "control would keep fewer than two animals; these count as finding nothing. "
    )
