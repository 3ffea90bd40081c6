"""Routes: which states a dose enters, when, and how much of it.

A route is the set of states that a dose enters; what else it sets is in
:mod:`exoheart.delivery.settings`. In: what one dose holds (vesicles, dissolved
molecules, living cells). Out: rows of a schedule for the engine.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from types import MappingProxyType
from typing import Literal, NamedTuple

import numpy as np

from exoheart.delivery.donor_cells import cells_placed
from exoheart.delivery.settings import Keys, has_gel, injected_at_risk, leak_share
from exoheart.errors import InputError, closest

FORMS: tuple[str, ...] = ("vesicles", "conditioned medium", "cells", "RNA")


class RouteAction(NamedTuple):
    """One row of a schedule.

    `value` is in 1e9 vesicles, molecules or cells, per hour for ``rate``; for ``set``
    it is the parameter's new value.
    """

    time_h: float
    action: Literal["add", "rate", "set"]
    target: str
    value: float


@dataclass(frozen=True, slots=True)
class Amounts:
    """What one dose holds: intact vesicles, dissolved molecules, living cells [1e9]."""

    vesicles: float = 0.0
    solute: float = 0.0
    cells: float = 0.0

    @property
    def empty(self) -> bool:
        """Whether there is nothing in it."""
        return self.vesicles == self.solute == self.cells == 0.0


@dataclass(frozen=True, slots=True)
class Route:
    """A route as data: its keys of ``[arm.delivery]`` and the forms it can take.

    `unused` are keys that are recorded and change nothing.
    """

    name: str
    modelled: bool
    keys: tuple[str, ...]
    forms: tuple[str, ...]
    unused: tuple[str, ...]
    allowed: str
    note: str


@lru_cache(maxsize=1)
def routes() -> Mapping[str, Route]:
    """Read the table of routes, by name."""
    table = resources.files("exoheart") / "data" / "routes.csv"
    rows = csv.DictReader(table.read_text("utf-8").splitlines())
    return MappingProxyType(
        {
            row["route"]: Route(
                row["route"],
                row["modelled"] == "yes",
                _listed(row["keys"]),
                _listed(row["forms"]),
                _listed(row["unused"]),
                row["allowed"],
                row["note"],
            )
            for row in rows
        }
    )


def modelled_routes() -> tuple[str, ...]:
    """Give the names of the routes that the model has."""
    return tuple(name for name, route in routes().items() if route.modelled)


def dose_actions(  # noqa: PLR0913 - what, how, when, how long, and whose values
    route: str,
    dose: Amounts,
    time_h: float,
    over_h: float,
    keys: Keys,
    values: Mapping[str, float],
    *,
    flow: bool = True,
) -> tuple[RouteAction, ...]:
    """Turn one dose into rows of a schedule.

    Intravenous doses enter venous blood. Intracoronary doses enter the infarct artery,
    which empties into risk and border as each is perfused; with `flow_arrest` a balloon
    stops the artery, the dose fills the small vessels at risk and stays there until
    flow returns. Intramyocardial doses enter the needle track of a zone less the leak,
    or the gel that carries them. Patch and pericardial doses enter the gel or the fluid
    of the sac; inhaled ones the airways less what the device loses. Living cells don't
    flow: they are placed where particles of their size would have stuck by then.

    Parameters
    ----------
    route
        A route of :func:`routes`.
    dose
        What is given. An empty one gives no rows.
    time_h
        Start [h after occlusion].
    over_h
        Duration [h]; 0 is at once, but for intracoronary the default of the table.
    keys
        Of ``[arm.delivery]``: times in hours, volumes in mL.
    values
        Parameters of one member by id of the model text, those of
        :func:`exoheart.delivery.settings.route_settings` included.
    flow
        Whether the infarct artery is open at the time of the dose; counts for cells.

    Returns
    -------
    tuple of RouteAction
        Amounts add up to the dose, up to rounding.

    Raises
    ------
    InputError
        An unknown route, a key, zone or form that the route doesn't take, a negative
        dose or duration, or a parameter out of bounds.
    """
    _check(route, dose, over_h, keys)
    if dose.empty:
        return ()
    arrest_h = float(keys.get("flow_arrest", 0.0))
    if route == "intracoronary" and arrest_h == 0.0:
        over_h = over_h or values["delivery_infusion_time"]
    if over_h > arrest_h > 0.0:
        raise InputError(
            f"an infusion over {over_h * 60:g} min with flow stopped for "
            f"{arrest_h * 60:g} min; allowed: an infusion that ends before flow "
            "returns; mend over or flow_arrest"
        )
    rows: list[RouteAction] = []
    placed: list[tuple[float, dict[str, float]]] = []
    if dose.vesicles > 0.0:
        placed.append((dose.vesicles, _vesicles(route, keys, values)))
    if dose.solute > 0.0:
        placed.append((dose.solute, _solute(route, keys, values)))
    if dose.cells > 0.0:
        placed.append((dose.cells, cells_placed(route, keys, values, flow=flow)))
    for amount, shares in placed:
        for target, share in shares.items():
            rows += _given(target, share * amount, time_h, over_h)
    if arrest_h > 0.0:
        rows.append(RouteAction(time_h, "set", "delivery_artery_open", 0.0))
        rows.append(RouteAction(time_h + arrest_h, "set", "delivery_artery_open", 1.0))
    return tuple(rows)


def _given(
    target: str, value: float, time_h: float, over_h: float
) -> list[RouteAction]:
    """Give the rows for one state: at once, or over a time."""
    if value == 0.0:
        return []
    if over_h == 0.0:
        return [RouteAction(time_h, "add", target, value)]
    return [
        RouteAction(time_h, "rate", target, value / over_h),
        RouteAction(time_h + over_h, "rate", target, 0.0),
    ]


def _vesicles(route: str, keys: Keys, values: Mapping[str, float]) -> dict[str, float]:
    """Give the share of the vesicles that each state gets."""
    match route:
        case "intracoronary" if "flow_arrest" in keys:
            held = _held_by_balloon(keys, values)
            return {"delivery_vessels_risk": held, "delivery_venous": 1.0 - held}
        case "intravenous" | "intracoronary":
            blood = "venous" if route == "intravenous" else "coronary"
            return {f"delivery_{blood}": 1.0}
        case "inhaled":
            reached = values["delivery_airway_deposition"]
            return {"delivery_airway": reached, "delivery_outside": 1.0 - reached}
        case "intramyocardial":
            leak, at_risk = leak_share(keys, values), injected_at_risk(keys, values)
            kept = {"delivery_gel": 1.0 - leak}
            if not has_gel(route, keys):
                kept = {
                    "delivery_depot_risk": (1.0 - leak) * at_risk,
                    "delivery_depot_border": (1.0 - leak) * (1.0 - at_risk),
                }
            return kept | {"delivery_outside": leak}
        case _:
            place = "gel" if has_gel(route, keys) else "pericardial"
            return {f"delivery_{place}": 1.0}


def _held_by_balloon(keys: Keys, values: Mapping[str, float]) -> float:
    """Give the share of a dose that the vessels at risk can hold behind a balloon."""
    room = values["delivery_vascular_volume"] * values["anatomy_risk_mass"]
    return min(1.0, room / float(keys["volume"])) if "volume" in keys else 1.0


def _solute(route: str, keys: Keys, values: Mapping[str, float]) -> dict[str, float]:
    """Give the share of the dissolved molecules that each state gets."""
    match route:
        case "intravenous":
            return {"delivery_solute_blood": 1.0}
        case "intracoronary" if "flow_arrest" in keys:
            held = _held_by_balloon(keys, values)
            wall = values["delivery_solute_permeability"]
            rate = wall / values["delivery_vascular_volume"]
            across = held * -float(np.expm1(-rate * float(keys["flow_arrest"])))
            return {
                "delivery_solute_risk": across,
                "delivery_solute_coronary": held - across,
                "delivery_solute_blood": 1.0 - held,
            }
        case "intracoronary":
            return {"delivery_solute_coronary": 1.0}
        case "inhaled":
            into_blood = (
                values["delivery_airway_deposition"]
                * values["delivery_airway_absorption"]
                / values["delivery_solute_release"]
            )
            kept = into_blood
        case "intramyocardial":
            kept = 1.0 - leak_share(keys, values)
        case _:
            kept = 1.0
    return {"delivery_solute_depot": kept, "delivery_solute_gone": 1.0 - kept}


def _check(route: str, dose: Amounts, over_h: float, keys: Keys) -> None:
    known = routes()
    if route not in known or not known[route].modelled:
        raise InputError(
            f"route {route!r} is unknown; allowed: {', '.join(modelled_routes())}; "
            f"nearest: {closest(route, known) or 'none'}"
        )
    unknown = [key for key in keys if key not in known[route].keys]
    if unknown:
        raise InputError(
            f"delivery keys {', '.join(unknown)} with the {route} route; allowed: "
            f"{', '.join(known[route].keys) or 'none'}; leave the others out"
        )
    amounts = (dose.vesicles, dose.solute, dose.cells)
    if not all(0.0 <= value < np.inf for value in (*amounts, over_h)):
        listed = ", ".join(f"{value:g}" for value in amounts)
        raise InputError(
            f"a dose of {listed} billion (vesicles, molecules, cells) over {over_h:g} "
            "h; allowed: zero or more, and finite; mend the dose or its duration"
        )
    if dose.cells > 0.0 and "cells" not in known[route].forms:
        raise InputError(
            f"living cells with the {route} route; allowed: "
            f"{', '.join(n for n, r in known.items() if 'cells' in r.forms)}; choose "
            "one of these"
        )


def _listed(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in re.split("[;|]", cell) if part.strip())
