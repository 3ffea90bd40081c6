"""Solving an ensemble: blocks of members over threads, the same bits for any number.

Each block is made and solved in one place; results are put together by index, so
threads, blocking and order leave no trace in them. For more members than memory should
hold see :mod:`exoheart.engine.reduce`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from itertools import chain
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from exoheart.engine import task
from exoheart.engine.members import Block, Members
from exoheart.engine.model import ABSOLUTE, Model
from exoheart.engine.native import machine
from exoheart.engine.program import MAXIMUM_STEPS, Solved, program_of
from exoheart.engine.rescue import Member, by_pivoting, by_radau
from exoheart.engine.schedule import excess_of
from exoheart.engine.solution import Outcomes, Solution, Status
from exoheart.errors import SolveError

#: Most members of a block, least members, and blocks that each worker gets at least.
BLOCK, _LEAST, _BLOCKS_EACH = 256, 16, 4
#: Members up to which narrow code is quicker: a vector of which one lane works takes as
#: long as a full one.
FEW = 2
Progress = Callable[[int, int], None]
_Piece = tuple[int, npt.NDArray[np.float64], npt.NDArray[np.float64], Outcomes]
#: Why the machine code gives up a member.
_REASONS: Mapping[int, str] = MappingProxyType(
    {
        task.TOO_MANY_STEPS: f"more than {MAXIMUM_STEPS} steps",
        task.STEP_TOO_SMALL: "step size became too small",
        task.NOT_A_NUMBER: "rates are not finite numbers",
    }
)


class BlockSolver:
    """Solves blocks of one model at one tolerance, from any number of threads.

    Parameters
    ----------
    model
        From :func:`exoheart.engine.compile_model`.
    rtol
        Relative tolerance.
    absolute
        Absolute tolerance of each state, as a share of its scale in the text.
    """

    def __init__(
        self, model: Model, rtol: float = 1e-6, absolute: float = ABSOLUTE
    ) -> None:
        self._model = model
        self._rtol, self._absolute = rtol, absolute

    @property
    def identity(self) -> Mapping[str, str]:
        """What results depend on besides the block."""
        which = machine()
        return {
            "model": self._model.digest,
            "rtol": repr(self._rtol),
            "absolute": repr(self._absolute),
            "machine": f"{which.width} lanes, fused {which.fused}, {which.name}",
        }

    def solve(self, block: Block) -> tuple[npt.NDArray[np.float64], Outcomes]:
        """Solve a block.

        A member that the machine code gives up is solved again by a form of the same
        method that pivots, then by another integrator; one that all give up is NaN.

        Returns
        -------
        values : ndarray, shape (count, sample, observable)
        outcomes
            How each member ended.
        """
        few = len(block.parameters) <= FEW
        program = program_of(self._model, FEW if few else None)
        solved = program.solve(block, self._rtol, self._absolute)
        # a member that ended well may still have a quantity that is no number
        odd = ~np.all(np.isfinite(solved.values), axis=(1, 2))
        code = np.where((solved.code == task.DONE) & odd, task.NOT_A_NUMBER, 0)
        code = np.where(solved.code == task.DONE, code, solved.code)
        status = np.zeros(len(code), dtype=np.int64)
        messages: dict[int, str] = {}
        for member in np.flatnonzero(code).tolist():
            first = f"{_REASONS[int(code[member])]} at {solved.reached[member]:.4g} h"
            status[member], messages[member] = self._again(block, member, solved, first)
        return solved.values, Outcomes(status, solved.steps, messages)

    def _again(
        self, block: Block, member: int, solved: Solved, first: str
    ) -> tuple[int, str]:
        """Solve a member in other ways; fill in its values."""
        model = self._model
        grown = self._absolute * float(excess_of(model, block)[member])
        one = Member.of(model, block, member, (self._absolute, grown))
        told = f"given up at first ({first})"
        for name, way in {"pivoting": by_pivoting, "Radau": by_radau}.items():
            try:
                solved.values[member] = way(one, self._rtol)
            except ArithmeticError as failure:
                told += f"; {name} failed: {failure}"
            else:
                return Status.SOLVED_BY_FALLBACK, f"{told}; solved by {name}"
        solved.values[member] = np.nan
        return Status.FAILED, told


def solve(
    model: Model,
    members: Members,
    *,
    rtol: float = 1e-6,
    absolute: float = ABSOLUTE,
    workers: int = 1,
    on_progress: Progress | None = None,
) -> Solution:
    """Solve every member of an ensemble.

    Parameters
    ----------
    model
        From :func:`exoheart.engine.compile_model`.
    members
        The source of members.
    rtol
        Relative tolerance.
    absolute
        Absolute tolerance of each state, as a share of its scale in the text.
    workers
        Threads to use.
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
    total, done = len(members), 0
    if not total:
        raise SolveError("there are no members to solve; give at least one")
    size = _block_size(total, workers)
    jobs = [(first, min(size, total - first)) for first in range(0, total, size)]
    status, steps = (np.zeros(total, dtype=np.int64) for _ in range(2))
    messages: dict[int, str] = {}
    solver = BlockSolver(model, rtol, absolute)
    pieces = _run(solver, members, min(workers, len(jobs)), jobs)
    some = next(pieces)
    values = np.empty((total, *some[1].shape[1:]))
    times = np.empty((total, some[2].shape[1]))
    for first, block_values, block_times, outcomes in chain([some], pieces):
        rows = slice(first, first + len(block_values))
        values[rows], times[rows] = block_values, block_times
        status[rows], steps[rows] = outcomes.status, outcomes.steps
        messages |= {first + k: text for k, text in outcomes.messages.items()}
        done += len(block_values)
        if on_progress is not None:
            on_progress(done, total)
    if np.all(status == Status.FAILED):
        raise SolveError(
            f"all {total} members failed; the first says: {messages[0]}; check the "
            "study's overrides and doses"
        )
    ordered = dict(sorted(messages.items()))
    return Solution(values, times, model.observables, status, ordered, steps)


def _block_size(total: int, workers: int) -> int:
    """Give each worker some blocks, so that none waits long for the last."""
    share = -(-total // (_BLOCKS_EACH * workers))
    return min(BLOCK, -(-share // _LEAST) * _LEAST)


def _run(
    solver: BlockSolver, members: Members, workers: int, jobs: list[tuple[int, int]]
) -> Iterator[_Piece]:
    def piece(first: int, count: int) -> _Piece:
        block = members.block(first, count)
        values, outcomes = solver.solve(block)
        return first, values, block.sample_times, outcomes

    if workers <= 1:
        for job in jobs:
            yield piece(*job)
        return
    with ThreadPoolExecutor(workers) as pool:
        pending = [pool.submit(piece, *job) for job in jobs]
        try:
            for future in as_completed(pending):
                yield future.result()
        finally:
            pool.shutdown(cancel_futures=True)
