"""What an ensemble is made of: members, their schedules, and where they come from.

A source of members is not an array: it makes any block of members where the block is
used, so memory doesn't grow with the ensemble and workers need no shared data.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Action:
    """One row of a schedule; one dose may be several rows.

    Parameters
    ----------
    member
        Index of the member within its block.
    time_h
        When [h].
    action
        ``add`` adds `value` to a state, ``set`` sets a state or a parameter,
        ``rate`` sets a constant inflow into a state [its unit per hour] that lasts
        until the next ``rate`` on the same state.
    target
        Id of the state or parameter.
    value
        In the unit of the target (per hour for ``rate``).
    """

    member: int
    time_h: float
    action: Literal["add", "rate", "set"]
    target: str
    value: float


@dataclass(frozen=True, slots=True)
class Block:
    """Members `first` to ``first + count - 1``, ready to be solved.

    Parameters
    ----------
    parameters : ndarray, shape (count, p)
        Values in the order of ``Model.parameters``.
    initial : ndarray, shape (count, s)
        States at the start, in the order of ``Model.states``.
    schedule
        Actions of all members; those at one time act in the order given.
    sample_times : ndarray, shape (count, t)
        Ascending [h]. A value at the time of an action is the value before it.
    """

    parameters: FloatArray
    initial: FloatArray
    schedule: Sequence[Action]
    sample_times: FloatArray


class Members(Protocol):
    """A source of members; must be picklable to be used by several workers."""

    def __len__(self) -> int:
        """How many members there are."""
        ...

    def block(self, first: int, count: int) -> Block:
        """Make a block of members; the same members for every way of blocking."""
        ...


@dataclass(frozen=True, slots=True)
class Table:
    """Members from ready arrays, for a few solves at known parameters."""

    parameters: FloatArray
    initial: FloatArray
    schedule: tuple[Action, ...]
    sample_times: FloatArray

    def __len__(self) -> int:
        return len(self.parameters)

    def block(self, first: int, count: int) -> Block:
        """Make a block of members by slicing the arrays."""
        rows = slice(first, first + count)
        inside = (a for a in self.schedule if first <= a.member < first + count)
        schedule = tuple(
            Action(a.member - first, a.time_h, a.action, a.target, a.value)
            for a in inside
        )
        return Block(
            self.parameters[rows], self.initial[rows], schedule, self.sample_times[rows]
        )
