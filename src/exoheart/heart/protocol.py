"""How an infarct is made, as rows of a schedule: the only place that knows it.

In: the infarct model of the study and a member's own flows. Out: actions for the
engine. The model text has no events: the schedule sets the flow of the area at risk at
occlusion, and the flow it returns to at reperfusion.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from exoheart.engine.members import Action, Actions, Schedule
from exoheart.errors import InputError, closest

FloatArray = npt.NDArray[np.float64]
MODELS: tuple[str, ...] = ("ischaemia-reperfusion", "permanent ligation", "none")
_READ = ("heart_collateral_flow", "heart_no_reflow")


def infarct_actions(
    member: int,
    model: str,
    occlusion_h: float | None,
    parameters: Mapping[str, float],
) -> tuple[Action, ...]:
    """Give the schedule of one member's infarct.

    Flow falls to the member's collateral flow at time 0. With reperfusion it returns,
    within a minute, to the normal flow less the share that microvascular obstruction
    withholds. A sham has no rows.

    Parameters
    ----------
    member
        Index of the member in its block.
    model
        One of :data:`MODELS`.
    occlusion_h
        Length of the occlusion [h]; only for ``ischaemia-reperfusion``.
    parameters
        By text id; reads ``heart_collateral_flow`` and ``heart_no_reflow``, both
        shares of normal flow.

    Returns
    -------
    tuple of Action
        In the order of time.

    Raises
    ------
    InputError
        The model is unknown, or the occlusion is missing or not a length of time.

    Examples
    --------
    >>> flows = {"heart_collateral_flow": 0.02, "heart_no_reflow": 0.0}
    >>> [a.target for a in infarct_actions(0, "permanent ligation", None, flows)]
    ['heart_flow', 'heart_flow_target']
    """
    own = {id_: np.array([float(parameters[id_])]) for id_ in _READ}
    length = None if occlusion_h is None else np.array([occlusion_h])
    rows = Schedule.joined(infarct_columns(model, length, own))
    return tuple(replace(row, member=member) for row in rows)


def infarct_columns(
    model: str, occlusion_h: FloatArray | None, parameters: Mapping[str, FloatArray]
) -> tuple[Actions, ...]:
    """Give the schedules of the infarcts of many members at once.

    Parameters
    ----------
    model
        One of :data:`MODELS`.
    occlusion_h : ndarray, shape (n,), or None
        Length of each occlusion [h].
    parameters
        By text id, each of shape (n,); as for :func:`infarct_actions`.

    Returns
    -------
    tuple of Actions
        What :func:`infarct_actions` gives for each of members 0 to n - 1.

    Raises
    ------
    InputError
        As for :func:`infarct_actions`.
    """
    if model not in MODELS:
        raise InputError(
            f"infarct model {model!r} is unknown; allowed: {', '.join(MODELS)}; "
            f"nearest: {closest(model, MODELS) or 'none'}"
        )
    if model == "none":
        return ()
    collateral, closed = (parameters[id_] for id_ in _READ)
    every, start = np.arange(len(collateral)), np.zeros(len(collateral))
    occluded = tuple(
        Actions("set", target, every, start, collateral)
        for target in ("heart_flow", "heart_flow_target")
    )
    if model == "permanent ligation":
        return occluded
    _require_lengths(occlusion_h)
    ends = np.asarray(occlusion_h)
    opened = Actions("set", "heart_flow_target", every, ends, 1.0 - closed)
    some = np.flatnonzero(closed)
    obstructed = Actions(
        "set", "heart_obstructed_share", some, ends[some], closed[some]
    )
    return (*occluded, opened, obstructed)


def _require_lengths(occlusion_h: FloatArray | None) -> None:
    """Refuse occlusions that are no length of time."""
    met = [None] if occlusion_h is None else np.asarray(occlusion_h).tolist()
    wrong = [one for one in met if one is None or not 0.0 < one < np.inf]
    if wrong:
        raise InputError(
            f"occlusion of {wrong[0]!r} h; allowed: hours above 0 for "
            "ischaemia-reperfusion; give its length or use 'permanent ligation'"
        )
