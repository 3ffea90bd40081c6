"""Figure 9: other routes, doses, sources and times, ranked by the user's endpoint."""

from __future__ import annotations

from collections.abc import Sequence

from exoheart.figures import numbers
from exoheart.figures.forest import Frame, forest, positions
from exoheart.figures.specification import Row, Spec
from exoheart.figures.theme import TREATED, finish, listing, nothing

SHOWN = 26


def alternative_words(row: Row) -> str:
    """Say what one alternative changes.

    Examples
    --------
    >>> alternative_words({"varied": "source", "source": "MSC", "dose": "1 mg protein"})
    'made of MSC'
    """
    match row.get("varied"):
        case "source":
            return f"made of {row['source']}"
        case "time":
            return f"given {row['at']}"
        case _:
            return f"{row['route']}, {row['dose']}"


def alternatives(rows: Sequence[Row], endpoint: str = "", shown: int = SHOWN) -> Spec:
    """Draw the true mean effect of each alternative, the best rank first.

    Parameters
    ----------
    rows
        ``alternatives.rows`` of the plan document.
    endpoint
        What the effects are on, for the axis.
    shown
        How many to draw.
    """
    last = len(rows) + 1
    ranked = sorted(rows, key=lambda row: numbers.finite(row.get("rank")) or last)
    routes = list(dict.fromkeys(row["route"] for row in ranked))
    drawn, parts = [], []
    for row in ranked[:shown]:
        low, high = numbers.ends(row.get("interval90"))
        chance = numbers.probability(row.get("probability_of_benefit"))
        drawn.append(
            {
                "label": numbers.wrap(alternative_words(row), 38),
                "low": low,
                "high": high,
                "median": numbers.finite(row.get("median")),
                "colour": TREATED[routes.index(row["route"]) % len(TREATED)],
                "note": f"chance of benefit: {chance}",
            }
        )
        parts.append(f"{alternative_words(row)}: benefit {chance}")
    if not positions(drawn, log=False):
        return nothing("No alternative was computed.")
    unit = numbers.unit_words(rows[0].get("unit"))
    axis = [
        f"true mean effect ({unit}), 90 % interval,",
        "without sampling or reading error",
        endpoint,
    ]
    panel = forest(
        drawn, Frame(x_title="\n".join(filter(None, axis)), zero=True, width=300)
    )
    text = f"Alternatives, best first, colour by route. {listing(parts)}"
    return finish(panel, text)
