"""The stoichiometric account, the route ledger, and vesicles beside their cells."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from exoheart import delivery
from exoheart.heart.mechanisms import ABLE, GROUPS, SIGNALS, Interval
from exoheart.prediction import (
    dosed,
    given_by,
    route_ledger,
    simulate,
    source_cells,
    stoichiometric_account,
)
from exoheart.prediction.account import amounts, area, by_zone, starts
from exoheart.prediction.first_steps import _BY_ROUTE, first_steps, follow
from exoheart.prediction.route_ledger import brought_back, end_of
from exoheart.prediction.source_cells import released_per_cell, uptake_share
from exoheart.prediction.whereabouts import where
from exoheart.records.override import Override
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


#: Clearance so fast, by organs other than the lungs, that nothing comes back.
CAUGHT = {
    "delivery.blood_half_life": (1e-3, "min"),
    "delivery.macrophage_share": (1e-3, "1"),
    "delivery.capture_digestion": (1e-9, "1/h"),
}
#: What spreads between the cells stays there.
STILL = {
    "delivery.lymph_turnover": (1e-9, "1/h"),
    "delivery.uptake_clearance": (1e-18, "mL/cell/h"),
    "delivery.permeability_surface": (1e-15, "mL/min/g"),
}


def _alone(route, keys, changed):
    """Solve one treated arm with some numbers fixed; give it followed."""
    study = load_study(PIG)
    overrides = tuple(
        Override(id_, value, None, unit, "fixed for the test")
        for id_, (value, unit) in changed.items()
    )
    treated = replace(study.arms[1], route=route, delivery=keys)
    arms = (study.arms[0], treated)
    made = simulate(replace(study, arms=arms, overrides=overrides), members=16)
    return follow(made, treated)


def _at(followed, after_h, *states):
    """Give what states hold some time after the dose, as a share of it."""
    start = float(starts(followed.prediction, followed.arm)[0])
    k = int(np.argmin(np.abs(followed.times[0] - start - after_h)))
    return np.sum([followed.state(s)[:, k] for s in states], axis=0) / followed.given


def test_what_a_vein_gives_the_lungs_at_once_is_what_the_lungs_hold():
    """Up to what is still in blood or on its cells, and what comes again."""
    followed = _alone("intravenous", {}, CAUGHT)
    first = first_steps(followed)["are held by the lungs in the first passage"]
    assert (first > 0.1).all()
    assert np.allclose(_at(followed, 0.1, "delivery_lung"), first, rtol=0.01)


def test_what_stays_of_an_injection_is_what_is_between_the_cells():
    followed = _alone("intramyocardial", {"zone": "border"}, STILL)
    stays = first_steps(followed)["stay in the muscle, between its cells"]
    between = [f"delivery_interstitium_{zone}" for zone in ("risk", "border")]
    assert np.allclose(_at(followed, 4.0, *between), stays, rtol=0.02)


def test_what_a_balloon_leaves_on_walls_at_risk_is_there_when_flow_returns():
    """Until then nothing else comes to these walls, and little lets go again."""
    keys, kept = {"flow_arrest": 0.05}, {"delivery.endothelial_release": (1e-6, "1/h")}
    followed = _alone("intracoronary", keys, {**CAUGHT, **kept})
    (held, _) = first_steps(followed).values()
    states = [f"delivery_{place}_risk" for place in ("endothelium", "internalised")]
    there = _at(followed, 0.2, *states, "delivery_degraded_heart")
    assert np.allclose(there, held, rtol=0.05)


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


def _each(made, arm, doses):
    """Give what one cell releases, on average over an arm's first doses, (outer,)."""
    half_life = follow(made, arm)["delivery_cell_half_life"]
    outer = half_life.reshape(made.cohort.size.outer, -1)[:, 0]
    rate = made.products.supplies[arm.product].secretion.vesicles_per_cell_day / 24.0
    left_h = made.times[-1] - starts(made, arm)[:doses]
    return np.mean([released_per_cell(rate, outer, left) for left in left_h], axis=0)


def test_matching_cells_bring_what_the_dose_brings(prediction):
    """Draw by draw: cells times release times uptake is uptake of the dose."""
    arm = _arm(prediction, "CDC IM")
    found = source_cells(prediction, arm)
    got = 1e9 * np.sum(list(by_zone(prediction, arm).values()), axis=0).mean(axis=1)
    share = uptake_share(follow(prediction, arm)).reshape(len(got), -1).mean(axis=1)
    wanted = Interval.of(got / (_each(prediction, arm, 1) * share))
    for end in ("low", "median", "high"):
        mine = getattr(found.matching, end)
        assert mine == pytest.approx(getattr(wanted, end), rel=1e-9)
    assert 0.0 < found.kept.median < 1.0
    assert found.made.median > 0.0


def test_a_dose_in_two_parts_closes_too():
    study = load_study(PIG)
    twice = replace(study.arms[1], times=2, every_h=12.0)
    made = simulate(replace(study, arms=(study.arms[0], twice)), members=16)
    first = first_steps(follow(made, twice))
    assert np.allclose(np.sum(list(first.values()), axis=0), 1.0, atol=1e-6)
    assert (first["escape by veins and lymph"] > 0.0).all()


@pytest.fixture(scope="module")
def late():
    """Give an arm with three doses, the last of them after the last endpoint."""
    study = load_study(PIG)
    arm = replace(study.arms[1], times=3, every_h=30.0)
    never = replace(arm, name="never", at=replace(arm.at, offset_h=500.0))
    return simulate(replace(study, arms=(study.arms[0], arm, never)), members=16)


def test_doses_after_the_last_endpoint_do_not_count(late):
    arm = _arm(late, "CDC IM")
    given = late.products.given[arm.name]
    beside = source_cells(late, arm)
    cells = given.made_giga / late.products.supplies[arm.product].ledger.giga_per_cell
    assert beside.made.median == pytest.approx(2 * Interval.of(cells).median)
    each = Interval.of(_each(late, arm, 2)).median
    assert beside.released_per_cell.median == pytest.approx(each)
    one = stoichiometric_account(late).arm(arm.name)
    protein = 2 * Interval.of(given.soluble_ug).median
    assert one.dissolved_ug.median == pytest.approx(protein)


def test_where_nothing_is_given_there_are_no_tables(late):
    one = next(a for a in where(late).arms if a.arm == "never")
    assert one.nothing == "Nothing has been given by the end of the study."
    assert one.places == one.cells == ()


def test_rna_alone_is_said_to_hold_no_vesicles():
    study = load_study(PIG)
    product = replace(study.products["cdc"], form="RNA")
    dose = replace(study.arms[1].dose, words="10 ug RNA", value=10.0, basis="RNA")
    arm = replace(study.arms[1], dose=dose)
    bare = replace(study, arms=(study.arms[0], arm), products={"cdc": product})
    (one,) = where(simulate(bare, members=16)).arms
    assert (
        one.nothing == "RNA alone holds no vesicles; a plan gives its copies per cell."
    )
    assert one.places == one.cells == ()
