"""The sections of a NanoSight experiment summary, found by name.

Versions 3.0 to 3.4 put the same sections on different lines, add rows, and end rows
with different numbers of empty cells; what has a name is looked up by it. Read next:
:mod:`exoheart.product.instrument.nanosight`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from exoheart.product.instrument.decoding import Rows, number, without_tail
from exoheart.product.instrument.size_table import SizeRow

#: Columns after those of the captures, in small letters.
_NO_CAPTURES = ("average", "concentration average", "standard error")


@dataclass(frozen=True, slots=True)
class Line:
    """One row: its line in the file, its name, and the cells after it."""

    line: int
    name: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """An experiment summary.

    Parameters
    ----------
    sections
        Name in small letters without brackets -> its rows; "" is what stands before
        the first.
    decimal_comma
        Whether a comma is a decimal sign.
    """

    sections: dict[str, tuple[Line, ...]] = field(default_factory=dict)
    decimal_comma: bool = False

    def number(self, cell: str) -> float | None:
        """Read a cell; None where it is no number."""
        return number(cell, decimal_comma=self.decimal_comma)

    def find(self, section: str, beginning: str) -> Line | None:
        """Give the first row of a section whose name begins so, small letters."""
        rows = self.sections.get(section, ())
        return next((r for r in rows if r.name.lower().startswith(beginning)), None)


def sheet(rows: Rows, *, decimal_comma: bool) -> Sheet:
    """Sort the rows of a file under the sections they stand in.

    A section that is named twice is one.
    """
    found: dict[str, list[Line]] = {"": []}
    here = ""
    for place, row in enumerate(rows, 1):
        name = row[0] if row else ""
        if name.startswith("[") and name.endswith("]"):
            here = name[1:-1].strip().lower()
            found.setdefault(here, [])
        found[here].append(Line(place, name, without_tail(row[1:])))
    return Sheet({key: tuple(value) for key, value in found.items()}, decimal_comma)


def capture_names(held: Sheet, block: Sequence[Line]) -> tuple[str, ...]:
    """Give the names of the captures; columns of means are none.

    Parameters
    ----------
    held
        The file; its details name the captures alone.
    block
        Rows of the size distribution, which names them again.
    """
    for rows in (held.sections.get("experiment details", ()), block):
        row = next((r for r in rows if r.name.lower().rstrip(":") == "filename"), None)
        names = list(row.cells) if row else []
        while names and (not names[-1] or names[-1].lower() in _NO_CAPTURES):
            names.pop()
        if names:
            return tuple(names)
    return ()


def number_block(held: Sheet, faults: list[str]) -> tuple[Line, ...]:
    """Give the rows of the size distribution that is weighted by number.

    A file may hold others beside it (by surface, by volume), each below a row
    "Weighting"; without such a row there is one distribution, by number.
    """
    rows = held.sections.get("size data", ())
    starts = [k for k, row in enumerate(rows) if row.name.lower() == "weighting"]
    weights = [" ".join(rows[k].cells[:1]).lower() for k in starts]
    if not starts:
        return rows
    if "number" not in weights:
        faults.append(
            f"[Size Data]: met sizes weighted by {', '.join(weights)}; allowed: by "
            "number; tick the number weighting at export"
        )
        return ()
    place = weights.index("number")
    stop = starts[place + 1] if place + 1 < len(starts) else len(rows)
    return rows[starts[place] : stop]


def bin_rows(block: Sequence[Line]) -> tuple[Line | None, list[SizeRow]]:
    """Give the title row of the bins and the bins below it, as written."""
    titles = [
        k for k, row in enumerate(block) if row.name.lower().startswith("bin centre")
    ]
    if not titles:
        return None, []
    below = []
    for row in block[titles[0] + 1 :]:
        if not (row.name or row.cells) or row.name.lower().startswith("percentile"):
            break
        below.append(SizeRow(row.line, (row.name, *row.cells)))
    return block[titles[0]], below
