"""Shares of variance between bins: the correlation ratio of one unknown at a time.

Used by :mod:`exoheart.decision.roadblocks` where draws have no rival mechanisms.

References
----------
Kelley1935 (epsilon squared).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from exoheart.errors import InputError

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

_PER_BIN = 12  # draws that a bin should hold; fewer make its mean a guess
_MOST_BINS = 5


def require_draws(
    name: str, values: npt.ArrayLike | Sequence[str], kept: npt.NDArray[np.bool_]
) -> npt.NDArray[np.generic]:
    """Give values as an array, one an outer draw."""
    array = np.asarray(values)
    if array.shape != kept.shape:
        raise InputError(
            f"{name}: values of shape {array.shape}; allowed: {kept.shape}, one an "
            "outer draw; hand over the draws of the effect"
        )
    return array


def all_bins(
    numbers: Mapping[str, npt.ArrayLike],
    labels: Mapping[str, Sequence[str]],
    kept: npt.NDArray[np.bool_],
) -> dict[str, IntArray]:
    """Give each driver's bin of each kept draw; constants are left out."""
    bins: dict[str, IntArray] = {}
    for name, values in (*numbers.items(), *labels.items()):
        array = require_draws(name, values, kept)
        found = _labelled(array[kept]) if name in labels else _binned(array[kept])
        if len(np.unique(found)) > 1:
            bins[name] = found
    return bins


def _binned(values: npt.NDArray[np.generic]) -> IntArray:
    """Cut values into a few bins of like size; equal values share a bin."""
    number = int(np.clip(values.size // _PER_BIN, 2, _MOST_BINS))
    x = values.astype(np.float64)
    ordered = np.sort(x)
    place = 0.5 * (
        np.searchsorted(ordered, x, "left") + np.searchsorted(ordered, x, "right") - 1
    )
    return _renumbered(np.floor((place + 0.5) * number / x.size).astype(np.int64))


def _labelled(values: npt.NDArray[np.generic]) -> IntArray:
    """Give each label a number; those met once share one."""
    _, codes, counts = np.unique(values, return_inverse=True, return_counts=True)
    return _renumbered(np.where(counts[codes] > 1, codes, len(counts)))


def _renumbered(codes: IntArray) -> IntArray:
    return np.asarray(np.unique(codes, return_inverse=True)[1], dtype=np.int64)


def epsilon_squared(
    groups: IntArray, weights: FloatArray, values: FloatArray
) -> FloatArray:
    """Give the corrected share of variance between bins.

    Parameters
    ----------
    groups : (driver, draw) ndarray
    weights : (w, draw) ndarray
        How often each draw counts.
    values : (v, draw) ndarray
        Effects; `w` or `v` is 1.

    Returns
    -------
    ndarray, shape (max(w, v), driver)
        1 - [within/(N - k)] / [total/(N - 1)]; below zero where chance would do more.
    """
    drawn = weights.sum(axis=1, keepdims=True)
    centred = values - values.mean(axis=1, keepdims=True)
    first, second = weights * centred, weights * centred**2
    total = second.sum(axis=1) - first.sum(axis=1) ** 2 / drawn[:, 0]
    number = drawn[:, 0]
    found = []
    for bins in groups:
        member = (bins[:, None] == np.arange(bins.max() + 1)).astype(np.float64)
        count, sums = weights @ member, first @ member
        filled = count > 0
        squares = np.divide(sums**2, count, where=filled, out=np.zeros_like(sums))
        within = second.sum(axis=1) - squares.sum(axis=1)
        free = number - filled.sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            found.append(1.0 - (within / free) / (total / (number - 1)))
    return np.stack(found, axis=1)
