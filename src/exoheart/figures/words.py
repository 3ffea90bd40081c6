"""Text at the two sides of a panel: row labels on the left, notes on the right.

Vega sets a label of several lines from its first line down, off the middle of its
row; here each text is moved up by half of its height.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from exoheart.figures.specification import Row, Spec, chart, field, mark, value
from exoheart.figures.theme import INK

_LINE = 13  # height of a line of text [px]


def number_rows(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Copy rows with their place in the panel as ``row``, so none can coincide."""
    return [{**row, "row": place} for place, row in enumerate(rows)]


def row_axis() -> Spec:
    """Give the y channel of a panel of numbered rows; labels are drawn apart."""
    return field("row:O", axis=None, scale={"paddingInner": 0, "paddingOuter": 0})


def side_text(rows: Sequence[Row], entry: str, *, x: int, align: str) -> list[Spec]:
    """Draw one text per numbered row at `x` pixels, centred on its row.

    Parameters
    ----------
    rows
        Rows of :func:`number_rows`.
    entry
        Which entry of a row holds the text.
    align
        ``left`` or ``right``; the text stands 10 px off `x` on that side.
    """
    by_lines: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        text = str(row.get(entry) or "")
        if text:
            placed = {"row": row["row"], "text": text}
            by_lines.setdefault(text.count("\n"), []).append(placed)
    look = {
        "align": align,
        "baseline": "middle",
        "dx": 10 if align == "left" else -10,
        "lineHeight": _LINE,
        "color": INK,
    }
    return [
        chart(
            values,
            mark("text", dy=-breaks * _LINE / 2, **look),
            x=value(x),
            y=row_axis(),
            text="text:N",
        )
        for breaks, values in by_lines.items()
    ]


def tallest(rows: Sequence[Row]) -> int:
    """Give the height [px] that the row with most lines of text needs."""
    texts = (str(row.get(name) or "") for row in rows for name in ("label", "note"))
    return 6 + _LINE * (1 + max((text.count("\n") for text in texts), default=0))
