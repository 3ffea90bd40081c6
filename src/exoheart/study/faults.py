"""Reading the words of a study file: every reader notes a fault instead of stopping.

Part of :mod:`exoheart.study`. A :class:`Reader` collects the faults of one file; its
methods turn a text such as ``"7.5 mg protein"`` into the program's units, or note
what was met and what is allowed and give None.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from exoheart import units
from exoheart.errors import Fault, UnitError, closest
from exoheart.records.study import Anchor, Basis, Dose, Moment
from exoheart.study.names import spelled

DOSE_FORM = (
    "'<number> particles', '<number> <mass unit> protein', '<number> donor cells' or "
    "'<number> <mass unit> RNA', or '<number> <volume unit>' of a counted vial, each "
    "also 'per kg' or 'per g heart'"
)
MOMENT_FORM = "'<number> <unit> before|after occlusion|reperfusion'"
_MOMENT = re.compile(r"(.+?)\s+(before|after)\s+(\S+)")
_BASES: tuple[Basis, ...] = ("particles", "protein", "donor cells", "RNA", "volume")
_VOLUME: Basis = "volume"
_WEIGHED: tuple[Basis, ...] = ("protein", "RNA")
_PER: tuple[Literal["kg", "g heart"], ...] = ("kg", "g heart")
_CELSIUS = {"degC": 0.0, "°C": 0.0, "K": -273.15}
_COLDEST, _HOTTEST = -200, 40
_EXAMPLE = {"hour": "'90 min'", "kg": "'30 kg'", "mL": "'0.1 mL'", "ug": "'7.5 mg'"}
#: Units that people write; others that could be read (a milliminute) are typing errors.
_MASSES = "ng ug µg μg mg g kg gram grams"
_UNITS = {
    "hour": "s sec second seconds min minute minutes h hr hour hours d day days week "
    "weeks month months year years",
    "kg": _MASSES,
    "ug": _MASSES,
    "mL": "nL uL µL μL ul µl μl mL ml L l",
}
_MEASURES = {"hour": "time", "kg": "mass", "mL": "volume", "ug": "mass"}


class Reader:
    """Collects the faults of one file while its words are read."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def fault(
        self, where: str, met: object, allowed: str, nearest: str | None = None
    ) -> None:
        """Note one fault; text is quoted as the user wrote it."""
        text = repr(met) if isinstance(met, str) else str(met)
        self.faults.append(Fault(where, text, allowed, nearest))

    def refuse(
        self, where: str, met: str, allowed: str, nearest: str | None = None
    ) -> None:
        """Note one fault whose `met` is said in our words and not quoted."""
        self.faults.append(Fault(where, met, allowed, nearest))

    def name(self, where: str, met: Any, allowed: Iterable[str]) -> str | None:
        """Give `met` where it is one of `allowed`, else note the nearest name."""
        options = tuple(allowed)
        if met is None or met in options:
            return met if met is None else str(met)
        listed = ", ".join(options) or "nothing (the tables name none)"
        self.fault(where, met, listed, closest(str(met), options))
        return None

    def named(self, where: str, met: Any, allowed: Mapping[str, str]) -> str | None:
        """Give the stages' name for a spelling, whatever its case and hyphens."""
        if met is None:
            return None
        found = spelled(str(met), allowed)
        if found is None:
            listed = ", ".join(dict.fromkeys(allowed.values()))
            self.fault(where, met, listed, closest(str(met), allowed))
        return found

    def measure(
        self, where: str, text: Any, to: str, *, zero: bool = True
    ) -> float | None:
        """Read ``"<number> <unit>"`` as a number in `to`, zero or above.

        Parameters
        ----------
        zero
            Whether zero itself is allowed.
        """
        if text is None:
            return None
        allowed = (
            f"a number {'of zero or more' if zero else 'above zero'} and a unit of "
            f"{_MEASURES[to]}, such as {_EXAMPLE[to]}"
        )
        value = _converted(str(text), to)
        if value is None or not _counts(value, zero):
            unit = _parted(str(text))[1]
            known = _UNITS[to].split()
            near = None if unit in known else closest(unit, known)
            self.fault(where, text, allowed, near)
            return None
        return value

    def temperature(self, where: str, text: Any) -> float | None:
        """Read a temperature as degrees Celsius."""
        if text is None:
            return None
        number, unit = _parted(str(text))
        scale = _CELSIUS.get(unit)
        if (
            number is None
            or scale is None
            or not _COLDEST <= number + scale <= _HOTTEST
        ):
            allowed = f"{_COLDEST} to {_HOTTEST} degC (or K), such as '-80 degC'"
            self.fault(where, text, allowed)
            return None
        return number + scale

    def moment(self, where: str, text: Any) -> Moment | None:
        """Read ``"30 min after reperfusion"``."""
        if text is None:
            return None
        match = _MOMENT.fullmatch(str(text).strip())
        if match is None:
            self.fault(where, text, MOMENT_FORM)
            return None
        amount, side, word = match.groups()
        anchors: tuple[Anchor, ...] = ("occlusion", "reperfusion")
        anchor = next((a for a in anchors if a == word), None)
        if anchor is None:
            self.fault(where, text, MOMENT_FORM, closest(word, anchors))
            return None
        offset = _converted(amount, "hour")
        if offset is None or not _counts(offset, zero=True):
            self.fault(where, text, f"{MOMENT_FORM}, a time of zero or more")
            return None
        return Moment(str(text), -offset if side == "before" else offset, anchor)

    def dose(self, where: str, text: Any) -> Dose | None:
        """Read ``"<number> <unit> <basis> [per kg|per g heart]"``."""
        if text is None:
            return None
        words = str(text).strip()
        counted, _, given = words.partition(" per ")
        per = next((p for p in _PER if p == given.strip()), None)
        number, rest = _parted(counted)
        if number is not None and rest in _UNITS["mL"].split():
            rest = f"{rest} {_VOLUME}"
        basis = next((b for b in _BASES if rest == b or rest.endswith(f" {b}")), None)
        if number is None or basis is None or (given and per is None):
            last = rest.split(" ")[-1]
            near = None if basis else closest(last, _BASES)
            self.fault(where, text, DOSE_FORM, near)
            return None
        unit = rest.removesuffix(basis).strip()
        scale = _dose_scale(unit, basis)
        if scale is None or not _counts(number * scale, zero=True):
            self.fault(where, text, f"zero or more, finite, as {DOSE_FORM}")
            return None
        return Dose(words, number * scale, basis, per)


def _counts(value: float, zero: bool) -> bool:
    return math.isfinite(value) and (value > 0 or (zero and value == 0))


def _parted(text: str) -> tuple[float | None, str]:
    """Part the number from the words; None where no finite number leads."""
    try:
        number, rest = units.split(text)
    except UnitError:
        return None, text.strip()
    return (number if math.isfinite(number) else None), " ".join(rest.split())


def _converted(text: str, to: str) -> float | None:
    number, unit = _parted(text)
    scale = _scale(unit, to)
    return None if number is None or scale is None else number * scale


def _scale(unit: str, to: str) -> float | None:
    return units.factor(unit, to) if unit in _UNITS[to].split() else None


def _dose_scale(unit: str, basis: Basis) -> float | None:
    if basis in _WEIGHED:
        return _scale(unit, "ug")
    if basis == _VOLUME:
        return _scale(unit, "mL")
    return 1.0 if unit == "" else None
