"""What a NanoSight says of its own captures: warnings to keep, and grounds to refuse.

Sections [Concentration Warnings] and [Information] hold one word for each check and
capture. Any word other than "OK" or "No" is kept as a flag, as the instrument wrote it,
so that a check nobody here has met isn't lost.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from exoheart.product.instrument.nanosight_sheet import Sheet

_SECTIONS = ("concentration warnings", "information")
_QUIET = ("", "ok", "no", "none")
_VALIDITY = "validity of concentration measurement"
#: Words by which an instrument calls its concentration meaningless.
_INVALID = re.compile(r"(no|not .*|invalid.*|fail.*|unreliable.*)", re.IGNORECASE)


def check_flags(held: Sheet, count: int) -> list[tuple[str, ...]]:
    """Give the warnings of each capture, each with the check it is of.

    Parameters
    ----------
    held
        The file.
    count
        Number of captures.
    """
    flags: list[list[str]] = [[] for _ in range(count)]
    rows = [row for name in _SECTIONS for row in held.sections.get(name, ())]
    upgrade = held.find("results", "concentration upgrade?")
    for row in rows:
        if row.name.startswith("["):
            continue
        for k, cell in enumerate(row.cells[:count]):
            if cell.lower() not in _QUIET:
                flags[k].append(f"{row.name}: {cell}")
    for k, cell in enumerate(upgrade.cells[:count] if upgrade else ()):
        if cell.lower() == "no":
            flags[k].append(f"{upgrade.name if upgrade else ''} {cell}")
    return [tuple(dict.fromkeys(each)) for each in flags]


def refusals(held: Sheet, names: Sequence[str]) -> list[str]:
    """Give the grounds on which captures can't be used at all."""
    faults = []
    row = held.find("concentration warnings", _VALIDITY)
    invalid = [
        f"{name} ({cell})"
        for name, cell in zip(names, row.cells if row else (), strict=False)
        if _INVALID.fullmatch(cell)
    ]
    if invalid and row:
        faults.append(
            f"line {row.line}: met concentrations that the instrument itself calls "
            f"invalid: {', '.join(invalid)}; allowed: OK; dilute or set the camera "
            "anew and count again, or export without these captures"
        )
    processed = held.find("experiment details", "processed")
    raw = [
        name
        for name, cell in zip(names, processed.cells if processed else (), strict=False)
        if cell.lower() == "no"
    ]
    if raw and processed:
        faults.append(
            f"line {processed.line}: met captures that weren't processed: "
            f"{', '.join(raw)}; allowed: Yes; process them and export again"
        )
    return faults
