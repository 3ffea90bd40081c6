"""Which donors there are and what can be done to them, as plain data."""

from __future__ import annotations

from typing import Any

from exoheart import donor as stage
from exoheart.donor.table import shipped_donors
from exoheart.evidence import load_parameters
from exoheart.prediction.donor_record import plain


def donor_list() -> list[dict[str, Any]]:
    """Give the donors with their advantages and risks as plain data."""
    return [plain(one) for one in shipped_donors().values()]


def modifier_list() -> list[dict[str, Any]]:
    """Give what can be done to donors or vesicles as plain data, with its folds."""
    rows = {row.id: row for row in load_parameters()}
    found = []
    for one in stage.shipped_modifiers().values():
        effects = [
            {
                "target": effect.target,
                "row": effect.row,
                **_fold_of(rows.get(effect.row)),
            }
            for effect in one.effects
        ]
        found.append({**plain(one), "effects": effects})
    return found


def _fold_of(row: Any) -> dict[str, Any]:
    if row is None:
        return {"interval90": None, "median": None, "kind": ""}
    low, median, high = (float(x) for x in row.distribution.quantile((0.05, 0.5, 0.95)))
    return {"interval90": [low, high], "median": median, "kind": row.kind}
