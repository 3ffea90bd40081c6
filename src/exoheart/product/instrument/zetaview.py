"""Size distributions of ZetaView, as its software exports them in text.

The layout was read off public files of software 8.0 and off what independent programs
expect. The table is of what was in the cell: programs of four laboratories multiply its
concentrations by the dilution of the header, and the concentration of the undiluted
sample stands in the PDF report alone. Read next:
:mod:`exoheart.product.instrument.zetaview_header`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import PurePath

import numpy as np

from exoheart.errors import InputError
from exoheart.product.instrument.decoding import number
from exoheart.product.instrument.size_table import SizeRow, SizeTable, size_table
from exoheart.product.instrument.sizes import with_sizes
from exoheart.product.instrument.zetaview_header import (
    header_of,
    settings_of,
    value_of,
)
from exoheart.product.written import written
from exoheart.records.instrument import Capture, InstrumentReading

#: How a concentration per mL may be written, without spaces.
_PER_ML = ("cm-3", "cm3", "cm^-3", "cm³", "/ml")
_SIGN = re.compile(r"[\t;]")
_VERSION = re.compile(r"(\d+\.\d+(?:\.\d+)*)")
#: Most that is believed to have been in the cell [1/mL]: an assumed ten times the upper
#: end of what makers of such counters recommend. Above it the dilution may be in it.
_MOST_IN_CELL = 1e10
#: Largest difference between two concentrations that passes as rounding.
_SAME = 0.05
_GOOD = ("good", "very good", "excellent", "ok", "okay", "passed", "yes")
#: Beginnings of words by which the instrument says that its cell isn't fit to count in.
_FAILED = ("fail", "bad", "poor", "not ok", "not good", "not passed", "insufficient")


def is_zetaview(text: str) -> bool:
    """Say whether a text was written by ZetaView."""
    head = text[:6000].lower()
    keys = ("cell check result", "number of traces", "particle drift check")
    return "zetaview" in head or sum(key in head for key in keys) > 1


def read_zetaview(file: str, text: str) -> InstrumentReading:
    """Read a size distribution: one capture, from the linear part of its table.

    Parameters
    ----------
    file
        Name of the file, for messages.
    text
        Its content.

    Raises
    ------
    InputError
        One line for everything that is wrong: no or an empty table, no trace, a failed
        cell check, a dilution that can't be used.
    """
    faults: list[str] = []
    lines = text.splitlines()
    place, columns = _titles(lines, faults)
    header = header_of("\n".join(lines[:place]))
    _refuse_checks(header, faults)
    dilution = _dilution(header, faults)
    table = _table(lines, place, columns, faults) if columns else None
    adjusted, flags = _adjusted(header, table, dilution, faults)
    if faults or table is None:
        raise InputError("\n".join(f"{file}: {fault}" for fault in faults))
    row = table.per_ml_bin[0]
    capture = Capture(
        name=value_of(header, "sample") or PurePath(file).stem,
        per_ml=float(np.sum(row)),
        d50_nm=_number(value_of(header, "median number (D50)")),
        settings=settings_of(header),
        flags=_check_flags(header),
    )
    return InstrumentReading(
        file=file,
        instrument=_instrument(header),
        captures=(with_sizes(capture, table.centres_nm, row),),
        centres_nm=table.centres_nm,
        per_ml_bin=table.per_ml_bin,
        dilution=dilution,
        adjusted=adjusted,
        flags=tuple(flags),
    )


def _number(text: str) -> float | None:
    """Read the number that a value begins with; None where there is none."""
    found = text.split(maxsplit=1)
    return _strict(found[0]) if found else None


def _strict(cell: str) -> float | None:
    return number(cell, decimal_comma=True)


def _instrument(header: Mapping[str, str]) -> str:
    found = _VERSION.search(value_of(header, "software"))
    return f"ZetaView {found[1]}" if found else "ZetaView"


def _titles(
    lines: Sequence[str], faults: list[str]
) -> tuple[int, tuple[int, int] | None]:
    """Find the row of titles: its place, and the columns of size and concentration.

    Where there is none, all lines are header.
    """
    for place, line in enumerate(lines):
        titles = [cell.lower() for cell in _cells(line)]
        size = next((k for k, t in enumerate(titles) if t.startswith("size")), None)
        count = next((k for k, t in enumerate(titles) if "concentration" in t), None)
        if size is None or count is None or size == count:
            continue
        unit = titles[count].replace(" ", "")
        if any(one in unit for one in _PER_ML):
            return place, (size, count)
        faults.append(
            f"line {place + 1}: met the column {titles[count]!r}; allowed: a "
            "concentration per cm3; export it in this unit"
        )
        return place, None
    faults.append(
        "met no size table; allowed: a block 'Size Distribution' with columns for size "
        "in nm and concentration in 1/cm3; export the size measurement, not a profile "
        "or a list of positions"
    )
    return len(lines), None


def _cells(line: str) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in _SIGN.split(line.strip()))


def _table(
    lines: Sequence[str], place: int, columns: tuple[int, int], faults: list[str]
) -> SizeTable | None:
    """Read the linear part of the size table, whose titles are at `place`."""
    rows, divided = _linear(lines, place + 1)
    if rows and not divided:
        faults.append(
            "size table: met no row of -1 between its linear and its logarithmic part; "
            "allowed: one; the file was cut short or edited, export it again"
        )
    picked = [
        SizeRow(row.line, tuple("".join(row.cells[k : k + 1]) for k in columns))
        for row in rows
    ]
    return size_table(picked, 2, _strict, faults)


def _linear(lines: Sequence[str], place: int) -> tuple[list[SizeRow], bool]:
    """Give the rows above the divider, and whether there is one."""
    rows: list[SizeRow] = []
    for line in range(place, len(lines)):
        cells = _cells(lines[line])
        if not any(cells):
            if rows:
                break
            continue
        if all(_strict(cell) == -1 for cell in cells):
            return rows, True
        rows.append(SizeRow(line + 1, cells))
    return rows, False


def _refuse_checks(header: Mapping[str, str], faults: list[str]) -> None:
    """Refuse what the instrument itself says can't be counted."""
    cell = value_of(header, "cell check result")
    if cell.lower().startswith(_FAILED):
        faults.append(
            f"Cell Check Result: met {cell!r}; allowed: {', '.join(_GOOD[:4])}; clean "
            "the cell, check it again and count the sample again"
        )
    traces = value_of(header, "number of traces")
    if traces and not (_number(traces) or 0) > 0:
        faults.append(
            f"Number of Traces: met {traces!r}; allowed: above zero; nothing was "
            "tracked, count the sample again"
        )


def _check_flags(header: Mapping[str, str]) -> tuple[str, ...]:
    """Keep every check that isn't plainly good, in the instrument's words."""
    flags = []
    for key in ("Cell Check Result", "Particle Drift Check Result"):
        value = value_of(header, key)
        if not value:
            flags.append(f"{key}: not written")
        elif value.lower() not in _GOOD:
            flags.append(f"{key}: {value}")
    if not value_of(header, "number of traces"):
        flags.append("Number of Traces: not written")
    correction = value_of(header, "concentration correction factor")
    if correction and _number(correction) != 1:
        flags.append(f"Concentration Correction Factor: {correction}")
    return tuple(flags)


def _dilution(header: Mapping[str, str], faults: list[str]) -> float | None:
    """Give the dilution factor; None where none is written."""
    words = value_of(header, "dilution")
    if not words:
        return None
    value = _number(words)
    if value is None or value < 1:
        faults.append(
            f"Dilution: met {words!r}; allowed: 1 or more; mend it in the instrument's "
            "software and export again"
        )
        return None
    return value


def _adjusted(
    header: Mapping[str, str],
    table: SizeTable | None,
    dilution: float | None,
    faults: list[str],
) -> tuple[bool, list[str]]:
    """Say whether the table holds the dilution, and what must be known of that."""
    if table is None or dilution is None or dilution == 1:
        return dilution == 1, []
    total = float(np.sum(table.per_ml_bin))
    original = _number(value_of(header, "original concentration"))
    if original is not None:
        for holds, expected in ((True, original), (False, original / dilution)):
            if abs(total - expected) <= _SAME * expected:
                return holds, []
        faults.append(
            f"Original Concentration: met {written(original)}/mL, but the table sums "
            f"to {written(total)}/mL at a dilution of {written(dilution)}; allowed: "
            "their product or the same; export it again"
        )
        return False, []
    if total > _MOST_IN_CELL:
        faults.append(
            f"size table: met {written(total)}/mL, more than can have been in the "
            f"cell, at a dilution of {written(dilution)} that may be in it already; "
            f"allowed: up to {written(_MOST_IN_CELL)}/mL; export with a dilution of 1 "
            "and give the dilution yourself"
        )
    return False, [
        "the table is taken as that of the diluted sample and multiplied by "
        f"{written(dilution)}: compare with 'Original Concentration' in the PDF report"
    ]
