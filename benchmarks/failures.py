"""Members of the widest prior: how many fail, here and with libRoadRunner.

``python benchmarks/failures.py --members 100000 --json``. Every normal score of every
drawn parameter is doubled (as in the wide cohort, see the README), the study's treated
arm is solved for 28 days and reduced on the fly; libRoadRunner solves as many of the
first members as ``--peer`` says.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from typing import Any

import numpy as np

import machine
from exoheart.engine import BlockSolver, Quantiles, Settings, Status, reduce
from exoheart.engine.roadrunner import RoadRunnerSolver
from exoheart.therapy import Cohort, Size, therapy_model
from freeze import ARM, OBSERVABLES, sample_times, setting

RTOL = 1e-6


def cohort(members: int) -> Cohort:
    """Give the members of the stretched priors, one animal of each outer draw."""
    made = setting(wide=True, members=members)
    arm = next(arm for arm in made.study.arms if arm.name == ARM)
    return Cohort(
        therapy_model(OBSERVABLES),
        made.draws,
        Size(members, 1),
        made.labels,
        made.falling,
        made.study.animal.infarct,
        (made.products.plan(arm),),
        sample_times(),
    )


def ours(members: Cohort, workers: int) -> dict[str, Any]:
    """Solve all of them; give counts and the sentences of those with trouble."""
    quantiles = Quantiles(len(members.sample_times), len(OBSERVABLES))
    begin = time.perf_counter()

    def show(done: int, total: int) -> None:
        rate = done / (time.perf_counter() - begin)
        left = (total - done) / rate
        print(
            f"\r{done} of {total}, {rate:.0f} a second, {left:.0f} s left",
            end="",
            file=sys.stderr,
        )

    settings = Settings(workers=workers, block=256)
    solver = BlockSolver(members.model, RTOL)
    reduced = reduce(solver, members, (quantiles,), settings, show)
    print(file=sys.stderr)
    return {
        "members": len(members),
        "seconds": time.perf_counter() - begin,
        "counts": {Status(k).name.lower(): n for k, n in reduced.counts.items()},
        "sentences": list(reduced.sentences),
        "steps_each": reduced.steps / len(members),
    }


def peer(members: Cohort, count: int) -> dict[str, Any]:
    """Solve the first with libRoadRunner."""
    block = members.block(0, count)
    _, outcomes = RoadRunnerSolver(members.model, RTOL).solve(block)
    failed = np.flatnonzero(outcomes.status == Status.FAILED).tolist()
    told = [[k, outcomes.messages[k]] for k in failed]
    return {"members": count, "failed": len(failed), "sentences": told}


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=100_000)
    parser.add_argument("--peer", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    members = cohort(asked.members)
    found = {
        "exoheart": ours(members, asked.workers),
        "libroadrunner": peer(members, min(asked.peer, asked.members)),
        "machine": machine.describe(),
    }
    if asked.json:
        print(json.dumps(found))
        return
    for name in ("exoheart", "libroadrunner"):
        print(name, {k: v for k, v in found[name].items() if k != "sentences"})
        for member, sentence in found[name]["sentences"][:10]:
            print(f"  {member}: {sentence}")


if __name__ == "__main__":
    main()
