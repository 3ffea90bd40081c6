"""SciPy's LSODA on the compiled right-hand side, with or without the Jacobian."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.integrate import odeint, solve_ivp

from equations import Member, compiled
from exoheart.engine.segments import Segment
from peers import OneByOne
from workload import Workload

FloatArray = npt.NDArray[np.float64]
CHUNK = 4
CONFIGURATION = (
    "LSODA through odeint (solve_ivp is slower), compiled right-hand side and analytic "
    "Jacobian; restarted at each dose"
)
#: ``odeint`` or a method of ``solve_ivp`` (``LSODA``, ``Radau``), and whether the
#: analytic Jacobian is given.
CALL, ANALYTIC = "odeint", True
MAXIMUM_STEPS = 100_000


class Lsoda(OneByOne):
    """SciPy's LSODA.

    Parameters
    ----------
    workload
        What is solved.
    call, analytic
        See :data:`CALL`.
    """

    def __init__(
        self, workload: Workload, call: str = CALL, *, analytic: bool = ANALYTIC
    ) -> None:
        super().__init__(workload)
        self.functions = compiled(workload)
        self.amounts = self.functions.equations.system.amounts
        self._call, self._analytic = call, analytic
        size = len(workload.states)
        entries = self.functions.equations.entries
        self._rows, self._columns = (
            np.array(axis) for axis in zip(*entries, strict=True)
        )
        self._entries = np.zeros(len(entries))
        self._matrix = np.zeros((size, size))
        self._constants = np.zeros(0)

    def member(self, number: int, rtol: float, out: FloatArray) -> None:
        """Solve one member."""
        one = Member(self.workload, self.functions, number)
        absolute = self.workload.absolute(number, self.amounts)
        for piece in self.workload.pieces(number):
            if piece.end_h > piece.start_h:
                self._piece(piece, one, (rtol, absolute), out)
            one.act(piece.actions)

    def _piece(
        self,
        piece: Segment,
        one: Member,
        tolerances: tuple[float, FloatArray],
        out: FloatArray,
    ) -> None:
        self._constants = one.constants
        asked = np.concatenate([[0.0], piece.times - piece.start_h])
        length = piece.end_h - piece.start_h
        times = asked if asked[-1] == length else np.append(asked, length)
        path = self._integrate(times, one.states, *tolerances)
        for row, sample in enumerate(piece.samples, start=1):
            self.functions.observe(path[row], one.constants, out[sample])
        one.states[:] = path[-1]

    def _integrate(
        self, times: FloatArray, start: FloatArray, rtol: float, absolute: FloatArray
    ) -> FloatArray:
        jacobian = self._jacobian if self._analytic else None
        if self._call == "odeint":
            path, report = odeint(
                self._rates,
                start,
                times,
                Dfun=jacobian,
                tfirst=True,
                rtol=rtol,
                atol=absolute,
                mxstep=MAXIMUM_STEPS,
                full_output=True,
            )
            if report["message"] != "Integration successful.":
                raise RuntimeError(report["message"])
            return np.asarray(path)
        span = (times[0], times[-1])
        found = solve_ivp(
            self._rates,
            span,
            start,
            method=self._call,
            t_eval=times,
            rtol=rtol,
            atol=absolute,
            jac=jacobian,
        )
        if not found.success:
            raise RuntimeError(found.message)
        return np.ascontiguousarray(found.y.T)

    def _rates(self, _time: float, states: FloatArray) -> FloatArray:
        slope = np.empty_like(states)
        self.functions.rates(states, self._constants, slope)
        return slope

    def _jacobian(self, _time: float, states: FloatArray) -> FloatArray:
        self.functions.jacobian(states, self._constants, self._entries)
        self._matrix[self._rows, self._columns] = self._entries
        return self._matrix


def build(workload: Workload) -> Lsoda:
    """Compile the functions."""
    return Lsoda(workload)
