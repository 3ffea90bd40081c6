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
from exoheart.figures.theme import INK, SOFT, TREATED, Row, Spec, finish, listing

MODEL, MISS, PASS = TREATED[0], TREATED[1], "#c4ccd5"
_WIDTH, _HEIGHT = 300, 170
#: Marks that several layers and the key share.
_DOT = {"color": MODEL, "filled": True, "size": 38, "opacity": 1}
_REFERENCE = {"shape": "square", "size": 52, "stroke": SOFT, "fill": "white"}
_BAND = {"color": MODEL, "opacity": 0.16}
_LINE = {"color": MODEL, "strokeWidth": 2.2}
#: Side by side: share of the axis between points of one moment.
_ASIDE = 0.026


def comparison(panels: Sequence[Row]) -> Spec:
    """Draw one series, a panel below another where it has several.

    Parameters
    ----------
    panels
        As the head of this module says; at least one.
    """
    import altair as alt

    drawn = [_panel(panel) for panel in panels]
    chart = drawn[0]
    if len(drawn) > 1:
        chart = alt.vconcat(*drawn).resolve_scale(x="independent", y="independent")
    parts = [
        f"{point['label']} published {numbers.number(point['observed'])}, model "
        f"{numbers.number(point['predicted'])}, "
        f"{'inside' if point['inside'] else 'outside'} its pass mark"
        for panel in panels
        for point in panel["points"]
    ]
    return finish(chart, f"{panels[0]['title']}: {listing(parts)}")


def key() -> Spec:
    """Draw what the marks mean, once for all figures of a page."""
    import altair as alt

    tick = {"orient": "vertical", "bandSize": 20}
    meaning: dict[str, Any] = {
        "model, central values": lambda base: base.mark_rule(**_LINE),
        "nine tenths of single animals": lambda base: base.mark_rule(
            strokeWidth=14, **_BAND
        ),
        "model at a published moment": lambda base: base.mark_point(**_DOT),
        "reference of a ratio": lambda base: base.mark_point(**_REFERENCE),
        "published, model inside": lambda base: base.mark_point(**_look(met=True)),
        "published, model outside": lambda base: base.mark_point(**_look(met=False)),
        "published SD": lambda base: base.mark_tick(color=INK, thickness=1.4, **tick),
        "pass mark": lambda base: base.mark_tick(color=PASS, thickness=7, **tick),
    }
    layers = []
    for number, (word, mark) in enumerate(meaning.items()):
        left, top = 10 + 192 * (number % 4), 10 + 24 * (number // 4)
        row = {"left": left, "right": left + 14, "top": top, "word": word}
        if mark(alt.Chart()).to_dict()["mark"]["type"] != "rule":
            row["left"] = left + 7
        base = alt.Chart(alt.Data(values=[row])).encode(
            x=alt.X("left:Q", scale=None, axis=None),
            y=alt.Y("top:Q", scale=None, axis=None),
        )
        drawn = mark(base)
        if row["left"] == left:
            drawn = drawn.encode(x2="right:Q")
        text = base.mark_text(align="left", baseline="middle", dx=12)
        layers += [drawn, text.encode(x=alt.X("right:Q", scale=None), text="word:N")]
    chart = alt.layer(*layers).properties(width=780, height=44)
    return finish(chart, f"What the marks mean: {', '.join(meaning)}.")


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


def _panel(panel: Row) -> Any:
    import altair as alt

    own = frame(panel)
    if panel["kind"] == "peak":
        strips, dots = _peak(own)
        layers = [*strips, *_line(own), *dots]
    else:
        layers = [*_line(own), *_reference(own), *_points(own)]
    return alt.layer(*layers).properties(width=_WIDTH, height=_HEIGHT)


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


def _line(own: Frame) -> list[Any]:
    """Draw the model's line and band; for a ligation, which has no length, a block."""
    import altair as alt

    base = alt.Chart(alt.Data(values=_line_rows(own)))
    along = base.transform_filter("datum.along")
    block = base.transform_filter("!datum.along")
    known = "isValid(datum.low) && isValid(datum.high)"
    at, low, value = x(own, "at:Q"), y(own, "low:Q"), y(own, "value:Q")
    bands = along.transform_filter(known).mark_area(clip=True, **_BAND)
    runs = along.mark_line(clip=True, **_LINE)
    blocks = block.transform_filter(known).mark_rule(clip=True, strokeWidth=18, **_BAND)
    ends = block.mark_tick(color=MODEL, thickness=2.2, bandSize=18, orient="horizontal")
    return [
        bands.encode(at, low, y2="high:Q"),
        runs.encode(at, value),
        blocks.encode(at, low, y2="high:Q"),
        ends.encode(at, value),
    ]


def _reference(own: Frame) -> list[Any]:
    """Mark what a ratio or a change is to."""
    import altair as alt

    given = own.panel.get("reference")
    if not given:
        return []
    row = {"at": own.place(given["at"]), "value": given["value"]}
    base = alt.Chart(alt.Data(values=[row]))
    return [base.mark_point(**_REFERENCE).encode(x(own, "at:Q"), y(own, "value:Q"))]


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


def _points(own: Frame) -> list[Any]:
    """Draw pass marks, standard deviations, the model's dots and published numbers."""
    import altair as alt

    base = alt.Chart(alt.Data(values=_dodged(own)))
    at = x(own, "at:Q")
    marks = base.mark_rule(color=PASS, strokeWidth=7, clip=True, opacity=0.75)
    bars = base.transform_filter("isValid(datum.sd_low)")
    dots = base.transform_filter("isValid(datum.predicted)").mark_point(**_DOT)
    layers = [
        marks.encode(at, y(own, "pass_low:Q"), y2="pass_high:Q"),
        bars.mark_rule(color=INK, strokeWidth=1.3, clip=True).encode(
            at, y(own, "sd_low:Q"), y2="sd_high:Q"
        ),
        dots.encode(at, y(own, "predicted:Q")),
    ]
    tooltip = ["label:N", "observed:Q", "predicted:Q"]
    for met in (True, False):
        chosen = base.transform_filter("datum.inside" if met else "!datum.inside")
        rings = chosen.mark_point(**_look(met=met))
        layers.append(rings.encode(at, y(own, "observed:Q"), tooltip=tooltip))
    return layers


def _peak(own: Frame) -> tuple[list[Any], list[Any]]:
    """Draw moments of a peak: the pass mark as a strip, and both moments at the top.

    The strip goes below the line, the moments above it.
    """
    import altair as alt

    rows = []
    for point in own.panel["points"]:
        names = ("observed", "pass_low", "pass_high", "predicted")
        placed = {n: own.place(point[n]) for n in names if point[n] is not None}
        rows.append({"inside": point["inside"], "top": 1.0, **placed})
    base = alt.Chart(alt.Data(values=rows))
    top = y(own, "top:Q")
    strip = base.mark_rect(color=PASS, opacity=0.45, clip=True)
    rule = base.mark_rule(color=SOFT, strokeDash=[4, 3], clip=True)
    dots = base.transform_filter("isValid(datum.predicted)").mark_point(**_DOT)
    above = [dots.encode(x(own, "predicted:Q"), top)]
    for met in (True, False):
        chosen = base.transform_filter("datum.inside" if met else "!datum.inside")
        rings = chosen.mark_point(**_look(met=met))
        above.append(rings.encode(x(own, "observed:Q"), top))
    below = [
        strip.encode(x=x(own, "pass_low:Q"), x2="pass_high:Q"),
        rule.encode(x=x(own, "observed:Q")),
    ]
    return below, above
