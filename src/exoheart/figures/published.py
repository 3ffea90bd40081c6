"""Figure 3: published effects beside the predicted ones, outcome by outcome."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from exoheart.figures import numbers
from exoheart.figures.answer import answer_rows
from exoheart.figures.forest import Frame, forest, positions, stack
from exoheart.figures.specification import Row, Spec
from exoheart.figures.theme import finish, listing, nothing

_STUDY, _POOLED = "#7a838d", "#1d2733"


def _unit(unit: object) -> str:
    """Give a unit for comparison: points and percent are the same scale here."""
    words = numbers.unit_words(unit)
    return "%" if words in {"points", "%"} else words


def _split(name: str) -> tuple[str, str]:
    """Split ``infarct size of area at risk, 48 h`` into quantity and region."""
    quantity, _, region = name.lower().split(",")[0].partition(" of ")
    return quantity.strip(), region.strip()


def comparable(outcome: str, unit: object, row: Row) -> bool:
    """Say whether a published outcome is what a predicted row predicts.

    Quantity and unit must be the same, and the region where both name one; "points"
    and "%" count as one unit, since both are differences of percentages.
    """
    given, region = _split(outcome)
    quantity, planned = _split(str(row["endpoint"]))
    same_place = not region or not planned or region == planned
    same_unit = _unit(unit) == _unit(row.get("unit"))
    return given == quantity and same_place and same_unit


def published_rows(published: Row, predicted: Sequence[Row]) -> list[dict[str, Any]]:
    """Give the published rows that can stand beside `predicted` (one endpoint)."""
    first, rows = predicted[0], []
    for study in published.get("nearest", ()):
        effect = numbers.finite(study.get("effect"))
        if effect is None or not comparable(study["outcome"], study["unit"], first):
            continue
        words = [study[key] for key in ("species", "route", "dose") if study.get(key)]
        rows.append(
            {
                "label": numbers.wrap(study["study"].replace("_", " "), 34),
                "low": None,
                "high": None,
                "median": effect,
                "colour": _STUDY,
                "note": numbers.wrap(", ".join(map(str, words)), 38),
                "filled": False,
            }
        )
    for pool in published.get("pooled", ()):
        low, high = numbers.ends(pool.get("interval95"))
        estimate = numbers.finite(pool.get("estimate"))
        if estimate is None or not comparable(pool["outcome"], pool["unit"], first):
            continue
        rows.append(
            {
                "label": numbers.wrap(f"pooled: {pool['analysis']}", 34),
                "low": low,
                "high": high,
                "median": estimate,
                "colour": _POOLED,
                "note": numbers.wrap(
                    f"{numbers.number(pool.get('k'))} studies, {_words(pool)}", 38
                ),
            }
        )
    return rows


def _words(pool: Row) -> str:
    return str(pool.get("population") or "population not stated")


def published(published: Row, rows: Sequence[Row], arms: Sequence[Row]) -> Spec:
    """Draw published effects beside the predictions, a panel per endpoint.

    Published studies are hollow dots without an interval, since their spread is
    often of unknown type; pooled results carry their 95 % interval, predictions the
    90 % interval of one future trial.
    """
    panels, parts = [], []
    for endpoint in dict.fromkeys(row["endpoint"] for row in rows):
        chosen = [row for row in rows if row["endpoint"] == endpoint]
        known = published_rows(published, chosen)
        if not known:
            continue
        ours = answer_rows(chosen, arms)
        for row, source in zip(ours, chosen, strict=True):
            row["label"] = numbers.wrap(f"this plan: {source['arm']}", 34)
            row["note"] = "predicted, 90 % interval"
        unit = numbers.unit_words(chosen[0].get("unit"))
        drawn = known + [row for row in ours if positions([row], log=False)]
        axis = f"difference to control ({unit})"
        title = endpoint
        panels.append(
            forest(drawn, Frame(x_title=axis, title=title, zero=True, width=280))
        )
        parts.append(f"{endpoint}: {len(known)} published effects")
    if not panels:
        return nothing("No published effect has the outcome and unit of an endpoint.")
    text = f"Published effects beside the predicted ones. {listing(parts)}"
    return finish(stack(panels), text)
