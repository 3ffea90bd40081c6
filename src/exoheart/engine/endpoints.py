"""Chosen outputs of every member, as a table; it grows with the members by nature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from exoheart.engine.members import Block, FloatArray
from exoheart.engine.reducers import Output, State, Tally, check_alike, chosen


class Endpoints:
    """The table of chosen outputs, one row for each member.

    Unlike the other reducers it grows: 8 bytes for each member and output, so a million
    members with ten outputs hold 80 MB. Failed members keep their row, with NaN.

    Parameters
    ----------
    outputs
        Pairs of sample and observable.

    Examples
    --------
    >>> endpoints = Endpoints([(0, 1)])
    >>> block = Block(np.ones((2, 1)), np.ones((2, 1)), (), np.zeros((2, 1)))
    >>> endpoints.add(0, block, np.array([[[1.0, 2.0]], [[3.0, 4.0]]]))
    >>> endpoints.table()
    array([[2.],
           [4.]])
    """

    def __init__(self, outputs: Sequence[Output]) -> None:
        self.outputs = tuple((int(s), int(o)) for s, o in outputs)
        self.tally = Tally()
        self._parts: dict[int, FloatArray] = {}

    @property
    def description(self) -> str:
        """Kind and settings as a text."""
        return f"Endpoints(outputs={self.outputs})"

    def add(self, first: int, block: Block, values: FloatArray) -> None:
        """Take a block.

        Raises
        ------
        InputError
            A chosen output isn't there, the block cuts a leaf, or it came before.
        """
        part = chosen(values, self.outputs)
        self.tally.add(first, values)
        self._parts[first] = part

    def merge(self, other: Endpoints) -> None:
        """Take the rows of another one.

        Raises
        ------
        InputError
            It has other outputs, or has met some of the same members.
        """
        check_alike(self, other)
        self.tally.merge(other.tally)
        self._parts |= other._parts

    def state(self) -> State:
        """Give the tally and the table."""
        table = {"row_members": self.members(), "rows": self.table()}
        return {**self.tally.state(), **table}

    def restore(self, state: Mapping[str, npt.NDArray[Any]]) -> None:
        """Replace the rows by saved ones."""
        self.tally.restore(state)
        members, rows = state["row_members"], state["rows"]
        starts = np.flatnonzero(np.diff(members, prepend=-2) != 1)
        parts = np.split(rows, starts[1:])
        self._parts = {
            int(members[start]): part
            for start, part in zip(starts, parts, strict=False)
        }

    def members(self) -> npt.NDArray[np.int64]:
        """Give the member that each row of the table belongs to, rising."""
        parts = sorted(self._parts.items())
        ranges = [np.arange(first, first + len(part)) for first, part in parts]
        return np.concatenate([np.zeros(0, dtype=np.int64), *ranges])

    def table(self) -> FloatArray:
        """Give the table, shape (member, output), rows in the order of members."""
        empty = np.zeros((0, len(self.outputs)))
        return np.concatenate([empty, *(p for _, p in sorted(self._parts.items()))])
