"""Scales and axes that several figures share, with readable tick labels."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from exoheart.figures.specification import Spec, field

_POWER = "replace({}, regexp('{}', 'g'), '{}')"


def _superscript(expression: str) -> str:
    """Give a Vega expression that writes a number's digits as superscripts."""
    for plain, raised in zip("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹", strict=True):
        expression = _POWER.format(expression, plain, raised)
    return _POWER.format(expression, "[-\u2212]", "⁻")


def log_labels() -> str:
    """Give the label expression of a log axis: 0.01, 100, then 10⁵ and so on."""
    exponent = _superscript("format(round(log(datum.value) / LN10), 'd')")
    plain = "format(datum.value, ',~r')"
    test = "datum.value >= 0.00099 && datum.value < 99999"
    return f"{test} ? {plain} : '10' + {exponent}"


def span(
    values: Iterable[float | None], *, include: Sequence[float] = ()
) -> list[float]:
    """Give an axis range that holds all values, with a margin on both sides."""
    held = [value for value in values if value is not None] + list(include)
    low, high = min(held), max(held)
    margin = max(0.06 * (high - low), 0.04 * max(abs(low), abs(high))) or 1.0
    return [low - margin, high + margin]


def decades(values: Iterable[float | None]) -> tuple[list[float], list[float]]:
    """Give a log axis its range and ticks: whole decades around positive values.

    Returns
    -------
    tuple
        The range (two numbers) and the ticks, at most ten.
    """
    held = [value for value in values if value is not None and value > 0]
    first = math.floor(math.log10(min(held)) - 0.05)
    last = math.ceil(math.log10(max(held)) + 0.05)
    step = max(1, math.ceil((last - first) / 9))
    ticks = [10.0**power for power in range(first, last + 1, step)]
    return [10.0**first, 10.0**last], ticks


def log_x(name: str, title: str, values: Iterable[float | None]) -> Spec:
    """Give the x channel of a log axis over whole decades."""
    domain, ticks = decades(values)
    axis = {"title": title, "values": ticks, "labelOverlap": False}
    return field(
        name,
        scale={"type": "log", "domain": domain, "nice": False},
        axis=axis | {"labelExpr": log_labels()},
    )


def plain_x(
    name: str,
    title: str,
    values: Iterable[float | None],
    *,
    include: Sequence[float] = (),
) -> Spec:
    """Give the x channel of a linear axis that holds all values."""
    domain = span(values, include=include)
    return field(
        name,
        scale={"domain": domain, "nice": False},
        axis={"title": title, "tickCount": 6},
    )
