"""Solve every published dose of biodistribution.csv and print model beside data.

Usage: ``python docs/biodistribution_table.py [--write]``. With ``--write`` the table in
``docs/delivery_data.md`` is replaced. Delivery runs alone, at central values, with
normal flow, or none in the area at risk where the artery was tied. What is compared is
the label, by :mod:`exoheart.delivery.label`. Sources of every published value are rows
of ``src/exoheart/data/biodistribution.csv``.
"""

from __future__ import annotations

import csv
import re
import sys
from functools import lru_cache
from pathlib import Path

import numpy as np
from marked_table import deliver
from scipy.optimize import brentq, curve_fit

from exoheart import delivery, evidence
from exoheart.delivery import Body, Label, Tag
from exoheart.units import factor

DOCS = Path(__file__).parent
sys.path.insert(0, str(DOCS.parent / "tests" / "invariants"))

from delivery_alone import central, give  # noqa: E402 - delivery without a heart

PAGE = DOCS / "delivery_data.md"
MARKS = ("<!-- biodistribution: begin -->", "<!-- biodistribution: end -->")
#: Close after a dose, then wider; three days close the areas under the curves.
TIMES = np.unique(
    np.concatenate([[0.0, 1.0, 2.0, 4.0], np.geomspace(1 / 3600, 96.0, 120)])
)
#: When blood is drawn to fit two half-lives [h]; the papers' times were not read.
DRAWS = np.array([2, 5, 10, 15, 30, 60, 120, 240, 480, 1440]) / 60.0
#: A label that leaves neither its cell nor its particle within the hour.
STAYS = Tag("label that stays", 0.0, np.inf, 0.0, 1.0, 1.0)
CELL_DIAMETER = 15.0
LIGATED = {"port_flow_risk": 0.0}


@lru_cache(maxsize=2)
def _rows(species: str) -> evidence.Priors:
    return evidence.resolve(
        evidence.load_parameters(), species, evidence.load_choices()
    )


def value(species: str, id_: str, unit: str) -> float:
    """Give the central value of a row in `unit`."""
    row = _rows(species)[id_]
    return row.value * factor(row.unit, unit)


def tag(name: str) -> Tag:
    """Give a tag from its rows."""
    values = {
        f"{row}_{name}": value("mouse", f"{row.replace('_', '.', 1)}_{name}", unit)
        for row, unit in delivery.TAG_ROWS.items()
    }
    return delivery.tag_of(name, values)


@lru_cache(maxsize=2)
def body(species: str) -> Body:
    """Give the organs of an animal at its reference body mass."""
    masses = {
        f"delivery_{organ}_mass": value(species, f"delivery.{organ}_mass", "g")
        for organ in ("kidney", "gut")
    }
    fractions = {
        f"delivery_blood_fraction_{organ}": value(
            species, f"delivery.blood_fraction_{organ}", "1"
        )
        for organ in ("liver", "spleen", "lung", "kidney", "other")
    }
    return delivery.body_of(
        central(species) | masses | fractions,
        value(species, "anatomy.body_mass", "g"),
    )


def label(
    species: str,
    route: str,
    dose: float,
    of: Tag,
    *,
    zone: str = "border",
    blood_kept: float = 1.0,
    **changed: float,
) -> Label:
    """Solve one dose [1e9] and give its label at :data:`TIMES`."""
    keys = {"zone": zone} if route == "intramyocardial" else {}
    amounts = give(species, route, list(TIMES), dose, keys=keys, **changed)
    return delivery.observe(amounts, TIMES, body(species), of, blood_kept=blood_kept)


def read(found: Label, organ: str, at_h: float) -> float:
    """Give the label in an organ at a time as a share of all that was given."""
    signal = np.interp(at_h, TIMES, found.reading(organ))
    return float(signal / found.given()[-1])


def blood_curve(of: str, **changed: float) -> np.ndarray:
    """Give the label in blood after a dose into a vein of a mouse, share of dose."""
    found = label("mouse", "intravenous", 2.0, tag(of), **changed)
    return found.reading("blood") / found.given()[-1]


def clearance(curve: np.ndarray) -> float:
    """Give dose over the area under the curve [mL/h]."""
    return float(body("mouse").blood_volume / np.trapezoid(curve, TIMES))


def residence(curve: np.ndarray) -> float:
    """Give the mean residence time [h]."""
    return float(np.trapezoid(curve * TIMES, TIMES) / np.trapezoid(curve, TIMES))


def two_phases(curve: np.ndarray) -> tuple[float, float, float]:
    """Fit two exponentials on a log scale, as papers do that print two half-lives.

    Returns both half-lives [min] and the clearance of the fit [mL/min].
    """

    def logarithm(
        t: np.ndarray, fast: float, k_fast: float, slow: float, k_slow: float
    ) -> np.ndarray:
        return np.logaddexp(fast - np.exp(k_fast) * t, slow - np.exp(k_slow) * t)

    seen = np.log(np.interp(DRAWS, TIMES, curve))
    start = [np.log(0.7), np.log(8.0), np.log(0.2), np.log(0.1)]
    best, _ = curve_fit(logarithm, DRAWS, seen, p0=start, maxfev=20000)
    starts, rates = np.exp(best[[0, 2]]), np.exp(best[[1, 3]])
    fast, slow = 60.0 * np.log(2.0) / rates
    area = 60.0 * np.sum(starts / rates)
    return float(fast), float(slow), float(body("mouse").blood_volume / area)


def organs_after_vein() -> dict[str, float]:
    """Give organs at 4 h by iodine, and the order of organs by luciferase."""
    iodine = label("mouse", "intravenous", 2.0, tag("iodine"))
    parts = {o: 100.0 * read(iodine, o, 4.0) for o in ("liver", "lung", "spleen")}
    luciferase = label("mouse", "intravenous", 2.0, tag("luciferase"))
    per_organ = read(luciferase, "spleen", 1.0) / read(luciferase, "liver", 1.0)
    mass = body("mouse").mass
    return {
        **{f"iodine_{organ}": part for organ, part in parts.items()},
        "iodine_three": sum(parts.values()),
        "iodine_blood_4h": 100.0 * read(iodine, "blood", 4.0),
        "luciferase_rank": per_organ * mass["liver"] / mass["spleen"],
        "luciferase_rank_organ": per_organ,
    }


def blood() -> dict[str, float]:
    """Give half-lives, clearances and residence times by label."""
    dye, iodine, luciferase = map(blood_curve, ("dye", "iodine", "luciferase"))
    # without macrophages: only the rest of the clearance is left
    rest = 1.0 - value("mouse", "delivery.macrophage_share", "1")
    half = value("mouse", "delivery.blood_half_life", "hour") / rest
    depleted = blood_curve(
        "luciferase", delivery_macrophage_share=0.0, delivery_blood_half_life=half
    )
    fast, slow, cleared = two_phases(dye)
    return {
        "luciferase_half_life": two_phases(luciferase)[0],
        "dye_distribution": fast,
        "dye_terminal": slow,
        "dye_clearance": cleared,
        "iodine_clearance": clearance(iodine) / 60.0,
        "iodine_residence": residence(iodine),
        "luciferase_clearance_depleted": clearance(depleted),
        "luciferase_residence_depleted": residence(depleted),
        "clearance_ratio": clearance(luciferase) / clearance(iodine),
    }


def seen_or_not() -> dict[str, float]:
    """Give dye at 2 h over the detection limit, artery tied."""
    dye, mouse = tag("dye"), body("mouse")

    def margin(route: str, dose: float, organ: str) -> float:
        found = label("mouse", route, dose, dye, **LIGATED)
        margins = delivery.detection_margin(found, organ, mouse, dye)
        return float(np.interp(2.0, TIMES, margins))

    muscle, vein = ("intramyocardial", 2.0), ("intravenous", 2.0)
    organs = ("heart", "liver", "spleen", "lung", "kidney")
    return {
        **{f"dye_{organ}_muscle": margin(*muscle, organ) for organ in organs},
        **{f"dye_{organ}_vein": margin(*vein, organ) for organ in organs[:3]},
        "dye_heart_muscle_low": margin("intramyocardial", 0.003, "heart"),
    }


def cells(route: str, organ: str = "heart", **changed: float) -> float:
    """Give the share [%] of particles of cell size in an organ of the rat at 1 h."""
    found = label(
        "rat",
        route,
        0.01,
        STAYS,
        zone="risk",
        delivery_diameter=CELL_DIAMETER,
        **changed,
    )
    return 100.0 * read(found, organ, 1.0)


def lodging_heart() -> float:
    """Give the lodging in one coronary passage that puts 15.4 % into the heart."""
    return float(
        brentq(
            lambda share: cells("intracoronary", delivery_lodging_heart=share) - 15.4,
            0.02,
            0.6,
            xtol=1e-5,
        )
    )


@lru_cache(maxsize=1)
def kept_by_cells() -> float:
    """Give the share of a needle track kept that leaves 12.0 % in the heart."""
    return float(
        brentq(
            lambda share: cells("intramyocardial", delivery_depot_retained=share) - 12,
            0.02,
            0.6,
            xtol=1e-5,
        )
    )


def cells_by_route() -> dict[str, float]:
    """Give cells in heart and lung of the rat by route."""
    kept = {"delivery_depot_retained": kept_by_cells()}
    found = {
        "cells_artery": cells("intracoronary"),
        "cells_muscle": cells("intramyocardial", **kept),
        "cells_muscle_ligated": cells("intramyocardial", **kept, **LIGATED),
        "cells_vein": cells("intravenous"),
        "cells_lung_muscle": cells("intramyocardial", "lung", **kept),
        "cells_muscle_as_vesicles": cells("intramyocardial"),
    }
    artery, muscle, tied, vein = list(found.values())[:4]
    holds = (tied > artery, muscle > vein, tied > muscle, artery > vein)
    return found | {"cells_order": float(sum(holds))}


def hard_particles() -> dict[str, float]:
    """Give organs of the rat at 1 h without their blood, for a label that stays."""
    found = label("rat", "intravenous", 10.0, STAYS, blood_kept=0.0)
    return {
        f"particles_{organ}": 100.0 * read(found, organ, 1.0)
        for organ in ("heart", "liver", "spleen")
    }


@lru_cache(maxsize=1)
def predicted() -> dict[str, float]:
    """Give the model's value for every row of the table, by id."""
    return {
        **organs_after_vein(),
        **blood(),
        **seen_or_not(),
        **cells_by_route(),
        **hard_particles(),
    }


@lru_cache(maxsize=1)
def published() -> tuple[dict[str, str], ...]:
    """Read the published points."""
    path = evidence.data_folder() / "biodistribution.csv"
    return tuple(csv.DictReader(path.read_text("utf-8").splitlines()))


def inside(row: dict[str, str]) -> bool | None:
    """Whether the model lies inside the row's range; None where it has none."""
    if not row["low"] and not row["high"]:
        return None
    low, high = (float(row[end] or fallback) for end, fallback in _ENDS)
    return low <= predicted()[row["id"]] <= high


_ENDS = (("low", "-inf"), ("high", "inf"))


def table() -> str:
    """Give the comparison as a Markdown table with a count at its end."""
    lines = [
        "| Animal, label, route | What | Published | Model | Range taken | Inside | "
        "Role | Where the rates came from | Source |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    marks: dict[str, list[bool]] = {}
    for row in published():
        met = inside(row)
        if met is not None:
            marks.setdefault(row["role"], []).append(met)
        dose = f", {row['dose']} {row['dose_unit']}" if row["dose"] else ""
        at = f" at {row['at_h']} h" if row["at_h"] else ""
        unit = f" {row['unit']}" if row["unit"] != "1" else ""
        was = row["published"]
        printed = f"{was}{unit}" if re.search("[0-9]", was) else was
        word = {None: "-", True: "yes", False: "**no**"}[met]
        model = f"{predicted()[row['id']]:.3g}{unit}"
        if row["quantity"] == "label over detection limit":
            seen = predicted()[row["id"]] >= 1.0
            model = f"{'seen' if seen else 'not seen'}, {model} of the limit"
        cells_ = (
            ", ".join(row[c] for c in ("species", "particle", "label", "route")) + dose,
            f"{row['organ']}: {row['quantity']}{at}",
            printed,
            model,
            row["range"],
            word,
            row["role"],
            row["rates_from"],
            f"{row['source']}, {row['locator']}",
        )
        lines.append(f"| {' | '.join(cells_)} |")
    counts = "; ".join(
        f"{role}: {sum(met)} of {len(met)} inside" for role, met in marks.items()
    )
    notes = [f"- {row['id']}: {row['note']}." for row in published() if row["note"]]
    return "\n".join([*lines, "", f"Count: {counts}.", "", "Notes:", "", *notes])


if __name__ == "__main__":
    deliver(sys.argv[1:], table(), PAGE, MARKS)
