"""Interleaved rounds: everybody runs once in each; a control tells of disturbances.

Ratios are taken within rounds, where the machine was the same for both, and their
median is reported. A round whose control was slower than the quietest one by more than
:data:`DRIFT` is set aside; if less than half are left, the result is called noisy.
"""

from __future__ import annotations

import math
import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from machine import control

DRIFT = 0.10


@dataclass(frozen=True, slots=True)
class Runner:
    """Something to be timed.

    Parameters
    ----------
    name
        Its name in the rounds.
    members
        How many members one run solves, failed ones not counted.
    run
        Runs it and gives the seconds it took.
    rounds
        In how many rounds it takes part, counted from the first.
    """

    name: str
    members: int
    run: Callable[[], float]
    rounds: int = 1_000


@dataclass(frozen=True, slots=True)
class Round:
    """What was measured in one round.

    Parameters
    ----------
    control_s
        Time of the control, before and after each runner [s].
    seconds
        By runner.
    """

    control_s: tuple[float, ...]
    seconds: Mapping[str, float]

    @property
    def control(self) -> float:
        """The median of the control [s]."""
        return statistics.median(self.control_s)

    def data(self) -> dict[str, Any]:
        """Give the round as plain data."""
        return {"control_s": list(self.control_s), "seconds": dict(self.seconds)}


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many times more members a second one runner solves than another."""

    median: float
    min: float
    max: float


def run_rounds(
    runners: Sequence[Runner], count: int, used: Sequence[int]
) -> list[Round]:
    """Run everybody `count` times, in turn."""
    found = []
    for number in range(count):
        controls, seconds = [control(used)], {}
        for runner in (one for one in runners if number < one.rounds):
            sys.stderr.write(f"\rround {number + 1} of {count}: {runner.name:<24}")
            sys.stderr.flush()
            seconds[runner.name] = runner.run()
            controls.append(control(used))
        found.append(Round(tuple(controls), seconds))
    sys.stderr.write("\n")
    return found


def quiet(rounds: Sequence[Round]) -> list[Round]:
    """Leave out rounds that were disturbed."""
    best = min(one.control for one in rounds)
    return [one for one in rounds if one.control <= (1.0 + DRIFT) * best]


def drift(rounds: Sequence[Round]) -> float:
    """Give by how much the slowest control exceeds the fastest."""
    times = [one.control for one in rounds]
    return max(times) / min(times) - 1.0


def rate(rounds: Sequence[Round], runner: Runner) -> float:
    """Give the median of members a second over rounds."""
    return statistics.median(_rates(rounds, runner))


def _rates(rounds: Sequence[Round], runner: Runner) -> list[float]:
    """Give members a second in each round that the runner took part in."""
    times = [one.seconds[runner.name] for one in rounds if runner.name in one.seconds]
    return [runner.members / seconds for seconds in times] or [math.nan]


def ratio(rounds: Sequence[Round], ours: Runner, theirs: Runner) -> Ratio:
    """Compare two runners round by round."""
    shared = [one for one in rounds if theirs.name in one.seconds]
    pairs = zip(_rates(shared, ours), _rates(shared, theirs), strict=True)
    each = [own / their for own, their in pairs] or [math.nan]
    return Ratio(statistics.median(each), min(each), max(each))
