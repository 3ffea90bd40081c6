"""Delivery without a heart: normal flow and cells, central values of the tables."""

import csv
from functools import lru_cache
from importlib import resources

import numpy as np

from exoheart import delivery, engine
from exoheart.engine import Action, Table
from exoheart.units import factor

# left ventricle [g], area at risk and border (shares), cells per gram in the order of
# delivery.CELLS: round numbers near those of the tables, for these tests alone
ANIMALS = {
    "mouse": (0.075, 0.4, 0.1, (3e7, 3.72e7, 9e6, 4.5e6)),
    "rat": (0.6, 0.4, 0.1, (2.5e7, 3.1e7, 7.5e6, 3.75e6)),
    "pig": (105.0, 0.3, 0.1, (1e7, 1.24e7, 3e6, 1.5e6)),
    "human": (106.0, 0.36, 0.1, (8.3e6, 1.03e7, 2.49e6, 1.24e6)),
}
#: Doses [1e9 vesicles] inside the studied ranges, far below saturation.
DOSES = {"mouse": 2.0, "rat": 10.0, "pig": 500.0, "human": 1000.0}


@lru_cache(maxsize=1)
def model() -> engine.Model:
    text = engine.join("delivery_alone", delivery.blocks(), delivery.PORTS_READ)
    return engine.compile_model(text, delivery.STATES)


@lru_cache(maxsize=1)
def _rows() -> dict[tuple[str, str], tuple[float, str]]:
    table = resources.files("exoheart") / "data/parameters/delivery.csv"
    rows = csv.DictReader(table.read_text("utf-8").splitlines())
    return {
        (row["id"], row["species"]): (float(row["value"]), row["unit"]) for row in rows
    }


def central(species: str) -> dict[str, float]:
    """Give every parameter at its central value, the ports at normal."""
    mass, risk, border, cells = ANIMALS[species]
    values = {
        "anatomy_risk_mass": risk * mass,
        "anatomy_border_mass": border * mass,
        "anatomy_remote_mass": (1 - risk - border) * mass,
    }
    for id_ in model().parameters:
        if id_.startswith("port_cells"):
            values[id_] = cells[delivery.CELLS.index(id_.rsplit("_", 1)[1])]
        elif id_.startswith("port_"):
            values[id_] = 1.0
        elif id_.startswith("delivery_"):
            name = id_.replace("_", ".", 1)
            found = _rows().get((name, species)) or _rows()[name, "all"]
            values[id_] = found[0] * factor(found[1], model().units[id_])
    return values


def solve(
    values: dict[str, float],
    actions: tuple[delivery.RouteAction, ...],
    times: list[float],
    rtol: float = 1e-6,
) -> dict[str, np.ndarray]:
    """Solve one member; the amounts of every state at `times`."""
    table = np.array([[values[id_] for id_ in model().parameters]])
    schedule = tuple(Action(0, *action) for action in actions)
    members = Table(table, model().initial(table), schedule, np.array([times]))
    solution = engine.solve(model(), members, rtol=rtol)
    assert solution.status[0] == 0, solution.messages
    return {
        name: solution.values[0, :, column]
        for column, name in enumerate(solution.observables)
    }


def give(
    species: str,
    route: str,
    times: list[float],
    dose: float | None = None,
    **changed: float,
) -> dict[str, np.ndarray]:
    """Give one dose at time zero and solve."""
    values = central(species) | changed
    amount = DOSES[species] if dose is None else dose
    actions = delivery.dose_actions(route, amount, 0.0, 0.0, {}, values)
    return solve(values, actions, times)
