"""Section 3, How it happens: where the dose goes, and which mechanism it occupies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from exoheart import decision, delivery
from exoheart.evidence import largest_dose
from exoheart.heart import mechanisms
from exoheart.planning.more_draws import own_effects
from exoheart.planning.words import DECIMALS, MECHANISM_TITLES, number, pair, spread
from exoheart.prediction import Prediction
from exoheart.records.study import Arm
from exoheart.therapy import MECHANISMS, anchored

FloatArray = npt.NDArray[np.float64]
#: Shares of draws beyond which a mechanism can or can't occupy: a convention.
_ABLE, _UNABLE = 0.5, 0.05
_SOON_H = 1.0
#: Shares of a dose below this are no more than the solver's own error.
_RESOLVED = 1e-9


def how(prediction: Prediction) -> dict[str, Any]:
    """Give the section on fate, cells, stoichiometry and mechanisms."""
    arms = [a for a in prediction.study.arms if a.dose is not None]
    return {
        "fate": [row for arm in arms for row in _fate(prediction, arm)],
        "cells": [row for arm in arms for row in _cells(prediction, arm)],
        "stoichiometry": [
            row for arm in arms for row in _stoichiometry(prediction, arm)
        ],
        "mechanisms": [row for arm in arms for row in _mechanisms(prediction, arm)],
        "matched_dose": _matched(prediction, arms),
    }


def given_by(prediction: Prediction, arm: Arm) -> FloatArray:
    """Give what an arm has been given by each sample [1e9], shape (outer, 1, time).

    While an infusion lasts its whole dose counts as given.
    """
    dose = prediction.products.given[arm.name].giga
    starts = _starts(prediction, arm)
    count = (prediction.times[None, :] > starts[:, None]).sum(axis=0)
    return np.asarray(dose[:, None, None] * count[None, None, :])


def _starts(prediction: Prediction, arm: Arm) -> FloatArray:
    if arm.at is None:
        return np.empty(0)
    first = anchored(arm.at, prediction.study.animal.infarct)
    return np.asarray(first + arm.every_h * np.arange(arm.times), dtype=np.float64)


def _amounts(prediction: Prediction, arm: Arm) -> dict[str, FloatArray]:
    return {s: prediction.values(arm.name, s) for s in delivery.STATES}


def _fate(prediction: Prediction, arm: Arm) -> list[dict[str, Any]]:
    shares = delivery.fate_shares(_amounts(prediction, arm), given_by(prediction, arm))
    shares.pop("unaccounted")
    times = prediction.times
    last = float(_starts(prediction, arm)[-1])
    soon = int(np.argmin(np.abs(times - (last + _SOON_H))))
    moments = dict.fromkeys(k for k in (soon, len(times) - 1) if times[k] > last)
    return [
        {
            "arm": arm.name,
            "place": place,
            "at_h": number(times[k]),
            "unit": "share of dose",
            **spread(np.where(share[..., k] > _RESOLVED, share[..., k], 0.0)),
        }
        for k in moments
        for place, share in shares.items()
    ]


def _cells(prediction: Prediction, arm: Arm) -> list[dict[str, Any]]:
    rows = []
    for group, words in mechanisms.GROUPS.items():
        taken = prediction.values(arm.name, f"mechanism_cargo_taken_up_{group}")
        zone = "risk" if group.startswith("risk") else "risk and border"
        zone = "left ventricle" if group == "cardiomyocyte" else zone
        rows.append((zone, words, "vesicles taken up per cell", taken[..., -1]))
    for zone in ("risk", "border"):
        for cell in delivery.CELLS:
            bound = prediction.values(arm.name, f"port_bound_{zone}_{cell}")
            rows.append((zone, cell, "peak bound per cell", bound.max(axis=-1)))
    return [
        {
            "arm": arm.name,
            "zone": zone,
            "cell": cell,
            "quantity": quantity,
            **spread(np.maximum(draws, 0.0)),
        }
        for zone, cell, quantity, draws in rows
    ]


def _stoichiometry(prediction: Prediction, arm: Arm) -> list[dict[str, Any]]:
    taken, peaks = {}, {}
    for group in mechanisms.GROUPS:
        taken_up = prediction.values(arm.name, f"mechanism_cargo_taken_up_{group}")
        cytosol = prediction.values(arm.name, f"mechanism_cargo_cytosol_{group}")
        solved = np.isfinite(cytosol).all(axis=-1)
        taken[group] = taken_up[solved][:, -1]
        peaks[group] = cytosol[solved].max(axis=-1)
    size = prediction.cohort.size
    outer = prediction.cohort.draws.outer(0, size.outer)["mechanism_copies_needed"]
    needed = np.repeat(outer[:, None], size.animals, axis=1)[solved]
    return [
        {
            "arm": arm.name,
            "cell": mechanisms.GROUPS[one.group],
            "copies_needed": number(one.copies_needed.median),
            "copies_reached": _interval(one.peak_copies),
            "shortfall": _interval(one.shortfall),
        }
        for one in mechanisms.account(taken, peaks, needed)
    ]


def _interval(of: mechanisms.Interval) -> dict[str, Any]:
    return {
        "median": number(of.median),
        "interval90": [number(of.low), number(of.high)],
    }


def _mechanisms(prediction: Prediction, arm: Arm) -> list[dict[str, Any]]:
    labels = np.array(prediction.pool.mechanisms)
    control = prediction.study.control_of(arm)
    effects = (
        np.zeros(len(prediction.pool.usable))
        if control is None
        else own_effects(prediction, arm, control).effect
    )
    able = mechanisms.able_shares(_peaks(prediction, arm))
    weights = _prior_weights(prediction)
    in_trial = _trial_differences(prediction, arm)
    rows = []
    for name in (*MECHANISMS, "none"):
        share = able.get(name)
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
                "effect": {"unit": _unit(prediction), **spread(mine.round(DECIMALS))}
                if mine.size
                else None,
                "trial_difference": in_trial.get(name),
            }
        )
    return rows


def _prior_weights(prediction: Prediction) -> dict[str, float]:
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


def _peaks(prediction: Prediction, arm: Arm) -> dict[str, FloatArray]:
    """Give each mechanism's peak occupancy over time and signals, (outer, animal)."""
    found = {}
    for name in MECHANISMS:
        curves = [
            prediction.values(arm.name, f"mechanism_{name}_occupancy_{signal}")
            for signal in mechanisms.SIGNALS
        ]
        found[name] = np.max(curves, axis=(0, 3))
    return found


def _verdict(share: float | None) -> str:
    if share is None:
        return "unable"
    if share >= _ABLE:
        return "able"
    return "unable" if share <= _UNABLE else "undecided"


def _unit(prediction: Prediction) -> str:
    number = prediction.pool.index(prediction.study.primary)
    return prediction.pool.endpoints[number].difference_unit


def uptake(prediction: Prediction, arm: Arm) -> FloatArray:
    """Give the share of the dose that heart cells took up by the end, (outer,)."""
    amounts = {k: v[..., -1] for k, v in _amounts(prediction, arm).items()}
    shares = delivery.reached_heart(amounts, given_by(prediction, arm)[..., -1])
    return np.asarray(np.nanmean(shares, axis=1))


def _per_risk_cardiomyocyte(prediction: Prediction, arm: Arm) -> FloatArray:
    """Give vesicles taken up by a cardiomyocyte at risk per 1e9 given, (outer,)."""
    taken = prediction.values(arm.name, "mechanism_cargo_taken_up_risk_cardiomyocyte")
    share = taken[..., -1] / given_by(prediction, arm)[..., -1]
    return np.asarray(np.maximum(np.nanmean(share, axis=1), 0.0))


def _matched(prediction: Prediction, arms: list[Arm]) -> dict[str, Any] | None:
    """Say which dose by another route brings as many vesicles into heart cells."""
    into = [arm for arm in arms if arm.route == "intramyocardial"]
    others = [arm for arm in arms if arm.route != "intramyocardial"]
    pairs = [(o, i) for o in others for i in into if o.product == i.product]
    if not pairs or pairs[0][1].dose is None:
        return None
    other, reference = pairs[0]
    value, _, unit = pairs[0][1].dose.words.partition(" ")
    largest = largest_dose(prediction.study.animal.species, unit)
    limit = None if largest is None else decision.Limit(largest.value, largest.words)

    def match(by: Callable[[Prediction, Arm], FloatArray]) -> decision.MatchedDose:
        wanted, given = (
            decision.RouteUptake(f"by the {one.route} route", by(prediction, one))
            for one in (reference, other)
        )
        return decision.matched_dose(given, wanted, float(value), unit, limit)

    found = match(uptake)
    sentences, content = [found.sentence], {"ratio": _ratio(found)}
    if (_per_risk_cardiomyocyte(prediction, reference) > 0.0).all():
        muscle = match(_per_risk_cardiomyocyte)
        content["ratio_risk_cardiomyocyte"] = _ratio(muscle)
        sentences.append(_muscle_words(found, muscle))
    return {"sentence": " ".join(sentences), **content}


def _ratio(found: decision.MatchedDose) -> dict[str, Any]:
    return {
        "median": number(found.ratio),
        "interval90": [number(end) for end in found.ratio_interval90],
    }


def _muscle_words(any_cell: decision.MatchedDose, muscle: decision.MatchedDose) -> str:
    """Say that equal uptake by all cells isn't equal uptake where it may matter."""
    low, high = (_times(end) for end in muscle.ratio_interval90)
    return (
        "This is not a dose of equal effect: for cardiomyocytes of the area at risk "
        f"alone the dose {muscle.route} would have to be {_times(muscle.ratio)} times "
        f"that {muscle.reference} (90 % interval {low} to {high}), against "
        f"{_times(any_cell.ratio)} times for all cells."
    )


def _times(ratio: float) -> str:
    if not np.isfinite(ratio):
        return "no finite number of"
    return f"{float(f'{ratio:.3g}'):,.6g}"
