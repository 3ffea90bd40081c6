"""What a route and its keys set in the model text, arm by arm.

The text has one form of every depot; how fast a gel releases or how much of a large
volume escapes are parameter values of an arm. Pure functions of a member's other
parameters, any number of members at once. Read next:
:mod:`exoheart.delivery.routes`, which gives the doses.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from exoheart.errors import InputError, closest

FloatArray = npt.NDArray[np.float64]
#: Values of a key of ``[arm.delivery]``: a name, or a number in hours or mL.
Keys = Mapping[str, str | float]

#: Handed over by the product: text id -> what an arm without a product has.
PRODUCT_DEFAULTS: Mapping[str, float] = MappingProxyType(
    {
        "delivery_diameter": 0.1,  # um; any size, since nothing is given
        "delivery_foreignness": 0.0,
        "delivery_solute_rna": 0.0,
        "delivery_solute_mass": 0.0,
        "delivery_cell_secretion": 0.0,
    }
)
#: Set by the route: text id -> what an arm without a dose has.
ROUTE_DEFAULTS: Mapping[str, float] = MappingProxyType(
    {
        "delivery_escape_fold": 1.0,
        "delivery_gel_release": 0.0,
        "delivery_gel_contact": 0.0,
        "delivery_gel_risk_share": 0.0,
        "delivery_ligand_endothelium": 1.0,
        "delivery_ligand_cardiomyocyte": 1.0,
        "delivery_solute_release": 0.0,
        "delivery_solute_share_risk": 0.0,
        "delivery_solute_share_border": 0.0,
        "delivery_solute_share_remote": 0.0,
    }
)
#: Set by schedules while a solve runs: text id -> its value at the start.
SCHEDULED: Mapping[str, float] = MappingProxyType({"delivery_artery_open": 1.0})
#: Ligand of ``[arm.delivery]`` -> the parameter it turns up, and by which row.
LIGANDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "ischaemic heart peptide": (
            "delivery_ligand_endothelium",
            "delivery_ligand_gain_ischaemic_heart",
        ),
        "cardiomyocyte peptide": (
            "delivery_ligand_cardiomyocyte",
            "delivery_ligand_gain_cardiomyocyte",
        ),
        "adhesion molecule": (
            "delivery_ligand_endothelium",
            "delivery_ligand_gain_adhesion",
        ),
    }
)
INJECTION_ZONES: tuple[str, ...] = ("border", "risk", "both")
_LN2 = float(np.log(2.0))


def route_settings(
    route: str | None, keys: Keys, values: Mapping[str, FloatArray]
) -> dict[str, FloatArray]:
    """Give every parameter that a route sets, for some members.

    Parameters
    ----------
    route
        A route of :func:`exoheart.delivery.routes`, or None for an arm without a dose.
    keys
        Of ``[arm.delivery]``: times in hours, volumes in mL.
    values : mapping of text id to ndarray, each of shape (n,)
        The members' other parameters.

    Returns
    -------
    dict of text id to ndarray, each of shape (n,)
        All of :data:`ROUTE_DEFAULTS`.

    Raises
    ------
    InputError
        An unknown ligand or zone, or a number of sites below one.
    """
    like = values["anatomy_risk_mass"]
    found = {id_: np.full_like(like, value) for id_, value in ROUTE_DEFAULTS.items()}
    if route is None:
        return found
    if "ligand" in keys:
        target, row = _ligand(str(keys["ligand"]))
        found[target] = values[row]
    if route == "intramyocardial":
        found |= _injection(keys, values)
    elif route in ("pericardial", "patch"):
        found |= _around(route, keys, values)
    elif route == "inhaled":
        found["delivery_solute_release"] = airway_rate(values)
    return found


def airway_rate(values: Mapping[str, FloatArray]) -> FloatArray:
    """Give how fast the airways are emptied [1/h], by all ways together."""
    return np.asarray(
        values["delivery_airway_absorption"]
        + values["delivery_airway_capture"]
        + values["delivery_airway_clearance"]
    )


def share_at_risk(keys: Keys, values: Mapping[str, FloatArray]) -> FloatArray:
    """Give the share of an injection, gel or patch that lies on the area at risk.

    A border injection lands partly there, since a needle aimed at the rim straddles
    it; ``both`` divides by mass.

    Raises
    ------
    InputError
        The zone is unknown.
    """
    zone = str(keys.get("zone", INJECTION_ZONES[0]))
    if zone not in INJECTION_ZONES:
        raise InputError(
            f"zone {zone!r}; allowed: {', '.join(INJECTION_ZONES)}; nearest: "
            f"{closest(zone, INJECTION_ZONES) or 'none'}"
        )
    if zone == "risk":
        return np.ones_like(values["anatomy_risk_mass"])
    if zone == "both":
        risk, border = values["anatomy_risk_mass"], values["anatomy_border_mass"]
        return np.asarray(risk / (risk + border))
    return values["delivery_injection_overlap"]


def retained(
    values: Mapping[str, FloatArray], escape_fold: FloatArray, escape: FloatArray
) -> FloatArray:
    """Give the share of what a needle track holds that stays in muscle.

    `escape_fold` and `escape` multiply the odds of loss: the first for volume and
    beating, the second for want of flow.
    """
    kept = values["delivery_depot_retained"]
    return np.asarray(kept / (kept + (1.0 - kept) * escape_fold * escape))


def has_gel(route: str, keys: Keys) -> bool:
    """Whether a gel or patch holds the dose."""
    return route == "patch" or "gel_release_half_time" in keys


def gel_rate(keys: Keys, values: Mapping[str, FloatArray]) -> FloatArray:
    """Give how fast a gel or patch releases [1/h]: the study's half-time or the row."""
    own = keys.get("gel_release_half_time")
    half = values["delivery_gel_half_life"]
    return np.asarray(_LN2 / (half if own is None else np.full_like(half, float(own))))


def leak_share(keys: Keys, values: Mapping[str, float]) -> float:
    """Give the share of an injection into muscle that leaks out of it.

    Raises
    ------
    InputError
        A share outside 0 to 1.
    """
    gel = has_gel("intramyocardial", keys)
    leak = values["delivery_gel_leak" if gel else "delivery_injection_leak"]
    if not 0.0 <= leak <= 1.0:
        raise InputError(
            f"leak {leak:g} of an injection; allowed: 0 to 1; mend the override or the "
            "row of data/parameters/delivery.csv"
        )
    return leak


def injected_at_risk(keys: Keys, values: Mapping[str, float]) -> float:
    """Give :func:`share_at_risk` of one member.

    Raises
    ------
    InputError
        An unknown zone, or a share outside 0 to 1.
    """
    needed = ("anatomy_risk_mass", "anatomy_border_mass", "delivery_injection_overlap")
    share = float(share_at_risk(keys, {n: np.asarray(values[n]) for n in needed}))
    if not 0.0 <= share <= 1.0:
        raise InputError(
            f"share at risk {share:g} of an injection; allowed: 0 to 1; mend the "
            "override or the row of data/parameters/delivery.csv"
        )
    return share


def _ligand(name: str) -> tuple[str, str]:
    if name not in LIGANDS:
        raise InputError(
            f"ligand {name!r}; allowed: {', '.join(LIGANDS)}; nearest: "
            f"{closest(name, LIGANDS) or 'none'}"
        )
    return LIGANDS[name]


def _injection(keys: Keys, values: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
    """Give what a needle sets: loss by volume and beating, or a gel."""
    fold = np.ones_like(values["anatomy_risk_mass"])
    sites = float(keys.get("sites", 1.0))
    if sites < 1.0:
        raise InputError(f"{sites:g} sites; allowed: 1 or more; mend arm.delivery")
    if "volume" in keys:
        usual = values["delivery_injection_volume"]
        ratio = float(keys["volume"]) / sites / usual
        fold = fold * ratio ** values["delivery_volume_exponent"]
    if keys.get("arrested_heart"):
        fold = fold / values["delivery_arrested_odds"]
    at_risk = share_at_risk(keys, values)
    kept = retained(values, fold, np.ones_like(fold))
    rate = values["delivery_depot_emptying"]
    found = {"delivery_escape_fold": fold}
    if has_gel("intramyocardial", keys):
        rate, kept = gel_rate(keys, values), np.ones_like(kept)
        found |= {
            "delivery_gel_release": rate,
            "delivery_gel_contact": np.ones_like(rate),
            "delivery_gel_risk_share": at_risk,
        }
    return found | {
        "delivery_solute_release": rate,
        "delivery_solute_share_risk": kept * at_risk,
        "delivery_solute_share_border": kept * (1.0 - at_risk),
    }


def _around(
    route: str, keys: Keys, values: Mapping[str, FloatArray]
) -> dict[str, FloatArray]:
    """Give what a patch or an injection into the pericardial sac sets."""
    entry, drain = (
        values[f"delivery_pericardial_{way}"] for way in ("entry", "drainage")
    )
    mass = {z: values[f"anatomy_{z}_mass"] for z in ("risk", "border", "remote")}
    whole = sum(mass.values())
    through_sac = entry / (entry + drain)
    rate, contact = entry + drain, np.zeros_like(entry)
    on_risk = mass["risk"] / (mass["risk"] + mass["border"])
    found = {}
    if has_gel(route, keys):
        rate = gel_rate(keys, values)
        contact = values[f"delivery_gel_contact_{route}"]
        if route == "patch":
            on_risk = share_at_risk(keys, values)
        found = {
            "delivery_gel_release": rate,
            "delivery_gel_contact": contact,
            "delivery_gel_risk_share": on_risk,
        }
    none = np.zeros_like(on_risk)
    touched = {"risk": on_risk, "border": 1.0 - on_risk, "remote": none}
    shares = {
        f"delivery_solute_share_{zone}": contact * touched[zone]
        + (1.0 - contact) * through_sac * mass[zone] / whole
        for zone in mass
    }
    return found | shares | {"delivery_solute_release": rate}
