"""The names a study file may use, read from the shipped tables.

Part of :mod:`exoheart.study`. Nothing is listed here: routes and their keys come from
``data/routes.csv``, endpoints from ``data/endpoints.csv``, donors, conditionings and
engineering from the donor stage, isolation steps from the product stage, and parameter
ids from all rows of :mod:`exoheart.evidence`.
"""

from __future__ import annotations

import csv
import math
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from exoheart.donor import DONORS, spellings
from exoheart.evidence import load_parameters
from exoheart.product.isolation import ALIASES, STEPS


@dataclass(frozen=True, slots=True)
class RouteName:
    """A route, whether the model has it, and the keys of ``[arm.delivery]``.

    `forms` are the product forms that it takes, `options` the names that a key may
    have (only keys that take a name), `unused` keys that are recorded and change
    nothing.
    """

    modelled: bool
    keys: frozenset[str]
    forms: tuple[str, ...]
    options: Mapping[str, tuple[str, ...]]
    unused: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class EndpointName:
    """What can be asked of one region: unit, methods and the default method."""

    unit: str
    methods: tuple[str, ...]
    default_method: str


@dataclass(frozen=True, slots=True)
class ParameterName:
    """A parameter of the tables: unit and physical bounds in one species.

    `species` is ``all`` where the row holds for every species.
    """

    species: str
    unit: str
    low: float = -math.inf
    high: float = math.inf


@dataclass(frozen=True, slots=True)
class Names:
    """Every name a study file may use.

    `endpoints` is keyed by quantity, then region (empty where it has none);
    `donors`, `isolation`, `conditioning` and `engineering` turn every accepted spelling
    into the name that the stages know.
    """

    routes: Mapping[str, RouteName]
    endpoints: Mapping[str, Mapping[str, EndpointName]]
    donors: Mapping[str, str]
    isolation: Mapping[str, str]
    conditioning: Mapping[str, str]
    engineering: Mapping[str, str]
    parameters: Mapping[str, tuple[ParameterName, ...]]

    def parameter(self, name: str, species: str) -> ParameterName | None:
        """Give the row of a parameter that holds for a species, or None."""
        rows = {row.species: row for row in self.parameters.get(name, ())}
        return rows.get(species) or rows.get("all")


def laboratory_clock(laboratory: str) -> str:
    """Give the id of a laboratory's injury clock, whether or not there is a row."""
    return f"heart.clock_laboratory.{laboratory}"


def spelled(name: str, options: Mapping[str, str]) -> str | None:
    """Find a name whatever its case, hyphens and underscores, or give None.

    Examples
    --------
    >>> spelled("Density_gradient", {"density gradient": "density gradient"})
    'density gradient'
    """
    return {_plain(key): value for key, value in options.items()}.get(_plain(name))


def _plain(name: str) -> str:
    return re.sub(r"[\s_-]+", " ", name.strip().lower()).replace(" %", "%")


@lru_cache(maxsize=1)
def shipped_names() -> Names:
    """Read the names of the shipped tables (once)."""
    data = files("exoheart") / "data"
    parameters = _parameters()
    return Names(
        routes=_routes(data / "routes.csv"),
        endpoints=_endpoints(data / "endpoints.csv"),
        donors={each: name for name, own in DONORS.items() for each in (name, *own)},
        isolation={step: step for step in STEPS} | dict(ALIASES),
        conditioning=spellings("conditioning"),
        engineering=spellings("engineering"),
        parameters=parameters,
    )


def _rows(table: Traversable) -> Iterator[dict[str, str]]:
    if table.is_file():
        yield from csv.DictReader(table.read_text("utf-8").splitlines())


def _listed(cell: str | None) -> tuple[str, ...]:
    """Split a cell that holds several names: ``zone; sites``."""
    return tuple(part.strip() for part in re.split("[;|]", cell or "") if part.strip())


def _routes(table: Traversable) -> dict[str, RouteName]:
    return {
        row["route"]: RouteName(
            modelled=row["modelled"].strip().lower() in {"yes", "true", "1"},
            keys=frozenset(_listed(row["keys"])),
            forms=_listed(row["forms"]),
            options=_options(row["allowed"]),
            unused=frozenset(_listed(row.get("unused"))),
        )
        for row in _rows(table)
    }


def _options(cell: str) -> dict[str, tuple[str, ...]]:
    """Read the names that keys may have: ``zone: border | risk; volume: mL``."""
    pairs = (part.partition(":") for part in cell.split(";"))
    return {key.strip(): _listed(names) for key, _, names in pairs if "|" in names}


def _endpoints(table: Traversable) -> dict[str, dict[str, EndpointName]]:
    found: dict[str, dict[str, EndpointName]] = defaultdict(dict)
    for row in _rows(table):
        found[row["quantity"]][row["of"].strip()] = EndpointName(
            row["unit"], _listed(row["methods"]), row["default_method"].strip()
        )
    return dict(found)


def _parameters() -> dict[str, tuple[ParameterName, ...]]:
    found: dict[str, list[ParameterName]] = defaultdict(list)
    for row in load_parameters():
        low = -math.inf if row.bound_low is None else row.bound_low
        high = math.inf if row.bound_high is None else row.bound_high
        found[row.id].append(ParameterName(row.species, row.unit, low, high))
    return {name: tuple(rows) for name, rows in found.items()}
