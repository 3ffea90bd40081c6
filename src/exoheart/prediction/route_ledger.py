"""The route ledger: where a dose goes from the syringe to a cell, step by step.

From a simulated study, for one treated arm: first what the route itself does with the
dose, then where it has ended. Shares of the dose, all from the solution and the drawn
parameters of each animal; each of the two parts adds up to the dose, animal by animal.
Read next: :mod:`exoheart.prediction.first_steps` (what each route does first).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from exoheart import delivery
from exoheart.heart.mechanisms import Interval
from exoheart.prediction.account import (
    amounts,
    area,
    by_zone,
    given_by,
    solved,
)
from exoheart.prediction.first_steps import BROUGHT_BACK, Followed, first_steps, follow
from exoheart.prediction.record import Prediction
from exoheart.records.study import Arm

FloatArray = npt.NDArray[np.float64]
Part = Literal["first", "later", "end"]
_GIGA = 1e9
#: Shares of a dose below this are no more than the solver's own error.
_RESOLVED = 1e-9
#: Organ of the ledger -> the fates that it holds.
_ORGANS: Mapping[str, tuple[str, ...]] = {
    "the liver": ("delivery_liver",),
    "the lungs": ("delivery_lung",),
    "the spleen": ("delivery_spleen",),
    "other organs and blood cells": (
        "delivery_kidney",
        "delivery_gut",
        "delivery_other",
        "delivery_blood_cells",
    ),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a ledger.

    `words` read on from "vesicles that"; `part` is ``first`` for what the route does
    at once, ``later`` for what the blood brings back, ``end`` for where the dose is at
    the last sample. `share` is of the dose, `vesicles` their number.
    """

    part: Part
    words: str
    share: Interval
    vesicles: Interval


@dataclass(frozen=True, slots=True)
class RouteLedger:
    """The way of one arm's dose.

    `in_heart` is the share of the dose that cells of the heart get, `per_cardiomyocyte`
    the vesicles that one cardiomyocyte of the area at risk takes up.
    """

    arm: str
    route: str
    steps: tuple[Step, ...]
    in_heart: Interval
    per_cardiomyocyte: Interval


def route_ledger(prediction: Prediction, arm: Arm) -> RouteLedger | None:
    """Follow the vesicles of one arm.

    Parameters
    ----------
    prediction
        From :func:`exoheart.simulate`.
    arm
        One of the study's arms.

    Returns
    -------
    RouteLedger or None
        None where no vesicles are given: no dose, living cells, RNA.

    Raises
    ------
    InputError
        No animal of the arm has a result.
    """
    if arm.dose is None or arm.route is None:
        return None
    usable = solved(prediction, arm)
    given = np.broadcast_to(given_by(prediction, arm)[..., -1], usable.shape)
    if not (given > 0.0).all():
        return None
    followed = follow(prediction, arm)
    shares: dict[tuple[Part, str], FloatArray] = {
        ("first", words): share.reshape(usable.shape)
        for words, share in first_steps(followed).items()
    }
    back = brought_back(followed).reshape(usable.shape)
    shares["later", BROUGHT_BACK] = back
    ends = {words: giga / given for words, giga in end_of(prediction, arm).items()}
    shares |= {("end", words): share for words, share in ends.items()}
    taken = prediction.values(arm.name, "mechanism_cargo_taken_up_risk_cardiomyocyte")
    in_heart = np.sum([v / given for v in by_zone(prediction, arm).values()], axis=0)
    return RouteLedger(
        arm=arm.name,
        route=arm.route,
        steps=tuple(
            _step(part, words, share[usable], given[usable])
            for (part, words), share in shares.items()
        ),
        in_heart=Interval.of(in_heart[usable]),
        per_cardiomyocyte=Interval.of(np.maximum(taken[usable][:, -1], 0.0)),
    )


def _step(part: Part, words: str, share: FloatArray, given: FloatArray) -> Step:
    clean = np.where(share > _RESOLVED, share, 0.0)
    return Step(part, words, Interval.of(clean), Interval.of(_GIGA * clean * given))


def brought_back(followed: Followed) -> FloatArray:
    """Give what arterial blood brings to the vessel walls of the heart, (animal,).

    A share of the dose. The wall's reach of each zone times arterial concentration,
    integrated over time; a vesicle that lets go of the wall and binds again counts
    twice.
    """
    volume = followed["delivery_arterial_share"] * followed["delivery_blood_volume"]
    concentration = followed.state("delivery_arterial") / volume[:, None]
    reach = np.sum(
        [
            followed.held(zone) * followed.flow(zone) * followed.mass(zone)[:, None]
            for zone in delivery.ZONES
        ],
        axis=0,
    )
    return area(followed.times, reach * concentration) / followed.given


def end_of(prediction: Prediction, arm: Arm) -> dict[str, FloatArray]:
    """Give where the dose has ended [1e9], each of shape (outer, animal).

    What organs have digested is one number in the model; it is divided by how much each
    of them held over time, times its rate of digestion.
    """
    held = amounts(prediction, arm)
    last = {state: values[..., -1] for state, values in held.items()}
    zones = by_zone(prediction, arm)
    organs = _organs(prediction, arm, held)
    within = [states for fate, states in delivery.FATES.items() if "heart" in fate]
    cells = np.sum(list(zones.values()), axis=0)
    free = np.sum([last[s] for states in within for s in states], axis=0) - cells
    depots = ("delivery_airway", "delivery_gel", "delivery_pericardial")
    blood = delivery.FATES["blood"]
    return {
        "are in cells of the area at risk, or digested there": zones["risk"],
        "are in cells of the border, or digested there": zones["border"],
        "are in cells of the remote zone, or digested there": zones["remote"],
        **{f"are in {organ}, or digested there": v for organ, v in organs.items()},
        "are outside the body": last["delivery_outside"],
        "are still on the way": np.sum([last[s] for s in (*depots, *blood)], axis=0)
        + free,
    }


def _organs(
    prediction: Prediction, arm: Arm, held: Mapping[str, FloatArray]
) -> dict[str, FloatArray]:
    size = prediction.cohort.size
    followed = follow(prediction, arm)
    rates = {
        state: followed[
            "delivery_blood_cell_entry"
            if state == "delivery_blood_cells"
            else "delivery_capture_digestion"
        ].reshape(size.outer, size.animals)
        for states in _ORGANS.values()
        for state in states
    }
    eaten = {s: rate * area(prediction.times, held[s]) for s, rate in rates.items()}
    whole = np.sum(list(eaten.values()), axis=0)
    digested = held["delivery_degraded_body"][..., -1]
    return {
        organ: np.sum(
            [
                held[s][..., -1]
                + digested
                * np.divide(eaten[s], whole, out=np.zeros_like(whole), where=whole > 0)
                for s in states
            ],
            axis=0,
        )
        for organ, states in _ORGANS.items()
    }
