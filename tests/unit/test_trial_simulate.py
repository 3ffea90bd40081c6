"""Simulated trials: streams, failures, attrition, readers."""

from dataclasses import replace

import numpy as np
import pytest

from exoheart.errors import InputError
from exoheart.records.trial import Noise
from exoheart.trial import simulate, simulate_trials
from exoheart.trial.simulate import compare_trials
from exoheart.trial.toy import Toy, toy_pool, toy_study

TOY = Toy(effects=(-10.0, 0.0), reading_sd=3.0, attrition=0.1, outer=8, animals=16)


def _pool(toy=TOY, seed=5):
    return toy_pool(toy, np.random.default_rng(seed))


def test_same_seed_gives_the_same_trials_and_another_seed_others():
    study, pool = toy_study(TOY), _pool()
    first, again, other = (simulate_trials(pool, study, s, 50) for s in (1, 1, 2))
    np.testing.assert_array_equal(first.mean, again.mean)
    assert not np.array_equal(first.mean, other.mean)


def test_block_size_changes_no_result(monkeypatch):
    study, pool = toy_study(TOY), _pool()
    whole = simulate_trials(pool, study, 1, 60)
    monkeypatch.setattr(simulate, "_CELLS", 7 * TOY.n)
    parts = simulate_trials(pool, study, 1, 60)
    np.testing.assert_array_equal(whole.primary, parts.primary)
    np.testing.assert_array_equal(whole.animal, parts.animal)


def test_variants_run_together_are_what_each_is_alone():
    """Other effects and other numbers of animals, on the same random numbers."""
    pool, lost = _pool(), _pool()
    moved = replace(pool, true=pool.true + 3.0)
    lost.true[0, 2, :3] = np.nan
    studies = [toy_study(replace(TOY, n=n)) for n in (9, 4, 6)]
    variants = list(zip((pool, moved, lost), studies, strict=True))
    for one, (own, study) in zip(
        compare_trials(variants, 3, 70), variants, strict=True
    ):
        alone = simulate_trials(own, study, 3, 70)
        for field in ("outer", "left", "mean", "variance", "primary"):
            np.testing.assert_array_equal(getattr(one, field), getattr(alone, field))
        assert one.alone.shape == one.animal.shape == (70, 3, 0)


def test_another_arm_more_animals_or_more_trials_shift_nobodys_draw():
    small = replace(TOY, effects=(-10.0,))
    study, pool = toy_study(TOY), _pool()
    base = simulate_trials(pool, study, 3, 40)
    fewer_arms = replace(pool, arms=pool.arms[:2], true=pool.true[:2])
    lone = simulate_trials(fewer_arms, toy_study(small), 3, 40)
    np.testing.assert_array_equal(base.mean[:, :2], lone.mean)
    longer = simulate_trials(pool, study, 3, 80)
    np.testing.assert_array_equal(base.primary, longer.primary[:40])
    larger = simulate_trials(pool, toy_study(replace(TOY, n=9)), 3, 40)
    np.testing.assert_array_equal(base.primary, larger.primary[:, :, : TOY.n])


def test_each_outer_draw_is_used_equally_often_and_shared_by_the_arms():
    toy = replace(TOY, animal_sd=0.0, reading_sd=0.0, attrition=0.0, draw_sd=9.0)
    pool = _pool(toy)
    trials = simulate_trials(pool, toy_study(toy), 0, 80)
    assert np.bincount(trials.outer).tolist() == [10] * toy.outer
    np.testing.assert_allclose(
        trials.mean[:, :, 0], pool.true[:, trials.outer, 0, 0].T, rtol=1e-12
    )


def test_arms_draw_their_animals_independently():
    toy = Toy(effects=(0.0,), outer=1, animals=200)
    trials = simulate_trials(_pool(toy), toy_study(toy), 0, 4_000)
    seen = np.corrcoef(trials.mean[:, 0, 0], trials.mean[:, 1, 0])[0, 1]
    assert abs(seen) < 4 / np.sqrt(4_000)  # 4 standard errors of a zero correlation


def test_variance_lost_by_a_small_pool_is_given_back():
    """With 4 animals, plain resampling would show three quarters of the variance."""
    toy = Toy(effects=(), outer=16, animals=4, n=10)
    pool = _pool(toy)
    trials = simulate_trials(pool, toy_study(toy), 0, 16_000)
    wanted = pool.true[0, ..., 0].var(axis=1, ddof=1)
    seen = trials.by_outer(trials.variance[:, 0, 0])
    np.testing.assert_allclose(seen, wanted, rtol=0.08)  # 1,000 trials of 10 each


def test_an_animal_that_failed_in_one_arm_is_left_out_of_all():
    toy = replace(TOY, reading_sd=0.0, attrition=0.0, animal_sd=0.0, animals=3)
    pool = _pool(toy)
    true = pool.true.copy()
    true[0, :, 1] = 1e6  # would show if it were drawn
    true[1, :, 1] = np.nan
    trials = simulate_trials(replace(pool, true=true), toy_study(toy), 0, 200)
    assert trials.primary[:, 0].max() < 100
    assert np.isfinite(trials.mean).all()


def test_outer_draws_without_two_solved_animals_are_not_used():
    pool = _pool()
    true = pool.true.copy()
    true[1, 2, 1:] = np.nan
    broken = replace(pool, true=true)
    trials = simulate_trials(broken, toy_study(TOY), 0, 100)
    assert 2 not in trials.outer
    assert broken.usable.size == TOY.outer - 1


def test_a_pool_without_solved_animals_is_refused_with_a_reason():
    pool = _pool()
    empty = replace(pool, true=np.full_like(pool.true, np.nan))
    with pytest.raises(InputError, match="failed members"):
        simulate_trials(empty, toy_study(TOY), 0, 10)


def test_attrition_is_binomial_with_the_share_of_the_outer_draw():
    pool = replace(_pool(), attrition=np.linspace(0.0, 0.7, TOY.outer))
    trials = simulate_trials(pool, toy_study(TOY), 0, 16_000)
    left = trials.by_outer(trials.left[:, 1])
    wanted = TOY.n * (1 - pool.attrition)
    error = np.sqrt(TOY.n * pool.attrition * (1 - pool.attrition) / 2_000)
    assert (np.abs(left - wanted) <= 4 * error).all()
    assert (np.isfinite(trials.primary).sum(axis=2) == trials.left).all()


def test_which_animals_are_lost_has_nothing_to_do_with_their_values():
    """Animals stand in order of their value, so a shared stream would show."""
    toy = Toy(effects=(), outer=1, animals=100, attrition=0.5)
    pool = _pool(toy)
    ordered = replace(pool, true=np.sort(pool.true, axis=2))
    trials = simulate_trials(ordered, toy_study(toy), 0, 4_000)
    error = pool.true.std() / np.sqrt(0.5 * trials.primary.size)
    assert np.nanmean(trials.primary) == pytest.approx(pool.true.mean(), abs=4 * error)


def test_groups_with_fewer_than_two_animals_have_no_variance():
    pool = replace(_pool(), attrition=np.full(TOY.outer, 0.8))
    trials = simulate_trials(pool, toy_study(TOY), 0, 500)
    assert (np.isnan(trials.variance[..., 0]) == (trials.left < 2)).all()
    assert (np.isnan(trials.mean[..., 0]) == (trials.left == 0)).all()


@pytest.mark.parametrize(("kind", "size"), [("sd", 4.0), ("cv", 0.08)])
def test_a_reader_adds_the_variance_it_should(kind, size):
    """sd 4, or 8 % of a true 50, both give a variance of 16."""
    toy = Toy(effects=(), animal_sd=0.0, outer=4, animals=2)
    noise = Noise(kind, np.full(4, size))
    pool = replace(_pool(toy), noise=(noise,))
    trials = simulate_trials(pool, toy_study(toy), 0, 4_000)
    seen = np.nanvar(trials.primary)
    assert seen == pytest.approx(16.0, rel=4 * np.sqrt(2 / trials.primary.size))


def test_no_reading_leaves_its_scale():
    pool = _pool(replace(TOY, mean=5.0, animal_sd=4.0))
    noise = Noise("sd", np.full(TOY.outer, 5.0), low=0.0, high=100.0)
    trials = simulate_trials(replace(pool, noise=(noise,)), toy_study(TOY), 0, 500)
    assert np.nanmin(trials.primary) == 0.0
    assert trials.animal.min() >= 0.0


@pytest.mark.parametrize(
    "change",
    [
        {"true": np.zeros((3, 8, 16))},
        {"noise": ()},
        {"attrition": np.zeros(3)},
        {"attrition": np.ones(8)},
    ],
    ids=["no endpoint axis", "no noise", "short attrition", "all lost"],
)
def test_a_pool_whose_parts_do_not_fit_is_refused(change):
    with pytest.raises(InputError, match="allowed"):
        replace(_pool(), **change)


def test_an_arm_that_the_study_lacks_is_refused_by_name():
    pool = replace(_pool(), arms=("control", "arm 1", "stranger"))
    with pytest.raises(InputError, match="stranger"):
        simulate_trials(pool, toy_study(TOY), 0, 10)
