"""What may be drawn: distributions written as text, drawn by their quantiles.

A table cell such as ``lognormal(median=5e-6, gsd=4)`` becomes a
:class:`Distribution`. Drawing goes through the quantile function of one uniform
number, so the same uniform gives the same draw on every machine and for every
block size. Nothing is truncated unless the name says so (``truncated_normal``,
``truncated_lognormal``).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special

from exoheart.errors import InputError, closest

FloatArray = npt.NDArray[np.float64]

#: Name of each distribution and its arguments, all required.
FORMS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "fixed": ("value",),
        "uniform": ("low", "high"),
        "loguniform": ("low", "high"),
        "normal": ("mean", "sd"),
        "truncated_normal": ("mean", "sd", "low", "high"),
        "lognormal": ("median", "gsd"),
        "truncated_lognormal": ("median", "gsd", "low", "high"),
        "logitnormal": ("median", "sd"),
        "beta": ("a", "b"),
    }
)
_TEXT = re.compile(r"\s*([a-z_]+)\s*\(([^()]*)\)\s*")
_POSITIVE = {"gsd", "sd", "a", "b", "median"}


@dataclass(frozen=True, slots=True)
class Distribution:
    """One distribution: its form and arguments, in the unit of its parameter.

    Parameters
    ----------
    form
        One of the names in :data:`FORMS`.
    arguments
        Values in the order that :data:`FORMS` gives. `gsd` is a geometric standard
        deviation (1 or more); the `sd` of ``logitnormal`` is on the logit scale.

    Raises
    ------
    InputError
        The form is unknown, or its arguments can't be (``low`` above ``high``, a
        spread of zero or less, a median outside what the form can take).
    """

    form: str
    arguments: tuple[float, ...]

    def __post_init__(self) -> None:
        if self.form not in FORMS:
            raise InputError(
                f"distribution {self.form!r} is unknown; allowed: {', '.join(FORMS)}; "
                f"nearest: {closest(self.form, FORMS) or 'none'}"
            )
        names = FORMS[self.form]
        if len(self.arguments) != len(names):
            raise InputError(
                f"{self.form} takes {', '.join(names)}; met {len(self.arguments)} "
                "arguments; give each once"
            )
        given = dict(zip(names, self.arguments, strict=True))
        wrong = [
            f"{name}={value:g}"
            for name, value in given.items()
            if not math.isfinite(value) or (name in _POSITIVE and value <= 0)
        ]
        if "low" in given and given["low"] >= given["high"]:
            wrong.append(f"low={given['low']:g} is not below high={given['high']:g}")
        if self.form == "loguniform" and given["low"] <= 0:
            wrong.append(f"low={given['low']:g} of a loguniform")
        if given.get("gsd", 1.0) < 1:
            wrong.append(f"gsd={given['gsd']:g} below 1")
        if self.form == "logitnormal" and given["median"] >= 1:
            wrong.append(f"median={given['median']:g} of a logitnormal")
        if wrong:
            raise InputError(
                f"{self}: {'; '.join(wrong)} can't be; spreads and medians are above "
                "zero, gsd is 1 or more, low is below high"
            )

    def __str__(self) -> str:
        names = FORMS.get(self.form, ("?",) * len(self.arguments))
        pairs = zip(names, self.arguments, strict=False)
        return f"{self.form}({', '.join(f'{n}={v:g}' for n, v in pairs)})"

    def quantile(self, p: npt.ArrayLike) -> FloatArray:
        """Give the value below which a share `p` of the draws lies.

        Parameters
        ----------
        p : array_like, any shape
            Shares between 0 and 1.

        Returns
        -------
        ndarray, shape of `p`
            In the unit of the parameter.
        """
        shares = np.asarray(p, dtype=np.float64)
        return np.asarray(self._quantile(shares), dtype=np.float64)

    def _quantile(self, p: FloatArray) -> Any:  # noqa: PLR0911 - one per form
        arguments = self.arguments
        match self.form:
            case "fixed":
                return np.full(p.shape, arguments[0])
            case "uniform":
                low, high = arguments
                return low + (high - low) * p
            case "loguniform":
                low, high = np.log(arguments)
                return np.exp(low + (high - low) * p)
            case "normal":
                mean, sd = arguments
                return mean + sd * special.ndtri(p)
            case "truncated_normal":
                mean, sd, low, high = arguments
                inside = _within(p, (low - mean) / sd, (high - mean) / sd)
                return np.clip(mean + sd * special.ndtri(inside), low, high)
            case "lognormal":
                median, gsd = arguments
                return median * np.exp(math.log(gsd) * special.ndtri(p))
            case "truncated_lognormal":
                median, gsd, low, high = arguments
                width = max(math.log(gsd), 1e-300)
                ends = (math.log(edge / median) / width for edge in (low, high))
                inside = _within(p, *ends)
                drawn = median * np.exp(width * special.ndtri(inside))
                return np.clip(drawn, low, high)
            case "logitnormal":
                median, sd = arguments
                return special.expit(special.logit(median) + sd * special.ndtri(p))
            case _:
                return special.betaincinv(*arguments, p)

    def scaled(self, factor: float) -> Distribution:
        """Give the distribution of `factor` times the quantity (a change of unit).

        Raises
        ------
        InputError
            The form lives on [0, 1] and `factor` is not 1.
        """
        if factor == 1.0:
            return self
        if self.form in {"beta", "logitnormal"}:
            raise InputError(
                f"{self} lives between 0 and 1 and can't be scaled by {factor:g}; "
                "give the parameter a unit of 1"
            )
        scales = [1.0 if n == "gsd" else factor for n in FORMS[self.form]]
        pairs = zip(self.arguments, scales, strict=True)
        return Distribution(self.form, tuple(value * scale for value, scale in pairs))

    def support(self) -> tuple[float, float]:
        """Give the lowest and highest value that can be drawn."""
        arguments = self.arguments
        match self.form:
            case "fixed":
                return arguments[0], arguments[0]
            case "uniform" | "loguniform":
                return arguments[0], arguments[1]
            case "truncated_normal" | "truncated_lognormal":
                return arguments[2], arguments[3]
            case "lognormal":
                return 0.0, math.inf
            case "normal":
                return -math.inf, math.inf
            case _:
                return 0.0, 1.0


def varied_by(
    value: FloatArray, by: FloatArray, bounds: tuple[float, float]
) -> FloatArray:
    """Multiply a between-animal factor on; on the odds of a share (bounds 0 and 1)."""
    if bounds == (0.0, 1.0):
        return np.asarray(special.expit(special.logit(value) + np.log(by)))
    return value * by


def _within(p: FloatArray, low: float, high: float) -> FloatArray:
    """Squeeze shares of a truncated normal into the shares of the whole one."""
    first, last = special.ndtr(low), special.ndtr(high)
    return np.asarray(first + (last - first) * p, dtype=np.float64)


def parse_distribution(text: str) -> Distribution:
    """Read ``form(name=value, ...)``; names may be left out if all are.

    Raises
    ------
    InputError
        The text can't be read, or the distribution can't be.

    Examples
    --------
    >>> parse_distribution("beta(2, 5)").arguments
    (2.0, 5.0)
    >>> float(parse_distribution("lognormal(median=3, gsd=2)").quantile(0.5))
    3.0
    """
    match = _TEXT.fullmatch(text)
    if match is None:
        raise InputError(
            f"distribution {text!r} can't be read; write it as form(name=value, ...) "
            f"with one of {', '.join(FORMS)}"
        )
    form, inside = match.groups()
    names = FORMS.get(form, ())
    parts = [part.strip() for part in inside.split(",") if part.strip()]
    try:
        if all("=" in part for part in parts):
            pairs = (part.split("=", 1) for part in parts)
            given = {name.strip(): float(value) for name, value in pairs}
            arguments = tuple(given[name] for name in names) if names else ()
            if len(given) != len(names):
                raise KeyError("unknown argument")
        else:
            arguments = tuple(float(part) for part in parts)
    except (KeyError, ValueError):
        raise InputError(
            f"distribution {text!r}: {form} takes {', '.join(names) or 'nothing known'}"
            "; give each as name=number"
        ) from None
    return Distribution(form, arguments)
