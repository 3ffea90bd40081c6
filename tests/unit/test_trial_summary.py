"""The numbers of one plan and their JSON."""

import json
from dataclasses import replace

import numpy as np
import pytest

from exoheart.trial import (
    arms_as_json,
    probability,
    simulate_trials,
    summarise,
    true_effect,
)
from exoheart.trial.toy import Toy, pool_of, toy_pool, toy_study

TOY = Toy(effects=(-10.0, 0.0), null_share=0.25, reading_sd=3.0, attrition=0.1)


def _summary(toy=TOY, negligible=0.01, trials=2_000):
    pool = toy_pool(toy, np.random.default_rng(9))
    study = toy_study(toy)
    return summarise(simulate_trials(pool, study, 0, trials), study, negligible)


def test_draws_without_effect_count_as_no_benefit():
    _, works, idle = (arm.endpoints[0].difference for arm in _summary())
    assert works.benefit.value == 0.75
    assert works.harm.value == 0.0
    assert idle.benefit.value == 0.0


def test_an_effect_smaller_than_the_negligible_share_is_none():
    """The control's mean is near 50, so 0.4 points are less than one per cent."""
    toy = Toy(effects=(-0.4,))
    assert _summary(toy, 0.01)[1].endpoints[0].difference.benefit.value == 0.0
    assert _summary(toy, 0.001)[1].endpoints[0].difference.benefit.value == 1.0


def test_harm_is_the_wrong_way_and_neither_exists_without_a_good_way():
    worse = _summary(Toy(effects=(10.0,)))[1].endpoints[0].difference
    assert (worse.benefit.value, worse.harm.value) == (0.0, 1.0)
    open_end = _summary(Toy(better="none"))[1].endpoints[0].difference
    assert open_end.benefit is None
    assert open_end.harm is None


def test_a_probability_seen_in_every_draw_still_has_an_error():
    assert probability(np.ones(64)).error > 0
    assert probability(np.ones(64)).error < probability(np.ones(16)).error


def test_the_error_counts_outer_draws_not_trials():
    shares = np.random.default_rng(0).beta(2, 2, 64)
    wanted = shares.std(ddof=1) / 8
    assert probability(shares).error == pytest.approx(wanted, rel=1e-12)
    spread = []
    for seed in range(300):
        draws = np.random.default_rng(seed).random(64) < 0.3
        spread.append(probability(draws.astype(float)))
    seen = np.std([p.value for p in spread])
    said = np.mean([p.error for p in spread])
    assert said == pytest.approx(seen, rel=0.15)  # 300 repeats: 4 % Monte Carlo error


def test_the_true_effect_uses_the_same_animal_on_both_sides():
    toy = Toy(effects=(-10.0,), animal_sd=30.0, animals=3)
    pool = toy_pool(toy, np.random.default_rng(0))
    np.testing.assert_allclose(true_effect(pool, 1, 0, 0), -10.0, rtol=1e-12)


def test_one_animal_spreads_wider_than_a_group_and_a_trial_wider_than_the_truth():
    one = _summary()[1].endpoints[0]
    assert np.diff(one.animal_interval90) > np.diff(one.interval90)
    assert np.diff(one.difference.interval90) > np.diff(one.difference.true_interval90)


def test_mechanisms_have_their_weight_and_their_own_numbers():
    parts = {p.id: p for p in _summary()[1].endpoints[0].difference.by_mechanism}
    assert sum(part.weight for part in parts.values()) == 1.0
    assert parts["none"].weight == 0.25
    assert parts["none"].median == pytest.approx(0.0, abs=1.0)
    assert parts["surface"].median == pytest.approx(-10.0, abs=1.0)


def test_json_has_the_keys_of_the_contract_and_no_nan():
    toy = replace(TOY, attrition=0.0)
    values = np.full((3, toy.outer, 2), 50.0)
    pool = pool_of(values, toy, np.ones(toy.outer))
    pool = replace(pool, endpoints=(replace(pool.endpoints[0], at_h=float("nan")),))
    study = toy_study(toy)
    found = arms_as_json(summarise(simulate_trials(pool, study, 0, 64), study, 0.01))
    text = json.dumps(found, allow_nan=False)
    control, treated = json.loads(text)[0], json.loads(text)[1]
    assert set(control) == {"name", "control", "endpoints"}
    endpoint = treated["endpoints"][0]
    assert endpoint["at_h"] is None
    assert set(endpoint) == {
        *("quantity", "of", "method", "at", "at_h", "unit", "median", "interval90"),
        *("animal_interval90", "by_mechanism", "difference_to_control"),
    }
    assert control["endpoints"][0]["difference_to_control"] is None
    difference = endpoint["difference_to_control"]
    assert difference["unit"] == "points"
    assert {"control", "median", "interval90", "probability_of_benefit"} <= set(
        difference
    )


def test_arms_that_lose_everybody_have_no_numbers_but_are_shown():
    toy = replace(TOY, attrition=0.999)
    arm = _summary(toy, trials=64)[1]
    assert arm.not_analysable == 1.0
    assert (
        arms_as_json([arm])[0]["endpoints"][0]["difference_to_control"]["median"]
        is None
    )
