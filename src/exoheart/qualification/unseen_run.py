"""Predictions for the lines of one study: one simulation for all its arms.

In: cases that share a protocol. Out: an :class:`~.unseen_record.Answer` for each. What
isn't printed is drawn: the study is then simulated several times, each time with other
studied values and other outer draws, and the simulated trials are pooled, so that what
nobody printed widens the interval.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import numpy as np

from exoheart.errors import InputError, SolveError
from exoheart.evidence.own.lines import Note
from exoheart.prediction import simulate
from exoheart.qualification.unseen_meaning import Case
from exoheart.qualification.unseen_plan import FloatArray, Job, Plan
from exoheart.qualification.unseen_record import Answer, Predicted
from exoheart.qualification.unseen_values import (
    Studied,
    draw_shares,
    studied_occlusions,
)
from exoheart.records.study import Dose

Progress = Callable[[int, int], None]
#: Most simulations over which missing values are drawn, and members each needs.
MOST_DRAWS, LEAST_MEMBERS = 8, 16
#: Steps that the progress of one simulation is cut into.
STEPS = 1000
#: Distance of the seeds of two simulations of one study.
_SEED_STEP = 1_000_003
_DRAWN = ("occlusion", "dose", "time of dose", "n")


def make_job(cases: Sequence[Case], seed: int, members: int) -> Job | None:
    """Prepare the simulations of one study; None where no occlusion can be drawn.

    Parameters
    ----------
    cases
        Cases that share a protocol.
    seed, members
        Of the run; few members make fewer draws.
    """
    line = cases[0].line
    occlusion = None
    if line.model == "ischaemia-reperfusion" and line.occlusion_min is None:
        routes = [case.arm.route for case in cases if case.arm is not None]
        occlusion = studied_occlusions(line.species, routes[0] if routes else "")
        if occlusion is None:
            return None
    lists = [one for case in cases for one in missing(case, occlusion).values()]
    several = any(len(one.choices) > 1 for one in lists)
    draws = min(MOST_DRAWS, max(1, members // LEAST_MEMBERS)) if several else 1
    what = "|".join(str(part) for part in line.protocol)
    shares = {name: draw_shares(seed, f"{what}|{name}", draws) for name in _DRAWN}
    return Job(tuple(cases), occlusion, draws, MappingProxyType(shares))


def missing(
    case: Case, occlusion: Studied[float] | None
) -> dict[str, Studied[float] | Studied[Dose]]:
    """Give the studied values that a case draws from, by what is missing.

    The comparator's are named apart, since they may be of another route.
    """
    found: dict[str, Studied[float] | Studied[Dose] | float | Dose | None] = {
        "occlusion": occlusion,
        "n": case.n,
        "n of comparator": None if case.n_comparator is case.n else case.n_comparator,
    }
    for arm, end in ((case.arm, ""), (case.comparator, " of comparator")):
        if arm is not None:
            found[f"dose{end}"], found[f"time of dose{end}"] = arm.dose, arm.at
    return {name: one for name, one in found.items() if isinstance(one, Studied)}


def run_job(
    job: Job,
    *,
    seed: int,
    members: int,
    workers: int = 1,
    on_progress: Progress | None = None,
) -> tuple[list[Answer], int]:
    """Simulate one study and answer its cases.

    Parameters
    ----------
    job
        From :func:`make_job`.
    seed, members, workers
        As for :func:`exoheart.prediction.simulate`; members are shared out between
        the job's simulations.
    on_progress
        Called as ``on_progress(done, total)`` with `STEPS` for each simulation.

    Returns
    -------
    answers
        One for each case, in their order. Where the study can't be simulated, every
        case is answered with the reason.
    failed
        Members that no solver could solve.
    """
    values: list[list[FloatArray]] = [[] for _ in job.cases]
    failed = 0
    for draw in range(job.draws):

        def tell(done: int, total: int, draw: int = draw) -> None:
            if on_progress is not None:
                here = draw * STEPS + STEPS * done // max(total, 1)
                on_progress(here, job.draws * STEPS)

        plan = Plan.of(job, draw)
        try:
            made = simulate(
                plan.study,
                seed=seed + draw * _SEED_STEP,
                members=members // job.draws,
                workers=workers,
                on_progress=tell,
            )
        except (InputError, SolveError) as bad:
            reasons = (("simulation", str(bad)),)
            return [Answer(c.line, c.what, reasons) for c in job.cases], failed
        failed += made.failed_members
        for kept, question in zip(values, plan.questions, strict=True):
            kept.append(question.values(made))
    answers = [
        answer(case, job, np.concatenate(kept))
        for case, kept in zip(job.cases, values, strict=True)
    ]
    return answers, failed


def answer(case: Case, job: Job, values: FloatArray) -> Answer:
    """Summarise the trials of one case, shape of `values` (trial,)."""
    drawn = missing(case, job.occlusion)
    notes = {
        name: one.note(job.shares[name.removesuffix(" of comparator")])
        for name, one in drawn.items()
    }
    finite = values[np.isfinite(values)]
    if finite.size == 0:
        reasons = (("simulation", "no simulated trial has an animal left"),)
        return Answer(case.line, case.what, reasons)
    low, middle, high = (float(q) for q in np.quantile(finite, (0.05, 0.5, 0.95)))
    chance = None
    if case.direction:
        chance = float(np.mean(case.direction * finite > 0.0))
    return Answer(
        line=case.line,
        what=case.what,
        assumed=_sorted({**case.noted, **notes}),
        predicted=Predicted(middle, (low, high), chance),
        unit=case.unit,
        observed=case.observed,
        direction=case.direction,
        remark=case.remark,
    )


def _sorted(notes: Mapping[str, Note]) -> Mapping[str, Note]:
    return MappingProxyType({name: notes[name] for name in sorted(notes)})
