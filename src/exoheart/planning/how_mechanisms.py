"""Rival mechanisms of section 3: weight, occupancy, effect, and what goes with them."""

from __future__ import annotations

from typing import Any

import numpy as np

from exoheart.figures import numbers
from exoheart.heart import mechanisms
from exoheart.planning.more_draws import own_effects
from exoheart.planning.words import (
    DECIMALS,
    MECHANISM_TITLES,
    estimate,
    number,
    pair,
    spread,
)
from exoheart.prediction import ArmAccount, Prediction, StoichiometricAccount
from exoheart.records.study import Arm
from exoheart.therapy import MECHANISMS

#: Shares of draws beyond which a mechanism can or can't occupy: a convention.
_ABLE, _UNABLE = 0.5, 0.05
_UG_PER_MG = 1000.0


def mechanism_rows(
    prediction: Prediction, arm: Arm, account: ArmAccount
) -> list[dict[str, Any]]:
    """Give what each rival mechanism could do in one arm, "none" last."""
    labels = np.array(prediction.pool.mechanisms)
    control = prediction.study.control_of(arm)
    effects = (
        np.zeros(len(prediction.pool.usable))
        if control is None
        else own_effects(prediction, arm, control).effect
    )
    weights = prior_weights(prediction)
    in_trial = _trial_differences(prediction, arm)
    rows = []
    for name in (*MECHANISMS, "none"):
        share = account.able.get(name)
        mine = effects[labels[prediction.pool.usable] == name]
        rows.append(
            {
                "id": name,
                "title": MECHANISM_TITLES[name],
                "prior": weights[name],
                "drawn": float(np.mean(labels == name)),
                "arm": arm.name,
                "able": _verdict(share),
                "probability_able": share,
                "threshold": mechanisms.ABLE,
                "effect": {
                    "unit": _unit(prediction),
                    **spread(mine.round(DECIMALS) + 0.0),
                }
                if mine.size
                else None,
                "trial_difference": in_trial.get(name),
            }
        )
    return rows


def prior_weights(prediction: Prediction) -> dict[str, float]:
    """Give the weight of each mechanism before any data; they add up to one."""
    names = (*MECHANISMS, "none")
    raw = [prediction.priors[f"mechanism.prior_weight.{n}"].value for n in names]
    return {name: value / sum(raw) for name, value in zip(names, raw, strict=True)}


def _trial_differences(prediction: Prediction, arm: Arm) -> dict[str, dict[str, Any]]:
    """Give the primary difference to control in one trial, by mechanism."""
    summary = next(one for one in prediction.arms if one.name == arm.name)
    main = prediction.pool.index(prediction.study.primary)
    difference = summary.endpoints[main].difference
    if difference is None:
        return {}
    return {
        one.id: {
            "unit": difference.unit,
            "median": number(one.median),
            "interval90": pair(one.interval90),
        }
        for one in difference.by_mechanism
    }


def _verdict(share: float | None) -> str:
    if share is None:
        return "unable"
    if share >= _ABLE:
        return "able"
    return "unable" if share <= _UNABLE else "undecided"


def _unit(prediction: Prediction) -> str:
    number = prediction.pool.index(prediction.study.primary)
    return prediction.pool.endpoints[number].difference_unit


def dissolved_rows(one: ArmAccount) -> list[dict[str, Any]]:
    """Say how much dissolved protein comes with an arm's doses, if any does."""
    if not one.dissolved_ug.high > 0.0:
        return []
    given, peak = one.dissolved_ug, one.dissolved_at_risk
    per, unit = (_UG_PER_MG, "mg") if given.high > _UG_PER_MG else (1.0, "ug")
    ends = numbers.interval([given.low / per, given.high / per], unit)
    sentence = (
        f"With the doses of {one.arm} come "
        f"{numbers.quantity(given.median / per, unit)} of protein outside vesicles "
        f"(90 % interval {ends}); at its peak a gram of the area at risk holds "
        f"{numbers.quantity(peak.median, 'ug')} of it "
        f"({numbers.interval([peak.low, peak.high], 'ug')})."
    )
    return [
        {
            "arm": one.arm,
            "protein_ug": estimate(given),
            "peak_at_risk_ug_per_g": estimate(peak),
            "sentence": sentence,
        }
    ]


def falling_answers(account: StoichiometricAccount) -> dict[str, Any]:
    """Say in how many draws very large doses act less than smaller ones."""
    return {
        "draws": account.draws,
        "falling": account.falling,
        "weight": number(account.falling_weight),
        "sentence": account.falling_words,
    }
