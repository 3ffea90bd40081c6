"""The page of ``product nta``, and the tables that the terminal shows too."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from importlib import resources
from itertools import pairwise
from typing import Any

from markupsafe import Markup

from exoheart.figures import numbers
from exoheart.figures.nta import level_words, sentence, sizes
from exoheart.report.blocks import (
    Block,
    Part,
    Section,
    Table,
    Text,
    picture,
    sentences,
    table,
)
from exoheart.report.page import Page, css_string
from exoheart.report.template import template

#: What tells these pages, and these pictures, from other files.
MARK = '<meta name="description" content="Particle counts">'
SVG_MARK = 'aria-label="Particle sizes of '
COMMAND = "exoheart product nta"
_STANDING = (
    "Research use only, not medical advice; read from the files of particle counters."
)
_SETTINGS_SHOWN = 3
_MOST_DECIMALS = 4


def render_nta(document: Mapping[str, Any]) -> str:
    """Write the document of ``product nta --json`` as one HTML file.

    A pure function: the same document gives the same bytes.
    """
    style = resources.files("exoheart.report").joinpath("report.css")
    files = document["files"]
    page = Page(
        kind="Particle counts",
        title=", ".join(one["file"] for one in files),
        question="",
        file="",
        version=str(document["version"]),
        standing=_STANDING,
        foot=css_string(_STANDING),
        facts=tuple((one["file"], one["instrument"]) for one in files),
        head=(),
        sections=tuple(
            Section(f"file-{number}", one["file"], tuple(_blocks(one)))
            for number, one in enumerate(files, 1)
        ),
        style=Markup(style.read_text(encoding="utf-8")),
    )
    return template("exoheart.report", "report.html.jinja").render(page=page)


def _blocks(one: Part) -> list[Block]:
    caption = (
        f"Sizes in {one['file']}: a thin line a capture, bold the mean, the band one "
        "standard error."
    )
    figure = picture("nta", sizes(one), caption, sizes_table(one), folded=True)
    blocks: list[Block] = [Text(sentence(one), "lead"), figure]
    blocks += file_tables(one)
    blocks += sentences(one["flags"], "To know of this file")
    return blocks


def file_tables(one: Part) -> list[Table]:
    """Give the tables of one file: captures, camera levels, settings, the vial."""
    made = [captures_table(one)]
    if len(one["levels"]) > 1:
        made.append(levels_table(one))
    if one["settings"]["differing"]:
        made.append(settings_table(one))
    if one["sample"]:
        made.append(sample_table(one["sample"]))
    return made


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def captures_table(one: Part) -> Table:
    """Give the captures as the file has them; the warnings stand below all tables.

    Camera level and number of flags have a column only where some capture has one.
    """
    captures = one["captures"]
    unit, power = _unit([each["per_ml"] for each in captures])
    body = [
        (
            each["name"],
            each["camera_level"] or "",
            _fixed(each["per_ml"] / power, 2),
            *(_size(each[f"{key}_nm"]) for key in _SIZES),
            str(len(each["flags"])),
        )
        for each in captures
    ]
    kept = [
        place
        for place in range(len(_CAPTURE_COLUMNS))
        if (place != _LEVEL or any(each["camera_level"] for each in captures))
        and (place != _FLAGS or any(each["flags"] for each in captures))
    ]
    columns = [_CAPTURE_COLUMNS[place] for place in kept]
    rows = [[row[place] for place in kept] for row in body]
    caption = f"Captures, as in the file: count in {unit}, sizes in nm"
    return table(caption, columns, rows, range(1, len(kept)))


_SIZES = ("mean", "mode", "sd", "d10", "d50", "d90")
_CAPTURE_COLUMNS = (
    *("Capture", "Level", "Count"),
    *("Mean", "Mode", "SD", "D10", "D50", "D90", "Flags"),
)
_LEVEL, _FLAGS = 1, 9


def levels_table(one: Part) -> Table:
    """Give the camera levels side by side, and how much more each counts."""
    levels = one["levels"]
    unit, power = _unit([each["per_ml"] for each in levels])
    first = level_words(levels[0]["camera_level"])
    counts = _with_errors(
        [each["per_ml"] for each in levels],
        [each["standard_error"] for each in levels],
        power,
    )
    body = [
        (
            level_words(each["camera_level"]),
            str(each["captures"]),
            count,
            _size(each["mean_nm"]),
            _ratio(each),
        )
        for each, count in zip(levels, counts, strict=True)
    ]
    columns = ("Captures at", "Captures", unit, "Mean nm", f"Ratio to {first}")
    caption = (
        "By camera level: mean ± standard error across captures; ratio: 90 % interval; "
        "middle"
    )
    if any(each["ratio_error_assumed"] for each in levels):
        caption += " (error of one capture assumed)"
    return table(caption, columns, body, (1, 2, 3, 4))


def _ratio(level: Part) -> str:
    """Write the interval of a ratio, then its middle; the first level is one."""
    ends, middle = level["ratio_interval90"], level["ratio_to_first"]
    if ends is None:
        return numbers.number(middle)
    return f"{numbers.interval(ends)}; {numbers.median(middle, ends)}"


def settings_table(one: Part) -> Table:
    """Give the settings in which the captures differ."""
    body = [
        (name, _values(values)) for name, values in one["settings"]["differing"].items()
    ]
    return table("Settings that differ between captures", ("Setting", "Values"), body)


def _values(values: list[str]) -> str:
    """List values; many as their ends, or as the first few and their number."""
    found = [_float(value) for value in values]
    read = [value for value in found if value is not None]
    if len(values) > _SETTINGS_SHOWN and len(read) == len(values):
        ends = f"{min(read):g} to {max(read):g} ({len(values)} values)"
        return numbers.tidy(ends)
    shown = ", ".join(value or "none" for value in values[:_SETTINGS_SHOWN])
    rest = len(values) - _SETTINGS_SHOWN
    return f"{shown} and {rest} more" if rest > 0 else shown


def _float(text: str) -> float | None:
    try:
        return numbers.finite(float(text.replace(",", ".")))
    except ValueError:
        return None


def sample_table(sample: Part) -> Table:
    """Give the counted vial, with and without the error between laboratories."""
    unit, power = _unit([sample["per_ml"]])
    assumed = " (error of one capture assumed)" if sample["error_assumed"] else ""
    count = _with_errors([sample["per_ml"]], [sample["standard_error"]], power)
    size = _with_errors([sample["mean_nm"]], [sample["mean_nm_standard_error"]], 1.0)
    rows = [
        (_dilution_words(sample), numbers.number(sample["dilution"])),
        (f"Counted, {unit}, mean ± standard error", *count),
        (
            f"Counted, 90 % from the captures{assumed}",
            _interval(sample["counted_interval90"], power),
        ),
        (
            "True, 90 % with the error between laboratories",
            _interval(sample["true_interval90"], power),
        ),
        ("Mean diameter, nm", *size),
    ]
    if sample["protein_ug_per_ml"]:
        rows += [
            ("Protein, µg per mL", numbers.number(sample["protein_ug_per_ml"])),
            ("Counted particles per µg", numbers.number(sample["counted_per_ug"])),
        ]
    used = _count(len(sample["captures"]), "capture")
    return table(f"The vial, from {used}", ("What", "Value"), rows, (1,))


def _dilution_words(sample: Part) -> str:
    """Say where a dilution comes from, and whether the file's numbers hold it."""
    origin = "given" if sample["dilution_given"] else "in the file"
    if sample["dilution_in_file_numbers"]:
        return f"Dilution, {origin}, already in its numbers"
    return f"Dilution, {origin}, multiplied in here"


def sizes_table(one: Part) -> Table:
    """Give the figure as a table: particles per mL in coarse bins."""
    held = one["histogram"]
    tops = [value for group in held["groups"] for value in group["mean"]]
    unit, power = _unit(tops)
    cells = [
        _with_errors(
            group["mean"],
            group["standard_error"] or [None] * len(group["mean"]),
            power,
        )
        for group in held["groups"]
    ]
    bins = (f"{low:g} to {high:g}" for low, high in pairwise(held["edges_nm"]))
    body = list(zip(bins, *cells, strict=True))
    columns = ("nm", *(level_words(each["camera_level"]) for each in held["groups"]))
    caption = f"Sizes, {unit}: mean ± standard error across captures"
    return table(caption, columns, body, range(1, len(columns)))


def _unit(values: list[float]) -> tuple[str, float]:
    """Give a power of ten that suits concentrations, with its words."""
    top = max(values, default=0.0)
    power = 10.0 ** math.floor(math.log10(top)) if top > 0 else 1.0
    if power == 1.0:
        return "per mL", power
    return f"{numbers.number(power)} per mL", power


def _with_errors(
    values: Sequence[float | None], errors: Sequence[float | None], power: float
) -> list[str]:
    """Write means and their standard errors, all with the same decimals.

    The largest error has two digits; without errors the largest mean has three.
    """
    widest = max((error / power for error in errors if error), default=0.0)
    top = max((value / power for value in values if value), default=0.0)
    decimals = _decimals(widest, 2) if widest > 0 else _decimals(top, 3)
    return [
        _with_error(
            None if value is None else value / power,
            None if error is None else error / power,
            decimals,
        )
        for value, error in zip(values, errors, strict=True)
    ]


def _decimals(value: float, digits: int) -> int:
    """Give the decimals with which a number shows its first `digits` digits."""
    if not value > 0:
        return 0
    return min(max(digits - 1 - math.floor(math.log10(value)), 0), _MOST_DECIMALS)


def _with_error(value: float | None, error: float | None, decimals: int) -> str:
    """Write a mean and its standard error; without one the mean alone."""
    if value is None:
        return ""
    told = _fixed(value, decimals)
    return told if error is None else f"{told} ± {_fixed(error, decimals)}"


def _fixed(value: float, decimals: int) -> str:
    """Write a number above zero with `decimals`; what would read zero is below it."""
    least = 10.0**-decimals
    if 0 < value < least / 2:
        return f"below {least:.{decimals}f}"
    return f"{value:,.{decimals}f}"


def _interval(ends: list[float], power: float) -> str:
    return numbers.interval([end / power for end in ends])


def _size(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"
