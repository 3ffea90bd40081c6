"""Experiment summaries of NanoSight NTA 3.x: one column for each capture.

The layout was read off public files of versions 3.2 and 3.4 and off what programs for
3.0 to 3.4 expect. What isn't found is refused, never filled in. Read next:
:mod:`exoheart.product.instrument.nanosight_sheet`,
:mod:`exoheart.product.instrument.nanosight_checks`.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence

import numpy as np

from exoheart.errors import InputError
from exoheart.product.instrument.decoding import rows_of, separator
from exoheart.product.instrument.nanosight_checks import check_flags, refusals
from exoheart.product.instrument.nanosight_results import (
    concentrations,
    dilution_of,
    scale,
    settings_written,
    sizes_written,
)
from exoheart.product.instrument.nanosight_sheet import (
    Line,
    Sheet,
    bin_rows,
    capture_names,
    number_block,
    sheet,
)
from exoheart.product.instrument.size_table import SizeTable, size_table
from exoheart.product.instrument.sizes import (
    SUM_LIMIT,
    SUM_TOLERANCE,
    sum_difference,
    with_sizes,
)
from exoheart.records.instrument import Capture, InstrumentReading

#: Of one capture, and of all captures of an experiment, laid out alike.
_TITLES = ("nta experiment summary", "nta single analysis summary")
_CREATED = re.compile(
    r"(?:created with|software version[,;\t\"]*)\s*NTA\s*v?(\d+)\.(\d+)", re.IGNORECASE
)
_FIRST, _LAST = (3, 0), (3, 4)
_BEGINNINGS = ("bin centre", "filename", *_TITLES)


def is_nanosight(text: str) -> bool:
    """Say whether a text is an experiment summary of NanoSight, of any version."""
    head = text[:4000].lower()
    return any(sign in head for sign in (*_TITLES, "created with nta"))


def read_nanosight(file: str, text: str) -> InstrumentReading:
    """Read an experiment summary.

    Concentrations are those of the file. Where it has a dilution factor they hold it
    already, as the title of that row says; where none was recorded they are those of
    what was in the cell.

    Parameters
    ----------
    file
        Name of the file, for messages.
    text
        Its content.

    Raises
    ------
    InputError
        One line for everything that is wrong.
    """
    faults: list[str] = []
    version = _version(text, faults)
    held = _sheet(text, faults)
    reading = None if faults else _reading(file, version, held, faults)
    if faults or reading is None:
        raise InputError("\n".join(f"{file}: {fault}" for fault in faults))
    return reading


def _version(text: str, faults: list[str]) -> tuple[int, int] | None:
    """Give the version; None where none is written."""
    found = _CREATED.search(text[:4000])
    if found is None:
        return None
    version = int(found[1]), int(found[2])
    if version < _FIRST:
        faults.append(
            f"met a file of NTA {version[0]}.{version[1]}; allowed: 3.0 to 3.4, whose "
            "summaries differ; analyse the captures again in one of these"
        )
    return version


def _sheet(text: str, faults: list[str]) -> Sheet:
    sign = separator(text, _BEGINNINGS)
    try:
        return sheet(rows_of(text, sign), decimal_comma=sign != ",")
    except csv.Error as bad:
        faults.append(
            f"met a cell that doesn't end ({bad}); allowed: a table; export it again"
        )
        return Sheet()


def _reading(
    file: str, version: tuple[int, int] | None, held: Sheet, faults: list[str]
) -> InstrumentReading | None:
    block = number_block(held, faults)
    names = capture_names(held, block)
    if not names:
        faults.append(
            "row 'Filename': met no capture; allowed: one or more; process the "
            "captures and export the summary again"
        )
        return None
    faults += refusals(held, names)
    _check_names(block, names, faults)
    title, rows = bin_rows(block)
    table = size_table(rows, len(names) + 1, held.number, faults)
    counts = concentrations(held, names, faults)
    dilution, adjusted = dilution_of(held, len(names), faults)
    captures = _captures(held, block, names, counts, faults)
    if faults or table is None:
        return None
    scaled = SizeTable(table.centres_nm, table.per_ml_bin * scale(title))
    captures = [
        with_sizes(each, scaled.centres_nm, row)
        for each, row in zip(captures, scaled.per_ml_bin, strict=True)
    ]
    flags = [*_file_flags(version, held), *_sum_flags(captures, scaled, faults)]
    return InstrumentReading(
        file=file,
        instrument=_instrument(version),
        captures=tuple(captures),
        centres_nm=scaled.centres_nm,
        per_ml_bin=scaled.per_ml_bin,
        dilution=dilution,
        adjusted=adjusted,
        flags=tuple(flags),
    )


def _instrument(version: tuple[int, int] | None) -> str:
    return "NanoSight NTA" + (f" {version[0]}.{version[1]}" if version else "")


def _check_names(
    block: Sequence[Line], names: Sequence[str], faults: list[str]
) -> None:
    """Refuse a size table whose columns are other captures than the results'."""
    row = next((r for r in block if r.name.lower().rstrip(":") == "filename"), None)
    if row is None or row.cells[: len(names)] == tuple(names):
        return
    faults.append(
        f"line {row.line}: met other captures in the size table "
        f"({', '.join(row.cells[: len(names)]) or 'none'}); allowed: those of the "
        f"file: {', '.join(names)}; export it again"
    )


def _captures(
    held: Sheet,
    block: Sequence[Line],
    names: Sequence[str],
    counts: Sequence[float],
    faults: list[str],
) -> list[Capture]:
    """Build the captures: sizes as written, settings, the instrument's warnings."""
    sizes = sizes_written(held, block, names, faults)
    settings = settings_written(held, len(names))
    flags = check_flags(held, len(names))
    if len(counts) != len(names):
        return []
    return [
        Capture(
            name=name,
            per_ml=counts[k],
            **{key: values[k] for key, values in sizes.items()},
            settings=settings[k],
            flags=flags[k],
        )
        for k, name in enumerate(names)
    ]


def _file_flags(version: tuple[int, int] | None, held: Sheet) -> list[str]:
    """Say what a reader must know of the file as a whole."""
    flags = []
    if version is None:
        flags.append("the file doesn't say which version of NTA wrote it")
    elif version > _LAST:
        flags.append(
            f"NTA {version[0]}.{version[1]} is newer than the versions known (3.0 to "
            "3.4): compare the numbers with the instrument's own report"
        )
    remarks = held.find("experiment details", "remarks")
    words = ", ".join(remarks.cells) if remarks else ""
    if words.lower().startswith("created from combined experiments"):
        flags.append(f"captures of several experiments in one file: {words}")
    return flags


def _sum_flags(
    captures: Sequence[Capture], table: SizeTable, faults: list[str]
) -> list[str]:
    """Compare each concentration with the sum of its bins; far off is a fault."""
    flags = []
    for each, row in zip(captures, table.per_ml_bin, strict=True):
        off = sum_difference(each.per_ml, row)
        if abs(off) > SUM_LIMIT:
            faults.append(
                f"{each.name}: met bins that sum to {np.sum(row):.3g}/mL where the "
                f"concentration is {each.per_ml:.3g}/mL; allowed: within "
                f"{SUM_LIMIT:.0%}; the table was cut short or is of another "
                "measurement, export it again"
            )
        elif abs(off) > SUM_TOLERANCE:
            flags.append(
                f"{each.name}: the bins sum to {off:+.1%} of the concentration "
                f"(rounding explains {SUM_TOLERANCE:.0%})"
            )
    return flags
