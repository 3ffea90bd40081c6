"""Figure 4: where the dose is, and the share that the heart keeps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from exoheart.figures import numbers
from exoheart.figures.forest import Frame, forest, stack
from exoheart.figures.specification import Row, Spec, chart, field, mark
from exoheart.figures.theme import (
    ROW_HEIGHT,
    SOFT,
    WIDTH,
    arm_colours,
    finish,
    listing,
    nothing,
)

_HEART_WORDS = ("heart", "myocard", "risk", "border", "remote", "cardiac")
_HEART = ("#9E2A2B", "#D1495B", "#E58A8F", "#F0B7BA", "#7A1F2B", "#F7D6D8")
_ELSEWHERE = (
    "#2E5E8C",
    "#6FA3CF",
    "#B3CFE5",
    "#007A5A",
    "#7DBFA5",
    "#B87A00",
    "#E3BC6A",
    "#6A51A3",
    "#B0A3D4",
    "#5b6672",
    "#a9b1ba",
    "#d9dde2",
)


def in_heart(place: str) -> bool:
    """Say whether a place of the fate table belongs to the heart."""
    return any(word in place.lower() for word in _HEART_WORDS)


def met_places(rows: Sequence[Row]) -> list[Row]:
    """Leave out places that hold nothing in any arm at any time.

    They stay in ``plan.json``; some places belong to routes that a study doesn't take.
    """
    met = {row["place"] for row in rows if holds(row)}
    return [row for row in rows if row["place"] in met]


def holds(row: Row) -> bool:
    """Whether a place holds anything, or it isn't known."""
    low, high = numbers.ends(row.get("interval90"))
    known = [v for v in (numbers.finite(row.get("median")), low, high) if v is not None]
    return not known or max(known) > 0.0


def place_colours(places: Sequence[str]) -> dict[str, str]:
    """Give every place its colour: reds for the heart, others elsewhere."""
    heart = [place for place in places if in_heart(place)]
    rest = [place for place in places if not in_heart(place)]
    colours = {p: _HEART[i % len(_HEART)] for i, p in enumerate(heart)}
    colours |= {p: _ELSEWHERE[i % len(_ELSEWHERE)] for i, p in enumerate(rest)}
    return colours


def _bar(row: Row) -> str:
    return f"{row['arm']}, {numbers.duration(row['at_h'])}"


def _bars(rows: Sequence[Row]) -> Spec:
    """Draw the whole dose, one stacked bar per arm and time."""
    places = list(dict.fromkeys(row["place"] for row in rows))
    colours = place_colours(places)
    places = list(colours)
    values = [
        {
            "bar": numbers.wrap(_bar(row)),
            "place": row["place"],
            "share": 100.0 * share,
            "rank": places.index(row["place"]),
        }
        for row in rows
        if (share := numbers.finite(row.get("median"))) is not None
    ]
    order = list(dict.fromkeys(value["bar"] for value in values))
    title = "share of the dose (%), medians"
    bars = chart(
        values,
        mark("bar", stroke="white", strokeWidth=0.7),
        x=field("share:Q", axis={"title": title, "tickCount": 6}),
        y=field("bar:N", sort=order, axis={"title": None}),
        color=field(
            "place:N",
            scale={"domain": places, "range": [colours[p] for p in places]},
            legend={"title": None, "symbolType": "square"},
        ),
        order="rank:O",
        tooltip=["bar:N", "place:N", "share:Q"],
    )
    height = max(1, len(order)) * ROW_HEIGHT
    return bars | {"width": WIDTH - 70, "height": height, "title": "The whole dose"}


def heart_rows(rows: Sequence[Row], arms: Sequence[Row]) -> list[dict[str, Any]]:
    """Give the rows of the heart panel, in percent of the dose."""
    colours = arm_colours(arms)
    drawn = []
    for row in rows:
        low, high = numbers.ends(row.get("interval90"))
        median = numbers.finite(row.get("median"))
        if not in_heart(row["place"]) or median is None or median <= 0:
            continue
        drawn.append(
            {
                "label": numbers.wrap(f"{_bar(row)}: {row['place']}", 38),
                "low": None if low is None else 100.0 * low,
                "high": None if high is None else 100.0 * high,
                "median": 100.0 * median,
                "colour": colours.get(row["arm"], SOFT),
                "note": numbers.percent(median),
            }
        )
    return drawn


def fate(rows: Sequence[Row], arms: Sequence[Row]) -> Spec:
    """Draw the fate of the dose: all of it, then the heart's share on a log axis.

    Parameters
    ----------
    rows
        ``how.fate`` of the plan document (shares between 0 and 1).
    arms
        Arms of the study, which fix the colours.
    """
    known = [row for row in rows if numbers.finite(row.get("median")) is not None]
    kept = met_places(known) or known
    if not kept:
        return nothing("No fate of a dose was computed.")
    heart = heart_rows(kept, arms)
    panels = [_bars(kept)]
    if heart:
        axis = "share of the dose (%), 90 % interval, log axis"
        title = "Only what is in the heart"
        panels.append(
            forest(
                heart,
                Frame(x_title=axis, title=title, log=True, width=260, row_height=22),
            )
        )
    parts = [f"{row['label']} {row['note']}".replace("\n", " ") for row in heart]
    text = f"Fate of the dose; in the heart: {listing(parts)}"
    return finish(stack(panels), text)
