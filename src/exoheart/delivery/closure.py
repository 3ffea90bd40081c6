"""What is left for the rest of the body: flows and volumes must not go below zero.

The model text gives the rest of the body what the heart doesn't take; a draw or an
override can make that negative, which no solver would notice. Check before solving.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from exoheart.delivery.blocks import ZONES
from exoheart.errors import InputError

FloatArray = npt.NDArray[np.float64]
#: Shares by whose remainder the text divides: at 1 a rate would be infinite.
_BELOW_ONE = (
    "delivery_arterial_share",
    "delivery_first_pass_extraction",
    "delivery_leave_share",
    "delivery_lodging_heart",
    "delivery_lodging_lung",
    "delivery_lodging_elsewhere",
)
#: Shares that the text divides by.
_ABOVE_ZERO = ("delivery_arterial_share", "delivery_repeat_exposure")


def closure_faults(parameters: Mapping[str, FloatArray]) -> tuple[str, ...]:
    """List what a set of draws leaves negative or empty.

    Parameters
    ----------
    parameters : mapping of text id to ndarray, each of shape (n,)
        In the units of the model text (mL, h, g).

    Returns
    -------
    tuple of str
        One sentence a fault; empty if all draws close.
    """
    mass = {zone: np.asarray(parameters[f"anatomy_{zone}_mass"]) for zone in ZONES}
    heart = np.sum(list(mass.values()), axis=0)
    output = np.asarray(parameters["delivery_cardiac_output"])
    coronary = np.asarray(parameters["delivery_myocardial_flow"]) * heart
    organs = (
        parameters["delivery_liver_flow_share"]
        + parameters["delivery_kidney_flow_share"]
    )
    rest_flow = output * (1.0 - organs) - coronary
    vessels = np.asarray(parameters["delivery_vascular_volume"]) * heart
    rest_blood = np.asarray(parameters["delivery_blood_volume"]) - vessels
    met = {
        "flow of the rest of the body [mL/h]": rest_flow,
        "blood outside the heart's vessels [mL]": rest_blood,
        **{f"mass of the {zone} zone [g]": value for zone, value in mass.items()},
        **{id_.replace("_", ".", 1): parameters[id_] for id_ in _ABOVE_ZERO},
        **{
            f"one minus {id_.replace('_', '.', 1)}": 1.0 - parameters[id_]
            for id_ in _BELOW_ONE
        },
    }
    return tuple(
        f"{name}: {int(np.sum(value <= 0.0))} of {np.size(value)} draws at or below "
        f"zero, lowest {np.min(value):.4g}"
        for name, value in met.items()
        if np.any(value <= 0.0)
    )


def require_closure(parameters: Mapping[str, FloatArray]) -> None:
    """Stop where a draw leaves the rest of the body a negative flow or volume.

    Raises
    ------
    InputError
        Some draw doesn't close; the message lists every fault.
    """
    faults = closure_faults(parameters)
    if faults:
        raise InputError(
            f"met {'; '.join(faults)}; allowed: above zero; mend the overrides of "
            "flows, volumes, body mass or shares"
        )
