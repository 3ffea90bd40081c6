"""What sort of donor a product is from, as the table of donors has it.

Asked by regulation and immunology. Reads ``data/donors.csv``; what the donor releases
is the donor stage's own.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources

IMMUNE, PLURIPOTENT, LINE = "immune", "pluripotent", "production line"
#: Collected as it is, never cultured.
COLLECTED = "collected"


@lru_cache(maxsize=1)
def _families() -> Mapping[str, str]:
    table = resources.files("exoheart") / "data" / "donors.csv"
    rows = csv.DictReader(table.read_text("utf-8").splitlines())
    return {
        name.strip().lower(): row["family"]
        for row in rows
        for name in (row["donor"], *row["aliases"].split(";"))
        if name.strip()
    }


def donor_family(donor: str) -> str:
    """Give the family of a donor by its name or alias; empty for one not listed.

    Examples
    --------
    >>> donor_family("iPSC-MSC")
    'pluripotent'
    """
    return _families().get(donor.strip().lower(), "")
