"""What a study costs to run: solves, exactly, and minutes, roughly.

The times per solve were measured on a two-core machine with libRoadRunner; they only
say how long to wait and change with the engine.
"""

from __future__ import annotations

from exoheart.prediction.sampling import horizon
from exoheart.records.study import Study

#: Time of one solve [s], and more for each day that follows a dose.
_SOLVE_S, _TREATED_DAY_S = 0.010, 0.005
_LEAST_MINUTES = 0.1


def rough_minutes(study: Study, members: int, workers: int) -> float:
    """Give the time of one prediction [min], good to a factor of about two.

    Parameters
    ----------
    study
        Arms without a dose share their solves; the others are solved to the last
        endpoint.
    members
        Members per arm.
    workers
        Processes.
    """
    treated = sum(arm.dose is not None for arm in study.arms)
    bare = treated < len(study.arms)
    seconds = (treated + bare) * _SOLVE_S
    seconds += treated * horizon(study) / 24 * _TREATED_DAY_S
    return max(_LEAST_MINUTES, round(seconds * members / workers / 60, 1))
