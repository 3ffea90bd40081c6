"""The review's Table 1 as data: its rows, its ticks, and what our rows say of each.

`data/claims/table1.csv` holds one row for each cell of the table, in our own words,
with how it is known. Here each row of the table is joined with the study of the same
reference number. Read next: :mod:`exoheart.evidence.table1.later` (studies beyond the
table), `docs/table1.md` (which ticks are certain and which aren't).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from exoheart.errors import DataError, Fault
from exoheart.evidence.row_rules import cells_complete, one_of
from exoheart.evidence.studies import OutcomeRecord, StudyRecord
from exoheart.evidence.table1.effects import (
    EFFECTS,
    Effect,
    effect_of_outcome,
    result_of,
)
from exoheart.evidence.tables import RawRow, data_folder, read_table

Mark = Literal["read", "differs", "not read"]

#: The table's rows, top to bottom, by the review's reference number.
REFERENCES = (46, 32, 48, 58, 65, 53, 54, 52, 51, 49, 50, 55, 71, 59)
#: Tick marks that survive in the table's text, and those of them with a column.
MARKS_SURVIVING, MARKS_WITH_COLUMN = 28, 2
TABLE1_COLUMNS = (
    *("reference", "column", "value", "setting", "how", "section", "claims"),
    *("reading", "reason"),
)
DESCRIBING = ("cell type", "species", "donor specifics")
LISTED = ("other effects", "active molecules")
_TICKS = tuple(effect.column for effect in EFFECTS)
_WORDS = {
    "column": (*DESCRIBING, *_TICKS, *LISTED),
    "setting": ("heart", "culture", "heart and culture", ""),
    "how": ("table mark", "running text", "table cell"),
    "reading": ("agrees", "differs", ""),
}
_CLAIMS = re.compile(r"(C\d{3}( C\d{3})*)?")
_REFERENCE = re.compile(r"(\d+)(?: or (\d+))?(?: \([a-z ]+\))?")


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of one cell of the review's table.

    Parameters
    ----------
    reference
        Number in the review's list of references.
    column
        Of the table; a tick's column is one of the five effects, its value ``yes``.
    value
        In our own words.
    setting
        Where the effect was seen by the review's text: ``heart``, ``culture`` or both.
    how
        How the cell is known: ``table mark`` (a mark whose column survives), ``running
        text`` or ``table cell``.
    section
        Of the review; several are parted by ``;``.
    claims
        Ids of the claims that it belongs to.
    reading, reason
        What is known of the source beside our rows, ``agrees`` or ``differs``, and why.
    """

    reference: int
    column: str
    value: str
    setting: str
    how: str
    section: str
    claims: tuple[str, ...]
    reading: str
    reason: str


@dataclass(frozen=True, slots=True)
class Judged:
    """A cell, what our reading says of it, and the rows of its outcome family.

    `mark` is ``read`` (a row that was read, or the text it stands in, says the same),
    ``differs`` (a row or a known fact says otherwise; `reason` says which) or ``not
    read``.
    """

    cell: Cell
    mark: Mark
    reason: str
    rows: tuple[OutcomeRecord, ...]


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """One row of the review's table, joined with the studies of its reference."""

    reference: int
    cells: tuple[Judged, ...]
    studies: tuple[StudyRecord, ...]

    def words(self, column: str) -> str:
        """Give the values of a column, joined; empty where there are none."""
        found = [one.cell.value for one in self.cells if one.cell.column == column]
        return "; ".join(found)

    def tick(self, effect: Effect) -> Judged | None:
        """Give the tick of an effect, or None where the review claims none."""
        found = [one for one in self.cells if one.cell.column == effect.column]
        return found[0] if found else None

    def not_claimed(self) -> list[tuple[Effect, tuple[OutcomeRecord, ...]]]:
        """Give the effects that rows in hearts show and the review doesn't claim."""
        shown = [
            (effect, _rows_of(effect.column, self.studies, in_vitro=False))
            for effect in EFFECTS
            if self.tick(effect) is None
        ]
        better = [
            (effect, tuple(row for row in rows if result_of(row) == "yes"))
            for effect, rows in shown
        ]
        return [(effect, rows) for effect, rows in better if rows]


def check_table1(root: Path, claims: Iterable[str] | None = None) -> Iterator[Fault]:
    """List the faults of `claims/table1.csv`.

    Parameters
    ----------
    root
        Folder of the data tables.
    claims
        Ids of the claims that exist; None leaves the ids unchecked.
    """
    path = root / "claims" / "table1.csv"
    if not path.exists():
        return
    header, rows = read_table(path, root)
    if header != TABLE1_COLUMNS:
        where = f"{path.relative_to(root).as_posix()} row 1"
        yield Fault(where, ", ".join(header), ", ".join(TABLE1_COLUMNS))
        return
    known = None if claims is None else set(claims)
    seen: dict[tuple[str, ...], RawRow] = {}
    for row in rows:
        yield from _row_faults(row, known)
        key = (row["reference"], row["column"], row["value"])
        if key in seen:
            allowed = f"each value once; the first is {seen[key].where()}"
            yield Fault(row.where(), " | ".join(key), allowed)
        seen.setdefault(key, row)


def _row_faults(row: RawRow, known: set[str] | None) -> Iterator[Fault]:
    yield from cells_complete(row)
    for column, words in _WORDS.items():
        yield from one_of(row, column, words)
    numbers = [str(number) for number in REFERENCES]
    yield from one_of(row, "reference", numbers)
    tick = row["column"] in _TICKS
    if not row["value"] or (tick and row["value"] != "yes"):
        allowed = "yes" if tick else "what the cell says, in a few words"
        yield Fault(row.where("value"), repr(row["value"]), allowed)
    if tick and not row["setting"]:
        yield Fault(row.where("setting"), "an empty cell", "heart, culture or both")
    if row["reading"] == "differs" and not row["reason"]:
        yield Fault(row.where("reason"), "an empty cell", "what differs, and how")
    if not _CLAIMS.fullmatch(row["claims"]):
        allowed = "ids such as C053 C100, parted by a space"
        yield Fault(row.where("claims"), repr(row["claims"]), allowed)
    elif known is not None:
        for claim in row["claims"].split():
            if claim not in known:
                yield Fault(row.where("claims"), claim, "the id of a claim")


def load_table1(folder: Path | None = None) -> tuple[Cell, ...]:
    """Load the cells of the review's table, in the order of the file.

    Parameters
    ----------
    folder
        Folder of the data tables (it holds `claims/`); None for the shipped one.

    Raises
    ------
    DataError
        The table breaks its rules; every fault is listed.

    Examples
    --------
    >>> sum(cell.value == "yes" for cell in load_table1())
    32
    """
    root = data_folder(folder)
    faults = list(check_table1(root))
    if faults:
        raise DataError("data tables", faults)
    path = root / "claims" / "table1.csv"
    if not path.exists():
        return ()
    return tuple(
        Cell(
            reference=int(row["reference"]),
            claims=tuple(row["claims"].split()),
            **{
                name: row[name]
                for name in TABLE1_COLUMNS
                if name not in {"reference", "claims"}
            },
        )
        for row in read_table(path, root)[1]
    )


def references_of(study: StudyRecord) -> tuple[int, ...]:
    """Give the numbers under which the review may cite a study; often none.

    Examples
    --------
    >>> from exoheart.evidence.studies import load_studies
    >>> found = {one.id: references_of(one) for one in load_studies()}
    >>> found["Chen2013_MouseReperfusion"]
    (51,)
    """
    found = _REFERENCE.fullmatch(study.reference_in_review)
    return tuple(int(one) for one in found.groups() if one) if found else ()


def review_rows(
    studies: Sequence[StudyRecord], folder: Path | None = None
) -> tuple[ReviewRow, ...]:
    """Join the review's table with our studies, in the review's order.

    Parameters
    ----------
    studies
        From :func:`exoheart.evidence.studies.load_studies`.
    folder
        Folder of the data tables; None for the shipped one.

    Raises
    ------
    DataError
        The table breaks its rules.
    """
    cells = load_table1(folder)
    rows = []
    for reference in REFERENCES:
        own = tuple(
            one
            for one in studies
            if reference in references_of(one) and not one.retracted
        )
        mine = [cell for cell in cells if cell.reference == reference]
        judged = tuple(_judged(cell, own) for cell in mine)
        rows.append(ReviewRow(reference, judged, own))
    return tuple(rows)


def _judged(cell: Cell, studies: Sequence[StudyRecord]) -> Judged:
    """Hold a cell against the rows of its effect and against what else is known.

    A tick seen in hearts is judged by hearts alone, though dishes are shown with it.
    """
    hearts = _rows_of(cell.column, studies, in_vitro=False)
    dishes = _rows_of(cell.column, studies, in_vitro=True)
    rows = dishes if cell.setting == "culture" else hearts
    shown = hearts + dishes if cell.setting == "heart and culture" else rows
    other = [row for row in rows if result_of(row) in {"no effect", "worse"}]
    if cell.reading == "differs" or not other:
        return Judged(cell, _mark(cell, rows), cell.reason, shown)
    said = "; ".join(f"{row.arm}: {row.outcome} {result_of(row)}" for row in other)
    return Judged(cell, "differs", f"a row says otherwise: {said}", shown)


def _rows_of(
    column: str, studies: Sequence[StudyRecord], *, in_vitro: bool
) -> tuple[OutcomeRecord, ...]:
    return tuple(
        row
        for study in studies
        if study.in_vitro == in_vitro
        for row in study.outcomes
        if (effect := effect_of_outcome(row.outcome)) is not None
        and effect.column == column
        and result_of(row) not in {None, "not said"}
    )


def _mark(cell: Cell, rows: Sequence[OutcomeRecord]) -> Mark:
    if cell.reading == "differs":
        return "differs"
    return "read" if rows or cell.reading == "agrees" else "not read"
