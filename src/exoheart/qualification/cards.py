"""A picture of the page with its title, caption and table twin, from solved rows.

Turns the record's arrays into the plain data of :mod:`exoheart.figures.comparison`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from exoheart.figures import numbers, to_svg
from exoheart.figures.comparison import comparison
from exoheart.outcome import Control
from exoheart.qualification import words
from exoheart.qualification.comparisons import USES, Compared
from exoheart.qualification.lines import Line
from exoheart.qualification.panels import Panel, Picture
from exoheart.report.blocks import Table, table

#: Relations whose numbers are shares: drawn on a log axis where they span a decade.
_SHARES = ("ratio", "share of peak")


@dataclass(frozen=True, slots=True)
class Card:
    """One figure of the page.

    `uses` are the uses of its rows, each with its count in words and whether one of
    them lies outside its pass mark; `missed` says how many do.
    """

    title: str
    svg: Markup
    uses: tuple[tuple[str, str, bool], ...]
    missed: int
    rows: int
    sources: tuple[str, ...]
    notes: tuple[str, ...]
    twin: Table


def cards(
    pictures: Sequence[Picture],
    lines: Sequence[Sequence[Line]],
    rows: Sequence[Compared],
) -> list[Card]:
    """Draw every picture; those with the largest share of misses come first.

    Parameters
    ----------
    pictures
        What shares a figure.
    lines
        For each picture the lines of its panels.
    rows
        Every comparison of the pictures.
    """
    known = {row.control.id: row for row in rows}
    made = [_card(p, own, known) for p, own in zip(pictures, lines, strict=True)]
    return sorted(made, key=lambda card: -card.missed / card.rows)


def _card(
    picture: Picture, lines: Sequence[Line], known: Mapping[str, Compared]
) -> Card:
    rows = [known[row.id] for row in picture.rows]
    panels = [
        panel_data(panel, line, known)
        for panel, line in zip(picture.panels, lines, strict=True)
    ]
    return Card(
        title=title(picture),
        svg=Markup(to_svg(comparison(panels))),
        uses=_uses(rows),
        missed=sum(not row.inside for row in rows),
        rows=len(rows),
        sources=tuple(dict.fromkeys(row.control.source for row in rows)),
        notes=tuple(dict.fromkeys(r.control.note for r in rows if r.control.note)),
        twin=_twin(picture, rows),
    )


def title(picture: Picture) -> str:
    """Name a picture: species, quantity and protocol."""
    first = picture.panels[0].first
    what = f"{first.quantity} of {first.of}" if first.of else first.quantity
    head = f"{first.species.capitalize()}, {what}"
    if picture.panels[0].kind == "occlusion":
        return f"{head}, by length of occlusion"
    if first.occlusion_h is None:
        return f"{head}, permanent ligation"
    return f"{head}, {words.protocol(first)} of occlusion"


def _uses(rows: Sequence[Compared]) -> tuple[tuple[str, str, bool], ...]:
    found = []
    for use in USES:
        own = [row for row in rows if row.control.use == use]
        if own:
            inside = sum(row.inside for row in own)
            found.append((use, f"{inside} of {len(own)} inside", inside < len(own)))
    return tuple(found)


def panel_data(
    panel: Panel, line: Line, known: Mapping[str, Compared]
) -> dict[str, Any]:
    """Give a panel as the figure wants it; see :mod:`exoheart.figures.comparison`."""
    first = panel.first
    return {
        "kind": panel.kind,
        "title": f"{first.species}, {words.whole_quantity(first)}",
        "y_title": y_title(panel),
        "after": "occlusion" if first.occlusion_h is None else "reperfusion",
        "share": first.relation in _SHARES,
        "line": {
            "at": [x if math.isfinite(x) else None for x in line.at.tolist()],
            "value": _plain(line.value),
            "low": None if line.low is None else _plain(line.low),
            "high": None if line.high is None else _plain(line.high),
        },
        "reference": _reference(panel),
        "points": [_point(panel, known[row.id]) for row in panel.rows],
    }


def _reference(panel: Panel) -> dict[str, float] | None:
    """Give what a ratio or a change is to, where it lies on the line."""
    first = panel.first
    if first.reference_h is None or panel.kind != "course":
        return None
    value = 0.0 if first.relation == "difference" else 1.0
    return {"at": first.reference_h, "value": value}


def _plain(values: Any) -> list[float | None]:
    return [value if math.isfinite(value) else None for value in values.tolist()]


def _point(panel: Panel, row: Compared) -> dict[str, Any]:
    one = row.control
    if panel.kind == "occlusion":
        at, label = one.occlusion_h, f"{words.protocol(one)}, {one.source}"
    else:
        at, label = one.at_h, words.moment(one)
    return {
        "label": label.replace(numbers.SPACE, " "),
        "at": at,
        "observed": one.observed,
        "spread": standard_deviation(one),
        "pass_low": one.pass_low,
        "pass_high": one.pass_high,
        "predicted": numbers.finite(row.predicted),
        "inside": row.inside,
    }


def standard_deviation(row: Control) -> float | None:
    """Give the published spread where it is a standard deviation."""
    if row.spread_type != "SD":
        return None
    try:
        return float(row.spread)
    except ValueError:
        return None


def y_title(panel: Panel) -> str:
    """Name the y axis: the relation, or the quantity, with the unit and method."""
    first = panel.first
    if first.relation == "peak time":
        return "share of its peak"
    told = words.relation(first) or first.quantity
    unit = numbers.unit_words(first.unit)
    told = f"{told} ({unit})" if unit else told
    named = panel.kind == "occlusion" and first.method
    return f"{told}, {first.method}" if named else told


def _twin(picture: Picture, rows: Sequence[Compared]) -> Table:
    """Give the table of a figure: everything that it shows, and the notes."""
    dosed = picture.panels[0].kind == "occlusion"
    head = ("Occlusion", "Method", "At") if dosed else ("Reading", "At")
    columns = (*head, "Published", "Model", "90 % of animals", "Pass mark", "Inside")
    body = []
    for row in rows:
        one = row.control
        lead = [words.relation(one) or "value"]
        if dosed:
            lead = [words.protocol(one), one.method or "not stated"]
        body.append(
            (
                *lead,
                words.moment(one),
                words.published(one),
                numbers.number(row.predicted),
                words.band(row),
                words.pass_mark(one),
                words.inside(row),
                one.use,
                one.source,
            )
        )
    return table(title(picture), (*columns, "Use", "Source"), body)
