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

from dataclasses import dataclass, replace

import numpy as np
from scipy import special

from exoheart.engine.streams import uniforms
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
    usable = pool.usable
    if trials < 1 or usable.size == 0:
        raise InputError(
            f"{trials} trials of a pool with {usable.size} outer draws that hold two "
            "solved animals; allowed: at least one of each; look at the failed members"
        )
    unknown = set(pool.arms) - {arm.name for arm in study.arms}
    if unknown:
        raise InputError(
            f"pool has arms {sorted(unknown)}; the study has "
            f"{[arm.name for arm in study.arms]}; solve the pool from this study"
        )
    outer = usable[np.arange(trials) % usable.size]
    numbers = [study.arm(name).n for name in pool.arms]
    source = _Source.of(pool, pool.index(study.primary), seed)
    groups = [
        _simulate_arm(source, position, number, outer)
        for position, number in enumerate(numbers)
    ]
    paired = replace(source, common=True)
    alone = [
        _simulate_arm(paired, position, number, outer)
        for position, number in enumerate(numbers)
    ]
    primary = np.full((trials, len(groups), max(numbers)), np.nan)
    for position, group in enumerate(groups):
        primary[:, position, : numbers[position]] = group.primary
    return Trials(
        pool=pool,
        outer=outer,
        left=np.stack([group.left for group in groups], axis=1),
        mean=np.stack([group.mean for group in groups], axis=1),
        variance=np.stack([group.variance for group in groups], axis=1),
        alone=np.stack([group.mean for group in alone], axis=1),
        animal=np.stack([group.animal for group in alone], axis=1),
        primary=primary,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Source:
    """Animals ready to be drawn: stretched values, and the solved ones first.

    With `common` every arm is drawn with the same random numbers.
    """

    pool: Pool
    main: int  # position of the primary endpoint
    seed: int
    values: FloatArray  # (arm, outer, animal, endpoint)
    order: IntArray  # (outer, animal): positions, solved animals first
    count: IntArray  # (outer,): how many are solved
    common: bool = False

    def slots(
        self, arm: int, what: str, first: int, count: int, slots: int
    ) -> FloatArray:
        """Draw (count, slots) uniforms, each slot from its own stream."""
        layer, owner = "trial", self.pool.arms[arm]
        if self.common:
            layer, owner = "arm alone", "any"
        streams = (
            uniforms(self.seed, layer, f"{owner}|{what}|{slot}", first, count)
            for slot in range(slots)
        )
        return np.stack(list(streams), axis=1)

    @classmethod
    def of(cls, pool: Pool, main: int, seed: int) -> _Source:
        valid = pool.valid
        count = valid.sum(axis=1)
        known = np.where(valid[None, :, :, None], pool.true, 0.0)
        size = np.maximum(count, 2)[:, None, None]
        centre = known.sum(axis=2, keepdims=True) / size
        stretch = np.sqrt(size / (size - 1))
        return cls(
            pool=pool,
            main=main,
            seed=seed,
            values=centre + (known - centre) * stretch,
            order=np.argsort(~valid, axis=1, kind="stable"),
            count=count,
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Group:
    """One arm in every trial; shapes as in Trials, without the arm axis."""

    left: IntArray
    mean: FloatArray
    variance: FloatArray
    animal: FloatArray
    primary: FloatArray


def _simulate_arm(source: _Source, arm: int, n: int, outer: IntArray) -> _Group:
    """Draw one arm of every trial, in blocks that bound memory."""
    pool = source.pool
    step = max(1, _CELLS // (n * len(pool.endpoints)))
    parts = []
    for first in range(0, len(outer), step):
        draw = outer[first : first + step]
        chance = source.slots(arm, "animal", first, len(draw), n)
        size = source.count[draw][:, None]
        pick = np.minimum((chance * size).astype(np.int64), size - 1)
        animal = source.order[draw[:, None], pick]
        true = source.values[arm, draw[:, None], animal]
        readings = _read(source, arm, true, draw, first)
        fate = source.slots(arm, "attrition", first, len(draw), n)
        kept = fate >= pool.attrition[draw][:, None]
        parts.append(_reduce(readings, kept, source.main))
    fields = ("left", "mean", "variance", "animal", "primary")
    return _Group(*(np.concatenate([getattr(p, f) for p in parts]) for f in fields))


def _read(
    source: _Source, arm: int, true: FloatArray, draw: IntArray, first: int
) -> FloatArray:
    """Add reading error to true values (trial, slot, endpoint) and keep to the scale.

    See :class:`~exoheart.records.trial.Noise` for what is added and why it is clipped.
    """
    pool = source.pool
    readings = np.empty_like(true)
    for position, (item, noise) in enumerate(
        zip(pool.endpoints, pool.noise, strict=True)
    ):
        exact = true[:, :, position]
        read = exact
        if noise.kind != "none":
            what = f"reading|{item.key}"
            chance = source.slots(arm, what, first, *exact.shape)
            size = noise.size[draw][:, None]
            spread = size * np.abs(exact) if noise.kind == "cv" else size
            read = exact + spread * special.ndtri(chance)
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
