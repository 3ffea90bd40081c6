"""Where the dose is: a body with its organs, the heart's zones, and cells.

Drawn from one arm of ``simulate --where``. The outlines are drawings, not anatomy: an
animal on its back, or a standing person; an organ's shade and words give its share.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from exoheart.figures import numbers
from exoheart.figures.forest import Frame, forest
from exoheart.figures.specification import (
    Row,
    Spec,
    below,
    beside,
    chart,
    field,
    layer,
    mark,
)
from exoheart.figures.theme import (
    INK,
    LINE,
    SOFT,
    TREATED,
    finish,
    listing,
    nothing,
)

_WIDTH, _HEIGHT = 190, 270
#: Half of each outline, from the head down; the other half is its mirror image.
_ANIMAL = (
    *((0, 158), (7, 154), (10, 146), (14, 138), (16, 128), (24, 124), (36, 136)),
    *((40, 132), (32, 116), (27, 104), (27, 84), (29, 62), (28, 42), (36, 30)),
    *((46, 18), (42, 13), (28, 22), (17, 18), (6, 15), (3, 2), (0, -4)),
)
_PERSON = (
    *((0, 160), (8, 157), (10, 148), (8, 138), (5, 132), (18, 128), (26, 122)),
    *((30, 104), (34, 82), (38, 62), (34, 60), (28, 78), (23, 98), (22, 82)),
    *((22, 64), (25, 46), (24, 24), (22, 2), (14, -4), (10, 0), (8, 26), (3, 44)),
    *((0, 42),),
)
#: Organ -> centre and half axes of its ellipses, in the coordinates of the outline.
_ORGANS: Mapping[str, tuple[tuple[float, float, float, float], ...]] = {
    "airways": ((0, 126, 2.6, 8),),
    "lung": ((-13, 106, 8.5, 14), (13, 106, 8.5, 14)),
    "heart": ((3, 98, 7.5, 9),),
    "liver": ((-8, 82, 14, 7),),
    "spleen": ((17, 79, 4.5, 7),),
    "kidney": ((-14, 64, 4.5, 7), (14, 64, 4.5, 7)),
    "gut": ((0, 52, 11, 11),),
}
_HEART_PLACES = ("heart, risk", "heart, border", "heart, remote")
#: Places outside the drawn organs, written beside the body.
_BESIDE = (
    *("blood", "blood cells", "gel or patch", "pericardial fluid", "other organs"),
    *("digested in the heart", "digested elsewhere", "outside"),
)
_LEAST = 1e-5
_SHADES = ("#fdf3ea", "#f6c9a0", "#e88f4e", "#c6541c", "#7f2a09")


def where(arm: Row, species: str) -> Spec:
    """Draw one arm: the body early and late, the heart's zones, vesicles per cell.

    Parameters
    ----------
    arm
        One of ``where.arms`` of the document of ``simulate --where --json``.
    species
        Of the study: people stand, animals lie on their backs.

    Returns
    -------
    dict
        A Vega-Lite specification.
    """
    if not arm["after_h"]:
        return nothing("The study ends before the first dose has gone anywhere.")
    moments = _shown(arm["after_h"])
    bodies = [_body(arm, k, species) for k in moments]
    zones = _zones(arm, moments[0])
    whole = beside(*bodies, below(zones, _cells(arm), spacing=18))
    return finish(whole, describe(arm))


def describe(arm: Row) -> str:
    """Say in words what the figure of one arm shows."""
    last = len(arm["after_h"]) - 1
    parts = [
        f"{row['place']} {numbers.percent(row['shares'][last]['median'])}"
        for row in arm["places"]
        if (row["shares"][last]["median"] or 0.0) > 0.0
    ]
    after = numbers.duration(arm["after_h"][last])
    return f"{arm['arm']}, {after} after the first dose, shares of it: {listing(parts)}"


def _shown(after_h: Sequence[float]) -> list[int]:
    """Give the moments that get a body: near one hour, and the last."""
    early = min(range(len(after_h)), key=lambda k: abs(math.log(after_h[k])))
    return sorted({early, len(after_h) - 1})


def _medians(arm: Row, moment: int) -> dict[str, float]:
    held = {
        row["place"]: row["shares"][moment]["median"] or 0.0 for row in arm["places"]
    }
    held["heart"] = sum(held.get(place, 0.0) for place in _HEART_PLACES)
    return held


def _shade() -> Spec:
    """Give the channel of a share's shade, on a log scale."""
    domain = [_LEAST, 1e-3, 1e-2, 1e-1, 1.0]
    scale = {"type": "log", "domain": domain, "range": list(_SHADES), "clamp": True}
    return field("share:Q", scale=scale, legend=None)


def _points(species: str) -> list[dict[str, float]]:
    half = _PERSON if species == "human" else _ANIMAL
    mirrored = [(-x, y) for x, y in reversed(half[1:-1])]
    return [{"x": x, "y": y, "order": k} for k, (x, y) in enumerate((*half, *mirrored))]


def _ellipses(held: Mapping[str, float]) -> list[dict[str, Any]]:
    """Give the corners of every organ, with its share."""
    corners = []
    for organ, parts in _ORGANS.items():
        for number, (x, y, a, b) in enumerate(parts):
            for step in range(24):
                angle = 2.0 * math.pi * step / 24
                corners.append(
                    {
                        "x": x + a * math.cos(angle),
                        "y": y + b * math.sin(angle),
                        "order": step,
                        "part": f"{organ}{number}",
                        "rank": list(_ORGANS).index(organ),
                        "share": max(held.get(organ, 0.0), _LEAST),
                    }
                )
    return corners


def _labels(held: Mapping[str, float]) -> list[dict[str, Any]]:
    """Give one label an organ, left or right of the body in turn."""
    sides = {"airways": 1, "lung": -1, "heart": 1, "liver": -1, "spleen": 1}
    sides |= {"kidney": -1, "gut": 1}
    return [
        {
            "x": 47.0 * sides[organ],
            "y": parts[0][1],
            "to": parts[0 if sides[organ] < 0 else -1][0],
            "side": sides[organ],
            "text": f"{organ} {_percent(held.get(organ, 0.0))}",
        }
        for organ, parts in _ORGANS.items()
    ]


def _percent(share: float) -> str:
    return "0" if share < _LEAST else numbers.percent(share)


def _body(arm: Row, moment: int, species: str) -> Spec:
    held = _medians(arm, moment)
    x = field("x:Q", axis=None, scale={"domain": [-78, 78]})
    y = field("y:Q", axis=None, scale={"domain": [-62, 164]})
    skin = mark("line", interpolate="cardinal-closed", fill="#f6f7f9", stroke=SOFT)
    outline = chart(_points(species), skin, x=x, y=y, order="order:Q")
    organs = chart(
        _ellipses(held),
        mark(
            "line",
            interpolate="linear-closed",
            stroke=INK,
            strokeWidth=0.8,
            filled=True,
        ),
        x=x,
        y=y,
        order="order:Q",
        detail=["rank:O", "part:N"],
        fill=_shade(),
    )
    layers = [outline, organs, *_lettering(_labels(held), x, y)]
    listed = [
        f"{place} {_percent(held[place])}"
        for place in _BESIDE
        if held.get(place, 0.0) >= _LEAST
    ]
    rows = [{"x": -76, "y": -22 - 9 * k, "text": t} for k, t in enumerate(listed)]
    words = mark("text", align="left", fontSize=10, color=SOFT)
    layers.append(chart(rows, words, x=x, y=y, text="text:N"))
    title = f"{numbers.duration(arm['after_h'][moment])} after the first dose"
    return layer(*layers, width=_WIDTH, height=_HEIGHT, title=title)


def _lettering(labels: Sequence[Row], x: Spec, y: Spec) -> list[Spec]:
    """Draw the labels of the organs and the lines to them."""
    drawn, to = [], field("to:Q", axis=None)
    for side, align in ((-1, "right"), (1, "left")):
        rows = [row for row in labels if row["side"] == side]
        drawn.append(chart(rows, mark("rule", color=LINE), x=to, x2="x:Q", y=y))
        words = mark("text", align=align, dx=4 * side, fontSize=10)
        drawn.append(chart(rows, words, x=x, y=y, text="text:N"))
    return drawn


def _zones(arm: Row, moment: int) -> Spec:
    """Draw a short-axis ring of the left ventricle, cut by the mass of the zones."""
    held = _medians(arm, moment)
    mass = arm["zone_mass"]
    arcs, start = [], -math.pi * mass["risk"]
    for zone, share in (
        ("risk", mass["risk"]),
        ("border", mass["border"] / 2),
        ("remote", mass["remote"]),
        ("border", mass["border"] / 2),
    ):
        stop = start + 2.0 * math.pi * share
        arcs.append(
            {
                "start": start,
                "stop": stop,
                "middle": (start + stop) / 2,
                "zone": zone,
                "share": max(held.get(f"heart, {zone}", 0.0), _LEAST),
            }
        )
        start = stop
    seen: set[str] = set()
    for arc in arcs:
        words = f"{arc['zone']} {_percent(held.get('heart, ' + arc['zone'], 0.0))}"
        arc["text"] = "" if arc["zone"] in seen else words
        seen.add(arc["zone"])
    ring = mark("arc", innerRadius=24, outerRadius=48, stroke=INK, strokeWidth=0.8)
    start_at, middle = (field(f"{n}:Q", scale=None) for n in ("start", "middle"))
    drawn = (
        chart(arcs, ring, theta=start_at, theta2="stop:Q", color=_shade()),
        chart(arcs, mark("text", radius=74, fontSize=10), theta=middle, text="text:N"),
    )
    after = numbers.duration(arm["after_h"][moment])
    title = f"Left ventricle after {after}: intact vesicles"
    return layer(*drawn, width=260, height=150, title=title)


def _cells(arm: Row) -> Spec:
    rows = []
    for row in arm["cells"]:
        low, high = row["taken_up"]["interval90"]
        median = row["taken_up"]["median"]
        if not median or median <= 0.0:
            continue
        rows.append(
            {
                "label": numbers.wrap(row["cell"], 26),
                "low": low,
                "high": high,
                "median": median,
                "colour": TREATED[0],
                "note": numbers.number(median, 2),
            }
        )
    frame = Frame(x_title="vesicles taken up per cell by the end", log=True, width=200)
    return forest(rows, frame)
