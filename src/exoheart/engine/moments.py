"""Mean, variance and extremes of every sample and observable over all members."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from exoheart.engine.members import Block, FloatArray
from exoheart.engine.reducers import LEAF, State, Tally, check_alike, check_shape
from exoheart.engine.sums import FixedTree, leaf_of, merge_spread, spread


class Moments:
    """Mean, variance and extremes, summed in a fixed tree.

    Members that failed are counted apart (`tally`), and so is any other value that
    isn't finite (`missing`); neither takes part. The variance loses as many digits as
    the mean is larger than the standard deviation, and not twice as many.

    Parameters
    ----------
    samples, observables
        Shape of a member's values.

    Examples
    --------
    >>> moments = Moments(samples=1, observables=1)
    >>> block = Block(np.ones((3, 1)), np.ones((3, 1)), (), np.zeros((3, 1)))
    >>> moments.add(0, block, np.array([[[1.0]], [[2.0]], [[6.0]]]))
    >>> float(moments.mean[0, 0]), float(moments.variance[0, 0])
    (3.0, 7.0)
    """

    def __init__(self, samples: int, observables: int) -> None:
        self.shape = (samples, observables)
        self.tally = Tally()
        self._tree = FixedTree(merge_spread)

    @property
    def description(self) -> str:
        """Kind and settings as a text."""
        return f"Moments(samples={self.shape[0]}, observables={self.shape[1]})"

    def add(self, first: int, block: Block, values: FloatArray) -> None:
        """Take a block.

        Raises
        ------
        InputError
            Its shape is another, it cuts a leaf, or it came before.
        """
        check_shape(values, *self.shape)
        self.tally.add(first, values)
        for start in range(0, len(values), LEAF):
            self._tree.add((first + start) // LEAF, spread(leaf_of(values, start)))

    def merge(self, other: Moments) -> None:
        """Take the sums of another one.

        Raises
        ------
        InputError
            It has other settings, or has met some of the same members.
        """
        check_alike(self, other)
        self.tally.merge(other.tally)
        self._tree.merge(other._tree)

    def state(self) -> State:
        """Give the tally and the nodes of the tree."""
        return {**self.tally.state(), **self._tree.state()}

    def restore(self, state: Mapping[str, npt.NDArray[Any]]) -> None:
        """Replace what it holds by a saved state."""
        self.tally.restore(state)
        self._tree.restore(state)

    @property
    def count(self) -> npt.NDArray[np.int64]:
        """Finite values, shape (sample, observable)."""
        return self._of("count", 0.0).astype(np.int64)

    @property
    def missing(self) -> npt.NDArray[np.int64]:
        """Values of members that didn't fail and yet aren't finite, same shape."""
        solved = self.tally.members - self.tally.failed
        return np.asarray(solved - self.count, dtype=np.int64)

    @property
    def mean(self) -> FloatArray:
        """Mean, NaN where nothing is finite."""
        return np.where(self.count > 0, self._of("mean", np.nan), np.nan)

    @property
    def variance(self) -> FloatArray:
        """Variance with n - 1 below, NaN for fewer than two values."""
        below = np.where(self.count > 1, self.count - 1.0, np.nan)
        return self._of("squares", np.nan) / below

    @property
    def low(self) -> FloatArray:
        """Smallest value, NaN where nothing is finite."""
        return np.where(self.count > 0, self._of("low", np.nan), np.nan)

    @property
    def high(self) -> FloatArray:
        """Largest value, NaN where nothing is finite."""
        return np.where(self.count > 0, self._of("high", np.nan), np.nan)

    def _of(self, name: str, empty: float) -> FloatArray:
        total = self._tree.total()
        return np.full(self.shape, empty) if total is None else total[name].copy()
