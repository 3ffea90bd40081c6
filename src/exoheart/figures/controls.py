"""Figure 10: control animals, published against the model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from exoheart.figures import numbers
from exoheart.figures.forest import Frame, forest, positions, stack
from exoheart.figures.specification import Row, Spec
from exoheart.figures.theme import TREATED, finish, listing, nothing

_PUBLISHED = "#5b6672"
SHOWN = 12


def _pair(row: Row) -> list[dict[str, Any]]:
    """Give the two rows of a comparison: published, then the model."""
    observed, spread = (
        numbers.finite(row.get("observed")),
        numbers.finite(row.get("sd")),
    )
    low, high = numbers.ends(row.get("interval90"))
    known = observed is not None and spread is not None
    what = f"{row['species']}, {row['comparison']}"
    passed = {True: "inside", False: "outside", None: "not judged"}[row.get("passed")]
    return [
        {
            "label": numbers.wrap(f"{what}: published", 44),
            "low": observed - spread if known else None,  # type: ignore[operator]
            "high": observed + spread if known else None,  # type: ignore[operator]
            "median": observed,
            "colour": _PUBLISHED,
            "note": "",
            "filled": False,
        },
        {
            "label": numbers.wrap(f"{what}: model", 44),
            "low": low,
            "high": high,
            "median": numbers.finite(row.get("predicted")),
            "colour": TREATED[0],
            "note": passed,
        },
    ]


def controls(rows: Sequence[Row], shown: int = SHOWN) -> Spec:
    """Draw published control values (mean, SD) beside the model's, by quantity.

    Parameters
    ----------
    rows
        ``trust.controls`` of the plan document.
    shown
        How many comparisons to draw; those that fail come first.
    """
    ranked = sorted(rows, key=lambda row: row.get("passed") is not False)[:shown]
    panels = []
    for what, unit in dict.fromkeys((r["quantity"], r["unit"]) for r in ranked):
        chosen = [r for r in ranked if (r["quantity"], r["unit"]) == (what, unit)]
        drawn = [line for row in chosen for line in _pair(row)]
        if not positions(drawn, log=False):
            continue
        words = numbers.unit_words(unit)
        axis = f"{what} ({words})" if words else what
        panel = forest(drawn, Frame(x_title=axis, title=what, width=300, row_height=20))
        panels.append(panel)
    if not panels:
        return nothing("No control comparison has a number.")
    parts = [
        f"{row['species']}, {row['comparison']}: published "
        f"{numbers.quantity(row.get('observed'), row['unit'])}, model "
        f"{numbers.quantity(row.get('predicted'), row['unit'])}"
        for row in ranked
    ]
    return finish(stack(panels), f"Controls, published and model. {listing(parts)}")
