"""What must hold for a user's own study, besides the rules of the shipped ones.

The shipped studies were read from abstracts, where much is missing; a user has the
numbers at hand, so that a slip shows: a spread below zero, a percentage above 100, a
reading before the dose, a direction against the means.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from exoheart.errors import Fault, closest
from exoheart.evidence.own.draft import Draft
from exoheart.evidence.own.words import CONTROL_WORDS
from exoheart.evidence.row_rules import numeric
from exoheart.evidence.study_rules import outcome_faults, study_faults
from exoheart.evidence.tables import RawRow
from exoheart.evidence.vocabulary import STUDY_COLUMNS

#: What an own study may inform; a fit never reads it.
OWN_USES = ("context", "qualify")
#: Outcomes that are shares where their unit is per cent.
SHARES = (
    *("infarct size", "scar size", "ejection fraction", "fractional shortening"),
    *("fractional area change", "fibrosis", "apoptosis", "reparative share"),
    *("retention in heart", "activity in lung", "labelled volume"),
)
#: Outcomes that can't be below zero whatever their unit.
AMOUNTS = (
    *("scar mass", "viable mass", "end-diastolic volume", "end-systolic volume"),
    *("stroke volume", "cardiac output", "capillary density", "vessel density"),
    *("macrophages", "cardiomyocyte death", "cardiomyocyte survival"),
)
_DOI = re.compile(r"10\.\d{4,9}/\S+")
_DIGITS = re.compile(r"\d{1,9}")
_KEY = re.compile(r"[A-Za-z0-9._-]+")
_SIGNS = {"increase": 1, "decrease": -1}
#: A list of allowed words longer than this [letters] is named, not printed.
MOST_PRINTED = 320


@dataclass(frozen=True, slots=True)
class Known:
    """What own studies are held against.

    Parameters
    ----------
    shipped
        Ids of the shipped studies.
    own
        Ids of the own studies that may not be written again.
    cohorts
        Cohort -> its use, of the studies that stay.
    flat
        Whether the file is of the flat layout: its controls need no row of their own.
    """

    shipped: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()
    cohorts: Mapping[str, str] = field(default_factory=dict)
    flat: bool = False


def draft_faults(drafts: Sequence[Draft], known: Known) -> list[Fault]:
    """List every fault of every study of a file, in the order of its rows."""
    studies: dict[str, list[Draft]] = {}
    for draft in drafts:
        studies.setdefault(draft.id, []).append(draft)
    found: list[tuple[int, Fault]] = []
    for study in studies.values():
        for draft, fault in _study(study, known):
            found.append((draft.outcome.number, shortened(draft.in_file(fault))))
    found.sort(key=lambda pair: pair[0])
    return list(dict.fromkeys(fault for _, fault in found))


def _study(study: Sequence[Draft], known: Known) -> Iterator[tuple[Draft, Fault]]:
    """List the faults of one study, each with its row."""
    first = study[0]
    by_row = {draft.outcome.where(): draft for draft in study}
    rules = [
        *study_faults(first.study, first.id),
        *_identity(first.study, known),
        *_same_study(study),
        *outcome_faults([draft.outcome for draft in study]),
    ]
    for draft in study:
        rules += _numbers(draft.outcome)
        rules += _in_time(draft)
        rules += _comparator(draft.outcome, study, known)
        rules += _direction(draft.outcome, study)
    for fault in rules:
        place = fault.where.partition(", column ")[0]
        yield by_row.get(place, first), fault


def _identity(row: RawRow, known: Known) -> Iterator[Fault]:
    """Check what the study is found by, and what it may inform."""
    if row["id"] in known.shipped:
        allowed = "an id that no shipped study has"
        yield Fault(row.where("id"), f"{row['id']!r}, a shipped study", allowed)
    if row["id"] in known.own:
        allowed = "another id, or --replace to put it in place of the one there"
        yield Fault(row.where("id"), f"{row['id']!r}, which you have already", allowed)
    if row["use"] not in OWN_USES:
        near = closest(row["use"], OWN_USES)
        allowed = "context or qualify; no fit reads your own studies"
        yield Fault(row.where("use"), repr(row["use"]), allowed, near)
    told = known.cohorts.get(row["cohort"], row["use"])
    if told != row["use"]:
        met = f"{row['use']!r} for cohort {row['cohort']!r}"
        yield Fault(row.where("use"), met, f"{told!r}: a cohort has one use")
    yield from _locators(row)


def _locators(row: RawRow) -> Iterator[Fault]:
    for column, form, allowed in (
        ("doi", _DOI, "a DOI without its address, 10.1234/abcd"),
        ("pmid", _DIGITS, "digits only"),
        ("source", _KEY, "a key of letters, digits, points and dashes, or nothing"),
    ):
        if row[column] and not form.fullmatch(row[column]):
            match = form.search(row[column]) if column == "doi" else None
            near = match.group(0) if match else None
            yield Fault(row.where(column), repr(row[column]), allowed, near)
    year = numeric(row, "year")
    if year is not None and not (1900 <= year <= 2100 and year == int(year)):
        yield Fault(row.where("year"), row["year"], "a year, 1900 to 2100")
    minutes = numeric(row, "occlusion_min")
    if minutes is not None and minutes <= 0:
        yield Fault(row.where("occlusion_min"), row["occlusion_min"], "above zero")


def _same_study(study: Sequence[Draft]) -> Iterator[Fault]:
    """Demand the same study on every row of an id."""
    first = study[0].study
    columns = [name for name in STUDY_COLUMNS if name not in {"note", "verification"}]
    for draft in study[1:]:
        for column in columns:
            if draft.study[column] != first[column]:
                met = f"{draft.study[column]!r} for {draft.id}"
                allowed = f"{first[column]!r}, as in row {first.number}: one for an id"
                near = closest(draft.study[column], [first[column]])
                yield Fault(draft.study.where(column), met, allowed, near)


def _numbers(row: RawRow) -> Iterator[Fault]:
    """Check numbers that can't be, each by itself."""
    mean, spread, dose = (
        numeric(row, name) for name in ("mean", "spread", "dose_value")
    )
    if spread is not None and spread < 0:
        yield Fault(row.where("spread"), row["spread"], "zero or more")
    if spread is not None and not row["mean"]:
        yield Fault(row.where("mean"), "an empty cell beside a spread", "a number")
    if dose is not None and dose <= 0:
        yield Fault(row.where("dose_value"), row["dose_value"], "above zero")
    if mean is None:
        return
    if not row["unit"]:
        allowed = "a unit: %, points, mL, g, 1/mm2, or 1 for none"
        yield Fault(row.where("unit"), "an empty cell beside a mean", allowed)
    if row["outcome"] in SHARES and row["unit"] == "%" and not 0 <= mean <= 100:
        met = f"{row['mean']} % for {row['outcome']}"
        yield Fault(row.where("mean"), met, "0 to 100")
    elif row["outcome"] in AMOUNTS and mean < 0:
        met = f"{row['mean']} for {row['outcome']}"
        yield Fault(row.where("mean"), met, "zero or more")


def _in_time(draft: Draft) -> Iterator[Fault]:
    """Demand a reading after the dose, unless its words say that it is before."""
    row = draft.outcome
    reading, dose = numeric(row, "at_h"), numeric(row, "dose_time_h")
    before = row["at"].startswith(("before", "baseline"))
    if reading is not None and reading < 0 and not before:
        allowed = "hours after the onset of the infarct, 0 or more"
        yield Fault(row.where("at_h"), row["at_h"], allowed)
    if reading is None or dose is None or before or row["form"] == "control":
        return
    late = (numeric(draft.study, "occlusion_min") or 0.0) / 60.0
    onset = dose + late * (row["dose_anchor"] == "reperfusion")
    if reading < onset:
        met = f"{reading:g} h, before the dose at {onset:g} h after the onset"
        allowed = "a later time, or words that begin with 'before' or 'baseline' in at"
        yield Fault(row.where("at_h"), met, allowed)


def _comparator(row: RawRow, study: Sequence[Draft], known: Known) -> Iterator[Fault]:
    """Demand that what an arm is compared with is an arm of the study."""
    name = row["comparator"]
    arms = list(dict.fromkeys(other.outcome["arm"] for other in study))
    if not name or (known.flat and CONTROL_WORDS.search(name.lower())):
        return
    others = [arm for arm in arms if arm and arm != row["arm"]]
    if name not in others:
        allowed = f"an arm of the study with a row of its own: {', '.join(others)}"
        near = closest(name, others)
        yield Fault(row.where("comparator"), repr(name), allowed, near)


def _direction(row: RawRow, study: Sequence[Draft]) -> Iterator[Fault]:
    """Compare the direction with the means that stand in the file."""
    sign, mean = _SIGNS.get(row["direction"]), numeric(row, "mean")
    if sign is None or mean is None:
        return
    other = _partner(row, (draft.outcome for draft in study))
    if other is None and not row["outcome"].startswith("difference"):
        return
    against = numeric(other, "mean") if other is not None else 0.0
    if against is not None and (mean - against) * sign < 0:
        met = f"{row['direction']!r} for {row['mean']} against {against:g}"
        right, how = ("increase", "above") if sign < 0 else ("decrease", "below")
        allowed = f"{right}, as {row['mean']} is {how} {against:g}"
        yield Fault(row.where("direction"), met, allowed)


def _partner(row: RawRow, rows: Iterable[RawRow]) -> RawRow | None:
    """Give the comparator's row of the same outcome, region, unit and time."""
    keys = ("outcome", "region", "unit", "at")
    found = [
        other
        for other in rows
        if row["comparator"]
        and other["arm"] == row["comparator"]
        and all(other[key] == row[key] for key in keys)
    ]
    return found[0] if found else None


def shortened(fault: Fault) -> Fault:
    """Name a long list of allowed words instead of printing it for every row."""
    if len(fault.allowed) <= MOST_PRINTED:
        return fault
    count = fault.allowed.count(", ") + 1
    allowed = f"one of {count} names, which evidence add --template FILE.csv lists"
    return Fault(fault.where, fault.met, allowed, fault.nearest)
