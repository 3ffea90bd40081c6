"""Figure 7: assurance and power against the number of animals per arm."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from exoheart.figures import numbers
from exoheart.figures.theme import (
    INK,
    SOFT,
    TREATED,
    WIDTH,
    Row,
    Spec,
    finish,
    listing,
    nothing,
)

_NAMES = ("assurance", "power")


def _points(designs: Sequence[Row]) -> list[dict[str, Any]]:
    """Give one row per design and curve, in percent, with 2 Monte Carlo errors."""
    rows = []
    for design in designs:
        for name in _NAMES:
            value = numbers.finite(design.get(name))
            if value is None:
                continue
            error = numbers.finite(design.get(f"{name}_error")) or 0.0
            rows.append(
                {
                    "n": design["n_per_arm"],
                    "curve": name,
                    "value": 100.0 * value,
                    "low": max(0.0, 100.0 * (value - 2.0 * error)),
                    "high": min(100.0, 100.0 * (value + 2.0 * error)),
                }
            )
    return rows


def power(animals: Row) -> Spec:
    """Draw assurance and conditional power against animals per arm.

    Parameters
    ----------
    animals
        The ``animals`` part of the plan document.
    """
    import altair as alt

    points = _points(animals.get("designs", ()))
    if not points:
        return nothing("No design could be simulated.")
    base = alt.Chart(alt.Data(values=points))
    x = alt.X(
        "n:Q",
        axis=alt.Axis(title="animals per arm", tickMinStep=1, grid=False),
        scale=alt.Scale(zero=False, nice=False, padding=12),
    )
    y = alt.Y(
        "value:Q",
        axis=alt.Axis(title="probability (%)", grid=True),
        scale=alt.Scale(domain=[0, 100]),
    )
    colour = alt.Color(
        "curve:N",
        scale=alt.Scale(domain=list(_NAMES), range=[TREATED[0], TREATED[1]]),
        legend=alt.Legend(title=None, orient="top", symbolType="stroke"),
    )
    dash = alt.StrokeDash(
        "curve:N",
        scale=alt.Scale(domain=list(_NAMES), range=[[1, 0], [5, 3]]),
        legend=None,
    )
    layers = [
        base.mark_line(strokeWidth=2.2).encode(x=x, y=y, color=colour, strokeDash=dash),
        base.mark_point(filled=True, size=45, opacity=1).encode(
            x=x, y=y, color=colour, tooltip=["curve:N", "n:Q", "value:Q"]
        ),
        base.mark_rule(strokeWidth=1).encode(x=x, y="low:Q", y2="high:Q", color=colour),
    ]
    layers += _guides(animals)
    chart = alt.layer(*layers).properties(width=WIDTH + 60, height=210)
    parts = [
        f"{row['n_per_arm']} per arm: assurance "
        f"{numbers.probability(row.get('assurance'))}, power "
        f"{numbers.probability(row.get('power'))}"
        for row in animals["designs"]
    ]
    arm = animals["designs"][0].get("arm")
    of = f" of {arm}" if arm else ""
    text = f"Assurance and power{of} by animals per arm. {listing(parts)}"
    return finish(chart, text)


def _guides(animals: Row) -> list[Any]:
    """Draw the wanted power and the planned numbers of animals as thin lines."""
    import altair as alt

    layers = []
    wanted = numbers.finite(animals.get("target_power"))
    if wanted is not None:
        text = f"wanted: {numbers.probability(wanted)}"
        row = alt.Data(values=[{"value": 100.0 * wanted, "text": text}])
        rule = alt.Chart(row).mark_rule(color=SOFT, strokeDash=[2, 3])
        layers.append(rule.encode(y="value:Q"))
        words = alt.Chart(row).mark_text(align="left", dx=8, color=INK)
        layers.append(words.encode(x=alt.value(WIDTH + 60), y="value:Q", text="text:N"))
    planned = sorted({row["n"] for row in animals.get("planned", ()) if row.get("n")})
    if planned:
        marks = alt.Data(values=[{"n": n, "text": "planned"} for n in planned])
        rule = alt.Chart(marks).mark_rule(color=SOFT, strokeDash=[2, 3])
        layers.append(rule.encode(x="n:Q"))
        words = alt.Chart(marks).mark_text(align="left", dx=4, color=INK)
        layers.append(words.encode(x="n:Q", y=alt.value(8), text="text:N"))
    return layers
