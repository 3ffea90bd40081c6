"""Published untreated animals on the model's line: a course, a peak, an occlusion.

Panels are plain data, so that any face may draw them::

    {"kind": "course" | "peak" | "occlusion", "title", "y_title", "after", "share",
     "line": {"at": [h], "value": [...], "low": [...] | None, "high": [...] | None},
     "reference": {"at": h, "value"} | None,
     "points": [{"label", "at": h | None, "observed", "spread", "pass_low",
                 "pass_high", "predicted", "inside"}]}

``at`` counts hours after reperfusion, or after occlusion (``after`` says which); along
an occlusion it is its length, None for a ligation. ``share`` is true for numbers that
may stand on a log axis, ``spread`` is a standard deviation or None, ``reference`` is
what a ratio or a change is to.

The look: a line with its band is the model, a full dot the model at a published moment,
a ring (a diamond where the model misses) the published number, the wide pale rule
behind it its pass mark, a square the reference.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from exoheart.figures import numbers
from exoheart.figures.comparison_axes import Frame, frame, x, y
from exoheart.figures.specification import (
    Channel,
    Encoding,
    Row,
    Spec,
    apart,
    below,
    chart,
    field,
    layer,
    mark,
)
from exoheart.figures.theme import INK, SOFT, TREATED, finish, listing

MODEL, MISS, PASS = TREATED[0], TREATED[1], "#c4ccd5"
_WIDTH, _HEIGHT = 300, 170
#: Marks that several layers and the key share.
_DOT = {"color": MODEL, "filled": True, "size": 38, "opacity": 1}
_REFERENCE = {"shape": "square", "size": 52, "stroke": SOFT, "fill": "white"}
_BAND = {"color": MODEL, "opacity": 0.16}
_LINE = {"color": MODEL, "strokeWidth": 2.2}
#: Where an entry of the key begins.
_CORNER = ("left", "top")
#: Side by side: share of the axis between points of one moment.
_ASIDE = 0.026


def comparison(panels: Sequence[Row]) -> Spec:
    """Draw one series, a panel below another where it has several.

    Parameters
    ----------
    panels
        As the head of this module says; at least one.
    """
    drawn = [_panel(panel) for panel in panels]
    whole = drawn[0] if len(drawn) == 1 else below(*drawn, **apart())
    parts = [
        f"{point['label']} published {numbers.number(point['observed'])}, model "
        f"{numbers.number(point['predicted'])}, "
        f"{'inside' if point['inside'] else 'outside'} its pass mark"
        for panel in panels
        for point in panel["points"]
    ]
    return finish(whole, f"{panels[0]['title']}: {listing(parts)}")


def key() -> Spec:
    """Draw what the marks mean, once for all figures of a page."""
    tick = {"orient": "vertical", "bandSize": 20}
    meaning: dict[str, Spec] = {
        "model, central values": mark("rule", **_LINE),
        "nine tenths of single animals": mark("rule", strokeWidth=14, **_BAND),
        "model at a published moment": mark("point", **_DOT),
        "reference of a ratio": mark("point", **_REFERENCE),
        "published, model inside": mark("point", **_look(met=True)),
        "published, model outside": mark("point", **_look(met=False)),
        "published SD": mark("tick", color=INK, thickness=1.4, **tick),
        "pass mark": mark("tick", color=PASS, thickness=7, **tick),
    }
    x_left, y_top = (field(f"{name}:Q", scale=None, axis=None) for name in _CORNER)
    words = mark("text", align="left", baseline="middle", dx=12)
    x_right = field("right:Q", scale=None)
    layers = []
    for number, (word, drawn) in enumerate(meaning.items()):
        left, top = 10 + 192 * (number % 4), 10 + 24 * (number // 4)
        long = drawn["type"] == "rule"
        row = {"left": left if long else left + 7, "right": left + 14, "top": top}
        rows, end = [row | {"word": word}], {"x2": "right:Q"} if long else {}
        layers.append(chart(rows, drawn, x=x_left, y=y_top, **end))
        layers.append(chart(rows, words, x=x_right, y=y_top, text="word:N"))
    panel = layer(*layers, width=780, height=44)
    return finish(panel, f"What the marks mean: {', '.join(meaning)}.")


def _look(*, met: bool) -> dict[str, Any]:
    """Give the mark of a published number, told apart by colour and by shape."""
    return {
        "shape": "circle" if met else "diamond",
        "size": 62 if met else 84,
        "stroke": INK if met else MISS,
        "fill": "white",
        "strokeWidth": 1.8,
        "opacity": 1,
    }


def _panel(panel: Row) -> Spec:
    own = frame(panel)
    if panel["kind"] == "peak":
        strips, dots = _peak(own)
        layers = [*strips, *_line(own), *dots]
    else:
        layers = [*_line(own), *_reference(own), *_points(own)]
    return layer(*layers, width=_WIDTH, height=_HEIGHT)


def _line_rows(own: Frame) -> list[dict[str, Any]]:
    """Give the line as rows in the units of the axes, what can't be drawn left out."""
    line = own.panel["line"]
    empty = [None] * len(line["at"])
    columns = (line["at"], line["value"], line["low"] or empty, line["high"] or empty)
    rows = []
    for at, value, low, high in zip(*columns, strict=True):
        if value is None or (own.y_log and value <= 0):
            continue
        if own.x_log and not at:
            continue
        bottom = None if low is None else own.lowest(low)
        row = {"at": own.place(at), "value": value, "low": bottom, "high": high}
        rows.append({**row, "along": at is not None})
    return rows


def _line(own: Frame) -> list[Spec]:
    """Draw the model's line and band; for a ligation, which has no length, a block."""
    rows = _line_rows(own)
    along, block = "datum.along", "!datum.along"
    known = "isValid(datum.low) && isValid(datum.high)"
    wide: Encoding = {"x": x(own, "at:Q"), "y": y(own, "low:Q"), "y2": "high:Q"}
    thin = {"x": x(own, "at:Q"), "y": y(own, "value:Q")}
    bands = mark("area", clip=True, **_BAND)
    runs = mark("line", clip=True, **_LINE)
    blocks = mark("rule", clip=True, strokeWidth=18, **_BAND)
    ends = mark("tick", color=MODEL, thickness=2.2, bandSize=18, orient="horizontal")
    return [
        chart(rows, bands, along, known, **wide),
        chart(rows, runs, along, **thin),
        chart(rows, blocks, block, known, **wide),
        chart(rows, ends, block, **thin),
    ]


def _reference(own: Frame) -> list[Spec]:
    """Mark what a ratio or a change is to."""
    given = own.panel.get("reference")
    if not given:
        return []
    row = {"at": own.place(given["at"]), "value": given["value"]}
    at, value = x(own, "at:Q"), y(own, "value:Q")
    return [chart([row], mark("point", **_REFERENCE), x=at, y=value)]


def _dodged(own: Frame) -> list[dict[str, Any]]:
    """Copy points into the axes' units; those of one moment stand side by side."""
    points = own.panel["points"]
    places = [own.place(point["at"]) for point in points]
    width = own.x_range[1] - own.x_range[0]
    rows, met = [], dict.fromkeys(places, 0)
    for point, at in zip(points, places, strict=True):
        steps = met[at] - (places.count(at) - 1) / 2
        met[at] += 1
        aside = at * 4 * _ASIDE if own.x_log else width * _ASIDE
        row = {**point, "at": at + steps * aside}
        row["pass_low"] = own.lowest(point["pass_low"])
        if point["spread"] is not None:
            row["sd_low"] = own.lowest(point["observed"] - point["spread"])
            row["sd_high"] = point["observed"] + point["spread"]
        rows.append(row)
    return rows


def _points(own: Frame) -> list[Spec]:
    """Draw pass marks, standard deviations, the model's dots and published numbers."""
    rows, at = _dodged(own), x(own, "at:Q")
    marks = mark("rule", color=PASS, strokeWidth=7, clip=True, opacity=0.75)
    passed: Encoding = {"y": y(own, "pass_low:Q"), "y2": "pass_high:Q"}
    bars = mark("rule", color=INK, strokeWidth=1.3, clip=True)
    ends: Encoding = {"y": y(own, "sd_low:Q"), "y2": "sd_high:Q"}
    dots, value = mark("point", **_DOT), y(own, "predicted:Q")
    shown = {"x": at, "y": y(own, "observed:Q")}
    return [
        chart(rows, marks, x=at, **passed),
        chart(rows, bars, "isValid(datum.sd_low)", x=at, **ends),
        chart(rows, dots, "isValid(datum.predicted)", x=at, y=value),
        *_published(rows, **shown, tooltip=["label:N", "observed:Q", "predicted:Q"]),
    ]


def _published(rows: Sequence[Row], **channels: Channel) -> list[Spec]:
    """Draw published numbers, those that the model meets and those that it misses."""
    met, missed = (mark("point", **_look(met=met)) for met in (True, False))
    return [
        chart(rows, met, "datum.inside", **channels),
        chart(rows, missed, "!datum.inside", **channels),
    ]


def _peak(own: Frame) -> tuple[list[Spec], list[Spec]]:
    """Draw moments of a peak: the pass mark as a strip, and both moments at the top.

    The strip goes below the line, the moments above it.
    """
    rows = []
    for point in own.panel["points"]:
        names = ("observed", "pass_low", "pass_high", "predicted")
        placed = {n: own.place(point[n]) for n in names if point[n] is not None}
        rows.append({"inside": point["inside"], "top": 1.0, **placed})
    top, at = y(own, "top:Q"), x(own, "observed:Q")
    dots, own_at = mark("point", **_DOT), x(own, "predicted:Q")
    above = [
        chart(rows, dots, "isValid(datum.predicted)", x=own_at, y=top),
        *_published(rows, x=at, y=top),
    ]
    strip = mark("rect", color=PASS, opacity=0.45, clip=True)
    rule = mark("rule", color=SOFT, strokeDash=[4, 3], clip=True)
    under = [
        chart(rows, strip, x=x(own, "pass_low:Q"), x2="pass_high:Q"),
        chart(rows, rule, x=at),
    ]
    return under, above
