"""Numbers in words a reader knows: 2-3 digits, a unit, no ``1e+13``.

Used by every figure and by the report, so that a value reads the same in a picture,
in its table twin and in a sentence. A number that is missing or not finite becomes
"not available", never a blank.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

MISSING = "not available"
SPACE = "\u00a0"  # no-break space: a value and its unit stay on one line
MINUS, TIMES = "\u2212", "\u00d7"
_COMPUTER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?[eE][+-]?\d{1,3}(?!\w)")
_SUPERSCRIPT = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_UNIT_WORDS = {
    "1": "",
    "dimensionless": "",
    "1/h": "per hour",
    "percentage points": "points",
    "degC": "°C",
}


def finite(value: object) -> float | None:
    """Give a finite number as float; None for anything else (null, nan, text)."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) else None


def ends(pair: object) -> tuple[float | None, float | None]:
    """Give the two ends of an interval, each None where it isn't finite."""
    if isinstance(pair, Sequence) and not isinstance(pair, str) and len(pair) == 2:
        return finite(pair[0]), finite(pair[1])
    return None, None


def unit_words(unit: object) -> str:
    """Write a unit as a reader expects it (``1/mm2`` becomes ``per mm²``)."""
    text = unit if isinstance(unit, str) else ""
    text = _UNIT_WORDS.get(text, text).replace("_", " ")
    text = f"per {text[2:]}" if text.startswith("1/") else text
    text = re.sub(r"\bug\b", "µg", text)
    return re.sub(r"(?<=[mM])([23])\b", lambda m: m[1].translate(_SUPERSCRIPT), text)


def _scientific(value: float, digits: int = 2) -> str:
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    power = str(int(exponent)).translate(_SUPERSCRIPT)
    factor = "" if mantissa in {"1", "-1"} else f"{mantissa.lstrip('-')} {TIMES} "
    sign = MINUS if mantissa.startswith("-") else ""
    return f"{sign}{factor}10{power}".replace(" ", SPACE)


def _fixed(value: float, decimals: int) -> str:
    text = f"{round(value, decimals) + 0.0:,.{max(decimals, 0)}f}"
    if text.startswith("-"):
        text = text[1:] if float(text.replace(",", "")) == 0 else MINUS + text[1:]
    return text


def _plain(value: float) -> bool:
    return value == 0 or 1e-3 <= abs(value) < 1e5


def tidy(text: str) -> str:
    """Rewrite computer notation inside a text (``1e-8`` becomes ``10⁻⁸``)."""
    return _COMPUTER.sub(lambda found: number(float(found[0])), text)


def number(value: object, digits: int = 3) -> str:
    r"""Write one number with `digits` significant digits.

    Whole numbers below 100,000 keep every digit, text passes through, true and
    false become yes and no, and what is missing becomes "not available".

    Examples
    --------
    >>> number(3.81e13) == "3.8\xa0\xd7\xa010¹³"
    True
    >>> number(0.01234), number(12), number(None)
    ('0.0123', '12', 'not available')
    """
    if isinstance(value, str):
        return tidy(value) or MISSING
    if isinstance(value, bool):
        return "yes" if value else "no"
    given = finite(value)
    if given is None:
        return MISSING
    if not _plain(given):
        return _scientific(given)
    if isinstance(value, int) or given == 0:
        return _fixed(given, 0)
    return _stripped(_fixed(given, digits - 1 - math.floor(math.log10(abs(given)))))


def _stripped(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text


def quantity(value: object, unit: object = "") -> str:
    """Write a number with its unit; "not available" stands alone."""
    text, words = number(value), unit_words(unit)
    return text if text == MISSING or not words else f"{text}{SPACE}{words}"


def _decimals(low: float | None, high: float | None) -> int | None:
    """Give the decimals that suit an interval; None where each end needs its own."""
    if low is None or high is None or not (_plain(low) and _plain(high)):
        return None
    if low == high or (low > 0 and high / low > 30):
        return None
    decimals = 1 - math.floor(math.log10((high - low) / 3))
    return decimals if decimals <= 4 else None


def _shortened(decimals: int, *values: float) -> int:
    """Drop decimals that are zero in every one of `values`."""
    while decimals > 0 and all(_fixed(v, decimals).endswith("0") for v in values):
        decimals -= 1
    return decimals


def interval(pair: object, unit: object = "") -> str:
    """Write an interval, both ends with the same decimals where that is readable.

    Examples
    --------
    >>> interval([4.21, 13.08])
    '4.2 to 13.1'
    """
    low, high = ends(pair)
    if low is None and high is None:
        return MISSING
    decimals = _decimals(low, high)
    if decimals is None or low is None or high is None:
        text = f"{number(low)} to {number(high)}"
    else:
        decimals = _shortened(decimals, low, high)
        text = f"{_fixed(low, decimals)} to {_fixed(high, decimals)}"
    words = unit_words(unit)
    return f"{text}{SPACE}{words}" if words else text


def median(value: object, pair: object, unit: object = "") -> str:
    """Write a median with the decimals of its interval, more where it needs them."""
    given, (low, high) = finite(value), ends(pair)
    decimals = _decimals(low, high)
    if given is None or decimals is None or not _plain(given):
        return quantity(value, unit)
    if low is not None and high is not None:
        least = _shortened(decimals, low, high)
        decimals = max(least, _shortened(decimals, given))
    words = unit_words(unit)
    text = _fixed(given, decimals)
    return f"{text}{SPACE}{words}" if words else text


def percent(value: object) -> str:
    """Write a share as a percentage with two digits (0.184 becomes 18 %)."""
    given = finite(value)
    if given is None:
        return MISSING
    return f"{number(100.0 * given, 2)}{SPACE}%"


def probability(value: object, error: object = None) -> str:
    r"""Write a probability in percent, with its Monte Carlo error where given.

    Simulated trials can't tell 0 from very rare, so the ends read "below 1 %" and
    "above 99 %", and no error reads as zero. Tables, figures and sentences all use
    this, so that they agree.

    Examples
    --------
    >>> probability(0.8123), probability(0.8123, 0.0039), probability(0.0, 0.015)
    ('81\xa0%', '81.2\xa0±\xa00.4\xa0%', 'below\xa01\xa0%\xa0(±\xa02)')
    """
    given, spread = finite(value), finite(error)
    if given is None:
        return MISSING
    known = spread is not None and spread > 0
    decimals, size = _error(spread or 0.0) if known else (0, "")
    if given <= 0.005 or given >= 0.995:
        text = "below 1 %" if given < 0.5 else "above 99 %"
        text += f" (± {size})" if known else ""
    else:
        text = _fixed(100.0 * given, decimals)
        text += f" ± {size} %" if known else " %"
    return text.replace(" ", SPACE)


def _error(spread: float) -> tuple[int, str]:
    """Give the decimals that an error of a share allows, and its words, in percent."""
    points = 100.0 * spread
    decimals = int(points < 0.95)
    return decimals, "below 0.1" if points < 0.05 else _fixed(points, decimals)


def duration(hours: object) -> str:
    """Write a time in hours, or in days from four days on."""
    given = finite(hours)
    if given is None:
        return MISSING
    if abs(given) >= 96:
        return f"{number(given / 24.0)}{SPACE}d"
    return f"{number(given)}{SPACE}h"


def wrap(text: str, width: int = 30) -> str:
    """Break a label into lines of at most about `width` letters, at spaces."""
    lines = [""]
    for word in text.split():
        joined = f"{lines[-1]} {word}".strip()
        if lines[-1] and len(joined) > width:
            lines.append(word)
        else:
            lines[-1] = joined
    return "\n".join(lines)
