"""Companies, products and trials of vesicles, each with the date of its status.

A table of the evidence beside the studies: ``data/pipeline.csv``, one row for each
company, product or trial. In: its rows. Out: frozen records, and how old each status is
beside the newest date of the table, so that the same table always says the same. What
holds living cells is told apart from what holds vesicles.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from exoheart.errors import DataError, Fault, InputError, closest
from exoheart.evidence.tables import RawRow, data_folder, read_table

FILE = "pipeline.csv"
COLUMNS = (
    *("kind", "name", "organisation", "contains", "source_cell", "indication"),
    *("heart", "named_in_review", "status", "identifier", "date_of_status"),
    *("source", "verified", "note"),
)
KINDS = ("company", "product", "trial")
#: What is given, or sold: the first question to any row.
CONTENTS = ("vesicles", "cells", "cells and vesicles", "secretome", "reagents")
_WORDS = {
    "kind": KINDS,
    "contains": CONTENTS,
    **dict.fromkeys(("heart", "named_in_review", "verified"), ("yes", "no")),
}
_NEEDED = ("name", "organisation", "source_cell", "indication", "status")
_REGISTRY = re.compile(r"NCT\d{8}|ACTRN\d{14}")
_SOURCE = re.compile(r"https?://\S+|10\.\d{4,9}/\S+|NCT\d{8}|ACTRN\d{14}")
_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


@dataclass(frozen=True, slots=True)
class PipelineRow:
    """One company, product or trial.

    Parameters
    ----------
    kind, contains
        One of :data:`KINDS`, one of :data:`CONTENTS`.
    name, organisation, source_cell, indication, status, note
        In words.
    heart
        Whether it is meant for the heart, or for the heart among other organs.
    named_in_review
        Whether the review that this project implements names it.
    identifier
        Number in a trial registry, or empty.
    date_of_status
        ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``; empty where none was shown.
    source
        Address, DOI or registry number; empty where no text was found.
    verified
        Whether a text behind the status was read.
    """

    kind: str
    name: str
    organisation: str
    contains: str
    source_cell: str
    indication: str
    heart: bool
    named_in_review: bool
    status: str
    identifier: str
    date_of_status: str
    source: str
    verified: bool
    note: str


def load_pipeline(folder: Path | None = None) -> tuple[PipelineRow, ...]:
    """Load the table, newest status first; rows without a date come last.

    Parameters
    ----------
    folder
        Folder of the data tables; None for the one shipped.

    Raises
    ------
    DataError
        Lists every fault of the table.

    Examples
    --------
    >>> newest_date(load_pipeline())
    '2026-03-10'
    """
    root = data_folder(folder)
    faults = list(check_pipeline(root))
    if faults:
        raise DataError("data tables", faults)
    rows = [_record(raw) for raw in read_table(root / FILE, root)[1]]
    return tuple(sorted(rows, key=lambda row: row.date_of_status, reverse=True))


def newest_date(rows: Iterable[PipelineRow]) -> str:
    """Give the newest date of status, or nothing where no row has one."""
    return max((row.date_of_status for row in rows), default="")


def age(row: PipelineRow, newest: str) -> str:
    """Say how much older a status is than the newest one of the table.

    A date that is only a year gives a rough answer.
    """
    own, last = _parts(row.date_of_status), _parts(newest)
    if own is None or last is None:
        return "date not known"
    if own == last:
        return "the newest"
    years = last[0] - own[0]
    if not own[1] or not last[1]:
        rough = "about a year older" if years == 1 else f"about {years} years older"
        return rough if years else "in the same year"
    months = 12 * years + last[1] - own[1]
    if months >= 24:
        return f"{months // 12} years older"
    if months == 0:
        return "within a month"
    return f"{months} month{'s' if months > 1 else ''} older"


def select(
    rows: Iterable[PipelineRow],
    *,
    kind: str | None = None,
    heart: bool = False,
    named_in_review: bool = False,
) -> tuple[PipelineRow, ...]:
    """Keep the rows of one kind, for the heart, or named in the review.

    Raises
    ------
    InputError
        The kind is unknown.
    """
    if kind is not None and kind not in KINDS:
        raise InputError(
            f"met kind {kind!r}; allowed: {', '.join(KINDS)}; nearest: "
            f"{closest(kind, KINDS) or 'none'}; name one of them"
        )
    return tuple(
        row
        for row in rows
        if (kind is None or row.kind == kind)
        and (row.heart or not heart)
        and (row.named_in_review or not named_in_review)
    )


def check_pipeline(root: Path) -> Iterator[Fault]:
    """List the faults of the table; nothing where a folder has none."""
    path = root / FILE
    if not path.exists():
        return
    header, rows = read_table(path, root)
    if header != COLUMNS:
        yield Fault(f"{FILE} row 1", ", ".join(header), ", ".join(COLUMNS))
        return
    seen: dict[str, str] = {}
    for row in rows:
        yield from _row_faults(row)
        if row["name"] in seen:
            allowed = f"each name once; the first is {seen[row['name']]}"
            yield Fault(row.where("name"), f"{row['name']!r} again", allowed)
        seen.setdefault(row["name"], row.where())


def _row_faults(row: RawRow) -> Iterator[Fault]:
    if len(row.values) != len(COLUMNS):
        yield Fault(row.where(), f"{len(row.values)} cells", f"{len(COLUMNS)} cells")
    for column, words in _WORDS.items():
        if row[column] not in words:
            near = closest(row[column], words)
            yield Fault(row.where(column), repr(row[column]), ", ".join(words), near)
    for column in _NEEDED:
        if not row[column]:
            yield Fault(row.where(column), "an empty cell", "some words")
    if row["date_of_status"] and _parts(row["date_of_status"]) is None:
        allowed = "YYYY, YYYY-MM, YYYY-MM-DD, or nothing"
        yield Fault(row.where("date_of_status"), repr(row["date_of_status"]), allowed)
    if row["identifier"] and not _REGISTRY.fullmatch(row["identifier"]):
        yield Fault(
            row.where("identifier"), repr(row["identifier"]), "NCT or ACTRN number"
        )
    yield from _source_faults(row)


def _source_faults(row: RawRow) -> Iterator[Fault]:
    source, where = row["source"], row.where("source")
    if not source:
        if row["verified"] == "yes":
            yield Fault(where, "an empty cell", "a source, or verified no")
        return
    if not _SOURCE.fullmatch(source):
        yield Fault(where, repr(source), "one address, DOI or registry number")


def _parts(text: str) -> tuple[int, int, int] | None:
    """Give year, month and day, 0 for what a date leaves out; None for no date."""
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    year, month, day = (int(part or 0) for part in match.groups())
    try:
        date(year, month or 1, day or 1)
    except ValueError:
        return None
    return year, month, day


def _record(row: RawRow) -> PipelineRow:
    return PipelineRow(
        kind=row["kind"],
        name=row["name"],
        organisation=row["organisation"],
        contains=row["contains"],
        source_cell=row["source_cell"],
        indication=row["indication"],
        heart=row["heart"] == "yes",
        named_in_review=row["named_in_review"] == "yes",
        status=row["status"],
        identifier=row["identifier"],
        date_of_status=row["date_of_status"],
        source=row["source"],
        verified=row["verified"] == "yes",
        note=row["note"],
    )
