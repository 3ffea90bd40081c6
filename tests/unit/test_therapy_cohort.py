"""Cohort: members in order, the same for every blocking, with their own schedules."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

from exoheart.delivery import ROUTE_DEFAULTS, SOLUTE, Amounts
from exoheart.errors import InputError
from exoheart.prediction import prepare
from exoheart.records.study import Infarct, Moment
from exoheart.study import load_study
from exoheart.therapy import ArmPlan, Cohort, Size, anchored, occluded
from exoheart.therapy.cohort import geometry
from exoheart.therapy.model import MECHANISMS, PRODUCT_INPUTS, SCHEDULED

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
    """Only what the product hands over and what the route sets differs."""
    members = cohort("vehicle IM", "CDC IM")
    size = setting().size.members
    control, treated = (members.block(k * size, size).parameters for k in (0, 1))
    names = np.array(setting().model.parameters)
    differ = set(names[np.any(control != treated, axis=0)])
    assert differ
    assert differ <= {*PRODUCT_INPUTS, *ROUTE_DEFAULTS}
    assert differ & set(PRODUCT_INPUTS)


def test_a_mechanism_is_a_weight_of_one_and_none_is_no_weight():
    members = cohort("CDC IM")
    block = members.block(0, len(members))
    for name in MECHANISMS:
        weight = column(block.parameters, f"mechanism_weight_{name}")
        wanted = np.repeat([label == name for label in members.labels], 8)
        np.testing.assert_array_equal(weight, wanted.astype(float))


def test_whether_the_answer_falls_is_a_draw_of_its_own():
    """One or zero for all animals of an outer draw, whatever the arm."""
    members = cohort("vehicle IM", "CDC IM")
    of_draws = tuple(k % 3 == 0 for k in range(8))
    members = replace(members, falling=of_draws)
    column_ = column(members.block(0, len(members)).parameters, "mechanism_falling")
    wanted = np.tile(np.repeat(np.array(of_draws, float), 8), 2)
    np.testing.assert_array_equal(column_, wanted)


def test_every_member_starts_with_the_values_that_schedules_change():
    members = cohort("CDC IC")
    table = members.block(0, len(members)).parameters
    for id_, value in SCHEDULED.items():
        assert np.all(column(table, id_) == value), id_


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
        given = sum(a.value for a in rows if a.target not in SOLUTE)
        assert given == pytest.approx(plan.giga[k // 8], rel=1e-14)


def test_repeated_doses_come_at_their_interval():
    plan = replace(cohort("CDC IM").arms[0], every_h=12.0, times=3)
    members = setting().cohort([plan], TIMES)
    times = {a.time_h for a in members.block(0, 1).schedule if a.action == "add"}
    assert times == {2.0, 14.0, 26.0}


def test_an_infusion_starts_and_stops():
    """Vesicles and what is dissolved beside them, at the same times, each whole."""
    base = cohort("CDC IC").arms[0]
    plan = replace(base, over_h=0.5, solute=np.full(8, 30.0), cells=None)
    rows = [
        a
        for a in setting().cohort([plan], TIMES).block(0, 1).schedule
        if a.action == "rate"
    ]
    given = {"delivery_coronary": plan.giga[0], "delivery_solute_coronary": 30.0}
    assert {a.target for a in rows} == set(given)
    for target, amount in given.items():
        own = [a for a in rows if a.target == target]
        assert [(a.time_h, a.value == 0.0) for a in own] == [(2.0, False), (2.5, True)]
        assert own[0].value * 0.5 == pytest.approx(amount, rel=1e-14)


def test_an_arm_can_hold_molecules_and_cells_beside_vesicles():
    """What one dose holds in one outer draw; what is absent counts nothing."""
    two = {"solute": np.array([3.0, 4.0]), "cells": np.array([5.0, 6.0])}
    plan = ArmPlan("x", giga=np.array([1.0, 2.0]), **two)
    assert plan.amounts(1) == Amounts(2.0, 4.0, 6.0)
    assert ArmPlan("x", giga=np.array([1.0])).amounts(0) == Amounts(1.0)


def test_molecules_and_cells_of_a_dose_are_scheduled_with_it():
    """Into the states of the route, at the dose's time, whole."""
    base = cohort("CDC IM").arms[0]
    amount = np.full(8, 30.0)
    plan = replace(base, giga=np.zeros(8), solute=amount, cells=amount / 10)
    block = setting().cohort([plan], TIMES).block(0, 8)
    for start, given in (("solute", 30.0), ("cells", 3.0)):
        rows = [
            a
            for a in block.schedule
            if a.member == 3 and a.target.startswith(f"delivery_{start}")
        ]
        assert {a.time_h for a in rows} == {2.0}
        assert sum(a.value for a in rows) == pytest.approx(given, rel=1e-12)


def test_cells_meet_a_shut_artery_before_reperfusion():
    """Into the artery under occlusion: none of them come to rest at risk."""
    base = cohort("CDC IC").arms[0]
    for offset, there in ((-0.5, False), (0.5, True)):
        moment = Moment("", offset, "reperfusion")
        plan = replace(base, giga=np.zeros(8), cells=np.ones(8), at=moment)
        rows = setting().cohort([plan], TIMES).block(0, 1).schedule
        targets = {a.target for a in rows}
        assert ("delivery_cells_risk" in targets) == there
        assert "delivery_cells_border" in targets


@pytest.mark.parametrize(
    ("model", "occlusion", "at", "shut"),
    [
        ("ischaemia-reperfusion", 1.5, 1.49, True),
        ("ischaemia-reperfusion", 1.5, 1.5, False),
        ("ischaemia-reperfusion", 1.5, -0.1, False),
        ("permanent ligation", None, 1000.0, True),
        ("permanent ligation", None, -0.1, False),
        ("none", None, 1.0, False),
    ],
)
def test_the_artery_is_shut_from_occlusion_to_reperfusion(model, occlusion, at, shut):
    assert occluded(Infarct(model, occlusion), at) == shut


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
    many = replace(many, falling=(False,) * 20_000)
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
