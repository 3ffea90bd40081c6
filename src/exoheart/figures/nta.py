"""Sizes that a particle counter saw: each capture, their mean and its error."""

from __future__ import annotations

import math
from collections.abc import Sequence

from exoheart.figures import numbers
from exoheart.figures.heading import stand_alone
from exoheart.figures.specification import Row, Spec, chart, field, layer, mark, value
from exoheart.figures.theme import TREATED, finish, listing, nothing

_WIDTH, _HEIGHT = 520, 260
_BLOCKS = "▁▂▃▄▅▆▇█"


def sizes(document: Row) -> Spec:
    """Draw the size distribution: a thin line a capture, the mean bold in its band.

    Parameters
    ----------
    document
        One file of ``product nta --json``. Captures at different camera levels have
        colours and means of their own.

    Returns
    -------
    dict
        A Vega-Lite specification; the band is one standard error of the mean.
    """
    if not document["distribution"]["centres_nm"]:
        return nothing("The file holds no sizes.")
    return finish(_panel(document), describe(document))


def sizes_alone(document: Row) -> Spec:
    """Draw the same figure to stand in a file of its own: what it is of, its foot."""
    if not document["distribution"]["centres_nm"]:
        return nothing(f"{document['file']} holds no sizes.")
    words = (sentence(document), "Thin: captures; bold: mean; band: one standard error")
    title = f"Particle sizes of {document['file']}"
    whole = stand_alone(_panel(document), title, words)
    return finish(whole, describe(document))


def _panel(document: Row) -> Spec:
    held = document["distribution"]
    groups = held["groups"]
    colours = [TREATED[k % len(TREATED)] for k in range(len(groups))]
    power = _power(groups)
    layers: list[Spec] = []
    for group, colour in zip(groups, colours, strict=True):
        layers += _layers(held["centres_nm"], group, colour, power)
    if len(groups) > 1:
        layers.append(_legend(groups, colours))
    return layer(*layers, width=_WIDTH, height=_HEIGHT)


def describe(document: Row) -> str:
    """Say in words what the figure shows."""
    parts = [
        f"{level_words(level['camera_level'])}: {level['captures']} captures, mean of "
        f"{numbers.number(level['per_ml'])} per mL"
        + (
            ""
            if level["mean_nm"] is None
            else f" and {numbers.number(level['mean_nm'])} nm"
        )
        for level in document["levels"]
    ]
    return f"Particle sizes of {document['file']}: {listing(parts)}"


def sentence(document: Row) -> str:
    """Say what a file is, and where the dilution is in its numbers and the vial's."""
    captures = len(document["captures"])
    noun = "capture" if captures == 1 else "captures"
    told = f"{document['instrument']}, {captures} {noun}; "
    sample = document["sample"]
    if document["dilution"] is None:
        told += "no dilution recorded: its concentrations are of what was counted"
        given = sample and numbers.number(sample["dilution"])
        return (
            f"{told}, the vial's are {given} times that, as given."
            if given
            else (f"{told}.")
        )
    factor = numbers.number(document["dilution"])
    if document["adjusted"]:
        return f"{told}the dilution of {factor} in the file is already in its numbers."
    return (
        f"{told}its concentrations are before the dilution of {factor} in the "
        "file, the vial's are after it."
    )


def level_words(level: str | None) -> str:
    """Name a camera level; files of some makers have none."""
    return "all captures" if level is None else f"camera level {level}"


def spark_line(values: Sequence[float], top: float) -> str:
    """Draw values as one line of blocks; `top` fills a block, above zero shows one.

    Examples
    --------
    >>> spark_line([0.0, 1.0, 4.0, 8.0], 8.0)
    ' ▁▄█'
    """
    steps = len(_BLOCKS)
    return "".join(
        " "
        if not value > 0
        else _BLOCKS[min(max(math.ceil(value / top * steps), 1), steps) - 1]
        for value in values
    )


def spark_lines(document: Row) -> list[tuple[str, str]]:
    """Give the sizes of each camera level as a line of text, all to one scale."""
    groups = document["histogram"]["groups"]
    top = max((max(group["mean"]) for group in groups), default=0.0)
    return [
        (level_words(group["camera_level"]), spark_line(group["mean"], top))
        for group in groups
    ]


def _power(groups: Sequence[Row]) -> float:
    """Give the power of ten in which the concentrations of the bins are drawn."""
    rows = [each["per_ml_bin"] for group in groups for each in group["captures"]]
    return float(10.0 ** math.floor(math.log10(max(map(max, rows)))))


def _layers(
    centres: Sequence[float], group: Row, colour: str, power: float
) -> list[Spec]:
    """Draw the captures of one camera level, the band (not below zero) and the mean."""
    x = field(
        "nm:Q",
        axis={"title": "diameter (nm)", "tickCount": 8},
        scale={"domain": [centres[0], centres[-1]], "nice": False},
    )
    title = f"{numbers.number(power)} particles per mL in each bin, as in the file"
    axis = {"title": title, "grid": True}
    y = field("per_ml:Q", axis=axis, scale={"domainMin": 0})
    thin = [
        {"nm": nm, "per_ml": count / power, "capture": f"{k} {capture['name']}"}
        for k, capture in enumerate(group["captures"])
        for nm, count in zip(centres, capture["per_ml_bin"], strict=True)
    ]
    lines = mark("line", strokeWidth=0.8, opacity=0.45, color=colour)
    layers = [chart(thin, lines, x=x, y=y, detail="capture:N")]
    errors = group["standard_error"]
    if errors:
        band = [
            {
                "nm": nm,
                "per_ml": max(mean - error, 0.0) / power,
                "high": (mean + error) / power,
            }
            for nm, mean, error in zip(centres, group["mean"], errors, strict=True)
        ]
        area = mark("area", opacity=0.25, color=colour)
        layers.append(chart(band, area, x=x, y=y, y2="high:Q"))
    means = [
        {"nm": nm, "per_ml": mean / power}
        for nm, mean in zip(centres, group["mean"], strict=True)
    ]
    bold = mark("line", strokeWidth=2.4, color=colour)
    return [*layers, chart(means, bold, x=x, y=y)]


def _legend(groups: Sequence[Row], colours: Sequence[str]) -> Spec:
    """Name the camera levels in their colours, at the upper right."""
    rows = [
        {
            "text": level_words(group["camera_level"]),
            "line": 14 + 16 * k,
            "fill": colour,
        }
        for k, (group, colour) in enumerate(zip(groups, colours, strict=True))
    ]
    return chart(
        rows,
        mark("text", align="right", fontSize=12, fontWeight="bold"),
        x=value(_WIDTH - 8),
        y=field("line:Q", scale=None, axis=None),
        text="text:N",
        color=field("fill:N", scale=None, legend=None),
    )
