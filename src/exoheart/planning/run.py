"""The composition of a plan: simulate, then one section after another."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from exoheart import evidence, trial
from exoheart.planning.alternatives import alternatives
from exoheart.planning.animals import animals
from exoheart.planning.answer import answer
from exoheart.planning.course import curves
from exoheart.planning.how import how
from exoheart.planning.make import make, make_plan
from exoheart.planning.record import SECTIONS, Plan
from exoheart.planning.roadblocks import (
    MORE_DRAWS,
    Drivers,
    drivers,
    measured_share,
    roadblocks,
)
from exoheart.planning.summary import study_summary
from exoheart.planning.trust import Run, trust
from exoheart.planning.words import finite
from exoheart.prediction import (
    DEFAULT_MEMBERS,
    QUICK_MEMBERS,
    Prediction,
    simulate,
)
from exoheart.records.study import Study

Progress = Callable[[int, int], None]


def plan(
    study: Study,
    *,
    seed: int = 0,
    members: int | None = None,
    quick: bool = False,
    workers: int = 1,
    on_progress: Progress | None = None,
) -> Plan:
    """Turn a study into a plan.

    Parameters
    ----------
    study
        From :func:`exoheart.study.load_study`.
    seed
        Same study, same seed: same plan.
    members
        Members per arm; by default 1024, or 128 if `quick`.
    quick
        Fewer members and no alternatives.
    workers
        Threads that solve; they leave no trace in the result.
    on_progress
        Called as ``on_progress(done, total)``, first for the study's own arms, then
        for the draws that rank roadblocks, then for the alternatives.

    Returns
    -------
    Plan

    Raises
    ------
    InputError
        Something in the study isn't modelled.
    SolveError
        No member could be solved.

    Examples
    --------
    >>> from exoheart import Study, plan
    >>> made = plan(Study.load("study.toml"), quick=True)  # doctest: +SKIP
    >>> print(made.answer)  # doctest: +SKIP
    """
    if members is None:
        members = QUICK_MEMBERS if quick else DEFAULT_MEMBERS
    prediction = simulate(
        study, seed=seed, members=members, workers=workers, on_progress=on_progress
    )
    ranked = drivers(
        prediction,
        more=0 if quick else MORE_DRAWS,
        workers=workers,
        on_progress=on_progress,
    )
    rows = trial.allocate(study, seed, prediction.settings.block_rounds)
    run = Run(members, _command(study, seed, members, quick))
    # the alternatives are solved while the other sections are written
    with ThreadPoolExecutor(1) as beside:
        others = beside.submit(
            alternatives,
            prediction,
            quick=quick,
            workers=workers,
            on_progress=on_progress,
        )
        sections = _sections(prediction, ranked, rows, run)
        sections["alternatives"] = others.result()
    document = {name: sections[name] for name in SECTIONS}
    return Plan(finite(document), trial.allocation_csv(rows), prediction)


def _sections(
    prediction: Prediction,
    ranked: Drivers | None,
    rows: tuple[trial.Allocated, ...],
    run: Run,
) -> dict[str, Any]:
    """Give every section but the alternatives."""
    made = make_plan(prediction)
    found = dict(evidence.published(prediction.study))
    return {
        "study": study_summary(prediction),
        "answer": answer(prediction, measured_share(ranked), found, made),
        "prediction": prediction.to_json() | {"curves": curves(prediction)},
        "published": found,
        "how": how(prediction, found),
        "animals": animals(prediction, made, rows),
        "make": make(prediction, made),
        "roadblocks": roadblocks(prediction, ranked),
        "trust": trust(prediction, ranked, run),
    }


def _command(study: Study, seed: int, members: int, quick: bool) -> str:
    """Give the command that makes this plan again, from a file of the study's text."""
    command = f"exoheart plan {study.name}.toml --seed {seed} --members {members}"
    return f"{command} --quick" if quick else command
