"""The numbers of one plan: what an arm will read, and how far from its control.

In: simulated trials and the study. Out: frozen summaries, and the plain dictionaries
of ``simulate --json``. An arm by itself is summarised from the draw whose random
numbers all arms share, a difference from animals that are independent between arms.
Not-a-number becomes null here and only here. Read next: :mod:`exoheart.decision`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from exoheart.records.study import Study
from exoheart.records.trial import BoolArray, FloatArray, Pool, PoolEndpoint, Trials
from exoheart.trial.probability import Probability, interval90, median, probability

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class MechanismSummary:
    """What would be read if this mechanism were the one at work.

    `weight` is the share of outer draws that have it.
    """

    id: str
    weight: float
    median: float
    interval90: Interval


@dataclass(frozen=True, slots=True)
class DifferenceSummary:
    """Treated minus control.

    `median` and `interval90` are of the difference of two group means in one future
    trial. The probabilities are about the *true* mean effect, with no sampling and no
    reader in it: `benefit` is the chance that it is good and not negligible (a draw
    without effect has a true difference of exactly zero and counts as no benefit);
    `harm` likewise for the wrong way. Both are None where neither way is good.
    """

    control: str
    unit: str
    median: float
    interval90: Interval
    true_interval90: Interval
    benefit: Probability | None
    harm: Probability | None
    by_mechanism: tuple[MechanismSummary, ...]


@dataclass(frozen=True, slots=True)
class EndpointSummary:
    """One endpoint of one arm.

    `interval90` is for the mean of the arm's animals in one future trial,
    `animal_interval90` for one animal; both with reading error.
    """

    item: PoolEndpoint
    median: float
    interval90: Interval
    animal_interval90: Interval
    by_mechanism: tuple[MechanismSummary, ...]
    difference: DifferenceSummary | None


@dataclass(frozen=True, slots=True)
class ArmSummary:
    """One arm; `not_analysable` is the share of trials with under 2 animals left."""

    name: str
    control: bool
    endpoints: tuple[EndpointSummary, ...]
    not_analysable: float


def true_effect(pool: Pool, treated: int, control: int, endpoint: int) -> FloatArray:
    """Give the true mean effect of each usable outer draw, shape (draw,).

    The mean over animals of treated minus control, the same animal on both sides, no
    noise: zero exactly where the therapy does nothing.
    """
    change = pool.true[treated, ..., endpoint] - pool.true[control, ..., endpoint]
    valid = pool.valid[pool.usable]
    kept = np.where(valid, change[pool.usable], 0.0)
    return np.asarray(kept.sum(axis=1) / valid.sum(axis=1))


def negligible_effect(
    pool: Pool, control: int, endpoint: int, share: float
) -> FloatArray:
    """Give the size below which an effect counts as none, per usable draw, (draw,).

    It is `share` of the control's mean of that draw, in the endpoint's unit.
    """
    valid = pool.valid[pool.usable]
    values = np.where(valid, pool.true[control, pool.usable, :, endpoint], 0.0)
    return np.asarray(share * np.abs(values.sum(axis=1) / valid.sum(axis=1)))


def summarise(
    trials: Trials, study: Study, negligible: float
) -> tuple[ArmSummary, ...]:
    """Summarise every arm and endpoint of the simulated trials.

    Parameters
    ----------
    trials
        From :func:`exoheart.trial.simulate.simulate_trials`.
    study
        Says which arm is compared with which.
    negligible
        Share of the control's mean below which a true difference counts as none
        (``trial.negligible_effect``).
    """
    pool = trials.pool
    control_of = dict(pool.comparisons(study))
    arms = []
    for position, name in enumerate(pool.arms):
        short = trials.left[:, position] < 2
        control = control_of.get(position)
        if control is not None:
            short |= trials.left[:, control] < 2
        endpoints = [
            _endpoint(trials, position, control, number, negligible)
            for number in range(len(pool.endpoints))
        ]
        arm = study.arm(name)
        arms.append(
            ArmSummary(name, arm.control, tuple(endpoints), float(short.mean()))
        )
    return tuple(arms)


def _endpoint(
    trials: Trials, arm: int, control: int | None, number: int, negligible: float
) -> EndpointSummary:
    means = trials.alone[:, arm, number]
    difference = None
    if control is not None:
        difference = _difference(trials, arm, control, number, negligible)
    return EndpointSummary(
        item=trials.pool.endpoints[number],
        median=median(means),
        interval90=interval90(means),
        animal_interval90=interval90(trials.animal[:, arm, number]),
        by_mechanism=_by_mechanism(trials, means),
        difference=difference,
    )


def _difference(
    trials: Trials, arm: int, control: int, number: int, negligible: float
) -> DifferenceSummary:
    pool, item = trials.pool, trials.pool.endpoints[number]
    seen = (trials.left[:, [arm, control]] >= 2).all(axis=1)
    change = trials.mean[:, arm, number] - trials.mean[:, control, number]
    change = np.where(seen, change, np.nan)
    true = true_effect(pool, arm, control, number)
    least = negligible_effect(pool, control, number, negligible)
    gain = item.sign * true
    return DifferenceSummary(
        control=pool.arms[control],
        unit=item.difference_unit,
        median=median(change),
        interval90=interval90(change),
        true_interval90=interval90(true),
        benefit=_chance(gain > least) if item.sign else None,
        harm=_chance(-gain > least) if item.sign else None,
        by_mechanism=_by_mechanism(trials, change),
    )


def _chance(event: BoolArray) -> Probability:
    return probability(event.astype(np.float64))


def _by_mechanism(trials: Trials, values: FloatArray) -> tuple[MechanismSummary, ...]:
    """Split (trial,) values by the mechanism of their outer draw, as first met."""
    labels = np.asarray(trials.pool.mechanisms, dtype=object)
    used = labels[trials.pool.usable]
    of_trial = labels[trials.outer]
    found = []
    for label in dict.fromkeys(trials.pool.mechanisms):
        part = values[of_trial == label]
        weight = float(np.mean(used == label))
        found.append(MechanismSummary(label, weight, median(part), interval90(part)))
    return tuple(found)


def arms_as_json(arms: Sequence[ArmSummary]) -> list[dict[str, Any]]:
    """Give the ``arms`` of ``simulate --json``; not-a-number becomes None."""
    return [
        {
            "name": arm.name,
            "control": arm.control,
            "endpoints": [_endpoint_json(one) for one in arm.endpoints],
        }
        for arm in arms
    ]


def _endpoint_json(one: EndpointSummary) -> dict[str, Any]:
    end = one.item.endpoint
    return {
        "quantity": end.quantity,
        "of": end.of,
        "method": end.method,
        "at": end.at.words,
        "at_h": _number(one.item.at_h),
        "unit": one.item.unit,
        "median": _number(one.median),
        "interval90": _pair(one.interval90),
        "animal_interval90": _pair(one.animal_interval90),
        "by_mechanism": [_mechanism_json(part) for part in one.by_mechanism],
        "difference_to_control": _difference_json(one.difference),
    }


def _difference_json(one: DifferenceSummary | None) -> dict[str, Any] | None:
    if one is None:
        return None
    chance = one.benefit
    return {
        "control": one.control,
        "unit": one.unit,
        "median": _number(one.median),
        "interval90": _pair(one.interval90),
        "probability_of_benefit": None if chance is None else _number(chance.value),
        "monte_carlo_error": None if chance is None else _number(chance.error),
    }


def _mechanism_json(one: MechanismSummary) -> dict[str, Any]:
    return {
        "id": one.id,
        "weight": _number(one.weight),
        "median": _number(one.median),
        "interval90": _pair(one.interval90),
    }


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _pair(values: Interval) -> list[float | None]:
    return [_number(value) for value in values]
