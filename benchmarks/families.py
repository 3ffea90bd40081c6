"""Chains of any number of states: models to see how cost grows with size.

``linear``: what enters the first state passes on from each to the next, at rates of one
kind. ``stiff``: saturable steps back and forth, with rates spread over six decades.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from exoheart.engine import Action, Block, Model, compile_model
from exoheart.engine.streams import uniforms

FloatArray = npt.NDArray[np.float64]
NAMES = ("linear", "stiff")
#: Times of doses and end of the run [h].
DOSES, HORIZON = (0.0, 168.0, 336.0), 672.0
#: Spread of parameters between members, on the log scale, and what a dose holds.
_SPREAD, _DOSE = 0.3, 10.0
_GOLDEN = (5**0.5 - 1) / 2


def text(name: str, states: int) -> str:
    """Write a chain in Antimony.

    Parameters
    ----------
    name
        ``linear`` or ``stiff``.
    states
        How many.
    """
    lines = ["model chain()", "  compartment body = 1;"]
    for k in range(states):
        lines.append(
            f"  substanceOnly species x{k} in body; x{k} = 0; // scale 1: amount {k}"
        )
    for k in range(states):
        following = f"x{k + 1}" if k + 1 < states else ""
        lines.append(f"  J{k}: x{k} -> {following}; {_rate(name, k, states)};")
        lines.append(f"  k{k} = 1;")
    lines += [f"  total := {' + '.join(f'x{k}' for k in range(states))};", "end", ""]
    return "\n".join(lines)


def _rate(name: str, k: int, states: int) -> str:
    if name == "linear":
        return f"k{k} * x{k}"
    back = f" - 0.1 * k{k} * x{k + 1}" if k + 1 < states else ""
    return f"k{k} * x{k} / (1 + x{k}){back}"


def typical(name: str, states: int) -> FloatArray:
    """Give the middle of each rate [1/h]."""
    if name == "linear":
        return np.full(states, 0.1)
    # fast and slow steps mixed, the first ones the same in every length
    places = np.arange(states) * _GOLDEN % 1.0
    return np.asarray(10.0 ** (3.0 - 6.0 * places))


def compiled(name: str, states: int) -> Model:
    """Compile a chain; the first, the last and the sum of its states are recorded."""
    return compile_model(text(name, states), ("x0", f"x{states - 1}", "total"))


@dataclass(frozen=True, slots=True)
class Drawn:
    """Members of a chain, made where they are used.

    Parameters
    ----------
    model
        From :func:`compiled`.
    rates : ndarray, shape (p,)
        Middle of each parameter.
    count, samples
        How many members, and output times of each.
    """

    model: Model
    rates: FloatArray
    count: int
    samples: int = 100

    def __len__(self) -> int:
        return self.count

    def block(self, first: int, count: int) -> Block:
        """Make a block of members."""
        columns = [
            rate * np.exp(_SPREAD * (uniforms(0, "animal", id_, first, count) - 0.5))
            for id_, rate in zip(self.model.parameters, self.rates, strict=True)
        ]
        parameters = np.column_stack(columns)
        schedule = tuple(
            Action(member, at, "add", "x0", _DOSE)
            for member in range(count)
            for at in DOSES
        )
        times = np.linspace(0.7, HORIZON, self.samples)
        initial = np.zeros((count, len(self.model.states)))
        return Block(parameters, initial, schedule, np.tile(times, (count, 1)))


def drawn(name: str, states: int, count: int, samples: int = 100) -> Drawn:
    """Give members of a chain."""
    return Drawn(compiled(name, states), typical(name, states), count, samples)
