"""The release table: what a maker tests before a lot is given, and what is known.

A plan has no measured lot, so every line says so; it is a list of work to do. A lot
file fills it: each test is inside the maker's own limit, outside, or not measured, and
one sentence says what that makes of the lot. Not a certificate.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from exoheart.product.lot import Lot
from exoheart.product.lot_reading import LotTest
from exoheart.product.specification import ReleaseRequirement, specification
from exoheart.product.written import written
from exoheart.records.making import ReleaseTest
from exoheart.records.product import Supply, summarise

Status = Literal[
    "pass",
    "fail",
    "NOT MEASURED",
    "measured, no limit set",
    "measured, not tied to the claimed mechanism",
]
Verdict = Literal["releasable", "not releasable", "can't be said"]
_UNMEASURED = "not measured"
_LOOSE: Status = "measured, no limit set"
_UNTIED: Status = "measured, not tied to the claimed mechanism"


@dataclass(frozen=True, slots=True)
class ReleaseLine:
    """One test of one lot.

    Parameters
    ----------
    attribute, test, of
        What it tells, its name, and which marker or factor.
    status
        Beside the maker's limit.
    value, unit, low, high
        As the lot file has them; None or empty where there is none.
    result, limit
        The same in words.
    method, date
        As the lot file has them; without a value, the method that is asked for.
    recalled
        A limit from practice that nobody looked up: assumed, never used.
    see
        Where that might stand.
    """

    attribute: str
    test: str
    of: str
    status: Status
    value: float | str | None
    unit: str
    low: float | None
    high: float | None
    result: str
    limit: str
    method: str
    date: str
    recalled: str
    see: str

    @property
    def name(self) -> str:
        """The test and what it is of."""
        return f"{self.test} ({self.of})" if self.of else self.test


@dataclass(frozen=True, slots=True)
class LotRelease:
    """What the tests say of a lot: one sentence, then a line for each test."""

    lot: Lot
    verdict: Verdict
    sentence: str
    lines: tuple[ReleaseLine, ...]

    @property
    def undocumented(self) -> tuple[ReleaseLine, ...]:
        """Results without a method or without a date."""
        measured = (line for line in self.lines if line.value is not None)
        return tuple(line for line in measured if not (line.method and line.date))


def release_lot(lot: Lot) -> LotRelease:
    """Hold a lot against its specification.

    Every test of the form is required; a marker or factor at least once. Nothing passes
    without a limit that the maker set, and potency only where assay and lot name the
    same mechanism. A finding that the specification rules out fails, limit or none.

    Parameters
    ----------
    lot
        As read from its file.

    Returns
    -------
    LotRelease
        A failed test is a result, not an error.
    """
    given: dict[str, list[LotTest]] = {}
    for test in lot.tests:
        given.setdefault(test.test, []).append(test)
    required = specification(lot.form)
    lines = [
        _line(lot, asked, one)
        for asked in required
        for one in given.get(asked.test, [LotTest(asked.test)])
    ]
    verdict, sentence = _verdict(lot, lines)
    return LotRelease(lot, verdict, sentence, tuple(lines))


def _line(lot: Lot, asked: ReleaseRequirement, one: LotTest) -> ReleaseLine:
    return ReleaseLine(
        attribute=asked.attribute,
        test=asked.test,
        of=one.of,
        status=_status(lot, asked, one),
        value=one.value,
        unit=one.unit,
        low=one.low,
        high=one.high,
        result=_result(one),
        limit=_limit(asked, one),
        method=one.method or ("" if one.value is not None else asked.method),
        date=one.date,
        recalled=asked.recalled,
        see=asked.see,
    )


def _status(lot: Lot, asked: ReleaseRequirement, one: LotTest) -> Status:
    """Hold one value against the specification, then the maker's limit."""
    if one.value is None:
        return "NOT MEASURED"
    inside = _inside(one)
    if inside is False or _ruled_out(asked, one):
        return "fail"
    if one.test == "potency" and not (lot.mechanism and one.mechanism == lot.mechanism):
        return _UNTIED
    return _LOOSE if inside is None else "pass"


def _ruled_out(asked: ReleaseRequirement, one: LotTest) -> bool:
    """Whether a finding is one that no lot may have, whatever the file asks."""
    return isinstance(one.value, str) and one.value != asked.must_be


def _inside(one: LotTest) -> bool | None:
    """Whether a value keeps its limit; None where no limit is set."""
    if isinstance(one.value, str):
        return one.value == one.must_be if one.must_be else None
    if one.value is None or (one.low is None and one.high is None):
        return None
    above = one.low is None or one.value >= one.low
    return above and (one.high is None or one.value <= one.high)


def _result(one: LotTest) -> str:
    if isinstance(one.value, float):
        return written(one.value, one.unit)
    return one.value or ""


def _limit(asked: ReleaseRequirement, one: LotTest) -> str:
    """Give the limit that decides in words; empty where none does."""
    if one.must_be or _ruled_out(asked, one):
        return f"must be {asked.must_be}"
    low, high, unit = one.low, one.high, one.unit
    if low is not None and high is not None:
        return f"{written(low)} to {written(high, unit)}"
    if low is not None:
        return f"at least {written(low, unit)}"
    return f"at most {written(high, unit)}" if high is not None else ""


def _verdict(lot: Lot, lines: list[ReleaseLine]) -> tuple[Verdict, str]:
    """Say in one sentence what the tests make of the lot."""
    failed = [line for line in lines if line.status == "fail"]
    missing = [line for line in lines if line.status == "NOT MEASURED"]
    loose = [line for line in lines if line.status == _LOOSE]
    untied = [line for line in lines if line.status == _UNTIED]
    if failed:
        why = "; ".join(
            f"{line.name} is {line.result}, {_asked(line)}" for line in failed
        )
        rest = f"; {len(missing)} more not measured" if missing else ""
        return "not releasable", f"Not releasable because {why}{rest}."
    if missing or loose or untied:
        parts = []
        if missing:
            parts.append(_parts(missing, "required test", "not measured"))
        if loose:
            parts.append(_parts(loose, "measured test", "without a limit"))
        if untied:
            parts.append(_untied(lot, untied))
        return "can't be said", f"Can't be said, because {' and '.join(parts)}."
    return (
        "releasable",
        f"Releasable: all {len(lines)} tests are inside the limits of the lot file.",
    )


def _asked(line: ReleaseLine) -> str:
    words = line.limit
    return words if words.startswith("must") else f"limit {words}"


def _untied(lot: Lot, lines: list[ReleaseLine]) -> str:
    """Say why measured potency doesn't count."""
    if not lot.mechanism:
        return "the lot claims no mechanism that potency could be tied to"
    names = ", ".join(line.name for line in lines)
    verb = "isn't" if len(lines) == 1 else "aren't"
    return f"{names} {verb} tied to the claimed mechanism ({lot.mechanism})"


def _parts(lines: list[ReleaseLine], noun: str, what: str) -> str:
    many = len(lines) != 1
    names = ", ".join(line.name for line in lines)
    return f"{len(lines)} {noun}{'s' * many} {'are' if many else 'is'} {what} ({names})"


def release_table(source: Supply, lot: Lot | None = None) -> tuple[ReleaseTest, ...]:
    """Give the release tests of a product, by attribute, and what is known of each.

    Without a lot nothing is measured: size and purity ratio show what the model
    assumes, and stay marked as not measured.

    Parameters
    ----------
    source
        The product as its arms draw on it.
    lot
        One lot of it, if there is one of the same form.
    """
    form = source.product.form
    assumed = _assumed(source)
    measured = None if lot is None or lot.form != form else release_lot(lot)
    attributes: dict[str, list[ReleaseRequirement]] = {}
    for asked in specification(form):
        attributes.setdefault(asked.attribute, []).append(asked)
    return tuple(
        _attribute_line(attribute, tests, assumed.get(attribute), measured)
        for attribute, tests in attributes.items()
    )


def _attribute_line(
    attribute: str,
    tests: Iterable[ReleaseRequirement],
    assumed: str | None,
    measured: LotRelease | None,
) -> ReleaseTest:
    """Give one line of the plan's release table."""
    method = "; ".join(dict.fromkeys(asked.method for asked in tests))
    if measured is None:
        result = f"{_UNMEASURED}; the plan assumes {assumed}" if assumed else ""
        return ReleaseTest(attribute, method, result or _UNMEASURED, known=False)
    lines = [line for line in measured.lines if line.attribute == attribute]
    words = "; ".join(_words(line) for line in lines)
    known = all(line.status != "NOT MEASURED" for line in lines)
    return ReleaseTest(attribute, method, words, known)


def _words(line: ReleaseLine) -> str:
    if line.status == "NOT MEASURED":
        return f"{line.name} {_UNMEASURED}"
    return f"{line.name} {line.result}, {line.status}"


def _assumed(source: Supply) -> dict[str, str]:
    """Give what the model assumes of an attribute, in words."""
    if source.ledger is None:
        return {}
    size = summarise("size", "nm", source.ledger.diameter_nm)
    ratio = summarise("ratio", "1", source.ledger.giga_per_ug * 1e9)
    return {
        "size": f"{size.median:.0f} nm ({size.low:.0f} to {size.high:.0f})",
        "purity ratio": f"{written(ratio.median, digits=2)} per ug "
        f"({written(ratio.low, digits=1)} to {written(ratio.high, digits=1)})",
    }
