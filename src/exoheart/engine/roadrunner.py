"""Solving members with libRoadRunner (CVODE): the reference, in an extra of its own.

Every release of the engine is compared with it; nothing else needs it
(``pip install "exoheart[reference]"``).

References
----------
Welsh2023 (libRoadRunner 2.0).
"""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from exoheart.engine.inflows import INFLOW, with_inflows
from exoheart.engine.members import Action, Block
from exoheart.engine.model import Model
from exoheart.engine.schedule import excess_of
from exoheart.engine.segments import Segment, segments
from exoheart.engine.solution import Outcomes, Status
from exoheart.errors import ModelError

FloatArray = npt.NDArray[np.float64]
_MAXIMUM_STEPS = 50_000
#: First step that CVODE tries, and how long it runs after a dose before it is started
#: anew [h]. It works out its Jacobian by differences at the first step and keeps it for
#: dozens; where a dose has just met empty states, these differences are rounding noise,
#: which then leaks into the sum of all particles (up to 1e-7 of a dose without this).
_FIRST_STEP, _SETTLING = 1e-6, 1e-5
#: What CVODE's own codes mean, in words.
_REASONS = {
    "CV_ERR_FAILURE": "step size became too small",
    "CV_CONV_FAILURE": "equations of a step had no solution",
    "CV_TOO_MUCH_WORK": f"more than {_MAXIMUM_STEPS} steps",
    "CV_TOO_MUCH_ACC": "more digits asked for than a number has",
    "CV_RHSFUNC_FAIL": "rates could not be computed",
    "CV_FIRST_RHSFUNC_ERR": "rates could not be computed",
    "CV_REPTD_RHSFUNC_ERR": "rates could not be computed",
}


#: The last model that was compiled: libRoadRunner lets go of machine code that nobody
#: holds, and making it again for the next solve takes over a second.
_KEPT: list[Any] = []


class RoadRunnerSolver:
    """One compiled model in one process; members go through it one after another."""

    def __init__(self, model: Model, rtol: float) -> None:
        # failures are reported per member; the solver's own log would repeat them
        os.environ.setdefault("SUNLOGGER_ERROR_FILENAME", os.devnull)
        # CVODE would write its warnings into the standard output, which holds results
        os.environ.setdefault("SUNLOGGER_WARNING_FILENAME", "stderr")
        import roadrunner

        roadrunner.Logger.setLevel(roadrunner.Logger.LOG_FATAL)
        self._model = model
        self._runner = roadrunner.RoadRunner(with_inflows(model))
        _KEPT[:] = [self._runner]
        self._executable = self._runner.model
        integrator = self._runner.getIntegrator()
        integrator.setValue("maximum_num_steps", _MAXIMUM_STEPS)
        integrator.setValue("initial_time_step", _FIRST_STEP)
        self._integrator, self._rtol = integrator, rtol
        integrator.setValue("relative_tolerance", rtol)
        globals_ = list(self._executable.getGlobalParameterIds())
        self._column = {id_: k for k, id_ in enumerate(globals_)}
        floating = list(self._executable.getFloatingSpeciesIds())
        self._amount = {id_: k for k, id_ in enumerate(floating)}
        self._inflows = [k for id_, k in self._column.items() if id_.startswith(INFLOW)]
        self._parameters = [self._column[id_] for id_ in model.parameters]
        vector = [
            self._executable.getStateVectorId(k) for k in range(len(model.states))
        ]
        self._vector = [vector.index(id_) for id_ in model.states]
        self._set_tolerances(1.0)
        self._runner.timeCourseSelections = list(model.observables)

    def solve(self, block: Block) -> tuple[FloatArray, Outcomes]:
        """Solve every member of a block.

        Returns
        -------
        values : ndarray, shape (count, sample, observable)
            NaN for a member that CVODE gives up.
        outcomes
            The steps are the pieces between restarts.
        """
        count, samples = block.sample_times.shape
        values = np.full((count, samples, len(self._model.observables)), math.nan)
        status, steps = (np.zeros(count, dtype=np.int64) for _ in range(2))
        messages: dict[int, str] = {}
        excess = excess_of(self._model, block)
        for member in range(count):
            actions = [a for a in block.schedule if a.member == member]
            pieces = list(segments(actions, block.sample_times[member]))
            steps[member] = len(pieces)
            if excess[member] != self._excess:
                self._set_tolerances(float(excess[member]))
            told = self._member(block, member, pieces, values[member])
            if told:
                status[member], messages[member] = Status.FAILED, told
        return values, Outcomes(status, steps, messages)

    def _member(
        self, block: Block, member: int, pieces: Sequence[Segment], out: FloatArray
    ) -> str:
        """Solve one member; give a sentence if CVODE gives up."""
        start_h = pieces[0].start_h
        try:
            self._begin(block, member)
            dosed = False
            for piece in pieces:
                start_h = piece.start_h
                self._executable.setTime(0.0)
                self._integrate(piece, out, dosed)
                self._act(piece.actions)
                dosed = any(action.action != "set" for action in piece.actions)
            self._require_finite(out)
        except (RuntimeError, ArithmeticError) as failure:
            out[:] = math.nan
            reached = start_h + self._executable.getTime()
            return f"CVODE gave up ({_sentence(failure)} at {reached:.4g} h)"
        return ""

    def _set_tolerances(self, excess: float) -> None:
        """Set the tolerances for a member given `excess` times what is ordinary."""
        self._excess = excess
        declared = self._model.absolute_tolerances
        self._absolute = {
            id_: value * excess if id_ in self._amount else value
            for id_, value in declared.items()
        }
        # one vector in the solver's own order: setIndividualTolerance counts species
        # from zero although rate rules come first, and so hits other states
        order = sorted(zip(self._vector, self._absolute.values(), strict=True))
        self._integrator.setValue("absolute_tolerance", [value for _, value in order])

    def _begin(self, block: Block, member: int) -> None:
        executable = self._executable
        executable.setGlobalParameterValues(self._inflows, [0.0] * len(self._inflows))
        executable.setGlobalParameterValues(
            self._parameters, block.parameters[member].tolist()
        )
        for id_, value in zip(self._model.states, block.initial[member], strict=True):
            self._set(id_, float(value))

    def _set(self, id_: str, value: float) -> None:
        if id_ in self._amount:
            self._executable.setFloatingSpeciesAmounts([self._amount[id_]], [value])
        elif id_ in self._column:
            self._executable.setGlobalParameterValues([self._column[id_]], [value])
        else:
            raise ModelError(f"the schedule names {id_!r}, which the model lacks")

    def _act(self, actions: Sequence[Action]) -> None:
        for action in actions:
            if action.action == "set":
                self._set(action.target, action.value)
            elif action.target not in self._amount:
                raise ModelError(
                    f"the schedule's {action.action!r} names {action.target!r}; "
                    "allowed: a state that reactions change"
                )
            elif action.action == "rate":
                self._set(INFLOW + action.target, action.value)
            else:
                index = self._amount[action.target]
                held = float(self._executable.getFloatingSpeciesAmounts()[index])
                self._set(action.target, held + action.value)

    def _integrate(self, piece: Segment, out: FloatArray, dosed: bool = False) -> None:
        if piece.end_h == piece.start_h:
            if len(piece.samples):
                out[piece.samples] = self._observe()
            return
        # time counts from the start of the piece (the text has no explicit time), so
        # that the first steps after a dose aren't lost in rounding
        asked = piece.times - piece.start_h
        length = piece.end_h - piece.start_h
        times = np.unique(np.concatenate([[0.0], asked, [length]]))
        if dosed and times[1] > 2 * _SETTLING:
            self._runner.simulate(times=[0.0, _SETTLING])
            times[0] = _SETTLING
        result = np.asarray(self._runner.simulate(times=times.tolist()))
        out[piece.samples] = result[np.searchsorted(times, asked)]

    def _observe(self) -> FloatArray:
        return np.array([self._runner.getValue(id_) for id_ in self._model.observables])

    @staticmethod
    def _require_finite(out: FloatArray) -> None:
        if not np.all(np.isfinite(out)):
            raise ArithmeticError("a result is not a finite number")


def _sentence(failure: Exception) -> str:
    """Say in words why a solver stopped, without its own code names."""
    text = " ".join(str(failure).split())
    for code, reason in _REASONS.items():
        if code in text:
            return reason
    return text.partition("; In ")[0][:300].rstrip(".")
