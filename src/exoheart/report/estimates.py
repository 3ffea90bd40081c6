"""How intervals and P values of pooled effects are written, on pages and terminals."""

from __future__ import annotations

from exoheart.figures import numbers
from exoheart.figures.estimates import interval

NOT_GIVEN = "not given"
_LEAST_P = 1e-4


def ends(pair: object) -> str:
    """Write an interval; ``not given`` without one."""
    return NOT_GIVEN if pair is None else interval(pair)


def p_value(value: object) -> str:
    """Write a P value, very small ones as a bound."""
    given = numbers.finite(value)
    if given is None:
        return numbers.MISSING
    return "below 0.0001" if given < _LEAST_P else numbers.number(given, 2)
