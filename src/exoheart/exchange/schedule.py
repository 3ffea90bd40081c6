"""A schedule as steps: what every target becomes at each time, in one go.

Rows at one time act in the order given; foreign simulators promise no order between
events. So the rows of a time are folded into one change for each target, which becomes
one event with one assignment for each.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from exoheart.engine import Action

#: Prefix of the parameter that holds the constant inflow into a state.
INFLOW = "inflow_"


@dataclass(frozen=True, slots=True)
class Change:
    """What happens to one state or parameter: it becomes ``(to or itself) + plus``.

    `to` is None where the old value counts.
    """

    target: str
    to: float | None
    plus: float

    def applied(self, value: float) -> float:
        """Give the new value from the old one.

        Examples
        --------
        >>> Change("blood", None, 2.0).applied(1.0), Change("flow", 0.1, 0.0).applied(1)
        (3.0, 0.1)
        """
        return (value if self.to is None else self.to) + self.plus


@dataclass(frozen=True, slots=True)
class Step:
    """All changes at one time [h], at most one for each target."""

    time_h: float
    changes: tuple[Change, ...]


def steps(schedule: Iterable[Action]) -> tuple[Step, ...]:
    """Fold the rows of one animal's schedule, in the order of time.

    Examples
    --------
    >>> rows = (Action(0, 2.0, "add", "x", 3.0), Action(0, 2.0, "set", "x", 1.0))
    >>> steps(rows)[0].changes
    (Change(target='x', to=1.0, plus=0.0),)
    """
    by_time: dict[float, dict[str, Change]] = {}
    for row in schedule:
        changes = by_time.setdefault(float(row.time_h), {})
        target = target_of(row)
        changes[target] = _then(changes.get(target, Change(target, None, 0.0)), row)
    return tuple(
        Step(time_h, tuple(by_time[time_h].values())) for time_h in sorted(by_time)
    )


def target_of(row: Action) -> str:
    """Give what a row changes: for a rate the inflow into its state."""
    return INFLOW + row.target if row.action == "rate" else row.target


def inflows(schedule: Iterable[Action]) -> tuple[str, ...]:
    """Give the states that something flows into, in the order they come."""
    return tuple(dict.fromkeys(row.target for row in schedule if row.action == "rate"))


def _then(change: Change, row: Action) -> Change:
    value = float(row.value)
    if row.action == "add":
        return Change(change.target, change.to, change.plus + value)
    return Change(change.target, value, 0.0)
