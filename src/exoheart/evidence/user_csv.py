"""CSV tables as users give and get them: one reader, one writer.

Read next: :mod:`exoheart.evidence.own.file` (studies),
:mod:`exoheart.evidence.meta_file` (effects). The project's own tables are read by
:func:`exoheart.evidence.tables.read_table`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from exoheart.errors import DataError, Fault
from exoheart.evidence.tables import RawRow
from exoheart.textfile import read_text

#: Begins a line that is left out.
COMMENT = "#"


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

    Rows are numbered as a spreadsheet does, from 1. Blank lines and lines that begin
    with ``#`` are left out.

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
    first = next((line for line in text.splitlines() if _kept(line)), "")
    mark = max(delimiters, key=first.count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
    try:
        cells = [(n, [one.strip() for one in row]) for n, row in enumerate(lines, 1)]
    except csv.Error as bad:
        raise DataError(path.name, [Fault(str(path), str(bad), allowed)]) from None
    kept = [(n, row) for n, row in cells if row and not row[0].startswith(COMMENT)]
    top, names = kept[0] if kept else (1, [])
    header = tuple(names)
    rows = (RawRow(path.name, n, header, tuple(row)) for n, row in kept[1:] if any(row))
    return UserTable(path.name, header, top, tuple(rows), mark)


def _kept(line: str) -> bool:
    """Say whether a line holds something; a comment may stand in quotes."""
    bare = line.strip().lstrip('"').lstrip()
    return bool(bare) and not bare.startswith(COMMENT)


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
