"""What must hold for the tables of the review's statements.

Called by :mod:`exoheart.evidence.check` in the style of
:mod:`exoheart.evidence.study_rules`: each function yields every fault it finds.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

from exoheart.errors import Fault, closest
from exoheart.evidence.bibliography import parse_bibliography
from exoheart.evidence.claims.match import FAMILIES, families
from exoheart.evidence.claims.tables import (
    CLAIM_COLUMNS,
    CLAIM_DIRECTIONS,
    COUNTS,
    FACT_COLUMNS,
    OUTSIDE_COLUMNS,
    QUERY_COLUMNS,
    STANCES,
    TOPICS,
    claim_rows,
    parts_of,
)
from exoheart.evidence.row_rules import (
    cells_complete,
    numbers_readable,
    numeric,
    one_of,
)
from exoheart.evidence.tables import RawRow, read_table
from exoheart.evidence.vocabulary import (
    DIRECTIONS,
    FORMS_GIVEN,
    MODELS,
    OUTCOMES,
    ROUTES,
    STUDY_SPECIES,
    TITLE,
    VERIFICATIONS,
)

_ID = re.compile(r"C\d{3}")
_NUMBER = re.compile(r"\d+")
_COLUMNS = {
    "claims.csv": CLAIM_COLUMNS,
    "facts.csv": FACT_COLUMNS,
    "queries.csv": QUERY_COLUMNS,
    "outside.csv": OUTSIDE_COLUMNS,
}
#: The source whose statements these are: it can't speak for itself.
THE_REVIEW = "Review2017"
#: How a fact may have been read: any way but not at all.
READ = tuple(word for word in VERIFICATIONS if word != "unread")
_QUERY_LISTS: Mapping[str, Collection[str]] = {
    "species": tuple(filter(None, STUDY_SPECIES)),
    "route": tuple(filter(None, ROUTES)),
    "model": tuple(filter(None, MODELS)),
}
#: Cells that must not repeat together in a table.
_ONCE = {
    "claims.csv": ("id",),
    "facts.csv": ("claim", "stance", "statement", "source"),
    "queries.csv": QUERY_COLUMNS,
    "outside.csv": ("claim",),
}


def claim_ids(root: Path) -> tuple[str, ...] | None:
    """Give the ids of the statements; None where there is no table of them."""
    if not (root / "claims" / "claims.csv").exists():
        return None
    return tuple(row["id"] for row in claim_rows("claims.csv", root))


def check_claims(root: Path) -> Iterator[Fault]:
    """List the faults of the tables of statements; nothing where there are none."""
    if not (root / "claims" / "claims.csv").exists():
        return
    wrong = list(_headers(root))
    yield from wrong
    if wrong:
        return
    tables = {name: claim_rows(name, root) for name in _COLUMNS}
    for name, rows in tables.items():
        yield from _all_rows(name, rows)
    known = {row["id"] for row in tables["claims.csv"]}
    for row in tables["claims.csv"]:
        yield from _claim(row)
    sources = _sources(root)
    for row in tables["facts.csv"]:
        yield from _named(row, known)
        yield from _fact(row, sources)
    donors = _donors(root)
    for row in tables["queries.csv"]:
        yield from _named(row, known)
        yield from _query(row, donors)
    for row in tables["outside.csv"]:
        yield from _named(row, known)
        yield from one_of(row, "topic", tuple(TOPICS))
        yield from _filled(row, ("reason",))
    yield from _unanswerable(tables)


def _headers(root: Path) -> Iterator[Fault]:
    """Demand that each table is there, with its columns in their order."""
    for name, wanted in _COLUMNS.items():
        path = root / "claims" / name
        if not path.exists():
            yield Fault(f"claims/{name}", "no such file", ", ".join(wanted))
            continue
        header = read_table(path, root)[0]
        if header != wanted:
            where = f"claims/{name} row 1"
            yield Fault(where, ", ".join(header), ", ".join(wanted))


def _all_rows(name: str, rows: Iterable[RawRow]) -> Iterator[Fault]:
    """Demand full rows, and none of them twice."""
    seen: dict[tuple[str, ...], RawRow] = {}
    for row in rows:
        yield from cells_complete(row)
        key = tuple(row[column] for column in _ONCE[name])
        if key in seen:
            met = " | ".join(filter(None, key))
            yield Fault(row.where(), met, f"once; the first is {seen[key].where()}")
        seen.setdefault(key, row)


def _filled(row: RawRow, columns: Iterable[str]) -> Iterator[Fault]:
    for column in columns:
        if not row[column]:
            yield Fault(row.where(column), "an empty cell", f"a {column}")


def _named(row: RawRow, known: Collection[str]) -> Iterator[Fault]:
    if row["claim"] not in known:
        met, near = repr(row["claim"]), closest(row["claim"], known)
        yield Fault(row.where("claim"), met, "an id of claims/claims.csv", near)


def _list(
    row: RawRow, column: str, allowed: Collection[str], words: str
) -> Iterator[Fault]:
    """Demand that every word of a cell is allowed."""
    for word in parts_of(row[column]):
        if word not in allowed:
            near = closest(word, allowed)
            yield Fault(row.where(column), repr(word), words, near)


def _references(row: RawRow, column: str) -> Iterator[Fault]:
    for part in parts_of(row[column]):
        if not _NUMBER.fullmatch(part):
            yield Fault(row.where(column), repr(part), "a number of the review's list")


def _claim(row: RawRow) -> Iterator[Fault]:
    if not _ID.fullmatch(row["id"]):
        yield Fault(row.where("id"), repr(row["id"]), "C and three digits")
    yield from one_of(row, "direction", CLAIM_DIRECTIONS)
    yield from _filled(row, ("section", "claim"))
    yield from _references(row, "references")


def _fact(row: RawRow, sources: Collection[str]) -> Iterator[Fault]:
    yield from one_of(row, "stance", STANCES)
    yield from one_of(row, "verification", READ)
    yield from _filled(row, ("statement", "locator"))
    yield from _title(row)
    if row["source"] == THE_REVIEW:
        allowed = "another source: the review can't speak for its own statements"
        yield Fault(row.where("source"), row["source"], allowed)
    elif row["source"] not in sources:
        met, near = repr(row["source"]), closest(row["source"], sources)
        yield Fault(row.where("source"), met, "a key of sources.bib", near)


def _title(row: RawRow) -> Iterator[Fault]:
    """Demand that a title alone is called one, and decides nothing."""
    if row["locator"].startswith(TITLE) and row["verification"] in {*READ} - {TITLE}:
        where = row.where("verification")
        yield Fault(where, repr(row["verification"]), f"{TITLE!r}, as in locator")
    if row["verification"] == TITLE and row["stance"] in {*STANCES} - {"limits"}:
        allowed = "'limits': a title alone decides nothing"
        yield Fault(row.where("stance"), repr(row["stance"]), allowed)


def _query(row: RawRow, donors: Collection[str]) -> Iterator[Fault]:
    yield from one_of(row, "form", tuple(word for word in FORMS_GIVEN if word))
    yield from one_of(row, "direction", tuple(word for word in DIRECTIONS if word))
    yield from one_of(row, "counts", COUNTS)
    for column, allowed in _QUERY_LISTS.items():
        yield from _list(row, column, allowed, ", ".join(allowed))
    yield from _list(row, "donor", donors, "a family or a donor of the tables")
    outcomes = {*OUTCOMES, *(f"family:{name}" for name in families())}
    yield from _filled(row, ("outcome",))
    yield from _list(row, "outcome", outcomes, "an outcome, or family: and a family")
    yield from _references(row, "reference")
    yield from numbers_readable(row, ("earliest_h", "latest_h"))
    early, late = numeric(row, "earliest_h"), numeric(row, "latest_h")
    if early is not None and late is not None and early > late:
        yield Fault(row.where("latest_h"), row["latest_h"], f"{early:g} or later")


def _sources(root: Path) -> set[str]:
    path = root / "sources.bib"
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    return {entry.key for entry in parse_bibliography(text)[0]}


def _donors(root: Path) -> set[str]:
    """Give every word for a donor: families, codes, and what studies print."""
    words = set(FAMILIES)
    table = root / "donors.csv"
    if table.exists():
        words |= {row["donor"] for row in read_table(table, root)[1]}
    for path in sorted((root / "studies").glob("*/outcomes.csv")):
        words |= {row["donor"] for row in read_table(path, root)[1] if row["donor"]}
    return words


def _unanswerable(tables: Mapping[str, list[RawRow]]) -> Iterator[Fault]:
    """Demand a query, a fact or a reason for every statement."""
    have = {
        row["claim"]
        for name in ("facts.csv", "queries.csv", "outside.csv")
        for row in tables[name]
    }
    for row in tables["claims.csv"]:
        if row["id"] not in have:
            allowed = "a query, a fact, or a row in claims/outside.csv"
            yield Fault(row.where("id"), f"{row['id']} without any", allowed)
