"""What a method makes of the truth: scars that shrink, oedema, readers who err.

In: noise-free observables of the model. Out: the value that a method without error
would give, and the size of its error; :mod:`exoheart.trial` draws the readings.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from exoheart.errors import InputError
from exoheart.outcome.endpoints import OEDEMA, SHRINKAGE, Measure
from exoheart.records.trial import Noise

FloatArray = npt.NDArray[np.float64]


def true_value(
    measure: Measure,
    method: str,
    observables: Mapping[str, npt.ArrayLike],
    hours: npt.ArrayLike,
    parameters: Mapping[str, npt.ArrayLike],
) -> FloatArray:
    """Give what a method without error would read.

    A scar shrinks from its acute size to ``1 - r (1 - exp(-t / tau))`` of it (r:
    share lost, tau: time); oedema makes an early reading ``1 + x exp(-t / T)`` times
    too large (x: excess at reflow, T: time). Each for the methods that the table
    marks; both forms are assumed. A reading never passes the end of its scale.

    Parameters
    ----------
    measure
        What is measured.
    method
        How.
    observables
        By id; needs the measure's own. Any shape.
    hours : array_like, broadcast against the observable
        Since reperfusion, or since occlusion where there is none [h].
    parameters
        What ``measure.reads(method)`` names, in the units of
        :data:`exoheart.outcome.endpoints.READINGS`; broadcast against the observable.

    Returns
    -------
    ndarray
        In the measure's unit.

    Raises
    ------
    InputError
        The method doesn't measure this quantity.

    References
    ----------
    Pokorney2012 (shrinkage), PigCMRTimeCourse (early excess).
    """
    measure.error_id(method)
    value = np.asarray(observables[measure.observable], dtype=np.float64)
    since = np.maximum(np.asarray(hours, dtype=np.float64), 0.0)
    if method in measure.shrinks:
        lost, time = _pair(parameters, SHRINKAGE)
        value = value * (1.0 - lost * -np.expm1(-since / time))
    if method in measure.swells:
        excess, time = _pair(parameters, OEDEMA)
        swollen = np.where(np.asarray(hours) < 0, 0.0, excess * np.exp(-since / time))
        value = np.minimum(value * (1.0 + swollen), measure.high)
    return np.asarray(value)


def _pair(
    parameters: Mapping[str, npt.ArrayLike], ids: tuple[str, str]
) -> tuple[FloatArray, FloatArray]:
    size, time = (np.asarray(parameters[id_], dtype=np.float64) for id_ in ids)
    return size, time


def measure_noise(
    measure: Measure, method: str, parameters: Mapping[str, npt.ArrayLike]
) -> Noise:
    """Give the error of a method as a trial needs it.

    Parameters
    ----------
    measure
        What is measured.
    method
        How.
    parameters
        Needs ``measure.error_id(method)``: in the measure's unit (``sd``) or as a
        share of the value (``cv``); a number, or shape (outer,).

    Raises
    ------
    InputError
        The method doesn't measure this quantity, or its error is missing or negative.
    """
    name = measure.error_id(method)
    if name not in parameters:
        raise InputError(
            f"the error {name!r} of {method} is missing; allowed: a row of that id; "
            "add it to the parameter tables"
        )
    size = np.atleast_1d(np.asarray(parameters[name], dtype=np.float64))
    if not np.all(size >= 0):
        raise InputError(
            f"the error {name!r} is {float(np.min(size)):g}; allowed: 0 or more; "
            "change its row or override"
        )
    return Noise(measure.error, size, measure.low, measure.high)
