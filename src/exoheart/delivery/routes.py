"""Routes: which states a dose enters, when, and how much of it.

A route is the set of states that a dose enters; what else it sets is in
:mod:`exoheart.delivery.settings`. In: what one dose holds (vesicles, dissolved
molecules, living cells). Out: rows of a schedule for the engine.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from types import MappingProxyType
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from exoheart.delivery.routes_shares import (
    cell_shares,
    solute_shares,
    vesicle_shares,
)
from exoheart.delivery.settings import Keys
from exoheart.engine.members import Actions
from exoheart.errors import InputError, closest

FloatArray = npt.NDArray[np.float64]
WholeArray = npt.NDArray[np.int64]
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
    """What one dose holds: intact vesicles, dissolved molecules, living cells [1e9].

    Of one member, or of many as arrays of shape (n,).
    """

    vesicles: float | FloatArray = 0.0
    solute: float | FloatArray = 0.0
    cells: float | FloatArray = 0.0

    @property
    def parts(self) -> FloatArray:
        """All three, in this order, shape (3, n)."""
        each = (self.vesicles, self.solute, self.cells)
        return np.stack(np.broadcast_arrays(*(np.atleast_1d(one) for one in each)))


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
    own = {id_: np.array([float(value)]) for id_, value in values.items()}
    moment, open_ = np.array([float(time_h)]), np.array([flow])
    columns = dose_columns(route, dose, moment, over_h, keys, own, flow=open_)
    return tuple(
        RouteAction(float(c.time_h[0]), c.action, c.target, float(c.value[0]))
        for c in columns
    )


def dose_columns(  # noqa: PLR0913 - as for one member
    route: str,
    dose: Amounts,
    time_h: FloatArray,
    over_h: float,
    keys: Keys,
    values: Mapping[str, FloatArray],
    *,
    flow: npt.NDArray[np.bool_],
) -> list[Actions]:
    """Turn one dose of many members into columns of their schedule.

    Parameters
    ----------
    route, over_h, keys
        As for :func:`dose_actions`; the same for all.
    dose
        Its amounts of shape (n,).
    time_h : ndarray, shape (n,)
        Start [h after occlusion].
    values
        By id of the model text, each of shape (n,).
    flow : ndarray of bool, shape (n,)
        Whether the infarct artery is open at the time of the dose.

    Returns
    -------
    list of Actions
        What :func:`dose_actions` gives for each of members 0 to n - 1.

    Raises
    ------
    InputError
        As for :func:`dose_actions`.
    """
    _check(route, dose, over_h, keys)
    some = (dose.parts > 0.0).any(axis=0)
    if not some.any():
        return []
    arrest_h = float(keys.get("flow_arrest", 0.0))
    lasts = np.full_like(time_h, over_h)
    if route == "intracoronary" and arrest_h == 0.0 and over_h == 0.0:
        lasts = values["delivery_infusion_time"]
    if over_h > arrest_h > 0.0:
        raise InputError(
            f"an infusion over {over_h * 60:g} min with flow stopped for "
            f"{arrest_h * 60:g} min; allowed: an infusion that ends before flow "
            "returns; mend over or flow_arrest"
        )
    columns: list[Actions] = []
    for given, placed in zip(dose.parts, _PLACED, strict=True):
        if (given > 0.0).any():
            for target, share in placed(route, keys, values, flow).items():
                columns += _given(target, share * given, time_h, lasts)
    if arrest_h > 0.0:
        columns += _arrest(np.flatnonzero(some), time_h, arrest_h)
    return columns


#: Where vesicles, dissolved molecules and living cells of a dose go.
_PLACED: tuple[Callable[..., Mapping[str, FloatArray]], ...] = (
    lambda route, keys, values, _: vesicle_shares(route, keys, values),
    lambda route, keys, values, _: solute_shares(route, keys, values),
    cell_shares,
)


def _given(
    target: str, value: FloatArray, time_h: FloatArray, lasts: FloatArray
) -> list[Actions]:
    """Give the columns for one state: at once, or over a time."""
    once = np.flatnonzero((value != 0.0) & (lasts == 0.0))
    slow = np.flatnonzero((value != 0.0) & (lasts != 0.0))
    start, time = time_h[slow], lasts[slow]
    columns = (
        Actions("add", target, once, time_h[once], value[once]),
        Actions("rate", target, slow, start, value[slow] / time),
        Actions("rate", target, slow, start + time, np.zeros_like(time)),
    )
    return [column for column in columns if column.member.size]


def _arrest(some: WholeArray, time_h: FloatArray, arrest_h: float) -> list[Actions]:
    """Give the columns of a balloon that shuts the artery for a time."""
    start, shut = time_h[some], np.zeros(some.size)
    return [
        Actions("set", "delivery_artery_open", some, start, shut),
        Actions("set", "delivery_artery_open", some, start + arrest_h, shut + 1.0),
    ]


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
    amounts = dose.parts
    wrong = ~((amounts >= 0.0) & (amounts < np.inf)).all(axis=0)
    if wrong.any() or not 0.0 <= over_h < np.inf:
        listed = ", ".join(f"{value:g}" for value in amounts[:, np.argmax(wrong)])
        raise InputError(
            f"a dose of {listed} billion (vesicles, molecules, cells) over {over_h:g} "
            "h; allowed: zero or more, and finite; mend the dose or its duration"
        )
    if (amounts[2] > 0.0).any() and "cells" not in known[route].forms:
        raise InputError(
            f"living cells with the {route} route; allowed: "
            f"{', '.join(n for n, r in known.items() if 'cells' in r.forms)}; choose "
            "one of these"
        )


def _listed(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in re.split("[;|]", cell) if part.strip())
