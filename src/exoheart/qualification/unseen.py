"""Predictions for published studies that the program hasn't seen.

In: a CSV of studies, in the columns of the project's own tables. Out: for each line
either what one future trial of that study would give, with what had to be assumed, or
why the model can't say; nothing is left out. Nothing is fitted, and no outcome of the
file has any influence on a prediction. Read next:
:mod:`exoheart.qualification.unseen_file` (the file),
:mod:`exoheart.qualification.unseen_meaning` (what a line asks),
:mod:`exoheart.qualification.unseen_run` (the simulation).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from exoheart.errors import InputError
from exoheart.evidence.own.lines import Layout, Line
from exoheart.qualification.unseen_file import read_lines
from exoheart.qualification.unseen_meaning import Case, understand
from exoheart.qualification.unseen_plan import Job
from exoheart.qualification.unseen_record import Answer, UnseenStudies
from exoheart.qualification.unseen_run import (
    LEAST_MEMBERS,
    STEPS,
    make_job,
    run_job,
)

Progress = Callable[[int, int], None]
#: Members per arm: fewer than for a plan, since a file may hold many studies.
DEFAULT_MEMBERS = 256


def qualify_studies(
    path: str | Path,
    *,
    seed: int = 0,
    members: int = DEFAULT_MEMBERS,
    workers: int = 1,
    on_progress: Progress | None = None,
) -> UnseenStudies:
    """Predict every line of a table of published studies, or say why not.

    Arms of one study with the same protocol share one simulation. A dose, an occlusion,
    a time of dose or a number of animals that isn't printed is drawn from the studied
    values of that species and route, and listed under ``assumed``.

    Parameters
    ----------
    path
        A CSV file; see :func:`exoheart.qualification.unseen_file.read_lines`.
    seed
        Same seed, same answers.
    members
        Members per arm, 16 or more.
    workers
        Processes; the answers are the same for any number.
    on_progress
        Called as ``on_progress(done, total)``.

    Returns
    -------
    UnseenStudies
        With ``rows``, ``summary`` and ``to_json()``.

    Raises
    ------
    DataError
        The file can't be read; every fault is listed.
    InputError
        `members` is below 16 or `seed` below 0.
    """
    if members < LEAST_MEMBERS or seed < 0:
        raise InputError(
            f"{members} members and seed {seed}; allowed: {LEAST_MEMBERS} members or "
            "more and a seed of 0 or more; give other numbers"
        )
    layout, lines = read_lines(path)
    return answer_lines(
        layout,
        lines,
        seed=seed,
        members=members,
        workers=workers,
        on_progress=on_progress,
    )


def answer_lines(
    layout: Layout,
    lines: Sequence[Line],
    *,
    seed: int,
    members: int,
    workers: int = 1,
    on_progress: Progress | None = None,
) -> UnseenStudies:
    """Answer lines that are read already; arguments as in :func:`qualify_studies`."""
    answers: dict[str, Answer] = {}
    jobs: list[Job] = []
    for study in by_protocol(lines):
        cases = []
        for line in study:
            case = understand(line, study)
            if isinstance(case, Case):
                cases.append(case)
            else:
                answers[line.where] = _refused(line, case)
        job = make_job(cases, seed, members) if cases else None
        if job is not None:
            jobs.append(job)
            continue
        for case in cases:
            text = "not stated, and no studied value to draw it from"
            answers[case.line.where] = _refused(case.line, (("occlusion", text),))
    failed = 0
    total, before = sum(job.draws for job in jobs) * STEPS, 0
    for job in jobs:

        def tell(done: int, _: int, before: int = before) -> None:
            if on_progress is not None:
                on_progress(before + done, total)

        made, lost = run_job(
            job, seed=seed, members=members, workers=workers, on_progress=tell
        )
        failed += lost
        answers |= {answer.line.where: answer for answer in made}
        before += job.draws * STEPS
    rows = tuple(answers[line.where] for line in lines)
    return UnseenStudies(rows, layout, seed, members, failed)


def by_protocol(lines: Sequence[Line]) -> list[tuple[Line, ...]]:
    """Group lines by study, species, infarct and occlusion, in the order of the file.

    Times of a study's lines may differ, its animals and infarcts may not.
    """
    groups: dict[tuple[object, ...], list[Line]] = {}
    for line in lines:
        groups.setdefault(line.protocol, []).append(line)
    return [tuple(group) for group in groups.values()]


def _refused(line: Line, reasons: tuple[tuple[str, str], ...]) -> Answer:
    what = "arm mean" if line.control else "difference"
    return Answer(line, what, reasons)  # type: ignore[arg-type]
