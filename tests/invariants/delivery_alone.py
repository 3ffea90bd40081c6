"""Delivery without a heart: normal flow and cells, central values of the tables."""

import csv
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from types import MappingProxyType

import numpy as np

from exoheart import delivery, engine
from exoheart.engine import Action, Table
from exoheart.units import factor

# left ventricle [g], area at risk and border (shares), cells per gram in the order of
# delivery.CELLS: round numbers near those of the tables, for these tests alone
ANIMALS = {
    "mouse": (0.075, 0.4, 0.1, (3e7, 3.72e7, 9e6, 4.5e6, 3e3)),
    "rat": (0.6, 0.4, 0.1, (2.5e7, 3.1e7, 7.5e6, 3.75e6, 2.5e3)),
    "pig": (105.0, 0.3, 0.1, (1e7, 1.24e7, 3e6, 1.5e6, 1e3)),
    "human": (106.0, 0.36, 0.1, (8.3e6, 1.03e7, 2.49e6, 1.24e6, 830.0)),
}
#: Beside the vesicles of a dose: dissolved molecules and living cells [1e9].
SOLUTE, DONOR_CELLS, PER_CELL_HOUR = 1e6, 1e-3, 40.0
#: Doses [1e9 vesicles] inside the studied ranges, far below saturation.
DOSES = {"mouse": 2.0, "rat": 10.0, "pig": 500.0, "human": 1000.0}


#: Sums over time that nothing reads: vesicles in blood [1e9 h], and vesicles that the
#: ports have handed over to the cells of the heart [1].
PROBES = ("probe_blood", "probe_taken_up")
_PROBE = """
var probe_blood; probe_blood = 0;
probe_blood' = delivery_venous + delivery_arterial;
var probe_taken_up; probe_taken_up = 0;
probe_taken_up' = {taken_up};
""".format(
    taken_up=" + ".join(
        f"anatomy_{z}_mass * port_cells_{z}_{c} * port_taken_up_{z}_{c}"
        for z in delivery.ZONES
        for c in delivery.CELLS
    )
)


def text() -> str:
    """Give the text of delivery alone."""
    return engine.join("delivery_alone", delivery.blocks(), delivery.PORTS_READ)


@lru_cache(maxsize=1)
def model() -> engine.Model:
    return engine.compile_model(text(), delivery.ALL_STATES)


@lru_cache(maxsize=1)
def probed() -> engine.Model:
    """Give the same model with the sums over time of :data:`PROBES`."""
    blocks = (*delivery.blocks(), _PROBE)
    joined = engine.join("delivery_probed", blocks, delivery.PORTS_READ)
    return engine.compile_model(joined, (*delivery.ALL_STATES, *PROBES))


@lru_cache(maxsize=1)
def _rows() -> dict[tuple[str, str], tuple[float, str]]:
    table = resources.files("exoheart") / "data/parameters/delivery.csv"
    rows = csv.DictReader(table.read_text("utf-8").splitlines())
    return {
        (row["id"], row["species"]): (float(row["value"]), row["unit"]) for row in rows
    }


def central(
    species: str,
    route: str | None = None,
    keys: Mapping[str, str | float] = MappingProxyType({}),
    **changed: float,
) -> dict[str, float]:
    """Give every parameter at its central value, the ports at normal."""
    mass, risk, border, cells = ANIMALS[species]
    values = {
        "anatomy_risk_mass": risk * mass,
        "anatomy_border_mass": border * mass,
        "anatomy_remote_mass": (1 - risk - border) * mass,
        **delivery.PRODUCT_DEFAULTS,
        **delivery.ROUTE_DEFAULTS,
        **delivery.SCHEDULED,
    }
    for id_ in model().parameters:
        if id_ in values:
            continue
        if id_.startswith("port_cells"):
            values[id_] = cells[delivery.CELLS.index(id_.rsplit("_", 1)[1])]
        elif id_.startswith("port_"):
            values[id_] = 1.0
        else:
            name = id_.replace("_", ".", 1)
            found = _rows().get((name, species)) or _rows()[name, "all"]
            values[id_] = found[0] * factor(found[1], model().units[id_])
    values |= changed
    arrays = {id_: np.array([value]) for id_, value in values.items()}
    settings = delivery.route_settings(route, keys, arrays)
    return values | {id_: float(value[0]) for id_, value in settings.items()} | changed


def solve(
    values: dict[str, float],
    actions: tuple[delivery.RouteAction, ...],
    times: list[float],
    rtol: float = 1e-6,
    compiled: engine.Model | None = None,
) -> dict[str, np.ndarray]:
    """Solve one member; every state, or what `compiled` observes, at `times`."""
    of = compiled or model()
    table = np.array([[values[id_] for id_ in of.parameters]])
    schedule = tuple(Action(0, *action) for action in actions)
    members = Table(table, of.initial(table), schedule, np.array([times]))
    solution = engine.solve(of, members, rtol=rtol)
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
    *,
    keys: Mapping[str, str | float] = MappingProxyType({}),
    solute: float = 0.0,
    cells: float = 0.0,
    over_h: float = 0.0,
    repeats: tuple[float, ...] = (0.0,),
    rtol: float = 1e-6,
    compiled: engine.Model | None = None,
    **changed: float,
) -> dict[str, np.ndarray]:
    """Give a dose at each time of `repeats` [h] and solve; amounts in 1e9."""
    values = central(species, route, keys, **changed)
    amount = delivery.Amounts(DOSES[species] if dose is None else dose, solute, cells)
    actions = tuple(
        action
        for at in repeats
        for action in delivery.dose_actions(route, amount, at, over_h, keys, values)
    )
    return solve(values, actions, times, rtol, compiled)
