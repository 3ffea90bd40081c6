"""Solving an ensemble: blocks of members over workers, the same result for any number.

Each block is made and solved in one place; results are put together by index, so
workers, blocking and order leave no trace in them.
"""

from __future__ import annotations

import multiprocessing
import signal
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from types import ModuleType
from typing import Protocol

import numpy as np
import numpy.typing as npt

from exoheart.engine.members import Members
from exoheart.engine.model import Model
from exoheart.engine.roadrunner import RoadRunnerSolver
from exoheart.engine.solution import Solution, Status
from exoheart.errors import SolveError

BLOCK = 32
Outcome = tuple[int, str, int]
Progress = Callable[[int, int], None]
_Piece = tuple[int, npt.NDArray[np.float64], npt.NDArray[np.float64], list[Outcome]]


class Reducer(Protocol):
    """Something that takes solved blocks in whatever order they come."""

    def add(self, first: int, values: npt.NDArray[np.float64]) -> None:
        """Take the block that starts at member `first`, (count, sample, observable)."""
        ...


def solve(
    model: Model,
    members: Members,
    *,
    rtol: float = 1e-6,
    workers: int = 1,
    reducers: tuple[Reducer, ...] = (),
    on_progress: Progress | None = None,
) -> Solution:
    """Solve every member of an ensemble.

    Parameters
    ----------
    model
        From :func:`exoheart.engine.compile_model`.
    members
        The source of members; picklable if `workers` is more than 1.
    rtol
        Relative tolerance; absolute ones follow from the scales of the text.
    workers
        Processes to use.
    reducers
        Receive each solved block.
    on_progress
        Called as ``on_progress(done, total)`` after each block.

    Returns
    -------
    Solution
        Shapes (member, sample, observable); failed members are NaN, with a sentence.

    Raises
    ------
    SolveError
        Every member failed.
    """
    total = len(members)
    jobs = [(first, min(BLOCK, total - first)) for first in range(0, total, BLOCK)]
    values, times, outcomes = None, None, [(int(Status.FAILED), "", 0)] * total
    done = 0
    for first, block_values, block_times, block_outcomes in _run(
        model, members, rtol, min(workers, len(jobs)), jobs
    ):
        if values is None or times is None:
            values = np.empty((total, *block_values.shape[1:]))
            times = np.empty((total, block_times.shape[1]))
        rows = slice(first, first + len(block_values))
        values[rows], times[rows], outcomes[rows] = (
            block_values,
            block_times,
            block_outcomes,
        )
        for reducer in reducers:
            reducer.add(first, block_values)
        done += len(block_values)
        if on_progress is not None:
            on_progress(done, total)
    if values is None or times is None:
        raise SolveError("there are no members to solve; give at least one")
    status = np.array([outcome[0] for outcome in outcomes])
    messages = {k: text for k, (_, text, _) in enumerate(outcomes) if text}
    if np.all(status == Status.FAILED):
        raise SolveError(
            f"all {total} members failed; the first says: {messages[0]}; check the "
            "study's overrides and doses"
        )
    steps = np.array([outcome[2] for outcome in outcomes])
    return Solution(values, times, model.observables, status, messages, steps)


def _run(
    model: Model,
    members: Members,
    rtol: float,
    workers: int,
    jobs: list[tuple[int, int]],
) -> Iterator[_Piece]:
    if workers <= 1:
        solver = RoadRunnerSolver(model, rtol)
        for first, count in jobs:
            yield _solve_block(solver, members, first, count)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(
        workers, context, _start_worker, (model, members, rtol)
    ) as pool:
        with _main_left_alone(members):
            pending = [pool.submit(_work, first, count) for first, count in jobs]
        try:
            for future in as_completed(pending):
                yield future.result()
        finally:
            pool.shutdown(cancel_futures=True)


@contextmanager
def _main_left_alone(members: Members) -> Iterator[None]:
    """Keep workers from running the user's script again while they start.

    A spawned worker imports the main module of its parent, which for a script without
    a guard means starting the study over in every worker. Nothing of the script is
    needed unless the source of members is defined in it.
    """
    if type(members).__module__ == "__main__":
        yield
        return
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


def _solve_block(
    solver: RoadRunnerSolver, members: Members, first: int, count: int
) -> _Piece:
    block = members.block(first, count)
    values, outcomes = solver.solve(block)
    return first, values, block.sample_times, outcomes


_WORKER: dict[str, tuple[RoadRunnerSolver, Members]] = {}


def _start_worker(model: Model, members: Members, rtol: float) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent answers Ctrl-C
    _WORKER["one"] = (RoadRunnerSolver(model, rtol), members)


def _work(first: int, count: int) -> _Piece:
    solver, members = _WORKER["one"]
    return _solve_block(solver, members, first, count)
