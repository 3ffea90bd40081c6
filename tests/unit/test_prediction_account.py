"""The stoichiometric account, the route ledger, and vesicles beside their cells."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from exoheart import delivery
from exoheart.heart.mechanisms import ABLE, GROUPS, SIGNALS
from exoheart.prediction import (
    dosed,
    given_by,
    route_ledger,
    simulate,
    source_cells,
    stoichiometric_account,
)
from exoheart.prediction.account import amounts, area, by_zone
from exoheart.prediction.first_steps import _BY_ROUTE, first_steps, follow
from exoheart.prediction.route_ledger import brought_back, end_of
from exoheart.prediction.source_cells import released_per_cell, uptake_share
from exoheart.study import load_study
from exoheart.therapy import MECHANISMS

EXAMPLES = Path(__file__).parents[2] / "examples"
PIG = EXAMPLES / "pig_reperfused_infarct.toml"
#: Routes, their keys, and the first step of each.
WAYS = {
    "arrest": ("intracoronary", {"flow_arrest": 0.05}, "until flow has returned"),
    "gel": ("intramyocardial", {"gel_release_half_time": 48.0}, "leak out"),
    "patch": ("patch", {}, "pass into the muscle"),
    "sac": ("pericardial", {}, "pass into the muscle"),
    "inhaled": ("inhaled", {}, "lost before the airways"),
    "vein": ("intravenous", {}, "held by the lungs"),
}


@pytest.fixture(scope="module")
def prediction():
    """Give the example, 4 draws of 8 animals."""
    return simulate(load_study(PIG), members=32)


@pytest.fixture(scope="module")
def account(prediction):
    return stoichiometric_account(prediction)


@pytest.fixture(scope="module")
def other_ways():
    """Give one prediction with an arm for each of the other routes."""
    study = load_study(PIG)
    vehicle, treated = study.arms[0], study.arms[1]
    arms = [
        replace(treated, name=name, route=route, delivery=keys)
        for name, (route, keys, _) in WAYS.items()
    ]
    return simulate(replace(study, arms=(vehicle, *arms)), members=16)


def _arm(prediction, name):
    return next(arm for arm in prediction.study.arms if arm.name == name)


def test_each_treated_arm_has_every_line(account):
    assert [one.arm for one in account.arms] == ["CDC IM", "CDC IC"]
    one = account.arm("CDC IM")
    assert [cell.group for cell in one.cells] == list(GROUPS)
    assert set(one.zones) == {"risk", "border", "remote"}
    assert len(one.bound) == 2 * len(delivery.CELLS)
    assert set(one.able) == set(MECHANISMS)


def test_the_account_gives_what_the_arrays_hold(prediction, account):
    one = account.arm("CDC IM")
    given = 1e9 * np.median(prediction.products.given["CDC IM"].giga)
    assert one.vesicles_given.low <= given <= one.vesicles_given.high
    peaks = np.max(
        [
            prediction.values("CDC IM", f"mechanism_surface_occupancy_{signal}")
            for signal in SIGNALS
        ],
        axis=(0, 3),
    )
    assert one.able["surface"] == np.mean(peaks > ABLE)
    assert account.falling == sum(prediction.cohort.falling)
    assert account.draws == prediction.cohort.size.outer


def test_zones_add_up_to_what_cells_of_the_heart_have(prediction):
    for arm in dosed(prediction):
        zones = np.sum(list(by_zone(prediction, arm).values()), axis=0)
        held = {s: v[..., -1] for s, v in amounts(prediction, arm).items()}
        given = given_by(prediction, arm)[..., -1]
        assert np.allclose(zones / given, delivery.reached_heart(held, given), 1e-8)


def test_the_account_shows_itself_as_a_table(account):
    text, page = str(account), account._repr_html_()
    for word in ("CDC IC", "copies needed per cell", "soluble can act", "draws"):
        assert word in text
        assert word in page
    assert "not medical advice" in text


def test_an_area_under_a_falling_exponential_is_exact():
    times = np.array([0.0, 0.5, 4.0, 30.0])
    found = area(times, 3.0 * np.exp(-0.4 * times))
    assert found == pytest.approx(3.0 / 0.4 * (1 - np.exp(-12.0)), rel=1e-12)


def test_first_steps_and_ends_add_up_to_the_dose(prediction, other_ways):
    for made in (prediction, other_ways):
        for arm in dosed(made):
            first = np.sum(list(first_steps(follow(made, arm)).values()), axis=0)
            assert np.allclose(first, 1.0, atol=1e-6), arm.name
            ends = np.sum(list(end_of(made, arm).values()), axis=0)
            given = given_by(made, arm)[..., -1]
            assert np.allclose(ends / given, 1.0, atol=1e-8), arm.name


@pytest.mark.parametrize("name", WAYS)
def test_every_route_has_a_ledger(other_ways, name):
    found = route_ledger(other_ways, _arm(other_ways, name))
    words = [step.words for step in found.steps if step.part == "first"]
    assert any(WAYS[name][2] in word for word in words), words


def test_no_route_is_without_first_steps():
    assert set(_BY_ROUTE) | {"patch", "pericardial"} == set(delivery.modelled_routes())


def test_what_walls_hold_explains_what_the_heart_gets_by_the_artery(prediction):
    """Walls hold, first or later; a share of that enters cells, the rest lets go.

    So uptake is (first + later) * entry / (entry + release), up to the little that
    crosses the wall and the error of the area between samples.
    """
    arm = _arm(prediction, "CDC IC")
    followed = follow(prediction, arm)
    held = next(iter(first_steps(followed).values())) + brought_back(followed)
    enters, lets_go = (
        followed[f"delivery_{name}"]
        for name in ("internalisation", "endothelial_release")
    )
    got = np.sum(list(by_zone(prediction, arm).values()), axis=0).ravel()
    wanted = held * enters / (enters + lets_go)
    assert np.allclose(got / followed.given, wanted, rtol=0.02)


def test_the_heart_gets_more_by_the_muscle_than_by_the_artery(prediction):
    muscle, artery = (
        route_ledger(prediction, _arm(prediction, name))
        for name in ("CDC IM", "CDC IC")
    )
    assert muscle.in_heart.median > 3 * artery.in_heart.median
    assert muscle.per_cardiomyocyte.median > 100 * artery.per_cardiomyocyte.median


def test_a_control_has_no_ledger_and_no_cells_beside_it(prediction):
    control = _arm(prediction, "vehicle IM")
    assert route_ledger(prediction, control) is None
    assert source_cells(prediction, control) is None


def test_cells_that_live_for_ever_release_their_rate_times_time():
    found = released_per_cell(np.array([7.0]), np.array([1e9]), 10.0)
    assert found[0] == pytest.approx(70.0, rel=1e-6)


def test_the_share_taken_up_is_near_that_of_what_a_needle_leaves(prediction):
    """The closed form leaves out saturation, injury and what the blood brings back."""
    arm = _arm(prediction, "CDC IM")
    followed = follow(prediction, arm)
    stays = first_steps(followed)["stay in the muscle, between its cells"]
    got = np.sum(list(by_zone(prediction, arm).values()), axis=0).ravel()
    ratio = got / followed.given / stays / uptake_share(followed)
    assert 0.8 < np.median(ratio) < 1.25


def test_matching_cells_bring_what_the_dose_brings(prediction):
    """Draw by draw: cells times release times uptake is uptake of the dose."""
    arm = _arm(prediction, "CDC IM")
    one = source_cells(prediction, arm)
    got = 1e9 * np.sum(list(by_zone(prediction, arm).values()), axis=0).mean(axis=1)
    low = one.matching.low * one.released_per_cell.low * one.uptake_share.low
    high = one.matching.high * one.released_per_cell.high * one.uptake_share.high
    assert low <= np.median(got) <= high
    assert 0.0 < one.kept.median < 1.0
    assert one.made.median > 0.0


def test_a_dose_in_two_parts_closes_too():
    study = load_study(PIG)
    twice = replace(study.arms[1], times=2, every_h=12.0)
    made = simulate(replace(study, arms=(study.arms[0], twice)), members=16)
    first = first_steps(follow(made, twice))
    assert np.allclose(np.sum(list(first.values()), axis=0), 1.0, atol=1e-6)
    assert (first["escape by veins and lymph"] > 0.0).all()
