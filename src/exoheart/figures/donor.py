"""One donor at a glance: from the cell to the medium, and what each change does.

Drawn from the document of ``product donor --json``: vesicles that form, are digested,
stay or get free (the review's first figure, with numbers), vesicles by origin, the
medium over the harvest window, and the fold of every conditioning and engineering.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from exoheart.figures import numbers
from exoheart.figures.axes import decades, log_labels
from exoheart.figures.forest import Frame, forest
from exoheart.figures.theme import (
    INK,
    KIND,
    LINE,
    SOFT,
    TREATED,
    Row,
    Spec,
    finish,
    listing,
)

_WIDTH, _HEIGHT = 400, 250
_CELL, _BODY, _LYSOSOME = "#eef5fb", "#cfe3f3", "#f7d9c4"
#: Class -> colour, in the flow, in the medium and among the intervals.
_COLOURS = {
    "exosomes": TREATED[0],
    "microvesicles": TREATED[2],
    "apoptotic": TREATED[1],
    "background": "#8b95a1",
}
_NAMES = {"apoptotic": "apoptotic bodies", "background": "particles of the medium"}


def donor(sheet: Row) -> Spec:
    """Draw one donor.

    Parameters
    ----------
    sheet
        Document of a donor sheet.

    Returns
    -------
    dict
        A Vega-Lite specification.
    """
    import altair as alt

    intervals = [_classes(sheet)]
    if sheet["contributions"]:
        intervals.append(_contributions(sheet["contributions"]))
    right = alt.vconcat(*intervals, spacing=24)
    if not sheet["fate"]:
        return finish(right, describe(sheet))
    left = alt.vconcat(_flow(sheet), _course(sheet["course"]), spacing=24)
    return finish(alt.hconcat(left, right, spacing=30), describe(sheet))


def describe(sheet: Row) -> str:
    """Say in words what the figure of one donor shows."""
    parts = [f"{one['name']} {_amount(one['released'])}" for one in sheet["classes"]]
    shares = sheet["fate"][1:]
    parts += [f"{one['name']} {numbers.percent(one['median'])}" for one in shares]
    parts += [f"{_label(one)} {_fold(one['fold'])}" for one in sheet["contributions"]]
    return f"{sheet['donor']['title']}: {listing(parts)}"


def _amount(one: Row) -> str:
    ends = numbers.interval([one["low"], one["high"]])
    return f"{numbers.number(one['median'], 2)} ({ends})"


def _fold(one: Row) -> str:
    return f"{numbers.number(one['median'], 2)} {numbers.TIMES}"


def target_words(target: str) -> str:
    """Say in words what a change acts on (``share.survival`` and so on)."""
    family, _, part = target.partition(".")
    if family == "share" and part:
        return f"signal: {part}"
    if family == "ligand":
        return f"ligand: {part}"
    if family == "exosomes":
        return f"exosomes left, by {_BY.get(part, part)}"
    return _TARGETS.get(target, target)


_BY = {"formation": "ESCRT", "sphingolipid": "nSMase2"}
_TARGETS = {
    "share": "every signal",
    "growth": "doubling time",
    "cargo": "active copies",
    "copies": "copies loaded",
    "drug": "molecules loaded",
    "kept": "vesicles kept",
    "apoptosis": "cells that die",
}


def _label(one: Row) -> str:
    return f"{one['name']}: {target_words(one['target'])}"


def _classes(sheet: Row) -> Any:
    grown = bool(sheet["fate"])
    rows = [
        {
            "label": f"{one['name']}\n{one['low_nm']:g} to {one['high_nm']:g} nm",
            **_ends(one["released"]),
        }
        for one in sheet["classes"]
    ]
    rows.append({"label": "small vesicles, counted", **_ends(sheet["numbers"][0])})
    title = "vesicles per cell and day" if grown else "vesicles per collection"
    return forest(rows, Frame(x_title=title, title="By origin", log=True, width=190))


def _ends(one: Row) -> Row:
    return {
        "low": one["low"],
        "median": one["median"],
        "high": one["high"],
        "colour": KIND[one["kind"]],
        "note": f"{numbers.number(one['median'], 2)}, {one['kind']}",
    }


def _contributions(changes: Sequence[Row]) -> Any:
    rows = [
        {"label": numbers.wrap(_label(one), 26), **_ends(one["fold"])}
        for one in changes
    ]
    frame = Frame(
        x_title="fold, share left, or molecules per vesicle",
        title="What each change does",
        log=True,
        width=190,
        extra=(1.0,),
    )
    return forest(rows, frame)


#: Box -> left, right, bottom, top, fill, in a frame of 100 by 100.
_BOXES = {
    "cell": (2, 62, 4, 96, _CELL),
    "bodies": (4, 38, 46, 72, _BODY),
    "lysosome": (4, 38, 12, 30, _LYSOSOME),
}
#: Arrow -> from, to, colour.
_ARROWS = {
    "digested in lysosomes": ((21, 46), (21, 30), "#B4560F"),
    "held on the cell": ((38, 54), (62, 54), SOFT),
    "free exosomes": ((38, 66), (70, 66), TREATED[0]),
    "microvesicles": ((62, 86), (70, 86), TREATED[2]),
    "apoptotic bodies": ((62, 20), (70, 20), TREATED[1]),
}


def _flow(sheet: Row) -> Any:
    import altair as alt

    boxes = [
        {"x": x, "x2": x2, "y": y, "y2": y2, "fill": fill}
        for x, x2, y, y2, fill in _BOXES.values()
    ]
    arrows = _arrows(sheet)
    heads = [
        {"x": a["x2"], "y": a["y2"], "colour": a["colour"], "angle": a["angle"]}
        for a in arrows
    ]
    plane = {
        "x": alt.X("x:Q", scale=alt.Scale(domain=[0, 100]), axis=None),
        "y": alt.Y("y:Q", scale=alt.Scale(domain=[0, 100]), axis=None),
    }
    colour = alt.Color("colour:N", scale=None)
    drawn = [
        alt.Chart(alt.Data(values=boxes))
        .mark_rect(stroke=LINE, cornerRadius=14)
        .encode(**plane, x2="x2:Q", y2="y2:Q", color=alt.Color("fill:N", scale=None)),
        alt.Chart(alt.Data(values=arrows))
        .mark_rule()
        .encode(
            **plane,
            x2="x2:Q",
            y2="y2:Q",
            color=colour,
            strokeWidth=alt.StrokeWidth("wide:Q", scale=None, legend=None),
        ),
        alt.Chart(alt.Data(values=heads))
        .mark_point(shape="triangle", filled=True, size=110, opacity=1)
        .encode(**plane, color=colour, angle=alt.Angle("angle:Q", scale=None)),
    ]
    for weight in ("bold", "normal"):
        words = [one for one in _words(sheet) if one["weight"] == weight]
        drawn.append(
            alt.Chart(alt.Data(values=words))
            .mark_text(
                align="left",
                baseline="middle",
                lineBreak="\n",
                fontWeight=weight,
                fontSize=11,
                color=INK,
            )
            .encode(**plane, text="text:N")
        )
    panel = alt.layer(*drawn).properties(width=_WIDTH, height=_HEIGHT)
    return panel.properties(title="From the cell to the medium, per cell and day")


def _arrows(sheet: Row) -> list[dict[str, Any]]:
    """Give the arrows; a fate is as wide as the square root of its share."""
    shares = {one["name"]: one["median"] for one in sheet["fate"][1:]}
    return [
        {
            **{"x": start[0], "y": start[1], "x2": end[0], "y2": end[1]},
            "colour": colour,
            "angle": 90 if end[0] > start[0] else 180,
            "wide": 1.5 + 9.0 * shares.get(name, 0.0) ** 0.5,
        }
        for name, (start, end, colour) in _ARROWS.items()
    ]


def _words(sheet: Row) -> list[dict[str, Any]]:
    fate = {one["name"]: one for one in sheet["fate"]}
    made = {one["name"]: one["released"] for one in sheet["classes"]}

    def share(name: str) -> str:
        return numbers.percent(fate[name]["median"])

    placed: list[tuple[float, float, str, str]] = [
        (5.5, 66, "multivesicular bodies", "bold"),
        (5.5, 55, f"form {numbers.number(fate['formed in bodies']['median'], 2)}", ""),
        (5.5, 24, "lysosome", "bold"),
        (5.5, 17, f"digests {share('digested in lysosomes')}", ""),
        (41, 49, f"{share('held on the cell')} stay", ""),
        (41, 71, f"{share('free exosomes')} get free", ""),
        (41, 86, "membrane buds", ""),
        (41, 20, "cells that die", ""),
    ]
    for name, y in (("microvesicles", 86), ("exosomes", 66), ("apoptotic bodies", 20)):
        placed.append((73, y + 4.5, name, "bold"))
        placed.append((73, y - 4.5, _amount(made[name]), ""))
    return [
        {"x": x, "y": y, "text": text, "weight": weight or "normal"}
        for x, y, text, weight in placed
    ]


def _course(course: Row) -> Any:
    import altair as alt

    rows = [
        {
            "hour": hour,
            **{"median": median, "low": low, "high": high},
            "name": _NAMES.get(name, name),
        }
        for name, line in course["lines"].items()
        for hour, (median, low, high) in zip(course["hours"], line, strict=True)
        if low > 0.0
    ]
    shown = [_NAMES.get(name, name) for name in _COLOURS]
    shown = [name for name in shown if any(row["name"] == name for row in rows)]
    colours = {_NAMES.get(name, name): colour for name, colour in _COLOURS.items()}
    domain, ticks = decades([row[end] for row in rows for end in ("low", "high")])
    base = alt.Chart(alt.Data(values=rows)).encode(
        x=alt.X("hour:Q", title="hours after fresh medium"),
        color=alt.Color(
            "name:N",
            title=None,
            scale=alt.Scale(domain=shown, range=[colours[name] for name in shown]),
            legend=alt.Legend(orient="bottom", columns=2),
        ),
    )
    axis = alt.Axis(values=ticks, labelExpr=log_labels(), title="particles per mL")
    scale = alt.Scale(type="log", domain=domain, nice=False)
    band = base.mark_area(opacity=0.14).encode(
        y=alt.Y("low:Q", scale=scale, axis=axis), y2="high:Q"
    )
    line = base.mark_line(strokeWidth=2).encode(y=alt.Y("median:Q", scale=scale))
    panel = alt.layer(band, line).properties(width=_WIDTH - 50, height=150)
    return panel.properties(title="Medium over the harvest window")
