"""The medium over the harvest window: the text of ``biogenesis.ant``, solved.

In: a cell of :mod:`exoheart.donor.biogenesis` and its culture. Out: what is in one mL
of medium over time. It stands alone; the joined model never sees it, since a product
hands over numbers of vesicles and not how they came about.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

import numpy as np

from exoheart import engine
from exoheart.donor.biogenesis import Cell, gross_over_net, steady_cell
from exoheart.records.product import FloatArray

_GIGA = 1e9
_PREFIX = "donor_"
#: States of the text, in its order, without the prefix.
STATES = (
    *("living", "dead", "in_bodies", "digested", "held", "lost", "exosomes"),
    *("microvesicles", "apoptotic", "background", "retaken", "adsorbed", "made"),
)
#: What a harvest holds.
IN_MEDIUM = ("exosomes", "microvesicles", "apoptotic", "background")


@dataclass(frozen=True, slots=True)
class Flask:
    """A culture; arrays of shape (n,).

    Parameters
    ----------
    cells_per_ml : ndarray
        Living cells at the start per mL of medium [1/mL].
    window_h : ndarray
        Time between fresh medium and harvest [h].
    background_per_ml : ndarray
        Particles of the fresh medium [1/mL].
    reuptake_clearance : ndarray
        Medium that a cell clears [mL/cell/h].
    adsorption : ndarray
        Rate at which particles stick to the wall [1/h].
    """

    cells_per_ml: FloatArray
    window_h: FloatArray
    background_per_ml: FloatArray
    reuptake_clearance: FloatArray
    adsorption: FloatArray

    @property
    def loss(self) -> FloatArray:
        """Rate at which particles are lost while all cells live [1/h]."""
        return self.adsorption + self.reuptake_clearance * self.cells_per_ml

    @property
    def gross(self) -> FloatArray:
        """Released over found vesicles [1], for an anchor that counts a harvest."""
        return gross_over_net(self.loss, self.window_h)


def biogenesis_text() -> str:
    """Give the model text of a culture, ready to be compiled."""
    block = resources.files("exoheart.donor").joinpath("biogenesis.ant")
    return engine.join("biogenesis", [block.read_text("utf-8")])


@lru_cache(maxsize=1)
def biogenesis_model() -> engine.Model:
    """Compile the text (once)."""
    observed = tuple(f"{_PREFIX}{state}" for state in STATES)
    return engine.compile_model(biogenesis_text(), observed)


def medium_course(
    cell: Cell, flask: Flask, shares: Sequence[float], *, rtol: float = 1e-7
) -> dict[str, FloatArray]:
    """Solve the culture for one mL of medium.

    Cells begin at their steady state, in fresh medium.

    Parameters
    ----------
    cell
        Rates of an untouched cell with the activities of its nodes, shape (n,).
    flask
        Its culture, shape (n,).
    shares
        When to look, as shares of the window, ascending from 0.
    rtol
        Relative tolerance.

    Returns
    -------
    dict
        State of :data:`STATES` -> particles (or cells) per mL [1e9], shape
        (n, len(shares)).

    Raises
    ------
    SolveError
        No member could be solved.
    """
    model = biogenesis_model()
    values = _values(cell, flask)
    table = np.column_stack([values[id_] for id_ in model.parameters])
    times = np.outer(flask.window_h, np.asarray(shares, np.float64))
    members = engine.Table(table, model.initial(table), (), times)
    solution = engine.solve(model, members, rtol=rtol)
    return {state: solution[f"{_PREFIX}{state}"] for state in STATES}


def _values(cell: Cell, flask: Flask) -> dict[str, FloatArray]:
    """Give every parameter of the text, shape (n,)."""
    living = flask.cells_per_ml / _GIGA
    nothing = np.zeros_like(living)
    values = {
        "living_start": living,
        "in_bodies_start": living * steady_cell(cell).in_bodies,
        "background_start": flask.background_per_ml / _GIGA,
        "medium_volume": nothing + 1.0,
        "formation": cell.formation,
        "fusion": cell.fusion,
        "digestion": cell.digestion,
        "free_share": cell.free_share,
        "budding": cell.microvesicles,
        "death": cell.death,
        "bodies_per_dead_cell": cell.bodies_per_dead_cell,
        "reuptake_clearance": flask.reuptake_clearance,
        "adsorption": flask.adsorption,
        "yield": cell.yield_fold,
        **{node: cell.node(node) for node in _NODES},
    }
    return {f"{_PREFIX}{name}": value + nothing for name, value in values.items()}


_NODES = ("escrt", "sphingolipid", "rab", "calcium", "lysosome")
