"""What takes solved blocks and keeps a summary: the protocol, and the count of members.

In: solved blocks, in whatever order they come. Out: a summary that doesn't grow with
the members, with the same bits for any blocking, order or number of threads. Blocks
start at multiples of :data:`LEAF` members and hold a multiple of it (but for the last),
so every leaf of 64 members is always seen whole. Read next:
:mod:`exoheart.engine.quantiles`, :mod:`exoheart.engine.moments`,
:mod:`exoheart.engine.associations`, :mod:`exoheart.engine.endpoints`, and
:mod:`exoheart.engine.reduce`, which feeds them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, Self

import numpy as np
import numpy.typing as npt

from exoheart.engine.members import Block, FloatArray
from exoheart.errors import InputError

#: Members of one leaf, the smallest share of an ensemble that is summed at once.
LEAF = 64
_NONE = 2**62  # no leaf: behind every leaf there can be
#: What a reducer holds, by name: arrays of numbers, never objects.
State = dict[str, npt.NDArray[Any]]
#: Index of a sample time and of an observable.
Output = tuple[int, int]


class Reducer(Protocol):
    """Something that takes solved blocks in whatever order they come."""

    @property
    def description(self) -> str:
        """Kind and settings as a text; equal texts can be merged and resumed."""
        ...

    def add(self, first: int, block: Block, values: FloatArray) -> None:
        """Take the block that starts at member `first`, (count, sample, observable)."""
        ...

    def merge(self, other: Self) -> None:
        """Take what another one of the same description has met, exactly."""
        ...

    def state(self) -> State:
        """Give all that it holds; the same arrays for any order of blocks."""
        ...

    def restore(self, state: Mapping[str, npt.NDArray[Any]]) -> None:
        """Replace what it holds by what :meth:`state` gave."""
        ...


class Tally:
    """Which leaves a reducer has met, and how many of their members failed.

    Holds one byte for every 64 members. A member has failed if all its values are NaN.
    """

    def __init__(self) -> None:
        self.members = 0
        self.failed = 0
        self._met = np.zeros(0, dtype=np.bool_)
        self._end = 0  # one past the furthest leaf met
        self._cut = _NONE  # the leaf that isn't full; it ends the ensemble

    def add(self, first: int, values: FloatArray) -> npt.NDArray[np.bool_]:
        """Count a block and say which of its members failed, shape (count,).

        Raises
        ------
        InputError
            The block cuts a leaf, or some of it came before.
        """
        end = first + len(values)
        if first % LEAF or not len(values):
            raise InputError(
                f"met a block of {len(values)} members from member {first} on; allowed:"
                f" one or more from a multiple of {LEAF} on; cut the ensemble there"
            )
        leaves = np.arange(first // LEAF, -(-end // LEAF))
        self._mark(leaves, end // LEAF if end % LEAF else _NONE)
        failed = np.isnan(values[:, 0, 0])
        failed[failed] = np.isnan(values[failed]).all(axis=(1, 2))
        self.members += len(values)
        self.failed += int(failed.sum())
        return failed

    def merge(self, other: Tally) -> None:
        """Count what another one has met.

        Raises
        ------
        InputError
            Both have met the same members.
        """
        self._mark(np.flatnonzero(other._met), other._cut)
        self.members += other.members
        self.failed += other.failed

    def state(self) -> State:
        """Give the counts and the leaves met."""
        return {
            "members": np.array([self.members, self.failed, self._cut]),
            "leaves": self._met[: self._end].copy(),
        }

    def restore(self, state: Mapping[str, npt.NDArray[Any]]) -> None:
        """Replace the counts by saved ones."""
        self.members, self.failed, self._cut = (int(n) for n in state["members"])
        self._met = state["leaves"].copy()
        self._end = len(self._met)

    def _mark(self, leaves: npt.NDArray[np.intp], cut: int) -> None:
        """Note leaves as met, unless one came before or lies behind a cut one."""
        end = max(self._end, int(leaves.max(initial=-1)) + 1)
        cut = min(cut, self._cut)
        if end > cut + 1:
            raise InputError(
                f"met members from {(cut + 1) * LEAF} on, but the leaf before is cut; "
                f"allowed: blocks of a multiple of {LEAF} members, but for the last "
                "one; give whole leaves"
            )
        if end > len(self._met):
            longer = np.zeros(max(end, 2 * len(self._met)), dtype=np.bool_)
            longer[: len(self._met)] = self._met
            self._met = longer
        if self._met[leaves].any():
            again = int(leaves[self._met[leaves]][0]) * LEAF
            raise InputError(
                f"met the members from {again} on a second time; allowed: once each; "
                "give every block to a reducer once and merge only separate parts"
            )
        self._met[leaves] = True
        self._end, self._cut = end, cut


def check_shape(values: FloatArray, samples: int, observables: int) -> None:
    """Refuse a block of other samples or observables than a reducer was made for.

    Raises
    ------
    InputError
        The shape differs from (count, `samples`, `observables`).
    """
    if values.shape[1:] != (samples, observables):
        raise InputError(
            f"met values of shape {values.shape}; allowed: (members, {samples}, "
            f"{observables}); make the reducer for this model's samples and observables"
        )


def check_alike(one: Reducer, other: Reducer) -> None:
    """Refuse to merge reducers that don't summarise the same.

    Raises
    ------
    InputError
        Their descriptions differ.
    """
    if one.description != other.description:
        raise InputError(
            f"met {other.description}; allowed: {one.description}; merge reducers made "
            "with the same settings"
        )


def chosen(values: FloatArray, outputs: Sequence[Output]) -> FloatArray:
    """Give chosen outputs of a block.

    Parameters
    ----------
    values : ndarray, shape (count, sample, observable)
    outputs
        Pairs of sample and observable.

    Returns
    -------
    ndarray, shape (count, output)

    Raises
    ------
    InputError
        A pair lies outside the values.
    """
    samples, observables = values.shape[1:]
    wrong = [
        pair
        for pair in outputs
        if not (0 <= pair[0] < samples and 0 <= pair[1] < observables)
    ]
    if wrong:
        raise InputError(
            f"met the outputs (sample, observable) {wrong}; allowed: samples below "
            f"{samples} and observables below {observables}; choose among these"
        )
    columns = np.array([pair[0] * observables + pair[1] for pair in outputs], np.intp)
    return values.reshape(len(values), samples * observables).take(columns, axis=1)
