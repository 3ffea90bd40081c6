"""Section 3, How it happens: where the dose goes, and which mechanism it occupies.

Composes :mod:`exoheart.planning.how_routes` (the way of the dose),
:mod:`exoheart.planning.how_mechanisms` and the stoichiometric account of
:mod:`exoheart.prediction.account`; nothing of the account is computed here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from exoheart import delivery
from exoheart.heart import mechanisms
from exoheart.planning.how_mechanisms import (
    dissolved_rows,
    falling_answers,
    mechanism_rows,
)
from exoheart.planning.how_routes import ledgers, matched, source_cell_rows
from exoheart.planning.words import estimate, number, spread
from exoheart.prediction import (
    ArmAccount,
    Prediction,
    dosed,
    given_by,
    starts,
    stoichiometric_account,
)
from exoheart.prediction.account import amounts
from exoheart.prediction.whereabouts import nothing_brought
from exoheart.records.study import Arm

__all__ = ["given_by", "how"]

_SOON_H = 1.0
#: Shares of a dose below this are no more than the solver's own error.
_RESOLVED = 1e-9


def how(prediction: Prediction, published: Mapping[str, Any]) -> dict[str, Any]:
    """Give the section on fate, cells, stoichiometry and mechanisms.

    Parameters
    ----------
    prediction
        The study, simulated.
    published
        The section on published work, for what contradicts the way of a dose.
    """
    arms = dosed(prediction)
    account = stoichiometric_account(prediction)
    empty = {a.name: w for a in arms if (w := nothing_brought(prediction, a))}
    return {
        "fate": [row for arm in arms for row in _fate(prediction, arm)],
        "route_ledger": ledgers(prediction, arms, published),
        "matched_dose": matched(prediction, arms),
        "cells": [
            row for one in account.arms if one.arm not in empty for row in _cells(one)
        ],
        "no_vesicles": [f"{arm}: {words}" for arm, words in empty.items()],
        "stoichiometry": [row for one in account.arms for row in _stoichiometry(one)],
        "source_cells": source_cell_rows(prediction, arms),
        "mechanisms": [
            row
            for arm in arms
            for row in mechanism_rows(prediction, arm, account.arm(arm.name))
        ],
        "dissolved": [row for one in account.arms for row in dissolved_rows(one)],
        "falling": falling_answers(account),
    }


def _fate(prediction: Prediction, arm: Arm) -> list[dict[str, Any]]:
    """Give where the dose is, soon after the last one and at the end.

    None for an arm that brings no vesicles at all.
    """
    held = amounts(prediction, arm)
    given = given_by(prediction, arm)
    if not (delivery.brought(held, given)[..., -1] > 0.0).any():
        return []
    shares = delivery.fate_shares(held, given)
    shares.pop("unaccounted")
    times = prediction.times
    last = float(starts(prediction, arm)[-1])
    soon = int(np.argmin(np.abs(times - (last + _SOON_H))))
    moments = dict.fromkeys(k for k in (soon, len(times) - 1) if times[k] > last)
    return [
        {
            "arm": arm.name,
            "place": place,
            "at_h": number(times[k]),
            "unit": "share of dose",
            **spread(np.where(share[..., k] > _RESOLVED, share[..., k], 0.0)),
        }
        for k in moments
        for place, share in shares.items()
    ]


def _cells(one: ArmAccount) -> list[dict[str, Any]]:
    taken = [
        {
            "arm": one.arm,
            "zone": _zone(cell.group),
            "cell": mechanisms.GROUPS[cell.group],
            "quantity": "vesicles taken up per cell",
            **estimate(cell.vesicles_taken_up),
        }
        for cell in one.cells
    ]
    bound = [
        {
            "arm": one.arm,
            "zone": peak.zone,
            "cell": peak.cell,
            "quantity": "peak bound per cell",
            **estimate(peak.peak),
        }
        for peak in one.bound
    ]
    return taken + bound


def _zone(group: str) -> str:
    if group == "cardiomyocyte":
        return "left ventricle"
    return "risk" if group.startswith("risk") else "risk and border"


def _stoichiometry(one: ArmAccount) -> list[dict[str, Any]]:
    return [
        {
            "arm": one.arm,
            "cell": mechanisms.GROUPS[cell.group],
            "copies_needed": number(cell.copies_needed.median),
            "copies_reached": estimate(cell.peak_copies),
            "shortfall": estimate(cell.shortfall),
        }
        for cell in one.cells
    ]
