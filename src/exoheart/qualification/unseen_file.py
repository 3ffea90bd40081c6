"""From a CSV of unseen studies to lines: which layout it has, and every fault at once.

In: one file in either of two layouts, told apart by their header. Out: lines in the
words of the project's own tables. A word that the model doesn't know is no fault here:
its line is answered as not predictable. Read next:
:mod:`exoheart.qualification.unseen_words` (the flat layout's free words).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from exoheart.errors import DataError, Fault, closest
from exoheart.evidence.row_rules import (
    cells_complete,
    numbers_readable,
    numeric,
    one_of,
)
from exoheart.evidence.tables import RawRow
from exoheart.evidence.vocabulary import (
    ANCHORS,
    DIRECTIONS,
    OUTCOME_COLUMNS,
    STUDY_COLUMNS,
)
from exoheart.qualification.unseen_record import Layout, Line
from exoheart.qualification.unseen_words import flat_line
from exoheart.textfile import read_text

#: Columns of the two tables of a study together, each once.
TABLE_COLUMNS = tuple(dict.fromkeys((*STUDY_COLUMNS, *OUTCOME_COLUMNS)))
#: Columns that both tables have; nothing is predicted from them.
SHARED = tuple(name for name in STUDY_COLUMNS if name in OUTCOME_COLUMNS)
FLAT_COLUMNS = (
    *("study_id", "ref_in_review", "doi", "pmid", "year", "first_author", "species"),
    *("model", "donor_cell", "donor_species", "modification", "dose_value"),
    *("dose_unit", "route", "time_of_dose", "outcome", "outcome_unit", "timepoint"),
    *("arm", "comparator_arm", "mean", "spread", "spread_type", "n", "p"),
    *("direction", "verified", "source_url", "note"),
)
#: Animals that an arm may have, as in a study file.
MOST_ANIMALS = 100_000
_NUMBERS = ("occlusion_min", "dose_value", "dose_time_h", "at_h", "mean", "n")
_PAIRS = (
    ("dose_value", "dose_unit", "a unit, such as ug, mg, particles, particles/kg"),
    ("dose_time_h", "dose_anchor", "an anchor (occlusion or reperfusion)"),
)


def read_lines(path: str | Path) -> tuple[Layout, tuple[Line, ...]]:
    """Read a table of unseen studies.

    Parameters
    ----------
    path
        A CSV file with a header, UTF-8. Either the columns of the project's
        ``study.csv`` and ``outcomes.csv`` together (in any order, study columns
        repeated on every line), or :data:`FLAT_COLUMNS`.

    Returns
    -------
    layout
        Which of the two was read.
    lines
        In the order of the file, blank lines left out.

    Raises
    ------
    DataError
        Lists every fault: the file can't be read, unknown or missing columns, cells
        that hold no number where one is needed, cells that don't fit together.
    """
    path = Path(path)
    header, rows = _table(path)
    layout = _layout(header)
    faults = list(_header_faults(path.name, header, layout))
    if not rows:
        allowed = "one line for each arm, outcome and time"
        faults.append(Fault(path.name, "no line below the header", allowed))
    if not faults:
        rules = _table_faults if layout == "tables" else _flat_faults
        faults = [fault for row in rows for fault in rules(row)]
    if faults:
        raise DataError(path.name, faults)
    make = table_line if layout == "tables" else flat_line
    return layout, tuple(make(row) for row in rows)


def _table(path: Path) -> tuple[tuple[str, ...], list[RawRow]]:
    """Read header and rows as text; names of columns are taken without blanks."""
    allowed = "a CSV file in UTF-8 with a header"
    text = read_text(path, allowed)
    if isinstance(text, Fault):
        raise DataError(path.name, [text])
    try:
        cells = [
            [one.strip() for one in row]
            for row in csv.reader(io.StringIO(text, newline=""), strict=True)
        ]
    except csv.Error as bad:
        raise DataError(path.name, [Fault(str(path), str(bad), allowed)]) from None
    header = _renamed(cells[0]) if cells else ()
    rows = [
        RawRow(path.name, number, header, tuple(row))
        for number, row in enumerate(cells[1:], start=2)
        if any(row)
    ]
    return header, rows


def _renamed(header: Sequence[str]) -> tuple[str, ...]:
    """Tell the second `note` and `verification` of two joined tables apart."""
    seen: list[str] = []
    for name in header:
        again = name in SHARED and name in seen
        seen.append(f"{name} (2)" if again else name)
    return tuple(seen)


def _layout(header: Sequence[str]) -> Layout:
    """Choose the layout that shares more columns with the header."""
    own = len({*header} & {*TABLE_COLUMNS})
    return "flat" if len({*header} & {*FLAT_COLUMNS}) > own else "tables"


def _header_faults(file: str, header: Sequence[str], layout: Layout) -> Iterator[Fault]:
    wanted = TABLE_COLUMNS if layout == "tables" else FLAT_COLUMNS
    more = tuple(f"{name} (2)" for name in SHARED) if layout == "tables" else ()
    missing = [name for name in wanted if name not in header]
    where = f"{file} row 1"
    for name in header:
        if name not in {*wanted, *more}:
            near = closest(name, missing)
            yield Fault(where, f"column {name!r}", f"only {', '.join(wanted)}", near)
    for name in missing:
        yield Fault(where, "no such column", f"a column {name!r}")
    for name in sorted({name for name in header if header.count(name) > 1}):
        yield Fault(where, f"column {name!r} twice", "each column once")


def _table_faults(row: RawRow) -> Iterator[Fault]:
    """Say what is wrong with one row of the project's own columns."""
    yield from cells_complete(row)
    yield from _named(row, ("id", "arm", "outcome"))
    yield from numbers_readable(row, _NUMBERS)
    yield from one_of(row, "retracted", ("yes", "no", ""))
    yield from one_of(row, "direction", DIRECTIONS)
    yield from one_of(row, "dose_anchor", ANCHORS)
    for column, partner, allowed in _PAIRS:
        if row[column] and not row[partner]:
            met = f"an empty cell beside {column} {row[column]}"
            yield Fault(row.where(partner), met, allowed)
    count = numeric(row, "n")
    if count is not None and not (1 <= count <= MOST_ANIMALS and count == int(count)):
        allowed = f"a whole number of animals, 1 to {MOST_ANIMALS}"
        yield Fault(row.where("n"), row["n"], allowed)
    yield from _above_zero(row)
    if row["occlusion_min"] and row["model"] in {"permanent ligation", "none"}:
        met = f"{row['occlusion_min']} with {row['model']!r}"
        yield Fault(row.where("occlusion_min"), met, "nothing for this model")


def _above_zero(row: RawRow) -> Iterator[Fault]:
    for column in ("occlusion_min", "dose_value"):
        value = numeric(row, column)
        if value is not None and value <= 0:
            yield Fault(row.where(column), row[column], "a number above zero")
    reading = numeric(row, "at_h")
    if reading is not None and reading < 0:
        yield Fault(row.where("at_h"), row["at_h"], "hours after the onset, 0 or more")


def _flat_faults(row: RawRow) -> Iterator[Fault]:
    yield from cells_complete(row)
    yield from _named(row, ("study_id",))


def _named(row: RawRow, columns: Sequence[str]) -> Iterator[Fault]:
    for column in columns:
        if not row[column]:
            yield Fault(row.where(column), "an empty cell", f"the {column}")


def table_line(row: RawRow) -> Line:
    """Turn a checked row of the project's own columns into a line."""
    n = numeric(row, "n")
    return Line(
        where=row.where(),
        study_id=row["id"],
        arm=row["arm"],
        comparator=row["comparator"],
        outcome_words=row["outcome"],
        at_words=row["at"],
        species=row["species"],
        model=row["model"],
        occlusion_min=numeric(row, "occlusion_min"),
        retracted=row["retracted"] == "yes",
        form=row["form"],
        donor=row["donor"],
        donor_species=row["donor_species"],
        modification=row["modification"],
        isolation=row["isolation"],
        dose_value=numeric(row, "dose_value"),
        dose_unit=row["dose_unit"],
        dose_basis=row["dose_basis"],
        route=row["route"],
        dose_words=row["time_of_dose"],
        dose_time_h=numeric(row, "dose_time_h"),
        dose_anchor=row["dose_anchor"],
        outcome=row["outcome"],
        region=row["region"],
        unit=row["unit"],
        method="",
        at_h=numeric(row, "at_h"),
        at_anchor="occlusion",
        mean=numeric(row, "mean"),
        n=None if n is None else int(n),
        n_comparator=None,
        direction=row["direction"],
        noted={},
        unreadable={},
    )
