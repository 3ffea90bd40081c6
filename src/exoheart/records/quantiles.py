"""Quantiles of many distributions at once: one call for all that have one form.

A draw of a study's parameters needs hundreds of quantile functions at a few points
each; form by form they cost a call instead of hundreds. Numbers are to the last digit
those of :meth:`exoheart.records.distribution.Distribution.quantile`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from scipy import special

if TYPE_CHECKING:
    from exoheart.records.distribution import Distribution

FloatArray = npt.NDArray[np.float64]


class Quantiles:
    """The quantile functions of some distributions, to be called together.

    Parameters
    ----------
    distributions
        One for each row of what is asked later.

    Examples
    --------
    >>> from exoheart.records.distribution import parse_distribution
    >>> forms = [parse_distribution(text) for text in ("uniform(0, 2)", "fixed(7)")]
    >>> both = Quantiles(forms)
    >>> both(np.array([[0.25, 0.5], [0.25, 0.5]])).tolist()
    [[0.5, 1.0], [7.0, 7.0]]
    """

    def __init__(self, distributions: Sequence[Distribution]) -> None:
        self._forms: list[tuple[str, npt.NDArray[np.int64], list[FloatArray]]] = []
        for form in dict.fromkeys(one.form for one in distributions):
            rows = [k for k, one in enumerate(distributions) if one.form == form]
            known = [_CONSTANTS[form](*distributions[k].arguments) for k in rows]
            columns = [np.array(column)[:, None] for column in zip(*known, strict=True)]
            self._forms.append((form, np.array(rows), columns))

    def __call__(self, shares: FloatArray) -> FloatArray:
        """Give the value below which a share of the draws lies.

        Parameters
        ----------
        shares : ndarray, shape (distribution, n)
            Between 0 and 1.

        Returns
        -------
        ndarray, shape (distribution, n)
            Each row in the unit of its distribution.
        """
        values = np.empty_like(shares)
        for form, rows, columns in self._forms:
            values[rows] = _QUANTILES[form](shares[rows], *columns)
        return values


def _loguniform(low: float, high: float) -> tuple[float, float]:
    first, last = np.log((low, high))
    return first, last - first


def _truncated(low: float, high: float) -> tuple[float, float]:
    """Give the share below the lower end, and that between the ends, in scores."""
    first, last = special.ndtr(low), special.ndtr(high)
    return first, last - first


def _truncated_normal(
    mean: float, sd: float, low: float, high: float
) -> tuple[float, ...]:
    return mean, sd, low, high, *_truncated((low - mean) / sd, (high - mean) / sd)


def _truncated_lognormal(
    median: float, gsd: float, low: float, high: float
) -> tuple[float, ...]:
    width = max(math.log(gsd), 1e-300)
    first, last = (math.log(edge / median) / width for edge in (low, high))
    return median, width, low, high, *_truncated(first, last)


#: What the quantile function of a form reads, from the arguments of a distribution.
_CONSTANTS: Mapping[str, Callable[..., tuple[float, ...]]] = MappingProxyType(
    {
        "fixed": lambda value: (value,),
        "uniform": lambda low, high: (low, high - low),
        "loguniform": _loguniform,
        "normal": lambda mean, sd: (mean, sd),
        "truncated_normal": _truncated_normal,
        "lognormal": lambda median, gsd: (median, math.log(gsd)),
        "truncated_lognormal": _truncated_lognormal,
        "logitnormal": lambda median, sd: (special.logit(median), sd),
        "beta": lambda a, b: (a, b),
    }
)


def _inside(p: FloatArray, first: Any, share: Any) -> Any:
    """Give the normal scores of shares of a truncated normal."""
    return special.ndtri(first + share * p)


#: Quantiles at shares p, with the constants of each row as columns.
_QUANTILES: Mapping[str, Callable[..., FloatArray]] = MappingProxyType(
    {
        "fixed": lambda p, value: np.broadcast_to(value, p.shape),
        "uniform": lambda p, low, width: low + width * p,
        "loguniform": lambda p, low, width: np.exp(low + width * p),
        "normal": lambda p, mean, sd: mean + sd * special.ndtri(p),
        "truncated_normal": lambda p, mean, sd, low, high, first, share: np.clip(
            mean + sd * _inside(p, first, share), low, high
        ),
        "lognormal": lambda p, median, width: median * np.exp(width * special.ndtri(p)),
        "truncated_lognormal": lambda p, median, width, low, high, first, share: (
            np.clip(median * np.exp(width * _inside(p, first, share)), low, high)
        ),
        "logitnormal": lambda p, centre, sd: special.expit(
            centre + sd * special.ndtri(p)
        ),
        "beta": lambda p, a, b: special.betaincinv(a, b, p),
    }
)
