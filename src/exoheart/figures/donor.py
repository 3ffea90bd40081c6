"""One donor at a glance: from the cell to the medium, and what each change does.

Drawn from the document of ``product donor --json``: vesicles that form, are digested,
stay or get free (the review's first figure, with numbers), vesicles by origin, the
medium over the harvest window, and the fold of every conditioning and engineering.
"""

from __future__ import annotations

from collections.abc import Sequence

from exoheart.figures import numbers
from exoheart.figures.axes import decades, log_labels
from exoheart.figures.donor_flow import COLOURS, amount, flow
from exoheart.figures.forest import Frame, forest
from exoheart.figures.heading import stand_alone
from exoheart.figures.specification import (
    Row,
    Spec,
    below,
    beside,
    chart,
    field,
    layer,
    mark,
    value,
)
from exoheart.figures.theme import KIND, finish, listing

_COURSE_WIDTH, _INTERVAL_WIDTH = 350, 250
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
    return finish(_alone(sheet), describe(sheet))


def _alone(sheet: Row) -> Spec:
    intervals = [_classes(sheet)]
    if sheet["contributions"]:
        intervals.append(_contributions(sheet["contributions"]))
    right = below(*intervals, spacing=24)
    name = sheet["donor"]["name"]
    title = f"{name}: {sheet['donor']['title']}"
    lines = [asked_words(sheet), _spread(sheet["asked"])]
    if not sheet["fate"]:
        return stand_alone(right, title, lines)
    left = below(flow(sheet), _course(sheet["course"]), spacing=24)
    return stand_alone(beside(left, right, spacing=30), title, lines)


def asked_words(sheet: Row) -> str:
    """Say in words which donor, kept how, and with which changes, a sheet is of.

    The medium is told of only where cells are grown.
    """
    asked = sheet["asked"]
    kept = [f"{key} {numbers.number(value)}" for key, value in asked["state"].items()]
    changes = [*asked["conditioning"], *asked["engineering"]]
    told = ", ".join(changes) if changes else "no conditioning, no engineering"
    kept += [f"medium {asked['medium']}"] if sheet["fate"] else []
    return f"{'; '.join([told, *kept])}; rows of species {asked['species']}"


def _spread(asked: Row) -> str:
    draws = numbers.number(asked["draws"])
    return f"Medians with 5 to 95 % of {draws} draws; seed {asked['seed']}"


def describe(sheet: Row) -> str:
    """Say in words what the figure of one donor shows."""
    parts = [f"{one['name']} {amount(one['released'])}" for one in sheet["classes"]]
    shares = sheet["fate"][1:]
    parts += [f"{one['name']} {numbers.percent(one['median'])}" for one in shares]
    parts += [f"{_label(one)} {_fold(one['fold'])}" for one in sheet["contributions"]]
    return f"{sheet['donor']['title']}: {listing(parts)}"


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


def _classes(sheet: Row) -> Spec:
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
    return forest(
        rows, Frame(x_title=title, title="By origin", log=True, width=_INTERVAL_WIDTH)
    )


def _ends(one: Row) -> Row:
    return {
        "low": one["low"],
        "median": one["median"],
        "high": one["high"],
        "colour": KIND[one["kind"]],
        "note": f"{numbers.number(one['median'], 2)}, {one['kind']}",
    }


def _contributions(changes: Sequence[Row]) -> Spec:
    rows = [
        {"label": numbers.wrap(_label(one), 26), **_ends(one["fold"])}
        for one in changes
    ]
    frame = Frame(
        x_title="fold, share left, or molecules per vesicle",
        title="What each change does",
        log=True,
        width=_INTERVAL_WIDTH,
        extra=(1.0,),
    )
    return forest(rows, frame)


def _course(course: Row) -> Spec:
    rows = [
        {
            "hour": hour,
            **{"median": median, "low": low, "high": high},
            "colour": COLOURS[name],
        }
        for name, line in course["lines"].items()
        for hour, (median, low, high) in zip(course["hours"], line, strict=True)
        if low > 0.0
    ]
    drawn = {row["colour"] for row in rows}
    shown = [name for name in COLOURS if COLOURS[name] in drawn]
    domain, ticks = decades([row[end] for row in rows for end in ("low", "high")])
    shared = {
        "x": field("hour:Q", title="hours after fresh medium"),
        "color": field("colour:N", scale=None),
    }
    axis = {"values": ticks, "labelExpr": log_labels(), "title": "particles per mL"}
    scale = {"type": "log", "domain": domain, "nice": False}
    low, middle = field("low:Q", scale=scale, axis=axis), field("median:Q", scale=scale)
    band, line = mark("area", opacity=0.14), mark("line", strokeWidth=2)
    return layer(
        chart(rows, band, **shared, y=low, y2="high:Q"),
        chart(rows, line, **shared, y=middle),
        _names(shown),
        width=_COURSE_WIDTH,
        height=150,
        title="Medium over the harvest window",
    )


def _names(shown: Sequence[str]) -> Spec:
    """Name the classes in their colours, at the right of the medium."""
    rows = [
        {
            "text": _NAMES.get(name, name),
            "colour": COLOURS[name],
            "line": 12 + 16 * place,
        }
        for place, name in enumerate(shown)
    ]
    return chart(
        rows,
        mark("text", align="left", fontWeight="bold"),
        x=value(_COURSE_WIDTH + 10),
        y=field("line:Q", scale=None, axis=None),
        text="text:N",
        color=field("colour:N", scale=None),
    )
