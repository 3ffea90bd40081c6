"""A probability with its Monte Carlo error; the 90 % interval of draws.

Used by every part of the trial and by decision. The outer draw is the independent
unit: thousands of trials of 64 outer draws know a probability no better than 64 draws
do, and the error says so.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Probability:
    """A probability and its Monte Carlo error (one standard error), both 0 to 1."""

    value: float
    error: float


def probability(shares: npt.ArrayLike) -> Probability:
    """Give the mean of per-draw shares and its Monte Carlo error.

    The error is the standard deviation of the shares over the square root of their
    number. Where every share is 0 or 1 (the event happened in a draw or did not), one
    draw that failed and one that succeeded are added for it: an error of zero would
    claim that an event not seen in 64 draws can't happen.

    Parameters
    ----------
    shares : (draw,) array_like
        For each outer draw the share of its trials in which the event happened.

    Examples
    --------
    >>> sure = probability([1.0] * 62)
    >>> sure.value, round(sure.error, 3)
    (1.0, 0.016)
    """
    given = np.asarray(shares, dtype=np.float64)
    if given.size == 0:
        return Probability(float("nan"), float("nan"))
    whole = bool(np.isin(given, (0.0, 1.0)).all()) or given.size < 2
    spread = np.concatenate([given, [0.0, 1.0]]) if whole else given
    error = spread.std(ddof=0 if whole else 1) / np.sqrt(spread.size)
    return Probability(float(given.mean()), float(error))


def interval90(values: npt.ArrayLike) -> tuple[float, float]:
    """Give the 5 % and 95 % quantiles of the finite values (NaN where none is)."""
    low, high = quantiles(values, (0.05, 0.95))
    return low, high


def median(values: npt.ArrayLike) -> float:
    """Give the median of the finite values (NaN where none is)."""
    return quantiles(values, (0.5,))[0]


def quantiles(values: npt.ArrayLike, shares: tuple[float, ...]) -> tuple[float, ...]:
    """Give quantiles of the finite values, interpolated; NaN where none is finite."""
    given = np.asarray(values, dtype=np.float64)
    finite = given[np.isfinite(given)]
    if finite.size == 0:
        return tuple(float("nan") for _ in shares)
    return tuple(float(q) for q in np.quantile(finite, shares))
