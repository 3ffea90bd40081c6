"""What a claim may read of one arm: endpoints, signals, the dose's way, the donor.

Each quantity is a pure function of what one arm recorded at one moment. Endpoints are
read without a method's error: a claim is about the heart, not about a reader. Read
next: :mod:`exoheart.reviewing.contrast`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from exoheart import delivery
from exoheart.errors import InputError
from exoheart.records.product import Supply

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of one arm at one moment.

    Parameters
    ----------
    states
        By id of the model, each of shape (draw,).
    giga, cells : ndarray, shape (draw,)
        Vesicles and living cells of one dose [1e9]; zero without a dose.
    supply
        The product behind it, or None.
    """

    states: Mapping[str, FloatArray]
    giga: FloatArray
    cells: FloatArray
    supply: Supply | None


@dataclass(frozen=True, slots=True)
class Quantity:
    """One thing that can be read.

    Parameters
    ----------
    unit
        Of the value; ``1`` for shares and folds.
    read
        From what was seen of an arm, shape (draw,).
    recorded
        Ids of the model that it needs.
    """

    unit: str
    read: Callable[[Seen], FloatArray]
    recorded: tuple[str, ...] = ()


def _state(id_: str, unit: str) -> Quantity:
    return Quantity(unit, lambda seen: seen.states[id_], (id_,))


def _sum(ids: tuple[str, ...], unit: str) -> Quantity:
    def read(seen: Seen) -> FloatArray:
        return np.asarray(np.sum([seen.states[id_] for id_ in ids], axis=0))

    return Quantity(unit, read, ids)


_HEART_CELLS = ("delivery_cells_risk", "delivery_cells_border")


def _cells_left(seen: Seen) -> FloatArray:
    held = np.sum([seen.states[id_] for id_ in _HEART_CELLS], axis=0)
    return np.asarray(held / seen.cells)


def _in_heart_cells(seen: Seen) -> FloatArray:
    return delivery.reached_heart(seen.states, seen.giga)


def _held(seen: Seen) -> FloatArray:
    """Give the share of a dose in the heart, vessels included: cells, or vesicles."""
    if np.any(seen.cells > 0):
        return _cells_left(seen)
    shares = delivery.fate_shares(seen.states, seen.giga)
    inside = [shares[f"heart, {zone}"] for zone in delivery.ZONES]
    return np.asarray(np.sum([*inside, shares["digested in the heart"]], axis=0))


def _secretion(seen: Seen) -> FloatArray:
    return _supply(seen).secretion.vesicles_per_cell_day


def _copies(seen: Seen) -> FloatArray:
    return _supply(seen).secretion.copies_per_vesicle


def _supply(seen: Seen) -> Supply:
    if seen.supply is None:
        raise InputError(
            "met an arm without a product where its donor is read; allowed: an arm "
            "with one; name another in claims/contrasts.csv"
        )
    return seen.supply


#: What a contrast may read, by name.
QUANTITIES: Mapping[str, Quantity] = MappingProxyType(
    {
        "infarct size": _state("outcome_infarct_area_at_risk", "%"),
        "ejection fraction": _state("outcome_ejection_fraction", "%"),
        "capillary density of the border": _state(
            "outcome_capillary_density_border", "1/mm2"
        ),
        "fibrosis": _state("outcome_fibrosis_left_ventricle", "%"),
        "apoptosis": _state("outcome_apoptosis", "%"),
        "scar mass": _state("outcome_lost_mass", "g"),
        "reparative share": _state("outcome_reparative_share", "%"),
        "viable muscle": _state("heart_viable", "1"),
        "leukocytes": _sum(("heart_neutrophils", "outcome_macrophages"), "1"),
        "survival signal": _state("mechanism_signal_survival", "1"),
        "polarisation signal": _state("mechanism_signal_polarisation", "1"),
        "living cells left": Quantity("1", _cells_left, _HEART_CELLS),
        "share in heart cells": Quantity("1", _in_heart_cells, delivery.STATES),
        "share held by the heart": Quantity(
            "1", _held, (*delivery.STATES, *_HEART_CELLS)
        ),
        "secretion": Quantity("1/cell/d", _secretion),
        "copies per vesicle": Quantity("1", _copies),
    }
)
#: Every id that some quantity needs: one compiled model serves all claims.
RECORDED: tuple[str, ...] = tuple(
    dict.fromkeys(id_ for one in QUANTITIES.values() for id_ in one.recorded)
)
