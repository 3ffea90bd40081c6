"""Distributions: quantiles as SciPy has them, and what can't be is refused."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from exoheart.errors import InputError
from exoheart.records.distribution import FORMS, Distribution, parse_distribution

SHARES = np.array([1e-9, 1e-4, 0.025, 0.3, 0.5, 0.77, 0.975, 0.9999, 1 - 1e-9])
#: Absolute where a bound at zero is nearly met: both then round near 1e-16.
EXACT = {"rtol": 1e-12, "atol": 1e-13}
#: Text, and the same distribution by SciPy.
CASES = {
    "uniform(low=-1, high=3)": stats.uniform(-1, 4),
    "loguniform(low=2, high=2000)": stats.loguniform(2, 2000),
    "normal(mean=-3, sd=0.5)": stats.norm(-3, 0.5),
    "truncated_normal(mean=1, sd=2, low=0, high=4)": stats.truncnorm(
        -0.5, 1.5, loc=1, scale=2
    ),
    "lognormal(median=5, gsd=4)": stats.lognorm(math.log(4), scale=5),
    "beta(a=2.5, b=7)": stats.beta(2.5, 7),
}


@pytest.mark.parametrize("text", CASES)
def test_quantiles_are_those_of_scipy(text):
    found = parse_distribution(text).quantile(SHARES)
    np.testing.assert_allclose(found, CASES[text].ppf(SHARES), **EXACT)


def test_truncated_lognormal_is_a_truncated_normal_of_the_logarithm():
    """gsd 3 about 10 between 1 and 50."""
    form = parse_distribution("truncated_lognormal(median=10, gsd=3, low=1, high=50)")
    width = math.log(3)
    ends = math.log(0.1) / width, math.log(5) / width
    wanted = stats.truncnorm(*ends, loc=math.log(10), scale=width).ppf(SHARES)
    np.testing.assert_allclose(np.log(form.quantile(SHARES)), wanted, **EXACT)


def test_logitnormal_is_a_normal_of_the_log_odds():
    form = parse_distribution("logitnormal(median=0.02, sd=1.5)")
    wanted = stats.norm(math.log(0.02 / 0.98), 1.5).ppf(SHARES[1:-1])
    drawn = form.quantile(SHARES[1:-1])
    np.testing.assert_allclose(np.log(drawn / (1 - drawn)), wanted, rtol=1e-11)


def test_fixed_gives_its_value_for_every_share():
    assert parse_distribution("fixed(value=2)").quantile(SHARES).tolist() == [2.0] * 9


def test_every_form_is_tested_here():
    apart = {"truncated_lognormal", "logitnormal", "fixed"}
    assert {text.partition("(")[0] for text in CASES} | apart == set(FORMS)


EXAMPLES = [
    *CASES,
    "fixed(value=2)",
    "truncated_lognormal(median=10, gsd=3, low=1, high=50)",
    "logitnormal(median=0.02, sd=1.5)",
]


@pytest.mark.parametrize("text", EXAMPLES)
def test_a_quantile_keeps_the_shape_rises_and_stays_in_the_support(text):
    form = parse_distribution(text)
    grid = np.linspace(1e-12, 1 - 1e-12, 300).reshape(20, 15)
    drawn = form.quantile(grid)
    assert drawn.shape == grid.shape
    assert np.all(np.diff(drawn.ravel()) >= 0)
    low, high = form.support()
    assert low <= drawn.min()
    assert drawn.max() <= high


@pytest.mark.parametrize("text", EXAMPLES)
def test_a_distribution_reads_back_from_its_own_text(text):
    form = parse_distribution(text)
    assert parse_distribution(str(form)) == form


def test_names_may_be_left_out_if_all_are_and_order_is_free_if_none_is():
    named = parse_distribution("lognormal( gsd = 2 , median=3)")
    assert named == parse_distribution("lognormal(3, 2)")


@pytest.mark.parametrize("text", [t for t in EXAMPLES if "beta" not in t])
def test_a_change_of_unit_scales_every_draw(text):
    form = parse_distribution(text)
    if form.form == "logitnormal":
        with pytest.raises(InputError, match="unit of 1"):
            form.scaled(24.0)
        return
    np.testing.assert_allclose(
        form.scaled(24.0).quantile(SHARES), 24 * form.quantile(SHARES), **EXACT
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("lognormal", "can't be read"),
        ("lognormal(median=1, gsd=2", "can't be read"),
        ("lognormal(median=1; gsd=2)", "lognormal takes median, gsd"),
        ("lognormal(median=1)", "lognormal takes median, gsd"),
        ("lognormal(median=1, gsd=2, low=0)", "lognormal takes median, gsd"),
        ("lognormal(median=1, sd=2)", "lognormal takes median, gsd"),
        ("lognormal(median=one, gsd=2)", "lognormal takes median, gsd"),
        ("lognormal(1, gsd=2)", "lognormal takes median, gsd"),
        ("normal(1, 2, 3)", "met 3"),
        ("lognormal(median=0, gsd=2)", "median=0"),
        ("lognormal(median=1, gsd=0.5)", "gsd=0.5 below 1"),
        ("normal(mean=1, sd=0)", "sd=0"),
        ("normal(mean=nan, sd=1)", "mean=nan"),
        ("uniform(low=2, high=2)", "not below"),
        ("uniform(low=0, high=inf)", "high=inf"),
        ("loguniform(low=0, high=1)", "low=0 of a loguniform"),
        ("logitnormal(median=1, sd=1)", "median=1 of a logitnormal"),
        ("beta(a=0, b=1)", "a=0"),
        ("truncated_normal(mean=1, sd=1, low=3, high=2)", "not below"),
    ],
)
def test_what_cannot_be_is_refused_with_its_value(text, says):
    with pytest.raises(InputError, match=says.replace("(", r"\(")):
        parse_distribution(text)


def test_a_record_made_by_hand_is_checked_as_well():
    with pytest.raises(InputError, match="takes mean, sd"):
        Distribution("normal", (1.0,))
    with pytest.raises(InputError, match="nearest: lognormal"):
        Distribution("lognorml", (1.0, 2.0))
