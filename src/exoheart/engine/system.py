"""A model as equations: what is integrated, from what, and what else can be read.

In: an operation graph that a front end filled (:mod:`exoheart.engine.sbml`). Out: a
record that the code generator and the NumPy reference both read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from exoheart.engine.graph import Graph, Node, evaluate

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class System:
    """Ordinary differential equations on an operation graph.

    Parameters
    ----------
    graph
        Where all nodes live. ``state`` and ``inflow`` leaves count in the order of
        `states`, ``parameter`` leaves in that of `parameters`.
    states
        Ids of what is integrated: amounts of species that reactions change, and the
        targets of rate rules.
    parameters
        Ids of the constants that each member gives a value.
    rates
        Rate of change of each state; amounts include their inflow.
    values
        Node of every id that can be read: states as the model text means them (a
        species may be a concentration), parameters, compartments, assigned quantities
        and reactions.
    starts
        Value of each state at the start, over parameters (and the time).
    defaults
        Value that the text gives each parameter, over other parameters; not a number
        where it gives none.
    amounts
        Indices of the states that take an inflow.
    """

    graph: Graph
    states: tuple[str, ...]
    parameters: tuple[str, ...]
    rates: tuple[Node, ...]
    values: Mapping[str, Node]
    starts: tuple[Node, ...]
    defaults: tuple[Node, ...]
    amounts: frozenset[int]

    def initial(self, parameters: FloatArray, time: float = 0.0) -> FloatArray:
        """Give the states at the start, shape (count, s), from (count, p)."""

        def leaves(kind: str, index: int) -> FloatArray | float:
            return parameters[:, index] if kind == "parameter" else time

        found = evaluate(self.graph, self.starts, leaves)
        columns = [np.broadcast_to(one, len(parameters)) for one in found]
        return np.column_stack(columns) if columns else np.empty((len(parameters), 0))

    def read(
        self, nodes: tuple[Node, ...], leaves: Callable[[str, int], FloatArray | float]
    ) -> list[FloatArray]:
        """Compute nodes by NumPy from states and parameters."""
        return evaluate(self.graph, nodes, leaves)
