"""The variance between studies, tau2: estimators, their errors and its interval.

All five are those of metafor (Viechtbauer2010). With P and Q at a given tau2 (see
:mod:`exoheart.evidence.meta.least_squares`):

- ``DL``: moments with the weights of the fixed-effect model, (Q - (k - p)) / tr P;
- ``PM``: the tau2 at which Q(tau2) = k - p;
- ``REML``, ``ML``: Fisher scoring with step halving from the DL value. A coarse grid is
  searched as well, since these likelihoods may have two peaks; where it finds a higher
  one, scoring starts again from there, and where scoring fails a bracketed optimiser
  takes over.

None is ever negative. Iterations end at relative changes of 1e-13.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from exoheart.errors import SolveError
from exoheart.evidence.meta.least_squares import (
    FloatArray,
    WeightedFit,
    weighted_fit,
)
from exoheart.evidence.meta.result import Interval, Method

_CLOSE = 1e-13
_STEPS = 500
#: Grid of tau2 searched for a second peak, in typical sampling variances.
_GRID = (0.0, *np.logspace(-3.0, 4.0, 29))
#: A second peak counts where it is higher by this [log-likelihood].
_HIGHER = 1e-8

Refit = Callable[[float], WeightedFit]


def between_studies(
    yi: FloatArray, vi: FloatArray, design: FloatArray, method: Method
) -> float:
    """Estimate tau2, never negative, in squared units of the effects.

    Parameters
    ----------
    yi, vi
        Effects and sampling variances, shape (k,).
    design
        Columns of full rank, shape (k, p), with k > p.
    method
        ``FE`` gives 0.

    Raises
    ------
    SolveError
        No estimate was found.
    """

    def refit(tau2: float) -> WeightedFit:
        return weighted_fit(yi, vi, design, tau2)

    if method == "FE":
        return 0.0
    df = len(yi) - design.shape[1]
    if method == "PM":
        return where_q_is(refit, float(df))
    fixed = refit(0.0)
    moments = max(0.0, float(fixed.q - df) / fixed.trace_p)
    if method == "DL":
        return moments
    return _likeliest(refit, moments, df / fixed.trace_p, method == "REML")


def where_q_is(refit: Refit, target: float) -> float:
    """Solve Q(tau2) = target for tau2 >= 0; 0 where Q is smaller even there.

    Q falls and is convex in tau2, so that Newton's steps from 0 climb to the root
    without passing it.
    """
    tau2 = 0.0
    for _ in range(_STEPS):
        fit = refit(tau2)
        if fit.q <= target:
            return tau2
        step = (fit.q - target) / fit.ypp
        tau2 += step
        if step <= _CLOSE * tau2:
            return tau2
    raise SolveError(f"Q(tau2) = {target:g} wasn't reached; check the variances")


def q_profile(
    yi: FloatArray, vi: FloatArray, design: FloatArray, level: float
) -> Interval:
    """Give the Q-profile interval of tau2 (Viechtbauer2007).

    Both ends are 0 where Q is smaller than expected even without heterogeneity.
    """
    from scipy import special

    def refit(tau2: float) -> WeightedFit:
        return weighted_fit(yi, vi, design, tau2)

    df = len(yi) - design.shape[1]
    tail = 0.5 * (1.0 - level)
    low, high = (float(special.chdtri(df, one)) for one in (tail, 1.0 - tail))
    return where_q_is(refit, low), where_q_is(refit, high)


def standard_error(
    tau2: float, fit: WeightedFit, fixed: WeightedFit, method: Method
) -> float | None:
    """Give the large-sample standard error of tau2, as metafor has it.

    Parameters
    ----------
    tau2
        The estimate.
    fit, fixed
        The fits with this tau2 and with tau2 = 0.
    method
        ``FE`` has none: None.
    """
    if method == "FE":
        return None
    k, p = fit.basis.shape
    weights = fit.weights
    if method == "REML":
        return math.sqrt(2.0 / fit.trace_pp)
    if method == "ML":
        return math.sqrt(2.0 / float(weights @ weights))
    if method == "PM":
        return math.sqrt(2.0 * k**2 / (k - p)) / float(weights.sum())
    spread = 2.0 * (k - p) + 4.0 * tau2 * fixed.trace_p
    return math.sqrt(spread + 2.0 * tau2**2 * fixed.trace_pp) / fixed.trace_p


def _likeliest(refit: Refit, start: float, unit: float, reml: bool) -> float:
    """Find the highest peak of the likelihood; `unit` is the typical variance."""
    found = _scored(refit, start, unit, reml)
    height = refit(found).log_likelihood(reml) if found is not None else -math.inf
    heights = [refit(unit * at).log_likelihood(reml) for at in _GRID]
    best = int(np.argmax(heights))
    if found is not None and heights[best] <= height + _HIGHER:
        return found
    again = _scored(refit, unit * _GRID[best], unit, reml)
    if again is not None and refit(again).log_likelihood(reml) >= heights[best]:
        return again
    return _bracketed(refit, unit, best, reml)


def _scored(refit: Refit, start: float, unit: float, reml: bool) -> float | None:
    """Fisher scoring with step halving; None where it doesn't settle."""
    tau2, fit = start, refit(start)
    for _ in range(_STEPS):
        score, information = _score(fit, reml)
        if tau2 == 0.0 and score <= 0.0:
            return 0.0
        step = max(score / information, -tau2)
        lowest = fit.log_likelihood(reml) - 1e-12 * (1.0 + abs(fit.q))
        new = refit(tau2 + step)
        while new.log_likelihood(reml) < lowest and abs(step) > 1e-16 * unit:
            step *= 0.5
            new = refit(tau2 + step)
        tau2, fit = tau2 + step, new
        if abs(step) <= _CLOSE * tau2 + 1e-15 * unit:
            return tau2
    return None


def _score(fit: WeightedFit, reml: bool) -> tuple[float, float]:
    """Slope of the log-likelihood in tau2 and its expected curvature."""
    if reml:
        return 0.5 * (fit.ypp - fit.trace_p), 0.5 * fit.trace_pp
    weights = fit.weights
    return 0.5 * (fit.ypp - float(weights.sum())), 0.5 * float(weights @ weights)


def _bracketed(refit: Refit, unit: float, best: int, reml: bool) -> float:
    """Root of the slope between the neighbours of the best point of the grid."""
    from scipy import optimize

    def slope(tau2: float) -> float:
        return _score(refit(tau2), reml)[0]

    low = unit * _GRID[max(best - 1, 0)]
    high = unit * _GRID[min(best + 1, len(_GRID) - 1)]
    if slope(low) <= 0.0:
        return low if low == 0.0 else _failed()
    if slope(high) >= 0.0:
        return _failed()
    return float(optimize.brentq(slope, low, high, xtol=1e-300, rtol=1e-14))


def _failed() -> float:
    raise SolveError(
        "tau2 has no likeliest value that could be found; allowed: effects whose "
        "spread is within 1e4 sampling variances; use method DL or PM"
    )
