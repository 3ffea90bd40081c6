"""Storage: the share of vesicles that waiting and thawing leave whole.

Between the filled vial and the patient. Counts can rise on thawing while vesicles
break, so this is the share of whole vesicles, not of counted particles.

References
----------
Evtushenko2020 (the loss at 4 degC); every other rate is assumed.
"""

from __future__ import annotations

import numpy as np

from exoheart.errors import InputError
from exoheart.records.prior import Priors
from exoheart.records.product import FloatArray, Uniforms, draw
from exoheart.records.study import Storage

#: Highest temperature [degC] of each class, coldest first, and its rate's last part.
_CLASSES: tuple[tuple[float, str], ...] = (
    (-60.0, "deep_frozen"),
    (-5.0, "frozen"),
    (12.0, "cold"),
    (40.0, "room"),
)
_COLDEST = -200.0


def storage_class(temperature_c: float) -> str:
    """Give the class of a storage temperature.

    Raises
    ------
    InputError
        Colder than liquid nitrogen or warmer than 40 degC.

    Examples
    --------
    >>> storage_class(-80.0), storage_class(4.0)
    ('deep_frozen', 'cold')
    """
    if temperature_c >= _COLDEST:
        for highest, name in _CLASSES:
            if temperature_c <= highest:
                return name
    raise InputError(
        f"storage temperature met {temperature_c:g} degC; allowed: {_COLDEST:g} to "
        f"{_CLASSES[-1][0]:g} degC; give the temperature at which the vials wait"
    )


def storage_kept(storage: Storage, priors: Priors, uniforms: Uniforms) -> FloatArray:
    """Give the share of vesicles left whole by storage.

    ``kept = exp(-k * t) * (1 - f)**n`` (assumed); at refrigerator temperature `t` is
    cut at the plateau, since the loss there is mostly adsorption to a wall that fills.

    Parameters
    ----------
    storage
        Temperature, time [h], freeze-thaw cycles.
    priors
        Parameters of the study.
    uniforms
        Source of the draws.

    Returns
    -------
    ndarray, shape (outer,)
        Between 0 and 1.

    Raises
    ------
    InputError
        A temperature nobody stores vesicles at, a negative time or number of cycles.

    References
    ----------
    Evtushenko2020.
    """
    if storage.duration_h < 0 or storage.freeze_thaw < 0:
        raise InputError(
            f"storage met {storage.duration_h:g} h and {storage.freeze_thaw} "
            "freeze-thaw cycles; allowed: zero or more; give both as counted"
        )
    name = storage_class(storage.temperature_c)
    rate = draw(priors, uniforms, f"product.loss_rate.{name}", "1/hour")
    time = np.full(rate.shape, storage.duration_h)
    if name == "cold":
        plateau = draw(priors, uniforms, "product.cold_plateau_time", "hour")
        time = np.minimum(time, plateau)
    lost = draw(priors, uniforms, "product.freeze_thaw_loss")
    return np.asarray(np.exp(-rate * time) * (1.0 - lost) ** storage.freeze_thaw)


def storage_notes(storage: Storage) -> tuple[str, ...]:
    """Say what a reader must know of the storage."""
    name = storage_class(storage.temperature_c)
    if name == "cold" and storage.duration_h > 48:
        return (
            "loss in the refrigerator was measured for 48 h; after a plateau time "
            "(assumed, 2 to 7 days) no further loss is counted",
        )
    if name in {"deep_frozen", "frozen"} and storage.freeze_thaw == 0:
        return ("a frozen product is thawed once before use; no cycle is counted",)
    return ()
