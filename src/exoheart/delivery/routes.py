"""Routes: which states a dose enters, when, and how much of it.

A route is the set of states that a dose enters; nothing else in the model knows of
routes. In: a dose in 1e9 vesicles. Out: rows of a schedule for the engine.
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

from exoheart.errors import InputError, closest

INJECTION_ZONES: tuple[str, ...] = ("border", "risk", "both")


class RouteAction(NamedTuple):
    """One row of a schedule: `value` is in 1e9 vesicles, per hour for ``rate``."""

    time_h: float
    action: Literal["add", "rate"]
    target: str
    value: float


@dataclass(frozen=True, slots=True)
class Route:
    """A route as data: whether the model has it, and its keys of ``[arm.delivery]``.

    `unused` are keys that are recorded and change nothing.
    """

    name: str
    modelled: bool
    keys: tuple[str, ...]
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


def dose_actions(
    route: str,
    amount_giga: float,
    time_h: float,
    over_h: float,
    delivery: Mapping[str, str | float],
    parameters: Mapping[str, float],
) -> tuple[RouteAction, ...]:
    """Turn one dose into rows of a schedule.

    Intravenous doses enter venous blood. Intracoronary doses enter the infarct artery,
    which empties into risk and border as each is perfused at that moment: with the
    artery shut, they go to what its open branches feed, and what nothing carries away
    stays in the artery until flow returns. Intramyocardial doses enter the needle track
    of a zone less the leak; part of a border injection lands in the area at risk.

    Parameters
    ----------
    route
        A modelled route of :func:`routes`.
    amount_giga
        Intact vesicles in the dose [1e9]. Zero gives no rows.
    time_h
        Start [h after occlusion].
    over_h
        Duration [h]; 0 is at once, but for intracoronary the default of the table.
    delivery
        Keys of ``[arm.delivery]``; only ``zone`` is used.
    parameters
        Values of one member by id of the model text: ``delivery_injection_leak``,
        ``delivery_injection_overlap``, ``delivery_infusion_time`` [h],
        ``anatomy_risk_mass`` and ``anatomy_border_mass`` [g].

    Returns
    -------
    tuple of RouteAction
        Amounts add up to `amount_giga` exactly, up to rounding.

    Raises
    ------
    InputError
        An unknown route, one that isn't modelled, a key or zone that the route doesn't
        take, a negative dose or duration, or a parameter out of bounds.
    """
    _check(route, amount_giga, over_h, delivery)
    if amount_giga == 0.0:
        return ()
    if route == "intravenous":
        shares = {"delivery_venous": 1.0}
    elif route == "intracoronary":
        shares = {"delivery_coronary": 1.0}
        over_h = over_h or parameters["delivery_infusion_time"]
    else:
        zone = str(delivery.get("zone", INJECTION_ZONES[0]))
        shares = _injection_shares(zone, parameters)
    rows: list[RouteAction] = []
    for target, share in shares.items():
        value = share * amount_giga
        if value == 0.0:
            continue
        if over_h == 0.0:
            rows.append(RouteAction(time_h, "add", target, value))
        else:
            rows.append(RouteAction(time_h, "rate", target, value / over_h))
            rows.append(RouteAction(time_h + over_h, "rate", target, 0.0))
    return tuple(rows)


def _injection_shares(zone: str, parameters: Mapping[str, float]) -> dict[str, float]:
    """Give the share of an injection that each state gets."""
    leak = parameters["delivery_injection_leak"]
    if zone == "risk":
        at_risk = 1.0
    elif zone == "both":
        risk, border = (parameters[f"anatomy_{z}_mass"] for z in ("risk", "border"))
        at_risk = risk / (risk + border)
    else:
        at_risk = parameters["delivery_injection_overlap"]
    if not (0.0 <= leak <= 1.0 and 0.0 <= at_risk <= 1.0):
        raise InputError(
            f"leak {leak:g} and share at risk {at_risk:g} of an injection; allowed: 0 "
            "to 1; mend the override or the row of data/parameters/delivery.csv"
        )
    return {
        "delivery_depot_risk": (1.0 - leak) * at_risk,
        "delivery_depot_border": (1.0 - leak) * (1.0 - at_risk),
        "delivery_outside": leak,
    }


def _check(
    route: str, amount_giga: float, over_h: float, delivery: Mapping[str, str | float]
) -> None:
    known = routes()
    if route not in known:
        raise InputError(
            f"route {route!r} is unknown; allowed: {', '.join(modelled_routes())}; "
            f"nearest: {closest(route, known) or 'none'}"
        )
    if not known[route].modelled:
        raise InputError(
            f"route {route!r} is not modelled yet; allowed: "
            f"{', '.join(modelled_routes())}; choose one of these"
        )
    unknown = [key for key in delivery if key not in known[route].keys]
    if unknown:
        raise InputError(
            f"delivery keys {', '.join(unknown)} with the {route} route; allowed: "
            f"{', '.join(known[route].keys) or 'none'}; leave the others out"
        )
    zone = str(delivery.get("zone", INJECTION_ZONES[0]))
    if zone not in INJECTION_ZONES:
        raise InputError(
            f"zone {zone!r}; allowed: {', '.join(INJECTION_ZONES)}; nearest: "
            f"{closest(zone, INJECTION_ZONES) or 'none'}"
        )
    if not (amount_giga >= 0.0 and over_h >= 0.0):
        raise InputError(
            f"a dose of {amount_giga:g} billion vesicles over {over_h:g} h; allowed: "
            "zero or more of both; mend the dose or its duration"
        )


def _listed(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in re.split("[;|]", cell) if part.strip())
