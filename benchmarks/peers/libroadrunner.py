"""libRoadRunner: SBML compiled by LLVM, CVODE with a dense Jacobian by differences.

Two ways to give a schedule: events inside the SBML, which cost the same and err a
little less and so are what is compared, or a restart at every dose, which bears the
tightest tolerances and serves the reference.
"""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import numpy.typing as npt

from exoheart.engine.segments import Segment
from peers import OneByOne
from schedules import (
    INFLOW,
    VALUE,
    infused,
    row_values,
    rows,
    start,
    with_events,
    with_inflows,
)
from workload import Workload

FloatArray = npt.NDArray[np.float64]
CHUNK = 8
CONFIGURATION = (
    "CVODE (BDF) with libRoadRunner's own right-hand side (LLJIT, highest "
    "optimisation) and dense Jacobian by differences; doses as events; vectors set at "
    "once, only the observables selected"
)
MAXIMUM_STEPS = 50_000


class RoadRunner(OneByOne):
    """One compiled model.

    Parameters
    ----------
    workload
        What is solved.
    sbml
        The model, with what the schedule needs inside.
    """

    def __init__(self, workload: Workload, sbml: str) -> None:
        super().__init__(workload)
        os.environ.setdefault("SUNLOGGER_ERROR_FILENAME", os.devnull)
        os.environ.setdefault("SUNLOGGER_WARNING_FILENAME", os.devnull)
        import roadrunner

        roadrunner.Logger.setLevel(roadrunner.Logger.LOG_FATAL)
        config = roadrunner.Config
        config.setValue(config.LLVM_BACKEND, config.LLJIT)
        config.setValue(config.LLJIT_OPTIMIZATION_LEVEL, config.AGGRESSIVE)
        self.runner = roadrunner.RoadRunner(sbml)
        self.runner.timeCourseSelections = list(workload.observables)
        self.integrator: Any = self.runner.getIntegrator()
        self.integrator.setValue("maximum_num_steps", MAXIMUM_STEPS)
        self.model: Any = self.runner.model
        columns = list(self.model.getGlobalParameterIds())
        self.column = {id_: k for k, id_ in enumerate(columns)}
        species = list(self.model.getFloatingSpeciesIds())
        self.species = {id_: k for k, id_ in enumerate(species)}
        self.inflows = [k for id_, k in self.column.items() if id_.startswith(INFLOW)]
        count = range(len(workload.states))
        order = [self.model.getStateVectorId(k) for k in count]
        self.order = [workload.states.index(id_) for id_ in order]
        self.amounts = frozenset(workload.states.index(id_) for id_ in species)

    def _begin(self, number: int, rtol: float, values: dict[str, float]) -> None:
        """Set tolerances, parameters and states."""
        absolute = self.workload.absolute(number, self.amounts)
        self.integrator.setValue("relative_tolerance", rtol)
        self.integrator.setValue("absolute_tolerance", absolute[self.order].tolist())
        model = self.model
        model.setGlobalParameterValues(self.inflows, [0.0] * len(self.inflows))
        given = {self.column[i]: v for i, v in values.items() if i in self.column}
        model.setGlobalParameterValues(list(given), list(given.values()))
        held = {self.species[i]: v for i, v in values.items() if i in self.species}
        model.setFloatingSpeciesAmounts(list(held), list(held.values()))


class WithEvents(RoadRunner):
    """Doses and changes of protocol as events of the SBML."""

    def __init__(self, workload: Workload) -> None:
        self.rows = rows(workload)
        super().__init__(workload, with_events(workload.sbml, self.rows))

    def member(self, number: int, rtol: float, out: FloatArray) -> None:
        """Solve one member."""
        given = row_values(self.workload, self.rows, number).tolist()
        numbered = {f"{VALUE}{k}": value for k, value in enumerate(given)}
        self.model.reset()
        self.model.setTime(0.0)
        self._begin(number, rtol, start(self.workload, number) | numbered)
        times = self.workload.members.sample_times[number]
        found = self.runner.simulate(times=[0.0, *times.tolist()])
        out[:] = np.asarray(found)[1:]


class Restarted(RoadRunner):
    """Started anew at every dose and change of protocol."""

    def __init__(self, workload: Workload) -> None:
        targets = infused(workload)
        super().__init__(workload, with_inflows(workload.sbml, targets))

    def member(self, number: int, rtol: float, out: FloatArray) -> None:
        """Solve one member."""
        self._begin(number, rtol, start(self.workload, number))
        for piece in self.workload.pieces(number):
            if piece.end_h > piece.start_h:
                self._integrate(piece, out)
            if piece.end_h > 0.0:
                for action in piece.actions:
                    self._act(action)

    def _act(self, action: Any) -> None:
        model, target = self.model, action.target
        if action.action == "rate":
            inflow = [self.column[INFLOW + target]]
            model.setGlobalParameterValues(inflow, [action.value])
        elif target in self.species:
            index = self.species[target]
            held = float(model.getFloatingSpeciesAmounts()[index])
            kept = held if action.action == "add" else 0.0
            model.setFloatingSpeciesAmounts([index], [kept + action.value])
        else:
            model.setGlobalParameterValues([self.column[target]], [action.value])

    def _integrate(self, piece: Segment, out: FloatArray) -> None:
        # time counts from the start of the piece, so that the first steps after a dose
        # aren't lost in rounding; the text has no explicit time
        self.model.setTime(0.0)
        asked = piece.times - piece.start_h
        times = np.unique(np.concatenate([[0.0], asked, [piece.end_h - piece.start_h]]))
        result = np.asarray(self.runner.simulate(times=times.tolist()))
        out[piece.samples] = result[np.searchsorted(times, asked)]


def build(workload: Workload) -> WithEvents:
    """Compile the model."""
    return WithEvents(workload)
