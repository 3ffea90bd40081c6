"""Solving members with libRoadRunner (CVODE), and a fallback for those that fail.

The reference solver, and until a faster one stands beside it the only one. A member
that CVODE gives up on is solved once more by SciPy's Radau method on the same
right-hand side, which shares no integrator code with it and may do only so much work.

References
----------
Welsh2023 (libRoadRunner 2.0).
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from exoheart.engine.members import Action, Block
from exoheart.engine.model import INFLOW, Model
from exoheart.engine.segments import Segment, segments
from exoheart.engine.solution import Status
from exoheart.errors import ModelError

FloatArray = npt.NDArray[np.float64]
_MAXIMUM_STEPS = 50_000
#: First step that CVODE tries, and how long it runs after a dose before it is started
#: anew [h]. It works out its Jacobian by differences at the first step and keeps it for
#: dozens; where a dose has just met empty states, these differences are rounding noise,
#: which then leaks into the sum of all particles (up to 1e-7 of a dose without this).
_FIRST_STEP, _SETTLING = 1e-6, 1e-5
#: Amount given to a member, over the scale of the state that gets it, up to which
#: tolerances stay as the text declares them. Beyond it the absolute ones of amounts
#: grow with it: they would ask for more digits than a number has, and no first step
#: would be short enough.
_ORDINARY = 1e9
#: Rates that Radau may ask for in one member; a treated pig needs more than 20,000.
_MAXIMUM_RATES = 300_000
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
        self._runner = roadrunner.RoadRunner(model.sbml)
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
        numbered = list(enumerate(model.states))
        self._amounts = [pair for pair in numbered if pair[1] in self._amount]
        self._scale = dict(zip(model.states, model.scales, strict=True))
        self._ruled = [pair for pair in numbered if pair[1] not in self._amount]
        self._asked = 0
        self._set_tolerances(1.0)
        self._runner.timeCourseSelections = list(model.observables)

    def solve(self, block: Block) -> tuple[FloatArray, list[tuple[int, str, int]]]:
        """Solve every member of a block.

        Returns
        -------
        values : ndarray, shape (count, sample, observable)
        outcomes
            Status, sentence and number of segments of each member.
        """
        count, samples = block.sample_times.shape
        values = np.full((count, samples, len(self._model.observables)), math.nan)
        by_member: list[list[Action]] = [[] for _ in range(count)]
        for action in block.schedule:
            by_member[action.member].append(action)
        outcomes = []
        for member, actions in enumerate(by_member):
            outcome = self._member(block, member, actions, values[member])
            outcomes.append(outcome)
        return values, outcomes

    def _member(
        self, block: Block, member: int, actions: Sequence[Action], out: FloatArray
    ) -> tuple[int, str, int]:
        pieces = list(segments(actions, block.sample_times[member]))
        excess = max(1.0, _given(pieces, self._scale) / _ORDINARY)
        if excess != self._excess:
            self._set_tolerances(excess)
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
            return Status.SOLVED, "", len(pieces)
        except (RuntimeError, ArithmeticError) as failure:
            reached = start_h + self._executable.getTime()
            first = f"CVODE gave up ({_sentence(failure)} at {reached:.4g} h)"
        try:
            self._begin(block, member)
            self._asked = 0
            for piece in pieces:
                self._integrate_by_radau(piece, out)
                self._act(piece.actions)
            self._require_finite(out)
            return Status.SOLVED_BY_FALLBACK, f"{first}; solved by Radau", len(pieces)
        except (RuntimeError, ArithmeticError, ValueError) as failure:
            out[:] = math.nan
            reason = f"{first}; Radau failed too: {_sentence(failure)}"
            return Status.FAILED, reason, len(pieces)

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

    def _read_states(self) -> FloatArray:
        amounts = self._executable.getFloatingSpeciesAmounts()
        constants = self._executable.getGlobalParameterValues()
        return np.array(
            [
                amounts[self._amount[id_]]
                if id_ in self._amount
                else constants[self._column[id_]]
                for id_ in self._model.states
            ]
        )

    def _write_states(self, states: FloatArray) -> None:
        self._executable.setFloatingSpeciesAmounts(
            [self._amount[id_] for _, id_ in self._amounts],
            [float(states[k]) for k, _ in self._amounts],
        )
        self._executable.setGlobalParameterValues(
            [self._column[id_] for _, id_ in self._ruled],
            [float(states[k]) for k, _ in self._ruled],
        )

    def _rates(self, _time: float, states: FloatArray) -> FloatArray:
        self._asked += 1
        if self._asked > _MAXIMUM_RATES:
            raise ArithmeticError(f"no end after {_MAXIMUM_RATES} evaluations")
        self._write_states(states)
        rates = np.asarray(self._runner.getRatesOfChange())
        return rates[self._vector]

    def _integrate_by_radau(self, piece: Segment, out: FloatArray) -> None:
        from scipy.integrate import solve_ivp

        if piece.end_h == piece.start_h:
            self._integrate(piece, out)
            return
        found: Any = solve_ivp(
            self._rates,
            (piece.start_h, piece.end_h),
            self._read_states(),
            method="Radau",
            t_eval=np.append(piece.times[piece.times < piece.end_h], piece.end_h),
            rtol=self._rtol,
            atol=list(self._absolute.values()),
        )
        if not found.success:
            raise ArithmeticError(found.message)
        for column, time in enumerate(found.t):
            self._write_states(found.y[:, column])
            for sample in piece.samples[piece.times == time]:
                out[sample] = self._observe()

    @staticmethod
    def _require_finite(out: FloatArray) -> None:
        if not np.all(np.isfinite(out)):
            raise ArithmeticError("a result is not a finite number")


def _given(pieces: Sequence[Segment], scale: Mapping[str, float]) -> float:
    """Add up what a schedule gives one member, in scales of the states that get it."""
    total, rates = 0.0, dict[str, float]()
    for piece in pieces:
        total += sum(rates.values()) * (piece.end_h - piece.start_h)
        for action in piece.actions:
            if action.action == "set":
                continue
            given = action.value / scale[action.target]
            if action.action == "add":
                total += given
            else:
                rates[action.target] = given
    return total


def _sentence(failure: Exception) -> str:
    """Say in words why a solver stopped, without its own code names."""
    text = " ".join(str(failure).split())
    for code, reason in _REASONS.items():
        if code in text:
            return reason
    return text.partition("; In ")[0][:300].rstrip(".")
