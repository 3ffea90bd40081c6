"""Small-study effects and reporting bias: four ways to look, none of them proof.

- :func:`egger`: do imprecise effects differ from precise ones?
- :func:`pet_peese`: the effect of a study without sampling error.
- :func:`trim_and_fill`: effects missing on one side of the funnel.
- :func:`selection_model`: how much likelier significant effects are to be seen.

A small-study effect has other causes too (small studies dose otherwise, or differ in
quality), and all four are weak below about ten effects.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from exoheart.errors import Fault
from exoheart.evidence.meta.filling import Filled, trim_and_fill
from exoheart.evidence.meta.inference import describe
from exoheart.evidence.meta.inputs import (
    Choices,
    Effects,
    check_choices,
    check_effects,
    refuse,
    word,
)
from exoheart.evidence.meta.least_squares import FloatArray, weighted_fit
from exoheart.evidence.meta.model import fit_effects
from exoheart.evidence.meta.result import (
    Coefficient,
    Interval,
    Method,
    Plain,
    Test,
    finite,
    pair,
)
from exoheart.evidence.meta.selection import Selection, selection_model

__all__ = [
    "Egger",
    "Filled",
    "PetPeese",
    "Selection",
    "egger",
    "pet_peese",
    "selection_model",
    "trim_and_fill",
]

EggerModel = Literal["lm", "rma"]
Line = tuple[Coefficient, Coefficient]


@dataclass(frozen=True, slots=True)
class Egger:
    """A regression test for an asymmetric funnel.

    Parameters
    ----------
    model
        ``lm`` or ``rma``.
    k
        Number of effects.
    df
        Of the t test; None for the normal one.
    slope
        Change of the effect per unit of standard error: its test is the test.
    limit
        Intercept: the effect at standard error 0.
    """

    model: EggerModel
    k: int
    df: float | None
    slope: Coefficient
    limit: Coefficient

    @property
    def statistic(self) -> float:
        """Statistic of the test."""
        return self.slope.statistic

    @property
    def p(self) -> float:
        """Two-sided p value of the test."""
        return self.slope.p

    def to_json(self) -> Plain:
        """Give the test as plain data."""
        return {
            "model": self.model,
            "k": self.k,
            "statistic": finite(self.statistic),
            "df": self.df,
            "p": finite(self.p),
            "slope": self.slope.to_json(),
            "limit": self.limit.to_json(),
        }


@dataclass(frozen=True, slots=True)
class PetPeese:
    """What the two regressions give for a study without sampling error.

    Parameters
    ----------
    k, df
        Number of effects, degrees of freedom of the t tests.
    pet, peese
        Intercepts of the regressions on the standard error and on the variance.
    pet_slope, peese_slope
        Their slopes.
    used
        ``PET`` or ``PEESE``, by the rule.
    """

    k: int
    df: float
    pet: Coefficient
    pet_slope: Coefficient
    peese: Coefficient
    peese_slope: Coefficient
    used: Literal["PET", "PEESE"]

    @property
    def chosen(self) -> Coefficient:
        """The intercept that the rule takes."""
        return self.pet if self.used == "PET" else self.peese

    @property
    def estimate(self) -> float:
        """Corrected effect."""
        return self.chosen.estimate

    @property
    def se(self) -> float:
        """Standard error of `estimate`."""
        return self.chosen.se

    @property
    def ci95(self) -> Interval:
        """Confidence interval of `estimate`."""
        return self.chosen.ci95

    @property
    def p(self) -> float:
        """Two-sided p value of `estimate`."""
        return self.chosen.p

    def to_json(self) -> Plain:
        """Give the estimates as plain data."""
        return {
            "k": self.k,
            "df": self.df,
            "used": self.used,
            "estimate": finite(self.estimate),
            "se": finite(self.se),
            "ci95": pair(self.ci95),
            "p": finite(self.p),
            "pet": self.pet.to_json(),
            "pet_slope": self.pet_slope.to_json(),
            "peese": self.peese.to_json(),
            "peese_slope": self.peese_slope.to_json(),
        }


def egger(
    yi: Sequence[float] | FloatArray,
    vi: Sequence[float] | FloatArray,
    *,
    model: EggerModel = "lm",
    method: Method = "REML",
    test: Test = "z",
    level: float = 0.95,
) -> Egger:
    """Test whether effects go with their standard errors.

    Parameters
    ----------
    yi, vi
        Effects and variances, shape (k,), k of 3 or more.
    model
        ``lm``: Egger's weighted regression, with a free multiplicative error and t with
        k - 2 degrees of freedom. ``rma``: a meta-regression by `method` and `test`.
    method, test, level
        As in :func:`exoheart.evidence.meta.model.fit`; the first two for ``rma`` only.

    Raises
    ------
    InputError
        As in `fit`; equal variances, which no regression can tell apart.

    References
    ----------
    Egger 1997, doi:10.1136/bmj.315.7109.629; Sterne 2005.
    """
    faults = word("model", model, get_args(EggerModel))
    choices = Choices(method, test, level=level)
    effects = _checked(yi, vi, choices, faults)
    if model == "rma":
        fitted = fit_effects(effects, choices)
        limit, slope = fitted.coefficients
        return Egger(model, fitted.k, fitted.df, slope, limit)
    limit, slope = _line(effects, np.sqrt(effects.vi), level)
    return Egger(model, len(effects.yi), len(effects.yi) - 2.0, slope, limit)


def pet_peese(
    yi: Sequence[float] | FloatArray,
    vi: Sequence[float] | FloatArray,
    *,
    alpha: float = 0.10,
    level: float = 0.95,
) -> PetPeese:
    """Estimate the effect of a study without sampling error.

    PET regresses the effects on their standard errors, PEESE on their variances, both
    with weights 1/vi and a free multiplicative error. Where PET's intercept differs
    from 0 at `alpha` (two-sided; 0.10 is 0.05 on the side of the effect) PEESE is
    taken, else PET (Stanley2014).

    Parameters
    ----------
    yi, vi
        Effects and variances, shape (k,), k of 3 or more.
    alpha
        Of the rule.
    level
        Of the intervals.

    Raises
    ------
    InputError
        As in :func:`egger`; an `alpha` outside 0 to 1.
    """
    faults = []
    if not 0.0 <= alpha <= 1.0:
        faults.append(Fault("alpha", str(alpha), "0 to 1"))
    effects = _checked(yi, vi, Choices(level=level), faults)
    pet, pet_slope = _line(effects, np.sqrt(effects.vi), level)
    peese, peese_slope = _line(effects, effects.vi, level)
    return PetPeese(
        len(effects.yi),
        len(effects.yi) - 2.0,
        pet,
        pet_slope,
        peese,
        peese_slope,
        "PEESE" if pet.p < alpha else "PET",
    )


def _checked(
    yi: Sequence[float] | FloatArray,
    vi: Sequence[float] | FloatArray,
    choices: Choices,
    faults: list[Fault],
) -> Effects:
    """Effects with their standard errors as moderator, or every fault."""
    effects, more = check_effects(yi, vi, None, None, None)
    faults = [*faults, *more, *check_choices(choices, clustered=False)]
    refuse(faults)
    errors = np.sqrt(effects.vi)
    if len(errors) < 3:
        faults.append(Fault("yi", f"{len(errors)} effects", "3 effects or more"))
    elif np.ptp(errors) <= 1e-10 * errors.max():
        faults.append(Fault("vi", "equal variances", "variances that differ"))
    refuse(faults)
    design = np.column_stack([effects.design, errors])
    names = ("intercept", "standard error")
    return Effects(effects.yi, effects.vi, design, names, effects.labels, None)


def _line(effects: Effects, predictor: FloatArray, level: float) -> Line:
    """Intercept and slope by weighted least squares with a free error."""
    design = np.column_stack([np.ones(len(predictor)), predictor])
    line = weighted_fit(effects.yi, effects.vi, design)
    df = len(predictor) - 2.0
    names = ("intercept", "slope")
    covariance = line.q / df * line.covariance
    limit, slope = describe(names, line.coefficients, covariance, df, level)
    return limit, slope
