"""How many members a second, against other solvers, at equal achieved error.

``python benchmarks/ensemble.py`` prints a table, with ``--json`` one JSON document;
what is going on is told on standard error. See the README for the method.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import machine
import peers
import workload
from entrants import (
    OURS,
    RIVAL,
    RTOL,
    Entrant,
    Plan,
    enter,
    our_runners,
    tell,
    their_runner,
)
from first import starts
from ours import CONFIGURATION, Ours
from precision import Point, our_curve, point, their_curve
from race import PeerFailedError
from rounds import Ratio, Runner, drift, quiet, rate, ratio, run_rounds
from same_bits import same_bits
from table import table


def wide(ours: Ours, entrants: Sequence[Entrant], plan: Plan) -> dict[str, Any]:
    """Run everybody once on the wide cohort: who fails, and how large errors get."""
    known = workload.reference("wide")
    cohort = workload.load("wide")
    extreme = Ours(cohort, ours.workers)
    begin = time.perf_counter()
    found = extreme.solve(min(plan.members, len(cohort)), RTOL)
    seconds = time.perf_counter() - begin
    told = {OURS: point(RTOL, seconds, found.values, known).data()}
    for entrant in entrants:
        tell(f"{entrant.team.name}: wide cohort ...")
        solved = entrant.team.solve(entrant.members, RTOL, "wide")
        told[entrant.team.name] = point(RTOL, *solved, known).data()
    return told


def run(plan: Plan, names: Sequence[str]) -> dict[str, Any]:
    """Run the benchmark and give its document."""
    used = machine.cores()
    os.sched_setaffinity(0, used)
    known, narrow = workload.reference("narrow"), workload.load("narrow")
    ours = Ours(narrow, len(used))
    tell("exoheart: first start, work against precision, same bits ...")
    begun = starts()
    counted = min(plan.curve, plan.members, len(known))
    curve = our_curve(ours, known, counted)
    entrants, absent = [], {}
    for name in names:
        try:
            entrants.append(enter(name, plan, used, known[:counted], curve))
        except PeerFailedError as failure:
            absent[name] = str(failure)
            tell(f"{name}: not run: {failure}")
    try:
        told = _measured(plan, ours, entrants, curve, used)
        told["wide"] = wide(ours, entrants, plan)
    finally:
        for entrant in entrants:
            entrant.team.stop()
    return (
        told
        | begun
        | {
            "same_bits": same_bits(ours, min(plan.members, 96)),
            "not_run": absent,
            "machine": machine.describe(),
            "workload": {"cohort": "narrow", "plan": asdict(plan), "rtol": RTOL},
        }
    )


def _measured(
    plan: Plan,
    ours: Ours,
    entrants: Sequence[Entrant],
    curve: Sequence[Point],
    used: Sequence[int],
) -> dict[str, Any]:
    """Run the rounds and put their figures together."""
    rtols = [e.our_rtol for e in entrants if e.our_rtol is not None]
    own = our_runners(ours, plan, rtols)
    theirs = {entrant.team.name: their_runner(entrant) for entrant in entrants}
    found = run_rounds([*own.values(), *theirs.values()], plan.rounds, used)
    good = quiet(found)
    noisy = 2 * len(good) < len(found) or len(good) < min(3, plan.rounds)
    counted = found if noisy else good
    told = {
        entrant.team.name: _peer(entrant, own, theirs[entrant.team.name], counted)
        for entrant in entrants
    }
    rival = told.get(RIVAL, {})
    at_rtol = {one.rtol: one for one in curve}
    errors = {OURS: at_rtol[RTOL].error}
    errors |= {runner.name: at_rtol[rtol].error for rtol, runner in own.items()}
    errors |= {entrant.team.name: entrant.point.error for entrant in entrants}
    rates = {runner.name: rate(counted, runner) for runner in own.values()}
    rates |= {name: rate(counted, runner) for name, runner in theirs.items()}
    known = next((e for e in entrants if e.team.name == RIVAL), None)
    return {
        "ratio_vs_libroadrunner": rival.get("ratio"),
        "ratio_same_tolerance": rival.get("ratio_same_tolerance"),
        "noisy": noisy,
        "control_drift": drift(found),
        "rounds_counted": len(counted),
        "peers": told,
        "exoheart": {"configuration": CONFIGURATION, "members": plan.members},
        "max_relative_error": {name: error.max for name, error in errors.items()},
        "relative_error": {name: error.data() for name, error in errors.items()},
        "members_per_second": rates,
        "work_precision": {
            OURS: [one.data() for one in curve],
            RIVAL: _rival_curve(known, plan),
        },
        "rounds": [one.data() for one in found],
    }


def _rival_curve(entrant: Entrant | None, plan: Plan) -> list[dict[str, Any]]:
    if entrant is None:
        return []
    tell(f"{RIVAL}: work against precision ...")
    count = min(plan.curve, entrant.members)
    known = workload.reference("narrow")[:count]
    return [one.data() for one in their_curve(entrant.team, known, count)]


def _peer(
    entrant: Entrant, own: dict[float, Runner], theirs: Runner, rounds: Any
) -> dict[str, Any]:
    """Give a peer's figures."""
    matched = entrant.our_rtol
    equal = None if matched is None else ratio(rounds, own[matched], theirs)
    per_second = rate(rounds, theirs)
    return {
        "ratio": None if equal is None else equal.median,
        "ratio_range": None if equal is None else _range(equal),
        "our_rtol": matched,
        "ratio_same_tolerance": ratio(rounds, own[RTOL], theirs).median,
        "members_per_second": per_second,
        "ms_per_member": 1e3 / per_second if per_second else None,
        "error": entrant.point.error.data(),
        "members": entrant.members,
        "failures": entrant.point.failed,
        "setup": asdict(entrant.setup),
        "configuration": peers.peer(entrant.team.name).CONFIGURATION,
    }


def _range(one: Ratio) -> list[float]:
    return [one.min, one.max]


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--quick", action="store_true", help="few members and rounds")
    parser.add_argument("--members", type=int, help="members that our engine solves")
    parser.add_argument("--rounds", type=int, help="rounds of everybody in turn")
    parser.add_argument("--peers", help=f"any of {','.join(peers.NAMES)}")
    return parser.parse_args(given)


def plain(value: Any) -> Any:
    """Give a document that JSON can hold: numbers that aren't finite become null."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    return value


def plan_of(chosen: argparse.Namespace) -> Plan:
    """Turn options into a plan."""
    plan = (
        Plan(192, 3, 2.0, 300.0, 32) if chosen.quick else Plan(1000, 7, 8.0, 900.0, 256)
    )
    return Plan(
        chosen.members or plan.members,
        chosen.rounds or plan.rounds,
        plan.budget_s,
        plan.setup_s,
        plan.curve,
    )


def main() -> None:
    """Run and print."""
    chosen = arguments()
    names = ("libroadrunner", "cvode") if chosen.quick else peers.NAMES
    names = tuple(chosen.peers.split(",")) if chosen.peers else names
    try:
        names = tuple(map(peers.known, names))
    except ValueError as fault:
        raise SystemExit(str(fault)) from None
    told = run(plan_of(chosen), names)
    if chosen.json:
        print(json.dumps(plain(told), indent=1, allow_nan=False))
    else:
        print(table(told))


if __name__ == "__main__":
    main()
