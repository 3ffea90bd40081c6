"""Section 5, Can it be made: cells, amounts, isolation, storage, checks, class."""

from __future__ import annotations

from collections.abc import Sequence

from exoheart.figures import numbers
from exoheart.report.blocks import (
    Block,
    Fold,
    Heading,
    Part,
    Section,
    Table,
    Text,
    linked,
    long_table,
    sentences,
    table,
)
from exoheart.report.how_dose import estimate, percent, percent_interval

_WHY_EMPTY = "No arm of this study receives a product, so nothing has to be made."
_NEEDS = (
    ("vesicles_needed", "Vesicles needed", "particles"),
    ("collections", "Collections", ""),
    ("donor_cells", "Donor cells", "cells"),
    ("cells_seeded", "Cells seeded for the last passage", "cells"),
    ("growth_area_cm2", "Growth area", "cm2"),
    ("vessels", "Vessels", ""),
    ("medium_litre", "Culture medium", "L"),
    ("doublings", "Doublings", ""),
    ("passages", "Passages", ""),
    ("culture_days", "Culture time", "d"),
    ("batches", "Batches", ""),
    ("vials", "Vials", ""),
    ("vials_with_reserve", "Vials, with reserve", ""),
    ("purity_particles_per_ug", "Purity", "particles per µg protein"),
    ("diameter_nm", "Mean diameter in the vial", "nm"),
    ("rna_ug", "RNA", "µg"),
    ("drug_umol", "Drug in the vesicles", "µmol"),
    ("loaded_rna_nmol", "RNA loaded into the vesicles", "nmol"),
)
_SHARES = (
    ("potency_after_storage", "Vesicles whole after storage (potency)"),
    ("count_after_storage", "Particles still counted after storage"),
)
_POSSIBLE = {True: "Possible", False: "Not possible", None: "In some draws"}


def _needs(product: Part) -> Block:
    """Write what one product takes; what its form doesn't need is left out."""
    vessel = product.get("vessel")
    rows = [
        (
            str(vessel).capitalize() if key == "vessels" and vessel else label,
            *estimate(product.get(key), unit),
        )
        for key, label, unit in _NEEDS
    ]
    for key, label in _SHARES:
        share = product.get(key) or {}
        interval = percent_interval(share.get("interval90"))
        rows.append((label, interval, percent(share.get("median"))))
    body = [row for row in rows if set(row[1:]) != {numbers.MISSING}]
    title = f"What the product {product['name']} takes"
    if not body:
        return Text(f"{title}: {numbers.MISSING}.")
    columns = ("What", "90 % interval", "Median")
    return table(title, columns, body, (1, 2))


def _sourcing(rows: Sequence[Part]) -> Table:
    """Set the ways to come by the cells side by side."""
    body = [
        (
            row["product"],
            f"{row['way']}{' (planned)' if row['planned'] else ''}",
            _POSSIBLE[row.get("possible")],
            percent(row.get("in_time")),
            *_day(row["ready_day"]),
            *estimate(row["lead_days"], "d"),
        )
        for row in rows
    ]
    columns = (
        *("Product", "Whose cells", "In time", "Share of draws made in time"),
        *("Day after infarction it is ready, 90 % interval", "median"),
        *("Time to make, 90 % interval", "median"),
    )
    return table(
        "Whose cells, and when the product is ready", columns, body, range(3, 8)
    )


def _day(value: Part) -> tuple[str, str]:
    """Write the day on which a product is ready; without one it waits, or never is."""
    interval, median = estimate(value)
    return ("", "") if median == numbers.MISSING else (interval, median)


def _isolation(rows: Sequence[Part]) -> Table:
    body = [
        (
            row["product"],
            row["step"],
            percent_interval(row["kept"].get("interval90")),
            percent(row["kept"].get("median")),
            *estimate(row["particles_per_ug"]),
            *estimate(row["protein_ug_per_1e9"]),
        )
        for row in rows
    ]
    columns = (
        *("Product", "After", "Vesicles left, 90 % interval", "median"),
        *("Particles per µg protein, 90 % interval", "median"),
        *("Protein beside 10⁹ vesicles [µg], 90 % interval", "median"),
    )
    return table("Isolation, step by step", columns, body, range(2, 8))


def _remark(row: Part) -> str:
    """Give what is known of a check today; nothing where nothing is."""
    return numbers.tidy(str(row["value"])) if row.get("value") else ""


def _release(rows: Sequence[Part]) -> Table:
    body = [
        (row["product"], row["item"], row["method"], str(row["status"]), _remark(row))
        for row in rows
    ]
    columns = ("Product", "Check", "Shown by", "Status", "Remark")
    return table("Release checks", columns, body)


def _regulation(rows: Sequence[Part]) -> Table:
    body = [
        (
            row["product"],
            row["jurisdiction"],
            str(row.get("class") or "not classed"),
            linked(row.get("basis") or "not stated"),
            str(row.get("standing") or "not stated"),
        )
        for row in rows
    ]
    columns = ("Product", "Where", "Class", "Basis", "Weakest rule on the way")
    return table("Regulatory class, not legal advice", columns, body)


def _risks(rows: Sequence[Part]) -> Table:
    body = [
        (
            row["product"],
            row["topic"],
            row["standing"],
            linked(row["sentence"]),
            linked(row.get("source") or ""),
        )
        for row in rows
    ]
    columns = ("Product", "Topic", "Standing", "What is known", "Source")
    return table("How the immune system may meet the product", columns, body)


def _sourcing_blocks(rows: Sequence[Part]) -> list[Block]:
    if not rows:
        return []
    reasons = sentences(
        (f"{row['product']}, {row['way']}: {row['sentence']}" for row in rows),
        "Why",
    )
    note = "A way without a day of its own waits before the infarct, or never opens."
    return [
        long_table(_sourcing(rows)),
        Fold("Why each way is in time or not", tuple(reasons)),
        Text(note, "note"),
    ]


def make(plan: Part) -> Section:
    """Write section 5 from ``make``."""
    part = plan["make"]
    blocks: list[Block] = [
        Text(f"{_POSSIBLE[row.get('possible')]}: {row['sentence']}", "lead")
        for row in part["timing"]
    ]
    blocks += [_needs(product) for product in part["products"]]
    if not part["products"]:
        blocks.append(Text(_WHY_EMPTY))
    blocks += _sourcing_blocks(part["sourcing"])
    if part["isolation"]:
        blocks.append(long_table(_isolation(part["isolation"])))
    if part["release"]:
        blocks.append(Heading("Release checks and regulation"))
        blocks.append(long_table(_release(part["release"]), shown=10))
    if part["regulation"]:
        blocks.append(long_table(_regulation(part["regulation"])))
    if part["risks"]:
        blocks.append(long_table(_risks(part["risks"])))
    blocks += sentences(part.get("notes") or (), "Notes")
    return Section("make", "Can it be made", tuple(blocks))
