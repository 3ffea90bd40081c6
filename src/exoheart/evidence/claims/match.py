"""Which published study rows bear on a statement, and what each of them says.

Comes between the tables of claims (:mod:`exoheart.evidence.claims.tables`) and the
verdicts (:mod:`exoheart.evidence.claims.verdict`). Forms are never mixed: a query names
one form, and only rows of that form match it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from exoheart.evidence.claims.tables import Query
from exoheart.evidence.studies import OutcomeRecord, StudyRecord
from exoheart.evidence.vocabulary import OUTCOMES, TITLE

#: Families of donors, and the words by which a donor belongs to one; the first family
#: that has such a word counts. The names are those of `donors.csv`.
FAMILIES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "pluripotent": ("ipsc", "esc", "embryonic", "pluripotent"),
        "cardiac progenitor": (
            *("cdc", "cpc", "cardiosphere", "cardiac progenitor", "c-kit"),
            *("explant", "heart-derived"),
        ),
        "mesenchymal": ("msc", "mesenchymal", "stromal"),
        "blood": ("cd34", "haematopoietic"),
        "vessel": ("endothelial", "epc", "huvec"),
        "immune": ("dendritic", "b-cell", "b cell"),
        "comparator": ("fibroblast",),
        "production line": ("hek293",),
        "collected": ("plasma", "perfused", "whole heart"),
    }
)
#: Outcomes that fall where the rest of their family rises.
REVERSED = (
    *("NYHA class", "change in circumferential strain"),
    *("diastolic pressure-volume relation", "viable mass", "change in viable mass"),
    *("protection", "reparative share", "IL-10"),
)
#: Words of a comparator that got something itself, so that it is no control.
_TREATED = ("vesicle", "exosome", "cells", "normoxic", "without ", "unmodified")
_OPPOSITE = {"increase": "decrease", "decrease": "increase", "none": "none"}
_NUMBERED = re.compile(r"\d+(\s*(or|,)\s*\d+)*")


def family_of(donor: str) -> str:
    """Give the family of a donor; empty where it is in none.

    Examples
    --------
    >>> family_of("MSC-UC"), family_of("iPSC cardiac progenitors"), family_of("EPC")
    ('mesenchymal', 'pluripotent', 'vessel')
    """
    low = donor.lower()
    for family, words in FAMILIES.items():
        if any(re.search(rf"(?<![a-z0-9]){re.escape(word)}", low) for word in words):
            return family
    return ""


def reference_numbers(study: StudyRecord) -> tuple[str, ...]:
    """Give the review's numbers of a study; several where it is open which.

    Examples
    --------
    >>> from exoheart.evidence.studies import load_studies
    >>> known = {study.id: study for study in load_studies()}
    >>> reference_numbers(known["Makkar2012_CADUCEUS"])
    ('39', '40')
    """
    return numbers_in(study.reference_in_review)


def numbers_in(text: str) -> tuple[str, ...]:
    """Give the numbers at the head of a note on a reference (``39 or 40``)."""
    found = _NUMBERED.match(text)
    return tuple(re.findall(r"\d+", found.group())) if found else ()


def matches(query: Query, study: StudyRecord, row: OutcomeRecord) -> bool:
    """Say whether a row of a study bears on a query, whatever it says.

    Readings before treatment, unread rows and control arms never do. Retracted
    studies do: the verdict lists them without counting them.
    """
    if row.form != query.form or row.baseline or row.verification == "unread":
        return False
    return (
        _within(study.species, query.species)
        and _within(row.route, query.routes)
        and _within(study.model, query.models)
        and _within_any(reference_numbers(study), query.references)
        and _donor(query, row)
        and _modification(query, row)
        and _comparator(query, study, row)
        and _outcome(query, row)
        and _time(query, row)
    )


def _within(word: str, allowed: tuple[str, ...]) -> bool:
    return not allowed or word in allowed


def _within_any(words: tuple[str, ...], allowed: tuple[str, ...]) -> bool:
    return not allowed or any(word in allowed for word in words)


def _donor(query: Query, row: OutcomeRecord) -> bool:
    if not query.donors:
        return True
    if family_of(row.donor) in query.donors:
        return True
    names = [name for name in query.donors if name not in FAMILIES]
    low = row.donor.lower()
    return any(
        re.search(rf"(?<![a-z0-9]){re.escape(name.lower())}(?![a-z0-9])", low)
        for name in names
    )


def _modification(query: Query, row: OutcomeRecord) -> bool:
    if not query.modifications:
        return True
    low = row.modification.lower()
    return any(
        (not low if word == "none" else word.lower() in low)
        for word in query.modifications
    )


def _comparator(query: Query, study: StudyRecord, row: OutcomeRecord) -> bool:
    low = row.comparator.lower()
    if query.comparators:
        return any(word.lower() in low for word in query.comparators)
    return not treated_comparator(study, row)


def treated_comparator(study: StudyRecord, row: OutcomeRecord) -> bool:
    """Say whether a row is held against an arm that got something itself."""
    forms = {other.form for other in study.outcomes if other.arm == row.comparator}
    if row.comparator and forms:
        return not forms <= {"control", ""}
    low = row.comparator.lower()
    return any(word in low for word in _TREATED)


def _outcome(query: Query, row: OutcomeRecord) -> bool:
    return row.outcome in query.outcomes or f"family:{row.family}" in query.outcomes


def _time(query: Query, row: OutcomeRecord) -> bool:
    if query.earliest_h is None and query.latest_h is None:
        return True
    if row.at_h is None:
        return False
    early = query.earliest_h is not None and row.at_h < query.earliest_h
    late = query.latest_h is not None and row.at_h > query.latest_h
    return not early and not late


def direction_of(study: StudyRecord, row: OutcomeRecord) -> tuple[str, bool]:
    """Give what a row says, and whether that comes from its means alone.

    A printed direction counts. Without one the sign of treated minus control does,
    where both means are printed; else the direction is empty: the row says nothing.
    """
    if row.direction:
        return row.direction, False
    control = study.control_of(row)
    if row.mean is None or control is None or control.mean is None:
        return "", False
    if row.mean == control.mean:
        return "none", True
    return ("increase" if row.mean > control.mean else "decrease"), True


def stance_of(query: Query, row: OutcomeRecord, direction: str) -> str:
    """Give ``supports``, ``contradicts`` or ``limits`` for a row's direction.

    Outcomes that fall where their family rises are turned round when the query asks
    for the family. A limit is what rests on a title alone, and what the query's
    `counts` doesn't let a row decide.
    """
    if row.verification == TITLE:
        return "limits"
    asked_by_name = row.outcome in query.outcomes
    turned = row.outcome in REVERSED and not asked_by_name
    said = _OPPOSITE[direction] if turned else direction
    stance = "supports" if said == query.direction else "contradicts"
    allowed = query.counts in {"both", f"{stance} only"}
    return stance if allowed else "limits"


def families() -> frozenset[str]:
    """Give the families of outcomes that a query may name."""
    return frozenset(OUTCOMES.values())
