"""Solving an ensemble and keeping only its summaries: memory flat in the members.

Blocks are made and solved in threads (a compiled solver lets other threads run
meanwhile) and handed, one after the other, to reducers, whose bits don't depend on the
order. A long run can leave a checkpoint and go on from it later, with other blocks or
threads if need be, to the same bits. Read next: :mod:`exoheart.engine.reducers`.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from exoheart.engine import checkpoint
from exoheart.engine.account import Account, Reduced
from exoheart.engine.checkpoint import Checkpoint, Fingerprint
from exoheart.engine.members import Block, FloatArray, Members
from exoheart.engine.reducers import LEAF, Reducer
from exoheart.engine.solution import Outcomes
from exoheart.errors import InputError, SolveError

#: Called with the number of members done and of all members.
Progress = Callable[[int, int], None]
_FORMAT = "1"  # of a checkpoint's arrays; another one can't be read
_Job = tuple[int, int]
_Piece = tuple[int, Block, FloatArray, Outcomes]


class SolvesBlocks(Protocol):
    """Something that solves blocks, in many threads at once."""

    @property
    def identity(self) -> Mapping[str, str]:
        """All that its results depend on besides the block: model, tolerance, ..."""
        ...

    def solve(self, block: Block) -> tuple[FloatArray, Outcomes]:
        """Give the values, shape (count, sample, observable), and how members ended."""
        ...


@dataclass(frozen=True, slots=True)
class Settings:
    """How an ensemble is run; none of it changes a bit of the result.

    Parameters
    ----------
    workers
        Threads that solve, while this one reduces; 1 does both in this one.
    block
        Members solved at once, rounded up to a multiple of 64. At most twice as many
        blocks as workers are held at any time.
    checkpoint
        File to leave half-done work in, and to go on from if it is there.
    every_s
        Seconds between two writings of the checkpoint.
    """

    workers: int = 1
    block: int = 1024
    checkpoint: Path | None = None
    every_s: float = 10.0


_DEFAULT = Settings()


def reduce(
    solver: SolvesBlocks,
    members: Members,
    reducers: Sequence[Reducer],
    settings: Settings = _DEFAULT,
    on_progress: Progress | None = None,
) -> Reduced:
    """Solve every member and hand the values to reducers.

    The checkpoint is written every few seconds, at the end, and when the run is
    stopped by Ctrl-C or by an error of the solver. A finished one is left where it is:
    asking again for the same gives the result at once.

    Parameters
    ----------
    solver
        Solves a block.
    members
        The source of members.
    reducers
        Take the solved blocks; changed in place. With a checkpoint that exists, what
        they hold is replaced by what it holds.
    settings
        Threads, block size, checkpoint.
    on_progress
        Called as ``on_progress(done, total)`` after each block.

    Returns
    -------
    Reduced
        How many members ended how, and sentences for those that had trouble.

    Raises
    ------
    InputError
        A setting can't be used, or the checkpoint is damaged or belongs to something
        else.
    SolveError
        There are no members, or every member failed.
    """
    _check(settings, len(members))
    run = _Run(len(members), tuple(reducers), settings)
    if settings.checkpoint is not None:
        run.open(settings.checkpoint, _fingerprint(solver, members, reducers))

    def work(first: int, count: int) -> _Piece:
        block = members.block(first, count)
        return first, block, *solver.solve(block)

    def take(first: int, block: Block, values: FloatArray, outcomes: Outcomes) -> None:
        run.take(first, block, values, outcomes)
        if on_progress is not None:
            on_progress(run.account.members, run.total)

    try:
        if settings.workers == 1:
            for job in run.jobs():
                take(*work(*job))
        else:
            _in_threads(work, run.jobs(), settings.workers, take)
    finally:
        run.save()
    return run.account.result()


class _Run:
    """What is done so far; the only thing that touches reducers and the checkpoint."""

    def __init__(
        self, total: int, reducers: tuple[Reducer, ...], settings: Settings
    ) -> None:
        self.total = total
        self.account = Account()
        self._reducers = reducers
        self._settings = settings
        self._done = np.zeros(-(-total // LEAF), dtype=np.bool_)
        self._file: tuple[Path, Fingerprint] | None = None
        self._whole = True  # nothing is summed by some reducers and not by others
        self._saved_at = time.monotonic()

    def open(self, path: Path, fingerprint: Fingerprint) -> None:
        """Go on from a checkpoint if there is one, and keep it up to date."""
        if path.exists():
            saved = checkpoint.read(path, fingerprint)
            self._done = saved.done
            self.account = Account.from_data(saved.account)
            for reducer, state in zip(self._reducers, saved.states, strict=True):
                reducer.restore(state)
        self._file = (path, fingerprint)

    def jobs(self) -> Iterator[_Job]:
        """Give first member and count of the blocks that are still to be solved."""
        todo = np.flatnonzero(~self._done)
        leaves = -(-self._settings.block // LEAF)
        for run in np.split(todo, np.flatnonzero(np.diff(todo) > 1) + 1):
            for k in range(0, len(run), leaves):
                first = int(run[k]) * LEAF
                count = len(run[k : k + leaves]) * LEAF
                yield first, min(count, self.total - first)

    def take(
        self, first: int, block: Block, values: FloatArray, outcomes: Outcomes
    ) -> None:
        """Hand a solved block to every reducer, and save now and then."""
        self._whole = False  # if this is cut short, the earlier file stays
        for reducer in self._reducers:
            reducer.add(first, block, values)
        self.account.add(first, outcomes)
        self._done[first // LEAF : -(-(first + len(values)) // LEAF)] = True
        self._whole = True
        if time.monotonic() - self._saved_at >= self._settings.every_s:
            self.save()

    def save(self) -> None:
        """Write the checkpoint, if there is one to be written."""
        if self._file is not None and self._whole:
            states = [reducer.state() for reducer in self._reducers]
            content = Checkpoint(self._done, self.account.data(), states)
            checkpoint.write(*self._file, content)
        self._saved_at = time.monotonic()


def _in_threads(
    work: Callable[[int, int], _Piece],
    jobs: Iterator[_Job],
    workers: int,
    take: Callable[[int, Block, FloatArray, Outcomes], None],
) -> None:
    """Work on jobs in threads and take the pieces here; few are held at a time."""
    with ThreadPoolExecutor(workers) as pool:
        waiting = {pool.submit(work, *job) for job in islice(jobs, 2 * workers)}
        try:
            while waiting:
                ready, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                while ready:
                    take(*ready.pop().result())
                    waiting |= {pool.submit(work, *job) for job in islice(jobs, 1)}
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _check(settings: Settings, total: int) -> None:
    if total < 1:
        raise SolveError("there are no members to solve; give at least one")
    if settings.workers < 1 or settings.block < 1:
        raise InputError(
            f"met workers = {settings.workers}, block = {settings.block}; allowed: "
            "whole numbers from 1; leave them out for the defaults"
        )
    path = settings.checkpoint
    if path is not None and not path.resolve().parent.is_dir():
        raise InputError(
            f"met the checkpoint {path}, whose folder doesn't exist; allowed: a file "
            "in a folder that does; make the folder first"
        )


def _fingerprint(
    solver: SolvesBlocks, members: Members, reducers: Sequence[Reducer]
) -> dict[str, str]:
    """Name all that the numbers of a checkpoint depend on."""
    return {
        "format": _FORMAT,
        **solver.identity,
        "members": str(len(members)),
        "first members": _digest(members.block(0, min(LEAF, len(members)))),
        **{f"reducer {k + 1}": r.description for k, r in enumerate(reducers)},
    }


def _digest(block: Block) -> str:
    """Digest parameters, initial states, schedule and sample times of a block."""
    digest = hashlib.sha256()
    arrays: tuple[npt.NDArray[Any], ...] = (
        block.parameters,
        block.initial,
        block.sample_times,
    )
    for array in arrays:
        digest.update(repr(array.shape).encode())
        digest.update(np.ascontiguousarray(array, dtype=np.float64).tobytes())
    for row in block.schedule:
        numbers = (int(row.member), float(row.time_h), float(row.value))
        digest.update(repr((numbers, row.action, row.target)).encode())
    return digest.hexdigest()
