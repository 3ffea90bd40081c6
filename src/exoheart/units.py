"""Units at the border: text with a unit in, numbers in the program's units out.

Inside the program numbers are bare: hours, 1e9 particles, grams, mL. This module is
the only place that loads pint, and it loads it on first use.

Particles, vesicles, cells and copies are all counted as ``item`` (as in SBML), so
``particles/cell`` has no dimension left but counts.
"""

from __future__ import annotations

from functools import lru_cache
from tokenize import TokenError
from typing import Any

from exoheart.errors import UnitError

#: What pint's parser lets through on text that is no unit at all.
_UNREADABLE = (
    AssertionError,
    AttributeError,
    SyntaxError,
    TokenError,
    TypeError,
    ValueError,
    ZeroDivisionError,
)
_DEFINITIONS = (
    "item = [item]",
    "particle = item",
    "particles = item",
    "vesicle = item",
    "vesicles = item",
    "cell = item",
    "cells = item",
    "copy = item",
    "copies = item",
    "giga_item = 1e9 item",
    "percent = 0.01",
    "points = 0.01",
    "fold = 1",
    "fraction = 1",
    "doublings = 1",
)


@lru_cache(maxsize=1)
def registry() -> Any:
    """Give the pint registry of the program, built on first use."""
    import pint

    units = pint.UnitRegistry()
    for definition in _DEFINITIONS:
        units.define(definition)
    return units


def _readable(unit: str) -> str:
    return unit.replace("%", "percent") if unit else "1"


@lru_cache(maxsize=4096)
def factor(unit: str, to: str) -> float:
    """Give the number that turns a value in `unit` into a value in `to`.

    Raises
    ------
    UnitError
        Either unit can't be read, or they don't measure the same thing. Offset
        temperatures have no factor; use :func:`convert`.

    Examples
    --------
    >>> factor("1/day", "1/hour") == 1 / 24
    True
    """
    import pint

    units = registry()
    try:
        source = units.Quantity(1.0, units.parse_units(_readable(unit)))
        if unit.strip() in {"", "1"}:
            source = units.Quantity(1.0)
        target = units.Quantity(1.0, "dimensionless") if to in {"", "1"} else None
        if target is None:
            target = units.parse_expression(_readable(to))
            if not hasattr(target, "units"):
                target = units.Quantity(float(target))
        return float((source / target).to("dimensionless").magnitude)
    except (pint.errors.DimensionalityError, pint.errors.OffsetUnitCalculusError):
        raise UnitError(
            f"unit {unit!r} can't be turned into {to!r}; give a unit that measures "
            f"the same thing as {to!r}"
        ) from None
    except (pint.errors.PintError, *_UNREADABLE):
        raise UnitError(
            f"unit {unit!r} or {to!r} can't be read; write units such as '1/hour', "
            "'ug', 'particles', 'mL/min/g'"
        ) from None


def convert(value: float, unit: str, to: str) -> float:
    """Give `value` in `unit` as a value in `to`, temperatures included.

    Examples
    --------
    >>> convert(90.0, "min", "hour")
    1.5
    """
    if "deg" in unit:
        units = registry()
        return float(units.Quantity(value, unit).to(to).magnitude)
    return value * factor(unit, to)


def split(text: str) -> tuple[float, str]:
    """Split ``"7.5 mg protein"`` into its number and the rest.

    Raises
    ------
    UnitError
        The text doesn't begin with a number.

    Examples
    --------
    >>> split("7.5 mg protein")
    (7.5, 'mg protein')
    """
    head, _, rest = text.strip().partition(" ")
    try:
        return float(head), rest.strip()
    except ValueError:
        raise UnitError(
            f"met {text!r}; allowed: a number, a space and a unit, such as '90 min'"
        ) from None


def read(text: str, to: str) -> float:
    """Read ``"<number> <unit>"`` as a number in the unit `to`.

    Raises
    ------
    UnitError
        No number, no unit, or a unit that measures something else.

    Examples
    --------
    >>> read("30 d", "hour")
    720.0
    """
    value, unit = split(text)
    if not unit:
        raise UnitError(f"met {text!r}, which has no unit; write it as '{text} {to}'")
    return convert(value, unit, to)
