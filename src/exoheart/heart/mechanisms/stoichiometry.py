"""The stoichiometric account: whether the vesicles that arrive carry enough to act.

Pure functions on draws. In: what the joined model recorded per cell group (vesicles
taken up per cell, peak copies in the cytosol, peak occupancies). Out: the account that
a report prints, with intervals. Nothing here changes a simulation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from exoheart.errors import InputError

FloatArray = npt.NDArray[np.float64]

#: A mechanism counts as able in a draw whose peak occupancy exceeds this: a convention.
ABLE = 0.1
#: Cell groups of ``cargo.ant``, with the words that a report uses.
GROUPS: Mapping[str, str] = MappingProxyType(
    {
        "risk_cardiomyocyte": "cardiomyocytes of the area at risk",
        "risk_macrophage": "macrophages of the area at risk",
        "endothelial": "endothelial cells of risk and border",
        "fibroblast": "fibroblasts of risk and border",
        "progenitor": "progenitor cells of risk and border",
        "cardiomyocyte": "cardiomyocytes of the whole ventricle",
    }
)


@dataclass(frozen=True, slots=True)
class Interval:
    """Median and central 90 % of draws."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, draws: FloatArray) -> Interval:
        """Summarise draws of any shape; draws that aren't finite are an error.

        Raises
        ------
        InputError
            No draws, or one that isn't a number.
        """
        flat = np.ravel(np.asarray(draws, dtype=np.float64))
        if not len(flat) or np.any(np.isnan(flat)):
            raise InputError(
                f"met {len(flat)} draws, {int(np.sum(np.isnan(flat)))} of them not a "
                "number; allowed: one number or more; leave failed members out"
            )
        # inverted_cdf takes draws as they are, so that infinite ones don't become NaN
        low, median, high = np.quantile(flat, [0.05, 0.5, 0.95], method="inverted_cdf")
        return cls(float(median), float(low), float(high))


@dataclass(frozen=True, slots=True)
class CellAccount:
    """The account of one cell group: all numbers are per cell.

    `shortfall` is copies needed over peak copies: 1 is just enough, 1e4 means that ten
    thousand times more would have to arrive. `share_enough` is the share of draws with
    a shortfall of 1 or less.
    """

    group: str
    vesicles_taken_up: Interval
    peak_copies: Interval
    copies_needed: Interval
    shortfall: Interval
    share_enough: float


def account(
    taken_up: Mapping[str, FloatArray],
    peak_copies: Mapping[str, FloatArray],
    copies_needed: FloatArray,
) -> tuple[CellAccount, ...]:
    """Give the account of each cell group.

    Parameters
    ----------
    taken_up : mapping of group to ndarray, shape (draws,)
        Vesicles taken up per cell by the end; a group that is missing is left out.
    peak_copies : mapping of group to ndarray, shape (draws,)
        Highest number of active copies in the cytosol of one cell.
    copies_needed : ndarray, shape (draws,)
        Copies for half of the effect.
    """
    needed = np.asarray(copies_needed, dtype=np.float64)
    made = []
    for group in (name for name in GROUPS if name in taken_up):
        peak = np.maximum(np.asarray(peak_copies[group], dtype=np.float64), 0.0)
        missing = np.full(np.broadcast(peak, needed).shape, np.inf)
        np.divide(needed, peak, out=missing, where=peak > 0.0)
        made.append(
            CellAccount(
                group,
                Interval.of(taken_up[group]),
                Interval.of(peak),
                Interval.of(needed),
                Interval.of(missing),
                float(np.mean(missing <= 1.0)),
            )
        )
    return tuple(made)


def vesicles_needed(
    copies_needed: FloatArray,
    copies_per_vesicle: FloatArray,
    escape_fraction: FloatArray,
    fusion_share: FloatArray,
) -> FloatArray:
    """Give the vesicles one cell must take up for half of the effect, without decay.

    Each vesicle brings ``copies * (fusion + (1 - fusion) * escape)`` to the cytosol;
    RNA that decays while vesicles arrive raises the number.

    Parameters
    ----------
    copies_needed, copies_per_vesicle, escape_fraction, fusion_share : ndarray
        Of one shape, or broadcastable.

    Returns
    -------
    ndarray
        Vesicles per cell; infinite where a vesicle brings nothing.

    Examples
    --------
    >>> float(vesicles_needed(1000.0, 0.00825, 0.3, 0.0).round(-3))
    404000.0
    """
    fusion = np.asarray(fusion_share, dtype=np.float64)
    entering = fusion + (1.0 - fusion) * np.asarray(escape_fraction, dtype=np.float64)
    brought = np.asarray(copies_per_vesicle, dtype=np.float64) * entering
    needed = np.asarray(copies_needed, dtype=np.float64)
    vesicles = np.full(np.broadcast(needed, brought).shape, np.inf)
    np.divide(needed, brought, out=vesicles, where=brought > 0.0)
    return vesicles


def able_shares(
    peak_occupancy: Mapping[str, FloatArray], threshold: float = ABLE
) -> dict[str, float]:
    """Give the share of draws in which each mechanism could act at all.

    Parameters
    ----------
    peak_occupancy : mapping of mechanism to ndarray, any shape
        Highest occupancy over time (of the signal asked about, or of all signals),
        recorded whatever the weight of the mechanism in the draw.
    threshold
        Occupancy above which it counts as able; a convention, printed beside the share.
    """
    return {
        name: float(np.mean(np.asarray(peak) > threshold))
        for name, peak in peak_occupancy.items()
    }
