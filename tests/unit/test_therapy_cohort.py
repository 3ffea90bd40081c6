"""Cohort: members in order, the same for every blocking, with their own schedules."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

from exoheart.errors import InputError
from exoheart.prediction import prepare
from exoheart.records.study import Infarct, Moment
from exoheart.study import load_study
from exoheart.therapy import ArmPlan, Cohort, Size, anchored
from exoheart.therapy.cohort import geometry
from exoheart.therapy.model import PRODUCT_INPUTS

EXAMPLE = Path(__file__).parents[2] / "examples" / "pig_reperfused_infarct.toml"
TIMES = np.array([0.0, 1.0, 50.0])


@lru_cache(maxsize=1)
def setting():
    return prepare(load_study(EXAMPLE), 0, 64)


def cohort(*names: str) -> Cohort:
    study = setting().study
    wanted = names or tuple(arm.name for arm in study.arms)
    plans = [setting().products.plan(study.arm(name)) for name in wanted]
    return setting().cohort(plans, TIMES)


def column(table, name):
    return table[:, setting().model.parameters.index(name)]


def test_members_are_arms_times_draws_times_animals():
    assert len(cohort()) == 4 * 8 * 8
    assert Size(8, 8).members == 64


@pytest.mark.parametrize("size", [1, 7, 64, 100])
def test_block_boundaries_leave_no_trace(size):
    """Parameters, initial states and schedules of any blocking, arms included."""
    members = cohort("vehicle IM", "CDC IM", "CDC IC")
    whole = members.block(0, len(members))
    parts = [
        members.block(first, min(size, len(members) - first))
        for first in range(0, len(members), size)
    ]
    for field in ("parameters", "initial", "sample_times"):
        joined = np.concatenate([getattr(part, field) for part in parts])
        np.testing.assert_array_equal(joined, getattr(whole, field))
    moved = [
        replace(action, member=action.member + size * k)
        for k, part in enumerate(parts)
        for action in part.schedule
    ]
    assert moved == list(whole.schedule)


def test_adding_an_arm_shifts_nobody():
    few, more = cohort("vehicle IM", "CDC IC"), cohort("vehicle IM", "CDC IM", "CDC IC")
    size = setting().size.members
    np.testing.assert_array_equal(
        few.block(size, size).parameters, more.block(2 * size, size).parameters
    )


def test_animals_of_an_arm_are_those_of_every_other_arm():
    """Only what the product hands over differs."""
    members = cohort("vehicle IM", "CDC IM")
    size = setting().size.members
    control, treated = (members.block(k * size, size).parameters for k in (0, 1))
    names = np.array(setting().model.parameters)
    differ = set(names[np.any(control != treated, axis=0)])
    assert differ
    assert differ <= set(PRODUCT_INPUTS)


def test_a_mechanism_is_a_weight_of_one_and_none_is_no_weight():
    members = cohort("CDC IM")
    block = members.block(0, len(members))
    for name in ("cargo", "surface", "relay"):
        weight = column(block.parameters, f"mechanism_weight_{name}")
        wanted = np.repeat([label == name for label in members.labels], 8)
        np.testing.assert_array_equal(weight, wanted.astype(float))


def test_every_parameter_of_every_member_is_a_finite_number():
    members = cohort()
    assert np.isfinite(members.block(0, len(members)).parameters).all()


def test_a_control_has_the_infarct_and_no_dose():
    members = cohort("vehicle IM")
    actions = {a.action for a in members.block(0, 8).schedule}
    targets = {a.target for a in members.block(0, 8).schedule}
    assert actions == {"set"}
    assert targets == {"heart_flow", "heart_flow_target"}


def test_a_dose_is_given_whole_at_its_time():
    """30 minutes after 90 minutes of occlusion: hour 2, the outer draw's particles."""
    members = cohort("CDC IM")
    block = members.block(0, len(members))
    plan = members.arms[0]
    for k in (0, 9, 63):
        rows = [a for a in block.schedule if a.member == k and a.action == "add"]
        assert {a.time_h for a in rows} == {2.0}
        given = sum(a.value for a in rows)
        assert given == pytest.approx(plan.giga[k // 8], rel=1e-14)


def test_repeated_doses_come_at_their_interval():
    plan = replace(cohort("CDC IM").arms[0], every_h=12.0, times=3)
    members = setting().cohort([plan], TIMES)
    times = {a.time_h for a in members.block(0, 1).schedule if a.action == "add"}
    assert times == {2.0, 14.0, 26.0}


def test_an_infusion_starts_and_stops():
    plan = replace(cohort("CDC IC").arms[0], over_h=0.5)
    rows = [
        a
        for a in setting().cohort([plan], TIMES).block(0, 1).schedule
        if a.action == "rate"
    ]
    assert [(a.time_h, a.value == 0.0) for a in rows] == [(2.0, False), (2.5, True)]
    assert rows[0].value * 0.5 == pytest.approx(plan.giga[0], rel=1e-14)


def test_an_arm_without_a_dose_is_not_treated():
    assert not ArmPlan("x").treated
    assert cohort("CDC IM").arms[0].treated


@pytest.mark.parametrize(
    ("anchor", "model", "occlusion", "wanted"),
    [
        ("reperfusion", "ischaemia-reperfusion", 1.5, 2.0),
        ("occlusion", "ischaemia-reperfusion", 1.5, 0.5),
        ("occlusion", "permanent ligation", None, 0.5),
    ],
)
def test_a_moment_counts_from_its_anchor(anchor, model, occlusion, wanted):
    moment = Moment("30 min after", 0.5, anchor)
    assert anchored(moment, Infarct(model, occlusion)) == wanted


def test_zone_masses_add_up_to_the_ventricle():
    values = {
        "anatomy_left_ventricle_mass": np.array([100.0, 80.0]),
        "anatomy_area_at_risk": np.array([0.3, 0.7]),
        "anatomy_border_share": np.array([0.1, 0.2]),
    }
    zones = geometry(values)
    assert sum(zones.values()) == pytest.approx([100.0, 80.0], rel=1e-15)
    assert zones["anatomy_remote_mass"] == pytest.approx([60.0, 8.0])


@pytest.mark.parametrize("species", ["pig", "mouse", "rat", "human"])
def test_flows_volumes_and_zones_close_for_every_shipped_prior(species):
    """20,000 animals of 20,000 outer draws: the rest of the body keeps some of each.

    Making the parameters checks them; the remote zone keeps at least a twentieth.
    """
    name = f"controls_{species}.toml"
    study = load_study(EXAMPLE.with_name(name))
    one = prepare(study, 0, 64)
    many = replace(one, size=Size(20_000, 1), labels=("none",) * 20_000)
    plan = ArmPlan("control")
    table = many.cohort([plan], TIMES).block(0, 20_000).parameters
    remote = column(table, "anatomy_remote_mass")
    assert np.all(remote > 0.05 * column(table, "anatomy_left_ventricle_mass") - 1e-12)


def test_draws_that_do_not_close_are_refused_before_a_solver_sees_them():
    """An override that pumps less than the heart itself takes."""
    text = EXAMPLE.read_text("utf-8") + (
        "[override]\n"
        '"delivery.cardiac_output" = { median = 1e-3, gsd = 1.1, unit = "L/min", '
        'source = "a test" }\n'
    )
    from exoheart.study import parse_study

    bad = prepare(parse_study(text), 0, 64)
    with pytest.raises(InputError, match="flow of the rest of the body"):
        bad.cohort([ArmPlan("control")], TIMES).block(0, 8)
