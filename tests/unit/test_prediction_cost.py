"""What a plan costs: more of anything takes longer, and the examples take seconds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from exoheart.planning.more_draws import size_of
from exoheart.planning.roadblocks import MORE_DRAWS
from exoheart.prediction import cost, rough_minutes
from exoheart.study import load_study

EXAMPLES = Path(__file__).parents[2] / "examples"
PIG = load_study(EXAMPLES / "pig_reperfused_infarct.toml")


def test_more_members_doses_or_arms_take_longer_and_more_workers_less():
    base = rough_minutes(PIG, 10_000, 2)
    assert rough_minutes(PIG, 20_000, 2) > base > rough_minutes(PIG, 10_000, 4)
    daily = [replace(arm, times=20) for arm in PIG.arms]
    assert rough_minutes(replace(PIG, arms=tuple(daily)), 10_000, 2) > base
    assert rough_minutes(replace(PIG, arms=PIG.arms[:2]), 10_000, 2) < base


def test_controls_without_a_dose_share_their_solves():
    controls = load_study(EXAMPLES / "controls_human.toml")
    twice = replace(controls, arms=controls.arms * 2)
    assert rough_minutes(twice, 50_000, 1) == rough_minutes(controls, 50_000, 1)


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.toml")), ids=lambda p: p.stem)
def test_an_example_takes_less_than_a_quarter_of_a_minute(path):
    assert 0.03 < rough_minutes(load_study(path), 1024, 2) < 0.25


def test_the_draws_that_are_counted_are_those_that_a_plan_makes():
    assert cost._MORE_DRAWS == MORE_DRAWS
    assert size_of(1024).animals * cost._OF_MEMBERS == 2
