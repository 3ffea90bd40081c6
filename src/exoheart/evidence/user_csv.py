"""CSV tables as users give and get them: one reader, one writer.

Read next: :mod:`exoheart.evidence.own.file` (studies),
:mod:`exoheart.evidence.meta_file` (effects). The project's own tables are read by
:func:`exoheart.evidence.tables.read_table`.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from exoheart.errors import DataError, Fault
from exoheart.evidence.row_rules import numeric
from exoheart.evidence.tables import RawRow
from exoheart.textfile import read_text

#: Begins a line that is left out.
COMMENT = "#"
#: What may part the cells of a user's table.
DELIMITERS = ",;\t"
#: A first line by which a spreadsheet is told what parts the cells.
_SEPARATOR = re.compile(r"\"?sep=(.)\"?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class UserTable:
    """A CSV file as read: its header, the row that the header stands in, its rows.

    `delimiter` is what its cells are parted by.
    """

    file: str
    header: tuple[str, ...]
    header_row: int
    rows: tuple[RawRow, ...]
    delimiter: str = ","

    def where(self) -> str:
        """Name the header, for a fault."""
        return f"{self.file} row {self.header_row}"


def read_user_table(path: Path, allowed: str, delimiters: str = ",") -> UserTable:
    """Read header and rows as text, without blanks at the ends of a cell.

    Rows are numbered as a spreadsheet does, from 1. Blank lines, lines that begin with
    ``#`` and a first line such as ``sep=;`` are left out.

    Parameters
    ----------
    path
        The file, UTF-8.
    allowed
        What it should be, for a fault.
    delimiters
        What may part the cells; of several the one that the header has most of.

    Raises
    ------
    DataError
        The file can't be opened, is no UTF-8 or no CSV.
    """
    text = read_text(path, allowed)
    if isinstance(text, Fault):
        raise DataError(path.name, [text])
    mark, told = _mark(text, delimiters)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
    try:
        cells = [(n, [one.strip() for one in row]) for n, row in enumerate(lines, 1)]
    except csv.Error as bad:
        raise DataError(path.name, [Fault(str(path), str(bad), allowed)]) from None
    kept = [(n, row) for n, row in cells if row and not row[0].startswith(COMMENT)]
    kept = kept[1:] if told else kept
    top, names = kept[0] if kept else (1, [])
    header = tuple(names)
    rows = (RawRow(path.name, n, header, tuple(row)) for n, row in kept[1:] if any(row))
    return UserTable(path.name, header, top, tuple(rows), mark)


def _mark(text: str, delimiters: str) -> tuple[str, bool]:
    """Give what parts the cells, and whether a first line says it."""
    lines = [line for line in text.splitlines() if _kept(line)]
    match = _SEPARATOR.fullmatch(lines[0].strip()) if lines else None
    if match is None:
        return max(delimiters, key=(lines or [""])[0].count), False
    if match.group(1) in delimiters:
        return match.group(1), True
    return max(delimiters, key="".join(lines[1:2]).count), True


def _kept(line: str) -> bool:
    """Say whether a line holds something; a comment may stand in quotes."""
    bare = line.strip().lstrip('"').lstrip()
    return bool(bare) and not bare.startswith(COMMENT)


def with_points(
    table: UserTable, columns: Collection[str]
) -> tuple[UserTable, list[Fault]]:
    """Read decimal commas in these columns, where a comma doesn't part the cells.

    A cell that is no number either way stays as written. Where one number has a
    decimal point and another a comma, ``1,234`` could be either of two numbers: each
    cell with a comma is a fault.

    Returns
    -------
    table, faults
        The table with points for commas.
    """
    if table.delimiter == ",":
        return table, []
    rows, commas, points = [], [], False
    for row in table.rows:
        turned = _pointed(row, columns)
        rows.append(turned)
        for name in dict.fromkeys(columns):
            if turned[name] != row[name]:
                commas.append(Fault(row.where(name), repr(row[name]), _ONE_SIGN))
            elif "." in row[name] and numeric(row, name) is not None:
                points = True
    return replace(table, rows=tuple(rows)), commas if points else []


_ONE_SIGN = "a file with one decimal sign; its other numbers have points"


def _pointed(row: RawRow, columns: Collection[str]) -> RawRow:
    pointed = tuple(
        cell.replace(",", ".") if cell.count(",") == 1 else cell for cell in row.values
    )
    turned = replace(row, values=pointed)
    names = {name for name in columns if numeric(turned, name) is not None}
    cells = list(row.values)
    for place, name in enumerate(row.columns[: len(cells)]):
        cells[place] = pointed[place] if name in names else cells[place]
    return replace(row, values=tuple(cells))


def spelled(name: str) -> str:
    """Give a column's name as it is compared: small letters and digits only.

    Examples
    --------
    >>> spelled("Experimental.SD") == spelled("Experimental SD")
    True
    """
    return re.sub(r"[^a-z0-9]", "", name.lower())


def in_known_case(header: Iterable[str], known: Collection[str]) -> tuple[str, ...]:
    """Write columns as they are known where they differ by case alone.

    Examples
    --------
    >>> in_known_case(("ID", "Arm", "Colour"), ("id", "arm"))
    ('id', 'arm', 'Colour')
    """
    return renamed(header, {name.lower(): name for name in known})


def renamed(header: Iterable[str], names: Mapping[str, str]) -> tuple[str, ...]:
    """Give columns other names, by their small letters; none that is there already."""
    given = tuple(header)
    return tuple(
        new if (new := names.get(name.lower(), name)) not in given else name
        for name in given
    )


def csv_text(rows: Iterable[Sequence[str]]) -> str:
    r"""Write rows as CSV, parted by commas, each line ended by a line feed.

    Examples
    --------
    >>> csv_text([("study", "note"), ("A", "one, two")])
    'study,note\nA,"one, two"\n'
    """
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
