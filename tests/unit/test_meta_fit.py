"""Pooling keeps its laws, its closed forms and its record."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from exoheart.errors import InputError
from exoheart.evidence.meta import fit, fit_correlated
from exoheart.evidence.meta.least_squares import weighted_fit

METHODS = ("FE", "DL", "PM", "REML", "ML")
YI = [0.1, 0.9, 0.4, 1.6, 0.7, 1.1]
VI = [0.05, 0.1, 0.02, 0.2, 0.04, 0.08]
WORDS = ["a", "b", "a", "b", "a", "b"]
CLUSTER = ["x", "x", "y", "y", "z", "z"]

effects = st.lists(
    st.tuples(st.floats(-5.0, 5.0), st.floats(0.05, 4.0)), min_size=3, max_size=9
).map(lambda pairs: tuple(np.array(column) for column in zip(*pairs, strict=True)))


def height(yi, vi, tau2, restricted=True):
    """Log-likelihood of the pooled model at a tau2."""
    return weighted_fit(yi, vi, np.ones((len(yi), 1)), tau2).log_likelihood(restricted)


def near(value):
    return pytest.approx(value, rel=1e-7, abs=1e-9)


@pytest.mark.parametrize("method", METHODS)
@settings(max_examples=25, deadline=None)
@given(data=effects, shift=st.floats(-20.0, 20.0))
def test_adding_a_number_to_all_effects_adds_it_to_the_estimate(method, data, shift):
    yi, vi = data
    before, after = fit(yi, vi, method=method), fit(yi + shift, vi, method=method)
    assert after.estimate == near(before.estimate + shift)
    assert after.tau2 == pytest.approx(before.tau2, rel=1e-6, abs=1e-7)


@pytest.mark.parametrize("method", METHODS)
@settings(max_examples=25, deadline=None)
@given(data=effects, unit=st.floats(1e-3, 1e3), sign=st.sampled_from([-1.0, 1.0]))
def test_a_change_of_unit_changes_nothing_but_the_unit(method, data, unit, sign):
    yi, vi = data
    before = fit(yi, vi, method=method, test="knha")
    after = fit(sign * unit * yi, unit**2 * vi, method=method, test="knha")
    assert after.estimate / (sign * unit) == near(before.estimate)
    assert after.tau2 / unit**2 == pytest.approx(before.tau2, rel=1e-6, abs=1e-7)
    assert after.i2 == pytest.approx(before.i2, rel=1e-5, abs=1e-5)
    assert after.p == pytest.approx(before.p, rel=1e-5, abs=1e-9)


@pytest.mark.parametrize("method", METHODS)
@settings(max_examples=25, deadline=None)
@given(data=effects, seed=st.integers(0, 1000))
def test_the_order_of_effects_doesnt_matter(method, data, seed):
    yi, vi = data
    order = np.random.default_rng(seed).permutation(len(yi))
    before = fit(yi, vi, method=method)
    after = fit(yi[order], vi[order], method=method)
    assert after.estimate == near(before.estimate)
    assert after.weights == pytest.approx(before.weights[order], rel=1e-6, abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(data=effects)
def test_no_tau2_on_a_grid_is_likelier_than_the_estimate(data):
    yi, vi = data
    for method in ("REML", "ML"):
        found = fit(yi, vi, method=method)
        restricted = method == "REML"
        best = max(
            height(yi, vi, tau2, restricted) for tau2 in np.linspace(0.0, 60.0, 241)
        )
        assert height(yi, vi, found.tau2, restricted) >= best - 1e-7


@settings(max_examples=40, deadline=None)
@given(data=effects)
def test_without_heterogeneity_all_methods_are_the_fixed_effect_model(data):
    """Effects that are closer than their errors allow: tau2 is 0 by moments."""
    yi, vi = data
    yi = 1.0 + 1e-3 * yi
    fixed = fit(yi, vi, method="FE")
    for method in METHODS[1:]:
        found = fit(yi, vi, method=method)
        assert found.tau2 == 0.0
        assert (found.estimate, found.se) == (fixed.estimate, fixed.se)
        assert found.pi95 == found.ci95


@settings(max_examples=30, deadline=None)
@given(data=effects)
def test_paule_and_mandel_make_q_what_it_is_expected_to_be(data):
    yi, vi = data
    found = fit(yi, vi, method="PM")
    assume(found.tau2 > 0.0)
    at = weighted_fit(yi, vi, np.ones((len(yi), 1)), found.tau2)
    assert at.q == pytest.approx(len(yi) - 1.0, rel=1e-9)


def test_the_fixed_effect_model_is_the_inverse_variance_mean():
    weights = 1.0 / np.array(VI)
    found = fit(YI, VI, method="FE")
    assert found.estimate == pytest.approx(np.average(YI, weights=weights), rel=1e-13)
    assert found.se == pytest.approx(weights.sum() ** -0.5, rel=1e-13)
    assert found.weights == pytest.approx(100.0 * weights / weights.sum(), rel=1e-13)
    assert (found.tau2, found.tau2_ci95, found.pi95, found.df) == (
        0.0,
        None,
        None,
        None,
    )


def test_equal_variances_give_the_analysis_of_variance():
    """REML with equal variances: tau2 is the spread of effects less the error."""
    found = fit(YI, [0.02] * 6, test="knha")
    assert found.tau2 == pytest.approx(np.var(YI, ddof=1) - 0.02, rel=1e-10)
    assert found.estimate == pytest.approx(np.mean(YI), rel=1e-12)
    assert found.se == pytest.approx(np.std(YI, ddof=1) / math.sqrt(6.0), rel=1e-10)
    assert found.df == 5.0


def test_a_moderator_of_two_words_gives_the_difference_of_two_pools():
    found = fit(YI, VI, method="FE", moderators={"group": WORDS})
    alone = [fit(YI[i::2], VI[i::2], method="FE").estimate for i in (0, 1)]
    first, second = found.coefficients
    assert (first.name, second.name) == ("intercept", "group: b")
    assert first.estimate == pytest.approx(alone[0], rel=1e-12)
    assert second.estimate == pytest.approx(alone[1] - alone[0], rel=1e-12)
    assert found.qm == pytest.approx(second.statistic**2, rel=1e-12)
    assert (found.estimate, found.pi95, found.qm_df) == (None, None, 1)


def test_words_that_look_like_numbers_are_words():
    found = fit(YI, VI, moderators={"dose": ["1", "2", "10", "1", "2", "10"]})
    names = [one.name for one in found.coefficients]
    assert names == ["intercept", "dose: 10", "dose: 2"]


def test_effects_in_two_peaks_get_the_higher_one():
    """Two precise effects far apart and many vague ones: REML has two peaks."""
    yi = np.array([0.0, 0.3, *np.tile([-6.0, 6.0], 6)])
    vi = np.array([1e-3, 1e-3, *np.full(12, 30.0)])
    found = fit(yi, vi)
    best = max(height(yi, vi, tau2) for tau2 in np.logspace(-5.0, 3.0, 4001))
    assert height(yi, vi, found.tau2) >= best - 1e-9


def test_three_levels_without_correlation_are_two_levels():
    """Where nothing goes with the cluster, its variance is 0."""
    found = fit([0.0, 1.0, 0.0, 1.0, 0.0, 1.0], [0.1] * 6, cluster=CLUSTER)
    plain = fit([0.0, 1.0, 0.0, 1.0, 0.0, 1.0], [0.1] * 6)
    assert found.sigma2[0] == 0.0
    assert found.sigma2[1] == pytest.approx(plain.tau2, rel=1e-9)
    assert found.se == pytest.approx(plain.se, rel=1e-9)
    assert found.tau2_ci95 is None
    assert found.n_clusters == 3


def test_a_balanced_three_level_fit_is_a_nested_analysis_of_variance():
    yi = np.array([0.0, 0.5, 2.0, 2.7, 4.0, 4.1])
    found = fit(yi, [0.01] * 6, cluster=CLUSTER)
    means = yi.reshape(3, 2).mean(axis=1)
    within = yi.reshape(3, 2).var(axis=1, ddof=1).mean()
    assert found.sigma2[1] == pytest.approx(within - 0.01, rel=1e-9)
    between = means.var(ddof=1) - within / 2.0
    assert found.sigma2[0] == pytest.approx(between, rel=1e-9)
    assert found.se == pytest.approx(means.std(ddof=1) / math.sqrt(3.0), rel=1e-9)


def test_robust_errors_of_single_effects_are_those_of_white():
    """One effect a cluster, equal weights: the standard error of a mean."""
    found = fit(
        YI, [0.1] * 6, method="FE", cluster=list("abcdef"), cluster_model="robust"
    )
    assert found.se == pytest.approx(np.std(YI, ddof=1) / math.sqrt(6.0), rel=1e-12)
    assert (found.test, found.df, found.n_clusters) == ("t", 5.0, 6)


def test_names_of_clusters_and_their_order_dont_matter():
    order = [4, 0, 3, 5, 1, 2]
    first = fit(YI, VI, cluster=CLUSTER)
    moved = fit(
        [YI[i] for i in order],
        [VI[i] for i in order],
        cluster=[{"x": 3, "y": 1, "z": 2}[CLUSTER[i]] for i in order],
    )
    assert moved.estimate == pytest.approx(first.estimate, rel=1e-9)
    assert moved.sigma2 == pytest.approx(first.sigma2, rel=1e-7, abs=1e-12)


@pytest.mark.parametrize("method", ["FE", "REML", "ML"])
def test_a_diagonal_covariance_matrix_is_independent_effects(method):
    first = fit(YI, VI, method=method)
    second = fit_correlated(YI, np.diag(VI), method=method)
    for key in ("estimate", "se", "p", "tau2", "q", "i2", "h2"):
        assert getattr(second, key) == pytest.approx(getattr(first, key), rel=1e-8)
    assert second.weights == pytest.approx(first.weights, rel=1e-8)


def test_effects_that_share_their_error_count_less():
    matrix = np.full((6, 6), 0.02) + np.diag(VI)
    apart, shared = fit(YI, np.diag(matrix), method="FE"), None
    shared = fit_correlated(YI, matrix, method="FE")
    assert shared.se > apart.se


def test_a_wider_level_gives_wider_intervals():
    narrow, wide = fit(YI, VI, level=0.8), fit(YI, VI, level=0.99)
    assert wide.ci95[0] < narrow.ci95[0] < narrow.ci95[1] < wide.ci95[1]
    assert wide.tau2_ci95[1] > narrow.tau2_ci95[1]
    assert wide.pi95[0] < wide.ci95[0]


KEYS = {
    *("k", "estimate", "se", "statistic", "p", "ci95", "pi95", "tau2", "tau2_ci95"),
    *("i2", "h2", "q", "df", "q_p"),
}


@pytest.mark.parametrize(
    ("options", "more"),
    [
        ({}, set()),
        ({"cluster": CLUSTER}, {"sigma2"}),
        (
            {"moderators": {"w": WORDS}},
            {"coefficients", "qm", "qm_df", "qm_p", "r2"},
        ),
    ],
)
def test_plain_data_have_their_keys_and_nothing_that_isnt_json(options, more):
    shown = fit(YI, VI, **options).to_json()
    assert set(shown) == KEYS | more
    assert json.loads(json.dumps(shown, allow_nan=False)) == shown
    assert shown["df"] == fit(YI, VI, **options).q_df


def test_a_fit_cant_be_changed():
    found = fit(YI, VI)
    with pytest.raises(AttributeError):
        found.tau2 = 0.0
    with pytest.raises(ValueError, match="read-only"):
        found.weights[0] = 1.0
    with pytest.raises(ValueError, match="read-only"):
        found.yi[0] = 1.0


def test_effects_far_apart_are_pooled_all_the_same():
    found = fit([0.0, 1000.0], [1.0, 1.0])
    assert found.tau2 == pytest.approx(500_000.0 - 1.0, rel=1e-10)
    assert found.estimate == pytest.approx(500.0)


def test_a_perfect_fit_has_no_test_and_still_is_plain_data():
    """Knapp and Hartung's factor is 0: what isn't finite is None."""
    exact = [1.0, 2.0, 1.0, 2.0]
    for options in ({}, {"moderators": {"w": WORDS[:4]}}):
        yi = exact if options else [1.0] * 4
        shown = fit(yi, [0.1] * 4, method="FE", test="knha", **options).to_json()
        assert json.loads(json.dumps(shown, allow_nan=False)) == shown


def test_arrays_serve_as_labels_clusters_and_moderators():
    found = fit(
        np.array(YI),
        np.array(VI),
        labels=np.array(list("abcdef")),
        cluster=np.array(CLUSTER),
        moderators={"w": np.array(WORDS)},
    )
    assert found.labels == tuple("abcdef")
    assert found.coefficients[1].name == "w: b"


def test_a_matrix_that_is_no_covariance_is_refused():
    for matrix in ([[1.0, 2.0], [2.0, 1.0]], [[1.0, 0.0], [0.5, 1.0]], [1.0, 2.0]):
        with pytest.raises(InputError, match="v_matrix"):
            fit_correlated([0.1, 0.2], matrix)
    with pytest.raises(InputError, match="3 rows"):
        fit_correlated([0.1, 0.2], np.eye(3))
    with pytest.raises(InputError, match="FE, REML, ML"):
        fit_correlated([0.1, 0.2, 0.4], np.eye(3), method="DL")


def test_variances_nine_decades_apart_dont_cancel():
    """Against metafor 3.8 on the same three effects: estimate, error and tau2."""
    found = fit([1.0, 2.0, 30.0], [1e-3, 2e-3, 1e6])
    assert found.estimate == pytest.approx(1.49950712475, rel=1e-9)
    assert found.se == pytest.approx(0.499999507277, rel=1e-9)
    assert found.tau2 == pytest.approx(0.498499639555, rel=1e-9)
