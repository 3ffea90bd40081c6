"""Which layout a user's file of studies has, and its rows as drafts.

``tables`` are the project's own columns, ``flat`` is one free-worded row for each arm
and outcome, ``revman`` and ``syrf`` are exports of the programs of those names. Read
next: :mod:`exoheart.evidence.own.flat`, :mod:`exoheart.evidence.own.revman`,
:mod:`exoheart.evidence.own.syrf`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from exoheart.errors import Fault
from exoheart.evidence.own.draft import Draft, table_drafts
from exoheart.evidence.own.export import spelled
from exoheart.evidence.own.file import (
    doubled,
    header_faults,
    layout_of,
    no_lines,
)
from exoheart.evidence.own.flat import flat_drafts
from exoheart.evidence.own.revman import revman_drafts
from exoheart.evidence.own.syrf import syrf_drafts
from exoheart.evidence.row_rules import cells_complete
from exoheart.evidence.user_csv import UserTable

AnyLayout = Literal["tables", "flat", "revman", "syrf"]
#: Columns that tell an export by its header: any two of them.
_SIGNS: tuple[tuple[AnyLayout, frozenset[str]], ...] = (
    ("revman", frozenset({"experimentalmean", "controlmean", "experimentalsd"})),
    ("syrf", frozenset({"cohortlabel", "outcomelabel", "outcomeaverage"})),
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
    names = {spelled(name) for name in table.header}
    for layout, signs in _SIGNS:
        if len(names & signs) > 1:
            return layout
    return layout_of(table.header)


def read_drafts(table: UserTable) -> Reading:
    """Turn the rows of a file into drafts, with every fault of its form."""
    layout = any_layout(table)
    faults = [*no_lines(table)]
    faults += [fault for row in table.rows for fault in cells_complete(row)]
    if layout in {"revman", "syrf"}:
        make = revman_drafts if layout == "revman" else syrf_drafts
        found = make(table)
        faults += [*doubled(table), *found.faults]
        return Reading(layout, tuple(found.drafts), tuple(faults), found.ignored)
    named = list(header_faults(table, "flat" if layout == "flat" else "tables"))
    if not {*table.header} & {"id", "study_id"} or _lacks_columns(named):
        return Reading(layout, (), (*named, *faults))  # cells would all be at fault
    if layout == "flat":
        drafts, more = flat_drafts(table.rows)
        return Reading(layout, tuple(drafts), (*named, *faults, *more))
    return Reading(layout, tuple(table_drafts(table.rows)), (*named, *faults))


def _lacks_columns(faults: Sequence[Fault]) -> bool:
    return any(fault.met == "no such column" for fault in faults)
