"""Section 4, How many animals: assurance, power, designs, the allocation list."""

from __future__ import annotations

from typing import Any

import numpy as np

from exoheart import trial
from exoheart.planning.words import number, treated
from exoheart.prediction import Prediction
from exoheart.records.product import MakePlan

#: Animals per arm of the designs compared with the planned one.
_GRID = (4, 6, 8, 10, 12, 16, 24, 32)
_TESTS = {
    "welch": "Welch's t test",
    "student": "Student's t test",
    "mann-whitney": "Mann-Whitney test",
}


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
    study, pool, seed = prediction.study, prediction.pool, prediction.seed
    compared = treated(study)
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
    if not compared:
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
    detectable = trial.detectable_effect(pool, study, seed)
    effect = study.design.effect if study.design.effect is not None else detectable
    item = pool.endpoints[pool.index(study.primary)]
    smallest = min(arm.n for arm in compared)
    return {
        "sentence": _sentence(prediction, detectable),
        "planned": _planned(prediction, effect),
        "designs": _designs(prediction, made, effect),
        "detectable_effect": None
        if detectable is None
        else {"n": smallest, "effect": detectable, "unit": item.difference_unit},
        **common,
    }


def _planned(prediction: Prediction, effect: float | None) -> list[dict[str, Any]]:
    study, pool = prediction.study, prediction.pool
    sure = trial.assurance(trial.analyse(prediction.trials, study))
    power = (
        None
        if effect is None
        else trial.conditional_power(pool, study, effect, prediction.seed)
    )
    rows = []
    for arm in treated(study):
        control = study.control_of(arm)
        rows.append(
            {
                "arm": arm.name,
                "control": "" if control is None else control.name,
                "n": arm.n,
                "assurance": number(sure[arm.name].value),
                "assurance_error": number(sure[arm.name].error),
                "power": None if power is None else number(power[arm.name].value),
                "power_effect": effect,
            }
        )
    return rows


def _designs(
    prediction: Prediction, made: MakePlan, effect: float | None
) -> list[dict[str, Any]]:
    study = prediction.study
    points = trial.power_by_n(prediction.pool, study, prediction.seed, _GRID, effect)
    planned = sum(arm.n for arm in treated(study))
    vials = sum(p.quantity("vials").median for p in made.products.values())
    rows = []
    for point in points:
        best = max(point.assurance.values(), key=lambda one: one.value)
        known = point.conditional
        power = None if known is None else max(one.value for one in known.values())
        given = point.n * len(treated(study))
        rows.append(
            {
                "n_per_arm": point.n,
                "animals": point.animals,
                "vials": number(float(np.ceil(vials * given / planned))),
                "assurance": number(best.value),
                "assurance_error": number(best.error),
                "power": power,
            }
        )
    return rows


def _sentence(prediction: Prediction, detectable: float | None) -> str:
    study, pool = prediction.study, prediction.pool
    sure = trial.assurance(trial.analyse(prediction.trials, study))
    name, best = max(sure.items(), key=lambda pair: pair[1].value)
    arm = study.arm(name)
    item = pool.endpoints[pool.index(study.primary)]
    sentence = (
        f"With {arm.n} animals the planned trial would show a difference for {name} "
        f"with a probability of {100 * best.value:.0f} % "
        f"(± {100 * best.error:.0f}), all uncertainty counted"
    )
    if detectable is None:
        return f"{sentence}; no difference within the scale reaches the wanted power."
    if study.design.effect is not None:
        power = trial.conditional_power(
            pool, study, study.design.effect, prediction.seed
        )
        named = f"{study.design.effect:g} {item.difference_unit}".replace(
            "-", "\N{MINUS SIGN}"
        )
        sentence += (
            f"; if the true effect were {named}, with {100 * power[name].value:.0f} %"
        )
    return (
        f"{sentence}. A true difference of {detectable:.3g} {item.difference_unit} "
        f"would be found with a power of {100 * study.design.power:.0f} %; below that, "
        "more animals are needed, and no number of animals helps in the draws in which "
        "the product does nothing."
    )
