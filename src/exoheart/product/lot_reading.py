"""Reading one ``[[test]]`` of a lot file: a value in its unit, and the maker's limit.

Part of :mod:`exoheart.product.lot`; every reader notes a fault and goes on.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from exoheart import units
from exoheart.errors import Fault, UnitError, closest
from exoheart.product.specification import (
    MECHANISMS,
    ReleaseRequirement,
    shipped_requirements,
    specification,
)
from exoheart.product.written import written

_KEYS = (
    *("name", "of", "value", "unit", "low", "high", "must_be", "method", "date"),
    "mechanism",
)
_TEXTS = ("of", "unit", "must_be", "method", "mechanism")


@dataclass(frozen=True, slots=True)
class LotTest:
    """One test of a lot.

    Parameters
    ----------
    test
        Name in the specification.
    of
        Which marker, factor or assay, where a lot has several.
    value
        Number [`unit`], finding in words, or None where it isn't measured yet.
    unit
        Unit of value and limits, as the user writes it.
    scale
        What turns it into the specification's unit.
    low, high
        The maker's limits [`unit`]; None where there is none.
    must_be
        What a finding must be; empty where nothing is asked.
    method, date
        How and when; empty where not said.
    mechanism
        What a potency test is tied to.
    """

    test: str
    of: str = ""
    value: float | str | None = None
    unit: str = ""
    scale: float = 1.0
    low: float | None = None
    high: float | None = None
    must_be: str = ""
    method: str = ""
    date: str = ""
    mechanism: str = ""

    @property
    def number(self) -> float | None:
        """The value in the specification's unit; None for a finding."""
        return self.value * self.scale if isinstance(self.value, float) else None


def read_test(
    raw: Mapping[str, Any], form: str, where: str, faults: list[Fault]
) -> LotTest | None:
    """Read one test; notes what is wrong in `faults`, and gives None without a name.

    Parameters
    ----------
    raw
        The table as read.
    form
        Of the lot; decides which tests there are. Where it is none, all of them are.
    where
        Place of the table in the file.
    faults
        Takes what is wrong.
    """
    for key in raw:
        if key not in _KEYS:
            near = closest(key, _KEYS)
            met, allowed = "an unknown key", ", ".join(_KEYS)
            faults.append(Fault(f"{where}.{key}", met, allowed, near))
    asked = _asked(raw, form, f"{where}.name", faults)
    texts = {key: _text(raw, key, where, faults) for key in _TEXTS}
    date = _date(raw, f"{where}.date", faults)
    if asked is None:
        return None
    one = LotTest(
        test=asked.test,
        value=_value(raw, asked, where, faults),
        scale=_scale(raw, asked, texts["unit"], where, faults),
        date=date,
        low=_number(raw, "low", asked, where, faults),
        high=_number(raw, "high", asked, where, faults),
        of=texts["of"],
        unit=texts["unit"],
        must_be=texts["must_be"],
        method=texts["method"],
        mechanism=texts["mechanism"],
    )
    _check_several(one, asked, where, faults)
    _check_limits(one, asked, where, faults)
    _check_mechanism(one, asked, where, faults)
    return one


def _asked(
    raw: Mapping[str, Any], form: str, where: str, faults: list[Fault]
) -> ReleaseRequirement | None:
    """Find the test of the specification that is meant."""
    every = shipped_requirements()
    any_form = all(form not in each.forms for each in every)
    known = {each.test: each for each in (every if any_form else specification(form))}
    name = raw.get("name")
    if isinstance(name, str) and name in known:
        return known[name]
    met = "nothing" if name is None else repr(name)
    if name in [each.test for each in every]:
        met += f", which {form} don't need" if form != "RNA" else ", not for RNA"
    near = closest(str(name), known) if name is not None else None
    faults.append(Fault(where, met, ", ".join(known), near))
    return None


def _text(raw: Mapping[str, Any], key: str, where: str, faults: list[Fault]) -> str:
    value = raw.get(key, "")
    if isinstance(value, str):
        return value.strip()
    faults.append(Fault(f"{where}.{key}", repr(value), "a text in double quotes"))
    return ""


def _number(
    raw: Mapping[str, Any],
    key: str,
    asked: ReleaseRequirement,
    where: str,
    faults: list[Fault],
) -> float | None:
    """Read a number of zero or more; None where there is none."""
    value = raw.get(key)
    if value is None:
        return None
    plain = isinstance(value, int | float) and not isinstance(value, bool)
    highest = 100.0 if asked.share else math.inf
    if plain and math.isfinite(value) and 0 <= value <= highest:
        return float(value)
    allowed = "a number from 0 to 100" if asked.share else "a number of 0 or more"
    met = repr(value) if isinstance(value, str) else str(value)
    faults.append(Fault(f"{where}.{key}", met, f"{allowed}, without quotes"))
    return None


def _value(
    raw: Mapping[str, Any], asked: ReleaseRequirement, where: str, faults: list[Fault]
) -> float | str | None:
    """Read the value: a number, or one of the findings."""
    if asked.kind == "number":
        return _number(raw, "value", asked, where, faults)
    value = raw.get("value")
    if value is None or value in asked.findings:
        return value
    near = closest(str(value), asked.findings)
    allowed = ", ".join(asked.findings)
    faults.append(Fault(f"{where}.value", repr(value), allowed, near))
    return None


def _scale(
    raw: Mapping[str, Any],
    asked: ReleaseRequirement,
    unit: str,
    where: str,
    faults: list[Fault],
) -> float:
    """Give what turns the user's unit into the specification's."""
    place = f"{where}.unit"
    if asked.kind == "finding":
        if "unit" in raw:
            faults.append(Fault(place, repr(unit), "no unit with a finding"))
        return 1.0
    if not unit:
        if any(key in raw for key in ("value", "low", "high")):
            allowed = asked.unit or "the unit of the assay, such as '% of reference'"
            faults.append(Fault(place, "a number without a unit", allowed))
        return 1.0
    if unit == asked.unit or not asked.unit:
        return 1.0
    try:
        if asked.exact_unit:
            raise UnitError(unit)
        return units.factor(unit, asked.unit)
    except UnitError:
        what = asked.unit if asked.exact_unit else f"a unit such as {asked.unit}"
        near = closest(unit, [asked.unit])
        faults.append(Fault(place, repr(unit), what, near))
        return 1.0


def _date(raw: Mapping[str, Any], where: str, faults: list[Fault]) -> str:
    """Read a date, as TOML has it or as text."""
    value = raw.get("date", "")
    if value == "":
        return ""
    try:
        day = (
            datetime.date.fromisoformat(value.strip())
            if isinstance(value, str)
            else value
        )
        if isinstance(day, datetime.date):
            return day.strftime("%Y-%m-%d")
    except ValueError:
        pass
    faults.append(Fault(where, repr(value), "a date such as 2026-05-31"))
    return ""


def _check_several(
    one: LotTest, asked: ReleaseRequirement, where: str, faults: list[Fault]
) -> None:
    """Note a missing or a needless ``of``."""
    if asked.several and not one.of and asked.test != "potency":
        allowed = f"which {asked.test} it is, such as of = 'CD63'"
        faults.append(Fault(f"{where}.of", "nothing", allowed))
    if one.of and not asked.several:
        allowed = f"nothing: a lot has one {asked.test}"
        faults.append(Fault(f"{where}.of", repr(one.of), allowed))


def _check_limits(
    one: LotTest, asked: ReleaseRequirement, where: str, faults: list[Fault]
) -> None:
    """Note limits that don't fit the test, or one another."""
    limits = [key for key in ("low", "high") if getattr(one, key) is not None]
    if asked.kind == "finding":
        for key in limits:
            allowed = f"must_be = {asked.must_be!r} instead"
            faults.append(Fault(f"{where}.{key}", "a number", allowed))
        if one.must_be and one.must_be != asked.must_be:
            allowed = f"{asked.must_be!r} alone: a lot with another finding can't leave"
            near = closest(one.must_be, [asked.must_be])
            faults.append(Fault(f"{where}.must_be", repr(one.must_be), allowed, near))
    elif one.must_be:
        faults.append(Fault(f"{where}.must_be", repr(one.must_be), "low, high or both"))
    if one.low is not None and one.high is not None and one.low > one.high:
        met = f"low {written(one.low)} above high {written(one.high)}"
        faults.append(Fault(where, met, "low at or below high"))


def _check_mechanism(
    one: LotTest, asked: ReleaseRequirement, where: str, faults: list[Fault]
) -> None:
    """Note a mechanism that isn't one, or that stands with another test."""
    place = f"{where}.mechanism"
    if one.mechanism and asked.test != "potency":
        faults.append(Fault(place, repr(one.mechanism), "only with potency"))
    elif one.mechanism and one.mechanism not in MECHANISMS:
        near = closest(one.mechanism, MECHANISMS)
        allowed = ", ".join(MECHANISMS)
        faults.append(Fault(place, repr(one.mechanism), allowed, near))
