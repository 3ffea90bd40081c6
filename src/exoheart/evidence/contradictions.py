"""Published statements that contradict each other and bear on a plan.

They are shown, never averaged; `data/studies/contradictions.csv` holds them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from exoheart.evidence.plan_terms import treated_arms
from exoheart.evidence.tables import data_folder, read_table
from exoheart.records.study import Study


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two published statements that disagree, and how far that reading goes."""

    id: str
    title: str
    claim: str
    source: str
    against: str
    against_source: str
    reading: str


def contradictions(study: Study, folder: Path | None = None) -> list[Contradiction]:
    """List the published contradictions that bear on a plan.

    Rows of `studies/contradictions.csv` name the species, route, form and quantity
    that they concern; an empty cell concerns every plan. Plans that treat nobody have
    none.
    """
    root = data_folder(folder)
    path = root / "studies" / "contradictions.csv"
    arms = treated_arms(study)
    if not arms or not path.exists():
        return []
    mine: dict[str, set[str]] = {
        "species": {study.animal.species},
        "route": {arm.route or "" for arm, _ in arms},
        "form": {product.form for _, product in arms},
        "quantity": {endpoint.quantity for endpoint in study.endpoints},
    }
    fields = ("id", "title", "claim", "source", "against", "against_source", "reading")
    return [
        Contradiction(*(row[field] for field in fields))
        for row in read_table(path, root)[1]
        if all(not row[column] or row[column] in mine[column] for column in mine)
    ]
