"""A reporting sheet: which items the files fill, how many, and the words they give.

In: fields that study, instrument and lot file state, and the user's own words by item.
Out: every item filled, filled in part, or blank; a score for each standard; a methods
paragraph. Nothing is invented: a sentence comes from a stated field or from the user.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from exoheart.product.lot import Lot
from exoheart.product.lot_reading import LotTest
from exoheart.product.reporting_items import (
    APPRAISALS,
    STANDARDS,
    ReportingItem,
    shipped_items,
)
from exoheart.product.written import written

Status = Literal[
    "filled", "in part", "blank", "not applicable", "if it applies", "computed"
]
#: What counts as an item that applies; the last two are still open.
_APPLIES: tuple[Status, ...] = ("filled", "in part", "blank")
_OPEN = _APPLIES[1:]
_METRIC = "EV-METRIC"
_POSITIVE = ("membrane marker", "luminal marker")
_CYTOMETRY = "cytometry"
_OWN_FIGURE: Literal["this sheet"] = "this sheet"


@dataclass(frozen=True, slots=True)
class ReportedField:
    """One thing that a file states: `words` for a table, `sentence` for a paragraph."""

    words: str
    sentence: str
    origin: Literal["study file", "instrument file", "lot file", "this sheet"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One item as the files leave it.

    `words` is what fills it, `missing` what a full answer lacks.
    """

    item: ReportingItem
    status: Status
    words: str = ""
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Score:
    """How complete a standard is; `percent` is None where nothing applies."""

    standard: str
    part: Literal["essential", "recommended"]
    filled: int
    in_part: int
    applicable: int

    @property
    def percent(self) -> float | None:
        """Items filled over items that apply [%]."""
        return 100.0 * self.filled / self.applicable if self.applicable else None


@dataclass(frozen=True, slots=True)
class ReportingSheet:
    """Every item, the scores, the EV-METRIC [%] and the methods paragraph.

    `contradictions` are sentences on what two files say differently.
    """

    entries: tuple[Entry, ...]
    scores: tuple[Score, ...]
    ev_metric: float | None
    paragraph: str
    contradictions: tuple[str, ...] = ()

    @property
    def scored(self) -> tuple[Entry, ...]:
        """Items of the standards that get a score."""
        return tuple(e for e in self.entries if e.item.standard not in APPRAISALS)

    @property
    def appraised(self) -> tuple[Entry, ...]:
        """Items that are for appraisal and get none."""
        return tuple(e for e in self.entries if e.item.standard in APPRAISALS)

    @property
    def headline(self) -> str:
        """How much of what applies is filled, in one sentence."""
        statuses = [entry.status for entry in self.scored]
        filled, part, blank = (statuses.count(s) for s in _APPLIES)
        return (
            f"{filled} of {filled + part + blank} items that apply are filled, {part} "
            f"in part, {blank} not at all."
        )

    @property
    def blanks(self) -> tuple[Entry, ...]:
        """Items that apply and have nothing, or not all, behind them."""
        return tuple(e for e in self.entries if e.status in _OPEN)


def lot_fields(lot: Lot) -> dict[str, ReportedField]:
    """Give what a lot file states, by field; only what was measured."""
    given: dict[str, list[LotTest]] = {}
    for test in lot.tests:
        if test.value is not None:
            given.setdefault(test.test, []).append(test)
    found = {
        name: _lot_field(lot, name, ", ".join(map(_measured, tests)))
        for name, tests in given.items()
    }
    positive = [one for name in _POSITIVE for one in given.get(name, [])]
    if len(positive) >= 3:
        words = ", ".join(one.of for one in positive)
        found["three positive markers"] = ReportedField(words, "", "lot file")
    return found


def _lot_field(lot: Lot, name: str, words: str) -> ReportedField:
    which = lot.name if lot.name.lower().startswith("lot") else f"lot {lot.name}"
    lead = f"{name[0].upper()}{name[1:]}"
    return ReportedField(words, f"{lead} of {which}: {words}.", "lot file")


def _measured(one: LotTest) -> str:
    """Say what one test of a lot found."""
    found = one.value
    value = written(found, one.unit) if isinstance(found, float) else str(found)
    how = f" ({one.method})" if one.method else ""
    return f"{one.of} {value}{how}".strip()


def lot_conditions(lot: Lot) -> frozenset[str]:
    """Say which conditional items a lot file makes apply."""
    found = set()
    if any(one.test in (*_POSITIVE, "negative marker") for one in lot.tests):
        found.add("antibodies")
    words = [one.method for one in lot.tests] + list(lot.reporting.values())
    named = any(_CYTOMETRY in text.lower() for text in words)
    if named or any(key.startswith("MFE-") for key in lot.reporting):
        found.add("flow cytometry")
    return frozenset(found)


def reporting_sheet(
    fields: Mapping[str, ReportedField],
    own: Mapping[str, str],
    conditions: frozenset[str],
    items: tuple[ReportingItem, ...] | None = None,
    contradictions: tuple[str, ...] = (),
) -> ReportingSheet:
    """Fill every item from what is stated, and count.

    Parameters
    ----------
    fields
        What the files state, by key.
    own
        The user's words by item; ``not applicable: <reason>`` takes an item out.
    conditions
        What is there for conditional items to apply.
    items
        The items; None for those shipped.
    contradictions
        Sentences on what two files say differently.
    """
    every = shipped_items() if items is None else items
    components = [
        item
        for item in every
        if item.category == _METRIC and item.fields != (_METRIC,)  # not the sum itself
    ]
    parts = [_entry(item, fields, own, conditions) for item in components]
    metric = _score(parts, _METRIC, "essential").percent
    known = dict(fields)
    if metric is not None:
        words = f"{metric:.0f} % of the components that apply"
        known[_METRIC] = ReportedField(words, "", _OWN_FIGURE)
    entries = tuple(_entry(item, known, own, conditions) for item in every)
    scores = tuple(
        _score([e for e in entries if e.item.standard == standard], standard, part)
        for standard in STANDARDS
        if standard not in APPRAISALS
        for part in ("essential", "recommended")
    )
    paragraph = _paragraph(fields, entries, own)
    return ReportingSheet(entries, scores, metric, paragraph, contradictions)


def _entry(
    item: ReportingItem,
    fields: Mapping[str, ReportedField],
    own: Mapping[str, str],
    conditions: frozenset[str],
) -> Entry:
    """Fill one item: the user's words count first, then the files."""
    said = own.get(item.item, "")
    if said.lower().startswith("not applicable"):
        return Entry(item, "not applicable", said)
    if said:
        return Entry(item, "filled", said)
    if item.when == "claimed":
        return Entry(item, "if it applies", missing=item.missing)
    if item.when and item.when not in conditions:
        return Entry(item, "not applicable", f"the files name no {item.when}")
    return _stated_entry(item, fields)


def _stated_entry(item: ReportingItem, fields: Mapping[str, ReportedField]) -> Entry:
    """Fill one item from the files; this sheet's own figure is nobody's statement."""
    have = [key for key in item.fields if key in fields]
    missing = (*(key for key in item.fields if key not in fields), *item.missing)
    words = "; ".join(f"{key}: {fields[key].words}" for key in have)
    if not have:
        return Entry(item, "blank", missing=missing)
    if any(fields[key].origin == _OWN_FIGURE for key in have):
        return Entry(item, "computed", words, missing)
    return Entry(item, "in part" if missing else "filled", words, missing)


def _score(
    entries: Iterable[Entry],
    standard: str,
    part: Literal["essential", "recommended"],
) -> Score:
    counted = [
        entry.status
        for entry in entries
        if entry.item.essential == (part == "essential")
    ]
    applicable = [status for status in counted if status in _APPLIES]
    return Score(
        standard,
        part,
        filled=applicable.count("filled"),
        in_part=applicable.count("in part"),
        applicable=len(applicable),
    )


def _paragraph(
    fields: Mapping[str, ReportedField],
    entries: Iterable[Entry],
    own: Mapping[str, str],
) -> str:
    """Join the sentences of stated fields, then the user's own words."""
    stated = [each.sentence for each in fields.values() if each.sentence]
    said = [
        _closed(own[entry.item.item])
        for entry in entries
        if entry.status == "filled"
        and entry.item.item in own
        and entry.item.standard not in APPRAISALS
    ]
    return " ".join(dict.fromkeys((*stated, *said)))


def _closed(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."
