"""Axes of a panel of :mod:`exoheart.figures.comparison`: scales, ends and ticks.

Time runs evenly, in hours or days, or by ratios where a series is dense at its start
and lasts for weeks. Shares that span about a decade stand on a log axis. A line may
leave the panel, published numbers and their pass marks never do.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from exoheart.figures.axes import log_labels
from exoheart.figures.specification import Row, Spec, field

#: From here on a time axis counts days [h].
_DAYS = 96.0
#: Shares that span more than this stand on a log axis.
_DECADE = 8.0
#: A series whose last moment is this many times its first has time by ratios.
_LONG = 40.0
#: Ticks of time by ratios [h].
_MOMENTS = (0.25, 0.5, 1, 3, 6, 12, 24, 72, 168, 336, 672, 1344, 2688, 5376, 10752)
_PERMANENT = "permanent"


@dataclass(frozen=True, slots=True)
class Frame:
    """Axes of one panel.

    Parameters
    ----------
    panel
        As :mod:`exoheart.figures.comparison` describes it.
    factor
        Units of the x axis in an hour.
    x_range, y_range
        Ends of the axes, in their units.
    x_log, y_log
        Whether an axis runs by ratios.
    ligation
        Place of a ligation on an axis of occlusions; None where there is none.
    """

    panel: Row
    factor: float
    x_range: tuple[float, float]
    y_range: tuple[float, float]
    x_log: bool
    y_log: bool
    ligation: float | None

    def place(self, at: float | None) -> float:
        """Give the place of a time, or of an occlusion's length, on the x axis."""
        if at is not None:
            return at * self.factor
        return self.x_range[1] if self.ligation is None else self.ligation

    def lowest(self, value: float) -> float:
        """Keep a value that a log axis can't show below its range, not off it."""
        return max(value, self.y_range[0] / 10.0) if self.y_log else value


def frame(panel: Row) -> Frame:
    """Choose the axes of a panel."""
    occlusion = panel["kind"] == "occlusion"
    end = _end(panel)
    x_log = _has_long_time(panel)
    factor = 60.0 if occlusion else 1 / 24.0 if end >= _DAYS and not x_log else 1.0
    last = end * factor
    ligated = occlusion and any(point["at"] is None for point in panel["points"])
    if x_log:
        x_range = (_first(panel) / 1.5, last * 1.12)
    else:
        whole = last * (1.27 if ligated else 1.03)
        x_range = (-0.02 * whole, whole)
    y_log = _is_log(panel)
    y_range = _log_range(panel) if y_log else _range(panel)
    ligation = 1.15 * last if ligated else None
    return Frame(panel, factor, x_range, y_range, x_log, y_log, ligation)


def _ats(panel: Row) -> list[float]:
    return [point["at"] for point in panel["points"] if point["at"] is not None]


def _first(panel: Row) -> float:
    return min(_ats(panel))


def _end(panel: Row) -> float:
    """Give the last hour that is shown; a peak is shown with its near future."""
    if panel["kind"] == "peak":
        names = ("observed", "pass_high", "predicted")
        moments = [p[n] for p in panel["points"] for n in names if p[n] is not None]
        return float(min(3.0 * max(moments), *_ats(panel)))
    drawn = [at for at in panel["line"]["at"] if at is not None]
    return max([*_ats(panel), *drawn], default=1.0)


def _has_long_time(panel: Row) -> bool:
    moments = sorted(set(_ats(panel)))
    long = len(moments) > 2 and moments[0] > 0 and moments[-1] / moments[0] > _LONG
    return panel["kind"] == "course" and long


def _held(panel: Row) -> Iterator[float]:
    """Give every number that a panel must have room for."""
    if panel.get("reference"):
        yield panel["reference"]["value"]
    for point in panel["points"]:
        for name in ("observed", "pass_low", "pass_high", "predicted"):
            if point[name] is not None:
                yield point[name]
        if point["spread"] is not None:
            yield from (point["observed"] + s * point["spread"] for s in (-1, 1))


def _is_log(panel: Row) -> bool:
    if panel["kind"] != "course" or not panel.get("share"):
        return False
    shares = [1.0, *(point["observed"] for point in panel["points"])]
    shares = [share for share in shares if share > 0]
    return bool(max(shares) > _DECADE * min(shares))


def _log_range(panel: Row) -> tuple[float, float]:
    held = [value for value in _held(panel) if value > 0]
    high = max(held)
    drawn = [v for v in panel["line"]["value"] if v is not None and v <= 5.0 * high]
    return min(held) / 1.3, 1.3 * max([high, *drawn])


def _range(panel: Row) -> tuple[float, float]:
    """Give a range from zero, where nothing is below; the line and band where near."""
    if panel["kind"] == "peak":
        return 0.0, 1.08
    held = list(_held(panel))
    low, high = min(0.0, *held), max(held)
    room = (high - low) or 1.0
    line = panel["line"]
    near = [
        value
        for name in ("value", "low", "high")
        for value in line[name] or ()
        if value is not None and low - 0.4 * room <= value <= high + 0.4 * room
    ]
    bottom = min([low, *near])
    return (bottom - 0.05 * room if bottom < 0 else 0.0), max([high, *near]) + (
        0.05 * room
    )


def x(own: Frame, name: str) -> Spec:
    """Give the x channel of a field."""
    axis: dict[str, Any] = {"title": _x_title(own), "tickCount": 6}
    kind = "linear"
    low, high = own.x_range
    if own.x_log:
        kind = "log"
        axis["values"] = _thinned([t for t in _MOMENTS if low <= t <= high])
        axis["labelExpr"] = (
            "datum.value < 24 ? format(datum.value, '~g') + ' h' : "
            "format(datum.value / 24, '~g') + ' d'"
        )
    elif own.ligation is not None:
        axis["values"] = [*_steps(own.ligation / 1.15), own.ligation]
        axis["labelExpr"] = (
            f"datum.value >= {own.ligation - 1e-9} ? '{_PERMANENT}' : datum.label"
        )
    scale = {"type": kind, "domain": list(own.x_range), "nice": False}
    return field(name, scale=scale, axis=axis)


def _x_title(own: Frame) -> str:
    if own.panel["kind"] == "occlusion":
        return "length of occlusion (min)"
    told = f"time after {own.panel['after']}"
    if own.x_log:
        return told
    return f"{told} ({'days' if own.factor < 1 else 'hours'})"


def y(own: Frame, name: str) -> Spec:
    """Give the y channel of a field."""
    axis: dict[str, Any] = {"title": own.panel["y_title"], "grid": True}
    axis |= {"tickCount": 5, "minExtent": 38, "titlePadding": 10}
    scale: dict[str, Any] = {"domain": list(own.y_range), "nice": False}
    if own.y_log:
        scale["type"] = "log"
        axis |= {"values": _log_ticks(*own.y_range), "labelExpr": log_labels()}
    else:
        scale["zero"] = False
        axis["format"] = "~r"
    return field(name, scale=scale, axis=axis)


def _thinned(ticks: list[float]) -> list[float]:
    """Leave out every second tick where there are more than eight, the last kept."""
    return ticks if len(ticks) <= 8 else ticks[::-1][::2][::-1]


def _steps(end: float) -> list[float]:
    """Give about four round ticks from zero to below `end`."""
    power = 10.0 ** math.floor(math.log10(end / 4.0))
    step = min((s * power for s in (1, 2, 3, 5, 10)), key=lambda s: abs(s - end / 4.0))
    return [step * k for k in range(int(end / step) + 1) if step * k <= 0.94 * end]


def _log_ticks(low: float, high: float) -> list[float]:
    """Give the ticks of a log axis: decades, with 2 and 5 where there is room."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    between: Iterable[int] = (1, 2, 5) if math.log10(high / low) < 2.2 else (1,)
    ticks = [m * 10.0**p for p in range(first, last + 1) for m in between]
    return [tick for tick in ticks if low <= tick <= high]
