"""Figure 1: the difference of each arm to its control, and which way is better."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from exoheart.figures import numbers
from exoheart.figures.forest import Frame, forest, positions, stack
from exoheart.figures.specification import Row, Spec, chart, mark, value
from exoheart.figures.theme import SOFT, arm_colours, finish, listing, nothing


def answer_rows(rows: Sequence[Row], arms: Sequence[Row]) -> list[dict[str, Any]]:
    """Give the rows of the figure: one per arm and endpoint."""
    colours = arm_colours(arms)
    drawn = []
    for row in rows:
        low, high = numbers.ends(row.get("interval90"))
        chance = numbers.probability(row.get("probability_of_benefit"))
        drawn.append(
            {
                "label": numbers.wrap(f"{row['arm']} against {row['control']}"),
                "low": low,
                "high": high,
                "median": numbers.finite(row.get("median")),
                "colour": colours.get(row["arm"], SOFT),
                "note": f"chance of benefit: {chance}",
            }
        )
    return drawn


def _direction(better: str | None) -> Spec:
    """Write which side of zero is better above the panel's zero line."""
    lower = better == "lower"
    words = mark(
        "text",
        align="right" if lower else "left",
        dx=-6 if lower else 6,
        color=SOFT,
        fontStyle="italic",
    )
    row = {"at": 0, "text": "← better" if lower else "better →"}
    return chart([row], words, x="at:Q", y=value(-7), text="text:N")


def answer(rows: Sequence[Row], arms: Sequence[Row]) -> Spec:
    """Draw the predicted difference of every treated arm, a panel per endpoint.

    Parameters
    ----------
    rows
        ``answer.rows`` of the plan document.
    arms
        Arms of the study, which fix the colours.
    """
    panels, parts = [], []
    for endpoint in dict.fromkeys(row["endpoint"] for row in rows):
        chosen = [row for row in rows if row["endpoint"] == endpoint]
        drawn = answer_rows(chosen, arms)
        if not positions(drawn, log=False):
            continue
        unit = numbers.unit_words(chosen[0].get("unit"))
        axis = f"difference to control ({unit}), 90 % interval of one future trial"
        panel = forest(drawn, Frame(x_title=axis, title=endpoint, zero=True))
        better = chosen[0].get("better")
        if better in {"lower", "higher"}:
            panel["layer"].append(_direction(better))
        panels.append(panel)
        parts += [
            f"{row['arm']}, {endpoint}: {numbers.interval(row['interval90'], unit)}, "
            f"probability of benefit "
            f"{numbers.probability(row['probability_of_benefit'])}"
            for row in chosen
        ]
    if not panels:
        return nothing("No difference to a control could be predicted.")
    text = f"Predicted differences to control with 90 % intervals. {listing(parts)}"
    return finish(stack(panels), text)
