"""The statements of the review, and what bears on each, as frozen records.

`data/claims/` holds four tables: `claims.csv` (the 172 statements in our own words),
`queries.csv` (which published study rows would answer one), `facts.csv` (what read
texts say of one, where it is no outcome of a study arm) and `outside.csv` (why a
statement has no answer). No table holds a verdict: verdicts are computed from the
rows, so that an added study changes them. `docs/claims.md` explains the columns.

Read next: :mod:`exoheart.evidence.claims.match` (which rows bear on a statement),
:mod:`exoheart.evidence.claims.verdict` (what they add up to),
:mod:`exoheart.evidence.claims.rules` (what the tables must hold).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from exoheart.evidence.tables import RawRow, data_folder, number, read_table

CLAIM_COLUMNS = ("id", "section", "claim", "direction", "quantity", "references")
FACT_COLUMNS = (
    *("claim", "stance", "statement", "source", "locator", "verification"),
    *("reference", "note"),
)
QUERY_COLUMNS = (
    *("claim", "form", "donor", "modification", "species", "route", "model"),
    *("comparator", "outcome", "earliest_h", "latest_h", "direction", "counts"),
    "reference",
)
OUTSIDE_COLUMNS = ("claim", "topic", "reason")

#: Which way a statement points; `n/a` where it names no direction.
CLAIM_DIRECTIONS = ("increase", "decrease", "none", "n/a")
STANCES = ("supports", "contradicts", "limits")
#: What a query's rows may decide: a statement that something exists can't be refuted
#: by one study that didn't find it, one that nothing else works can't be proved so.
COUNTS = ("both", "supports only", "contradicts only")
#: Why a statement stays without an answer, one line each.
TOPICS: Mapping[str, str] = MappingProxyType(
    {
        "unread": "the cited text could not be read, and no text that was read answers",
        "in vitro": "cells in a dish, which the model leaves out",
        "cells": "what living cells become: engraftment, differentiation, tumours",
        "cargo": "which molecules vesicles hold, beyond what a text that was read says",
        "history": "when something was found, tried or named",
        "commerce": "costs, rights and plans of companies",
        "immunity": "sensitisation and rejection, which hardly anybody has measured",
        "opinion": "a judgement or a forecast that no observation settles",
    }
)


@dataclass(frozen=True, slots=True)
class Claim:
    """One checkable statement of the review, in our own words.

    `direction` is one of :data:`CLAIM_DIRECTIONS`, `quantity` what the review prints
    with it (or empty), `references` the numbers that the review cites for it.
    """

    id: str
    section: str
    claim: str
    direction: str
    quantity: str
    references: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """What a text that was read says of a statement.

    Parameters
    ----------
    claim, stance
        Id of the statement; ``supports``, ``contradicts`` or ``limits`` (shown, never
        counted).
    statement
        In our own words.
    source, locator, verification
        Key in the bibliography, where in it, and how it was read.
    reference
        The review's number for this source, or empty.
    note
        What to know about it.
    """

    claim: str
    stance: str
    statement: str
    source: str
    locator: str
    verification: str
    reference: str
    note: str


@dataclass(frozen=True, slots=True)
class Query:
    """Which published study rows bear on a statement, and which way they must point.

    An empty field takes every row. `outcomes` holds outcomes or ``family:`` and a
    family; `modifications` words of which one must be contained, ``none`` for
    unmodified; `comparators` likewise, empty for control arms only. `earliest_h` and
    `latest_h` bound the time of reading [h after the onset of the infarct]; with a
    bound, rows without a time don't match. `direction` is the one that supports the
    statement, `counts` one of :data:`COUNTS`, `references` the review's numbers where
    only those studies count.
    """

    claim: str
    form: str
    donors: tuple[str, ...]
    modifications: tuple[str, ...]
    species: tuple[str, ...]
    routes: tuple[str, ...]
    models: tuple[str, ...]
    comparators: tuple[str, ...]
    outcomes: tuple[str, ...]
    earliest_h: float | None
    latest_h: float | None
    direction: str
    counts: str
    references: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outside:
    """Why a statement has no answer by rows: a topic of :data:`TOPICS`, and why."""

    claim: str
    topic: str
    reason: str


def parts_of(text: str) -> tuple[str, ...]:
    """Split a cell at its semicolons; empty parts are left out.

    Examples
    --------
    >>> parts_of("mouse; rat")
    ('mouse', 'rat')
    """
    return tuple(part.strip() for part in text.split(";") if part.strip())


def claim_rows(name: str, root: Path) -> list[RawRow]:
    """Give the raw rows of one table of claims; none where the folder has no such."""
    path = root / "claims" / name
    return read_table(path, root)[1] if path.exists() else []


def load_claims(folder: Path | None = None) -> tuple[Claim, ...]:
    """Load every statement, in the order of the review.

    Parameters
    ----------
    folder
        Folder of the data tables (it holds `claims/`); None for the shipped one.

    Examples
    --------
    >>> len(load_claims())
    172
    """
    root = data_folder(folder)
    return tuple(
        Claim(
            id=row["id"],
            section=row["section"],
            claim=row["claim"],
            direction=row["direction"],
            quantity=row["quantity"],
            references=parts_of(row["references"]),
        )
        for row in claim_rows("claims.csv", root)
    )


def load_facts(folder: Path | None = None) -> tuple[Fact, ...]:
    """Load what read texts say of the statements.

    Examples
    --------
    >>> {fact.stance for fact in load_facts()} <= set(STANCES)
    True
    """
    root = data_folder(folder)
    return tuple(
        Fact(*(row[column] for column in FACT_COLUMNS))
        for row in claim_rows("facts.csv", root)
    )


def load_queries(folder: Path | None = None) -> tuple[Query, ...]:
    """Load which study rows bear on the statements.

    Raises
    ------
    DataError
        A time that is no number.

    Examples
    --------
    >>> [query.routes for query in load_queries() if query.claim == "C128"][0]
    ('intracoronary',)
    """
    root = data_folder(folder)
    return tuple(_query(row) for row in claim_rows("queries.csv", root))


def _query(row: RawRow) -> Query:
    return Query(
        claim=row["claim"],
        form=row["form"],
        donors=parts_of(row["donor"]),
        modifications=parts_of(row["modification"]),
        species=parts_of(row["species"]),
        routes=parts_of(row["route"]),
        models=parts_of(row["model"]),
        comparators=parts_of(row["comparator"]),
        outcomes=parts_of(row["outcome"]),
        earliest_h=number(row, "earliest_h"),
        latest_h=number(row, "latest_h"),
        direction=row["direction"],
        counts=row["counts"],
        references=parts_of(row["reference"]),
    )


def load_outside(folder: Path | None = None) -> tuple[Outside, ...]:
    """Load why some statements have no answer.

    Examples
    --------
    >>> all(row.topic in TOPICS for row in load_outside())
    True
    """
    root = data_folder(folder)
    return tuple(
        Outside(*(row[column] for column in OUTSIDE_COLUMNS))
        for row in claim_rows("outside.csv", root)
    )
