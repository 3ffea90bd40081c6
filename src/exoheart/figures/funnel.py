"""Funnel of a meta-analysis: effects against their standard errors.

In: ``{"axis", "rows": [{"label", "estimate", "se", "filled"}], "mean"}``. A row with
``filled`` true was put in by trim and fill and is drawn hollow. The shaded region holds
95 % of studies of one and the same effect, the mean; what lies outside differs by more
than its sampling error.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from exoheart.figures import numbers
from exoheart.figures.axes import plain_x
from exoheart.figures.specification import Row, Spec, chart, field, layer, mark
from exoheart.figures.theme import INK, SOFT, TREATED, finish, nothing

_WIDTH, _HEIGHT = 380, 260
#: Normal quantile of a two-sided 95 % region.
_Z = 1.959963984540054
_SHADE = "#e3e8ee"


def funnel(content: Row) -> Spec:
    """Draw the funnel of a meta-analysis.

    Parameters
    ----------
    content
        As in the head of this module.
    """
    rows = [_point(row) for row in content["rows"]]
    mean = numbers.finite(content.get("mean"))
    if not rows or mean is None:
        return nothing("There is no mean to draw a funnel around.")
    deepest = 1.08 * max(row["se"] for row in rows)
    panel = layer(
        *_region(content, mean, deepest, rows),
        *_points(rows),
        width=_WIDTH,
        height=_HEIGHT,
    )
    inside = sum(abs(row["estimate"] - mean) <= _Z * row["se"] for row in rows)
    alt = (
        f"Funnel of {len(rows)} effects around {numbers.number(mean)}: "
        f"{inside} inside the region of 95 %. {content['axis']}."
    )
    return finish(panel, alt)


def _point(row: Row) -> dict[str, Any]:
    return {
        "label": str(row["label"]),
        "estimate": row["estimate"],
        "se": row["se"],
        "filled": bool(row.get("filled")),
    }


def _region(
    content: Row, mean: float, deepest: float, rows: Sequence[Row]
) -> list[Spec]:
    """Draw the triangle of 95 %, its edges and the mean, and make the axes."""
    corners = [
        {"se": se, "low": mean - _Z * se, "high": mean + _Z * se, "mean": mean}
        for se in (0.0, deepest)
    ]
    values = [row["estimate"] for row in rows]
    values += [corners[1]["low"], corners[1]["high"]]
    across = plain_x("low:Q", str(content["axis"]), values)
    down = field(
        "se:Q",
        scale={"domain": [0, deepest], "reverse": True, "nice": False},
        axis={"title": "standard error", "tickCount": 5, "grid": True},
    )
    area = mark("area", orient="horizontal", color=_SHADE, opacity=1)
    edge = mark("line", color=SOFT, strokeDash=[4, 3], strokeWidth=1)
    middle = mark("line", color=TREATED[0], strokeWidth=1.5)
    order = field("se:Q")
    return [
        chart(corners, area, y=down, x=across, x2="high:Q"),
        chart(corners, edge, y="se:Q", x="low:Q", order=order),
        chart(corners, edge, y="se:Q", x="high:Q", order=order),
        chart(corners, middle, y="se:Q", x="mean:Q", order=order),
    ]


def _points(rows: Sequence[Row]) -> list[Spec]:
    found = mark("point", filled=True, color=INK, size=60, opacity=0.85)
    added = mark("point", filled=False, color=TREATED[1], size=60, strokeWidth=1.8)
    channels: dict[str, Any] = {"x": "estimate:Q", "y": "se:Q"}
    channels["tooltip"] = ["label:N", "estimate:Q", "se:Q"]
    return [
        chart(rows, found, "!datum.filled", **channels),
        chart(rows, added, "datum.filled", **channels),
    ]
