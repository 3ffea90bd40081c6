"""Make the table of shares by route and species in ``docs/delivery.md``.

Usage: ``python docs/shares_table.py [--write]``; without ``--write`` it is printed.
Delivery alone, central values, normal flow, no infarct.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from marked_table import deliver

DOCS = Path(__file__).parent
sys.path.insert(0, str(DOCS.parent / "tests" / "invariants"))

from delivery_alone import ANIMALS, DOSES, give  # noqa: E402 - delivery without a heart

from exoheart import delivery  # noqa: E402 - the harness comes with the tests

PAGE = DOCS / "delivery.md"
MARKS = ("<!-- shares: begin -->", "<!-- shares: end -->")
HOURS = [0.0, 4.0, 1000.0]
#: What raises permeability in rodents after reperfusion, and what large animals showed.
FOLDS = {"no rise": 1.0, "as in rodents": 6.0}


def reached(species: str, route: str, **changed: float) -> float:
    """Give the share of a dose that cells of the heart have got in the end."""
    amounts = give(species, route, HOURS, **changed)
    return float(delivery.reached_heart(amounts, np.array(DOSES[species]))[-1])


def half_life(species: str) -> float:
    """Give the first half-life in blood after a vein [min]."""
    times = np.linspace(0.0, 3.0, 721)
    amounts = give(species, "intravenous", [float(t) for t in times])
    blood = amounts["delivery_venous"] + amounts["delivery_arterial"]
    return float(times[1:][blood[1:] < DOSES[species] / 2][0] * 60)


def organs(species: str) -> str:
    """Give intact vesicles in liver, lung and spleen at 4 h after a vein."""
    amounts = give(species, "intravenous", HOURS)
    shares = delivery.fate_shares(amounts, np.array(DOSES[species]))
    return ", ".join(f"{shares[o][1]:.2g}" for o in ("liver", "lung", "spleen"))


def between_cells(species: str, fold: float) -> float:
    """Give the share of a dose that ever passes the wall of vessels after a vein."""
    ports = {f"port_permeability_{zone}": fold for zone in delivery.ZONES}
    amounts = give(
        species, "intravenous", HOURS, delivery_first_pass_extraction=0.0, **ports
    )
    return float(delivery.reached_heart(amounts, np.array(DOSES[species]))[-1])


def table() -> str:
    """Give the table as Markdown."""
    rows = [
        ["half-life in blood, min", *(f"{half_life(s):.2g}" for s in ANIMALS)],
        ["liver, lung, spleen at 4 h, vein", *(organs(s) for s in ANIMALS)],
    ]
    for route in delivery.modelled_routes():
        rows.append(
            [
                f"into heart cells, {route}",
                *(f"{reached(s, route):.2g}" for s in ANIMALS),
            ]
        )
    for words, fold in FOLDS.items():
        cells = (f"{between_cells(s, fold):.1e}" for s in ANIMALS)
        rows.append([f"through the vessel wall, vein, permeability {words}", *cells])
    lines = [f"| | {' | '.join(ANIMALS)} |", "|---" * (len(ANIMALS) + 1) + "|"]
    lines += [f"| {' | '.join(row)} |" for row in rows]
    doses = ", ".join(f"{s} {dose:g}e9" for s, dose in DOSES.items())
    head = (
        "One dose, normal flow, no infarct; shares of the dose, intact vesicles at 4 h "
        f"and all that cells of the heart ever got. Doses: {doses}. Made by "
        "`python docs/shares_table.py --write`."
    )
    return "\n".join([head, "", *lines])


if __name__ == "__main__":
    deliver(sys.argv[1:], table(), PAGE, MARKS)
