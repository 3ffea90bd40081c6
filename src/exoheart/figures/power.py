"""Figure 7: assurance and power against the number of animals per arm."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from exoheart.figures import numbers
from exoheart.figures.specification import Row, Spec, chart, field, layer, mark, value
from exoheart.figures.theme import (
    INK,
    SOFT,
    TREATED,
    WIDTH,
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
            chance = numbers.finite(design.get(name))
            if chance is None:
                continue
            error = numbers.finite(design.get(f"{name}_error")) or 0.0
            rows.append(
                {
                    "n": design["n_per_arm"],
                    "curve": name,
                    "value": 100.0 * chance,
                    "low": max(0.0, 100.0 * (chance - 2.0 * error)),
                    "high": min(100.0, 100.0 * (chance + 2.0 * error)),
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
    points = _points(animals.get("designs", ()))
    if not points:
        return nothing("No design could be simulated.")
    layers = [*_curves(points), *_guides(animals)]
    panel = layer(*layers, width=WIDTH + 60, height=210)
    parts = [
        f"{row['n_per_arm']} per arm: assurance "
        f"{numbers.probability(row.get('assurance'))}, power "
        f"{numbers.probability(row.get('power'))}"
        for row in animals["designs"]
    ]
    arm = animals["designs"][0].get("arm")
    of = f" of {arm}" if arm else ""
    text = f"Assurance and power{of} by animals per arm. {listing(parts)}"
    return finish(panel, text)


def _curves(points: Sequence[Row]) -> list[Spec]:
    """Draw a line, dots and their Monte Carlo errors for each curve."""
    y = field(
        "value:Q",
        axis={"title": "probability (%)", "grid": True},
        scale={"domain": [0, 100]},
    )
    dash = field(
        "curve:N",
        scale={"domain": list(_NAMES), "range": [[1, 0], [5, 3]]},
        legend=None,
    )
    shared = {
        "x": field(
            "n:Q",
            axis={"title": "animals per arm", "tickMinStep": 1, "grid": False},
            scale={"zero": False, "nice": False, "padding": 12},
        ),
        "color": field(
            "curve:N",
            scale={"domain": list(_NAMES), "range": [TREATED[0], TREATED[1]]},
            legend={"title": None, "orient": "top", "symbolType": "stroke"},
        ),
    }
    line, rule = mark("line", strokeWidth=2.2), mark("rule", strokeWidth=1)
    dots = mark("point", filled=True, size=45, opacity=1)
    tooltip = ["curve:N", "n:Q", "value:Q"]
    return [
        chart(points, line, **shared, y=y, strokeDash=dash),
        chart(points, dots, **shared, y=y, tooltip=tooltip),
        chart(points, rule, **shared, y="low:Q", y2="high:Q"),
    ]


def _guides(animals: Row) -> list[Spec]:
    """Draw the wanted power and the planned numbers of animals as thin lines."""
    layers, rule = [], mark("rule", color=SOFT, strokeDash=[2, 3])
    wanted = numbers.finite(animals.get("target_power"))
    if wanted is not None:
        text = f"wanted: {numbers.probability(wanted)}"
        row = {"value": 100.0 * wanted, "text": text}
        layers.append(chart([row], rule, y="value:Q"))
        words = mark("text", align="left", dx=8, color=INK)
        end = value(WIDTH + 60)
        layers.append(chart([row], words, x=end, y="value:Q", text="text:N"))
    planned = sorted({row["n"] for row in animals.get("planned", ()) if row.get("n")})
    if planned:
        rows = [{"n": n, "text": "planned"} for n in planned]
        layers.append(chart(rows, rule, x="n:Q"))
        words = mark("text", align="left", dx=4, color=INK)
        layers.append(chart(rows, words, x="n:Q", y=value(8), text="text:N"))
    return layers
