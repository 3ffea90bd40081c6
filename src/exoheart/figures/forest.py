"""The interval plot that most figures are made of: one row, one interval, one dot.

A row is drawn as a line from ``low`` to ``high`` and a dot at ``median``; ``note``
stands at the right, outside the frame. Rows keep the order they come in. A missing
end draws no line, a missing median no dot: the note still says what is known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from exoheart.figures.axes import log_x, plain_x
from exoheart.figures.specification import (
    Row,
    Spec,
    apart,
    below,
    chart,
    field,
    layer,
    mark,
    value,
)
from exoheart.figures.theme import ROW_HEIGHT, SOFT, WIDTH
from exoheart.figures.words import number_rows, row_axis, side_text, tallest


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


def _dots(rows: Sequence[Row], *, filled: bool) -> Spec:
    """Draw the medians of filled or of hollow rows."""
    look = mark("point", size=70, filled=filled, strokeWidth=2, opacity=1)
    channels: dict[str, Any] = {} if filled else {"fill": value("white")}
    return chart(
        rows,
        look,
        f"datum.dotted && {'' if filled else '!'}datum.filled",
        y=row_axis(),
        color=field("colour:N", scale=None),
        x="median:Q",
        tooltip=["label:N", "median:Q", "given_low:Q", "given_high:Q", "note:N"],
        **channels,
    )


@dataclass(frozen=True, slots=True)
class Frame:
    """What a panel looks like around its rows.

    `zero` draws the line of no difference and keeps zero in view; `log` makes the
    axis logarithmic (values up to zero are then not drawn); `extra` are further
    values that the axis must have room for; sizes are pixels.
    """

    x_title: str
    title: str = ""
    log: bool = False
    zero: bool = False
    width: int = WIDTH
    row_height: int = ROW_HEIGHT
    extra: tuple[float, ...] = ()


def forest(rows: Sequence[Row], frame: Frame) -> Spec:
    """Draw one panel of intervals.

    Parameters
    ----------
    rows
        ``label``, ``low``, ``high``, ``median``, ``colour``; optional ``note`` and
        ``filled`` (false for a hollow dot).
    frame
        Axis, title and size of the panel.
    """
    values = [*positions(rows, log=frame.log), *frame.extra]
    shown = number_rows([_drawable(row, log=frame.log) for row in rows])
    layers = []
    if frame.zero:
        layers.append(chart([{"at": 0}], mark("rule", color=SOFT), x="at:Q"))
    ranges = chart(
        shown,
        mark("rule", strokeWidth=3),
        "datum.ranged",
        y=row_axis(),
        color=field("colour:N", scale=None),
        x=_axis(frame, values),
        x2="high:Q",
    )
    layers += [ranges, _dots(shown, filled=True), _dots(shown, filled=False)]
    layers += side_text(shown, "label", x=0, align="right")
    layers += side_text(shown, "note", x=frame.width, align="left")
    height = max(1, len(shown)) * max(frame.row_height, tallest(shown))
    panel = layer(*layers, width=frame.width, height=height)
    return panel | {"title": frame.title} if frame.title else panel


def _axis(frame: Frame, values: Sequence[float | None]) -> Spec:
    """Give the x channel of a panel, for the low ends of its intervals."""
    if frame.log:
        return log_x("low:Q", frame.x_title, values or [1.0])
    include = (0.0,) if frame.zero or not values else ()
    return plain_x("low:Q", frame.x_title, values, include=include)


def stack(panels: Sequence[Spec]) -> Spec:
    """Put panels below one another, each with its own scale."""
    return panels[0] if len(panels) == 1 else below(*panels, **apart())
