"""What the donor cells grow in: vessels, seeding and passages.

Beside :mod:`exoheart.product.culture`. The area of a vessel is a parameter
(``product.vessel_area.*``), so a user's own vessel is an ``[override]``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from exoheart.records.product import FloatArray

#: Kind of vessel to what one and several of them are called.
VESSELS: Mapping[str, tuple[str, str]] = {
    "flask": ("flask", "flasks"),
    "ten_layer": ("ten-layer vessel", "ten-layer vessels"),
    "bioreactor": ("bioreactor run", "bioreactor runs"),
}
#: Conditionings that mean a culture on carriers or in aggregates, by part of the name.
_STIRRED = ("spinner", "stirred", "vertical wheel", "hollow", "bioreactor", "spheroid")
#: Flasks that a laboratory still handles side by side (assumed); above it, layers.
_MOST_FLASKS = 40


def vessel_kind(
    conditionings: Iterable[str], area: FloatArray, flask_area: FloatArray
) -> str:
    """Give the kind of vessel: as conditioned, else as large as the area asks for.

    Parameters
    ----------
    conditionings
        Names of what is done to the cells.
    area, flask_area : ndarray, shape (outer,)
        Area that the cells need at the end, and that of one flask [cm2].

    Examples
    --------
    >>> vessel_kind(("stirred tank",), np.array([1e3]), np.array([175.0]))
    'bioreactor'
    >>> vessel_kind((), np.array([1e3]), np.array([175.0]))
    'flask'
    """
    names = [name.lower() for name in conditionings]
    if any(word in name for name in names for word in _STIRRED):
        return "bioreactor"
    few = float(np.median(area / flask_area)) <= _MOST_FLASKS
    return "flask" if few else "ten_layer"


def vessels_needed(area: FloatArray, vessel_area: FloatArray) -> FloatArray:
    """Give the whole vessels that hold an area, at least one, shape (outer,)."""
    return np.maximum(np.ceil(area / vessel_area), 1.0)


def passages(
    doublings: FloatArray,
    used: FloatArray,
    limit: FloatArray,
    first: FloatArray,
    last: FloatArray,
) -> FloatArray:
    """Give how often the cells are passaged to double so often.

    Doublings in one passage fall evenly with the doublings behind the cells, from
    `first` in fresh cells to `last` where they stop (form assumed; that they fall is
    supported), ``d(x) = first - (first - last) * x / limit``, so that
    ``n = limit / (first - last) * ln(d(used) / d(used + doublings))``, rounded up.
    Cells asked for more than `limit` doublings stay at `last`.

    Parameters
    ----------
    doublings, used, limit : ndarray, shape (outer,)
        To be made, behind the cells, and possible in all [1].
    first, last : ndarray, shape (outer,)
        Doublings in the first and in the last passage [1]; `first` above `last`.

    Returns
    -------
    ndarray, shape (outer,)
        Whole numbers, zero where nothing doubles.

    Examples
    --------
    >>> one = np.ones(1)
    >>> passages(38 * one, 0 * one, 38 * one, 7.7 * one, 1.2 * one)
    array([11.])
    """
    begin = np.minimum(used, limit)
    end = np.minimum(used + doublings, limit)
    beyond = doublings - (end - begin)
    slope = (first - last) / limit
    inside = np.log((first - slope * begin) / (first - slope * end)) / slope
    return np.asarray(np.ceil(inside + beyond / last - 1e-9))
