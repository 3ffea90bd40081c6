r"""A selection model: effects that aren't significant may be seen less often.

Three parameters, by maximum likelihood (Iyengar1988, Hedges1992; metafor's
``selmodel(type="stepfun")``): the mean mu, the variance between studies tau2 and the
weight delta of effects whose one-sided p is above the step, against 1 for those below::

    y_i ~ N(mu, v_i + tau2), seen with probability in proportion to w(p_i)
    log L = sum_i log w(p_i) + log N(y_i; mu, s_i^2) - log A_i,   s_i^2 = v_i + tau2
    A_i = 1 - (1 - delta) Phi(c_i),   c_i = (z sqrt(v_i) - mu) / s_i

z is the normal quantile of the step. Slopes and curvatures are written out, so that the
end is reached by Newton's steps.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from exoheart.errors import Fault, SolveError
from exoheart.evidence.meta.heterogeneity import between_studies
from exoheart.evidence.meta.inference import chi_square_p, quantile, two_sided
from exoheart.evidence.meta.inputs import check_effects, refuse, word
from exoheart.evidence.meta.least_squares import FloatArray, weighted_fit
from exoheart.evidence.meta.result import Interval, Plain, finite, pair

Alternative = Literal["greater", "less"]
_STEPS = 200
_STARTS = (0.05, 0.3, 1.0, 3.0)


@dataclass(frozen=True, slots=True)
class Selection:
    """A fitted three-parameter selection model.

    Parameters
    ----------
    k, significant
        Number of effects, and how many have a p at or below the step.
    step, alternative
        The cut of the one-sided p, and the side that is likelier seen.
    estimate, se, statistic, p, ci95
        Mean of the true effects, corrected; normal test.
    tau2, tau2_se
        Variance between studies; no error at 0.
    delta, delta_se, delta_ci95
        Chance that an effect above the step is seen, against one below.
    log_likelihood
        At the estimates.
    ratio, ratio_p
        Likelihood-ratio statistic against no selection (delta = 1) and its p, one
        degree of freedom.
    """

    k: int
    significant: int
    step: float
    alternative: Alternative
    estimate: float
    se: float
    statistic: float
    p: float
    ci95: Interval
    tau2: float
    tau2_se: float | None
    delta: float
    delta_se: float
    delta_ci95: Interval
    log_likelihood: float
    ratio: float
    ratio_p: float

    def to_json(self) -> Plain:
        """Give the model as plain data."""
        return {
            "k": self.k,
            "significant": self.significant,
            "step": self.step,
            "alternative": self.alternative,
            "estimate": finite(self.estimate),
            "se": finite(self.se),
            "p": finite(self.p),
            "ci95": pair(self.ci95),
            "tau2": finite(self.tau2),
            "delta": finite(self.delta),
            "delta_se": finite(self.delta_se),
            "delta_ci95": pair(self.delta_ci95),
            "ratio": finite(self.ratio),
            "ratio_p": finite(self.ratio_p),
        }


def selection_model(
    yi: Sequence[float] | FloatArray,
    vi: Sequence[float] | FloatArray,
    *,
    step: float = 0.025,
    alternative: Alternative = "greater",
    level: float = 0.95,
) -> Selection:
    """Fit the three-parameter selection model.

    Parameters
    ----------
    yi, vi
        Effects and variances, shape (k,).
    step
        One-sided p above which an effect may be seen less often.
    alternative
        ``greater`` where high effects are the ones that get published, ``less`` where
        low ones are (a smaller infarct).
    level
        Of the intervals.

    Raises
    ------
    InputError
        As in `fit`; all effects on the same side of the step; fewer than 4 effects.
    SolveError
        The likelihood has no peak that could be found.
    """
    from scipy import special

    effects, faults = check_effects(yi, vi, None, None, None)
    faults += word("alternative", alternative, get_args(Alternative))
    faults += [
        Fault(name, str(value), "between 0 and 1")
        for name, value in (("step", step), ("level", level))
        if not 0.0 < value < 1.0
    ]
    refuse(faults)
    sign = 1.0 if alternative == "greater" else -1.0
    unit = float(np.sqrt(np.median(effects.vi)))
    y, v = sign * effects.yi / unit, effects.vi / unit**2
    above = special.ndtr(-y / np.sqrt(v)) > step
    _check(above)
    likelihood = Likelihood(y, v, above, -float(special.ndtri(step)))
    found = _peak(likelihood)
    return _worded(likelihood, found, (sign, unit, step, level))


def _check(above: FloatArray) -> None:
    k, count = len(above), int(above.sum())
    faults = []
    if k < 4:
        faults.append(Fault("yi", f"{k} effects", "4 or more for 3 parameters"))
    if count in {0, k}:
        met = f"{k - count} effects below the step, {count} above"
        faults.append(Fault("step", met, "effects on both sides of it"))
    refuse(faults)


@dataclass(frozen=True, slots=True, eq=False)
class Likelihood:
    """The log-likelihood with its slopes and curvatures in (mu, tau2, delta).

    Parameters
    ----------
    y, v
        Effects and variances, shape (k,).
    above
        Whether the one-sided p is above the step, shape (k,).
    z
        Normal quantile of the step.
    """

    y: FloatArray
    v: FloatArray
    above: FloatArray
    z: float

    def value(self, at: FloatArray) -> float:
        """Log-likelihood at (mu, tau2, delta)."""
        from scipy import special

        mean, tau2, delta = at
        s2 = self.v + tau2
        cut = (self.z * np.sqrt(self.v) - mean) / np.sqrt(s2)
        seen = 1.0 - (1.0 - delta) * special.ndtr(cut)
        terms = np.log(2.0 * np.pi * s2) + (self.y - mean) ** 2 / s2
        total = -0.5 * terms.sum() - np.log(seen).sum()
        return float(total + self.above.sum() * math.log(delta))

    def slopes(self, at: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Gradient, shape (3,), and Hessian, shape (3, 3)."""
        from scipy import special

        mean, tau2, delta = at
        s2 = self.v + tau2
        s, r = np.sqrt(s2), self.y - mean
        cut = (self.z * np.sqrt(self.v) - mean) / s
        below = special.ndtr(cut)
        density = np.exp(-0.5 * cut**2) / math.sqrt(2.0 * math.pi)
        seen = 1.0 - (1.0 - delta) * below
        # first and second derivatives of the cut in (mu, tau2), one row an effect
        c1 = np.stack([-1.0 / s, -cut / (2.0 * s2)])
        mixed = 1.0 / (2.0 * s2 * s)
        c2 = np.array([[0.0 * s, mixed], [mixed, 3.0 * cut / (4.0 * s2**2)]])
        a1 = np.stack([*(-(1.0 - delta) * density * c1), below])
        a2 = np.zeros((3, 3, len(s)))
        a2[:2, :2] = -(1.0 - delta) * density * (c2 - cut * c1[:, None] * c1)
        a2[:2, 2] = a2[2, :2] = density * c1
        count = float(self.above.sum())
        gradient = -(a1 / seen).sum(axis=1)
        gradient += [
            float((r / s2).sum()),
            float((r**2 / s2**2 - 1.0 / s2).sum()) / 2.0,
            count / delta,
        ]
        hessian = -(a2 / seen - a1[:, None] * a1 / seen**2).sum(axis=2)
        hessian[0, 0] -= (1.0 / s2).sum()
        hessian[0, 1] -= (r / s2**2).sum()
        hessian[1, 0] -= (r / s2**2).sum()
        hessian[1, 1] += (0.5 / s2**2 - r**2 / s2**3).sum()
        hessian[2, 2] -= count / delta**2
        return gradient, hessian


def _peak(likelihood: Likelihood) -> FloatArray:
    """(mu, tau2, delta) at the highest peak: several starts, then Newton's steps."""
    from scipy import optimize

    ones = np.ones((len(likelihood.y), 1))
    tau2 = between_studies(likelihood.y, likelihood.v, ones, "ML")
    mean = float(weighted_fit(likelihood.y, likelihood.v, ones, tau2).coefficients[0])
    spread = max(tau2, 0.1)

    def lost(at: FloatArray) -> tuple[float, FloatArray]:
        where = np.array([at[0], at[1], math.exp(at[2])])
        slope = -likelihood.slopes(where)[0]
        return -likelihood.value(where), slope * [1.0, 1.0, where[2]]

    ends = [
        optimize.minimize(
            lost,
            np.array([shift, spread, math.log(delta)]),
            jac=True,
            method="L-BFGS-B",
            bounds=[(None, None), (0.0, None), (-12.0, 12.0)],
        )
        for delta in _STARTS
        for shift in (mean, 0.5 * mean)
    ]
    best = min(ends, key=lambda end: float(end.fun)).x
    return _polished(likelihood, np.array([best[0], best[1], math.exp(best[2])]))


def _polished(likelihood: Likelihood, start: FloatArray) -> FloatArray:
    """Go to the end by Newton's steps; tau2 stays at 0 where it is pushed down."""
    at = start
    for _ in range(_STEPS):
        gradient, hessian = likelihood.slopes(at)
        if at[1] < 1e-7 and gradient[1] < 0.0:
            at = np.array([at[0], 0.0, at[2]])
            gradient, hessian = likelihood.slopes(at)
        free = np.array([True, at[1] > 0.0 or gradient[1] > 0.0, True])
        curvature = -hessian[np.ix_(free, free)]
        if np.linalg.eigvalsh(curvature)[0] <= 0.0:
            break
        step = np.zeros(3)
        step[free] = np.linalg.solve(curvature, gradient[free])
        if at[1] == 0.0 and step[1] < 0.0:
            step = np.array([step[0], 0.0, step[2]])
        while at[1] + step[1] < 0.0 or at[2] + step[2] <= 0.0:
            step *= 0.5
        at = at + step
        if (np.abs(step) <= 1e-11 * (np.abs(at) + 1e-3)).all():
            return at
    raise SolveError(
        "the selection model has no peak that could be found; too few effects on one "
        "side of the step: use pet_peese, or another step"
    )


def _worded(
    likelihood: Likelihood,
    found: FloatArray,
    scale: tuple[float, float, float, float],
) -> Selection:
    """Back to the user's unit and side, with errors and tests."""
    sign, unit, step, level = scale
    free = np.array([True, found[1] > 0.0, True])
    curvature = -likelihood.slopes(found)[1][np.ix_(free, free)]
    errors = np.full(3, np.nan)
    errors[free] = np.sqrt(np.diag(np.linalg.inv(curvature)))
    estimate, se = sign * unit * float(found[0]), unit * float(errors[0])
    delta, delta_se = float(found[2]), float(errors[2])
    critical = quantile(level, None)
    k = len(likelihood.y)
    height = likelihood.value(found)
    ratio = max(0.0, 2.0 * (height - _unselected(likelihood)))
    return Selection(
        k=k,
        significant=k - int(likelihood.above.sum()),
        step=step,
        alternative="greater" if sign > 0 else "less",
        estimate=estimate,
        se=se,
        statistic=estimate / se,
        p=two_sided(estimate / se, None),
        ci95=(estimate - critical * se, estimate + critical * se),
        tau2=float(found[1]) * unit**2,
        tau2_se=float(errors[1]) * unit**2 if free[1] else None,
        delta=delta,
        delta_se=delta_se,
        delta_ci95=(max(0.0, delta - critical * delta_se), delta + critical * delta_se),
        log_likelihood=height - k * math.log(unit),
        ratio=ratio,
        ratio_p=chi_square_p(ratio, 1),
    )


def _unselected(likelihood: Likelihood) -> float:
    """Log-likelihood of the plain model."""
    y, v = likelihood.y, likelihood.v
    ones = np.ones((len(y), 1))
    tau2 = between_studies(y, v, ones, "ML")
    return weighted_fit(y, v, ones, tau2).log_likelihood(restricted=False)
