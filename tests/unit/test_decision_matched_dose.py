"""The dose by one route that matches another."""

import numpy as np
import pytest

from exoheart.decision import Limit, RouteUptake, matched_dose
from exoheart.errors import InputError

RNG = np.random.default_rng(0)
IM = RouteUptake("intramyocardially", np.full(201, 0.1))


def _match(uptake, maximum=None, dose=7.5):
    route = RouteUptake("by the coronary artery", uptake)
    words = f"{maximum} mg, the largest dose printed by any route"
    limit = None if maximum is None else Limit(maximum, words)
    return matched_dose(route, IM, dose, "mg protein", limit)


def test_a_tenth_of_the_uptake_needs_ten_times_the_dose():
    found = _match(np.full(201, 0.01))
    assert found.ratio == pytest.approx(10.0)
    assert found.dose == pytest.approx(75.0)
    assert found.dose_interval90 == pytest.approx((75.0, 75.0))


def test_the_interval_is_that_of_the_ratio_draw_by_draw():
    """Ratios are 10 times a lognormal with gsd 3: its own quantiles, 20 %."""
    spread = np.exp(np.log(3) * np.random.default_rng(1).standard_normal(4_001))
    route = RouteUptake("by vein", 0.01 / spread)
    im = RouteUptake("intramyocardially", np.full(4_001, 0.1))
    found = matched_dose(route, im, 1.0, "mg")
    wanted = 10 * np.array([3**-1.6449, 3**1.6449])
    np.testing.assert_allclose(found.ratio_interval90, wanted, rtol=0.2)


def test_uptake_by_both_routes_that_rises_together_leaves_the_ratio_sharp():
    shared = RNG.lognormal(0, 1, 201)
    route = RouteUptake("by vein", 0.01 * shared)
    im = RouteUptake("intramyocardially", 0.1 * shared)
    low, high = matched_dose(route, im, 1.0, "mg").ratio_interval90
    assert high / low == pytest.approx(1.0, rel=1e-12)


def test_a_dose_wholly_outside_the_studied_range_is_said_to_be():
    found = _match(np.full(201, 0.001), maximum=100.0)
    assert "none in the studied range" in found.sentence
    assert "probably" not in found.sentence
    assert found.within.value == 0.0


def test_a_dose_partly_outside_is_said_with_its_probability():
    uptake = np.where(np.arange(201) < 60, 0.1, 0.001)
    found = _match(uptake, maximum=100.0)
    assert "probably none in the studied range" in found.sentence
    assert "30 %" in found.sentence
    assert found.within.value == pytest.approx(60 / 201)


def test_a_dose_inside_is_given_with_its_interval_and_the_range():
    found = _match(np.full(201, 0.05), maximum=100.0)
    assert "none in" not in found.sentence
    assert "15 mg protein" in found.sentence
    assert "100.0 mg, the largest dose printed by any route" in found.sentence
    assert "90 % interval 15 to 15 mg protein" in found.sentence


@pytest.mark.parametrize("uptake", [0.05, 0.001, 0.0], ids=["in", "out", "nothing"])
@pytest.mark.parametrize("maximum", [100.0, None])
def test_the_sentence_says_what_is_matched_and_claims_no_route_for_the_limit(
    uptake, maximum
):
    said = _match(np.full(201, uptake), maximum).sentence
    assert "as many vesicles into cells of the heart, of any kind" in said
    assert "taking uptake as proportional to dose" in said
    assert "studied by the coronary artery" not in said
    assert "90 % interval" in said


def test_an_unknown_range_is_called_unknown():
    assert "not known" in _match(np.full(201, 0.05)).sentence


def test_a_route_that_brings_nothing_has_no_matching_dose():
    found = _match(np.zeros(201), maximum=100.0)
    assert np.isinf(found.dose)
    assert "none in the studied range" in found.sentence
    assert "inf" not in found.sentence
    assert "nan" not in found.sentence


@pytest.mark.parametrize(
    ("uptake", "reference"),
    [
        (np.ones(3), np.ones(4)),
        (-np.ones(4), np.ones(4)),
        (np.ones(4), np.zeros(4)),
        (np.full(4, np.nan), np.ones(4)),
    ],
    ids=["other draws", "negative", "reference brings nothing", "all failed"],
)
def test_uptakes_that_make_no_ratio_are_refused(uptake, reference):
    with pytest.raises(InputError, match="allowed"):
        matched_dose(RouteUptake("a", uptake), RouteUptake("b", reference), 1.0, "mg")
