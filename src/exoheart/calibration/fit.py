"""Fitting one module: the most probable values, then draws of the posterior.

The optimiser is SciPy's least squares (the prior is one residual per unknown), the
sampler PINTS' adaptive Metropolis, both kept libraries. Parameter sets of one step are
solved together.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from exoheart.calibration.problem import Problem

FloatArray = npt.NDArray[np.float64]
Progress = Callable[[int, int], None]
_STEP = 0.02
#: Coordinates stay within this many prior standard deviations.
_FAR = 4.0
CHAINS = 4


def optimum(problem: Problem, *, workers: int = 1, evaluations: int = 20) -> FloatArray:
    """Give the most probable coordinates of a problem, shape (unknown,)."""
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
        np.zeros(count),
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
    draws : ndarray, shape (chain, step, unknown)
        Coordinates after warm-up.
    rhat : ndarray, shape (unknown,)
        Between-chain over within-chain spread; near 1 where the chains agree.
    accepted
        Share of steps taken.
    """

    draws: FloatArray
    rhat: FloatArray
    accepted: float

    @property
    def flat(self) -> FloatArray:
        """All draws, shape (chain * step, unknown)."""
        return self.draws.reshape(-1, self.draws.shape[-1])


def sample(
    problem: Problem,
    start: FloatArray,
    *,
    seed: int,
    steps: int,
    workers: int = 1,
    on_progress: Progress | None = None,
) -> Sampled:
    """Draw from the posterior by adaptive Metropolis, several chains side by side.

    Parameters
    ----------
    problem
        What to sample.
    start : ndarray, shape (unknown,)
        The optimum.
    seed
        Same seed, same draws.
    steps
        Of each chain; the first half is warm-up and thrown away.
    workers
        Processes.
    on_progress
        Called with steps done and wanted.
    """
    import pints

    np.random.seed(seed)  # noqa: NPY002 - the sampler draws from NumPy's global state
    wide = _widths(problem, start, workers)
    chains = []
    for _ in range(CHAINS):
        begin = start + np.random.normal(size=len(start)) * wide  # noqa: NPY002
        chain = pints.HaarioBardenetACMC(begin, np.diag((0.3 * wide) ** 2))
        chain.set_initial_phase(True)
        chains.append(chain)
    kept = np.empty((CHAINS, steps, len(start)))
    taken = 0
    for step in range(steps):
        if step == steps // 10:
            for chain in chains:
                chain.set_initial_phase(False)
        asked = np.array([chain.ask() for chain in chains])
        values = problem.log_posterior(asked, workers=workers)
        for number, (chain, value) in enumerate(zip(chains, values, strict=True)):
            current, _, new = chain.tell(float(value))
            kept[number, step] = current
            taken += bool(new)
        if on_progress is not None:
            on_progress(step + 1, steps)
    draws = kept[:, steps // 2 :]
    rhat = np.asarray(pints.rhat(draws)) if len(start) else np.empty(0)
    return Sampled(draws, rhat, taken / (CHAINS * steps))


def _widths(problem: Problem, at: FloatArray, workers: int) -> FloatArray:
    """Give the posterior's standard deviations by its curvature, shape (unknown,)."""
    count = len(at)
    steps = np.vstack([at + _STEP * np.eye(count), at - _STEP * np.eye(count)])
    off = problem.misfits(steps, workers=workers)
    slopes = (off[:count] - off[count:]).T / (2 * _STEP)
    precision = slopes.T @ slopes + np.eye(count)
    return np.sqrt(np.diag(np.linalg.inv(precision)))
