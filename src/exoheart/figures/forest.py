"""The interval plot that most figures are made of: one row, one interval, one dot.

A row is drawn as a line from ``low`` to ``high`` and a dot at ``median``; ``note``
stands at the right, outside the frame. Rows keep the order they come in. A missing
end draws no line, a missing median no dot: the note still says what is known.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from exoheart.figures.axes import log_x, plain_x
from exoheart.figures.theme import ROW_HEIGHT, SOFT, WIDTH, Row
from exoheart.figures.words import number_rows, row_axis, side_text


def positions(rows: Sequence[Row], *, log: bool) -> list[float | None]:
    """Give every value that a panel must have room for."""
    values = [row.get(key) for row in rows for key in ("low", "high", "median")]
    return [v for v in values if v is not None and (v > 0 or not log)]


def _drawable(row: Row, *, log: bool) -> dict[str, Any]:
    """Copy a row without the values that its axis can't show."""
    shown = dict(row)
    low, high = row.get("low"), row.get("high")
    if log:
        for key in ("low", "high", "median"):
            if shown.get(key) is not None and shown[key] <= 0:
                shown[key] = None
    shown["ranged"] = None not in (shown.get("low"), shown.get("high"))
    shown["dotted"] = shown.get("median") is not None
    shown.setdefault("filled", True)
    shown["given_low"], shown["given_high"] = low, high
    return shown


def _marker(filled: bool) -> dict[str, Any]:
    return {"size": 70, "filled": filled, "strokeWidth": 2, "opacity": 1}


def forest(
    rows: Sequence[Row],
    *,
    x_title: str,
    title: str = "",
    log: bool = False,
    zero: bool = False,
    width: int = WIDTH,
    row_height: int = ROW_HEIGHT,
    extra: Sequence[float] = (),
) -> Any:
    """Draw one panel of intervals.

    Parameters
    ----------
    rows
        ``label``, ``low``, ``high``, ``median``, ``colour``; optional ``note`` and
        ``filled`` (false for a hollow dot).
    zero
        Draw the line of no difference and keep zero in view.
    extra
        Further values that the axis must have room for.
    """
    import altair as alt

    values = [*positions(rows, log=log), *extra]
    shown = number_rows([_drawable(row, log=log) for row in rows])
    base = alt.Chart(alt.Data(values=shown)).encode(
        y=row_axis(), color=alt.Color("colour:N", scale=None)
    )
    keep = {} if log else {"include": (0.0,) if zero or not values else ()}
    make_x = log_x if log else plain_x
    x_low = make_x("low:Q", x_title, values or [1.0], **keep)
    layers = []
    if zero:
        line = alt.Chart(alt.Data(values=[{"at": 0}])).mark_rule(color=SOFT)
        layers.append(line.encode(x="at:Q"))
    ranges = base.transform_filter("datum.ranged")
    layers.append(ranges.mark_rule(strokeWidth=3).encode(x=x_low, x2="high:Q"))
    tooltip = ["label:N", "median:Q", "given_low:Q", "given_high:Q", "note:N"]
    for filled in (True, False):
        chosen = f"datum.dotted && {'' if filled else '!'}datum.filled"
        dots = base.transform_filter(chosen).mark_point(**_marker(filled))
        fill = {} if filled else {"fill": alt.value("white")}
        layers.append(dots.encode(x="median:Q", tooltip=tooltip, **fill))
    layers += side_text(shown, "label", x=0, align="right")
    layers += side_text(shown, "note", x=width, align="left")
    size = {"width": width, "height": max(1, len(shown)) * row_height}
    panel = alt.layer(*layers).properties(**size)
    return panel.properties(title=title) if title else panel


def stack(panels: Sequence[Any]) -> Any:
    """Put panels below one another, each with its own scale."""
    import altair as alt

    if len(panels) == 1:
        return panels[0]
    return alt.vconcat(*panels).resolve_scale(x="independent", y="independent")
