"""Where the spread of a future trial's result comes from, layer by layer.

In: the pool and one treated arm. Out: the variance of the difference of two group
means, split by the law of total variance into structure, parameters (with laboratory
and lot), animals and measurement. More animals shrink the last two only. Read next:
:mod:`exoheart.decision.alternatives`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from exoheart.errors import InputError
from exoheart.records.study import Endpoint, Study
from exoheart.records.trial import BoolArray, FloatArray, Pool
from exoheart.trial import true_effect


@dataclass(frozen=True, slots=True)
class LayerShares:
    """Shares of the variance of one future trial's difference; they sum to 1.

    `variance` is the whole, in the endpoint's unit squared; the shares are NaN where
    it is zero. Where a mechanism has a single outer draw throughout, structure can't
    be told from parameters and is NaN (`parameters` then holds both).
    """

    structure: float
    parameters: float
    animals: float
    measurement: float
    variance: float


def layer_shares(
    pool: Pool, study: Study, arm: str, endpoint: Endpoint | None = None
) -> LayerShares:
    """Split the variance of an arm's difference to its control into layers.

    Parameters are corrected for the animals being few: the variance of an outer
    draw's mean effect holds a part that more animals per draw would remove. Clipping
    of readings at the ends of the scale is ignored, so the measurement share errs
    high near an end.

    Parameters
    ----------
    pool
        Solved animals.
    study
        Gives n of both arms.
    arm
        A treated arm.
    endpoint
        The primary one where None.

    Raises
    ------
    InputError
        The arm has no control to be compared with.
    """
    pairs = dict(pool.comparisons(study))
    treated = pool.arms.index(arm) if arm in pool.arms else -1
    if treated not in pairs:
        raise InputError(
            f"arm {arm!r} has no control here; allowed: "
            f"{[pool.arms[t] for t in pairs]}; name a treated arm"
        )
    control = pairs[treated]
    number = pool.index(endpoint or study.primary)
    structure, parameters = _between_draws(pool, treated, control, number)
    animals = measurement = 0.0
    for position in (treated, control):
        n = study.arm(pool.arms[position]).n
        inverse = expected_inverse(n, pool.attrition[pool.usable])
        spread, error = _within_draw(pool, position, number)
        animals += float(np.mean(spread * inverse))
        measurement += float(np.mean(error * inverse))
    parts = np.array([structure, parameters, animals, measurement])
    whole = float(np.nansum(parts))
    shares = parts / whole if whole > 0 else np.full(4, np.nan)
    return LayerShares(
        structure=float(shares[0]),
        parameters=float(shares[1]),
        animals=float(shares[2]),
        measurement=float(shares[3]),
        variance=whole,
    )


def expected_inverse(n: int, attrition: FloatArray) -> FloatArray:
    """Give the mean of 1/(animals left), given that two or more are left, (draw,).

    Animals are lost independently, so those left are binomial.
    """
    left = np.arange(2, n + 1)
    choose = special.binom(n, left)
    lost = attrition[:, None]
    chance = choose * (1 - lost) ** left * lost ** (n - left)
    return np.asarray((chance / left).sum(axis=1) / chance.sum(axis=1))


def _between_draws(
    pool: Pool, treated: int, control: int, number: int
) -> tuple[float, float]:
    """Give the variance between mechanisms and, within them, between draws."""
    effect = true_effect(pool, treated, control, number)
    valid = pool.valid[pool.usable]
    change = (pool.true[treated] - pool.true[control])[pool.usable, :, number]
    finite_pool = float(np.mean(_variance(change, valid) / valid.sum(axis=1)))
    labels = np.asarray(pool.mechanisms, dtype=object)[pool.usable]
    _, code = np.unique(labels.astype(str), return_inverse=True)
    counts = np.bincount(code)
    free = effect.size - counts.size
    whole = float(effect.var(ddof=1)) if effect.size > 1 else 0.0
    if free == 0:
        return float("nan"), max(0.0, whole - finite_pool)
    means = np.bincount(code, weights=effect) / counts
    within = float(((effect - means[code]) ** 2).sum() / free)
    return max(0.0, whole - within), max(0.0, within - finite_pool)


def _within_draw(pool: Pool, arm: int, number: int) -> tuple[FloatArray, FloatArray]:
    """Give the variance between animals and of readings, per usable draw, (draw,)."""
    usable = pool.usable
    valid = pool.valid[usable]
    values = pool.true[arm, usable, :, number]
    noise = pool.noise[number]
    error = np.zeros(usable.size)
    if noise.kind == "sd":
        error = noise.size[usable] ** 2
    elif noise.kind == "cv":
        squares = np.where(valid, values, 0.0) ** 2
        error = noise.size[usable] ** 2 * squares.sum(axis=1) / valid.sum(axis=1)
    return _variance(values, valid), error


def _variance(values: FloatArray, valid: BoolArray) -> FloatArray:
    """Give the variance (n - 1) over the valid animals of each draw, (draw,)."""
    count = valid.sum(axis=1)
    known = np.where(valid, values, 0.0)
    centre = known.sum(axis=1) / count
    spread = np.where(valid, (values - centre[:, None]) ** 2, 0.0)
    return np.asarray(spread.sum(axis=1) / (count - 1))
