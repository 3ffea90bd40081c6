"""Figure 8: which unknowns drive the spread of the answer."""

from __future__ import annotations

from collections.abc import Sequence

from exoheart.figures import numbers
from exoheart.figures.specification import Row, Spec, chart, field, layer, mark
from exoheart.figures.theme import (
    INK,
    KIND,
    ROW_HEIGHT,
    SOFT,
    finish,
    listing,
    nothing,
)
from exoheart.figures.words import number_rows, row_axis, side_text, tallest

SHOWN = 12
_WIDTH = 280


def roadblocks(ranked: Sequence[Row], shown: int = SHOWN) -> Spec:
    """Draw the share of the answer's variance that each unknown explains.

    Parameters
    ----------
    ranked
        ``roadblocks.ranked`` of the plan document, the largest first.
    shown
        How many to draw.
    """
    rows = []
    for entry in ranked[:shown]:
        share = numbers.finite(entry.get("share"))
        low, high = numbers.ends(entry.get("share_interval"))
        if share is None:
            continue
        above = bool(entry.get("above_chance"))
        rows.append(
            {
                "label": numbers.wrap(entry["label"], 40),
                "share": 100.0 * share,
                "low": 100.0 * max(low, 0.0) if low is not None else 100.0 * share,
                "high": 100.0 * high if high is not None else 100.0 * share,
                "kind": entry.get("kind") or "assumed",
                "weight": 1.0 if above else 0.35,
                "note": "" if above else "not above chance",
            }
        )
    if not rows:
        return nothing("No unknown could be ranked.")
    kinds = [kind for kind in KIND if any(row["kind"] == kind for row in rows)]
    others = [str(row["kind"]) for row in rows if row["kind"] not in KIND]
    kinds += list(dict.fromkeys(others))
    rows = number_rows(rows)
    title = "share of the variance of the effect's rank (%), 90 % interval"
    bars = chart(
        rows,
        mark("bar", height=14),
        y=row_axis(),
        x=field("share:Q", axis={"title": title}, scale={"zero": True}),
        color=field(
            "kind:N",
            scale={"domain": kinds, "range": [KIND.get(k, SOFT) for k in kinds]},
            legend={"title": "value is", "orient": "top", "symbolType": "square"},
        ),
        opacity=field("weight:Q", scale=None, legend=None),
        tooltip=["label:N", "share:Q", "low:Q", "high:Q", "kind:N"],
    )
    rule = mark("rule", color=INK)
    whiskers = chart(rows, rule, y=row_axis(), x="low:Q", x2="high:Q")
    height = len(rows) * max(ROW_HEIGHT, tallest(rows))
    words = side_text(rows, "label", x=0, align="right")
    words += side_text(rows, "note", x=_WIDTH, align="left")
    panel = layer(bars, whiskers, *words, width=_WIDTH, height=height)
    parts = [
        f"{entry['label']}: {numbers.percent(entry.get('share'))}"
        for entry in ranked[:shown]
    ]
    return finish(panel, f"Share of the answer's variance. {listing(parts)}")
