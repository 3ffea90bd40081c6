"""A map of what was tested: one square for each pair, shaded by the number of cohorts.

Drawn from one map of ``evidence gaps``. An empty square is a gap *in the tables*; a
square that a plan stands in has a bold frame.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from exoheart.figures.specification import Row, Spec, chart, field, layer, mark
from exoheart.figures.theme import INK, LINE, SOFT, TREATED, finish, listing, nothing

NOT_SAID = "not said"
_WIDE, _HIGH = 92, 26
#: Shade of a square by the number of its cohorts; the last is for that many and more.
_SHADES = ("#ffffff", "#fde6cf", "#f6c9a0", "#ee9f5f", "#dd7530")
_PLANNED = TREATED[0]


def gap_map(drawn: Row) -> Spec:
    """Draw one map as a grid of squares with their counts.

    Parameters
    ----------
    drawn
        One of ``maps`` of the document of ``evidence gaps --json``.

    Returns
    -------
    dict
        A Vega-Lite specification.
    """
    if not drawn["cells"]:
        return nothing("No cohort of this form was found.")
    rows = [_square(one) for one in drawn["cells"]]
    x = field(
        "across:O",
        sort=list(drawn["column_names"]),
        axis={"orient": "top", "labelAngle": 0, "domain": False, "ticks": False},
        title=drawn["columns"],
    )
    y = field("down:O", sort=list(drawn["row_names"]), title=drawn["rows"])
    squares = mark("rect", stroke=LINE, strokeWidth=0.8)
    fill = field("shade:N", scale=None)
    layers = [chart(rows, squares, x=x, y=y, fill=fill)]
    layers += _framed(rows, x, y)
    words = mark("text", fontSize=11)
    ink = field("ink:N", scale=None)
    layers.append(chart(rows, words, x=x, y=y, text="text:N", color=ink))
    size = {
        "width": _WIDE * len(drawn["column_names"]),
        "height": _HIGH * len(drawn["row_names"]),
    }
    return finish(layer(*layers, **size), describe(drawn))


def _square(one: Row) -> dict[str, Any]:
    silent = NOT_SAID in {one["row"], one["column"]}
    shade = _SHADES[min(one["cohorts"], len(_SHADES) - 1)]
    return {
        "across": one["column"],
        "down": one["row"],
        "shade": "#f1f3f5" if silent else shade,
        "ink": SOFT if silent or not one["cohorts"] else INK,
        "text": cell_words(one),
        "planned": bool(one["planned"]),
    }


def cell_words(one: Row) -> str:
    """Write a square's count, and in brackets how many cohorts print a number."""
    if not one["cohorts"]:
        return "-"
    numbered = f" ({one['with_number']})" if one["with_number"] else ""
    return f"{one['cohorts']}{numbered}"


def _framed(rows: Sequence[Row], x: Spec, y: Spec) -> list[Spec]:
    """Draw the frame of the squares that a plan stands in."""
    own = [row for row in rows if row["planned"]]
    if not own:
        return []
    frame = mark("rect", filled=False, stroke=_PLANNED, strokeWidth=3)
    return [chart(own, frame, x=x, y=y)]


def describe(drawn: Row) -> str:
    """Say in words what a map shows."""
    tested = [
        f"{one['row']}, {one['column']} {one['cohorts']}"
        for one in sorted(drawn["cells"], key=lambda one: -one["cohorts"])
        if one["cohorts"] and NOT_SAID not in {one["row"], one["column"]}
    ]
    head = f"Cohorts tested, {drawn['rows']} by {drawn['columns']}"
    return f"{head}: {listing(tested)}" if tested else f"{head}: none."
