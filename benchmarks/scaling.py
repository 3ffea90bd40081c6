"""How cost and memory grow with members, states and doses, and how near the peak it is.

``python benchmarks/scaling.py`` prints tables, with ``--json`` one JSON document. Our
engine only; :mod:`ensemble` compares it with others.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

import families
import machine
import workload
from exoheart.engine import Action, Model, solve
from exoheart.engine.ensemble import BlockSolver
from exoheart.engine.members import Members
from exoheart.engine.moments import Moments
from exoheart.engine.quantiles import Quantiles
from exoheart.engine.reduce import Settings, reduce
from ours import Ours
from peak import fused_per_second, operations_of_step
from workload import Workload, by_member

MEMBERS = (1, 8, 32, 128, 512, 1000)
STATES = (10, 20, 40, 80, 120)
DOSES = (1, 3, 10, 30, 100)
#: Members, states and output times of the runs whose memory is compared.
FEW, MANY, CHAIN, SAMPLES = 1_000, 1_000_000, 10, 20
_REPEATS = 3


def fastest(run: Callable[[], Any]) -> float:
    """Give the shortest of some runs [s]; the first one only warms up."""
    run()
    times = []
    for _ in range(_REPEATS):
        begin = time.perf_counter()
        run()
        times.append(time.perf_counter() - begin)
    return min(times)


def over_members(ours: Ours) -> list[dict[str, float]]:
    """Time ensembles of growing size, on one core and on all."""
    rows = []
    for count in MEMBERS:
        members = ours.workload.first(count).members
        row: dict[str, float] = {"members": count}
        for workers in (1, ours.workers):
            seconds = fastest(partial(_solve, ours.model, members, workers))
            row[f"ms_per_member_{workers}"] = 1e3 * seconds / count
        rows.append(row)
    return rows


def over_states(count: int) -> list[dict[str, Any]]:
    """Time chains of growing length, on one core."""
    rows = []
    for name in families.NAMES:
        for states in STATES:
            begin = time.perf_counter()
            members = families.drawn(name, states, count)
            _solve(members.model, families.drawn(name, states, 1), 1)
            ready = time.perf_counter() - begin
            seconds = fastest(partial(_solve, members.model, members, 1))
            steps = float(solve(members.model, members).steps.mean())
            rows.append(
                {
                    "family": name,
                    "states": states,
                    "ready_s": ready,
                    "ms_per_member": 1e3 * seconds / count,
                    "steps": steps,
                    "us_per_step": 1e6 * seconds / count / steps,
                }
            )
    return rows


def over_doses(ours: Ours, count: int) -> list[dict[str, float]]:
    """Time the frozen model with growing numbers of doses, on one core."""
    rows = []
    for doses in DOSES:
        members = dosed(ours.workload.first(count), doses).members
        seconds = fastest(partial(_solve, ours.model, members, 1))
        steps = float(solve(ours.model, members).steps.mean())
        each = 1e3 * seconds / count
        rows.append({"doses": doses, "ms_per_member": each, "steps": steps})
    return rows


def dosed(own: Workload, doses: int) -> Workload:
    """Give the workload with evenly spread doses into a vein in place of its own."""
    members = own.members
    kept = [action for action in members.schedule if action.action == "set"]
    last = float(members.sample_times[0, -1])
    given = [
        Action(member, float(at), "add", "delivery_venous", 1000.0 / doses)
        for member in range(len(own))
        for at in 2.0 + np.arange(doses) * (last - 2.0) / doses
    ]
    table = replace(members, schedule=(*kept, *given))
    return replace(own, members=table, schedules=by_member(table))


def memory() -> dict[str, float]:
    """Give the highest memory of a small and a large reduced ensemble [MB]."""
    few, many = (_measured(count) for count in (FEW, MANY))
    return {
        "members_few": FEW,
        "members_many": MANY,
        "few_mb": few["mb"],
        "many_mb": many["mb"],
        "growth": many["mb"] / few["mb"] - 1.0,
        "many_s": many["seconds"],
    }


def _measured(count: int) -> dict[str, float]:
    command = [sys.executable, str(Path(__file__)), "--reduce", str(count)]
    found = subprocess.run(command, check=True, capture_output=True, text=True)
    return dict(json.loads(found.stdout))


def reduced(count: int) -> dict[str, float]:
    """Reduce an ensemble of a chain in this process, and give its highest memory."""
    members = families.drawn("stiff", CHAIN, count, SAMPLES)
    kept = len(members.model.observables)
    reducers = (Moments(SAMPLES, kept), Quantiles(SAMPLES, kept, smallest=1e-9))
    settings = Settings(workers=len(machine.cores()))
    begin = time.perf_counter()
    reduce(BlockSolver(members.model), members, reducers, settings)
    seconds = time.perf_counter() - begin
    highest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0
    return {"mb": highest, "seconds": seconds}


def share_of_peak(ours: Ours, count: int) -> dict[str, Any]:
    """Compare what a solve does in a second with what one core can do."""
    from exoheart.engine.native import machine as processor

    members = ours.workload.first(count).members
    seconds = fastest(partial(_solve, ours.model, members, 1))
    steps = int(solve(ours.model, members).steps.sum())
    operations = operations_of_step(ours.model)
    peak = fused_per_second()
    done = sum(operations.values()) * steps / processor().width
    return {
        "operations_of_step": operations,
        "lanes": processor().width,
        "steps_per_member": steps / count,
        "ms_per_member": 1e3 * seconds / count,
        "peak_per_second": peak,
        "done_per_second": done / seconds,
        "share_of_peak": done / seconds / peak,
    }


def _solve(model: Model, members: Members, workers: int) -> None:
    solve(model, members, workers=workers)


def run(*, quick: bool) -> dict[str, Any]:
    """Measure everything."""
    used = machine.cores()
    os.sched_setaffinity(0, used)
    count = 32 if quick else 256
    ours = Ours(workload.load(), len(used))
    told: dict[str, Any] = {}
    parts: dict[str, Callable[[], Any]] = {
        "over_members": partial(over_members, ours),
        "over_states": partial(over_states, count),
        "over_doses": partial(over_doses, ours, count),
        "share_of_peak": partial(share_of_peak, ours, count),
        "memory": dict if quick else memory,
    }
    for name, part in parts.items():
        sys.stderr.write(f"{name} ...\n")
        told[name] = part()
    return told | {"machine": machine.describe()}


def table(told: Mapping[str, Any]) -> str:
    """Write the figures for people."""
    parts = []
    for name in ("over_members", "over_states", "over_doses"):
        parts += [name.replace("_", " "), *_rows(told[name]), ""]
    for name in ("share_of_peak", "memory"):
        pairs = [f"  {key:<20}{_cell(value)}" for key, value in told[name].items()]
        parts += [name.replace("_", " "), *pairs, ""]
    return "\n".join(parts)


def _rows(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    heads = "".join(f"{name:>17}" for name in rows[0])
    return [heads, *("".join(f"{_cell(v):>17}" for v in row.values()) for row in rows)]


def _cell(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--quick", action="store_true", help="few members, no memory")
    parser.add_argument("--reduce", type=int, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.reduce:
        print(json.dumps(reduced(chosen.reduce)))
        return
    told = run(quick=chosen.quick)
    print(json.dumps(told, indent=1, default=float) if chosen.json else table(told))


if __name__ == "__main__":
    main()
