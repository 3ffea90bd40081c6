"""Figure 8: which unknowns drive the spread of the answer."""

from __future__ import annotations

from collections.abc import Sequence

from exoheart.figures import numbers
from exoheart.figures.theme import (
    INK,
    KIND,
    ROW_HEIGHT,
    SOFT,
    Row,
    Spec,
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
    import altair as alt

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
    base = alt.Chart(alt.Data(values=rows)).encode(y=row_axis())
    bars = base.mark_bar(height=14).encode(
        x=alt.X(
            "share:Q",
            axis=alt.Axis(
                title="share of the variance of the effect's rank (%), 90 % interval"
            ),
            scale=alt.Scale(zero=True),
        ),
        color=alt.Color(
            "kind:N",
            scale=alt.Scale(domain=kinds, range=[KIND.get(k, SOFT) for k in kinds]),
            legend=alt.Legend(title="value is", orient="top", symbolType="square"),
        ),
        opacity=alt.Opacity("weight:Q", scale=None, legend=None),
        tooltip=["label:N", "share:Q", "low:Q", "high:Q", "kind:N"],
    )
    whiskers = base.mark_rule(color=INK).encode(x="low:Q", x2="high:Q")
    height = len(rows) * max(ROW_HEIGHT, tallest(rows))
    words = side_text(rows, "label", x=0, align="right")
    words += side_text(rows, "note", x=_WIDTH, align="left")
    chart = alt.layer(bars, whiskers, *words)
    chart = chart.properties(width=_WIDTH, height=height)
    parts = [
        f"{entry['label']}: {numbers.percent(entry.get('share'))}"
        for entry in ranked[:shown]
    ]
    return finish(chart, f"Share of the answer's variance. {listing(parts)}")
