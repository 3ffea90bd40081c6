"""How an infarct is made, as rows of a schedule: the only place that knows it.

In: the infarct model of the study and a member's own flows. Out: actions for the
engine. The model text has no events: the schedule sets the flow of the area at risk at
occlusion, and the flow it returns to at reperfusion.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from exoheart.engine import Action
from exoheart.errors import InputError, closest

MODELS: tuple[str, ...] = ("ischaemia-reperfusion", "permanent ligation", "none")


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
    if model not in MODELS:
        raise InputError(
            f"infarct model {model!r} is unknown; allowed: {', '.join(MODELS)}; "
            f"nearest: {closest(model, MODELS) or 'none'}"
        )
    if model == "none":
        return ()
    collateral = float(parameters["heart_collateral_flow"])
    occluded = tuple(
        Action(member, 0.0, "set", target, collateral)
        for target in ("heart_flow", "heart_flow_target")
    )
    if model == "permanent ligation":
        return occluded
    if occlusion_h is None or not math.isfinite(occlusion_h) or occlusion_h <= 0:
        raise InputError(
            f"occlusion of {occlusion_h!r} h; allowed: hours above 0 for "
            "ischaemia-reperfusion; give its length or use 'permanent ligation'"
        )
    closed = float(parameters["heart_no_reflow"])
    opened = Action(member, occlusion_h, "set", "heart_flow_target", 1.0 - closed)
    if closed == 0:
        return (*occluded, opened)
    obstructed = Action(member, occlusion_h, "set", "heart_obstructed_share", closed)
    return (*occluded, opened, obstructed)
