"""Peers in processes of their own, held to the same cores, ready to be timed.

Each peer has one process a core. A worker sets itself up, says how long that took, and
then takes pieces of work from a counter that its peer's workers share, so that the last
ones don't wait for each other longer than one piece takes.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import time
import traceback
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

import numpy as np
import numpy.typing as npt

import peers

FloatArray = npt.NDArray[np.float64]
#: Libraries that would start threads of their own.
SINGLE = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True, slots=True)
class Setup:
    """How long a peer took to get ready: import and compile, then its first member."""

    ready_s: float
    first_s: float


class PeerFailedError(RuntimeError):
    """A peer couldn't be set up, or died."""


class Team:
    """The processes of one peer.

    Parameters
    ----------
    name
        A peer's name.
    used
        Cores, one process for each.
    """

    def __init__(self, name: str, used: Sequence[int]) -> None:
        context = multiprocessing.get_context("spawn")
        self.name = name
        self._next = context.Value("l", 0)
        self._ends: list[Connection] = []
        self._processes = []
        for core in used:
            ours, theirs = context.Pipe()
            arguments = (theirs, name, core, self._next)
            process = context.Process(target=_work, args=arguments, daemon=True)
            with _single_threads():
                process.start()
            self._ends.append(ours)
            self._processes.append(process)

    def wait(self, seconds: float) -> Setup:
        """Wait until all workers are ready.

        Raises
        ------
        PeerFailedError
            A worker failed, or wasn't ready in time.
        """
        until = time.monotonic() + seconds
        setups = [self._receive(end, until) for end in self._ends]
        return Setup(
            max(setup.ready_s for setup in setups), max(s.first_s for s in setups)
        )

    def solve(
        self, count: int, rtol: float = 1e-6, cohort: str = "narrow"
    ) -> tuple[float, FloatArray]:
        """Solve the first members; gives the seconds it took, and the values."""
        self._next.value = 0
        begin = time.perf_counter()
        for end in self._ends:
            end.send((cohort, count, rtol))
        pieces = [piece for end in self._ends for piece in self._receive(end)]
        values = np.concatenate([piece for _, piece in sorted(pieces, key=_first)])
        return time.perf_counter() - begin, values

    def stop(self) -> None:
        """End the workers."""
        for end in self._ends:
            with contextlib.suppress(OSError):
                end.send(None)
        for process in self._processes:
            process.join(5)
            if process.is_alive():
                process.kill()

    @property
    def chunk(self) -> int:
        """Members in one piece of work."""
        return int(peers.peer(self.name).CHUNK)

    def _receive(self, end: Connection, until: float | None = None) -> Any:
        if until is not None and not end.poll(max(0.0, until - time.monotonic())):
            raise PeerFailedError(f"{self.name} wasn't ready in the time allowed")
        try:
            found = end.recv()
        except EOFError:
            raise PeerFailedError(f"{self.name} died") from None
        if isinstance(found, str):
            raise PeerFailedError(f"{self.name}: {found}")
        return found


def _first(piece: tuple[int, FloatArray]) -> int:
    return piece[0]


@contextlib.contextmanager
def _single_threads() -> Any:
    """Have a child's libraries use one thread each."""
    before = {name: os.environ.get(name) for name in SINGLE}
    os.environ.update(dict.fromkeys(SINGLE, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _work(end: Connection, name: str, core: int, following: Any) -> None:
    """Run one worker: set up, then answer requests until told to stop."""
    os.sched_setaffinity(0, {core})
    warnings.simplefilter("ignore")
    try:
        begin = time.perf_counter()
        import workload

        module = peers.peer(name)
        cohorts = {"narrow": workload.load("narrow")}
        solver = module.build(cohorts["narrow"])
        ready = time.perf_counter()
        solver.solve(0, 1, 1e-6)
        end.send(Setup(ready - begin, time.perf_counter() - ready))
        while (request := end.recv()) is not None:
            cohort, count, rtol = request
            if cohort not in cohorts:
                cohorts[cohort] = workload.load(cohort)
            solver.workload = cohorts[cohort]
            end.send(_pieces(solver, module.CHUNK, following, count, rtol))
    except EOFError:
        return
    except Exception:
        with contextlib.suppress(OSError):
            end.send(traceback.format_exc().strip().splitlines()[-1])


def _pieces(
    solver: Any, chunk: int, following: Any, count: int, rtol: float
) -> list[tuple[int, FloatArray]]:
    """Take pieces of work until none is left."""
    done: list[tuple[int, FloatArray]] = []
    while True:
        with following.get_lock():
            first, following.value = following.value, following.value + chunk
        if first >= count:
            return done
        done.append((first, solver.solve(first, min(chunk, count - first), rtol)))
