"""Rows of a NanoSight summary with one cell for each capture, read as values.

Concentrations, the dilution factor, sizes and settings; what can't be used becomes a
fault. Read next: :mod:`exoheart.product.instrument.nanosight`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from exoheart.product.instrument.nanosight_sheet import Line, Sheet

#: Millions and the like that a title gives before the unit: "(E6 particles / ml)".
_POWER = re.compile(r"\(\s*(?:x\s*10\^?|e)(\d+)\s", re.IGNORECASE)
#: Row of the size distribution -> field of a capture.
_SIZES = {
    "mean": "mean_nm",
    "mode": "mode_nm",
    "sd": "sd_nm",
    "d10": "d10_nm",
    "d50": "d50_nm",
    "d90": "d90_nm",
}
#: What stands for no number where a capture saw no particle.
_NOTHING = ("nan", "n/a", "-")
#: Row of [Results] that is a setting rather than a result.
_UPGRADE = "Concentration Upgrade?"
_CAMERA = "Camera Level"


def scale(title: Line | None) -> float:
    """Give the power of ten that a title writes before its unit; 1 without one."""
    words = "" if title is None else " ".join((title.name, *title.cells))
    found = _POWER.search(words)
    return 10.0 ** int(found[1]) if found else 1.0


def _cells(row: Line | None, count: int) -> tuple[str, ...]:
    """Give one cell for each capture; empty where the row is short or not there."""
    cells = row.cells[:count] if row else ()
    return (*cells, *[""] * (count - len(cells)))


def concentrations(held: Sheet, names: Sequence[str], faults: list[str]) -> list[float]:
    """Give the concentration of each capture [1/mL]."""
    row = held.find("results", "concentration (")
    if row is None:
        faults.append(
            "[Results]: met no row 'Concentration (Particles / ml)'; allowed: one; "
            "the file was cut short or edited, export it again"
        )
        return []
    power, counts = scale(row), []
    for name, cell in zip(names, _cells(row, len(names)), strict=True):
        value = held.number(cell)
        if value is None or value < 0:
            faults.append(
                f"line {row.line}: met a concentration of {cell or 'nothing'} for "
                f"{name}; allowed: a number, zero or more; export it again"
            )
        counts.append((value or 0.0) * power)
    if not any(count > 0 for count in counts) and not faults:
        faults.append(
            f"line {row.line}: met a concentration of zero in every capture; allowed: "
            "above zero in one or more; nothing was tracked, count the sample again"
        )
    return counts


def dilution_of(
    held: Sheet, count: int, faults: list[str]
) -> tuple[float | None, bool]:
    """Give the dilution factor, and whether the concentrations hold it."""
    row = held.find("results", "dilution factor")
    cells = sorted(set(_cells(row, count)))
    if row is None or {cell.lower() for cell in cells} <= {"", "not recorded"}:
        return None, False
    where, met = f"line {row.line}: met", ", ".join(cell or "nothing" for cell in cells)
    values = [held.number(cell) for cell in cells]
    distinct = set(values)
    if None in distinct or any(value < 1 for value in values if value is not None):
        faults.append(
            f"{where} a dilution factor of {met}; allowed: one number, 1 or more, or "
            "'Not recorded', for all captures; mend it in the instrument's software "
            "and export again"
        )
        return None, False
    if len(distinct) > 1:
        faults.append(
            f"{where} dilution factors {met}; allowed: one for all "
            "captures; export the captures of each dilution in a file of their own"
        )
        return None, False
    value = values[0]
    if "adjusted" not in row.name.lower() and value != 1:
        faults.append(
            f"{where} a dilution factor in a row that doesn't say whether the "
            "concentrations hold it; allowed: 'Dilution factor (concentrations "
            "adjusted for this factor)'; export again from NTA 3.2 or later"
        )
    return value, True


def sizes_written(
    held: Sheet, block: Sequence[Line], names: Sequence[str], faults: list[str]
) -> dict[str, list[float | None]]:
    """Give the diameters of each capture [nm] as the file has them."""
    found: dict[str, list[float | None]] = {}
    for name, key in _SIZES.items():
        row = next((r for r in block if r.name.lower() == name), None)
        cells = _cells(row, len(names))
        cells = tuple("" if cell.lower() in _NOTHING else cell for cell in cells)
        found[key] = [held.number(cell) for cell in cells]
        wrong = [
            f"{capture} {cell}"
            for capture, cell, value in zip(names, cells, found[key], strict=True)
            if cell and (value is None or value < 0)
        ]
        if wrong and row:
            faults.append(
                f"line {row.line}: met in row {row.name!r}: {', '.join(wrong)}; "
                "allowed: diameters in nm; export it again"
            )
    return found


def settings_written(held: Sheet, count: int) -> list[dict[str, str]]:
    """Give the conditions and settings of each capture, as written."""
    rows = [
        row
        for section in ("conditions", "settings")
        for row in held.sections.get(section, ())
        if row.name and not row.name.startswith("[") and any(row.cells)
    ]
    upgrade = held.find("results", _UPGRADE.lower())
    rows += [upgrade] if upgrade else []
    columns = [(row.name, _cells(row, count)) for row in rows]
    return [
        {name: _setting(held, name, cells[k]) for name, cells in columns if cells[k]}
        for k in range(count)
    ]


def _setting(held: Sheet, name: str, cell: str) -> str:
    """Write a setting; a camera level is a whole number however it is written."""
    value = held.number(cell)
    whole = name == _CAMERA and value is not None and value.is_integer()
    return str(int(value)) if whole and value is not None else cell
