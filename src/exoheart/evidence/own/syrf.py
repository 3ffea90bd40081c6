"""Quantitative data exported by SyRF, as drafts: one cohort, outcome and time a row.

A cohort's comparator is the one cohort of its experiment that is a treatment control
and no control of the disease model; where there are several, the file has to say which
(a column ``comparator``). The time of a reading is kept in the export's minutes, as
words: what it counts from, only the reviewers know.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from exoheart.errors import Fault
from exoheart.evidence.own.draft import Draft, best_verification, make_draft, study_id
from exoheart.evidence.own.export import Found, Roles, named_outcome, roles
from exoheart.evidence.own.words import outcome_words
from exoheart.evidence.tables import RawRow
from exoheart.evidence.user_csv import UserTable

PARTS: Mapping[str, tuple[str, ...]] = {
    "study": ("StudyId",),
    "title": ("Title",),
    "authors": ("Authors", "Author"),
    "year": ("Year",),
    "journal": ("PublicationName",),
    "doi": ("Doi",),
    "url": ("Url",),
    "experiment": ("ExperimentLabel",),
    "arm": ("CohortLabel",),
    "n": ("NumberOfAnimals",),
    "sham": ("IsDiseaseModelControl",),
    "disease": ("DiseaseModelLabel(s)",),
    "control": ("IsTreatmentControl",),
    "treatment": ("TreatmentLabel(s)",),
    "outcome": ("OutcomeLabel",),
    "time": ("TimeInMinute", "TimeInMinutes"),
    "mean": ("OutcomeAverage", "OutcomeResult"),
    "average": ("OutcomeAverageType",),
    "unit": ("OutcomeUnit",),
    "spread": ("OutcomeError",),
    "spread_type": ("ErrorType", "OutcomeErrorType"),
}
NEEDED = (
    *("study", "arm", "n", "outcome", "mean", "average", "unit"),
    *("spread", "spread_type", "control"),
)
_SPREADS = {"sd": "SD", "sem": "SEM", "iqr": "IQR"}
_TRUE = "true"


def syrf_drafts(table: UserTable) -> Found:
    """Turn each row into a draft; annotations and ids are left out by name."""
    found = roles(table, PARTS, NEEDED, None)
    if found.faults:
        return Found((), found.faults, found.ignored)
    ids = _ids(table.rows, found)
    faults: list[Fault] = []
    drafts = []
    for row in table.rows:
        faults += _faults(row, found)
        comparator, more = _comparator(row, table.rows, found)
        faults += more
        drafts.append(_draft(row, found, ids, comparator))
    return Found(best_verification(drafts), tuple(faults), found.ignored)


def first_author(authors: str) -> str:
    """Give the surname of the first author of a list.

    Examples
    --------
    >>> first_author("L. Akinfiresoye and Y. Tizabi"), first_author("Li, J.; Zhou, C.")
    ('Akinfiresoye', 'Li')
    """
    words = re.split(r";| and |,", authors.strip(' "'))[0].split()
    return words[-1] if words else ""


def _ids(rows: Sequence[RawRow], found: Roles) -> dict[str, str]:
    """Give each StudyId an id of the project; equal names get a letter."""
    made: dict[str, str] = {}
    for row in rows:
        key, more = found.cell(row, "study"), found.extra(row)
        if not key or key in made:
            continue
        head = f"{first_author(found.cell(row, 'authors'))}{found.cell(row, 'year')}"
        name = study_id(
            head or key[:8], "", more.get("species", ""), more.get("model", "")
        )
        first, _, tail = name.partition("_")
        letters = iter("bcdefghijklmnopqrstuvwxyz")
        while name in made.values():
            name = f"{first}{next(letters, key[:8])}_{tail}"
        made[key] = name
    return made


def _is(row: RawRow, found: Roles, part: str) -> bool:
    """Say whether every one of a cohort's treatments or diseases is a control."""
    told = found.cell(row, part).lower().split(";")
    return all(one.strip() == _TRUE for one in told)


def _comparator(
    row: RawRow, rows: Sequence[RawRow], found: Roles
) -> tuple[str, list[Fault]]:
    """Find the control of a treated cohort; none where the row names its own."""
    if _is(row, found, "control") or "comparator" in found.extra(row):
        return "", []
    keys = ("study", "experiment", "outcome", "time")
    here = [
        other
        for other in rows
        if all(found.cell(other, key) == found.cell(row, key) for key in keys)
        and _is(other, found, "control")
        and not _is(other, found, "sham")
    ]
    names = list(dict.fromkeys(found.cell(other, "arm") for other in here))
    if len(names) == 1:
        return names[0], []
    met = ", ".join(names) or "no treatment control"
    allowed = "one treatment control in the experiment, or a column 'comparator'"
    return "", [Fault(row.where(found.parts["control"]), met, allowed)]


def _faults(row: RawRow, found: Roles) -> Iterator[Fault]:
    """List averages and errors that the tables have no word for."""
    average = found.cell(row, "average").lower()
    kind = found.cell(row, "spread_type").lower()
    if average not in {"mean", "median"}:
        where = row.where(found.parts["average"])
        yield Fault(where, repr(found.cell(row, "average")), "mean, median")
    elif found.cell(row, "spread") and (average == "median") != (kind == "iqr"):
        where = row.where(found.parts["spread_type"])
        allowed = "IQR with a median, SD or SEM with a mean"
        yield Fault(where, f"{kind.upper()!r} with a {average}", allowed)
    if not found.cell(row, "study"):
        yield Fault(row.where(found.parts["study"]), "an empty cell", "the study's id")


def _draft(row: RawRow, found: Roles, ids: Mapping[str, str], comparator: str) -> Draft:
    outcome, region, unit = _outcome(row, found)
    time, control = found.cell(row, "time"), _is(row, found, "control")
    spread = found.cell(row, "spread")
    kind = found.cell(row, "spread_type")
    cells = {
        "id": ids.get(found.cell(row, "study"), ""),
        "doi": found.cell(row, "doi"),
        "year": found.cell(row, "year"),
        "first_author": first_author(found.cell(row, "authors")),
        "arm": found.cell(row, "arm"),
        "comparator": comparator,
        "form": "control" if control else "",
        "outcome": outcome,
        "region": region,
        "unit": unit,
        "at": f"{time} min" if time else "",
        "mean": found.cell(row, "mean"),
        "spread": spread,
        "spread_type": _SPREADS.get(kind.lower(), kind) if spread else "",
        "n": found.cell(row, "n"),
        "verification": "secondary",
        "note": "; ".join(_notes(row, found)),
        "title": found.cell(row, "title").strip('"'),
        "journal": found.cell(row, "journal"),
        "url": found.cell(row, "url"),
    }
    cells |= found.extra(row)
    given = {part: found.parts[part] for part in found.parts if part in cells}
    given |= {"id": found.parts["study"]}
    return make_draft(row, cells, {"verification": cells["verification"]}, given)


def _outcome(row: RawRow, found: Roles) -> tuple[str, str, str]:
    """Give outcome, region and unit; the unit's own column counts."""
    words, unit = found.cell(row, "outcome"), found.cell(row, "unit")
    outcome, region, _ = named_outcome(words)
    _, more, read_in = outcome_words(words, unit)
    return outcome, region or more, read_in


def _notes(row: RawRow, found: Roles) -> Iterator[str]:
    for part, words in (
        ("experiment", "experiment"),
        ("disease", "disease model"),
        ("treatment", "treatment"),
    ):
        if found.cell(row, part):
            yield f"{words}: {found.cell(row, part)}"
    if _is(row, found, "sham"):
        yield "control of the disease model"
