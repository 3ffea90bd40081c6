"""Settings: what a route and its keys set in the model text, for any members."""

from __future__ import annotations

import numpy as np
import pytest

from exoheart.delivery import (
    LIGANDS,
    PRODUCT_DEFAULTS,
    ROUTE_DEFAULTS,
    SCHEDULED,
    modelled_routes,
    route_settings,
    routes,
)
from exoheart.delivery.settings import (
    INJECTION_ZONES,
    airway_rate,
    gel_rate,
    has_gel,
    retained,
    share_at_risk,
)
from exoheart.errors import InputError

#: Two animals: 30 and 45 g at risk, 10 and 5 g of border, 60 and 50 g remote.
VALUES = {
    "anatomy_risk_mass": np.array([30.0, 45.0]),
    "anatomy_border_mass": np.array([10.0, 5.0]),
    "anatomy_remote_mass": np.array([60.0, 50.0]),
    "delivery_injection_overlap": np.array([0.3, 0.2]),
    "delivery_injection_volume": np.array([0.1, 0.1]),
    "delivery_volume_exponent": np.array([0.5, 0.0]),
    "delivery_arrested_odds": np.array([2.0, 4.0]),
    "delivery_depot_retained": np.array([0.25, 0.5]),
    "delivery_depot_emptying": np.array([10.0, 5.0]),
    "delivery_gel_half_life": np.array([72.0, 24.0]),
    "delivery_gel_contact_pericardial": np.array([0.3, 0.1]),
    "delivery_gel_contact_patch": np.array([0.6, 0.8]),
    "delivery_pericardial_entry": np.array([0.02, 0.1]),
    "delivery_pericardial_drainage": np.array([0.08, 0.1]),
    "delivery_airway_absorption": np.array([0.1, 0.2]),
    "delivery_airway_capture": np.array([0.5, 0.1]),
    "delivery_airway_clearance": np.array([0.4, 0.1]),
    "delivery_ligand_gain_ischaemic_heart": np.array([3.0, 2.0]),
    "delivery_ligand_gain_cardiomyocyte": np.array([4.0, 2.0]),
    "delivery_ligand_gain_adhesion": np.array([5.0, 2.0]),
}
SHARES = tuple(f"delivery_solute_share_{zone}" for zone in ("risk", "border", "remote"))


def near(*wanted: float):
    return pytest.approx(list(wanted), rel=1e-12)


def changed(route: str, **keys: str | float) -> dict[str, np.ndarray]:
    """What a route sets otherwise than an arm without a dose."""
    found = route_settings(route, keys, VALUES)
    return {
        id_: value
        for id_, value in found.items()
        if np.any(value != ROUTE_DEFAULTS[id_])
    }


@pytest.mark.parametrize("route", [None, *modelled_routes()])
def test_every_route_sets_every_parameter_of_every_member(route: str | None) -> None:
    found = route_settings(route, {}, VALUES)
    assert set(found) == set(ROUTE_DEFAULTS)
    assert all(value.shape == (2,) for value in found.values())
    assert all(np.all(np.isfinite(value)) for value in found.values())


def test_an_arm_without_a_dose_has_the_defaults() -> None:
    """Also where keys are there: nothing is given that they could act on."""
    found = route_settings(None, {"ligand": "no such thing"}, VALUES)
    for id_, value in ROUTE_DEFAULTS.items():
        assert np.all(found[id_] == value)


def test_defaults_do_nothing() -> None:
    """Folds are one, rates and shares zero; the artery is open; no product."""
    folds = {"delivery_escape_fold", *(target for target, _ in LIGANDS.values())}
    for id_, value in ROUTE_DEFAULTS.items():
        assert value == (1.0 if id_ in folds else 0.0), id_
    assert SCHEDULED == {"delivery_artery_open": 1.0}
    assert set(PRODUCT_DEFAULTS.values()) - {0.0} == {
        PRODUCT_DEFAULTS["delivery_diameter"]
    }


@pytest.mark.parametrize("route", ["intravenous", "intracoronary"])
def test_routes_through_blood_set_nothing_by_themselves(route: str) -> None:
    assert changed(route) == {}


@pytest.mark.parametrize(("name", "found"), LIGANDS.items())
@pytest.mark.parametrize("route", modelled_routes())
def test_a_ligand_turns_up_its_own_binding(
    route: str, name: str, found: tuple[str, str]
) -> None:
    """By its row of the table, on every route, and nothing else."""
    target, row = found
    with_, without = changed(route, ligand=name), changed(route)
    assert set(with_) - set(without) == {target}
    assert np.all(with_[target] == VALUES[row])


def test_an_unknown_ligand_gets_the_nearest() -> None:
    with pytest.raises(InputError, match="nearest: cardiomyocyte peptide"):
        changed("intravenous", ligand="cardiomyocyte peptid")


@pytest.mark.parametrize(
    ("zone", "at_risk"),
    [("risk", (1.0, 1.0)), ("border", (0.3, 0.2)), ("both", (0.75, 0.9))],
)
def test_zones_of_an_injection(zone: str, at_risk: tuple[float, float]) -> None:
    """A border injection overlaps, both divide by mass; border is the default."""
    assert share_at_risk({"zone": zone}, VALUES) == near(*at_risk)
    assert share_at_risk({}, VALUES) == near(0.3, 0.2)
    assert zone in INJECTION_ZONES


def test_odds_of_loss_multiply() -> None:
    """A quarter kept is odds of three; twofold and a half leave them as they are."""
    one = np.ones(2)
    assert retained(VALUES, one, one) == near(0.25, 0.5)
    assert retained(VALUES, 2 * one, one) == near(1 / 7, 1 / 3)
    assert retained(VALUES, 2 * one, 0.5 * one) == near(0.25, 0.5)


def test_the_usual_injection_changes_no_loss() -> None:
    """What is dissolved follows the needle track: emptying, what stays, zones."""
    found = changed("intramyocardial")
    assert set(found) == {"delivery_solute_release", *SHARES[:2]}
    assert found["delivery_solute_release"] == near(10.0, 5.0)
    assert found[SHARES[0]] == near(0.25 * 0.3, 0.5 * 0.2)
    assert found[SHARES[1]] == near(0.25 * 0.7, 0.5 * 0.8)


@pytest.mark.parametrize(
    ("keys", "fold"),
    [
        ({"volume": 0.1}, (1.0, 1.0)),
        ({"volume": 0.4}, (2.0, 1.0)),
        ({"volume": 0.4, "sites": 4.0}, (1.0, 1.0)),
        ({"volume": 1.6, "sites": 4.0}, (2.0, 1.0)),
        ({"arrested_heart": True}, (0.5, 0.25)),
        ({"volume": 0.4, "arrested_heart": True}, (1.0, 0.25)),
        ({"arrested_heart": False}, (1.0, 1.0)),
        ({"sites": 10.0}, (1.0, 1.0)),
    ],
)
def test_volume_per_site_and_beating_act_on_the_odds_of_loss(
    keys: dict, fold: tuple[float, float]
) -> None:
    """Relative to the usual volume; sites without a volume say nothing."""
    found = route_settings("intramyocardial", keys, VALUES)
    assert found["delivery_escape_fold"] == near(*fold)
    kept = retained(VALUES, np.array(fold), np.ones(2))
    assert found[SHARES[0]] == near(*(kept * [0.3, 0.2]))


@pytest.mark.parametrize("sites", [0.0, 0.5, -1.0])
def test_fewer_than_one_site_is_refused(sites: float) -> None:
    with pytest.raises(InputError, match="sites; allowed: 1 or more"):
        changed("intramyocardial", volume=1.0, sites=sites)


def test_a_gel_releases_by_the_study_or_the_table() -> None:
    assert has_gel("patch", {})
    assert not has_gel("pericardial", {})
    assert has_gel("pericardial", {"gel_release_half_time": 24.0})
    assert gel_rate({}, VALUES) == near(np.log(2) / 72, np.log(2) / 24)
    assert gel_rate({"gel_release_half_time": 12.0}, VALUES) == near(
        np.log(2) / 12, np.log(2) / 12
    )


def test_a_gel_in_muscle_gives_all_to_muscle() -> None:
    found = changed("intramyocardial", gel_release_half_time=12.0, zone="both")
    assert found["delivery_gel_contact"] == near(1.0, 1.0)
    assert found["delivery_gel_risk_share"] == near(0.75, 0.9)
    for rate in ("delivery_gel_release", "delivery_solute_release"):
        assert found[rate] == near(np.log(2) / 12, np.log(2) / 12)
    assert found[SHARES[0]] + found[SHARES[1]] == near(1.0, 1.0)


def test_a_patch_touches_its_zone_and_the_sac() -> None:
    """0.6 and 0.8 in contact; of the rest 0.2 and 0.5 pass through the sac."""
    found = changed("patch", zone="risk")
    assert found["delivery_gel_contact"] == near(0.6, 0.8)
    assert found["delivery_gel_risk_share"] == near(1.0, 1.0)
    sac = np.array([0.4 * 0.2, 0.2 * 0.5])
    assert found[SHARES[0]] == near(*([0.6, 0.8] + sac * [0.3, 0.45]))
    assert found[SHARES[1]] == near(*(sac * [0.1, 0.05]))
    assert found[SHARES[2]] == near(*(sac * [0.6, 0.5]))


def test_fluid_in_the_sac_enters_every_zone_by_mass() -> None:
    found = changed("pericardial")
    assert set(found) == {"delivery_solute_release", *SHARES}
    assert found["delivery_solute_release"] == near(0.1, 0.2)
    assert [found[share][0] for share in SHARES] == near(0.06, 0.02, 0.12)
    assert np.sum([found[share] for share in SHARES], axis=0) == near(0.2, 0.5)


def test_a_gel_in_the_sac_touches_risk_and_border_by_mass() -> None:
    found = changed("pericardial", gel_release_half_time=12.0)
    assert found["delivery_gel_contact"] == near(0.3, 0.1)
    assert found["delivery_gel_risk_share"] == near(0.75, 0.9)


@pytest.mark.parametrize(
    ("route", "keys"),
    [(route, {}) for route in modelled_routes()]
    + [("pericardial", {"gel_release_half_time": 9.0}), ("patch", {"zone": "both"})],
)
def test_shares_of_what_is_dissolved_never_exceed_one(route: str, keys: dict) -> None:
    """So that what enters blood is never negative."""
    found = route_settings(route, keys, VALUES)
    shares = np.array([found[share] for share in SHARES])
    assert np.all(shares >= 0.0)
    assert np.all(shares.sum(axis=0) <= 1.0 + 1e-12)


def test_airways_empty_by_all_ways_together() -> None:
    assert airway_rate(VALUES) == near(1.0, 0.4)
    assert changed("inhaled")["delivery_solute_release"] == near(1.0, 0.4)
    assert set(changed("inhaled")) == {"delivery_solute_release"}


def test_keys_of_the_table_of_routes_are_keys_that_settings_or_doses_know() -> None:
    """A key that nobody reads must be listed as unused."""
    read = {
        *("flow_arrest", "volume", "ligand", "zone", "sites", "arrested_heart"),
        "gel_release_half_time",
    }
    for route in routes().values():
        assert set(route.keys) <= read
