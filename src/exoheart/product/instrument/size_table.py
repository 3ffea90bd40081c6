"""A table of sizes as it stands in a file, read with all that is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from exoheart.product.written import written
from exoheart.records.instrument import FloatArray

#: Bad rows that are told one by one; the rest are counted.
_TOLD = 3


@dataclass(frozen=True, slots=True)
class SizeRow:
    """One bin as written: its line in the file, its centre and its concentrations."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class SizeTable:
    """Bins that were read.

    Parameters
    ----------
    centres_nm : ndarray, shape (bins,)
        Centres [nm].
    per_ml_bin : ndarray, shape (captures, bins)
        Concentration in each bin [1/mL].
    """

    centres_nm: FloatArray
    per_ml_bin: FloatArray


def size_table(
    rows: Sequence[SizeRow],
    width: int,
    read: Callable[[str], float | None],
    faults: list[str],
) -> SizeTable | None:
    """Read bins; None where any of them can't be.

    Parameters
    ----------
    rows
        As written, the divider and what follows left out.
    width
        Cells that each must have, the centre included; more are not looked at.
    read
        How a cell becomes a number; None where it is none.
    faults
        Gets a line for everything that is wrong.
    """
    if not rows:
        faults.append(
            "size table: met no bin; allowed: one or more; export the size "
            "distribution with the results"
        )
        return None
    bad = [fault for row in rows if (fault := _row_fault(row, width, read))]
    if bad:
        _tell(bad, faults)
        return None
    values = np.array([[read(cell) for cell in row.cells[:width]] for row in rows])
    centres, per_ml = values[:, 0], values[:, 1:].T
    found = [*_order_faults(rows, centres), *_value_faults(rows, per_ml)]
    if found:
        _tell(found, faults)
        return None
    if not np.any(per_ml > 0):
        faults.append(
            "size table: met zero in every bin; allowed: particles in one or more; "
            "nothing was tracked, count the sample again"
        )
        return None
    return SizeTable(np.ascontiguousarray(centres), np.ascontiguousarray(per_ml))


def _row_fault(
    row: SizeRow, width: int, read: Callable[[str], float | None]
) -> str | None:
    cells = row.cells[:width]
    if len(cells) < width or any(not cell for cell in cells):
        met = sum(bool(cell) for cell in cells)
        return (
            f"line {row.line}: met {met} cells in the size table; allowed: {width}, a "
            "bin and one concentration for each capture; the file was cut short or "
            "edited, export it again"
        )
    wrong = next((cell for cell in cells if read(cell) is None), None)
    if wrong is None:
        return None
    return (
        f"line {row.line}: met {wrong[:40]!r} in the size table; allowed: numbers; "
        "export it again"
    )


def _order_faults(rows: Sequence[SizeRow], centres: FloatArray) -> list[str]:
    """Find centres that are not above zero or not above the one before."""
    before = np.concatenate([[0.0], centres[:-1]])
    return [
        f"line {row.line}: met a bin of {centre:g} nm after {last:g} nm; allowed: "
        "above zero and rising; export it again"
        for row, centre, last in zip(rows, centres, before, strict=True)
        if not centre > last
    ]


def _value_faults(rows: Sequence[SizeRow], per_ml: FloatArray) -> list[str]:
    return [
        f"line {row.line}: met a concentration of {written(float(np.min(column)))}/mL "
        "in the size table; allowed: zero or more; export it again"
        for row, column in zip(rows, per_ml.T, strict=True)
        if np.any(column < 0)
    ]


def _tell(found: Sequence[str], faults: list[str]) -> None:
    """Add the first few of many faults of one sort, and how many more there are."""
    faults += found[:_TOLD]
    if len(found) > _TOLD:
        faults.append(
            f"size table: met {len(found) - _TOLD} more rows like these; allowed: "
            "none; export it again"
        )
