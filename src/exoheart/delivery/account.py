"""Where the dose is: amounts of the model's states as shares of the dose.

Pure functions on arrays of any shape: a member, a time, or both. Fates are cumulative
for what leaves for good (outside, digested) and momentary for everything intact.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from exoheart.delivery.blocks import CELLS, ZONES
from exoheart.errors import ModelError

FloatArray = npt.NDArray[np.float64]


def _heart(zone: str) -> tuple[str, ...]:
    """Give the states that hold intact vesicles in one zone of the heart."""
    depot = () if zone == "remote" else (f"delivery_depot_{zone}",)
    return (
        *depot,
        f"delivery_vessels_{zone}",
        f"delivery_endothelium_{zone}",
        f"delivery_interstitium_{zone}",
        *(f"delivery_bound_{zone}_{cell}" for cell in CELLS),
        f"delivery_internalised_{zone}",
    )


#: Fate -> the states that hold it; together all states with vesicles, each once.
FATES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "outside": ("delivery_outside",),
        "airways": ("delivery_airway",),
        "gel or patch": ("delivery_gel",),
        "pericardial fluid": ("delivery_pericardial",),
        "blood": ("delivery_venous", "delivery_arterial", "delivery_coronary"),
        "blood cells": ("delivery_blood_cells",),
        "liver": ("delivery_liver",),
        "spleen": ("delivery_spleen",),
        "lung": ("delivery_lung",),
        "kidney": ("delivery_kidney",),
        "gut": ("delivery_gut",),
        "other organs": ("delivery_other",),
        **{f"heart, {zone}": _heart(zone) for zone in ZONES},
        "digested in the heart": ("delivery_degraded_heart",),
        "digested elsewhere": ("delivery_degraded_body",),
    }
)
#: Minus the vesicles that living donor cells have released so far.
OWED = "delivery_owed"
#: Where dissolved molecules are, and where living cells are: each adds up to its dose.
SOLUTE: tuple[str, ...] = tuple(
    f"delivery_solute_{place}"
    for place in ("depot", "coronary", "blood", *ZONES, "gone")
)
DONOR_CELLS: tuple[str, ...] = tuple(
    f"delivery_cells_{place}" for place in ("risk", "border", "lung", "lost")
)
#: Every state with vesicles, and what is owed; record these to close the account.
STATES: tuple[str, ...] = (*(s for held in FATES.values() for s in held), OWED)
#: States that count no particles: they only speed up clearance.
ANTIBODIES: tuple[str, ...] = ("delivery_primed", "delivery_antibody")
#: Every state of delivery.
ALL_STATES: tuple[str, ...] = (*STATES, *SOLUTE, *DONOR_CELLS, *ANTIBODIES)


def brought(amounts: Mapping[str, FloatArray], dose_giga: FloatArray) -> FloatArray:
    """Give the vesicles in the body's account: injected, and released by donor cells.

    Parameters
    ----------
    amounts : mapping of id to ndarray, any one shape
        Must hold :data:`OWED` [1e9].
    dose_giga : ndarray, broadcastable to that shape
        Vesicles injected [1e9].
    """
    released = np.maximum(-amounts[OWED], 0.0)
    return np.asarray(np.asarray(dose_giga, dtype=np.float64) + released)


def fate_shares(
    amounts: Mapping[str, FloatArray], dose_giga: FloatArray
) -> dict[str, FloatArray]:
    """Give each fate as a share of the vesicles given or released so far.

    Parameters
    ----------
    amounts : mapping of id to ndarray, any one shape
        Every state of :data:`STATES` [1e9].
    dose_giga : ndarray, broadcastable to that shape
        Vesicles injected [1e9]; where nothing was brought the shares are NaN.

    Returns
    -------
    dict of fate to ndarray
        Shares; ``unaccounted`` is one minus their sum, rounding if all is well.

    Raises
    ------
    ModelError
        A state is missing.
    """
    missing = [state for state in STATES if state not in amounts]
    if missing:
        raise ModelError(
            f"amounts lack {', '.join(missing[:3])}; allowed: all {len(STATES)} states "
            "of delivery; record delivery.STATES"
        )
    total = brought(amounts, dose_giga)
    given = np.where(total > 0.0, total, np.nan)
    shares = {
        fate: np.sum([amounts[state] for state in held], axis=0) / given
        for fate, held in FATES.items()
    }
    shares["unaccounted"] = 1.0 - np.sum(list(shares.values()), axis=0)
    return shares


def reached_heart(
    amounts: Mapping[str, FloatArray], dose_giga: FloatArray
) -> FloatArray:
    """Give the share of the dose that cells of the heart hold or have digested.

    Cumulative but for the little that cells give back: bound, inside, or digested;
    needle tracks, gels, vessels and interstitium don't count.

    Parameters
    ----------
    amounts : mapping of id to ndarray
        As for :func:`fate_shares`.
    dose_giga : ndarray
        As for :func:`fate_shares`.
    """
    held = [
        state
        for zone in ZONES
        for state in _heart(zone)
        if state.startswith(
            ("delivery_bound", "delivery_internalised", "delivery_endothelium")
        )
    ]
    given = brought(amounts, dose_giga)
    given = np.where(given > 0.0, given, np.nan)
    total = np.sum(
        [amounts[state] for state in (*held, "delivery_degraded_heart")], axis=0
    )
    return np.asarray(total / given, dtype=np.float64)
