"""Four readings of one pool: what each does to the mean, and when it isn't given."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exoheart.evidence.meta import fit
from exoheart.evidence.meta.bias import pet_peese
from exoheart.evidence.meta.inference import quantile
from exoheart.evidence.pooling.readings import (
    LEAST_FOR_SELECTION,
    PRIORS,
    Pooled,
    load_widths,
    pooled_priors,
    width_for,
)
from exoheart.evidence.pooling.rows import PoolKey

YI, VI = [2.0, 5.0, 11.0], [1.0, 2.0, 6.0]
Z = 1.959963984540054


def readings(yi=YI, vi=VI, quality=None, width=5.0, **how):
    fitted = fit(yi, vi, **how) if len(yi) > 1 else None
    made = pooled_priors(Pooled(yi, vi, fitted, quality or [1.0] * len(yi), width))
    assert [one.name for one in made] == list(PRIORS)
    return fitted, {one.name: one for one in made}


def test_plain_is_the_fit():
    fitted, by_name = readings(test="knha")
    plain = by_name["plain"]
    assert (plain.estimate, plain.ci95, plain.pi95) == (
        fitted.estimate,
        fitted.ci95,
        fitted.pi95,
    )


@pytest.mark.parametrize("test", ["z", "t", "knha"])
def test_equal_quality_changes_nothing_and_the_formula_agrees_with_the_fit(test):
    fitted, by_name = readings(quality=[0.4, 0.4, 0.4], test=test)
    assert by_name["quality"].ci95 == fitted.ci95
    # factors that hardly differ go through the formula, and end at the fit
    _, near = readings(quality=[0.4, 0.4 + 1e-9, 0.4], test=test)
    assert near["quality"].ci95 == pytest.approx(fitted.ci95, rel=1e-7)
    assert near["quality"].pi95 == pytest.approx(fitted.pi95, rel=1e-7)


def test_quality_multiplies_weights_as_the_formula_says():
    factors = [1.0, 0.5, 0.25]
    fitted, by_name = readings(quality=factors)
    totals = [v + fitted.tau2 for v in VI]
    weights = [q / total for q, total in zip(factors, totals, strict=True)]
    mean = sum(w * y for w, y in zip(weights, YI, strict=True)) / sum(weights)
    variance = sum(w**2 * t for w, t in zip(weights, totals, strict=True))
    half = Z * math.sqrt(variance) / sum(weights)
    assert by_name["quality"].estimate == pytest.approx(mean, rel=1e-12)
    assert by_name["quality"].ci95 == pytest.approx((mean - half, mean + half))


@given(st.floats(0.01, 100.0))
def test_a_sceptic_lies_between_nothing_and_the_plain_effect(width):
    _, by_name = readings(width=width)
    plain, sceptical = by_name["plain"], by_name["sceptical"]
    assert 0 < sceptical.estimate < plain.estimate
    narrow = sceptical.ci95[1] - sceptical.ci95[0]
    assert narrow < plain.ci95[1] - plain.ci95[0]


def test_a_sceptic_of_any_width_is_the_normal_rule():
    fitted, by_name = readings(width=3.0)
    share = 3.0**2 / (3.0**2 + fitted.se**2)
    assert by_name["sceptical"].estimate == pytest.approx(share * fitted.estimate)
    wide = readings(width=1e6)[1]["sceptical"]
    assert wide.estimate == pytest.approx(fitted.estimate, rel=1e-9)


@pytest.mark.parametrize("test", ["z", "t", "knha"])
def test_a_sceptic_who_knows_nothing_gives_the_plain_reading(test):
    _, by_name = readings(width=1e9, test=test)
    plain, sceptical = by_name["plain"], by_name["sceptical"]
    assert sceptical.estimate == pytest.approx(plain.estimate, rel=1e-12)
    assert sceptical.ci95 == pytest.approx(plain.ci95, rel=1e-12)
    assert sceptical.pi95 == pytest.approx(plain.pi95, rel=1e-12)


def test_selection_takes_one_quantile_for_its_error_and_the_spread():
    yi = [3.0, 1.0, 6.0, 2.0, 9.0, 4.0, 12.0, 5.0, 14.0, 8.0]
    vi = [0.5 + 0.4 * i for i in range(len(yi))]
    fitted, by_name = readings(yi, vi, test="z")
    found = pet_peese(yi, vi)
    half = quantile(0.95, found.df) * math.sqrt(found.se**2 + fitted.tau2)
    wanted = (found.estimate - half, found.estimate + half)
    assert fitted.tau2 > 0
    assert by_name["selection"].pi95 == pytest.approx(wanted, rel=1e-12)


def test_effects_that_agree_by_chance_still_leave_something_to_a_sceptic():
    fitted, by_name = readings([3.0, 3.0, 3.0], [1.0, 2.0, 4.0], test="knha")
    normal = 1 / (1 / 1 + 1 / 2 + 1 / 4)  # variance of the mean, tau2 being 0
    assert fitted.se == pytest.approx(0.0, abs=1e-9)
    wanted = 3.0 * 5.0**2 / (5.0**2 + normal)
    assert by_name["sceptical"].estimate == pytest.approx(wanted)
    assert by_name["sceptical"].estimate < by_name["plain"].estimate


def test_one_effect_has_no_prediction_interval_in_any_reading():
    _, by_name = readings([4.0], [1.0])
    assert {one.pi95 for one in by_name.values()} == {None}
    assert by_name["plain"].ci95 == pytest.approx((4.0 - Z, 4.0 + Z))


def test_one_true_effect_has_no_prediction_interval_in_any_reading():
    _, by_name = readings(quality=[1.0, 0.5, 0.2], method="FE")
    assert {one.pi95 for one in by_name.values()} == {None}


def test_selection_needs_ten_effects_and_says_so():
    nine = [float(i) for i in range(LEAST_FOR_SELECTION - 1)]
    _, by_name = readings(nine, [1.0 + i for i in range(len(nine))])
    assert by_name["selection"].estimate is None
    assert "9 effects; from 10 on" in by_name["selection"].words
    ten = [*nine, 12.0]
    variances = [1.0 + i for i in range(len(ten))]
    _, by_name = readings(ten, variances)
    assert by_name["selection"].estimate == pet_peese(ten, variances).estimate


def test_times_of_a_study_are_not_taken_as_independent():
    clusters = ["a", "a", "b", "b"]
    yi, vi = [2.0, 4.0, 9.0, 7.0], [1.0, 2.0, 3.0, 1.0]
    fitted = fit(yi, vi, cluster=clusters)
    made = pooled_priors(Pooled(yi, vi, fitted, [1.0, 0.5, 0.2, 1.0], 5.0))
    by_name = {one.name: one for one in made}
    assert by_name["quality"].estimate is None
    assert "independent" in by_name["quality"].words


def test_a_width_is_the_outcomes_own_the_units_or_the_one_asked_for():
    widths = load_widths()
    assert width_for(PoolKey("ejection fraction", "", "points"), widths) == 5.0
    assert width_for(PoolKey("apoptosis", "", "points"), widths) == 10.0
    assert width_for(PoolKey("apoptosis", "", "points"), widths, 3.0) == 3.0
    assert width_for(PoolKey("viable mass", "", "g"), widths) is None
    relative = PoolKey("relative change in scar size", "", "points")
    assert width_for(relative, widths) is None
    _, by_name = readings(width=None)
    assert by_name["sceptical"].estimate is None
