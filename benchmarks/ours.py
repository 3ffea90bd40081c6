"""exoheart's own engine on the frozen workload: threads in this process."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from exoheart.engine import Model, Solution, Table, compile_model, solve
from workload import Workload

FloatArray = npt.NDArray[np.float64]
CONFIGURATION = (
    "exoheart.engine.solve as in any other use of the package: Rodas5P, a lane for "
    "each member, machine code of the model, threads"
)


class Ours:
    """The compiled model and the workload.

    Parameters
    ----------
    workload
        What is solved.
    workers
        Threads.
    """

    def __init__(self, workload: Workload, workers: int) -> None:
        self.workload, self.workers = workload, workers
        self.model = model_of(workload)
        self._parts: dict[int, Table] = {}

    def solve(self, count: int, rtol: float) -> Solution:
        """Solve the first members."""
        if count not in self._parts:
            self._parts[count] = self.workload.first(count).members
        members = self._parts[count]
        return solve(self.model, members, rtol=rtol, workers=self.workers)


def model_of(workload: Workload) -> Model:
    """Compile a workload's model; SBML has no scales, so they come from its tables."""
    made = compile_model(workload.sbml, workload.observables)
    if (made.states, made.parameters) != (workload.states, workload.parameters):
        raise ValueError("the engine reads other states or parameters than were frozen")
    return replace(made, scales=tuple(workload.scales.tolist()))
