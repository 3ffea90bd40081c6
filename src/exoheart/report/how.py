"""Section 3, How it happens: fate of the dose, cells reached, rival mechanisms."""

from __future__ import annotations

from collections.abc import Sequence

from exoheart import figures
from exoheart.figures import numbers
from exoheart.report.answer import endpoint_name
from exoheart.report.blocks import (
    Block,
    Fold,
    Heading,
    Part,
    Section,
    Table,
    Text,
    long_table,
    picture,
    table,
)

_WHY_EMPTY = "No arm of this study receives a product, so there is no dose to follow."


def estimate(value: Part | None, unit: object = "") -> tuple[str, str]:
    """Write a ``{median, interval90}`` as interval and median."""
    given = value or {}
    pair = given.get("interval90")
    return numbers.interval(pair, unit), numbers.median(given.get("median"), pair, unit)


def percent_interval(pair: object) -> str:
    """Write an interval of shares as percentages."""
    low, high = numbers.ends(pair)
    if low is None and high is None:
        return numbers.MISSING
    return f"{numbers.percent(low)} to {numbers.percent(high)}"


def _fate(rows: Sequence[Part]) -> Table:
    body = [
        (
            row["arm"],
            row["place"],
            numbers.duration(row.get("at_h")),
            percent_interval(row.get("interval90")),
            numbers.percent(row.get("median")),
        )
        for row in rows
    ]
    columns = ("Arm", "Place", "Time after occlusion", "90 % interval", "Median")
    return table("Where the dose is, share of the dose", columns, body, (2, 3, 4))


def _cells(rows: Sequence[Part]) -> Table:
    """Give one row per arm, zone and cell, one pair of columns per quantity."""
    names = list(dict.fromkeys(row["quantity"] for row in rows))
    places = dict.fromkeys((row["arm"], row["zone"], row["cell"]) for row in rows)
    known = {(r["arm"], r["zone"], r["cell"], r["quantity"]): r for r in rows}
    body = []
    for place in places:
        cells: list[str] = list(place)
        for name in names:
            cells.extend(estimate(known.get((*place, name))))
        body.append(cells)
    columns = ["Arm", "Zone", "Cell"]
    for name in names:
        columns += [f"{name}, 90 % interval", "median"]
    numeric = range(3, len(columns))
    return table("Vesicles that reach the cells of the heart", columns, body, numeric)


def _copies(rows: Sequence[Part]) -> Table:
    body = [
        (
            row["arm"],
            row["cell"],
            numbers.number(row.get("copies_needed")),
            *estimate(row.get("copies_reached")),
            *estimate(row.get("shortfall")),
        )
        for row in rows
    ]
    columns = (
        "Arm",
        "Cell",
        "Copies needed per cell",
        "Copies reached, 90 % interval",
        "median",
        "Needed ÷ reached, 90 % interval",
        "median",
    )
    return table("Copies of cargo, needed and reached", columns, body, range(2, 7))


def _mechanisms(rows: Sequence[Part]) -> Table:
    body = []
    for row in rows:
        effect = row.get("effect")
        unit = (effect or {}).get("unit")
        body.append(
            (
                row["title"],
                row["arm"],
                numbers.percent(row.get("prior")),
                str(row.get("able") or "undecided"),
                numbers.probability(row.get("probability_able")),
                *estimate(effect, unit),
            )
        )
    columns = (
        "Mechanism",
        "Arm",
        "Weight before data",
        "At this dose",
        "Share of draws in which it is able",
        "Effect alone, 90 % interval",
        "Median",
    )
    return table("Rival mechanisms", columns, body, (2, 4, 5, 6))


def _by_mechanism(arms: Sequence[Part]) -> list[Block]:
    body = [
        (
            arm["name"],
            endpoint_name(end),
            entry["id"],
            numbers.percent(entry.get("weight")),
            *estimate(entry, end.get("unit")),
        )
        for arm in arms
        if not arm.get("control")
        for end in arm["endpoints"]
        for entry in end.get("by_mechanism") or ()
    ]
    if not body:
        return []
    columns = ("Arm", "Endpoint", "Mechanism", "Weight", "90 % interval", "Median")
    whole = table("Endpoints if one mechanism alone acted", columns, body, (3, 4, 5))
    return [Fold(f"{whole.caption} ({len(body)} rows)", (whole,))]


def _dose_blocks(part: Part, arms: Sequence[Part]) -> list[Block]:
    blocks: list[Block] = []
    if part["fate"]:
        caption = (
            "Fate of the dose. Above: all places, medians, which need not add up to "
            "100 %. Below: the heart alone on a logarithmic axis, with 90 % "
            "intervals. Times are after the onset of occlusion."
        )
        spec = figures.fate(part["fate"], arms)
        blocks.append(Heading("Where the dose goes"))
        blocks.append(picture("fate", spec, caption, _fate(part["fate"])))
    if part.get("matched_dose"):
        blocks.append(Text(part["matched_dose"]["sentence"]))
        ratio = part["matched_dose"].get("ratio")
        if ratio:
            interval, median = estimate(ratio)
            text = f"Ratio of doses: {interval} (90 % interval), median {median}."
            blocks.append(Text(text, "note"))
    if part["cells"]:
        blocks.append(Heading("What reaches which cells"))
        blocks.append(long_table(_cells(part["cells"])))
    return blocks


def how(plan: Part) -> Section:
    """Write section 3 from ``how``."""
    part, arms = plan["how"], plan["study"]["arms"]
    blocks = _dose_blocks(part, arms)
    if part["stoichiometry"]:
        caption = (
            "Copies of cargo that reach the cytosol of one cell (dot, 90 % interval) "
            "beside the copies it would need (diamond), logarithmic axis. At the "
            "right: by what factor the dose falls short."
        )
        spec = figures.stoichiometry(part["stoichiometry"], arms)
        twin = _copies(part["stoichiometry"])
        blocks.append(Heading("Can the cargo do it?"))
        blocks.append(picture("stoichiometry", spec, caption, twin))
    if part["mechanisms"]:
        caption = (
            "Effect on the primary endpoint if one mechanism alone acted. Full dots: "
            "able to carry an effect at this dose; hollow: unable or undecided; in "
            "brackets the share of draws in which it is able."
        )
        spec = figures.mechanisms(part["mechanisms"], arms)
        twin = _mechanisms(part["mechanisms"])
        blocks.append(Heading("Which mechanisms could carry the effect"))
        blocks.append(picture("mechanisms", spec, caption, twin, folded=False))
    blocks += _by_mechanism(plan["prediction"]["arms"])
    return Section("how", "How it happens", tuple(blocks) or (Text(_WHY_EMPTY),))
