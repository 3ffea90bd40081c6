"""One look for every figure: colours, type, and the frame a specification gets.

Colours come from the palette of Okabe and Ito, which stays readable with the common
forms of colour blindness; its yellow is left out for want of contrast on white. An
arm has the same colour in every figure: treated arms take the palette in the order
of the study, controls are greys.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from exoheart.figures.specification import Row, Spec, chart, mark

FONT = "Arial, Liberation Sans, DejaVu Sans, sans-serif"
INK = "#1d2733"
SOFT = "#5b6672"
LINE = "#c9d0d8"
GRID = "#e8ebef"
WIDTH = 380
ROW_HEIGHT = 28
#: What the specifications are written for.
SCHEMA = "https://vega.github.io/schema/vega-lite/v6.4.1.json"
TREATED = ("#0072B2", "#D55E00", "#007A5A", "#B0508A", "#B87A00", "#2E8BC9", "#6A51A3")
CONTROL = ("#5b6672", "#8b95a1", "#3a434d", "#a9b1ba")
KIND = {
    "measured": "#0072B2",
    "derived": "#3A98D3",
    "fitted": "#007A5A",
    "borrowed": "#C08300",
    "assumed": "#D55E00",
    "user": "#B0508A",
}


def arm_colours(arms: Iterable[Row]) -> dict[str, str]:
    """Give every arm its colour, by its place in the study.

    Parameters
    ----------
    arms
        Arms with ``name`` and ``control``, in the order of the study.
    """
    colours: dict[str, str] = {}
    treated = control = 0
    for arm in arms:
        if arm.get("control"):
            colours[arm["name"]] = CONTROL[control % len(CONTROL)]
            control += 1
        else:
            colours[arm["name"]] = TREATED[treated % len(TREATED)]
            treated += 1
    return colours


def _config() -> Spec:
    axis = {
        "labelColor": INK,
        "titleColor": INK,
        "labelFontSize": 11,
        "titleFontSize": 11,
        "titleFontWeight": "normal",
        "gridColor": GRID,
        "domainColor": LINE,
        "tickColor": LINE,
        "labelLimit": 260,
        "labelLineHeight": 13,
        "labelFlush": False,
    }
    return {
        "font": FONT,
        "background": "white",
        "lineBreak": "\n",
        "aria": False,
        "view": {"stroke": None},
        "axis": axis,
        "axisY": {"domain": False, "ticks": False, "labelPadding": 8, "grid": False},
        "text": {"color": INK, "fontSize": 11},
        "title": {
            "anchor": "start",
            "color": INK,
            "fontSize": 12,
            "fontWeight": "bold",
            "frame": "group",
            "offset": 10,
        },
        "legend": {
            "labelColor": INK,
            "titleColor": INK,
            "labelFontSize": 11,
            "titleFontSize": 11,
            "titleFontWeight": "normal",
            "labelLimit": 260,
        },
        "concat": {"spacing": 22},
    }


def finish(drawn: Spec, description: str) -> Spec:
    """Give the whole specification: the house look, the alt text.

    Parameters
    ----------
    drawn
        A chart or panels, from :mod:`exoheart.figures.specification`.
    description
        What the figure shows, for a reader who can't see it.
    """
    return {
        "$schema": SCHEMA,
        **drawn,
        "config": _config(),
        "description": description,
        "padding": 6,
    }


def nothing(message: str) -> Spec:
    """Give a figure that says in words that there is nothing to draw."""
    words = mark("text", color=SOFT, fontSize=12)
    drawn = chart([{"text": message}], words, text="text:N")
    return finish(drawn | {"width": WIDTH, "height": 24}, message)


def listing(parts: Sequence[str], limit: int = 12) -> str:
    """Join phrases for an alt text; past `limit` say how many more there are."""
    shown = "; ".join(parts[:limit])
    rest = len(parts) - limit
    return f"{shown}; and {rest} more." if rest > 0 else f"{shown}."
