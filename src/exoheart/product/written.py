"""Numbers in words for messages and documents: a power of ten, never ``1e+12``.

Rounds the mantissa, as the tables of ``product nta`` do, so that one vial reads the
same in both. Beside :mod:`exoheart.product.release` and
:mod:`exoheart.product.reporting`.
"""

from __future__ import annotations

import math
import re

_COMPUTER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?[eE][+-]?\d{1,3}(?!\w)")
_TIMES = "\u00d7"
_SPACE = "\u00a0"  # no-break space: mantissa and power stay on one line
_SUPERSCRIPT = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def written(value: float, unit: str = "", digits: int = 4) -> str:
    r"""Write a number with `digits` significant digits, and its unit.

    Whole digits below 100,000 are all kept.

    Examples
    --------
    >>> written(98.26, "nm", 2)
    '98 nm'
    >>> written(1.645e12, digits=3) == "1.65\xa0\u00d7\xa010¹²"
    True
    """
    text = _plain(value, digits)
    return f"{text} {unit}" if unit else text


def rewritten(text: str) -> str:
    r"""Rewrite computer notation inside a text, with every digit it has.

    Examples
    --------
    >>> rewritten("1e11 particles per kg")
    '10¹¹ particles per kg'
    """
    return _COMPUTER.sub(lambda met: written(float(met[0]), digits=12), text)


def _plain(value: float, digits: int) -> str:
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    power = math.floor(math.log10(abs(value)))
    if -3 <= power < 5:
        return _short(f"{value:,.{max(digits - 1 - power, 0)}f}")
    mantissa = _short(f"{value / 10.0**power:.{digits - 1}f}")
    if mantissa == "10":  # 9.9996 rounds up to the next power
        mantissa, power = "1", power + 1
    head = "" if mantissa == "1" else f"{mantissa}{_SPACE}{_TIMES}{_SPACE}"
    return f"{head}10{str(power).translate(_SUPERSCRIPT)}"


def _short(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text
