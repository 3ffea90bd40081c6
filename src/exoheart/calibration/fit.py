"""Fitting one module: the most probable values, then draws of the posterior.

The optimiser is SciPy's least squares (the prior is one residual per unknown). The
posterior is drawn by importance sampling around the optimum: its draws are independent,
so that they are solved in batches, and their worth is known.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from exoheart.calibration.problem import Problem

FloatArray = npt.NDArray[np.float64]
Progress = Callable[[int, int], None]
_STEP = 0.02
#: Coordinates stay within this many prior standard deviations.
_FAR = 4.0
#: Rounds of importance sampling, draws solved at once, draws kept.
_ROUNDS, _BATCH, KEPT = 4, 64, 1000
#: Degrees of freedom of the proposal: heavier tails than a normal posterior's.
_TAILS = 10.0
#: Effective draws per unknown at which seen and earlier covariance count the same.
_DOUBT = 5.0


def optimum(
    problem: Problem,
    start: FloatArray | None = None,
    *,
    workers: int = 1,
    evaluations: int = 20,
) -> FloatArray:
    """Give the most probable coordinates of a problem, shape (unknown,).

    Parameters
    ----------
    problem
        What to fit.
    start : ndarray, shape (unknown,), optional
        Where to begin; the priors' medians if not given.
    workers
        Processes.
    evaluations
        Steps at most.
    """
    from scipy.optimize import least_squares

    count = len(problem.unknowns)

    def residuals(at: FloatArray) -> FloatArray:
        return np.append(problem.misfits(at[None, :])[0], at)

    def slopes(at: FloatArray) -> FloatArray:
        steps = np.vstack([at + _STEP * np.eye(count), at - _STEP * np.eye(count)])
        off = problem.misfits(steps, workers=workers)
        rows = (off[:count] - off[count:]) / (2 * _STEP)
        return np.vstack([rows.T, np.eye(count)])

    found = least_squares(
        residuals,
        np.zeros(count) if start is None else start,
        jac=slopes,
        bounds=(-_FAR, _FAR),
        max_nfev=evaluations,
        xtol=1e-3,
        ftol=1e-4,
        gtol=1e-6,
    )
    return np.asarray(found.x)


@dataclass(frozen=True)
class Sampled:
    """Draws of a posterior.

    Parameters
    ----------
    draws : ndarray, shape (draw, unknown)
        Coordinates, equally weighted.
    effective
        How many independent draws the weights are worth.
    proposed
        Draws of the last round, before weighting.
    """

    draws: FloatArray
    effective: float
    proposed: int


def sample(
    problem: Problem,
    best: FloatArray,
    random: np.random.Generator,
    *,
    draws: int,
    workers: int = 1,
    on_progress: Progress | None = None,
) -> Sampled:
    """Draw from the posterior by importance sampling in rounds.

    The first round proposes from a multivariate t around the optimum, as wide as the
    misfits curve there; each later round from the weighted draws before it; the last,
    largest one is weighted and resampled. Draws are independent, so that a batch is
    solved at once.

    Parameters
    ----------
    problem
        What to sample.
    best : ndarray, shape (unknown,)
        The optimum.
    random
        Stream of random numbers.
    draws
        Proposed in the last round; the rounds before take a third each.
    workers
        Processes.
    on_progress
        Called with draws done and wanted.
    """
    middle, spread = best, _covariance(problem, best, workers)
    sizes = [draws // 3] * (_ROUNDS - 1) + [draws]
    done = 0
    for size in sizes:
        proposal = stats.multivariate_t(middle, spread, df=_TAILS, seed=random)
        proposed = np.atleast_2d(proposal.rvs(size)).reshape(size, len(best))
        logs = np.empty(size)
        for first in range(0, size, _BATCH):
            part = slice(first, min(first + _BATCH, size))
            logs[part] = problem.log_posterior(proposed[part], workers=workers)
            done += part.stop - part.start
            if on_progress is not None:
                on_progress(done, sum(sizes))
        logs -= proposal.logpdf(proposed)
        weights = np.exp(logs - np.max(logs))
        weights /= np.sum(weights)
        effective = float(1.0 / np.sum(weights**2))
        middle = weights @ proposed
        away = proposed - middle
        seen = (weights[:, None] * away).T @ away
        # few effective draws say little of a covariance: keep part of the one before
        trust = effective / (effective + _DOUBT * len(best))
        spread = trust * seen + (1.0 - trust) * spread
    # systematic resampling: one uniform, evenly spaced places
    places = (np.arange(KEPT) + random.uniform()) / KEPT
    picked = np.searchsorted(np.cumsum(weights), places).clip(0, size - 1)
    return Sampled(proposed[picked], effective, size)


def _covariance(problem: Problem, at: FloatArray, workers: int) -> FloatArray:
    """Give the posterior's covariance by its curvature, shape (unknown, unknown)."""
    count = len(at)
    steps = np.vstack([at + _STEP * np.eye(count), at - _STEP * np.eye(count)])
    off = problem.misfits(steps, workers=workers)
    slopes = (off[:count] - off[count:]).T / (2 * _STEP)
    precision = slopes.T @ slopes + np.eye(count)
    return np.asarray(np.linalg.inv(precision), dtype=np.float64)
