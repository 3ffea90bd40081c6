"""How much death is still open after half an hour of reflow: before and after the fit.

No parameter says it, and it decides more than any how much a product given at reflow
can spare: draws of what all animals share are run, and it is read from them.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from exoheart.calibration.animals import animals
from exoheart.calibration.heart_alone import REPERFUSION, Run, solve

FloatArray = npt.NDArray[np.float64]
#: Half an hour after reflow, and four days after it, when an infarct is complete [h].
_EARLY_H, _LATE_H = 0.5, 96.0
_LIVING = ("heart_viable", "heart_jeopardised")


def late_death(
    species: str,
    occlusion_min: float,
    *,
    fitted: bool,
    count: int = 256,
    seed: int = 0,
) -> FloatArray:
    """Give the share of all death by day four that falls after 30 min of reflow.

    Parameters
    ----------
    species
        The animal; area at risk, clocks and anatomy at their medians.
    occlusion_min
        Length of the occlusion [min].
    fitted
        Draw from the posterior, or from the priors before any fit.
    count, seed
        Of the draws.

    Returns
    -------
    ndarray, shape (count,)
        Shares [1]; NaN for a draw without any death.
    """
    drawn = animals(species, count, seed, fitted=fitted, layers={"parameter"})
    occlusion = occlusion_min / 60
    times = np.array([0.0, occlusion + _EARLY_H, occlusion + _LATE_H])
    runs = [Run(species, (REPERFUSION, occlusion), times, one) for one in drawn]
    solved = solve(runs, _LIVING, fitted=fitted)
    dead = 1.0 - solved[_LIVING[0]] - solved[_LIVING[1]]
    late = dead[:, 2] - dead[:, 1]
    some = dead[:, 2] > 0
    return np.where(some, late / np.where(some, dead[:, 2], 1.0), np.nan)
