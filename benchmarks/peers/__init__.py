"""The solvers that are compared, each in the best configuration known to us.

A peer is a module with ``CONFIGURATION`` (one sentence), ``CHUNK`` (members in one
piece of work) and ``build(workload)``, which gives a :class:`Solver`. Whoever knows a
faster honest setting is invited to send it.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import Protocol

import numpy as np
import numpy.typing as npt

from workload import Workload

FloatArray = npt.NDArray[np.float64]
#: Names of the peers, in the order in which they are run.
NAMES = (
    "libroadrunner",
    "cvode",
    "sundae",
    "scipy_lsoda",
    "copasi",
    "diffrax",
)


class Solver(Protocol):
    """One solver in one process, ready to run; its workload may be changed."""

    workload: Workload

    def solve(self, first: int, count: int, rtol: float) -> FloatArray:
        """Solve members, shape (count, sample, observable); failed ones are NaN."""
        ...


class OneByOne:
    """A solver that takes members one after another; a member that fails is NaN."""

    def __init__(self, workload: Workload) -> None:
        self.workload = workload

    def solve(self, first: int, count: int, rtol: float) -> FloatArray:
        """Solve members, shape (count, sample, observable)."""
        shape = (
            count,
            self.workload.members.sample_times.shape[1],
            len(self.workload.observables),
        )
        values = np.full(shape, np.nan)
        for k in range(count):
            try:
                self.member(first + k, rtol, values[k])
            except (RuntimeError, ArithmeticError, ValueError):
                values[k] = np.nan
        return values

    def member(self, number: int, rtol: float, out: FloatArray) -> None:
        """Solve one member into `out`, shape (sample, observable)."""
        raise NotImplementedError


def known(name: str) -> str:
    """Give a peer's name back.

    Raises
    ------
    ValueError
        There is no such peer.
    """
    if name not in NAMES:
        raise ValueError(f"peer {name!r}; allowed: {', '.join(NAMES)}; mend --peers")
    return name


def peer(name: str) -> ModuleType:
    """Give the module of a peer."""
    return import_module(f"peers.{known(name)}")
