"""Section 3, where the dose goes: fate, the way of each route, cells, donor cells."""

from __future__ import annotations

from collections.abc import Sequence

from exoheart import figures
from exoheart.figures import numbers
from exoheart.figures.fate import holds, met_places
from exoheart.report.blocks import (
    Block,
    Fold,
    Heading,
    Part,
    Table,
    Text,
    linked,
    long_table,
    picture,
    sentences,
    table,
)

#: Steps of a ledger shown before its table is folded.
_SHOWN = 14
#: Shares from which two digits would round up to all.
_NEARLY_ALL = 0.99


def estimate(value: Part | None, unit: object = "") -> tuple[str, str]:
    """Write a ``{median, interval90}`` as interval and median."""
    given = value or {}
    pair = given.get("interval90")
    return numbers.interval(pair, unit), numbers.median(given.get("median"), pair, unit)


def in_percent(share: float) -> str:
    """Write a share in percent, with a third digit where it is nearly all."""
    return numbers.number(100.0 * share, 3 if share >= _NEARLY_ALL else 2)


def percent(value: object) -> str:
    """Write a share as a percentage."""
    share = numbers.finite(value)
    if share is None:
        return numbers.MISSING
    return f"{in_percent(share)}{numbers.SPACE}%"


def percent_interval(pair: object) -> str:
    """Write an interval of shares as percentages."""
    low, high = numbers.ends(pair)
    if low is None and high is None:
        return numbers.MISSING
    return f"{percent(low)} to {percent(high)}"


def _fate(rows: Sequence[Part]) -> Table:
    """Give the table of the figure; places that an arm never meets are left out."""
    met = {(row["arm"], row["place"]) for row in rows if holds(row)}
    body = [
        (
            row["arm"],
            row["place"],
            numbers.duration(row.get("at_h")),
            percent_interval(row.get("interval90")),
            percent(row.get("median")),
        )
        for row in rows
        if (row["arm"], row["place"]) in met
    ]
    columns = ("Arm", "Place", "Time after occlusion", "90 % interval", "Median")
    return table("Where the dose is, share of the dose", columns, body, (2, 3, 4))


def _steps(arms: Sequence[Part]) -> Table:
    """Give what each route does with the dose at once, what returns, what cells get."""
    body = []
    for arm in arms:
        known = [step for step in arm["steps"] if step["part"] != "end"]
        body += [_step_row(arm, step) for step in known]
        share = arm["in_heart"]
        body.append(
            (
                arm["arm"],
                "are in cells of the heart at the end, or digested there",
                percent_interval(share.get("interval90")),
                percent(share.get("median")),
                "",
            )
        )
    columns = ("Arm", "Vesicles that …", "90 % interval", "Share", "Number, median")
    caption = "Steps of each arm, shares of its dose"
    return table(caption, columns, body, (2, 3, 4))


def _step_row(arm: Part, step: Part) -> tuple[str, ...]:
    share = step["share"]
    return (
        arm["arm"],
        step["vesicles_that"],
        percent_interval(share.get("interval90")),
        percent(share.get("median")),
        estimate(step["vesicles"])[1],
    )


def _ends(arms: Sequence[Part]) -> Table:
    body = [
        _step_row(arm, step)
        for arm in arms
        for step in arm["steps"]
        if step["part"] == "end" and holds(step["share"])
    ]
    columns = ("Arm", "Vesicles that …", "90 % interval", "Share", "Number, median")
    return table("Where the vesicles have ended", columns, body, (2, 3, 4))


def _against(rows: Sequence[Part]) -> Table:
    body = [
        (
            linked(row["topic"]),
            *(linked(side) for side in row["sides"][:2]),
            linked(row.get("reading") or ""),
        )
        for row in rows
    ]
    columns = ("Topic", "One side", "The other side", "How far this goes")
    return table("What is published about the route, and against it", columns, body)


def _ledger_blocks(part: Part) -> list[Block]:
    arms = part["arms"]
    if not arms:
        return []
    blocks: list[Block] = [Heading("From the syringe to a cell, step by step")]
    blocks.append(Text(part["sentence"]))
    blocks += sentences((arm["sentence"] for arm in arms), "By arm, medians")
    blocks.append(long_table(_steps(arms), _SHOWN))
    ends = _ends(arms)
    blocks.append(Fold(f"{ends.caption} ({len(ends.rows)} rows)", (ends,)))
    note = (
        "Each arm's steps at once, and its ends, add up to the dose in every animal; "
        "medians need not. A vesicle that lets go of a vessel wall may be brought back "
        "and count again."
    )
    blocks.append(Text(note, "note"))
    if part["contradictions"]:
        blocks.append(_against(part["contradictions"]))
    return blocks


def _matched_blocks(part: Part | None) -> list[Block]:
    if not part:
        return []
    blocks: list[Block] = [Text(part["sentence"])]
    if part.get("ratio"):
        interval, median = estimate(part["ratio"])
        text = (
            "Ratio of doses for equal uptake by all cells: "
            f"{interval} (90 % interval), median {median}."
        )
        blocks.append(Text(text, "note"))
    return blocks


_BOUND = "peak bound per cell"
_QUANTITIES = {
    "vesicles taken up per cell": "Vesicles taken up per cell",
    _BOUND: "Highest number of vesicles bound per cell",
}


def _cells(rows: Sequence[Part], quantity: str) -> Table:
    """Give one quantity by cell; groups of cells that take up name their zones."""
    by = ("arm", "zone", "cell") if quantity == _BOUND else ("arm", "cell")
    body = [
        (*(row[key] for key in by), *estimate(row))
        for row in rows
        if row["quantity"] == quantity
    ]
    columns = (*(key.capitalize() for key in by), "90 % interval", "Median")
    numeric = (len(by), len(by) + 1)
    return table(_QUANTITIES[quantity], columns, body, numeric)


def _cell_blocks(rows: Sequence[Part]) -> list[Block]:
    if not rows:
        return []
    blocks: list[Block] = [Heading("What reaches which cells")]
    tables = [_cells(rows, quantity) for quantity in _QUANTITIES]
    return blocks + [long_table(one) for one in tables if one.rows]


def _source_blocks(rows: Sequence[Part]) -> list[Block]:
    """Set vesicles beside the cells that would make them."""
    if not rows:
        return []
    body = [
        (
            row["arm"],
            *estimate(row["released_per_cell"]),
            *estimate(row["cells_matching"]),
            estimate(row["cells_made"])[1],
            percent((row.get("cells_kept") or {}).get("median")),
            *estimate(row.get("released_ratio")),
        )
        for row in rows
    ]
    columns = (
        "Arm",
        "Vesicles one cell releases in the heart, 90 % interval",
        "median",
        "Living cells that match the dose, 90 % interval",
        "median",
        "Cells that made the dose, median",
        "Of cells given, stay",
        "Their vesicles ÷ the dose's, 90 % interval",
        "median",
    )
    caption = "Donor cells that match each dose, and what they release"
    note = (
        "Cells are taken to release at the rate of their culture, to die with the "
        "half-life of cells kept in muscle, and to release between the cells of muscle "
        "that is not injured; no cells are simulated here."
    )
    return [
        Heading("Vesicles beside the cells that would make them"),
        *sentences((row["sentence"] for row in rows), "By arm, medians"),
        Fold(
            f"{caption} ({len(body)} rows)",
            (table(caption, columns, body, range(1, 9)),),
        ),
        Text(note, "note"),
    ]


def dose_blocks(part: Part, arms: Sequence[Part]) -> list[Block]:
    """Write what becomes of the dose, from ``how``."""
    blocks: list[Block] = []
    if part["fate"]:
        caption = (
            "Fate of the dose. Above: all places, medians, which need not add up to "
            "100 %. Below: the heart alone on a logarithmic axis, with 90 % "
            "intervals. Times are after the onset of occlusion."
        )
        met = met_places(part["fate"])
        blocks.append(Heading("Where the dose goes"))
        blocks.append(picture("fate", figures.fate(met, arms), caption, _fate(met)))
    blocks += [Text(words) for words in part.get("no_vesicles", ())]
    blocks += _ledger_blocks(part["route_ledger"])
    blocks += _matched_blocks(part.get("matched_dose"))
    blocks += _cell_blocks(part["cells"])
    return blocks + _source_blocks(part["source_cells"])
