"""What the donor cells grow in, how often they are passaged and how long they take.

Beside :mod:`exoheart.product.culture`. Flat cultures go by area, stirred ones and
aggregates by volume. What a vessel holds is a parameter (``product.vessel_area.*``,
``product.vessel_volume.*``), so a user's own vessel is an ``[override]``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from exoheart.records.ageing import falling_doublings
from exoheart.records.product import FloatArray

#: Kind of vessel to what one and several of them are called.
VESSELS: Mapping[str, tuple[str, str]] = {
    "flask": ("flask", "flasks"),
    "ten_layer": ("ten-layer vessel", "ten-layer vessels"),
    "bioreactor": ("bioreactor run", "bioreactor runs"),
}
#: Flasks that a laboratory still handles side by side (assumed); above it, layers.
_MOST_FLASKS = 40

#: ``take(name, unit)`` draws ``product.<name>``, shape (outer,).
Take = Callable[[str, str], FloatArray]


@dataclass(frozen=True, slots=True)
class Housing:
    """What cells at harvest stand in; arrays of shape (outer,).

    `area` [cm2] is None for cultures that go by volume; `millilitres` is the medium of
    one harvest.
    """

    vessel: str
    vessels: FloatArray
    batches: FloatArray
    millilitres: FloatArray
    area: FloatArray | None = None


def house(cells: FloatArray, culture: str, take: Take) -> Housing:
    """Give cells their vessels, medium and batches.

    Parameters
    ----------
    cells : ndarray, shape (outer,)
        At harvest, all of them.
    culture
        What they are kept in: ``flask``, ``stirred_tank`` or ``bioreactor``.
    take
        Draws a parameter of the product stage.
    """
    if culture != "flask":
        return _stirred(cells, culture, take)
    area = cells / take("harvest_density", "cells/cm**2")
    vessel = flat_vessel(area, take("vessel_area.flask", "cm**2"))
    return Housing(
        vessel=vessel,
        vessels=vessels_needed(area, take(f"vessel_area.{vessel}", "cm**2")),
        batches=np.ceil(area / take("batch_area", "cm**2")),
        millilitres=area * take("medium_per_area", "mL/cm**2"),
        area=area,
    )


def _stirred(cells: FloatArray, culture: str, take: Take) -> Housing:
    """House cells by volume; one run is one batch (assumed)."""
    millilitres = cells / take(f"cells_per_volume.{culture}", "cells/mL")
    runs = vessels_needed(millilitres, take("vessel_volume.bioreactor", "mL"))
    return Housing("bioreactor", runs, runs, millilitres)


def flat_vessel(area: FloatArray, flask_area: FloatArray) -> str:
    """Give the kind of flat vessel: as large as the area asks for.

    Parameters
    ----------
    area, flask_area : ndarray, shape (outer,)
        Area that the cells need at the end, and that of one flask [cm2].

    Examples
    --------
    >>> flat_vessel(np.array([1e3]), np.array([175.0]))
    'flask'
    """
    few = float(np.median(area / flask_area)) <= _MOST_FLASKS
    return "flask" if few else "ten_layer"


def vessels_needed(size: FloatArray, of_one: FloatArray) -> FloatArray:
    """Give the whole vessels that hold an area or a volume, at least one."""
    return np.maximum(np.ceil(size / of_one), 1.0)


def passages_taken(
    doublings: FloatArray,
    used: FloatArray,
    limit: FloatArray,
    first: FloatArray,
    last: FloatArray,
) -> FloatArray:
    """Give how many passages doublings take, parts of one included.

    The one rule of ageing in culture. Doublings in one passage fall evenly with the
    doublings x behind the cells, from `first` in fresh cells to `last` where they stop
    (form assumed; that they fall is supported), ``d(x) = first - (first - last) * x /
    limit``, so that ``n = limit / (first - last) * ln(d(used) / d(used +
    doublings))``. Cells asked for more than `limit` doublings stay at `last`.

    Parameters
    ----------
    doublings, used, limit : ndarray, shape (outer,)
        To be made, behind the cells, and possible in all [1].
    first, last : ndarray, shape (outer,)
        Doublings in the first and in the last passage [1]; `first` above `last`.

    Returns
    -------
    ndarray, shape (outer,)
        Zero where nothing doubles.

    Examples
    --------
    >>> one = np.ones(1)
    >>> passages_taken(38 * one, 0 * one, 38 * one, 7.7 * one, 1.2 * one).round(2)
    array([10.87])
    """
    begin = np.minimum(used, limit)
    end = np.minimum(used + doublings, limit)
    beyond = doublings - (end - begin)
    last, slope = falling_doublings(first, last, limit)
    inside = np.log((first - slope * begin) / (first - slope * end)) / slope
    return np.asarray(inside + beyond / last)


def whole_passages(taken: FloatArray) -> FloatArray:
    """Round passages up to whole ones, shape (outer,)."""
    return np.asarray(np.ceil(taken - 1e-9))


def growth_hours(
    taken: FloatArray, first: FloatArray, doubling_time: FloatArray
) -> FloatArray:
    """Give how long passages last [h], shape (outer,).

    A passage lasts equally long however old the cells are (assumed): as long as the
    `first` doublings of fresh cells, ``first * doubling_time``. So cells double more
    slowly as they age, at most by ``first / last``.

    Parameters
    ----------
    taken : ndarray, shape (outer,)
        From :func:`passages_taken`.
    first : ndarray, shape (outer,)
        Doublings in the first passage [1].
    doubling_time : ndarray, shape (outer,)
        Of fresh cells [h].
    """
    return np.asarray(taken * first * doubling_time)
