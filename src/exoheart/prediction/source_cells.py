"""Vesicles beside the cells that would make them.

How many donor cells, living in the heart, would bring its cells as many vesicles as a
dose does; and what as many cells as made the dose would release there. Closed forms on
the draws of a simulated study; no cells are simulated. A cell releases at the rate of
its culture until it dies; cells die with the half-life of the tables.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from exoheart import delivery
from exoheart.delivery.routes import dose_columns
from exoheart.engine.members import Schedule
from exoheart.heart.mechanisms import Interval
from exoheart.prediction.account import by_zone, given_by, started
from exoheart.prediction.first_steps import Followed, entered_by, follow
from exoheart.prediction.record import Prediction
from exoheart.records.study import Arm
from exoheart.therapy import occluded

FloatArray = npt.NDArray[np.float64]
_GIGA = 1e9
_HOURS_PER_DAY = 24.0


@dataclass(frozen=True, slots=True)
class SourceCells:
    """An arm's dose beside the cells that would make it; medians and 90 % intervals.

    Parameters
    ----------
    arm, product
        What is compared.
    released_per_cell
        Vesicles that one cell living in the heart releases by the last sample, on
        average over the times of the doses.
    uptake_share
        Share of them that cells of the heart take up.
    matching
        Cells in the heart that bring as many vesicles to its cells as the dose.
    kept
        Share of cells given the same way that stay in the heart; None where a route
        can't take cells.
    made
        Cells that made the dose.
    released
        Vesicles that as many cells would release in the heart, given the same way
        (None as for `kept`).
    released_ratio
        The same over the vesicles of the dose.
    """

    arm: str
    product: str
    released_per_cell: Interval
    uptake_share: Interval
    matching: Interval
    kept: Interval | None
    made: Interval
    released: Interval | None
    released_ratio: Interval | None


def source_cells(prediction: Prediction, arm: Arm) -> SourceCells | None:
    """Set an arm's dose beside the cells that would make it.

    Parameters
    ----------
    prediction
        From :func:`exoheart.simulate`.
    arm
        One of the study's arms.

    Returns
    -------
    SourceCells or None
        None where the arm gives no vesicles, or its product none that cells release.
    """
    if arm.dose is None or arm.product is None:
        return None
    supply = prediction.products.supplies[arm.product]
    given = given_by(prediction, arm)[:, 0, -1]
    rate = supply.secretion.vesicles_per_cell_day / _HOURS_PER_DAY
    if supply.ledger is None or supply.ledger.giga_per_cell is None:
        return None
    if not ((given > 0.0).all() and (rate > 0.0).all()):
        return None
    followed = follow(prediction, arm)
    taken = np.nanmean(np.sum(list(by_zone(prediction, arm).values()), axis=0), axis=1)
    doses = started(prediction, arm)
    half_life = _outer(prediction, followed, _HALF_LIFE)
    each = np.mean(
        [
            released_per_cell(rate, half_life, left_h)
            for left_h in prediction.times[-1] - doses
        ],
        axis=0,
    )
    share = np.mean(
        uptake_share(followed).reshape(len(given), prediction.cohort.size.animals),
        axis=1,
    )
    made_giga = prediction.products.given[arm.name].made_giga * len(doses)
    made = made_giga / supply.ledger.giga_per_cell
    kept = _kept(prediction, arm, followed)
    released = None if kept is None else made * kept * each
    return SourceCells(
        arm=arm.name,
        product=arm.product,
        released_per_cell=Interval.of(each),
        uptake_share=Interval.of(share),
        matching=Interval.of(_GIGA * taken / (each * share)),
        kept=None if kept is None else Interval.of(kept),
        made=Interval.of(made),
        released=None if released is None else Interval.of(released),
        released_ratio=None
        if released is None
        else Interval.of(released / (_GIGA * given)),
    )


_HALF_LIFE = "delivery_cell_half_life"


def released_per_cell(
    rate: FloatArray, half_life_h: FloatArray, left_h: float
) -> FloatArray:
    """Give the vesicles that one cell releases within a time, dying at a half-life.

    Parameters
    ----------
    rate : ndarray, shape (n,)
        Vesicles per living cell [1/h].
    half_life_h : ndarray, shape (n,)
        Of the cells [h].
    left_h
        Time [h].

    Returns
    -------
    ndarray, shape (n,)

    Examples
    --------
    >>> one = released_per_cell(np.array([10.0]), np.array([20.0]), 20.0)
    >>> float(one[0].round(2)) == float((0.5 * 200 / np.log(2)).round(2))
    True
    """
    lives = half_life_h / np.log(2.0)
    return np.asarray(rate * lives * -np.expm1(-left_h / lives))


def uptake_share(followed: Followed) -> FloatArray:
    """Give the share of vesicles between the cells that cells take up, (animal,).

    In muscle with its normal cells, far below saturation: binding that ends in entry,
    against lymph and the way back into blood. Cells release where a needle's dose
    spreads, so it is near the share that heart cells take up of what stays of such a
    dose.
    """
    met = np.sum(
        [
            followed[f"delivery_uptake_weight_{cell}"]
            * followed[f"heart_cells_{cell}"]
            * (
                followed["delivery_ligand_cardiomyocyte"]
                if cell == "cardiomyocyte"
                else 1.0
            )
            for cell in delivery.CELLS
        ],
        axis=0,
    )
    volume = followed["delivery_interstitial_volume"]
    binds = followed["delivery_uptake_clearance"] * met / volume
    enters = binds * (1.0 - followed["delivery_leave_share"])
    lymph = followed["delivery_lymph_turnover"] * followed["delivery_mobile_fraction"]
    back = followed.state("delivery_wall")[:, -1] / volume
    return np.asarray(enters / (enters + lymph + back))


def _outer(prediction: Prediction, followed: Followed, id_: str) -> FloatArray:
    """Give a parameter at the first animal of each outer draw."""
    return followed[id_][:: prediction.cohort.size.animals]


def _kept(prediction: Prediction, arm: Arm, followed: Followed) -> FloatArray | None:
    """Give the share of living cells that the arm's own route leaves in the heart."""
    if arm.route is None or "cells" not in delivery.routes()[arm.route].forms:
        return None
    infarct = prediction.study.animal.infarct
    at_h = float(started(prediction, arm)[0])
    each = slice(None, None, prediction.cohort.size.animals)
    values = {id_: column[each] for id_, column in followed.values.items()}
    count = len(followed.given[each])
    columns = dose_columns(
        arm.route,
        delivery.Amounts(cells=np.ones(count)),
        np.full(count, at_h),
        0.0,
        {key: v for key, v in arm.delivery.items() if key != "flow_arrest"},
        values,
        flow=np.full(count, not occluded(infarct, at_h)),
    )
    entered = entered_by(Schedule.joined(columns), np.full((count, 1), np.inf))
    zones = ("delivery_cells_risk", "delivery_cells_border")
    nothing = np.zeros((count, 1))
    there = np.sum([entered.get(zone, nothing) for zone in zones], axis=0)
    return np.asarray(there[:, 0])
