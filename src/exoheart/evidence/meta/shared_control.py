"""Arms of one study that share a control: split it, or carry the covariance.

The same control animals stand in each comparison, so that pooling the arms as if they
were independent counts them more than once. Either each arm gets its share of the
control's animals (:func:`split_control`; simple, and still a little off), or the
sampling covariance between arms goes into
:func:`exoheart.evidence.meta.model.fit_correlated` (:func:`shared_control`; exact for
MD, to first order else).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from exoheart.errors import DataError, Fault, closest
from exoheart.evidence.meta.effects import MEASURES, FloatArray

#: Mean, standard deviation and animals of a group.
Group = tuple[float, float, float]


def split_control(n_control: float, arms: int) -> float:
    """Give each arm's share of the control's animals, a fraction if need be.

    Raises
    ------
    InputError
        No animals or no arm.

    Examples
    --------
    >>> split_control(6, 4)
    1.5
    """
    faults = []
    if not n_control > 0:
        faults.append(Fault("n_control", str(n_control), "above 0"))
    if arms < 1:
        faults.append(Fault("arms", str(arms), "1 or more"))
    if faults:
        raise DataError("shared control", faults)
    return n_control / arms


def shared_control(
    measure: str, treated: Sequence[Group], control: Group, **options: object
) -> tuple[FloatArray, FloatArray]:
    """Give the effects of all arms against one control and their covariance matrix.

    Off the diagonal, for arms i and j (Gleser2009 for SMD, N all animals)::

        MD    sc^2 / nc
        ROM   sc^2 / (nc mc^2)
        SMD   1 / nc + yi yj / (2 N)
        NMD   100^2 sc^2 / (nc D^2), times (mi - sham)(mj - sham) / D^2 with "delta"

    Parameters
    ----------
    measure
        ``MD``, ``SMD``, ``NMD`` or ``ROM``.
    treated
        One (mean, SD, n) an arm.
    control
        (mean, SD, n).
    **options
        Of the measure: ``sham``, ``error``, ``bias_corrected``.

    Returns
    -------
    tuple
        yi, shape (arms,), and V, shape (arms, arms), with the usual vi as diagonal.

    Raises
    ------
    InputError
        An unknown measure, no arm, a sham that isn't one number, or groups that the
        measure refuses.

    Examples
    --------
    >>> _, v = shared_control("MD", [(9, 2, 4), (8, 2, 4)], (5, 2, 4))
    >>> v.tolist()
    [[2.0, 1.0], [1.0, 2.0]]
    """
    if measure not in MEASURES or not treated:
        allowed = ", ".join(MEASURES) + ", with one arm or more"
        met = f"{measure!r} with {len(treated)} arms"
        nearest = None if measure in MEASURES else closest(measure, MEASURES)
        raise DataError("shared control", [Fault("measure", met, allowed, nearest)])
    sham = _sham(options.get("sham"))
    if "sham" in options:
        options["sham"] = sham
    means, deviations, counts = np.array(treated, dtype=np.float64).T
    yi, vi = MEASURES[measure](means, deviations, counts, *control, **options)
    mean, deviation, count = control
    error = deviation**2 / count
    if measure == "ROM":
        error = error / mean**2
    matrix = np.full((len(yi), len(yi)), error)
    if measure == "SMD":
        total = float(counts.sum()) + count
        matrix = 1.0 / count + np.outer(yi, yi) / (2.0 * total)
    elif measure == "NMD":
        lesion = mean - sham
        carried = np.ones(len(yi))
        if options.get("error") == "delta":
            carried = (means - sham) / lesion
        matrix = 1e4 * error / lesion**2 * np.outer(carried, carried)
    np.fill_diagonal(matrix, vi)
    return np.asarray(yi), matrix


def _sham(given: object) -> float:
    """Give the mean of animals without the disease: one number, 0 for None."""
    if given is None:
        return 0.0
    try:
        value = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError):
        value = np.empty(0)
    if value.size != 1 or not np.isfinite(value).all():
        allowed = "one finite number: the arms have one control"
        raise DataError("shared control", [Fault("sham", str(given), allowed)])
    return float(value.item())
