"""The donors as the review sees them: advantages and risks, each with its source.

Reads ``data/donors.csv``; behind each advantage and risk stands its source in brackets,
or ``assumed``. Numbers of a donor are parameters, not here.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

_TRAIT = re.compile(r"(?P<words>.+) \[(?P<source>\S+)(?: (?P<locator>.+))?\]")


@dataclass(frozen=True, slots=True)
class Trait:
    """One advantage or risk, and where it is from; `source` is empty where assumed."""

    words: str
    source: str
    locator: str


@dataclass(frozen=True, slots=True)
class DonorEntry:
    """One donor of the table.

    Parameters
    ----------
    name, title, aliases, family
        What it is and what it goes by.
    grown
        Whether it is cultured; else it is collected.
    presents_antigen
        Whether its vesicles carry working MHC molecules of an immune cell.
    tumour
        Whether its cells can form tumours.
    autologous, never_own
        Whether it can be the patient's own, and else why not.
    collection, collected_from
        What one collection of the parameter tables is, and of which species; empty for
        what is grown.
    advantages, risks
        As the review's Figure 2 and text have them, with what is assumed.
    """

    name: str
    title: str
    aliases: tuple[str, ...]
    family: str
    grown: bool
    presents_antigen: bool
    tumour: bool
    autologous: bool
    never_own: str
    collection: str
    collected_from: str
    advantages: tuple[Trait, ...]
    risks: tuple[Trait, ...]


@lru_cache(maxsize=1)
def shipped_donors() -> Mapping[str, DonorEntry]:
    """Read the donors that ship with the program, by name, in the table's order."""
    table = resources.files("exoheart") / "data" / "donors.csv"
    rows = csv.DictReader(table.read_text("utf-8").splitlines())
    return {row["donor"]: _entry(row) for row in rows}


def _entry(row: Mapping[str, str]) -> DonorEntry:
    return DonorEntry(
        name=row["donor"],
        title=row["title"],
        aliases=tuple(row["aliases"].split(";")),
        family=row["family"],
        grown=row["grown"] == "yes",
        presents_antigen=row["presents_antigen"] == "yes",
        tumour=row["tumour"] == "yes",
        autologous=not row["never_own"],
        never_own=row["never_own"],
        collection=row["collection"],
        collected_from=row["collected_from"],
        advantages=_traits(row["advantages"]),
        risks=_traits(row["risks"]),
    )


def _traits(cell: str) -> tuple[Trait, ...]:
    found = [_TRAIT.fullmatch(part.strip()) for part in cell.split(";")]
    return tuple(
        Trait(
            one["words"],
            "" if one["source"] == "assumed" else one["source"],
            one["locator"] or "",
        )
        for one in found
        if one is not None
    )
