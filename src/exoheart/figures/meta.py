"""Forest of a meta-analysis: a row a study, below them prediction interval and mean.

In: ``{"axis", "rows": [{"label", "estimate", "low", "high", "weight"}], "mean",
"ci95", "pi95"}``; weights are shares of the whole, `mean` and its intervals may be
None. The square of a study grows with its weight. Shapes tell the rows apart, so the
picture reads in grey too. See also `funnel` and `orchard`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from exoheart.figures import numbers
from exoheart.figures.axes import plain_x
from exoheart.figures.estimates import interval
from exoheart.figures.specification import Row, Spec, chart, field, layer, mark, value
from exoheart.figures.theme import INK, ROW_HEIGHT, SOFT, TREATED, finish, nothing
from exoheart.figures.words import number_rows, row_axis, side_text, tallest

_WIDTH = 340
_POOLED, _LIGHT = TREATED[0], "#d3dde8"
_LABEL_LETTERS, _NOTE_LETTERS = 40, 60


def meta_forest(content: Row) -> Spec:
    """Draw the forest of a meta-analysis.

    Parameters
    ----------
    content
        As in the head of this module.

    Returns
    -------
    dict
        A specification.
    """
    rows = [_study(row) for row in content["rows"]]
    if not rows:
        return nothing("There is no effect to draw.")
    shown = number_rows([*rows, *_pooled(content)])
    panel = layer(
        chart([{"at": 0}], mark("rule", color=SOFT), x="at:Q"),
        *_mean_line(content),
        *_intervals(shown, str(content["axis"])),
        *side_text(shown, "label", x=0, align="right"),
        *side_text(shown, "note", x=_WIDTH, align="left"),
        width=_WIDTH,
        height=len(shown) * max(ROW_HEIGHT - 4, tallest(shown)),
    )
    return finish(panel, _alt(content, len(rows)))


def _study(row: Row) -> dict[str, Any]:
    pair, weight = [row["low"], row["high"]], numbers.finite(row.get("weight"))
    share = "" if weight is None else f"; {numbers.percent(weight)}"
    told = f"{interval(pair)} ({numbers.median(row['estimate'], pair)}){share}"
    return {
        "label": numbers.wrap(str(row["label"]), _LABEL_LETTERS),
        "low": row["low"],
        "high": row["high"],
        "estimate": row["estimate"],
        "weight": weight or 0.0,
        "kind": "study",
        "note": numbers.wrap(told, _NOTE_LETTERS),
    }


def _pooled(content: Row) -> list[dict[str, Any]]:
    """Give the rows below the studies: prediction interval first, then the mean."""
    made = []
    for key, label, kind in (
        ("pi95", "next study, 95 %", "prediction"),
        ("ci95", "mean, 95 %", "mean"),
    ):
        low, high = numbers.ends(content.get(key))
        if low is None or high is None:
            continue
        told = interval([low, high])
        if kind == "mean":
            told += f" ({numbers.median(content['mean'], [low, high])})"
        row = {"label": label, "low": low, "high": high, "kind": kind, "note": told}
        made.append({**row, "estimate": content["mean"], "weight": 0.0})
    return made


def _mean_line(content: Row) -> list[Spec]:
    if numbers.finite(content.get("mean")) is None:
        return []
    dashed = mark("rule", color=_POOLED, strokeDash=[4, 3], opacity=0.8)
    return [chart([{"at": content["mean"]}], dashed, x="at:Q")]


def _intervals(shown: Sequence[Row], title: str) -> list[Spec]:
    """Draw bars of prediction, lines of studies and mean, squares and the diamond."""
    values = [row[key] for row in shown for key in ("low", "high")]
    axis = plain_x("low:Q", title, values, include=(0.0,))
    bar = mark("bar", height=9, color=_LIGHT, stroke=_POOLED, strokeWidth=1)
    thin = mark("rule", strokeWidth=1.6, color=INK)
    thick = mark("rule", strokeWidth=5, color=_POOLED)
    square = mark("point", shape="square", filled=True, color=INK, opacity=1)
    diamond = mark("point", shape="diamond", size=190, filled=True, opacity=1)
    most = max(row["weight"] for row in shown) or 1.0
    sized = field(
        "weight:Q", scale={"domain": [0, most], "range": [16, 150]}, legend=None
    )
    middle: dict[str, Any] = {"y": row_axis(), "x": "estimate:Q"}
    middle["tooltip"] = ["label:N", "estimate:Q", "low:Q", "high:Q"]
    ends: dict[str, Any] = {"y": row_axis(), "x": axis, "x2": "high:Q"}
    return [
        chart(shown, bar, "datum.kind == 'prediction'", **ends),
        chart(shown, thin, "datum.kind == 'study'", **ends),
        chart(shown, thick, "datum.kind == 'mean'", **ends),
        chart(shown, square, "datum.kind == 'study'", size=sized, **middle),
        chart(shown, diamond, "datum.kind == 'mean'", color=value(_POOLED), **middle),
    ]


def _alt(content: Row, count: int) -> str:
    words = f"Forest of {count} effect{'' if count == 1 else 's'}"
    told = []
    if content.get("pi95"):
        told.append(f"a next study within {interval(content['pi95'])}")
    if content.get("ci95"):
        mean = numbers.median(content["mean"], content["ci95"])
        told.append(f"mean {mean}, 95 % {interval(content['ci95'])}")
    return f"{words}. {content['axis']}: {'; '.join(told) or 'not pooled'}."
