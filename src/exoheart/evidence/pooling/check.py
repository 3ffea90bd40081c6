"""What must hold for the tables that pooling reads.

Beside the studies themselves: quality, widths of the sceptical prior, printed P values.
:mod:`exoheart.evidence.check` calls :func:`check_pool`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from exoheart.errors import Fault, closest
from exoheart.evidence.pooling.printed_p import PRINTED_P_COLUMNS
from exoheart.evidence.pooling.quality import check_quality
from exoheart.evidence.row_rules import cells_complete, numeric, one_of
from exoheart.evidence.tables import RawRow, read_table
from exoheart.evidence.vocabulary import OUTCOMES

#: Columns of `pooled/sceptical.csv`.
SCEPTICAL_COLUMNS = ("outcome", "unit", "width", "kind", "source", "note")
_UNITS = ("points", "log ratio")


def check_pool(root: Path) -> Iterator[Fault]:
    """List the faults of the tables that pooling reads.

    Parameters
    ----------
    root
        Folder of the data tables.
    """
    yield from check_quality(root)
    for row in _table(root, "sceptical.csv", SCEPTICAL_COLUMNS):
        yield from [row] if isinstance(row, Fault) else _width(row)
    printed = _table(root, "printed_p.csv", PRINTED_P_COLUMNS)
    known = _arms(root) if printed else set()
    for row in printed:
        yield from [row] if isinstance(row, Fault) else _printed(row, known)


def _table(root: Path, name: str, wanted: tuple[str, ...]) -> list[RawRow | Fault]:
    """Read a table: its rows, or the fault of its header."""
    path = root / "pooled" / name
    if not path.exists():
        return []
    header, rows = read_table(path, root)
    if header != wanted:
        return [Fault(f"pooled/{name} row 1", ", ".join(header), ", ".join(wanted))]
    return list(rows)


def _width(row: RawRow) -> Iterator[Fault]:
    """Demand a width above zero that says it is assumed, and why."""
    yield from cells_complete(row)
    yield from one_of(row, "outcome", ("", *OUTCOMES))
    yield from one_of(row, "unit", _UNITS)
    yield from one_of(row, "kind", ("assumed",))
    width = numeric(row, "width")
    if width is None or width <= 0:
        yield Fault(row.where("width"), repr(row["width"]), "a number above 0")
    if row["source"]:
        yield Fault(row.where("source"), repr(row["source"]), "nothing: it is assumed")
    if not row["note"]:
        allowed = "why, and which measurement would replace it"
        yield Fault(row.where("note"), "an empty cell", allowed)


def _printed(row: RawRow, known: set[tuple[str, ...]]) -> Iterator[Fault]:
    """Demand a P between 0 and 1 of a comparison that the studies hold."""
    yield from cells_complete(row)
    yield from one_of(row, "relation", ("=", "<"))
    p = numeric(row, "p")
    if p is None or not 0 < p < 1:
        yield Fault(row.where("p"), repr(row["p"]), "a number between 0 and 1")
    key = tuple(row[column] for column in PRINTED_P_COLUMNS[:6])
    if key not in known:
        near = closest(row["study"], {one[0] for one in known})
        allowed = "study, arm, comparator, outcome, region and time of a study row"
        yield Fault(row.where(), " | ".join(key), allowed, near)
    for column in ("source", "locator"):
        if not row[column]:
            yield Fault(row.where(column), "an empty cell", f"a {column}")


def _arms(root: Path) -> set[tuple[str, ...]]:
    """Give the comparisons of every study."""
    found = set()
    for path in (root / "studies").glob("*/outcomes.csv"):
        for row in read_table(path, root)[1]:
            cells = tuple(row[column] for column in PRINTED_P_COLUMNS[1:6])
            found.add((path.parent.name, *cells))
    return found
