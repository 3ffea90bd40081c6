"""Figure 2: how a quantity runs over time, each arm beside its control."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from exoheart.figures import numbers
from exoheart.figures.specification import Row, Spec, chart, field, layer, mark, value
from exoheart.figures.theme import arm_colours, finish, nothing

_WIDTH, _HEIGHT = 240, 150


def comparisons(arms: Sequence[Row]) -> list[tuple[str, ...]]:
    """Give the arms of each panel: a treated arm with its control.

    A study of control arms only has one panel per arm.
    """
    controls = [arm["name"] for arm in arms if arm.get("control")]
    pairs: list[tuple[str, ...]] = []
    for arm in arms:
        if arm.get("control"):
            continue
        against = arm.get("compare_to")
        if against is None and len(controls) == 1:
            against = controls[0]
        pairs.append((arm["name"],) if against is None else (against, arm["name"]))
    return pairs or [(name,) for name in controls]


def course_points(curve: Row) -> list[dict[str, Any]]:
    """Give a curve as rows of hour, median, low and high; missing points left out."""
    rows = []
    columns = [curve["time_h"], curve["median"], curve["low"], curve["high"]]
    for time, median, low, high in zip(*columns, strict=True):
        values = [numbers.finite(value) for value in (time, median, low, high)]
        if None not in values:
            keys = ("hour", "median", "low", "high")
            rows.append(dict(zip(keys, values, strict=True)))
    return rows


def _panel(names: Sequence[str], curves: Sequence[Row], look: Row) -> Spec:
    """Draw the arms of one panel: band and line each, controls dashed."""
    x = field(
        "time:Q",
        axis={"title": look["time"], "tickCount": 5},
        scale={"domain": look["times"], "nice": False},
    )
    y = field(
        "low:Q",
        axis={"title": look["title"], "grid": True, "tickCount": 5},
        scale={"domain": look["values"], "nice": True},
    )
    layers = []
    for curve in curves:
        if curve["arm"] not in names:
            continue
        points = [
            {**point, "time": point["hour"] / look["divide"], "arm": curve["arm"]}
            for point in course_points(curve)
        ]
        colour = value(look["colours"].get(curve["arm"], "#5b6672"))
        band, shared = mark("area", opacity=0.16), {"x": x, "color": colour}
        layers.append(chart(points, band, **shared, y=y, y2="high:Q", fill=colour))
        dash = [5, 3] if curve["arm"] in look["controls"] else [1, 0]
        line, tooltip = mark("line", strokeWidth=2.2, strokeDash=dash), ["arm:N"]
        tooltip.append("median:Q")
        layers.append(chart(points, line, **shared, y="median:Q", tooltip=tooltip))
    title = " and ".join(reversed(names)) + (" (dashed)" if len(names) > 1 else "")
    return layer(
        *layers,
        width=_WIDTH,
        height=_HEIGHT,
        title=numbers.wrap(title, 38).split("\n"),
    )


def _look(curves: Sequence[Row], arms: Sequence[Row]) -> dict[str, Any]:
    points = [point for curve in curves for point in course_points(curve)]
    hours = [point["hour"] for point in points]
    days = max(hours) >= 96
    divide = 24.0 if days else 1.0
    unit = numbers.unit_words(curves[0].get("unit"))
    return {
        "time": f"time after occlusion ({'days' if days else 'hours'})",
        "times": [min(hours) / divide, max(hours) / divide],
        "values": [min(p["low"] for p in points), max(p["high"] for p in points)],
        "divide": divide,
        "title": f"{curves[0]['quantity']} ({unit})" if unit else curves[0]["quantity"],
        "colours": arm_colours(arms),
        "controls": {arm["name"] for arm in arms if arm.get("control")},
    }


def course(curves: Sequence[Row], arms: Sequence[Row], quantity: str = "") -> Spec:
    """Draw the time course of one quantity with its 90 % band, a panel per pair.

    Parameters
    ----------
    curves
        ``prediction.curves`` of the plan document.
    arms
        Arms of the study, which fix colours and pairs.
    quantity
        Which quantity to draw; the first one of `curves` by default.
    """
    name = quantity or (curves[0]["quantity"] if curves else "")
    chosen = [c for c in curves if c["quantity"] == name and course_points(c)]
    drawn = {curve["arm"] for curve in chosen}
    pairs = [tuple(n for n in pair if n in drawn) for pair in comparisons(arms)]
    pairs = [pair for pair in dict.fromkeys(pairs) if pair]
    if not pairs:
        return nothing("No time course was kept.")
    look = _look(chosen, arms)
    panels = [_panel(pair, chosen, look) for pair in pairs]
    parts = []
    for curve in chosen:
        last = course_points(curve)[-1]
        ends = numbers.interval([last["low"], last["high"]], curve.get("unit"))
        parts.append(f"{curve['arm']} ends at {ends}")
    text = f"Time course of {name} with 90 % bands: {'; '.join(parts)}."
    return finish({"concat": panels, "columns": 2}, text)
