"""Quantiles of many distributions at once: the same digits as one by one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exoheart.records.distribution import FORMS, Distribution, parse_distribution
from exoheart.records.quantiles import Quantiles
from exoheart.study import load_study, priors_for

EXAMPLE = Path(__file__).parents[2] / "examples" / "pig_reperfused_infarct.toml"
TEXTS = (
    "fixed(value=3)",
    "uniform(low=-1, high=4)",
    "loguniform(low=1e-4, high=20)",
    "normal(mean=2, sd=0.3)",
    "truncated_normal(mean=0.4, sd=0.5, low=0, high=1)",
    "lognormal(median=5e-6, gsd=4)",
    "truncated_lognormal(median=0.2, gsd=3, low=0.01, high=1)",
    "truncated_lognormal(median=0.2, gsd=1, low=0.01, high=1)",
    "logitnormal(median=0.1, sd=1.2)",
    "beta(a=2, b=5)",
)


def one_by_one(distributions, shares):
    pairs = zip(distributions, shares, strict=True)
    return np.stack([one.quantile(row) for one, row in pairs])


def test_every_form_is_among_those_compared():
    assert {parse_distribution(text).form for text in TEXTS} == set(FORMS)


@pytest.mark.parametrize("count", [1, 2, 7, 16, 33])
def test_drawn_together_or_one_by_one_the_digits_are_the_same(count):
    """Forms mixed, repeated and out of order; ends of the uniforms included."""
    forms = [parse_distribution(text) for text in (*TEXTS, *TEXTS[::-1])]
    shares = np.random.default_rng(1).random((len(forms), count))
    shares[:, 0] = 2.0**-53
    shares[:, -1] = 1 - 2.0**-53
    np.testing.assert_array_equal(Quantiles(forms)(shares), one_by_one(forms, shares))


def test_every_shipped_row_has_the_same_digits_both_ways():
    priors = priors_for(load_study(EXAMPLE))
    forms = [prior.distribution for prior in priors.values()]
    shares = np.random.default_rng(2).random((len(forms), 16))
    np.testing.assert_array_equal(Quantiles(forms)(shares), one_by_one(forms, shares))


@given(
    st.floats(1e-12, 1e12),
    st.floats(1.0, 1e3),
    st.floats(2.0**-53, 1.0 - 2.0**-53),
)
def test_a_lognormal_has_the_same_digits_both_ways(median, gsd, share):
    form = Distribution("lognormal", (median, gsd))
    found = Quantiles([form])(np.array([[share]]))
    np.testing.assert_array_equal(found, form.quantile([[share]]))


def test_no_distributions_give_no_rows():
    assert Quantiles([])(np.empty((0, 4))).shape == (0, 4)
