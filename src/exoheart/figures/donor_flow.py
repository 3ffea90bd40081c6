"""A donor cell in a sketch: endosome, bodies, lysosome, and what leaves the cell.

Part of :mod:`exoheart.figures.donor`. Boxes are compartments, arrows are as wide as
the square root of the share that takes them, words give the numbers.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from exoheart.figures import numbers
from exoheart.figures.specification import Row, Spec, chart, field, layer, mark
from exoheart.figures.theme import INK, LINE, SOFT, TREATED

_WIDTH, _HEIGHT = 400, 250
#: Class -> colour, in the sketch and in the medium.
COLOURS = {
    "exosomes": TREATED[0],
    "microvesicles": TREATED[2],
    "apoptotic": TREATED[1],
    "background": "#8b95a1",
}
_CELL, _ENDOSOME, _BODY, _LYSOSOME = "#eef5fb", "#dfe9e4", "#cfe3f3", "#f7d9c4"
_DIGESTED = "#B4560F"
#: Left, right, bottom, top, fill, in a frame of 100 by 100.
_BOXES = (
    (2, 62, 4, 96, _CELL),
    (4, 23, 81, 93, _ENDOSOME),
    (4, 38, 46, 69, _BODY),
    (4, 38, 10, 28, _LYSOSOME),
)
#: Arrow -> from, tip, colour.
_ARROWS = {
    "formed in bodies": ((13.5, 81), (13.5, 69), SOFT),
    "digested in lysosomes": ((21, 46), (21, 28), _DIGESTED),
    "held on the cell": ((38, 52), (62, 52), SOFT),
    "free exosomes": ((38, 64), (71, 64), COLOURS["exosomes"]),
    "microvesicles": ((62, 86), (71, 86), COLOURS["microvesicles"]),
    "apoptotic bodies": ((62, 19), (71, 19), COLOURS["apoptotic"]),
}


@dataclass(frozen=True, slots=True)
class _Arrow:
    """A shaft and its head; the tip of the head is where the arrow ends."""

    x: float
    y: float
    x2: float
    y2: float
    colour: str
    angle: int
    wide: float
    head: float


def flow(sheet: Row) -> Spec:
    """Draw the sketch of a donor that is grown.

    Parameters
    ----------
    sheet
        Document of a donor sheet.
    """
    layers = [_boxes(), *_arrow_layers(sheet), *_word_layers(sheet)]
    title = "From the cell to the medium, per cell and day"
    return layer(*layers, width=_WIDTH, height=_HEIGHT, title=title)


def amount(one: Row) -> str:
    """Write a median and, in brackets, its interval."""
    ends = numbers.interval([one["low"], one["high"]])
    return f"{numbers.number(one['median'], 2)} ({ends})"


def _plane() -> dict[str, Spec]:
    scale = {"domain": [0, 100]}
    return {way: field(f"{way}:Q", scale=scale, axis=None) for way in ("x", "y")}


def _boxes() -> Spec:
    rows = [
        {"x": x, "x2": x2, "y": y, "y2": y2, "fill": fill}
        for x, x2, y, y2, fill in _BOXES
    ]
    box, fill = mark("rect", stroke=LINE, cornerRadius=12), field("fill:N", scale=None)
    return chart(rows, box, **_plane(), x2="x2:Q", y2="y2:Q", color=fill)


def _arrow(name: str, share: float) -> _Arrow:
    """Give an arrow whose shaft ends in the middle of its head.

    A head is an even triangle, wider than its shaft.
    """
    (x, y), (tip_x, tip_y), colour = _ARROWS[name]
    wide = 1.5 + 6.0 * math.sqrt(share)
    side = 2.0 * wide + 6.0
    back = side / math.sqrt(3.0)  # from the tip to the middle of the head [pixels]
    across = tip_x > x
    return _Arrow(
        x=x,
        y=y,
        x2=tip_x - back * 100.0 / _WIDTH if across else tip_x,
        y2=tip_y if across else tip_y + back * 100.0 / _HEIGHT,
        colour=colour,
        angle=90 if across else 180,
        wide=wide,
        head=side**2,
    )


def _arrow_layers(sheet: Row) -> Iterator[Spec]:
    shares = {one["name"]: one["median"] for one in sheet["fate"][1:]}
    arrows = [asdict(_arrow(name, shares.get(name, 0.0))) for name in _ARROWS]
    shared = {**_plane(), "color": field("colour:N", scale=None)}
    wide = field("wide:Q", scale=None, legend=None)
    shaft, ends = mark("rule"), {"x2": "x2:Q", "y2": "y2:Q"}
    yield chart(arrows, shaft, **shared, **ends, strokeWidth=wide)
    heads = [{**one, "x": one["x2"], "y": one["y2"]} for one in arrows]
    yield chart(
        heads,
        mark("point", shape="triangle", filled=True, opacity=1),
        **shared,
        angle=field("angle:Q", scale=None),
        size=field("head:Q", scale=None, legend=None),
    )


def _word_layers(sheet: Row) -> Iterator[Spec]:
    for weight in ("bold", "normal"):
        words = [one for one in _words(sheet) if one["weight"] == weight]
        look = {"baseline": "middle", "fontWeight": weight, "fontSize": 11}
        text = mark("text", align="left", color=INK, **look)
        yield chart(words, text, **_plane(), text="text:N")


def _words(sheet: Row) -> list[dict[str, Any]]:
    fate = {one["name"]: one for one in sheet["fate"]}
    made = {one["name"]: one["released"] for one in sheet["classes"]}

    def share(name: str) -> str:
        return numbers.percent(fate[name]["median"])

    placed: list[tuple[float, float, str, str]] = [
        (5.5, 87, "endosome", "bold"),
        (5.5, 63, "multivesicular bodies", "bold"),
        (5.5, 53, f"form {numbers.number(fate['formed in bodies']['median'], 2)}", ""),
        (5.5, 22, "lysosome", "bold"),
        (5.5, 15, f"digests {share('digested in lysosomes')}", ""),
        (41, 46.5, f"{share('held on the cell')} stay", ""),
        (41, 69, f"{share('free exosomes')} get free", ""),
        (41, 86, "membrane buds", ""),
        (41, 19, "cells that die", ""),
    ]
    for name, y in (("microvesicles", 86), ("exosomes", 64), ("apoptotic bodies", 19)):
        placed.append((74, y + 4.5, name, "bold"))
        placed.append((74, y - 4.5, amount(made[name]), ""))
    return [
        {"x": x, "y": y, "text": text, "weight": weight or "normal"}
        for x, y, text, weight in placed
    ]
