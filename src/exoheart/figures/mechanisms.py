"""Figure 6: the effect each rival mechanism alone would have."""

from __future__ import annotations

from collections.abc import Sequence

from exoheart.figures import numbers
from exoheart.figures.forest import Frame, forest, positions
from exoheart.figures.specification import Row, Spec
from exoheart.figures.theme import SOFT, arm_colours, finish, listing, nothing

#: What a row says about occupancy of the mechanism's target, in words.
_WORDS = {"able": "can occupy", "unable": "cannot occupy", "undecided": "undecided"}


def mechanisms(rows: Sequence[Row], arms: Sequence[Row]) -> Spec:
    """Draw effect by mechanism and arm; hollow where its target stays free.

    Parameters
    ----------
    rows
        ``how.mechanisms`` of the plan document.
    arms
        Arms of the study, which fix the colours.
    """
    colours = arm_colours(arms)
    drawn, parts, unit = [], [], ""
    for row in rows:
        effect = row.get("effect") or {}
        low, high = numbers.ends(effect.get("interval90"))
        unit = unit or numbers.unit_words(effect.get("unit"))
        able = row.get("able") or "undecided"
        words = "no target" if row["id"] == "none" else _WORDS[able]
        given = numbers.finite(row.get("probability_able"))
        chance = None if given is None else numbers.probability(given)
        drawn.append(
            {
                "label": numbers.wrap(f"{row['title']}: {row['arm']}", 38),
                "low": low,
                "high": high,
                "median": numbers.finite(effect.get("median")),
                "colour": colours.get(row["arm"], SOFT),
                "note": words if chance is None else f"{words} ({chance})",
                "filled": able == "able",
            }
        )
        interval = numbers.interval(effect.get("interval90"), unit)
        parts.append(f"{row['title']}, {row['arm']}: {words}, {interval}")
    if not positions(drawn, log=False):
        return nothing("No mechanism has an effect that could be computed.")
    axis = f"difference to control if this mechanism alone acted ({unit})"
    text = (
        f"Effect by mechanism, and whether it can occupy its target. {listing(parts)}"
    )
    panel = forest(drawn, Frame(x_title=axis, zero=True, width=300))
    return finish(panel, text)
