"""``product make``: what a study's products take, and whether they exist in time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from exoheart.cli import show
from exoheart.cli.files import write_once
from exoheart.cli.options import Json, Seed, StudyPath

_Row = Mapping[str, Any]
#: Rows of the table of amounts: key of the document, words, unit.
_AMOUNTS: tuple[tuple[str, str, str], ...] = (
    ("vesicles_needed", "vesicles", ""),
    ("collections", "collections", ""),
    ("donor_cells", "donor cells", ""),
    ("cells_seeded", "cells seeded for the last passage", ""),
    ("growth_area_cm2", "growth area", "cm2"),
    ("vessels", "vessels", ""),
    ("medium_litre", "conditioned medium", "L"),
    ("doublings", "doublings", ""),
    ("passages", "passages", ""),
    ("culture_days", "culture", "d"),
    ("batches", "batches", ""),
    ("vials", "vials", ""),
    ("vials_with_reserve", "vials with reserve", ""),
    ("rna_ug", "RNA", "ug"),
    ("drug_umol", "drug in the vesicles", "umol"),
    ("loaded_rna_nmol", "RNA loaded into the vesicles", "nmol"),
    ("purity_particles_per_ug", "vesicles per protein", "1/ug"),
    ("diameter_nm", "mean diameter in the vial", "nm"),
    ("potency_after_storage", "vesicles whole after storage (potency), share", ""),
    ("count_after_storage", "particles still counted after storage, share", ""),
)
_POSSIBLE = {True: "yes", False: "no", None: "in some draws"}


def make(
    study: StudyPath,
    prices: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.toml",
            help="Your price list; adds a cost sheet.",
            show_default=False,
        ),
    ] = None,
    prices_template: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.toml",
            help="Write an empty price list to fill in; never overwrites.",
            show_default=False,
        ),
    ] = None,
    seed: Seed = 0,
    members: Annotated[
        int | None,
        typer.Option(
            min=16,
            max=1_000_000,
            help="As for plan, whose numbers it gives: an eighth are joint draws.",
            show_default="1024",
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Say whether each product can exist in time, and what making it takes."""
    from exoheart.planning.making import make_study
    from exoheart.prediction import DEFAULT_MEMBERS
    from exoheart.product.cost import price_template, read_prices
    from exoheart.study import load_study

    listed = None if prices is None else read_prices(prices)
    made = make_study(
        load_study(study),
        seed=seed,
        members=members or DEFAULT_MEMBERS,
        prices=listed,
    ).to_json()
    if prices_template is not None:
        write_once(prices_template, price_template())
        show.note(f"Wrote {prices_template}; fill in what you know, use --prices.")
    if json:
        show.document(made)
        show.note(show.DISCLAIMER)
        return
    _show(made)
    show.line(f"Intervals hold 90 % of {made['draws']} joint draws.")
    show.line(show.DISCLAIMER)


def _show(made: _Row) -> None:
    """Write the answer, then everything that it rests on."""
    from exoheart.figures.numbers import tidy

    for sentence in made["sentences"]:
        show.line(tidy(sentence))
    for product in made["products"]:
        _show_amounts(product)
    _show_steps(made["isolation"])
    show.items("Notes", made["notes"], out=show.line)
    _show_sourcing(made["sourcing"])
    if made["cost"] is not None:
        _show_cost(made["cost"])
    _show_rest(made)


def _pair(value: _Row, unit: str = "") -> tuple[str, str]:
    """Give interval and median of an estimate in words."""
    from exoheart.figures.numbers import interval, median

    pair = value["interval90"]
    return interval(pair, unit), median(value["median"], pair, unit)


def _table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Show a table unless it is empty."""
    body = list(rows)
    if body:
        show.table(title, columns, body)


def _show_amounts(product: _Row) -> None:
    vessel = product["vessel"] or "vessels"
    rows = [
        (vessel if key == "vessels" else words, *_pair(product[key], unit))
        for key, words, unit in _AMOUNTS
        if product[key]["median"] is not None
    ]
    _table(f"{product['name']}: what it takes", ("What", "90 %", "Median"), rows)


def _show_steps(steps: Sequence[_Row]) -> None:
    columns = (
        *("Product", "After", "Vesicles left, 90 %", "Median"),
        *("Vesicles per ug, 90 %", "Median"),
        *("Protein beside 1e9 vesicles, 90 %", "Median"),
    )
    rows = [
        (
            step["product"],
            step["step"],
            *_pair(step["kept"]),
            *_pair(step["particles_per_ug"]),
            *_pair(step["protein_ug_per_1e9"], "ug"),
        )
        for step in steps
    ]
    _table("Isolation", columns, rows)


def _show_sourcing(ways: Sequence[_Row]) -> None:
    from exoheart.figures.numbers import percent

    columns = (
        *("Product", "Whose cells", "Planned", "In time", "Draws made in time"),
        *("Ready on day, 90 %", "Median", "Time to make, 90 %", "Median"),
    )
    rows = [
        (
            way["product"],
            way["way"],
            "yes" if way["planned"] else "",
            _POSSIBLE[way["possible"]],
            percent(way["in_time"]),
            *_day(way["ready_day"]),
            *_day(way["lead_days"], "d"),
        )
        for way in ways
    ]
    _table("Whose cells, and when", columns, rows)
    reasons = (f"{way['product']}, {way['way']}: {way['sentence']}" for way in ways)
    show.items("Why", reasons, out=show.line)


def _day(value: _Row, unit: str = "") -> tuple[str, str]:
    """Give a day or a time; empty where there is none."""
    return ("", "") if value["median"] is None else _pair(value, unit)


def _show_cost(cost: _Row) -> None:
    from exoheart.figures.numbers import number

    money = cost["currency"]
    rows = [
        (
            line["product"] or "study",
            line["item"],
            *_pair(line["quantity"]),
            "" if line["price"] is None else number(line["price"]),
            *(("", "") if line["cost"] is None else _pair(line["cost"])),
        )
        for line in cost["lines"]
    ]
    columns = ("For", "Item", "Number, 90 %", "Median", f"Price [{money}]")
    costs = (f"Cost [{money}], 90 %", "Median")
    _table("Cost sheet, at your prices", (*columns, *costs), rows)
    if cost["total"] is None:
        show.line("No item that this study needs has a price, so there is no total.")
    else:
        interval, median = _pair(cost["total"])
        show.line(f"Total of the priced items: {interval} {money}, median {median}.")
    show.items("Not priced, not in the total", cost["not_priced"], out=show.line)
    idle = cost["prices_not_needed"]
    show.items("Priced, not needed here", idle, out=show.line)


def _show_rest(made: _Row) -> None:
    """Write release checks, class and what the immune system may do."""
    from exoheart.figures.numbers import tidy

    release = [
        (row["product"], row["item"], row["status"], tidy(row["value"] or ""))
        for row in made["release"]
    ]
    _table("Release checks", ("Product", "Check", "Status", "Remark"), release)
    classes = [
        (
            row["product"],
            row["jurisdiction"],
            row["class"],
            row["standing"],
        )
        for row in made["regulation"]
    ]
    where = ("Product", "Where", "Class", "Weakest rule on the way")
    _table("Regulatory class, no legal advice", where, classes)
    risks = [
        (row["product"], row["topic"], row["standing"], row["sentence"])
        for row in made["risks"]
    ]
    columns = ("Product", "Topic", "Standing", "What is known")
    _table("How the immune system may meet it", columns, risks)
