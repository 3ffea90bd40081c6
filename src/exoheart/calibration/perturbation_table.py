"""Published perturbations of infarcted animals: the table and its records.

In: ``data/perturbations.csv``. Out: one record a row: what was blocked, deleted or
depleted, what was read on which day, which way it went, and the same as factors on
parameters and terms of the heart. All rows are of mice, as the list has it. Strengths
were set before any row was scored: the published model's where it names one. Read
next: :mod:`exoheart.calibration.perturbations`.

References
----------
ChowkwaleValidation
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Literal, cast, get_args

from exoheart.errors import DataError, Fault, InputError

Sign = Literal["increase", "decrease", "no change"]
_CHANGE = re.compile(r"(term )?([a-z][\w.]*) \* (\d+(?:\.\d+)?)")
_YES_NO = ("represented", "by_construction", "published_model", "in_first_sheet")


@dataclass(frozen=True, slots=True)
class Change:
    """A parameter (table id) or a term (text id) times a factor."""

    target: str
    factor: float
    of_term: bool = False


@dataclass(frozen=True, slots=True)
class Perturbation:
    """One published outcome of a perturbation.

    Parameters
    ----------
    id
        That of the published list, with a letter where the list repeats it.
    perturbation
        What was done, in words.
    changes
        The same for the model; empty where it can't be represented.
    quantity
        What was read, in words.
    observable
        Id of the model's quantity; empty where it has none.
    expected
        Which way it went.
    species, model, occlusion_h
        The protocol; `model` is empty where nothing is run, `occlusion_h` is None but
        for ischaemia-reperfusion [h].
    day
        When it was read, after reperfusion or, without it, after ligation [d].
    represented
        Whether the model has what was changed and what was read.
    by_construction
        Whether the row tests nothing, since what is changed is what is read.
    published_model
        Whether the published intercellular model has the sign.
    in_first_sheet
        Whether the row is in the list's first sheet of 86 rows; all are in its second.
    same_as
        Id of an earlier row that is the same observation in other words, or empty.
    source, note
        Where it is from; what is assumed, and why a row can't be represented.
    """

    id: str
    perturbation: str
    changes: tuple[Change, ...]
    quantity: str
    observable: str
    expected: Sign
    species: str
    model: str
    occlusion_h: float | None
    day: float
    represented: bool
    by_construction: bool
    published_model: bool
    in_first_sheet: bool
    same_as: str
    source: str
    note: str

    @property
    def end_h(self) -> float:
        """When it was read [h after occlusion]."""
        return (self.occlusion_h or 0.0) + 24.0 * self.day


def parse_changes(text: str) -> tuple[Change, ...]:
    """Read ``heart.neutrophil_rate * 0.1; term heart_tnf_excess * 0``.

    Raises
    ------
    InputError
        A part is not ``[term] <id> * <factor of 0 or more>``.

    Examples
    --------
    >>> parse_changes("term heart_tnf_excess * 0.5")
    (Change(target='heart_tnf_excess', factor=0.5, of_term=True),)
    """
    changes = []
    for part in filter(None, (piece.strip() for piece in text.split(";"))):
        match = _CHANGE.fullmatch(part)
        if match is None:
            raise InputError(
                f"met {part!r}; allowed: [term] id * factor of 0 or more, joined by "
                "semicolons; mend the cell"
            )
        term, target, factor = match.groups()
        changes.append(Change(target, float(factor), of_term=term is not None))
    return tuple(changes)


def read_perturbations(text: str) -> tuple[Perturbation, ...]:
    """Read a table of perturbations.

    Raises
    ------
    DataError
        Rows that can't be read; all of them.
    """
    found, faults = [], []
    for line, row in enumerate(csv.DictReader(text.splitlines()), 2):
        own = list(_faults_of(row, f"perturbations.csv line {line}"))
        faults += own
        if not own:
            found.append(_perturbation(row))
    if faults:
        raise DataError("perturbations", faults)
    return tuple(found)


@lru_cache(maxsize=1)
def load_perturbations() -> tuple[Perturbation, ...]:
    """Give every published perturbation, in the order of the table."""
    table = resources.files("exoheart") / "data" / "perturbations.csv"
    return read_perturbations(table.read_text("utf-8"))


def _faults_of(row: Mapping[str, str], where: str) -> list[Fault]:
    allowed = {"expected": get_args(Sign), **dict.fromkeys(_YES_NO, ("yes", "no"))}
    faults = [
        Fault(f"{where}, {column}", repr(row[column]), " | ".join(words))
        for column, words in allowed.items()
        if row[column] not in words
    ]
    for column, read, form in (
        ("changes", parse_changes, "[term] <id> * <factor of 0 or more>; ..."),
        ("day", float, "days"),
        ("occlusion_min", _minutes, "minutes, or nothing"),
    ):
        try:
            read(row[column])
        except (InputError, ValueError):
            faults.append(Fault(f"{where}, {column}", repr(row[column]), form))
    given = [name for name in ("changes", "observable", "model") if row[name]]
    if len(given) != (3 if row["represented"] == "yes" else 0):
        met = f"represented {row['represented']} with {', '.join(given) or 'none'}"
        needs = "changes, observable and model where represented, else none of them"
        faults.append(Fault(where, met, needs))
    return faults


def _minutes(text: str) -> float | None:
    return float(text) if text else None


def _perturbation(row: Mapping[str, str]) -> Perturbation:
    minutes = _minutes(row["occlusion_min"])
    flags = {name: row[name] == "yes" for name in _YES_NO}
    return Perturbation(
        id=row["id"],
        perturbation=row["perturbation"],
        changes=parse_changes(row["changes"]),
        quantity=row["quantity"],
        observable=row["observable"],
        expected=cast("Sign", row["expected"]),
        species=row["species"],
        model=row["model"],
        occlusion_h=None if minutes is None else minutes / 60,
        day=float(row["day"]),
        same_as=row["same_as"],
        source=row["source"],
        note=row["note"],
        **flags,
    )
