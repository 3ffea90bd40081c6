"""COPASI through its raw interface: LSODA, doses as SBML events.

Initial values are set as objects of the model, and the task is made ready anew for
every member; without that it silently goes on with old values. COPASI takes one
absolute tolerance for all states, so it can't be given those of the others.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from peers import OneByOne
from schedules import VALUE, row_values, rows, start, with_events
from workload import Workload

FloatArray = npt.NDArray[np.float64]
CHUNK = 2
#: Tried from 1e-6 to 1e-12: the highest whose error follows the relative tolerance.
ABSOLUTE = 1e-9
CONFIGURATION = (
    "LSODA of COPASI through its raw interface; doses as events; one absolute "
    f"tolerance of {ABSOLUTE:g} for all states, since it takes no others"
)
MAXIMUM_STEPS = 1_000_000


class Copasi(OneByOne):
    """One model and one time-course task."""

    def __init__(self, workload: Workload, absolute: float = ABSOLUTE) -> None:
        super().__init__(workload)
        import COPASI

        self.library: Any = COPASI
        self.rows = rows(workload)
        self.data = COPASI.CRootContainer.addDatamodel()
        if not self.data.importSBMLFromString(with_events(workload.sbml, self.rows)):
            raise RuntimeError("COPASI can't read the model")
        self.model = self.data.getModel()
        self.values = {v.getSBMLId(): v for v in self.model.getModelValues()}
        self.species = {v.getSBMLId(): v for v in self.model.getMetabolites()}
        self.count = self.model.getQuantity2NumberFactor()
        self.columns: list[int] = []
        self.task = self.data.getTask("Time-Course")
        self.task.setMethodType(COPASI.CTaskEnum.Method_deterministic)
        self.task.setScheduled(True)
        self.problem = self.task.getProblem()
        self._set_problem()
        self.method = self.task.getMethod()
        self.method.getParameter("Absolute Tolerance").setDblValue(absolute)
        self.method.getParameter("Max Internal Steps").setIntValue(MAXIMUM_STEPS)

    def _set_problem(self) -> None:
        times = self.workload.members.sample_times[0].tolist()
        self.problem.setOutputStartTime(0.0)
        self.problem.setDuration(times[-1])
        self.problem.setUseValues(True)
        self.problem.setValues(" ".join(repr(time) for time in (0.0, *times)))
        self.problem.setTimeSeriesRequested(True)
        self.problem.setOutputEvent(False)
        self.model.setInitialTime(0.0)

    def member(self, number: int, rtol: float, out: FloatArray) -> None:
        """Solve one member."""
        self._begin(number)
        self.method.getParameter("Relative Tolerance").setDblValue(rtol)
        if not self.task.initialize(self.library.CCopasiTask.OUTPUT_UI):
            raise RuntimeError("COPASI's task isn't ready")
        if not self.task.process(True):
            raise RuntimeError(self.task.getProcessError())
        self._copy(out)

    def _begin(self, number: int) -> None:
        """Set the initial values of one member."""
        given = row_values(self.workload, self.rows, number).tolist()
        numbered = {f"{VALUE}{k}": value for k, value in enumerate(given)}
        for id_, value in (start(self.workload, number) | numbered).items():
            if id_ in self.species:
                self.species[id_].setInitialValue(value * self.count)
            else:
                self.values[id_].setInitialValue(value)
        particles = self.library.CCore.Framework_ParticleNumbers
        self.model.updateInitialValues(particles)

    def _copy(self, out: FloatArray) -> None:
        """Copy the observables, which lie among everything that was recorded."""
        series = self.task.getTimeSeries()
        if not self.columns:
            all_ = range(series.getNumVariables())
            known = {series.getSBMLId(k, self.data): k for k in all_}
            self.columns = [known[id_] for id_ in self.workload.observables]
        if series.getRecordedSteps() != len(out) + 1:
            raise RuntimeError("COPASI recorded other times than were asked for")
        for place, column in enumerate(self.columns):
            for row in range(len(out)):
                out[row, place] = series.getConcentrationData(row + 1, column)


def build(workload: Workload) -> Copasi:
    """Read the model."""
    return Copasi(workload)
