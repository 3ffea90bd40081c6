"""What the exports of other programs share: columns by their spelling, words turned."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from exoheart.errors import Fault, closest
from exoheart.evidence.own.draft import Draft
from exoheart.evidence.own.file import REFERENCE_COLUMNS, TABLE_COLUMNS
from exoheart.evidence.own.words import outcome_words
from exoheart.evidence.tables import RawRow
from exoheart.evidence.user_csv import UserTable, spelled
from exoheart.evidence.vocabulary import OUTCOMES

_VENTRICLE = re.compile(r"\bleft ventric(?:ular|le)\b", re.IGNORECASE)
#: How alike a column must be to be taken for one of the project's own.
_ALIKE = 0.8
_LAST_BRACKETS = re.compile(r"^(.*?)[ ,]*\(([^()]+)\)$")


@dataclass(frozen=True, slots=True)
class Roles:
    """Which column of an export plays which part.

    Parameters
    ----------
    parts
        Part -> the column of the file.
    more
        Columns of the project's own tables that stand beside the export's.
    ignored
        Columns that nothing is read from.
    faults
        Columns that the parts need and the file lacks, and columns that look misspelt.
    """

    parts: Mapping[str, str]
    more: tuple[str, ...]
    ignored: tuple[str, ...]
    faults: tuple[Fault, ...]

    def cell(self, row: RawRow, part: str) -> str:
        """Give the cell of a part; empty where the file has no such column."""
        return row[self.parts[part]] if part in self.parts else ""

    def extra(self, row: RawRow) -> dict[str, str]:
        """Give the cells of the project's own columns that hold something."""
        return {name: row[name] for name in self.more if row[name]}


@dataclass(frozen=True, slots=True)
class Found:
    """Drafts of an export, its faults, and the columns that nothing is read from."""

    drafts: Sequence[Draft] = ()
    faults: Sequence[Fault] = ()
    ignored: tuple[str, ...] = field(default=())


def roles(
    table: UserTable,
    parts: Mapping[str, tuple[str, ...]],
    needed: Sequence[str],
    ignored: Sequence[str] | None,
) -> Roles:
    """Find the column of each part.

    Parameters
    ----------
    table
        The file.
    parts
        Part -> the names that its column may have.
    needed
        Parts without which nothing can be read.
    ignored
        Columns that are known and hold nothing to keep. Others are left out by name
        too, unless they look like one that is wanted; None where no look is needed.
    """
    names = {spelled(name): part for part, known in parts.items() for name in known}
    idle = {spelled(name) for name in ignored or ()}
    own = {*TABLE_COLUMNS, *REFERENCE_COLUMNS}
    chosen: dict[str, str] = {}
    more, left, unknown = [], [], []
    for name in table.header:
        part = names.get(spelled(name))
        if part is not None and part not in chosen:
            chosen[part] = name
        elif name in own and spelled(name) not in idle:
            more.append(name)
        else:
            left.append(name)
            if ignored is not None and spelled(name) not in idle:
                unknown.append(name)
    lacking = [known[0] for part, known in parts.items() if part not in chosen]
    faults = list(_misspelt(table, unknown, lacking))
    faults += [
        Fault(table.where(), "no such column", f"a column {parts[part][0]!r}")
        for part in needed
        if part not in chosen
    ]
    return Roles(chosen, tuple(more), tuple(left), tuple(faults))


def _misspelt(
    table: UserTable, unknown: Sequence[str], lacking: Sequence[str]
) -> Iterator[Fault]:
    """List columns that look like one that is wanted, or like the project's own."""
    own = [name for name in (*TABLE_COLUMNS, *REFERENCE_COLUMNS) if len(name) > 3]
    for name in unknown:
        alike = get_close_matches(name.lower(), own, n=1, cutoff=_ALIKE)
        near = closest(name, lacking) or (alike[0] if alike else None)
        if near:
            allowed = "a column that is wanted, or a name that looks like none"
            yield Fault(table.where(), f"column {name!r}", allowed, near)


def named_outcome(words: str) -> tuple[str, str, str]:
    """Give outcome, region and unit of words such as ``LVEF (%)``.

    Words of the project's tables stand as they are; what reads in no known way does
    too, and is refused later.

    Examples
    --------
    >>> named_outcome("Infarct size (% of AAR)")
    ('infarct size', 'area at risk', '%')
    >>> named_outcome("Left ventricular ejection fraction")[0]
    'ejection fraction'
    >>> named_outcome("cardiac function")
    ('cardiac function', '', '')
    """
    match = _LAST_BRACKETS.match(words.strip())
    text, unit = match.groups() if match else (words.strip(), "")
    text = _VENTRICLE.sub("LV", text)
    outcome, region, read_in = outcome_words(text, unit)
    known = text.lower() in OUTCOMES
    return text.lower() if known else outcome, region, read_in


def filled(row: RawRow, columns: Sequence[str]) -> Iterator[str]:
    """Give those of the columns that hold something in a row."""
    yield from (name for name in columns if row[name] not in {"", "0", "NA"})
