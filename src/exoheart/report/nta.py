"""The page of ``product nta``, and the tables that the terminal shows too."""

from __future__ import annotations

import math
from collections.abc import Mapping
from importlib import resources
from itertools import pairwise
from typing import Any

from markupsafe import Markup

from exoheart.figures import numbers
from exoheart.figures.nta import level_words, sizes
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
#: Tails below this share of a table's unit are told as being below it.
_SMALL = 0.001


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


def sentence(one: Part) -> str:
    """Say what a file is and what its concentrations are of."""
    told = f"{one['instrument']}, {_count(len(one['captures']), 'capture')}; "
    if one["dilution"] is None:
        return told + "no dilution recorded: concentrations are of what was counted."
    factor = numbers.number(one["dilution"])
    if one["adjusted"]:
        return told + f"concentrations hold the recorded dilution of {factor}."
    return told + f"concentrations are before the recorded dilution of {factor}."


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def captures_table(one: Part) -> Table:
    """Give the captures as the file has them; the warnings stand below all tables."""
    unit, power = _unit([each["per_ml"] for each in one["captures"]])
    body = [
        (
            each["name"],
            each["camera_level"] or "",
            numbers.number(each["per_ml"] / power),
            *(
                _size(each[key])
                for key in ("mean_nm", "mode_nm", "sd_nm", "d10_nm", "d50_nm", "d90_nm")
            ),
            str(len(each["flags"])),
        )
        for each in one["captures"]
    ]
    columns = (
        *("Capture", "Camera level", unit, "Mean nm", "Mode nm", "SD nm"),
        *("D10 nm", "D50 nm", "D90 nm", "Flags"),
    )
    return table("Captures, as in the file", columns, body, range(1, 10))


def levels_table(one: Part) -> Table:
    """Give the camera levels side by side, and how much more each counts."""
    unit, power = _unit([each["per_ml"] for each in one["levels"]])
    first = level_words(one["levels"][0]["camera_level"])
    body = [
        (
            level_words(each["camera_level"]),
            str(each["captures"]),
            _with_error(each["per_ml"], each["standard_error"], power),
            _size(each["mean_nm"]),
            numbers.number(each["ratio_to_first"]),
        )
        for each in one["levels"]
    ]
    columns = ("Captures at", "Captures", unit, "Mean nm", f"Ratio to {first}")
    caption = "By camera level: mean ± standard error across captures"
    return table(caption, columns, body, (1, 2, 3, 4))


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
        return f"{min(read):g} to {max(read):g} ({len(values)} values)"
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
    size = _with_error(sample["mean_nm"], sample["mean_nm_standard_error"], 1.0)
    rows = [
        ("Dilution", numbers.number(sample["dilution"])),
        (
            f"Counted, {unit}, mean ± standard error",
            _with_error(sample["per_ml"], sample["standard_error"], power),
        ),
        (
            f"Counted, 90 % from the captures{assumed}",
            _interval(sample["counted_interval90"], power),
        ),
        (
            "True, 90 % with the error between laboratories",
            _interval(sample["true_interval90"], power),
        ),
        ("Mean diameter, nm", size),
    ]
    if sample["protein_ug_per_ml"]:
        rows += [
            ("Protein, µg per mL", numbers.number(sample["protein_ug_per_ml"])),
            ("Counted particles per µg", numbers.number(sample["counted_per_ug"])),
        ]
    used = _count(len(sample["captures"]), "capture")
    return table(f"The vial, from {used}", ("What", "Value"), rows, (1,))


def sizes_table(one: Part) -> Table:
    """Give the figure as a table: particles per mL in coarse bins."""
    held = one["histogram"]
    tops = [value for group in held["groups"] for value in group["mean"]]
    unit, power = _unit(tops)
    edges = held["edges_nm"]
    body = [
        (
            f"{low:g} to {high:g}",
            *(
                _with_error(
                    group["mean"][k],
                    group["standard_error"] and group["standard_error"][k],
                    power,
                )
                for group in held["groups"]
            ),
        )
        for k, (low, high) in enumerate(pairwise(edges))
    ]
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


def _with_error(value: float | None, error: float | None, power: float) -> str:
    """Write a mean and its standard error; without one the mean alone."""
    if value is None:
        return ""
    if 0 < value / power < _SMALL:
        return f"below {_SMALL:g}"
    told = numbers.number(float(f"{value / power:.4g}"))
    if error is None:
        return told
    return f"{told} ± {numbers.number(float(f'{error / power:.3g}'), 2)}"


def _interval(ends: list[float], power: float) -> str:
    return numbers.interval([end / power for end in ends])


def _size(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"
