"""Where living donor cells come to rest: placed at once, since they don't flow.

They go where particles of their size would have stuck by then; the same numbers of
lodging move particles of that size through the model text. Read before:
:mod:`exoheart.delivery.settings`.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from exoheart.delivery.settings import (
    Keys,
    has_gel,
    injected_at_risk,
    leak_share,
    retained,
)
from exoheart.errors import InputError


def cells_placed(
    route: str, keys: Keys, values: Mapping[str, float], *, flow: bool
) -> dict[str, float]:
    """Give where living cells come to rest: in a zone, in the lungs, or lost."""
    if route == "inhaled":
        return {}
    stuck = _stuck(values)
    zones = {"risk": 0.0, "border": 0.0}
    to_lung = 1.0
    if route in ("intramyocardial", "patch", "pericardial"):
        leak, kept, escape = _cells_kept(route, keys, values, flow)
        at_risk = injected_at_risk(keys, values)
        if route == "pericardial":
            at_risk = values["delivery_gel_risk_share"]
        zones = {"risk": kept * at_risk, "border": kept * (1.0 - at_risk)}
        to_lung = escape
        lost = leak
    else:
        flows = _zone_flows(route, values, flow)
        if route == "intracoronary":
            total = sum(flows.values())
            parts = {z: f / total if total > 0.0 else 0.0 for z, f in flows.items()}
            lost = 0.0 if total > 0.0 else 1.0
        else:
            passed = (1.0 - stuck["lung"]) * stuck["turns"]
            parts = {
                z: passed * f / values["delivery_cardiac_output"]
                for z, f in flows.items()
            }
            lost = 0.0
        zones = {z: stuck["heart"] * part for z, part in parts.items()}
        to_lung = 1.0 - lost - sum(zones.values())
    lung = stuck["lung"] * stuck["turns"] * to_lung
    placed = {f"delivery_cells_{z}": share for z, share in zones.items()}
    placed["delivery_cells_lung"] = lung
    return placed | {"delivery_cells_lost": lost + to_lung - lung}


def _stuck(values: Mapping[str, float]) -> dict[str, float]:
    """Give the share of cells that lodge in one passage of heart, lung and other beds.

    ``turns`` is how often a cell comes to the lungs in all: what passes them and every
    other bed comes back.
    """
    ratio = (
        values["delivery_cell_diameter"] / values["delivery_lodging_diameter"]
    ) ** values["delivery_lodging_exponent"]
    shown = ratio / (1.0 + ratio)
    found = {
        organ: _from_odds(shown * _odds(values[f"delivery_lodging_{organ}"]))
        for organ in ("heart", "lung", "elsewhere")
    }
    back = (1.0 - found["lung"]) * (1.0 - found["elsewhere"])
    if back >= 1.0:
        raise InputError(
            "living cells that lodge neither in the lungs nor elsewhere; allowed: "
            "delivery.lodging_lung or delivery.lodging_elsewhere above 0; mend the "
            "override"
        )
    return found | {"turns": 1.0 / (1.0 - back)}


def _odds(share: float) -> float:
    return share / (1.0 - share)


def _from_odds(odds: float) -> float:
    return odds / (1.0 + odds)


def _zone_flows(
    route: str, values: Mapping[str, float], flow: bool
) -> dict[str, float]:
    """Give what brings cells to risk and border [mL/h].

    Into the infarct artery: its own territory. By vein: all that flows there. Nothing
    at risk while the artery is shut.
    """
    each = values["delivery_myocardial_flow"]
    fed = 1.0
    if route == "intracoronary":
        fed = values["delivery_coronary_border_share"]
    return {
        "risk": each * values["anatomy_risk_mass"] if flow else 0.0,
        "border": fed * each * values["anatomy_border_mass"],
    }


def _cells_kept(
    route: str, keys: Keys, values: Mapping[str, float], flow: bool
) -> tuple[float, float, float]:
    """Give what leaks, stays and escapes to the lungs of cells put into the muscle."""
    if route != "intramyocardial":
        kept = values[f"delivery_gel_contact_{route}"] if has_gel(route, keys) else 0.0
        return 1.0 - kept, kept, 0.0
    leak = leak_share(keys, values)
    if has_gel(route, keys):
        return leak, 1.0 - leak, 0.0
    fold = np.asarray(values["delivery_escape_fold"])
    escape = 1.0 if flow else values["delivery_escape_without_flow"]
    arrays = {"delivery_depot_retained": np.asarray(values["delivery_depot_retained"])}
    stays = float(retained(arrays, fold, np.asarray(escape)))
    return leak, (1.0 - leak) * stays, (1.0 - leak) * (1.0 - stays)
