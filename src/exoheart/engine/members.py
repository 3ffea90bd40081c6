"""What an ensemble is made of: members, their schedules, and where they come from.

A source of members is not an array: it makes any block of members where the block is
used, so memory doesn't grow with the ensemble and workers need no shared data.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, overload

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
WholeArray = npt.NDArray[np.int64]
Kind = Literal["add", "rate", "set"]


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
    action: Kind
    target: str
    value: float


@dataclass(frozen=True, slots=True, eq=False)
class Actions:
    """The same action on the same target in many members; as in :class:`Action`.

    Parameters
    ----------
    action, target
        What is done, and to what.
    member : ndarray of int, shape (row,)
        Index of each member within its block.
    time_h, value : ndarray, shape (row,)
        When [h], and how much.
    """

    action: Kind
    target: str
    member: WholeArray
    time_h: FloatArray
    value: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Schedule(Sequence[Action]):
    """Actions of many members as arrays, member by member.

    It reads as a sequence of :class:`Action`; what has to be quick reads the arrays.

    Parameters
    ----------
    names
        Each pair of action and target that is met.
    what : ndarray of int, shape (row,)
        Which of `names` a row is.
    member : ndarray of int, shape (row,)
        Ascending.
    time_h, value : ndarray, shape (row,)
    """

    names: tuple[tuple[Kind, str], ...]
    what: WholeArray
    member: WholeArray
    time_h: FloatArray
    value: FloatArray

    @classmethod
    def of(cls, actions: Sequence[Action]) -> Schedule:
        """Turn rows into arrays; those of one member keep their order."""
        if isinstance(actions, Schedule):
            return actions
        names = tuple(dict.fromkeys((a.action, a.target) for a in actions))
        place = {name: k for k, name in enumerate(names)}
        return cls(
            names,
            np.array([place[a.action, a.target] for a in actions], dtype=np.int64),
            np.array([a.member for a in actions], dtype=np.int64),
            np.array([a.time_h for a in actions], dtype=np.float64),
            np.array([a.value for a in actions], dtype=np.float64),
        )._by_member()

    @classmethod
    def joined(cls, columns: Sequence[Actions]) -> Schedule:
        """Put columns together; each member's rows keep the order of the columns."""
        if not columns:
            return cls.of(())
        names = tuple(dict.fromkeys((c.action, c.target) for c in columns))
        place = {name: k for k, name in enumerate(names)}
        return cls(
            names,
            np.concatenate(
                [np.full(c.member.size, place[c.action, c.target]) for c in columns]
            ),
            np.concatenate([c.member for c in columns]),
            np.concatenate([c.time_h for c in columns]),
            np.concatenate([c.value for c in columns]),
        )._by_member()

    def _by_member(self) -> Schedule:
        return self._in_order(np.argsort(self.member, kind="stable"))

    def in_time(self) -> Schedule:
        """Give the rows of each member by time; those of one time keep their order."""
        return self._in_order(np.lexsort((self.time_h, self.member)))

    def _in_order(self, order: WholeArray) -> Schedule:
        what, member = self.what[order], self.member[order]
        return Schedule(self.names, what, member, self.time_h[order], self.value[order])

    def __len__(self) -> int:
        return len(self.what)

    def __iter__(self) -> Iterator[Action]:
        columns = (self.member, self.time_h, self.what, self.value)
        rows = zip(*(column.tolist() for column in columns), strict=True)
        for member, time_h, what, value in rows:
            action, target = self.names[what]
            yield Action(member, time_h, action, target, value)

    @overload
    def __getitem__(self, place: int) -> Action: ...

    @overload
    def __getitem__(self, place: slice) -> tuple[Action, ...]: ...

    def __getitem__(self, place: int | slice) -> Action | tuple[Action, ...]:
        if isinstance(place, slice):
            return tuple(self)[place]
        action, target = self.names[self.what[place]]
        member, time_h = int(self.member[place]), float(self.time_h[place])
        return Action(member, time_h, action, target, float(self.value[place]))


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
        Actions of all members; those at one time act in the order given. Quickest as
        a :class:`Schedule`.
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
