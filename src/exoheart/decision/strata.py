"""Shares of variance between strata, and of single draws within them.

Beneath :mod:`exoheart.decision.roadblocks`, which calls it where outer draws fall into
kinds (mechanisms) that an unknown may act in or not. In: values, one an outer draw, and
its stratum. Out: shares of one total, their shuffles and their resamples.

Each stratum is looked at by itself: a parabola is laid through the effect over the
parameter's rank, and the share that it explains is corrected for the share that chance
gives (the adjusted R squared), so an idle parameter has share zero on average. The
shares of the strata are added by their part of the total variance. A stratum in which
the effect is constant adds nothing. Strata are weighted by their chance, not by how
many draws of them were made, so that draws may be spent where the effect varies.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

_FEWEST = 6  # draws of a stratum: a mean, a parabola, and something left over
_BLOCK = 50  # resamples at a time: keeps memory small


@dataclass(frozen=True, slots=True)
class Shares:
    """Shares of the total variance.

    Parameters
    ----------
    between
        What lies between strata.
    within : (driver,) ndarray
        What each driver explains within strata.
    between_shuffled : (shuffle,) ndarray
        `between` with effects shuffled over all draws.
    largest_shuffled : (shuffle,) ndarray
        Largest of `within` with effects shuffled within strata.
    between_again : (resample,) ndarray
        `between` with draws resampled within strata.
    within_again : (resample, driver) ndarray
        `within` likewise.
    """

    between: float
    within: FloatArray
    between_shuffled: FloatArray
    largest_shuffled: FloatArray
    between_again: FloatArray
    within_again: FloatArray


def mid_ranks(values: FloatArray, weights: FloatArray) -> FloatArray:
    """Give the weight below each value, plus half of that beside it.

    Parameters
    ----------
    values, weights : (draw,) ndarray
        Weights are above zero.

    Returns
    -------
    ndarray, shape (draw,)
        Between 0 and 1; equal values have equal ranks.

    Examples
    --------
    >>> mid_ranks(np.array([5.0, -1.0, 5.0, 9.0]), np.ones(4)).tolist()
    [0.5, 0.125, 0.5, 0.875]
    """
    _, codes = np.unique(values, return_inverse=True)
    held = np.bincount(codes, weights) / weights.sum()
    return np.asarray((np.cumsum(held) - 0.5 * held)[codes])


def stratum_weights(
    labels: npt.NDArray[np.str_], chances: Mapping[str, float] | None
) -> FloatArray:
    """Give each draw its weight: its stratum's chance over the draws of the stratum.

    Parameters
    ----------
    labels : (draw,) ndarray of str
        Stratum of each draw.
    chances
        By stratum; None where draws were made in proportion. A stratum that none of
        the draws has can't be looked at and is left out.
    """
    names, codes, counts = np.unique(labels, return_inverse=True, return_counts=True)
    if chances is None:
        return np.full(labels.size, 1.0 / labels.size)
    chance = np.array([chances[str(name)] for name in names])
    return np.asarray((chance / chance.sum() / counts)[codes])


def shares_by_stratum(
    numbers: Sequence[FloatArray],
    values: FloatArray,
    labels: npt.NDArray[np.str_],
    weights: FloatArray,
    rng: np.random.Generator,
    sizes: tuple[int, int],
) -> Shares:
    """Give the shares between strata and within them, shuffled and resampled.

    Parameters
    ----------
    numbers
        Of each driver, (draw,).
    values : (draw,) ndarray
        Effects, or their ranks; not all equal.
    labels, weights : (draw,) ndarray
        Stratum and weight of each draw; weights are equal within a stratum.
    rng
        For shuffles and resamples.
    sizes
        How many shuffles, and how many resamples.
    """
    shuffles, resamples = sizes
    strata = [np.flatnonzero(labels == name) for name in np.unique(labels)]
    chance = np.array([weights[rows].sum() for rows in strata])
    counts = np.array([rows.size for rows in strata])
    plain = _moments([values[None, rows] for rows in strata])
    between, total = _between(*plain, chance, counts)
    again = [_resampled(values[rows], resamples, rng) for rows in strata]
    moments = _moments(
        [values[rows][one[0]] for rows, one in zip(strata, again, strict=True)]
    )
    between_again, total_again = _between(*moments, chance, counts)
    mixed = rng.permuted(np.tile(values, (shuffles, 1)), axis=1)
    chance_alone = _between(*_moments([mixed[:, r] for r in strata]), chance, counts)[0]
    within = np.zeros(len(numbers))
    shuffled = np.zeros((shuffles, len(numbers)))
    repeated = np.zeros((resamples, len(numbers)))
    for k, rows in enumerate(strata):
        y = values[rows]
        if rows.size < _FEWEST or np.ptp(y) == 0:
            continue
        basis, free = _basis([x[rows] for x in numbers])
        part = chance[k] * plain[1][0, k] / total[0]
        within += part * _corrected(_explained(basis, y[None]), free, y.size)[0]
        moved = rng.permuted(np.tile(y, (shuffles, 1)), axis=1)
        shuffled += part * _corrected(_explained(basis, moved), free, y.size)
        parts = (chance[k] * moments[1][:, k] / total_again)[:, None]
        repeated += parts * _corrected(
            _explained_again(basis, y, again[k][1]), free, y.size
        )
    return Shares(
        between=float(between[0]),
        within=within,
        between_shuffled=chance_alone,
        largest_shuffled=shuffled.max(axis=1),
        between_again=between_again,
        within_again=repeated,
    )


def _resampled(
    values: FloatArray, number: int, rng: np.random.Generator
) -> tuple[npt.NDArray[np.int64], FloatArray]:
    """Pick draws with replacement: which, and how often each, (number, draw)."""
    size = values.size
    picked = rng.integers(size, size=(number, size))
    flat = (np.arange(number)[:, None] * size + picked).ravel()
    often = np.bincount(flat, minlength=number * size).reshape(number, size)
    return picked, often.astype(np.float64)


def _moments(parts: Sequence[FloatArray]) -> tuple[FloatArray, FloatArray]:
    """Give mean and variance of each stratum, each of shape (set, stratum)."""
    means = np.stack([part.mean(axis=1) for part in parts], axis=1)
    spread = [
        part.var(axis=1, ddof=1) if part.shape[1] > 1 else np.zeros(len(part))
        for part in parts
    ]
    return means, np.stack(spread, axis=1)


def _between(
    means: FloatArray, variances: FloatArray, chance: FloatArray, counts: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Give the share between strata, and the total variance, each of shape (set,).

    Means of few draws differ by chance; what that gives is taken off.
    """
    centre = means @ chance
    apart = ((means - centre[:, None]) ** 2) @ chance
    apart = apart - variances @ (chance * (1.0 - chance) / counts)
    total = np.maximum(variances @ chance + apart, np.finfo(float).tiny)
    return apart / total, total


def _basis(numbers: Sequence[FloatArray]) -> tuple[FloatArray, FloatArray]:
    """Give a line and a bend over each driver's rank, orthonormal and centred.

    Returns
    -------
    basis : ndarray, shape (2, draw, driver)
        Zero where the driver has too few different values for it.
    free : ndarray, shape (driver,)
        How many of the two there are.
    """
    even = np.ones(numbers[0].size)
    rank = np.stack([mid_ranks(x, even) for x in numbers], axis=1) - 0.5
    line = _unit(rank - rank.mean(axis=0))
    bend = rank**2 - (rank**2).mean(axis=0)
    bend = _unit(bend - line * (line * bend).sum(axis=0))
    basis = np.stack([line, bend])
    return basis, (basis**2).sum(axis=1).round().sum(axis=0)


def _unit(columns: FloatArray) -> FloatArray:
    length = np.sqrt((columns**2).sum(axis=0))
    real = length > 1e-6
    return np.where(real, columns / np.where(real, length, 1.0), 0.0)


def _explained(basis: FloatArray, values: FloatArray) -> FloatArray:
    """Give R squared of each driver for sets of values, shape (set, driver)."""
    centred = values - values.mean(axis=1, keepdims=True)
    found = (centred @ basis[0]) ** 2 + (centred @ basis[1]) ** 2
    return np.asarray(found / (centred**2).sum(axis=1, keepdims=True))


def _explained_again(basis: FloatArray, y: FloatArray, often: FloatArray) -> FloatArray:
    """Give R squared where draws count `often` (set, draw), shape (set, driver)."""
    line, bend = basis
    centred = y - y.mean()
    found = [
        _weighted(line, bend, centred, often[first : first + _BLOCK])
        for first in range(0, len(often), _BLOCK)
    ]
    return np.concatenate(found)


def _weighted(
    line: FloatArray, bend: FloatArray, y: FloatArray, w: FloatArray
) -> FloatArray:
    """Give R squared of ``y ~ 1 + line + bend`` under weights, shape (set, driver)."""
    n = w.sum(axis=1, keepdims=True)
    ml, mb, my = w @ line / n, w @ bend / n, (w @ y)[:, None] / n
    ll = w @ line**2 / n - ml**2
    bb = w @ bend**2 / n - mb**2
    lb = w @ (line * bend) / n - ml * mb
    ly = w @ (line * y[:, None]) / n - ml * my
    by = w @ (bend * y[:, None]) / n - mb * my
    yy = (w @ y**2)[:, None] / n - my**2
    tiny = 1e-9 / n
    real = ll > tiny
    slope = np.where(real, ly / np.where(real, ll, 1.0), 0.0)
    left = bb - np.where(real, lb**2 / np.where(real, ll, 1.0), 0.0)
    bent = left > tiny
    second = np.where(bent, (by - slope * lb) ** 2 / np.where(bent, left, 1.0), 0.0)
    flat = yy <= 1e-12 * np.mean(y**2)
    return np.where(flat, 0.0, (slope * ly + second) / np.where(flat, 1.0, yy))


def _corrected(explained: FloatArray, free: FloatArray, size: int) -> FloatArray:
    """Take off what chance explains; zero on average for an idle driver."""
    return np.asarray(1.0 - (1.0 - explained) * (size - 1) / (size - 1 - free))
