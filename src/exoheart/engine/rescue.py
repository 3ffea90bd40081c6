"""Members that the machine code gives up: solved again, slowly, in two other ways.

First by the same method in NumPy with a factorisation that pivots; then by SciPy's
Radau, which shares no integrator with it. Both use the model's own rates and Jacobian.
The NumPy form is also the plain statement of what the machine code does.

References
----------
Steinebach2023 (Rodas5P), Hairer1996 (Radau).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from exoheart.engine import rodas
from exoheart.engine.members import Action, Block
from exoheart.engine.model import Model
from exoheart.engine.program import FIRST_STEP, Scalar, scalar_of
from exoheart.engine.segments import Segment, segments

FloatArray = npt.NDArray[np.float64]
#: Steps of the pivoting form, and rates that Radau may ask for, in one member.
_MAXIMUM_STEPS, _MAXIMUM_RATES = 20_000, 300_000


@dataclass(frozen=True, slots=True)
class Member:
    """One member of a block, with the functions that other solvers need.

    Parameters
    ----------
    model, scalar
        The model, and its rates and Jacobian.
    parameters, initial, sample_times
        Of the member.
    actions
        Its schedule.
    tolerances : ndarray, shape (size,)
        Absolute tolerance of each state.
    """

    model: Model
    scalar: Scalar
    parameters: FloatArray
    initial: FloatArray
    sample_times: FloatArray
    actions: Sequence[Action]
    tolerances: FloatArray

    @classmethod
    def of(
        cls, model: Model, block: Block, member: int, absolute: tuple[float, float]
    ) -> Member:
        """Take a member out of a block.

        `absolute` holds the absolute tolerances over the scale of a state: of states
        as such, and of the amounts of what this member is given.
        """
        scalar = scalar_of(model)
        usual, grown = absolute
        shares = [grown if id_ in model.amounts else usual for id_ in model.states]
        tolerances = np.array(model.scales) * np.array(shares)
        clock = [usual] * scalar.layout.clock
        actions = [a for a in block.schedule if a.member == member]
        return cls(
            model,
            scalar,
            block.parameters[member],
            block.initial[member],
            block.sample_times[member],
            actions,
            np.append(tolerances, clock),
        )


class _State:
    """A member under way: its states and the constants of its rates."""

    def __init__(self, member: Member, begin: float) -> None:
        layout = member.scalar.layout
        self._member, self._layout = member, layout
        self.values = np.append(member.initial, [begin] * layout.clock)
        self._raw = np.zeros(layout.parameters + layout.inflows)
        self._raw[: layout.parameters] = member.parameters
        self._constants = member.scalar.constants(self._raw)

    def act(self, actions: Sequence[Action]) -> None:
        """Let rows of the schedule act."""
        states, parameters = self._member.model.states, self._member.model.parameters
        for action in actions:
            if action.action == "rate":
                inflow = self._layout.inflow_of[states.index(action.target)]
                self._raw[self._layout.parameters + inflow] = action.value
            elif action.target in states:
                place = states.index(action.target)
                held = self.values[place] if action.action == "add" else 0.0
                self.values[place] = held + action.value
            else:
                self._raw[parameters.index(action.target)] = action.value
        self._constants = self._member.scalar.constants(self._raw)

    def rates(self, values: FloatArray) -> FloatArray:
        """Give the rates of change."""
        return self._member.scalar.rates(values, self._constants)

    def jacobian(self, values: FloatArray) -> FloatArray:
        """Give the Jacobian."""
        return self._member.scalar.jacobian(values, self._constants)

    def observe(self, values: FloatArray) -> FloatArray:
        """Give what is recorded."""
        return self._member.scalar.observe(values, self._constants)


_Track = Iterator[tuple[int, FloatArray]]
#: Goes through one piece of time: gives the states at its samples, and at its end
#: under the index -1.
_Way = Callable[[Member, _State, Segment, float], _Track]


def by_pivoting(member: Member, rtol: float) -> FloatArray:
    """Solve a member by Rodas5P in NumPy, with pivots, shape (sample, observable).

    Raises
    ------
    ArithmeticError
        No step is small enough, or a result is not finite.
    """
    return _through(member, rtol, _pivoting)


def by_radau(member: Member, rtol: float) -> FloatArray:
    """Solve a member by SciPy's Radau, shape (sample, observable).

    Raises
    ------
    ArithmeticError
        Radau gives up, or a result is not finite.
    """
    return _through(member, rtol, _radau)


def _through(member: Member, rtol: float, way: _Way) -> FloatArray:
    pieces = list(segments(member.actions, member.sample_times))
    state = _State(member, pieces[0].start_h)
    found = np.full((len(member.sample_times), member.scalar.layout.observed), np.nan)
    for piece in pieces:
        if piece.end_h == piece.start_h:
            found[piece.samples] = state.observe(state.values)
        else:
            with np.errstate(all="ignore"):
                for sample, values in way(member, state, piece, rtol):
                    if sample < 0:
                        state.values = values
                    else:
                        found[sample] = state.observe(values)
        state.act(piece.actions)
    if not np.all(np.isfinite(found)):
        raise ArithmeticError("a result is not a finite number")
    return found


def _radau(member: Member, state: _State, piece: Segment, rtol: float) -> _Track:
    from scipy.integrate import solve_ivp

    asked = 0

    def rates(_time: float, values: FloatArray) -> FloatArray:
        nonlocal asked
        asked += 1
        if asked > _MAXIMUM_RATES:
            raise ArithmeticError(f"no end after {_MAXIMUM_RATES} evaluations")
        return state.rates(values)

    length = piece.end_h - piece.start_h
    times = np.unique(np.append(piece.times - piece.start_h, length))
    try:
        solved = solve_ivp(
            rates,
            (0.0, length),
            state.values,
            method="Radau",
            t_eval=times,
            jac=lambda _t, values: state.jacobian(values),
            rtol=rtol,
            atol=member.tolerances,
        )
    except ValueError as failure:  # SciPy's own word for infinite numbers
        raise ArithmeticError(str(failure)) from failure
    if not solved.success:
        raise ArithmeticError(solved.message)
    by_time = dict(zip(times, solved.y.T, strict=True))
    for sample, time in zip(piece.samples, piece.times, strict=True):
        yield int(sample), by_time[time - piece.start_h]
    yield -1, solved.y[:, -1]


def _pivoting(member: Member, state: _State, piece: Segment, rtol: float) -> _Track:
    length, time, step = piece.end_h - piece.start_h, 0.0, FIRST_STEP
    due = list(zip(piece.samples, piece.times - piece.start_h, strict=True))
    grow = rodas.GROW
    for _ in range(_MAXIMUM_STEPS):
        last = step * 1.01 >= length - time
        used = length - time if last else min(step, 0.5 * (length - time))
        stages = _stages(state, used)
        after = _end(state.values, stages)
        error = _error(stages[-1], state.values, after, rtol, member.tolerances)
        factor = (
            rodas.SAFETY * error ** (-0.5 / (rodas.ESTIMATE_ORDER + 1))
            if error
            else rodas.GROW
        )
        if not error <= 1.0:
            step, grow = (
                used * max(rodas.SHRINK, factor if factor < 1.0 else rodas.SHRINK),
                1.0,
            )
            if step < 1e-14 * time + 1e-28:
                raise ArithmeticError("step size became too small")
            continue
        arrived = length if last else time + used
        while due and due[0][1] <= arrived:
            sample, when = due.pop(0)
            share = (when - time) / used
            yield int(sample), _inside(state.values, after, stages, share)
        state.values, time = after, arrived
        step, grow = used * min(grow, max(rodas.SHRINK, factor)), rodas.GROW
        if last:
            yield -1, after
            return
    raise ArithmeticError(f"more than {_MAXIMUM_STEPS} steps")


def _stages(state: _State, step: float) -> list[FloatArray]:
    """Give the eight stages of a step."""
    from scipy.linalg import lu_factor, lu_solve

    values, size = state.values, len(state.values)
    matrix = np.eye(size) / (step * rodas.GAMMA) - state.jacobian(values)
    if not np.all(np.isfinite(matrix)):
        return [np.full(size, np.nan)] * rodas.STAGES
    factors = lu_factor(matrix, check_finite=False)
    stages: list[FloatArray] = []
    for k in range(rodas.STAGES):
        row = rodas.STATE[min(k, len(rodas.STATE) - 1)]
        at = values + _weighted(row, stages) + sum(stages[len(row) :], np.zeros(size))
        side = state.rates(at) + _weighted(rodas.SIDE[k], stages) / step
        stages.append(lu_solve(factors, side, check_finite=False))
    return stages


def _weighted(weights: Sequence[float], stages: Sequence[FloatArray]) -> FloatArray:
    total = np.zeros(1)
    for weight, stage in zip(weights, stages, strict=False):
        total = total + weight * stage
    return total


def _end(values: FloatArray, stages: Sequence[FloatArray]) -> FloatArray:
    row = rodas.STATE[-1]
    return values + _weighted(row, stages) + sum(stages[len(row) :])


def _error(
    correction: FloatArray,
    before: FloatArray,
    after: FloatArray,
    rtol: float,
    tolerances: FloatArray,
) -> float:
    """Give the mean square of the error over what is allowed."""
    allowed = tolerances + rtol * np.maximum(np.abs(before), np.abs(after))
    return float(np.mean((correction / allowed) ** 2))


def _inside(
    before: FloatArray, after: FloatArray, stages: Sequence[FloatArray], share: float
) -> FloatArray:
    """Give the states inside a step."""
    first, second, third = (_weighted(weights, stages) for weights in rodas.DENSE)
    inner = first + share * (second + share * third)
    return (1.0 - share) * before + share * (after + (1.0 - share) * inner)
