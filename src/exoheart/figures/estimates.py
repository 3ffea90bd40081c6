"""Intervals of estimates: both ends with one number of decimals.

Read next: :mod:`exoheart.figures.numbers`, which writes all other numbers.
"""

from __future__ import annotations

import math

from exoheart.figures import numbers

#: Ends nearer to zero are left to the other writer, which has powers of ten.
_TINY = 1e-5


def interval(pair: object) -> str:
    """Write an interval with the decimals of its coarser end, the one further from 0.

    :func:`~exoheart.figures.numbers.interval` gives each end decimals of its own where
    they lie far apart; an end that is known no better than the other needs none. An end
    that isn't zero is never written as zero: whether an interval holds it matters.

    Examples
    --------
    >>> interval([0.0156, 3.93]), interval([4.21, 13.08])
    ('0.02 to 3.93', '4.2 to 13.1')
    """
    low, high = numbers.ends(pair)
    if low is None or high is None or not _far_apart(low, high):
        return numbers.interval(pair)
    largest = max(abs(low), abs(high))
    if not 1e-3 <= largest < 1e5 or min(abs(low), abs(high)) < _TINY:
        return numbers.interval(pair)
    smallest = min(abs(low), abs(high))
    decimals = max(0, 2 - math.floor(math.log10(largest)))
    if round(smallest, decimals) == 0.0:
        decimals = -math.floor(math.log10(smallest))
    return f"{_fixed(low, decimals)} to {_fixed(high, decimals)}"


def _far_apart(low: float, high: float) -> bool:
    """Say whether one end is many times the other, or too small to be written out."""
    small, large = sorted((abs(low), abs(high)))
    same_side = low * high > 0
    return same_side and (large > 30 * small or small < 1e-3)


def _fixed(value: float, decimals: int) -> str:
    text = f"{round(value, decimals) + 0.0:,.{decimals}f}"
    return text.replace("-", numbers.MINUS)
