"""Simulated trials: animals, attrition and readers drawn from a solved pool.

In: a pool and a study. Out: :class:`~exoheart.records.trial.Trials`. Read next:
:mod:`exoheart.trial.analysis` and :mod:`exoheart.trial.summary`.

One trial takes one outer draw (mechanism, parameters, laboratory, lot), which its
arms share. Each arm then draws its own n animals, independently and with replacement,
loses some, and is read with error. Arms with a common control meet the same control
group.

What is said of one arm by itself (its mean, one animal) is drawn a second time, with
the same random numbers in every arm: an arm that does nothing then shows its control's
numbers to the last digit, not a Monte Carlo error away. Differences between arms never
use this second draw: it would pair animals that no trial can pair.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from exoheart.engine.streams import uniform_rows
from exoheart.errors import InputError
from exoheart.records.study import Study
from exoheart.records.trial import BoolArray, FloatArray, IntArray, Pool, Trials

_CELLS = 2_000_000  # numbers held at once for one arm: bounds memory, changes no result


def simulate_trials(
    pool: Pool, study: Study, seed: int, trials: int = 10_000
) -> Trials:
    """Run the planned trial `trials` times on the pool's animals.

    Outer draws are taken in turn, so each is used equally often. A pool of m animals
    sampled with replacement has (m - 1)/m of the variance between animals that it
    estimates; residuals about the draw's mean are therefore stretched by
    sqrt(m/(m - 1)). Slot j of an arm in trial k has a stream of its own: more animals,
    more trials or another arm change nobody else's draw.

    Parameters
    ----------
    pool
        Solved animals; arm names must be the study's.
    study
        Gives n of each arm and the primary endpoint.
    seed
        Of the run.
    trials
        How many.

    Raises
    ------
    InputError
        No outer draw has two solved animals, `trials` is below 1, or the pool has an
        arm that the study doesn't.
    """
    plan = _Plan.of(pool, study, trials)
    (groups,) = _groups([plan], seed)
    (alone,) = _groups([plan], seed, common=True)
    return _trials(plan, groups, alone)


def compare_trials(
    variants: Sequence[tuple[Pool, Study]], seed: int, trials: int
) -> tuple[Trials, ...]:
    """Run variants of one trial on the same random numbers, each drawn once.

    Each variant is what :func:`simulate_trials` gives, without what is said of one arm
    by itself: `alone` and `animal` hold no endpoint.

    Parameters
    ----------
    variants
        Pools with the same arms and endpoints, each with a study that gives n.
    seed, trials
        As in :func:`simulate_trials`.

    Raises
    ------
    InputError
        As :func:`simulate_trials`.
    """
    plans = [_Plan.of(pool, study, trials) for pool, study in variants]
    return tuple(
        _trials(plan, groups)
        for plan, groups in zip(plans, _groups(plans, seed), strict=True)
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Plan:
    """Animals ready to be drawn: stretched values, and the solved ones first."""

    pool: Pool
    main: int  # position of the primary endpoint
    numbers: tuple[int, ...]  # animals allocated to each arm
    outer: IntArray  # (trial,): outer draw of each trial
    values: FloatArray  # (arm, outer, animal, endpoint)
    order: IntArray  # (outer, animal): positions, solved animals first
    count: IntArray  # (outer,): how many are solved

    @classmethod
    def of(cls, pool: Pool, study: Study, trials: int) -> _Plan:
        valid, usable = pool.valid, pool.usable
        _require(pool, study, trials, usable.size)
        count = valid.sum(axis=1)
        known = np.where(valid[None, :, :, None], pool.true, 0.0)
        size = np.maximum(count, 2)[:, None, None]
        centre = known.sum(axis=2, keepdims=True) / size
        stretch = np.sqrt(size / (size - 1))
        return cls(
            pool=pool,
            main=pool.index(study.primary),
            numbers=tuple(study.arm(name).n for name in pool.arms),
            outer=usable[np.arange(trials) % usable.size],
            values=centre + (known - centre) * stretch,
            order=np.argsort(~valid, axis=1, kind="stable"),
            count=count,
        )


def _require(pool: Pool, study: Study, trials: int, usable: int) -> None:
    """Refuse what can't be drawn from."""
    if trials < 1 or usable == 0:
        raise InputError(
            f"{trials} trials of a pool with {usable} outer draws that hold two "
            "solved animals; allowed: at least one of each; look at the failed members"
        )
    unknown = set(pool.arms) - {arm.name for arm in study.arms}
    if unknown:
        raise InputError(
            f"pool has arms {sorted(unknown)}; the study has "
            f"{[arm.name for arm in study.arms]}; solve the pool from this study"
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Luck:
    """Random numbers of the slots of one arm in some trials, each (trial, slot)."""

    animal: FloatArray
    fate: FloatArray
    readings: tuple[FloatArray, ...]  # normal scores, one an endpoint

    @classmethod
    def of(cls, pool: Pool, seed: int, owner: tuple[str, str], part: _Part) -> _Luck:
        """Draw them, each slot from a stream of its own.

        `owner` is the layer of the streams and whose they are.
        """
        layer, name = owner

        def slots(what: str) -> FloatArray:
            streams = [(layer, f"{name}|{what}|{slot}") for slot in range(part.slots)]
            rows = uniform_rows(seed, streams, part.first, part.count)
            return np.ascontiguousarray(rows.T)

        nothing = np.zeros((part.count, part.slots))
        return cls(
            animal=slots("animal"),
            fate=slots("attrition"),
            readings=tuple(
                nothing
                if noise.kind == "none"
                else special.ndtri(slots(f"reading|{item.key}"))
                for item, noise in zip(pool.endpoints, pool.noise, strict=True)
            ),
        )

    def first(self, slots: int) -> _Luck:
        """Give those of the first slots; they don't change with how many there are."""
        readings = tuple(scores[:, :slots] for scores in self.readings)
        return _Luck(self.animal[:, :slots], self.fate[:, :slots], readings)


@dataclass(frozen=True, slots=True)
class _Part:
    """Some trials of one arm: `count` from `first` on, with `slots` animals each."""

    first: int
    count: int
    slots: int


@dataclass(frozen=True, slots=True, eq=False)
class _Group:
    """One arm in every trial; shapes as in Trials, without the arm axis."""

    left: IntArray
    mean: FloatArray
    variance: FloatArray
    animal: FloatArray
    primary: FloatArray

    @classmethod
    def joined(cls, parts: Sequence[_Group]) -> _Group:
        fields = ("left", "mean", "variance", "animal", "primary")
        return cls(*(np.concatenate([getattr(p, f) for p in parts]) for f in fields))


def _groups(
    plans: Sequence[_Plan], seed: int, *, common: bool = False
) -> list[list[_Group]]:
    """Draw every arm of every plan, in blocks that bound memory.

    With `common` every arm is drawn with the same random numbers. Plans share theirs.
    """
    pool, trials = plans[0].pool, len(plans[0].outer)
    slots = [max(numbers) for numbers in zip(*(p.numbers for p in plans), strict=True)]
    step = max(1, _CELLS // (max(slots) * len(pool.endpoints)))
    parts: list[list[list[_Group]]] = [[[] for _ in pool.arms] for _ in plans]
    for first in range(0, trials, step):
        count = min(step, trials - first)
        if common:
            owner, part = ("arm alone", "any"), _Part(first, count, max(slots))
            luck = _Luck.of(pool, seed, owner, part)
        for arm, name in enumerate(pool.arms):
            if not common:
                part = _Part(first, count, slots[arm])
                luck = _Luck.of(pool, seed, ("trial", name), part)
            for plan, own in zip(plans, parts, strict=True):
                draw = plan.outer[first : first + count]
                own[arm].append(_group(plan, arm, luck.first(plan.numbers[arm]), draw))
    return [[_Group.joined(arm) for arm in own] for own in parts]


def _group(plan: _Plan, arm: int, luck: _Luck, draw: IntArray) -> _Group:
    """Draw one arm of some trials, whose outer draws are `draw`."""
    size = plan.count[draw][:, None]
    pick = np.minimum((luck.animal * size).astype(np.int64), size - 1)
    animal = plan.order[draw[:, None], pick]
    true = plan.values[arm, draw[:, None], animal]
    readings = _read(plan.pool, true, luck, draw)
    kept = luck.fate >= plan.pool.attrition[draw][:, None]
    return _reduce(readings, kept, plan.main)


def _read(pool: Pool, true: FloatArray, luck: _Luck, draw: IntArray) -> FloatArray:
    """Add reading error to true values (trial, slot, endpoint) and keep to the scale.

    See :class:`~exoheart.records.trial.Noise` for what is added and why it is clipped.
    """
    readings = np.empty_like(true)
    for position, noise in enumerate(pool.noise):
        exact = true[:, :, position]
        read = exact
        if noise.kind != "none":
            size = noise.size[draw][:, None]
            spread = size * np.abs(exact) if noise.kind == "cv" else size
            read = exact + spread * luck.readings[position]
        readings[:, :, position] = np.clip(read, noise.low, noise.high)
    return readings


def _reduce(readings: FloatArray, kept: BoolArray, main: int) -> _Group:
    """Turn readings (trial, slot, endpoint) into what a group is judged by."""
    left = kept.sum(axis=1)
    weight = kept[:, :, None].astype(np.float64)
    number = left[:, None].astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = (readings * weight).sum(axis=1) / number
        spread = ((readings - mean[:, None, :]) ** 2 * weight).sum(axis=1)
        variance = np.where(number >= 2, spread / (number - 1), np.nan)
    return _Group(
        left=left,
        mean=mean,
        variance=variance,
        animal=readings[:, 0, :],
        primary=np.where(kept, readings[:, :, main], np.nan),
    )


def _trials(
    plan: _Plan, groups: Sequence[_Group], alone: Sequence[_Group] = ()
) -> Trials:
    """Put the arms of every trial together."""
    shape = (len(plan.outer), len(groups), max(plan.numbers))
    primary = np.full(shape, np.nan)
    for position, group in enumerate(groups):
        primary[:, position, : plan.numbers[position]] = group.primary
    nothing = np.empty((*shape[:2], 0))
    return Trials(
        pool=plan.pool,
        outer=plan.outer,
        left=np.stack([group.left for group in groups], axis=1),
        mean=np.stack([group.mean for group in groups], axis=1),
        variance=np.stack([group.variance for group in groups], axis=1),
        alone=np.stack([one.mean for one in alone], axis=1) if alone else nothing,
        animal=np.stack([one.animal for one in alone], axis=1) if alone else nothing,
        primary=primary,
    )
