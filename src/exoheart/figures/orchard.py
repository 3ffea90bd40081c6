"""Orchard of a meta-analysis: every effect by its precision, with mean and intervals.

In: ``{"axis", "groups": [{"label", "mean", "ci95", "pi95", "points": [{"label",
"estimate", "se"}]}]}``. A row a group; the thick line is the 95 % interval of the mean,
the thin one that of a next study. Points are set apart by their order alone, so that
the same data give the same picture.

References
----------
Nakagawa and others 2021, https://doi.org/10.1002/jrsm.1424 (the form of the plot)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from exoheart.figures import numbers
from exoheart.figures.axes import plain_x
from exoheart.figures.estimates import interval
from exoheart.figures.specification import Row, Spec, chart, field, layer, mark
from exoheart.figures.theme import INK, SOFT, TREATED, finish, listing, nothing

_WIDTH, _ROW = 340, 84
_MEAN = TREATED[0]
#: Steps of the spread of points around a row, as a share of half a row; none stands on
#: the line, where the mean would hide it.
_STEPS = (0.36, -0.36, 0.62, -0.62, 0.88, -0.88)
_LETTERS = 24


def orchard(content: Row) -> Spec:
    """Draw the orchard of a meta-analysis.

    Parameters
    ----------
    content
        As in the head of this module.
    """
    groups = [group for group in content["groups"] if group["points"]]
    if not groups:
        return nothing("There is no effect to draw.")
    points = [row for at, group in enumerate(groups) for row in _points(group, at)]
    means = [_mean(group, at) for at, group in enumerate(groups)]
    panel = layer(
        chart([{"at": 0}], mark("rule", color=SOFT), x="at:Q"),
        *_dots(points, means, content, len(groups)),
        *_trunks(means),
        *_words(means),
        width=_WIDTH,
        height=_ROW * len(groups),
    )
    parts = [
        f"{group['label']}: {len(group['points'])} effects, mean "
        f"{numbers.median(group['mean'], group['ci95'])}"
        for group in groups
    ]
    return finish(panel, f"Orchard. {content['axis']}. {listing(parts)}")


def _points(group: Row, at: int) -> list[dict[str, Any]]:
    ordered = sorted(group["points"], key=lambda point: point["estimate"])
    return [
        {
            "label": str(point["label"]),
            "estimate": point["estimate"],
            "precision": 1.0 / point["se"],
            "y": at + 0.42 * _STEPS[place % len(_STEPS)],
        }
        for place, point in enumerate(ordered)
    ]


def _mean(group: Row, at: int) -> dict[str, Any]:
    ci, pi = numbers.ends(group.get("ci95")), numbers.ends(group.get("pi95"))
    count = len(group["points"])
    effects = f"{count} effect{'' if count == 1 else 's'}"
    label = numbers.wrap(f"{group['label']}", _LETTERS) + f"\n{effects}"
    notes = []
    if None not in pi:
        notes.append(f"next {interval(list(pi))}")
    if None not in ci:
        told = numbers.median(group["mean"], list(ci))
        notes.append(f"mean {interval(list(ci))} ({told})")
    return {
        "label": label,
        "note": "\n".join(notes),
        "y": at,
        "mean": numbers.finite(group.get("mean")),
        "ci_low": ci[0],
        "ci_high": ci[1],
        "pi_low": pi[0],
        "pi_high": pi[1],
    }


def _dots(
    points: Sequence[Row], means: Sequence[Row], content: Row, rows: int
) -> list[Spec]:
    """Draw the effects, each as large as it is precise; make both axes."""
    ends = [row[key] for row in means for key in ("pi_low", "pi_high", "ci_low")]
    held = [value for value in ends if value is not None]
    values = [*(row["estimate"] for row in points), *held]
    across = plain_x("estimate:Q", str(content["axis"]), values, include=(0.0,))
    down = field("y:Q", axis=None, scale={"domain": [rows - 0.5, -0.5], "nice": False})
    most = max(row["precision"] for row in points)
    size = field(
        "precision:Q",
        scale={"domain": [0, most], "range": [8, 240]},
        legend=None,
    )
    dot = mark("circle", color="#8b95a1", opacity=0.6, stroke=INK, strokeWidth=0.6)
    hint = ["label:N", "estimate:Q", "precision:Q"]
    return [chart(points, dot, x=across, y=down, size=size, tooltip=hint)]


def _trunks(means: Sequence[Row]) -> list[Spec]:
    thin = mark("rule", color=_MEAN, strokeWidth=1.8)
    thick = mark("rule", color=_MEAN, strokeWidth=7)
    dot = mark("point", filled=True, color="white", stroke=_MEAN, strokeWidth=3)
    look = dot | {"size": 130, "opacity": 1}
    return [
        chart(
            means, thin, "datum.pi_low != null", x="pi_low:Q", x2="pi_high:Q", y="y:Q"
        ),
        chart(
            means, thick, "datum.ci_low != null", x="ci_low:Q", x2="ci_high:Q", y="y:Q"
        ),
        chart(means, look, "datum.mean != null", x="mean:Q", y="y:Q"),
    ]


def _words(means: Sequence[Row]) -> list[Spec]:
    """Write the group at the left and its numbers at the right."""
    drawn = []
    for entry, at, align, shift in (
        ("label", 0, "right", -10),
        ("note", _WIDTH, "left", 10),
    ):
        look = {"align": align, "baseline": "middle", "dx": shift, "lineHeight": 13}
        for row in means:
            lines = str(row[entry]).count("\n")
            text = mark("text", dy=-lines * 13 / 2, color=INK, **look)
            place = {"value": at}
            drawn.append(chart([row], text, x=place, y="y:Q", text=f"{entry}:N"))
    return drawn
