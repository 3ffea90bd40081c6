"""The page of ``simulate --where``: one figure and its tables for each treated arm."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from typing import Any

from markupsafe import Markup

from exoheart.figures import numbers
from exoheart.figures.where import where as figure
from exoheart.report.blocks import Block, Part, Section, Table, Text, picture, table
from exoheart.report.how_dose import in_percent
from exoheart.report.page import Page, css_string
from exoheart.report.template import template

#: What tells these pages from other files.
MARK = '<meta name="description" content="Where the dose goes">'
COMMAND = "exoheart simulate --where"
_RESEARCH = "Research use only, not medical advice"
#: Shares below this are told as being below it, in tables; places that stay below it
#: throughout are left out.
_SMALL, _SMALL_WORDS = 1e-4, "0.01"


def render_where(simulated: Mapping[str, Any]) -> str:
    """Write the document of ``simulate --where --json`` as one HTML file.

    A pure function: the same document gives the same bytes.
    """
    document = simulated["where"]
    standing = standing_of(document)
    style = resources.files("exoheart.report").joinpath("report.css")
    page = Page(
        kind="Where the dose goes",
        title=document["title"],
        question="",
        file="",
        version=str(simulated["version"]),
        standing=standing,
        foot=css_string(standing),
        facts=(("Animal", document["species"]), ("Seed", str(simulated["seed"]))),
        head=(),
        sections=tuple(
            Section(f"arm-{number}", arm["arm"], tuple(_blocks(document, arm)))
            for number, arm in enumerate(document["arms"], 1)
        ),
        style=Markup(style.read_text(encoding="utf-8")),
    )
    return template("exoheart.report", "report.html.jinja").render(page=page)


def standing_of(document: Part) -> str:
    """Say what the page is for and how much of it rests on measured values."""
    kinds = document["kinds"]
    known = kinds.get("measured", 0) + kinds.get("derived", 0)
    return (
        f"{_RESEARCH}; {known} of the {sum(kinds.values())} numbers of the delivery "
        "model are measured or derived."
    )


def places_table(arm: Part, key: str = "places", caption: str = "") -> Table:
    """Give the shares of the dose by place and moment, zero rows left out.

    Parameters
    ----------
    arm
        One of ``where.arms`` of the document.
    key
        ``places`` for vesicles, ``label`` for what a label shows.
    caption
        Of the table.
    """
    columns = ("Place", *(_moment(after) for after in arm["after_h"]))
    body = [
        (row["place"], *(_share(one) for one in row["shares"]))
        for row in arm[key]
        if any((one["interval90"][1] or 0.0) >= _SMALL for one in row["shares"])
    ]
    return table(caption, columns, body, range(1, len(columns)))


def cells_table(arm: Part, caption: str = "") -> Table:
    """Give vesicles taken up per cell, group by group."""
    body = [
        (
            row["cell"],
            numbers.interval(row["taken_up"]["interval90"]),
            numbers.number(row["taken_up"]["median"], 2),
        )
        for row in arm["cells"]
    ]
    return table(caption, ("Cells", "90 % of members", "Median"), body, (1, 2))


def arm_tables(arm: Part, label: str | None) -> list[Table]:
    """Give the tables of one arm: places, cells, and the label where one was asked.

    None where no vesicle was brought; ``nothing`` of the arm then says why.
    """
    if arm["nothing"]:
        return []
    shares = "Share of the dose, 90 % of members (median)"
    made = [
        places_table(arm, caption=shares),
        cells_table(arm, "Vesicles taken up per cell by the end"),
    ]
    if arm["label"]:
        title = f"What a {label} label would show, share of the label given"
        made.append(places_table(arm, "label", title))
    return made


def _moment(hours: float) -> str:
    if hours < 0.75:
        return f"{numbers.number(round(hours * 60, 1), 2)}{numbers.SPACE}min"
    return numbers.duration(float(f"{hours:.3g}"))


def _share(one: Part) -> str:
    """Write a share as interval and median in percent; tiny ones as below 0.01 %."""
    median = one["median"]
    if median is None:
        return numbers.MISSING
    low, high = one["interval90"]
    if (high or 0.0) < _SMALL:
        return f"below {_SMALL_WORDS}{numbers.SPACE}%"
    ends = f"{_in_percent(low or 0.0)} to {_in_percent(high)}{numbers.SPACE}%"
    return f"{ends} ({_in_percent(median)})"


def _in_percent(share: float) -> str:
    if share < _SMALL:
        return f"<{_SMALL_WORDS}"
    return in_percent(share)


def _blocks(document: Part, arm: Part) -> list[Block]:
    if arm["nothing"]:
        lead = Text(f"{arm['dose']}, {arm['route']}.", "lead")
        return [lead, Text(arm["nothing"])]
    last = _moment(arm["after_h"][-1])
    given = numbers.number(arm["given"]["median"], 2)
    of = "given" if arm["form"] != "cells" else "released by the donor cells"
    blocks: list[Block] = [
        Text(
            f"{arm['dose']}, {arm['route']}; {given} vesicles {of} by {last} (median; "
            f"90 % of members {numbers.interval(arm['given']['interval90'])}).",
            "lead",
        )
    ]
    caption = (
        f"Where the vesicles of {arm['arm']} are: shades and shares are medians of the "
        "dose given so far. The outline is a drawing, not anatomy."
    )
    places, *others = arm_tables(arm, document["label"])
    spec = figure(arm, document["species"])
    blocks += [picture("where", spec, caption, places, folded=False), *others]
    if arm["infused"]:
        note = "While an infusion lasts, its whole dose counts as given."
        blocks.append(Text(note, "note"))
    if arm["label"]:
        blocks.append(
            Text(
                "A label is not the vesicle: it stays behind or moves on when a "
                "vesicle is digested, and blood left in an organ counts with it.",
                "note",
            )
        )
    return blocks
