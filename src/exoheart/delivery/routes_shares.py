"""What each state gets of a dose, by route, as shares: many members at once.

Between :mod:`exoheart.delivery.routes` (which makes a schedule of them) and
:mod:`exoheart.delivery.settings` (what a route's keys mean). Each share is of shape
(n,); those of vesicles add up to one, and so do those of dissolved molecules.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt

from exoheart.delivery.donor_cells import cells_placed
from exoheart.delivery.settings import (
    Keys,
    has_gel,
    injected_at_risk,
    leak_share,
    share_at_risk,
)

FloatArray = npt.NDArray[np.float64]


def vesicle_shares(
    route: str, keys: Keys, values: Mapping[str, FloatArray]
) -> dict[str, FloatArray]:
    """Give the share of the vesicles that each state gets."""
    whole = np.ones_like(values["anatomy_risk_mass"])
    match route:
        case "intracoronary" if "flow_arrest" in keys:
            held = _held_by_balloon(keys, values)
            return {"delivery_vessels_risk": held, "delivery_venous": 1.0 - held}
        case "intravenous" | "intracoronary":
            blood = "venous" if route == "intravenous" else "coronary"
            return {f"delivery_{blood}": whole}
        case "inhaled":
            reached = values["delivery_airway_deposition"]
            return {"delivery_airway": reached, "delivery_outside": 1.0 - reached}
        case "intramyocardial":
            leak, at_risk = _leak(keys, values), _at_risk(keys, values)
            kept = {"delivery_gel": 1.0 - leak}
            if not has_gel(route, keys):
                kept = {
                    "delivery_depot_risk": (1.0 - leak) * at_risk,
                    "delivery_depot_border": (1.0 - leak) * (1.0 - at_risk),
                }
            return kept | {"delivery_outside": leak}
        case _:
            place = "gel" if has_gel(route, keys) else "pericardial"
            return {f"delivery_{place}": whole}


def _leak(keys: Keys, values: Mapping[str, FloatArray]) -> FloatArray:
    """Give :func:`exoheart.delivery.settings.leak_share` of every member."""
    gel = has_gel("intramyocardial", keys)
    leak = values["delivery_gel_leak" if gel else "delivery_injection_leak"]
    for k in _outside(leak):
        leak_share(keys, _Member(values, k))
    return leak


def _at_risk(keys: Keys, values: Mapping[str, FloatArray]) -> FloatArray:
    """Give :func:`exoheart.delivery.settings.injected_at_risk` of every member."""
    share = share_at_risk(keys, values)
    for k in _outside(share):
        injected_at_risk(keys, _Member(values, k))
    return share


def _outside(shares: FloatArray) -> list[int]:
    """Give the places of what is no share between 0 and 1."""
    return np.flatnonzero(~((shares >= 0.0) & (shares <= 1.0))).tolist()


class _Member(Mapping[str, float]):
    """The numbers of one member among those of many."""

    def __init__(self, values: Mapping[str, FloatArray], place: int) -> None:
        self._values, self._place = values, place

    def __getitem__(self, id_: str) -> float:
        return float(self._values[id_][self._place])

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


def cell_shares(
    route: str,
    keys: Keys,
    values: Mapping[str, FloatArray],
    flow: npt.NDArray[np.bool_],
) -> dict[str, FloatArray]:
    """Give the share of the living cells that each state gets."""
    placed = [
        cells_placed(route, keys, _Member(values, k), flow=bool(one))
        for k, one in enumerate(flow)
    ]
    return {target: np.array([one[target] for one in placed]) for target in placed[0]}


def _held_by_balloon(keys: Keys, values: Mapping[str, FloatArray]) -> FloatArray:
    """Give the share of a dose that the vessels at risk can hold behind a balloon."""
    room = values["delivery_vascular_volume"] * values["anatomy_risk_mass"]
    held = np.ones_like(room)
    return np.minimum(held, room / float(keys["volume"])) if "volume" in keys else held


def solute_shares(
    route: str, keys: Keys, values: Mapping[str, FloatArray]
) -> dict[str, FloatArray]:
    """Give the share of the dissolved molecules that each state gets."""
    whole = np.ones_like(values["anatomy_risk_mass"])
    match route:
        case "intravenous":
            return {"delivery_solute_blood": whole}
        case "intracoronary" if "flow_arrest" in keys:
            held = _held_by_balloon(keys, values)
            wall = values["delivery_solute_permeability"]
            rate = wall / values["delivery_vascular_volume"]
            across = held * -np.expm1(-rate * float(keys["flow_arrest"]))
            return {
                "delivery_solute_risk": across,
                "delivery_solute_coronary": held - across,
                "delivery_solute_blood": 1.0 - held,
            }
        case "intracoronary":
            return {"delivery_solute_coronary": whole}
        case "inhaled":
            into_blood = (
                values["delivery_airway_deposition"]
                * values["delivery_airway_absorption"]
                / values["delivery_solute_release"]
            )
            kept = into_blood
        case "intramyocardial":
            kept = 1.0 - _leak(keys, values)
        case _:
            kept = whole
    return {"delivery_solute_depot": kept, "delivery_solute_gone": 1.0 - kept}
