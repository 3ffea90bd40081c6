"""Pooled effects side by side: a thick line for the mean, a thin one for a next study.

In: ``{"axis", "rows": [{"label", "estimate", "ci95", "pi95", "note", "kind"}]}``; a row
of ``kind`` ``published`` is drawn in grey with a hollow dot, one of ``bound`` dashed.
A row without numbers keeps its words.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from exoheart.figures import numbers
from exoheart.figures.axes import plain_x
from exoheart.figures.estimates import interval
from exoheart.figures.specification import Row, Spec, chart, layer, mark, value
from exoheart.figures.theme import ROW_HEIGHT, SOFT, TREATED, finish, listing, nothing
from exoheart.figures.words import number_rows, row_axis, side_text, tallest

_WIDTH, _OURS, _OTHERS = 340, TREATED[0], "#59636e"


def pooled_rows(content: Row) -> Spec:
    """Draw pooled effects below one another.

    Parameters
    ----------
    content
        As in the head of this module.
    """
    rows = [_row(row) for row in content["rows"]]
    if not any(row["estimate"] is not None for row in rows):
        return nothing("Nothing could be pooled.")
    shown = number_rows(rows)
    panel = layer(
        chart([{"at": 0}], mark("rule", color=SOFT), x="at:Q"),
        *_lines(shown, str(content["axis"])),
        *_dots(shown),
        *side_text(shown, "label", x=0, align="right"),
        *side_text(shown, "note", x=_WIDTH, align="left"),
        width=_WIDTH,
        height=len(shown) * max(ROW_HEIGHT, tallest(shown)),
    )
    parts = [
        f"{row['label']}: {numbers.median(row['estimate'], row.get('ci95'))}, 95 % "
        f"{interval(row.get('ci95'))}"
        for row in content["rows"]
        if row["estimate"] is not None
    ]
    return finish(panel, f"Pooled effects. {content['axis']}. {listing(parts)}")


def _row(row: Row) -> dict[str, Any]:
    ci, pi = numbers.ends(row.get("ci95")), numbers.ends(row.get("pi95"))
    kind = str(row.get("kind") or "ours")
    return {
        "label": numbers.wrap(str(row["label"]), 36),
        "note": numbers.wrap(str(row.get("note") or ""), 52),
        "estimate": numbers.finite(row["estimate"]),
        "ci_low": ci[0],
        "ci_high": ci[1],
        "pi_low": pi[0],
        "pi_high": pi[1],
        "kind": kind,
        "colour": _OURS if kind == "ours" else _OTHERS,
    }


def _lines(shown: Sequence[Row], title: str) -> list[Spec]:
    keys = ("ci_low", "ci_high", "pi_low", "pi_high", "estimate")
    values = [row[key] for row in shown for key in keys]
    axis = plain_x("pi_low:Q", title, values, include=(0.0,))
    colour = {"field": "colour", "type": "nominal", "scale": None}
    wide: dict[str, Any] = {"y": row_axis(), "color": colour}
    near = wide | {"x": "ci_low:Q", "x2": "ci_high:Q"}
    thin, thick = mark("rule", strokeWidth=1.6), mark("rule", strokeWidth=5.5)
    dashed = mark("rule", strokeWidth=2.2, strokeDash=[5, 3])
    bound = "datum.kind == 'bound'"
    return [
        chart(shown, thin, "datum.pi_low != null", x=axis, x2="pi_high:Q", **wide),
        chart(shown, thick, f"datum.ci_low != null && !({bound})", **near),
        chart(shown, dashed, f"datum.ci_low != null && {bound}", **near),
    ]


def _dots(shown: Sequence[Row]) -> list[Spec]:
    colour = {"field": "colour", "type": "nominal", "scale": None}
    channels: dict[str, Any] = {"y": row_axis(), "x": "estimate:Q", "color": colour}
    channels["tooltip"] = ["label:N", "estimate:Q", "ci_low:Q", "ci_high:Q"]
    full = mark("point", filled=True, size=95, opacity=1)
    hollow = mark("point", filled=False, size=80, strokeWidth=2, opacity=1)
    known = "datum.estimate != null"
    ours = "datum.kind == 'ours'"
    return [
        chart(shown, full, f"{known} && {ours}", **channels),
        chart(shown, hollow, f"{known} && !({ours})", fill=value("white"), **channels),
    ]
