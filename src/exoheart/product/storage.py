"""Storage: what waiting, freezing and drying leave, whole vesicles and counts apart.

Between the filled vial and the patient. Potency follows whole vesicles, so each loss
takes from them; a counter also finds debris and pieces of clumps, so its number may
rise while vesicles break. Read next: :mod:`exoheart.product.ledger`.

References
----------
Evtushenko2020 (losses at 4 degC by tube and buffer); every other rate is assumed.
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
#: Below this a vial lies in liquid nitrogen or its vapour [degC].
_NITROGEN = -150.0
_FROZEN = frozenset({"deep_frozen", "frozen"})
_MEASURED_H = 48.0


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
    """Give the share of vesicles left whole by storage: what potency follows.

    ``kept = exp(-k * t) * (1 - f)**n`` (assumed), times what drying keeps. In the
    refrigerator `t` is cut at the plateau, since the loss there is mostly adsorption
    to a wall that fills.

    Parameters
    ----------
    storage
        Temperature, time [h], freeze-thaw cycles, tube, buffer, dried or not.
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
    waited = _waited(storage, priors, uniforms)
    lost = draw(priors, uniforms, "product.freeze_thaw_loss")
    kept = waited * (1.0 - lost) ** storage.freeze_thaw
    if storage.lyophilised:
        kept = kept * draw(priors, uniforms, "product.lyophilised_kept")
    return np.asarray(kept)


def storage_counted(storage: Storage, priors: Priors, uniforms: Uniforms) -> FloatArray:
    """Give the share of particles that a counter still finds after storage.

    What sticks to a wall is gone for the counter too; what breaks while frozen or dry
    leaves particles that count (assumed). Thawing and wetting each turn the count by a
    factor that goes either way, so the share may exceed 1.

    Returns
    -------
    ndarray, shape (outer,)
        Above 0.

    Raises
    ------
    InputError
        As :func:`storage_kept`.
    """
    waited = _waited(storage, priors, uniforms)
    turned = draw(priors, uniforms, "product.freeze_thaw_count")
    liquid = not _solid(storage)
    times = storage.freeze_thaw + int(storage.lyophilised)
    return np.asarray((waited if liquid else np.ones_like(waited)) * turned**times)


def _solid(storage: Storage) -> bool:
    """Whether nothing can move to a wall: frozen or dry."""
    return storage.lyophilised or storage_class(storage.temperature_c) in _FROZEN


def _waited(storage: Storage, priors: Priors, uniforms: Uniforms) -> FloatArray:
    """Give the share that the time of waiting leaves whole, shape (outer,)."""
    if storage.duration_h < 0 or storage.freeze_thaw < 0:
        raise InputError(
            f"storage met {storage.duration_h:g} h and {storage.freeze_thaw} "
            "freeze-thaw cycles; allowed: zero or more; give both as counted"
        )
    name = storage_class(storage.temperature_c)
    if storage.lyophilised:
        rate = _dry_rate(name, priors, uniforms)
    elif name in _FROZEN:
        rate = _frozen_rate(name, storage, priors, uniforms)
    else:
        rate = _liquid_rate(name, storage, priors, uniforms)
    time = np.full(rate.shape, storage.duration_h)
    if name == "cold" and not storage.lyophilised:
        plateau = draw(priors, uniforms, "product.cold_plateau_time", "hour")
        time = np.minimum(time, plateau)
    return np.asarray(np.exp(-rate * time))


def _dry_rate(name: str, priors: Priors, uniforms: Uniforms) -> FloatArray:
    """Give the loss rate of a dry product [1/h]: slower with every colder class."""
    colder = [each for _, each in reversed(_CLASSES)].index(name)
    fold = draw(priors, uniforms, "product.lyophilised_cold_fold")
    rate = draw(priors, uniforms, "product.loss_rate.lyophilised", "1/hour")
    return np.asarray(rate * fold**colder)


def _frozen_rate(
    name: str, storage: Storage, priors: Priors, uniforms: Uniforms
) -> FloatArray:
    """Give the loss rate of a frozen product [1/h]; sugar slows it."""
    rate = draw(priors, uniforms, f"product.loss_rate.{name}", "1/hour")
    if storage.buffer == "saline with sugar":
        rate = rate * draw(priors, uniforms, "product.sugar_fold")
    return rate


def _liquid_rate(
    name: str, storage: Storage, priors: Priors, uniforms: Uniforms
) -> FloatArray:
    """Give the loss rate of a liquid product [1/h].

    A low-binding tube and conditioned medium each keep vesicles from the wall; with
    both, the smaller loss counts. At room temperature they help by the same factor as
    in the refrigerator (assumed).
    """

    def rate(row: str) -> FloatArray:
        return draw(priors, uniforms, f"product.loss_rate.{row}", "1/hour")

    helped = [
        rate(row)
        for helps, row in (
            (storage.tube == "low-binding", "cold_low_binding"),
            (storage.buffer == "conditioned medium", "cold_conditioned_medium"),
        )
        if helps
    ]
    own = rate(name)
    if not helped:
        return own
    least = np.min(helped, axis=0)
    return np.asarray(least if name == "cold" else own * least / rate("cold"))


def storage_notes(storage: Storage) -> tuple[str, ...]:
    """Say what a reader must know of the storage."""
    name = storage_class(storage.temperature_c)
    if storage.lyophilised:
        return _dry_notes(storage)
    if name == "cold" and storage.duration_h > _MEASURED_H:
        return (
            "loss in the refrigerator was measured for 48 h; after a plateau time "
            "(assumed, 2 to 7 days) no further loss is counted",
        )
    if name not in _FROZEN:
        return ()
    notes = []
    if storage.freeze_thaw == 0:
        notes.append("a frozen product is thawed once before use; no cycle is counted")
    if storage.tube == "low-binding":
        notes.append("the tube counts while the product is liquid, not frozen")
    return tuple(notes)


def _dry_notes(storage: Storage) -> tuple[str, ...]:
    """Say what a reader must know of a dried product."""
    notes = ["lyophilised: what drying keeps and the loss while dry are assumed"]
    if storage.freeze_thaw > 0:
        notes.append(
            "a dry product has nothing to freeze; its freeze-thaw cycles are taken as "
            "before drying or after wetting, and each counts"
        )
    if storage.temperature_c <= _NITROGEN:
        notes.append(
            "a lyophilised product in liquid nitrogen is odd: dry, it keeps warmer"
        )
    return tuple(notes)
