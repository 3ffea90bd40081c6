"""The split of a trial's variance into layers."""

from dataclasses import replace
from math import comb

import numpy as np
import pytest

from exoheart.decision import layer_shares
from exoheart.decision.layers import expected_inverse
from exoheart.errors import InputError
from exoheart.trial import simulate_trials
from exoheart.trial.toy import Toy, toy_pool, toy_study

TOY = Toy(
    effects=(-10.0,), animal_sd=8.0, reading_sd=4.0, effect_sd=3.0, draw_sd=20.0,
    outer=2_000, animals=40, n=5, null_share=0.25,
)  # fmt: skip


def _shares(toy, seed=3):
    pool = toy_pool(toy, np.random.default_rng(seed))
    return pool, layer_shares(pool, toy_study(toy), "arm 1")


def test_the_layers_are_those_that_the_toy_was_made_of():
    """Two groups of 5: 64 and 16 times 2/5; effects of 0 or N(-10, 3), 1 : 3."""
    _, found = _shares(TOY)
    wanted = np.array([0.25 * 0.75 * 100, 0.75 * 9, 64 * 2 / 5, 16 * 2 / 5])
    seen = np.array(
        [found.structure, found.parameters, found.animals, found.measurement]
    )
    np.testing.assert_allclose(seen * found.variance, wanted, rtol=0.1)
    assert seen.sum() == pytest.approx(1.0, rel=1e-12)


def test_the_whole_is_the_variance_of_simulated_trials():
    toy = replace(TOY, attrition=0.15, n=8)
    pool, found = _shares(toy)
    trials = simulate_trials(pool, toy_study(toy), 0, 40_000)
    change = trials.mean[:, 1, 0] - trials.mean[:, 0, 0]
    seen = change[(trials.left >= 2).all(axis=1)].var()
    assert seen == pytest.approx(found.variance, rel=0.05)


def test_more_animals_shrink_animals_and_measurement_only():
    _, few = _shares(TOY)
    _, many = _shares(replace(TOY, n=50))
    assert many.animals * many.variance == pytest.approx(
        few.animals * few.variance / 10, rel=1e-9
    )
    assert many.structure * many.variance == pytest.approx(
        few.structure * few.variance, rel=1e-9
    )


def test_effects_that_differ_only_because_animals_are_few_are_no_parameter_spread():
    """Effects of single animals spread by 10; draws of 16 animals have none of it."""
    toy = Toy(effects=(0.0,), outer=500, animals=16)
    pool = toy_pool(toy, np.random.default_rng(0))
    true = pool.true.copy()
    true[1] += 10 * np.random.default_rng(1).standard_normal(true[1].shape)
    found = layer_shares(replace(pool, true=true), toy_study(toy), "arm 1")
    naive = 100 / 16
    assert found.parameters * found.variance < 0.25 * naive


def test_structure_cannot_be_told_from_parameters_with_one_draw_a_mechanism():
    toy = Toy(outer=3, effect_sd=4.0)
    pool = replace(toy_pool(toy, np.random.default_rng(1)), mechanisms=("a", "b", "c"))
    found = layer_shares(pool, toy_study(toy), "arm 1")
    assert np.isnan(found.structure)
    assert found.parameters > 0


@pytest.mark.parametrize("lost", [0.0, 0.26, 0.7])
def test_the_mean_of_one_over_the_animals_left_is_the_binomial_one(lost):
    n = 6
    chance = [comb(n, k) * (1 - lost) ** k * lost ** (n - k) for k in range(n + 1)]
    wanted = sum(chance[k] / k for k in range(2, n + 1)) / sum(chance[2:])
    assert expected_inverse(n, np.array([lost]))[0] == pytest.approx(wanted, rel=1e-12)


def test_a_control_arm_has_no_layers():
    with pytest.raises(InputError, match="treated arm"):
        layer_shares(toy_pool(TOY, np.random.default_rng(0)), toy_study(TOY), "control")
