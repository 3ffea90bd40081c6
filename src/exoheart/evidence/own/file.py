"""A user's CSV of studies: its rows, its layout, and every fault at once.

One reader for ``qualify --studies`` (:func:`read_lines`, lines to predict) and
``evidence add`` (:func:`read_file`, rows to keep). Lines that begin with ``#`` are
left out. A word that no table knows is no fault here: a prediction answers it as not
predictable, and :mod:`exoheart.evidence.own.rules` refuses it. Read next:
:mod:`exoheart.evidence.own.words` (the flat layout's free words).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

from exoheart.errors import DataError, Fault, closest
from exoheart.evidence.own.lines import Layout, Line
from exoheart.evidence.own.words import flat_line
from exoheart.evidence.row_rules import (
    cells_complete,
    numbers_readable,
    numeric,
    one_of,
)
from exoheart.evidence.tables import RawRow
from exoheart.evidence.user_csv import (
    DELIMITERS,
    UserTable,
    in_known_case,
    read_user_table,
    spelled,
    with_points,
)
from exoheart.evidence.vocabulary import (
    ANCHORS,
    DIRECTIONS,
    OUTCOME_COLUMNS,
    STUDY_COLUMNS,
)

#: Columns of the two tables of a study together, each once.
TABLE_COLUMNS = tuple(dict.fromkeys((*STUDY_COLUMNS, *OUTCOME_COLUMNS)))
#: Columns that both tables have; nothing is predicted from them.
SHARED = tuple(name for name in STUDY_COLUMNS if name in OUTCOME_COLUMNS)
#: Columns that may stand beside them, for the list of sources.
REFERENCE_COLUMNS = ("title", "journal", "url")
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
#: Columns that hold numbers in either layout.
NUMBERS = (*_NUMBERS, "year", "spread")
Export = Literal["revman", "syrf"]
#: Columns that tell an export by its header: any two of them.
_SIGNS: tuple[tuple[Export, frozenset[str]], ...] = (
    ("revman", frozenset({"experimentalmean", "controlmean", "experimentalsd"})),
    ("syrf", frozenset({"cohortlabel", "outcomelabel", "outcomeaverage"})),
)
#: Columns that nothing can be predicted without.
_NEEDED: Mapping[Layout, tuple[str, ...]] = {
    "tables": ("id", "arm", "outcome"),
    "flat": ("study_id", "arm", "outcome"),
}
#: Begins what is met where a column is missing.
NO_COLUMN = "no column"
_PAIRS = (
    ("dose_value", "dose_unit", "a unit, such as ug, mg, particles, particles/kg"),
    ("dose_time_h", "dose_anchor", "an anchor (occlusion or reperfusion)"),
)


def read_lines(path: str | Path) -> tuple[Layout, tuple[Line, ...]]:
    """Read a table of unseen studies.

    Parameters
    ----------
    path
        A CSV file with a header, UTF-8; commas, semicolons or tabs. Either columns of
        the project's ``study.csv`` and ``outcomes.csv`` together (in any order, study
        columns repeated on every line), or of :data:`FLAT_COLUMNS`; those left out
        count as empty.

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
    table = read_file(path)
    layout = layout_of(table.header)
    table, mixed = with_points(table, NUMBERS)
    faults = [*header_faults(table, layout, _NEEDED[layout]), *no_lines(table), *mixed]
    if not faults:
        rules = _table_faults if layout == "tables" else _flat_faults
        faults = [fault for row in table.rows for fault in rules(row)]
    if faults:
        raise DataError(table.file, faults)
    make = table_line if layout == "tables" else flat_line
    return layout, tuple(make(row) for row in table.rows)


def read_file(path: str | Path) -> UserTable:
    """Read header and rows as text; names of columns are taken without blanks.

    Commas, semicolons or tabs part the cells. Except in exports, a column that differs
    from a known one by case alone is that one. Rows are numbered as a spreadsheet
    does, from 1.

    Raises
    ------
    DataError
        The file can't be opened, is no UTF-8 or no CSV.
    """
    allowed = "a CSV file in UTF-8 with a header"
    table = read_user_table(Path(path), allowed, DELIMITERS)
    header = table.header
    if export_of(header) is None:
        known = (*TABLE_COLUMNS, *REFERENCE_COLUMNS, *FLAT_COLUMNS)
        header = in_known_case(header, known)
    header = _renamed(header)
    rows = tuple(replace(row, columns=header) for row in table.rows)
    return replace(table, header=header, rows=rows)


def _renamed(header: Sequence[str]) -> tuple[str, ...]:
    """Tell the second `note` and `verification` of two joined tables apart."""
    seen: list[str] = []
    for name in header:
        again = name in SHARED and name in seen
        seen.append(f"{name} (2)" if again else name)
    return tuple(seen)


def export_of(header: Sequence[str]) -> Export | None:
    """Tell an export of another program by its header; None for anything else."""
    names = {spelled(name) for name in header}
    return next((name for name, signs in _SIGNS if len(names & signs) > 1), None)


def layout_of(header: Sequence[str]) -> Layout:
    """Choose the layout that shares more columns with the header."""
    own = len({*header} & {*TABLE_COLUMNS})
    return "flat" if len({*header} & {*FLAT_COLUMNS}) > own else "tables"


def header_faults(
    table: UserTable, layout: Layout, needed: Sequence[str]
) -> Iterator[Fault]:
    """List unknown, needed and doubled columns of one of the two layouts."""
    wanted = TABLE_COLUMNS if layout == "tables" else FLAT_COLUMNS
    more: tuple[str, ...] = ()
    if layout == "tables":
        more = (*(f"{name} (2)" for name in SHARED), *REFERENCE_COLUMNS)
    header, where = table.header, table.where()
    missing = [name for name in wanted if name not in header]
    if len(missing) == len(wanted):
        met = ", ".join(header[:4]) or "nothing"
        allowed = "a header; exoheart evidence add --template FILE.csv writes one"
        yield Fault(where, met, allowed)
        return
    for name in header:
        if name not in {*wanted, *more}:
            near = closest(name, missing)
            yield Fault(where, f"column {name!r}", f"only {', '.join(wanted)}", near)
    lacking = [name for name in needed if name in missing]
    if lacking:
        allowed = f"columns {', '.join(needed)}; all others may be left out"
        yield Fault(where, f"{NO_COLUMN} {', '.join(lacking)}", allowed)
    yield from doubled(table)


def doubled(table: UserTable) -> Iterator[Fault]:
    """List columns that stand twice."""
    header = table.header
    for name in sorted({name for name in header if header.count(name) > 1}):
        yield Fault(table.where(), f"column {name!r} twice", "each column once")


def no_lines(table: UserTable) -> Iterator[Fault]:
    """Say so where nothing stands below the header."""
    if not table.rows:
        allowed = "one line for each arm, outcome and time"
        yield Fault(table.file, "no line below the header", allowed)


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
