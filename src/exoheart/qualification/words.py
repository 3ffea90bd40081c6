"""How rows read in a table, on the page and in a terminal alike."""

from __future__ import annotations

import math
from collections.abc import Iterable

from exoheart.calibration.perturbations import Count, Judged
from exoheart.figures import numbers
from exoheart.outcome import Control
from exoheart.qualification.comparisons import Compared

CONTEXT_OF_USE = (
    "Judging how far the heart of this program, without any therapy, follows published "
    "untreated animals, before a plan is built on it. It says nothing of therapies, "
    "and nothing of patients."
)
USE_WORDS = {
    "calibrate": "may inform parameter values",
    "select": "may decide between structures of the model",
    "qualify": "held out, looked at once for each release",
}
COLUMNS = (
    *("Species", "Protocol", "Quantity", "At", "Published", "Model"),
    *("90 % of animals", "Pass mark", "Inside", "Source"),
)


def held_out(rows: Iterable[Compared]) -> str:
    """Say what rows marked ``qualify`` are; stands wherever counts are shown."""
    held = [row.control for row in rows if row.control.use == "qualify"]
    seen = sum(row.seen for row in held)
    which = f"All {seen}" if seen == len(held) else f"{seen} of {len(held)}"
    known = f" {which} were known while the model was designed: no blind test."
    return (
        "Rows marked qualify enter no fit and no choice of structure. A look at them "
        f"belongs in the changelog, once for each release.{known if seen else ''}"
    )


def failures(rows: Iterable[Compared]) -> str:
    """Say how many numbers could not be made; empty where all could."""
    listed = list(rows)
    central = sum(not math.isfinite(row.predicted) for row in listed)
    animals = sum(row.failed_animals for row in listed)
    told = [f"{central} rows without a number, which count as outside"]
    told += [f"{animals} numbers of single animals, left out of their bands"]
    met = [text for count, text in zip((central, animals), told, strict=True) if count]
    return f"Could not be solved: {'; '.join(met)}." if met else ""


def protocol(row: Control) -> str:
    """Name how the infarct was made: ``45 min``, or ``permanent``."""
    if row.occlusion_h is None:
        return "permanent"
    return f"{numbers.number(round(60 * row.occlusion_h, 6))}{numbers.SPACE}min"


def quantity(row: Control) -> str:
    """Name what was read: quantity, region, method."""
    what = f"{row.quantity} of {row.of}" if row.of else row.quantity
    return f"{what} ({row.method})" if row.method else what


def relation(row: Control) -> str:
    """Say what the number is in relation to; empty for a plain value."""
    match row.relation:
        case "ratio":
            return f"ratio to {numbers.duration(row.reference_h)}"
        case "difference":
            return f"change since {numbers.duration(row.reference_h)}"
        case "ratio to normal":
            return "share of normal"
        case "value":
            return ""
        case _:
            return row.relation


def whole_quantity(row: Control) -> str:
    """Name what was read and in which relation."""
    related = relation(row)
    return f"{quantity(row)}, {related}" if related else quantity(row)


def moment(row: Control) -> str:
    """Say when; a peak is searched up to that time."""
    when = numbers.duration(row.at_h)
    return f"up to {when}" if row.relation == "peak time" else when


def unit(row: Control) -> str:
    """Give the unit of the row's numbers, as figures write it."""
    return "h" if row.relation == "peak time" else row.unit


def published(row: Control) -> str:
    """Give the published number with its spread."""
    told = numbers.quantity(row.observed, unit(row))
    if not row.spread:
        return told
    kind = "spread" if row.spread_type == "unknown" else row.spread_type
    return f"{told} ({kind} {numbers.tidy(row.spread)})"


def pass_mark(row: Control) -> str:
    """Give the pass mark."""
    return f"{numbers.number(row.pass_low)} to {numbers.number(row.pass_high)}"


def band(row: Compared) -> str:
    """Give the band of animals, where some were drawn."""
    return "none" if row.band90 is None else numbers.interval(row.band90)


def inside(row: Compared) -> str:
    """Say whether the model lies within the pass mark."""
    return "yes" if row.inside else "no"


def cells(row: Compared) -> tuple[str, ...]:
    """Give a comparison under :data:`COLUMNS`."""
    one = row.control
    return (
        *(one.species, protocol(one), whole_quantity(one), moment(one)),
        *(published(one), numbers.number(row.predicted), band(row)),
        *(pass_mark(one), inside(row), one.source),
    )


def missing(rows: Iterable[dict[str, str]]) -> list[tuple[str, str, str, str]]:
    """Count rows that are not represented: quantity, reason, rows, sources."""
    gathered: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        key = (row["quantity"], row["reason"])
        gathered.setdefault(key, []).append(row["source"])
    return [
        (what, why, str(len(sources)), ", ".join(dict.fromkeys(sources)))
        for (what, why), sources in gathered.items()
    ]


def signs(count: Count) -> str:
    """Say how many signs of perturbations agree, beside the published model."""
    return (
        f"Signs of perturbations: {count.agreeing} of {count.represented} represented "
        f"agree ({count.represented} of {count.listed} listed are represented); the "
        f"published model: {count.published_represented} of the same "
        f"{count.represented}, {count.published} of all {count.listed}. A model that "
        f"always says decrease: {count.decrease} of {count.represented}."
    )


def change(row: Judged) -> str:
    """Give the relative change that the model predicts."""
    if not row.perturbation.represented:
        return "not represented"
    share = numbers.finite(row.relative)
    if share is None:
        return numbers.MISSING
    text = numbers.percent(share)
    return f"+{text}" if share > 0 else text


def agrees(row: Judged) -> str:
    """Say whether the sign agrees."""
    return {True: "yes", False: "no", None: "not represented"}[row.agrees]


def outside_first(rows: Iterable[Judged]) -> list[Judged]:
    """Sort perturbations: disagreeing, agreeing, then those not represented."""
    rank = {False: 0, True: 1, None: 2}
    return sorted(rows, key=lambda row: rank[row.agrees])
