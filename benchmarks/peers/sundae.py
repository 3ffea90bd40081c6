"""scikit-sundae's CVODE on the compiled right-hand side, with the analytic Jacobian."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from equations import Member, compiled
from exoheart.engine.segments import Segment
from peers import OneByOne
from workload import Workload

FloatArray = npt.NDArray[np.float64]
CHUNK = 4
CONFIGURATION = (
    "CVODE (BDF), compiled right-hand side and analytic Jacobian called back from the "
    "wrapper, dense factors (sparse ones cost the same); restarted at each dose"
)
#: ``dense`` or ``sparse``, and whether the analytic Jacobian is given.
LINEAR_SOLVER, ANALYTIC = "dense", True
MAXIMUM_STEPS = 100_000


class Sundae(OneByOne):
    """scikit-sundae's CVODE.

    Parameters
    ----------
    workload
        What is solved.
    linear_solver, analytic
        See :data:`LINEAR_SOLVER`.
    """

    def __init__(
        self,
        workload: Workload,
        linear_solver: str = LINEAR_SOLVER,
        *,
        analytic: bool = ANALYTIC,
    ) -> None:
        super().__init__(workload)
        self.functions = compiled(workload)
        made = self.functions.equations
        self.amounts, size = made.system.amounts, len(workload.states)
        rows, starts, places = made.pattern()
        self._places, self._entries = places, np.zeros(len(made.entries))
        if linear_solver == "dense":
            self._places = np.array(
                [row * size + column for row, column in made.entries]
            )
        self._options: dict[str, Any] = {"linsolver": linear_solver}
        if linear_solver == "sparse":
            columns = np.repeat(np.arange(size), np.diff(starts))
            pattern = np.zeros((size, size))
            pattern[rows, columns] = 1.0
            self._options["sparsity"] = pattern
        if analytic:
            self._options["jacfn"] = self._jacobian
        self._constants, self._states = np.zeros(0), np.zeros(size)

    def member(self, number: int, rtol: float, out: FloatArray) -> None:
        """Solve one member."""
        from sksundae.cvode import CVODE

        one = Member(self.workload, self.functions, number)
        absolute = self.workload.absolute(number, self.amounts)
        solver = CVODE(
            self._rates,
            rtol=rtol,
            atol=absolute,
            max_num_steps=MAXIMUM_STEPS,
            **self._options,
        )
        for piece in self.workload.pieces(number):
            if piece.end_h > piece.start_h:
                self._piece(piece, one, solver, out)
            one.act(piece.actions)

    def _piece(self, piece: Segment, one: Member, solver: Any, out: FloatArray) -> None:
        self._constants = one.constants
        asked = np.concatenate([[0.0], piece.times - piece.start_h])
        length = piece.end_h - piece.start_h
        times = asked if asked[-1] == length else np.append(asked, length)
        # two times alone would mean: give every step
        padded = np.insert(times, 1, 0.5 * times[1]) if len(times) == 2 else times
        found = solver.solve(padded, one.states)
        if not found.success:
            raise RuntimeError(str(found.message))
        path = found.y[len(padded) - len(times) :]
        for row, sample in enumerate(piece.samples, start=1):
            self.functions.observe(path[row], one.constants, out[sample])
        one.states[:] = path[-1]

    def _rates(self, _time: float, states: FloatArray, slope: FloatArray) -> None:
        self._states[:] = states  # what CVODE gives is read-only
        self.functions.rates(self._states, self._constants, slope)

    def _jacobian(
        self, _time: float, states: FloatArray, _slope: FloatArray, matrix: FloatArray
    ) -> None:
        self._states[:] = states
        self.functions.jacobian(self._states, self._constants, self._entries)
        matrix.reshape(-1)[self._places] = self._entries


def build(workload: Workload) -> Sundae:
    """Compile the functions."""
    return Sundae(workload)
