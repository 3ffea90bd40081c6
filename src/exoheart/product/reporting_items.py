"""What reporting standards ask for, kept as data in the project's own words.

Beside :mod:`exoheart.product.reporting`, which fills the items. An item whose text was
not read says so.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

#: The standards, in the order of the table.
STANDARDS = (
    *("MISEV2018", "MISEV2023", "EV-TRACK", "ARRIVE 2.0", "SYRCLE", "MIFlowCyt-EV"),
)
#: Of these no score is formed: they are for appraisal.
APPRAISALS = ("SYRCLE",)
RISK_ANSWERS = ("low", "high", "unclear")
#: Marks a part of an item that no file of the program holds, only the user's words.
_OWN = "?"


@dataclass(frozen=True, slots=True)
class ReportingItem:
    """One item of a standard.

    Parameters
    ----------
    standard, item, category, words
        One of :data:`STANDARDS`, its id here, what it belongs to, what it asks.
    essential
        Essential, or else recommended.
    when
        What has to be there for it to apply (``vesicles``, ``blood``, ...); empty for
        always, ``claimed`` where only the author can say.
    fields
        Keys of what fills it; all of them, for the item to be filled.
    missing
        Parts that no file holds: the user's words alone fill them.
    source, verified, note
        Where it is from, whether a text of it was read, and which.
    """

    standard: str
    item: str
    category: str
    words: str
    essential: bool
    when: str
    fields: tuple[str, ...]
    missing: tuple[str, ...]
    source: str
    verified: bool
    note: str

    @property
    def standing(self) -> str:
        """Whether a text of the item was read."""
        return "text read" if self.verified else "recalled, not checked"


def read_items(rows: Iterable[Mapping[str, str]]) -> tuple[ReportingItem, ...]:
    """Turn table rows into items."""
    return tuple(_item(row) for row in rows)


def _item(row: Mapping[str, str]) -> ReportingItem:
    parts = [part.strip() for part in row["fields"].split(";") if part.strip()]
    return ReportingItem(
        standard=row["standard"],
        item=row["item"],
        category=row["category"],
        words=row["words"],
        essential=row["required"] == "essential",
        when=row["when"],
        fields=tuple(part for part in parts if not part.startswith(_OWN)),
        missing=tuple(part.removeprefix(_OWN) for part in parts if part[0] == _OWN),
        source=row["source"],
        verified=row["verified"] == "yes",
        note=row["note"],
    )


@lru_cache(maxsize=1)
def shipped_items() -> tuple[ReportingItem, ...]:
    """Read the items that ship with the program (once)."""
    table = resources.files("exoheart") / "data" / "reporting_items.csv"
    return read_items(csv.DictReader(table.read_text("utf-8").splitlines()))
