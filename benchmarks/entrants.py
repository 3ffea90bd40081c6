"""Everybody who takes part in a run: set up, measured once, and ready to be timed."""

from __future__ import annotations

import importlib.util
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ours import Ours
from precision import Point, matching, point
from race import PeerFailedError, Setup, Team
from rounds import Runner

OURS, RIVAL, RTOL = "exoheart", "libroadrunner", 1e-6
#: Packages that a peer needs.
NEEDS = {
    "libroadrunner": ("roadrunner",),
    "cvode": ("sksundae", "numba"),
    "sundae": ("sksundae", "numba"),
    "scipy_lsoda": ("scipy", "numba"),
    "copasi": ("COPASI",),
    "diffrax": ("diffrax", "numba"),
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run of the benchmark does.

    Parameters
    ----------
    members
        Members that our engine solves; peers solve as many of the first of them as fit
        `budget_s`.
    rounds
        Rounds of everybody in turn.
    budget_s
        Time of a peer in a round [s].
    setup_s
        Time that a peer may take to get ready [s].
    curve
        Members of the work-precision curves.
    """

    members: int
    rounds: int
    budget_s: float
    setup_s: float
    curve: int


@dataclass(frozen=True, slots=True)
class Entrant:
    """A peer that is ready, and how it did before the rounds.

    Parameters
    ----------
    team
        Its processes.
    setup
        How long it took to get ready.
    members
        How many it solves in a round.
    point
        Its error at the benchmark's tolerance.
    our_rtol
        Our coarsest tolerance at which we err no more; None if there is none.
    rounds
        Rounds it takes part in; fewer if it needs far more than its time.
    """

    team: Team
    setup: Setup
    members: int
    point: Point
    our_rtol: float | None
    rounds: int


def tell(text: str) -> None:
    """Say what is going on."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def enter(
    name: str, plan: Plan, used: Sequence[int], known: Any, curve: Sequence[Point]
) -> Entrant:
    """Set a peer up, see how fast it is, and measure its error.

    Raises
    ------
    PeerFailedError
        It isn't installed, couldn't be set up, or took too long.
    """
    missing = [p for p in NEEDS[name] if importlib.util.find_spec(p) is None]
    if missing:
        raise PeerFailedError(f"{', '.join(missing)} isn't installed")
    tell(f"{name}: setting up ...")
    team = Team(name, used)
    try:
        setup = team.wait(plan.setup_s)
        trial = min(plan.members, len(used) * team.chunk)
        seconds, values = team.solve(trial, RTOL)
        fitting = int(plan.budget_s * trial / seconds)
        members = max(trial, min(plan.members, fitting - fitting % trial))
        if members > trial:
            tell(f"{name}: error of {members} members ...")
            seconds, values = team.solve(members, RTOL)
        measured = point(RTOL, seconds, values, known)
    except PeerFailedError:
        team.stop()
        raise
    matched = matching(curve, measured.error, min(members, len(known)))
    slow = seconds > 2.0 * plan.budget_s
    rounds = min(plan.rounds, 2) if slow else plan.rounds
    return Entrant(team, setup, members, measured, matched, rounds)


def our_runners(ours: Ours, plan: Plan, rtols: Sequence[float]) -> dict[float, Runner]:
    """Give our engine at each tolerance that some peer is matched with."""

    def timed(rtol: float) -> Callable[[], float]:
        def run() -> float:
            begin = time.perf_counter()
            ours.solve(plan.members, rtol)
            return time.perf_counter() - begin

        return run

    names = {rtol: f"{OURS} {rtol:g}" for rtol in sorted({*rtols, RTOL}, reverse=True)}
    solved = {
        rtol: plan.members - ours.solve(plan.members, rtol).failed for rtol in names
    }
    return {
        rtol: Runner(name, solved[rtol], timed(rtol)) for rtol, name in names.items()
    }


def their_runner(entrant: Entrant) -> Runner:
    """Give a peer's runner; failed members take time but don't count."""
    count, team = entrant.members, entrant.team
    solved = count - entrant.point.failed
    return Runner(team.name, solved, lambda: team.solve(count, RTOL)[0], entrant.rounds)
