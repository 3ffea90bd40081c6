"""Variance components of correlated effects, by REML or ML.

The marginal covariance is M = V + s1 G1 + s2 G2 ..., where V holds the sampling
(co)variances and each G says which effects share a random effect: the same cluster, or
the same row. Fisher scoring with step halving, on the likelihoods that metafor's
``rma.mv`` maximises. Read next: :mod:`exoheart.evidence.meta.model`.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from exoheart.errors import SolveError
from exoheart.evidence.meta.least_squares import FloatArray, GeneralFit, general_fit

_CLOSE = 1e-12
_STEPS = 500
#: Starts, in typical sampling variances.
_STARTS = (0.0, 0.03, 0.3, 2.0, 20.0)

_UNSETTLED = (
    "the variance components didn't settle; allowed: effects that tell them apart; fit "
    "without clusters, or with cluster_model='robust'"
)


@dataclass(frozen=True, slots=True, eq=False)
class Correlated:
    """Effects with sampling covariances, and what random effects they share.

    Parameters
    ----------
    yi
        Effects, shape (k,).
    sampling
        Sampling covariance matrix, shape (k, k).
    design
        Columns of full rank, shape (k, p).
    shared
        One matrix a variance component, each shape (k, k).
    restricted
        REML if true, else ML.
    """

    yi: FloatArray
    sampling: FloatArray
    design: FloatArray
    shared: tuple[FloatArray, ...]
    restricted: bool

    def fit(self, components: FloatArray) -> GeneralFit:
        """Give the least-squares fit at given variance components."""
        marginal = self.sampling.copy()
        for variance, pattern in zip(components, self.shared, strict=True):
            marginal += variance * pattern
        return general_fit(self.yi, marginal, self.design)

    def height(self, fit: GeneralFit) -> float:
        """Log-likelihood that is maximised."""
        return fit.log_likelihoods[int(self.restricted)]


def estimate_components(effects: Correlated) -> FloatArray:
    """Give the likeliest variance components, none negative, shape (components,).

    Raises
    ------
    SolveError
        Scoring doesn't settle.
    """
    k, p = effects.design.shape
    fixed = effects.fit(np.zeros(len(effects.shared)))
    unit = (k - p) / float(np.trace(fixed.projection))
    grid = itertools.product(_STARTS, repeat=len(effects.shared))
    starts = [unit * np.array(start) for start in grid]
    heights = [effects.height(effects.fit(start)) for start in starts]
    try:
        return _scored(effects, starts[int(np.argmax(heights))], unit)
    except np.linalg.LinAlgError:
        raise SolveError(_UNSETTLED) from None


def _scored(effects: Correlated, start: FloatArray, unit: float) -> FloatArray:
    components, fit = start, effects.fit(start)
    for _ in range(_STEPS):
        step = _step(effects, components, fit)
        lowest = effects.height(fit) - 1e-12 * (1.0 + fit.q)
        share = 1.0
        trial = np.maximum(components + step, 0.0)
        fit = effects.fit(trial)
        while effects.height(fit) < lowest and share > 1e-12:
            share *= 0.5
            trial = np.maximum(components + share * step, 0.0)
            fit = effects.fit(trial)
        moved = np.abs(trial - components)
        components = trial
        if (moved <= _CLOSE * components + 1e-14 * unit).all():
            return components
    raise SolveError(_UNSETTLED)


def _step(effects: Correlated, components: FloatArray, fit: GeneralFit) -> FloatArray:
    """Fisher's step; a component at 0 that the likelihood pushes down stays there."""
    outer = fit.projection if effects.restricted else fit.inverse
    seen = fit.projection @ effects.yi
    spread = [outer @ pattern for pattern in effects.shared]
    score = np.array(
        [
            0.5 * (seen @ pattern @ seen - np.trace(product))
            for pattern, product in zip(effects.shared, spread, strict=True)
        ]
    )
    information = 0.5 * np.array([[np.sum(a * b.T) for b in spread] for a in spread])
    free = (components > 0.0) | (score > 0.0)
    step = np.zeros(len(score))
    if free.any():
        step[free] = np.linalg.solve(information[np.ix_(free, free)], score[free])
    return step
