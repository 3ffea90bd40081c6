"""Numbers and intervals of a plan as plain data, and the words around them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from exoheart.heart.mechanisms import Interval
from exoheart.records.product import Quantity
from exoheart.records.study import Arm, Dose, Study

#: What each mechanism is, for readers.
MECHANISM_TITLES = {
    "cargo": "RNA reaches the cytosol",
    "surface": "protein on the vesicle's surface binds a receptor",
    "relay": "macrophages or endothelium take vesicles up and pass a factor on",
    "soluble": "protein dissolved in the dose acts without vesicles",
    "none": "no effect",
}
#: Decimals of a true effect; finer differences are the solver's, not the therapy's.
DECIMALS = 3


def number(value: float | None) -> float | None:
    """Give a finite number, or None.

    Examples
    --------
    >>> number(float("inf")) is None
    True
    """
    if value is None or not math.isfinite(value):
        return None
    return float(value)


def pair(values: tuple[float, float]) -> list[float | None]:
    """Give an interval as a list, ends that aren't finite as None."""
    return [number(values[0]), number(values[1])]


def finite(content: Any) -> Any:
    """Give a document with every number that isn't finite as None.

    Examples
    --------
    >>> finite({"a": [1.0, float("nan")]})
    {'a': [1.0, None]}
    """
    if isinstance(content, dict):
        return {key: finite(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [finite(value) for value in content]
    if isinstance(content, float):
        return number(content)
    return content


def spread(draws: npt.ArrayLike, factor: float = 1.0) -> dict[str, Any]:
    """Give the median and the central 90 % of draws of any shape."""
    flat = np.ravel(np.asarray(draws, dtype=np.float64)) * factor
    flat = flat[~np.isnan(flat)]
    if not flat.size:
        return {"median": None, "interval90": [None, None]}
    low, median, high = np.quantile(flat, (0.05, 0.5, 0.95), method="inverted_cdf")
    return {"median": number(median), "interval90": pair((low, high))}


def estimate(of: Interval) -> dict[str, Any]:
    """Give an interval of draws as median and interval, None where not finite."""
    return {"median": number(of.median), "interval90": pair((of.low, of.high))}


def quantity(of: Quantity, factor: float = 1.0) -> dict[str, Any]:
    """Give a quantity of a make plan as median and interval."""
    return {
        "median": number(of.median * factor),
        "interval90": pair((of.low * factor, of.high * factor)),
    }


def treated(study: Study) -> list[Arm]:
    """Give the arms that have a control to be compared with."""
    return [arm for arm in study.arms if study.control_of(arm) is not None]


def signed(value: float) -> str:
    """Give a number with its sign (a true minus) and two significant digits.

    Examples
    --------
    >>> signed(7.14), signed(0.0)
    ('+7.1', '0')
    """
    text = f"{abs(value):.2g}"
    if float(text) == 0:
        return "0"
    return ("\N{MINUS SIGN}" if value < 0 else "+") + text


def allocated(numbers: Sequence[int], attrition: float) -> str:
    """Say how many animals groups are given, and how many of them are left.

    Parameters
    ----------
    numbers
        Animals allocated to each group.
    attrition
        Mean share of animals that bring no result.

    Examples
    --------
    >>> allocated((6, 6), 0.3)
    '6 and 6 animals allocated (about 4 and 4 left)'
    >>> allocated((6,), 0.0)
    '6 animals'
    """
    given = " and ".join(str(n) for n in numbers)
    if attrition <= 0:
        return f"{given} animals"
    left = " and ".join(f"{n * (1 - attrition):.0f}" for n in numbers)
    return f"{given} animals allocated (about {left} left)"


def times(dose: Dose, factor: float) -> str:
    """Give a dose multiplied by a factor, in the unit of the user's words.

    Examples
    --------
    >>> times(Dose("7.5 mg protein", 7500.0, "protein"), 10)
    '75 mg protein'
    """
    value, _, rest = dose.words.partition(" ")
    return f"{float(value) * factor:.4g} {rest}"
