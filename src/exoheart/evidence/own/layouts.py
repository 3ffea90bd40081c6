"""Which layout a user's file of studies has, and its rows as drafts.

``tables`` are the project's own columns, ``flat`` is one free-worded row for each arm
and outcome, ``revman`` and ``syrf`` are exports of the programs of those names. Read
next: :mod:`exoheart.evidence.own.flat`, :mod:`exoheart.evidence.own.revman`,
:mod:`exoheart.evidence.own.syrf`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from exoheart.errors import Fault
from exoheart.evidence.own.draft import Draft, table_drafts
from exoheart.evidence.own.file import (
    NO_COLUMN,
    NUMBERS,
    Export,
    doubled,
    export_of,
    header_faults,
    layout_of,
    no_lines,
)
from exoheart.evidence.own.flat import flat_drafts
from exoheart.evidence.own.lines import Layout
from exoheart.evidence.own.revman import PARTS as REVMAN_PARTS
from exoheart.evidence.own.revman import revman_drafts
from exoheart.evidence.own.syrf import PARTS as SYRF_PARTS
from exoheart.evidence.own.syrf import syrf_drafts
from exoheart.evidence.row_rules import cells_complete
from exoheart.evidence.user_csv import UserTable, spelled, with_points

AnyLayout = Layout | Export
#: Columns that a study can't be kept without.
NEEDED: Mapping[AnyLayout, tuple[str, ...]] = {
    "tables": ("id", "arm", "outcome", "verification"),
    "flat": ("study_id", "arm", "outcome", "verified"),
}
#: Columns that hold numbers in any layout, as they are compared.
_NUMBERS = frozenset(
    spelled(name)
    for names in (
        NUMBERS,
        *(REVMAN_PARTS[part] for part in REVMAN_PARTS if part.split()[-1] in NUMBERS),
        *(SYRF_PARTS[part] for part in SYRF_PARTS if part in NUMBERS),
    )
    for name in names
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file holds: its layout, its drafts, what is wrong, what is left out.

    `ignored` names the columns that nothing is read from.
    """

    layout: AnyLayout
    drafts: tuple[Draft, ...]
    faults: tuple[Fault, ...]
    ignored: tuple[str, ...] = ()


def any_layout(table: UserTable) -> AnyLayout:
    """Tell the layout by the header."""
    return export_of(table.header) or layout_of(table.header)


def read_drafts(table: UserTable) -> Reading:
    """Turn the rows of a file into drafts, with every fault of its form."""
    layout = any_layout(table)
    numbers = [name for name in table.header if spelled(name) in _NUMBERS]
    table, faults = with_points(table, numbers)
    faults += no_lines(table)
    faults += [fault for row in table.rows for fault in cells_complete(row)]
    if layout in {"revman", "syrf"}:
        make = revman_drafts if layout == "revman" else syrf_drafts
        found = make(table)
        faults += [*doubled(table), *found.faults]
        return Reading(layout, tuple(found.drafts), tuple(faults), found.ignored)
    flat = layout == "flat"
    named = list(header_faults(table, "flat" if flat else "tables", NEEDED[layout]))
    if _lacks_columns(named):
        return Reading(layout, (), (*named, *faults))  # cells would all be at fault
    if flat:
        drafts, more = flat_drafts(table.rows)
        return Reading(layout, tuple(drafts), (*named, *faults, *more))
    return Reading(layout, tuple(table_drafts(table.rows)), (*named, *faults))


def _lacks_columns(faults: Sequence[Fault]) -> bool:
    return any(fault.met.startswith(NO_COLUMN) for fault in faults)
