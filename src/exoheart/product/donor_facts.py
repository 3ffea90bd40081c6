"""What the table of donors says for making: who is nobody's own, what is collected.

Asked by the make plan. Reads ``data/donors.csv``, so that a fact on a donor stands in
one place.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class DonorFacts:
    """What making needs to know of one donor.

    Parameters
    ----------
    never_own
        Why it can be no patient's and no animal's own; empty where it can.
    collection, collected_from
        What one collection of the parameter tables is, and of which species; empty for
        donors that are grown.
    """

    never_own: str
    collection: str
    collected_from: str


@lru_cache(maxsize=1)
def donor_facts() -> Mapping[str, DonorFacts]:
    """Give the facts by the tables' name of the donor.

    Examples
    --------
    >>> donor_facts()["perfused-heart"].collected_from
    'rat'
    """
    table = resources.files("exoheart") / "data" / "donors.csv"
    rows = csv.DictReader(table.read_text("utf-8").splitlines())
    return MappingProxyType(
        {
            row["donor"]: DonorFacts(
                row["never_own"], row["collection"], row["collected_from"]
            )
            for row in rows
        }
    )


def never_own() -> Mapping[str, str]:
    """Give the donors that nobody can be for himself, and why.

    Examples
    --------
    >>> sorted(never_own())
    ['ESC', 'HEK293', 'MSC-UC', 'perfused-heart']
    """
    return MappingProxyType(
        {name: one.never_own for name, one in donor_facts().items() if one.never_own}
    )
