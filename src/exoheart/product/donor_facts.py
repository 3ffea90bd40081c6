"""What the table of donors says to making, regulation and immunology.

Reads ``data/donors.csv``, so that a fact on a donor stands in one place; what a donor
releases is the donor stage's own.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from types import MappingProxyType

from exoheart.errors import InputError, closest


@dataclass(frozen=True, slots=True)
class DonorFacts:
    """What the product stage needs to know of one donor.

    Parameters
    ----------
    family
        Sort of donor: mesenchymal, pluripotent, ...
    grown
        Whether it is cultured; else it is collected.
    presents_antigen
        Whether its vesicles carry working MHC molecules of an immune cell.
    tumour
        Whether its cells can form tumours.
    never_own
        Why it can be no patient's and no animal's own; empty where it can.
    collection, collected_from
        What one collection of the parameter tables is, and of which species; empty for
        donors that are grown.
    """

    family: str
    grown: bool
    presents_antigen: bool
    tumour: bool
    never_own: str
    collection: str
    collected_from: str


def _rows() -> list[dict[str, str]]:
    table = resources.files("exoheart") / "data" / "donors.csv"
    return list(csv.DictReader(table.read_text("utf-8").splitlines()))


def _aliases() -> dict[str, list[str]]:
    return {row["donor"]: row["aliases"].split(";") for row in _rows()}


@lru_cache(maxsize=1)
def donor_facts() -> Mapping[str, DonorFacts]:
    """Give the facts by the tables' name of the donor.

    Examples
    --------
    >>> donor_facts()["perfused-heart"].collected_from
    'rat'
    """
    return MappingProxyType(
        {
            row["donor"]: DonorFacts(
                family=row["family"],
                grown=row["grown"] == "yes",
                presents_antigen=row["presents_antigen"] == "yes",
                tumour=row["tumour"] == "yes",
                never_own=row["never_own"],
                collection=row["collection"],
                collected_from=row["collected_from"],
            )
            for row in _rows()
        }
    )


@lru_cache(maxsize=1)
def _by_any_name() -> Mapping[str, DonorFacts]:
    facts = donor_facts()
    return {
        name.lower(): facts[donor]
        for donor, aliases in _aliases().items()
        for name in (donor, *aliases)
    }


def facts_of(donor: str) -> DonorFacts:
    """Give the facts of a donor by its name or alias.

    Raises
    ------
    InputError
        Nobody goes by this name.

    Examples
    --------
    >>> facts_of("dendritic cell").presents_antigen
    True
    """
    try:
        return _by_any_name()[donor.strip().lower()]
    except KeyError:
        near = closest(donor, _by_any_name()) or "none"
        raise InputError(
            f"donor {donor!r} is unknown; allowed: {', '.join(donor_facts())}; "
            f"nearest: {near}; use one of them"
        ) from None


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
