"""The planned analysis: tests, Holm, direction, what can't be analysed."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from exoheart.records.study import Design
from exoheart.trial import analyse, assurance, simulate_trials
from exoheart.trial.analysis import holm, mann_whitney, t_test
from exoheart.trial.toy import Toy, toy_pool, toy_study


def _groups(rng, rows, a, b):
    return rng.normal(50, 10, (rows, a)), rng.normal(45, 20, (rows, b))


@pytest.mark.parametrize("equal_variance", [False, True], ids=["Welch", "Student"])
@pytest.mark.parametrize(("a", "b"), [(2, 2), (6, 6), (3, 11), (40, 25)])
def test_t_tests_agree_with_scipy(equal_variance, a, b):
    x, y = _groups(np.random.default_rng(a * b), 50, a, b)
    means = [(v.mean(axis=1), v.var(axis=1, ddof=1), v.shape[1]) for v in (x, y)]
    ours = t_test(*means[0], *means[1], equal_variance=equal_variance)
    theirs = stats.ttest_ind(x, y, axis=1, equal_var=equal_variance).pvalue
    np.testing.assert_allclose(ours, theirs, rtol=1e-12)


def test_a_t_test_without_spread_or_without_a_second_animal_does_not_exist():
    nothing = t_test([5, 5, 5], [0, 1, 1], [6, 1, 6], [4, 4, 4], [0, 1, 1], [6, 6, 1])
    assert np.isnan(nothing).all()


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize(("a", "b"), [(6, 6), (8, 20), (15, 12)])
def test_mann_whitney_agrees_with_scipy_row_by_row(ties, a, b):
    rng = np.random.default_rng(7)
    x, y = _groups(rng, 40, a, b)
    if ties:
        x, y = np.round(x, -1), np.round(y, -1)
    x[rng.random(x.shape) < 0.2] = np.nan
    y[rng.random(y.shape) < 0.2] = np.nan
    ours = mann_whitney(x, y)
    for row, p in enumerate(ours):
        one, two = x[row][np.isfinite(x[row])], y[row][np.isfinite(y[row])]
        assert p == pytest.approx(stats.mannwhitneyu(one, two).pvalue, rel=1e-12)


def test_three_below_three_has_the_p_value_of_two_orders_in_twenty():
    p = mann_whitney(np.array([[1.0, 2.0, 3.0]]), np.array([[4.0, 5.0, 6.0]]))
    assert p[0] == pytest.approx(2 / 20, rel=1e-12)


def test_mann_whitney_of_equal_values_or_of_one_animal_does_not_exist():
    x = np.array([[5.0, 5.0], [1.0, np.nan]])
    y = np.array([[5.0, 5.0], [2.0, 3.0]])
    assert np.isnan(mann_whitney(x, y)).all()


def test_holm_steps_down_and_counts_what_could_not_be_analysed():
    """By hand: 0.005 x 4, 0.011 x 3, 0.02 x 2, 0.04 x 1, never falling."""
    p = np.array([[0.011, 0.02, 0.005, 0.04], [0.01, np.nan, 0.02, 0.6]])
    wanted = [[0.033, 0.04, 0.02, 0.04], [0.04, np.nan, 0.06, 1.0]]
    np.testing.assert_allclose(holm(p), wanted, rtol=1e-12)


def _analysis(toy, design=None, trials=400):
    study = toy_study(toy, design)
    pool = toy_pool(toy, np.random.default_rng(2))
    return analyse(simulate_trials(pool, study, 0, trials), study)


def test_only_the_good_direction_is_a_success():
    harmful = _analysis(Toy(effects=(40.0,)))
    helpful = _analysis(Toy(effects=(-40.0,)))
    assert harmful.significant.mean() > 0.99
    assert harmful.success.sum() == 0
    assert helpful.success.mean() > 0.99


def test_either_direction_succeeds_where_the_endpoint_has_no_good_one():
    assert _analysis(Toy(effects=(40.0,), better="none")).success.mean() > 0.99


def test_a_trial_that_is_not_analysable_is_counted_and_is_no_success():
    found = _analysis(
        Toy(effects=(-200.0,), reading_sd=1.0, attrition=0.75), trials=640
    )
    short = (found.trials.left < 2).any(axis=1)
    assert 0 < short.mean() < 1
    assert not found.success[short].any()
    assert (found.analysable[:, 0] == ~short).all()
    assert assurance(found)["arm 1"].value == pytest.approx(found.success.mean())


@pytest.mark.parametrize("name", ["welch", "student", "mann-whitney"])
def test_the_analysis_that_the_study_names_is_the_one_done(name):
    found = _analysis(Toy(reading_sd=1.0), Design(analysis=name), trials=20)
    x, y = found.trials.primary[:, 1], found.trials.primary[:, 0]
    theirs = {
        "welch": lambda: stats.ttest_ind(x, y, axis=1, equal_var=False),
        "student": lambda: stats.ttest_ind(x, y, axis=1, equal_var=True),
        "mann-whitney": lambda: stats.mannwhitneyu(x, y, axis=1, method="exact"),
    }[name]()
    np.testing.assert_allclose(found.p[:, 0], theirs.pvalue, rtol=1e-10)


def test_the_level_of_the_study_is_the_level_used():
    toy = Toy(effects=(-10.0,))
    strict = _analysis(toy, Design(alpha=0.001)).significant.mean()
    loose = _analysis(toy, Design(alpha=0.2)).significant.mean()
    assert strict < loose


def test_a_study_of_controls_only_has_no_comparison():
    found = _analysis(Toy(effects=()))
    assert found.arms == ()
    assert assurance(found) == {}


def test_more_arms_make_each_comparison_harder():
    one = _analysis(Toy(effects=(-15.0,)))
    three = _analysis(replace(Toy(), effects=(-15.0, 0.0, 0.0)))
    assert three.success[:, 0].sum() < one.success[:, 0].sum()
