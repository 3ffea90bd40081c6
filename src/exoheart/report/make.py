"""Section 5, Can it be made: cells, litres, days, vials, checks, class."""

from __future__ import annotations

from collections.abc import Sequence

from exoheart.figures import numbers
from exoheart.report.blocks import (
    Block,
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
from exoheart.report.how_dose import estimate

_WHY_EMPTY = "No arm of this study receives a product, so nothing has to be made."
_NEEDS = (
    ("vesicles_needed", "Vesicles needed", "particles"),
    ("donor_cells", "Donor cells", "cells"),
    ("medium_litre", "Culture medium", "L"),
    ("culture_days", "Culture time", "d"),
    ("batches", "Batches", ""),
    ("vials", "Vials", ""),
    ("purity_particles_per_ug", "Purity", "particles per µg protein"),
    ("rna_ug", "RNA", "µg"),
)
_POSSIBLE = {True: "Possible", False: "Not possible", None: "Not known"}


def _needs(product: Part) -> Block:
    """Write what one product takes; what its form doesn't need is left out."""
    rows = [(label, *estimate(product.get(key), unit)) for key, label, unit in _NEEDS]
    body = [row for row in rows if set(row[1:]) != {numbers.MISSING}]
    title = f"What the product {product['name']} takes"
    if not body:
        return Text(f"{title}: {numbers.MISSING}.")
    columns = ("What", "90 % interval", "Median")
    return table(title, columns, body, (1, 2))


def _release(rows: Sequence[Part]) -> Table:
    body = [
        (row["item"], str(row["status"]), numbers.number(row.get("value")))
        for row in rows
    ]
    return table("Release checks", ("Check", "Status", "Value"), body)


def _regulation(rows: Sequence[Part]) -> Table:
    body = [
        (
            row["jurisdiction"],
            str(row.get("class") or "not classed"),
            linked(row.get("basis") or "not stated"),
            "text was read" if row.get("verified") else "not verified",
        )
        for row in rows
    ]
    columns = ("Jurisdiction", "Class", "Basis", "Standing of the rule")
    return table("Regulatory class, not legal advice", columns, body)


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
    if part["release"]:
        blocks.append(Heading("Release checks and regulation"))
        blocks.append(long_table(_release(part["release"]), shown=10))
    if part["regulation"]:
        blocks.append(long_table(_regulation(part["regulation"])))
    blocks += sentences(part.get("notes") or (), "Notes")
    return Section("make", "Can it be made", tuple(blocks))
