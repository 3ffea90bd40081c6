"""What one change does to the heart's dose: the table of expectations, measured."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from importlib import resources

import numpy as np
from delivery_alone import ANIMALS, DOSES, central, give, probed

from exoheart import delivery

#: Keys of a change that are neither parameters of the text nor keys of the route.
OF_THE_DOSE = ("route", "dose", "over", "times", "every")
#: A ratio this near to one counts as the same: a hundredth is below what any study of
#: vesicles in the heart could tell, and far above the solver's tolerance.
SAME = 0.01
#: A ratio must be at least this far from one to count as more or less; the solver's
#: tolerance is 1e-6.
MOVED = 1e-4


@dataclass(frozen=True)
class Expectation:
    """One row: what changes, what is asked about, which way it must go, and why."""

    id: str
    species: str
    route: str
    base: str
    change: str
    quantity: str
    at_h: float
    direction: str
    kind: str
    reason: str

    @property
    def animals(self) -> tuple[str, ...]:
        """Species that the row is about."""
        return tuple(ANIMALS) if self.species == "all" else (self.species,)

    def holds(self, ratio: float) -> bool:
        """Whether a measured ratio goes the way that the row says."""
        return {
            "more": ratio > 1 + MOVED,
            "less": ratio < 1 - MOVED,
            "same": abs(ratio - 1) <= SAME,
        }[self.direction]


def expectations() -> tuple[Expectation, ...]:
    """Read the table."""
    table = resources.files("exoheart") / "data" / "expectations.csv"
    rows = csv.DictReader(table.read_text("utf-8").splitlines())
    return tuple(Expectation(**row | {"at_h": float(row["at_h"])}) for row in rows)


def parsed(text: str) -> dict[str, str]:
    """Cut ``a=1; b*=2`` into ``{"a": "1", "b*": "2"}``."""
    pairs = (part.split("=", 1) for part in text.split(";") if part.strip())
    return {key.strip(): value.strip() for key, value in pairs}


def ratio(row: Expectation, species: str) -> float:
    """Give the quantity with the change over the quantity at the base."""
    base = parsed(row.base)
    return _measured(row, species, base | parsed(row.change)) / _measured(
        row, species, base
    )


def _number(text: str) -> str | float:
    return float(text) if text.replace(".", "", 1).isdigit() else text


def _measured(row: Expectation, species: str, change: dict[str, str]) -> float:
    before = central(species) | {"dose": DOSES[species]}
    values: dict[str, str | float] = {"route": row.route, "dose": DOSES[species]}
    for key, text in change.items():
        name = key.removesuffix("*")
        own = _number(text)
        values[name] = before[name] * float(own) if key.endswith("*") else own
    parameters = {k: v for k, v in values.items() if k in before and k != "dose"}
    keys = {k: v for k, v in values.items() if k not in before and k not in OF_THE_DOSE}
    count, every = int(values.get("times", 1)), float(values.get("every", 0.0))
    dose = float(values["dose"])
    amounts = give(
        species,
        str(values["route"]),
        [0.0, row.at_h],
        dose,
        keys=keys,
        over_h=float(values.get("over", 0.0)),
        repeats=tuple(k * every for k in range(count)),
        compiled=probed(),
        **parameters,
    )
    return quantity(row.quantity, amounts, dose * count)


def quantity(name: str, amounts: dict[str, np.ndarray], dose: float) -> float:
    """Give one quantity at the last time: a share of what was given, or 1e9 vesicles.

    *heart dose*: cells of the heart hold it or have digested it. *heart amount*: the
    same in 1e9 vesicles. *at risk*: intact in the area at risk, needle track and
    vessels included. *between cells*: free in the interstitium of all zones. *taken
    up*: what the ports have handed over to the cells so far.
    """
    last = {state: amount[-1] for state, amount in amounts.items()}
    found = {
        "heart dose": delivery.reached_heart(last, np.array(dose)),
        "heart amount": delivery.reached_heart(last, np.array(dose)) * dose,
        "at risk": delivery.fate_shares(last, np.array(dose))["heart, risk"],
        "between cells": sum(
            last[f"delivery_interstitium_{zone}"] for zone in delivery.ZONES
        )
        / dose,
        "taken up": last["probe_taken_up"] / 1e9 / dose,
    }
    return float(found[name])
