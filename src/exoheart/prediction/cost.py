"""What a plan costs to run: minutes, roughly.

A solve takes as many steps as there are doses and days to follow; the constants were
measured with the examples of this project on two cores with eight lanes each (AVX-512).
They only say how long to wait and change with engine and machine.
"""

from __future__ import annotations

from exoheart.prediction.sampling import horizon
from exoheart.records.study import Study

#: Time of one step of one member [s], and of recording one member's whole course.
_STEP_S, _RECORDED_S = 1.7e-6, 3e-4
#: Steps of a member without a dose, and for each day that it is followed.
_BARE, _BARE_DAY = 110.0, 0.5
#: Steps of a member with a dose, for each dose, and for each day.
_TREATED, _DOSE, _TREATED_DAY = 190.0, 65.0, 2.0
#: Other arms that a plan compares, and which share of the members it takes for them:
#: six routes at three doses, five sources and two delays; two animals of eight.
_ALTERNATIVES, _OF_MEMBERS = 25, 0.25
#: Draws of one animal that a plan adds to rank what is unknown, in two arms each.
_MORE_DRAWS = 512
#: What one thread does before, between and after the solves [s].
_ALONE_S = 3.0


def rough_minutes(study: Study, members: int, workers: int) -> float:
    """Give the time of one plan [min], good to a factor of about two.

    Parameters
    ----------
    study
        Arms without a dose share their solves; the others are solved to the last
        endpoint. Alternatives and more draws come with the first treated arm.
    members
        Members per arm.
    workers
        Threads that solve.

    Returns
    -------
    float
        To two digits; the first plan on a machine takes some seconds more, in which
        the model is turned into machine code.
    """
    days = horizon(study) / 24.0
    bare = (_BARE + _BARE_DAY * days) * _STEP_S
    doses = [arm.times for arm in study.arms if arm.dose is not None]
    each = [
        (_TREATED + _DOSE * times + _TREATED_DAY * days) * _STEP_S for times in doses
    ]
    seconds = members * (sum(each) + len(doses) * _RECORDED_S)
    if len(doses) < len(study.arms):
        seconds += members * (bare + _RECORDED_S)
    if each:
        seconds += members * _OF_MEMBERS * (_ALTERNATIVES * each[0] + bare)
        seconds += _MORE_DRAWS * (each[0] + bare)
    return float(f"{(_ALONE_S + seconds / workers) / 60.0:.2g}")
