"""State of the donor: own cells, age, illness, passage, senescence.

Part of :mod:`exoheart.donor`; read from ``[product.<name>.donor_state]``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from exoheart import units
from exoheart.errors import Fault, InputError, UnitError, closest

DISEASES = ("none", "cardiovascular", "diabetes")
_WORDS = {
    "autologous": "true or false",
    "age": "a number of years, such as 60 or '60 years'",
    "disease": ", ".join(DISEASES),
    "passage": "a whole number from 0 to 50",
    "senescent": "the share of senescent cells, from 0 to below 1",
}
_OLDEST, _MOST_PASSAGES = 120.0, 50


@dataclass(frozen=True, slots=True)
class DonorState:
    """State of a donor; None is not stated, which changes nothing.

    `age` is in years, `passage` counts from the first culture (1), `senescent` is a
    share [1].
    """

    autologous: bool = False
    age: float | None = None
    disease: str | None = None
    passage: int | None = None
    senescent: float | None = None


def state_faults(given: Mapping[str, object], where: str) -> tuple[Fault, ...]:
    """List what is wrong with a donor's state; `where` leads each place."""
    faults = []
    for key, value in given.items():
        if key not in _WORDS:
            near = closest(key, _WORDS)
            faults.append(Fault(where, repr(key), ", ".join(_WORDS), near))
        elif _read(key, value) is None:
            near = closest(str(value), DISEASES) if key == "disease" else None
            faults.append(Fault(f"{where}.{key}", repr(value), _WORDS[key], near))
    return tuple(faults)


def read_state(given: Mapping[str, object]) -> DonorState:
    """Turn the keys of a donor's state into a record.

    Raises
    ------
    InputError
        A key or a value can't be read.

    Examples
    --------
    >>> read_state({"age": "60 years", "autologous": True})
    DonorState(autologous=True, age=60.0, disease=None, passage=None, senescent=None)
    """
    faults = state_faults(given, "donor_state")
    if faults:
        raise InputError("; ".join(str(fault) for fault in faults))
    return DonorState(**{key: _read(key, value) for key, value in given.items()})  # type: ignore[arg-type]


def _read(key: str, value: object) -> object:
    """Give a key's value as the record has it; None where it can't be read."""
    match key:
        case "autologous":
            words = {"true": True, "false": False}
            return words.get(str(value).strip().lower())
        case "disease":
            name = str(value).strip().lower()
            return name if name in DISEASES else None
        case "age":
            years = _years(value)
            return years if years is not None and 0 <= years <= _OLDEST else None
        case "passage":
            number = _number(value)
            whole = number is not None and number == int(number)
            inside = number is not None and 0 <= number <= _MOST_PASSAGES
            return int(number) if number is not None and whole and inside else None
        case _:
            share = _number(value)
            return share if share is not None and 0 <= share < 1 else None


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value)


def _years(value: object) -> float | None:
    if not isinstance(value, str):
        return _number(value)
    try:
        number, unit = units.split(value)
    except UnitError:
        return None
    return number * units.factor(unit, "year") if unit in {"year", "years"} else None
