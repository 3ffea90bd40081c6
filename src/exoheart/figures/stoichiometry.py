"""Figure 5: copies of cargo that reach a cell beside the copies it would need."""

from __future__ import annotations

from collections.abc import Sequence

from exoheart.figures import numbers
from exoheart.figures.forest import Frame, forest, positions
from exoheart.figures.specification import Row, Spec, chart, mark
from exoheart.figures.theme import (
    INK,
    SOFT,
    arm_colours,
    finish,
    listing,
    nothing,
)
from exoheart.figures.words import row_axis


def stoichiometry(rows: Sequence[Row], arms: Sequence[Row]) -> Spec:
    """Draw copies reached (dot, 90 % interval) and needed (diamond) per cell.

    Parameters
    ----------
    rows
        ``how.stoichiometry`` of the plan document.
    arms
        Arms of the study, which fix the colours.
    """
    colours = arm_colours(arms)
    drawn, marks, parts = [], [], []
    for row in rows:
        reached = row.get("copies_reached") or {}
        low, high = numbers.ends(reached.get("interval90"))
        needed = numbers.finite(row.get("copies_needed"))
        label = numbers.wrap(f"{row['arm']}: {row['cell']}", 34)
        shortfall = row.get("shortfall") or {}
        fold = numbers.number(shortfall.get("median"), 2)
        drawn.append(
            {
                "label": label,
                "low": low,
                "high": high,
                "median": numbers.finite(reached.get("median")),
                "colour": colours.get(row["arm"], SOFT),
                "note": f"needed ÷ reached: {fold}",
            }
        )
        if needed is not None and needed > 0:
            marks.append({"row": len(drawn) - 1, "needed": needed})
        parts.append(
            f"{row['arm']}, {row['cell']}: needed {numbers.number(needed)}, reached "
            f"{numbers.interval(reached.get('interval90'))}"
        )
    values = positions(drawn, log=True) + [mark["needed"] for mark in marks]
    if not values:
        return nothing("No copy count could be given.")
    title = "copies per cell, log axis (dot: reached, diamond: needed)"
    needs = [mark["needed"] for mark in marks]
    panel = forest(drawn, Frame(x_title=title, log=True, width=300, extra=tuple(needs)))
    look = mark("point", shape="diamond", size=110, filled=True, color=INK, opacity=1)
    panel["layer"].append(chart(marks, look, x="needed:Q", y=row_axis()))
    text = f"Copies needed and reached per cell. {listing(parts)}"
    return finish(panel, text)
