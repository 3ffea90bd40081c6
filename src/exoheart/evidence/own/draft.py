"""A row of a user's file as the two rows that it becomes in the user's folder.

Every layout is turned into :class:`Draft` records, so that one set of rules checks
them all. Nothing is judged here: a word that no table knows stays as written. Read
next: :mod:`exoheart.evidence.own.layouts`, :mod:`exoheart.evidence.own.rules`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from exoheart.errors import Fault
from exoheart.evidence.own.file import REFERENCE_COLUMNS, TABLE_COLUMNS
from exoheart.evidence.tables import RawRow
from exoheart.evidence.vocabulary import OUTCOME_COLUMNS, STUDY_COLUMNS, VERIFICATIONS

#: What is added to an id that names no species or model.
PLAIN_TAIL = "Own"
_MODEL_TAILS: Mapping[str, str] = {
    "ischaemia-reperfusion": "Reperfusion",
    "permanent ligation": "Ligation",
    "infarct, type not stated": "Infarct",
}
_PLACE = re.compile(r", column (\w+)$")


@dataclass(frozen=True, slots=True)
class Draft:
    """One arm, outcome and time, ready to be checked and kept.

    Parameters
    ----------
    study, outcome
        Cells of ``study.csv`` and of ``outcomes.csv``, both with the place in the
        user's file.
    given
        Column of the project's tables -> the column of the file that it is read
        from, where the two differ.
    reference
        Title, journal and url of the source, as far as given.
    """

    study: RawRow
    outcome: RawRow
    given: Mapping[str, str]
    reference: Mapping[str, str]

    @property
    def id(self) -> str:
        """The study's id."""
        return self.study["id"]

    def with_study(self, **cells: str) -> Draft:
        """Give the draft with other cells of its study."""
        known = {name: self.study[name] for name in STUDY_COLUMNS} | cells
        return replace(self, study=_row(self.study, STUDY_COLUMNS, known))

    def in_file(self, fault: Fault) -> Fault:
        """Name the file's own column in a fault."""
        match = _PLACE.search(fault.where)
        column = self.given.get(match.group(1), "") if match else ""
        if not column:
            return fault
        where = f"{fault.where[: match.start()]}, column {column!r}"  # type: ignore[union-attr]
        return Fault(where, fault.met, fault.allowed, fault.nearest)


def make_draft(
    row: RawRow,
    cells: Mapping[str, str],
    study_cells: Mapping[str, str] | None = None,
    given: Mapping[str, str] | None = None,
) -> Draft:
    """Put a draft together.

    Parameters
    ----------
    row
        Where it stands.
    cells
        By column of the project's tables; those of the study and of the outcome.
    study_cells
        Cells of the study whose column both tables have: its note, what was read.
    given
        See :class:`Draft`.
    """
    study = {**cells, "note": "", **(study_cells or {})}
    study["retracted"] = study.get("retracted") or "no"
    return Draft(
        study=_row(row, STUDY_COLUMNS, study),
        outcome=_row(row, OUTCOME_COLUMNS, cells),
        given=given or {},
        reference={
            name: cells[name] for name in REFERENCE_COLUMNS if cells.get(name, "")
        },
    )


def _row(row: RawRow, columns: tuple[str, ...], cells: Mapping[str, str]) -> RawRow:
    values = tuple(cells.get(name, "") for name in columns)
    return RawRow(row.file, row.number, columns, values)


def table_drafts(rows: Iterable[RawRow]) -> list[Draft]:
    """Turn rows of the project's own columns into drafts.

    Where `note` and `verification` stand once, they are the outcome's; where they
    stand twice, the first is the study's.
    """
    drafts = []
    for row in rows:
        cells = {name: row[name] for name in (*TABLE_COLUMNS, *REFERENCE_COLUMNS)}
        twice = {
            name: row[name] for name in ("note", "verification") if row[f"{name} (2)"]
        }
        cells |= {name: row[f"{name} (2)"] for name in twice}
        drafts.append(make_draft(row, cells, twice))
    return best_verification(drafts)


def best_verification(drafts: Sequence[Draft]) -> list[Draft]:
    """Give each study the best that was read of it, where its rows differ."""
    best: dict[str, str] = {}
    order = {name: place for place, name in enumerate(VERIFICATIONS)}
    for draft in drafts:
        told = draft.study["verification"]
        known = best.get(draft.id)
        if known is None or order.get(told, len(order)) < order.get(known, len(order)):
            best[draft.id] = told
    return [one.with_study(verification=best[one.id]) for one in drafts]


def study_id(head: str, tail: str, species: str, model: str) -> str:
    """Make an id as the project writes them, ``Surname2021_PigReperfusion``.

    Examples
    --------
    >>> study_id("de Couto 2017", "", "pig", "ischaemia-reperfusion")
    'DeCouto2017_PigReperfusion'
    >>> study_id("3467", "", "", "")
    'Study3467_Own'
    """
    first = _camel(head) or "Study"
    if not first[0].isalpha():
        first = f"Study{first}"
    return f"{first}_{_camel(tail) or protocol_tail(species, model)}"


def protocol_tail(species: str, model: str) -> str:
    """Name an animal and its infarct in one word."""
    return f"{_camel(species)}{_MODEL_TAILS.get(model) or _camel(model)}" or PLAIN_TAIL


def _camel(text: str) -> str:
    words = re.findall(r"[A-Za-z0-9]+", text)
    return "".join(word[0].upper() + word[1:] for word in words)
