"""Effect sizes: closed forms, limits, laws, and what is refused."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exoheart.errors import DataError, InputError
from exoheart.evidence.meta.effects import (
    MD,
    MEASURES,
    NMD,
    ROM,
    SMD,
    from_effect,
    small_sample_factor,
    standard_deviation,
)
from exoheart.evidence.meta.shared_control import shared_control, split_control

GROUPS = (30.0, 6.0, 8, 40.0, 8.0, 10)
positive = st.floats(0.5, 50.0)


def test_a_mean_difference_has_the_variance_of_two_means():
    assert MD(*GROUPS) == (-10.0, pytest.approx(36 / 8 + 64 / 10, rel=1e-14))


def test_hedges_factor_is_exact():
    """By hand for 2 and 4 degrees of freedom; near 1 - 3 / (4 f - 1) for many."""
    assert small_sample_factor(2.0) == pytest.approx(
        1.0 / math.sqrt(math.pi), rel=1e-14
    )
    assert small_sample_factor(4.0) == pytest.approx(
        1.0 / (math.sqrt(2.0) * math.gamma(1.5)), rel=1e-14
    )
    assert small_sample_factor(100.0) == pytest.approx(1 - 3 / 399, rel=1e-5)


def test_a_standardised_difference_is_the_difference_over_the_pooled_sd():
    pooled = math.sqrt((7 * 36.0 + 9 * 64.0) / 16)
    yi, vi = SMD(*GROUPS)
    assert yi == pytest.approx(-10.0 / pooled * small_sample_factor(16.0), rel=1e-14)
    assert vi == pytest.approx(1 / 8 + 1 / 10 + yi**2 / 36, rel=1e-14)


@given(unit=positive, shift=st.floats(-100.0, 100.0), mean=positive, sd=positive)
def test_a_standardised_difference_has_no_unit(unit, shift, mean, sd):
    before = SMD(mean, sd, 6, 10.0, 2.0, 5)
    after = SMD(unit * mean + shift, unit * sd, 6, unit * 10.0 + shift, unit * 2.0, 5)
    assert after == pytest.approx(before, rel=1e-9, abs=1e-9)


def test_a_normalised_difference_is_a_share_of_the_lesion():
    yi, vi = NMD(*GROUPS)
    assert yi == pytest.approx(-25.0)
    assert vi == pytest.approx(1e4 * (36 / 8 + 64 / 10) / 1600, rel=1e-14)
    yi, vi = NMD(*GROUPS, sham=20.0)
    assert yi == pytest.approx(-50.0)
    assert vi == pytest.approx(1e4 * (36 / 8 + 64 / 10) / 400, rel=1e-14)


def test_a_normalised_difference_keeps_its_sign_where_the_sham_is_higher():
    """Ejection fraction: 60 healthy, 40 infarcted, 50 treated is half way back."""
    yi, _ = NMD(50.0, 5.0, 8, 40.0, 5.0, 8, sham=60.0)
    assert yi == pytest.approx(50.0)


@given(mean=positive, control=positive, sham=st.floats(-20.0, 0.0))
def test_the_delta_error_is_what_small_changes_give(mean, control, sham):
    """Slopes of the effect in both means, by differences."""
    step = 1e-5
    spread = 0.0
    for which, error in ((0, 0.4**2 / 5), (1, 0.7**2 / 6)):
        means = [[mean, control], [mean, control]]
        means[0][which] += step
        means[1][which] -= step
        ends = [NMD(a, 0.4, 5, b, 0.7, 6, sham=sham)[0] for a, b in means]
        spread += error * ((ends[0] - ends[1]) / (2 * step)) ** 2
    _, vi = NMD(mean, 0.4, 5, control, 0.7, 6, sham=sham, error="delta")
    assert vi == pytest.approx(spread, rel=1e-5)


def test_a_log_ratio_with_and_without_the_correction_of_its_bias():
    yi, vi = ROM(*GROUPS)
    c1, c2 = 36 / (8 * 900), 64 / (10 * 1600)
    assert (yi, vi) == (pytest.approx(math.log(0.75)), pytest.approx(c1 + c2))
    corrected, same = ROM(*GROUPS, bias_corrected=True)
    assert corrected == pytest.approx(math.log(0.75) + (c1 - c2) / 2, rel=1e-14)
    assert same == vi


@given(unit=st.floats(1e-3, 1e3))
def test_a_ratio_has_no_unit_and_turns_its_sign_with_the_groups(unit):
    first = ROM(3.0 * unit, unit, 5, 2.0 * unit, unit, 6)
    second = ROM(2.0, 1.0, 6, 3.0, 1.0, 5)
    assert first[0] == pytest.approx(-second[0], rel=1e-12)
    assert first[1] == pytest.approx(second[1], rel=1e-12)


@pytest.mark.parametrize("measure", MEASURES)
def test_arrays_give_what_their_numbers_give(measure):
    columns = [np.array([value, value]) for value in GROUPS]
    yi, vi = MEASURES[measure](*columns)
    one = MEASURES[measure](*GROUPS)
    assert (yi.tolist(), vi.tolist()) == ([one[0]] * 2, [one[1]] * 2)


BAD = {
    "negative spread": (MD, (1.0, -1.0, 5, 2.0, 1.0, 5), "st: met -1.0"),
    "no animals": (MD, (1.0, 1.0, 0, 2.0, 1.0, 5), "nt: met 0.0"),
    "no spread": (MD, (1.0, 0.0, 5, 2.0, 0.0, 5), "variance: met 0.0"),
    "not finite": (MD, (math.nan, 1.0, 5, 2.0, 1.0, 5), "met nan"),
    "words": (MD, ("x", 1.0, 5, 2.0, 1.0, 5), "numbers, or arrays of one shape"),
    "shapes": (MD, ([1.0, 2.0], 1.0, 5, [1.0] * 3, 1.0, 5), "one shape"),
    "too few": (SMD, (1.0, 1.0, 1.5, 2.0, 1.0, 1.5), "above 3"),
    "ratio below zero": (ROM, (-1.0, 1.0, 5, 2.0, 1.0, 5), "means of one sign"),
    "ratio of zero": (ROM, (1.0, 1.0, 5, 0.0, 1.0, 5), "means of one sign"),
    "no lesion": (NMD, (1.0, 1.0, 5, 0.0, 1.0, 5), "control - sham: met 0.0"),
}


@pytest.mark.parametrize("name", BAD)
def test_groups_that_give_no_effect_are_refused(name):
    measure, groups, words = BAD[name]
    with pytest.raises(InputError, match=words):
        measure(*groups)


def test_all_faults_of_the_groups_are_told_at_once():
    with pytest.raises(DataError) as caught:
        MD([1.0, 1.0], [1.0, -1.0], 0, 2.0, -3.0, 5)
    assert {one.where for one in caught.value.faults} == {
        *("st[1]", "nt[0]", "nt[1]", "sc[0]", "sc[1]"),
    }


def test_an_unknown_error_of_the_normalised_difference_is_refused():
    with pytest.raises(InputError, match="did you mean 'delta'"):
        NMD(*GROUPS, error="delt")


def test_a_printed_effect_keeps_its_error():
    assert from_effect(5.0, se=2.0) == (5.0, 4.0)
    assert from_effect(5.0, variance=3.0) == (5.0, 3.0)
    half = 1.959963984540054
    yi, vi = from_effect(5.0, 5.0 - half, 5.0 + half)
    assert (yi, vi) == (5.0, pytest.approx(1.0, rel=1e-12))
    _, narrow = from_effect(5.0, 4.0, 6.0, level=0.90)
    assert narrow == pytest.approx((1.0 / 1.6448536269514722) ** 2, rel=1e-12)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "met none"),
        ({"se": 1.0, "variance": 1.0}, "met se, variance"),
        ({"ci_low": 1.0}, "met ci_low"),
        ({"ci_low": 1.0, "ci_high": 9.0, "se": 1.0}, "met ci_low, ci_high, se"),
        ({"ci_low": 6.0, "ci_high": 9.0}, "ci_low <= effect <= ci_high"),
        ({"ci_low": 5.0, "ci_high": 5.0}, "ci_low <= effect <= ci_high"),
        ({"se": 0.0}, "error: met 0.0"),
        ({"se": math.inf}, "met inf"),
        ({"ci_low": 1.0, "ci_high": 9.0, "level": 1.0}, "between 0 and 1"),
    ],
)
def test_a_printed_effect_without_one_good_error_is_refused(options, words):
    with pytest.raises(InputError, match=words):
        from_effect(5.0, **options)


def test_a_spread_is_read_only_as_what_it_is_said_to_be():
    assert standard_deviation(2.0, "SD", 9) == 2.0
    assert standard_deviation(2.0, "SEM", 9) == 6.0
    # t with 8 degrees of freedom: 2.3060041350333704
    assert standard_deviation(2.3060041350333704, "CI95", 9) == pytest.approx(3.0)
    for kind in ("unknown", "", "IQR", "sem"):
        with pytest.raises(InputError, match="SD, SEM, CI95"):
            standard_deviation(2.0, kind, 9)
    with pytest.raises(InputError, match="2 or more"):
        standard_deviation(2.0, "CI95", 1)
    with pytest.raises(InputError, match="above 0"):
        standard_deviation(0.0, "SD", 9)


ARMS = [(30.0, 6.0, 8.0), (35.0, 5.0, 7.0), (28.0, 7.0, 9.0)]
CONTROL = (40.0, 8.0, 10.0)


@pytest.mark.parametrize(
    ("measure", "options"),
    [
        ("MD", {}),
        ("SMD", {}),
        ("ROM", {}),
        ("ROM", {"bias_corrected": True}),
        ("NMD", {"sham": 5.0}),
        ("NMD", {"sham": 5.0, "error": "delta"}),
    ],
)
def test_arms_of_one_control_have_a_covariance_matrix(measure, options):
    yi, matrix = shared_control(measure, ARMS, CONTROL, **options)
    for i, arm in enumerate(ARMS):
        one = MEASURES[measure](*arm, *CONTROL, **options)
        assert (yi[i], matrix[i, i]) == pytest.approx(one, rel=1e-14)
    assert (matrix == matrix.T).all()
    assert np.linalg.eigvalsh(matrix).min() > 0.0


@pytest.mark.parametrize("measure", ["MD", "ROM", "NMD"])
def test_the_covariance_of_two_arms_is_what_their_difference_leaves(measure):
    """The control's error falls out of the difference of two arms."""
    _, matrix = shared_control(measure, ARMS, CONTROL)
    left = matrix[0, 0] + matrix[1, 1] - 2.0 * matrix[0, 1]
    scale = {"MD": (1.0, 1.0), "ROM": (30.0, 35.0), "NMD": (0.4, 0.4)}[measure]
    alone = 36.0 / 8 / scale[0] ** 2 + 25.0 / 7 / scale[1] ** 2
    assert left == pytest.approx(alone, rel=1e-12)


def test_the_covariance_of_standardised_arms_is_that_of_gleser_and_olkin():
    yi, matrix = shared_control("SMD", ARMS, CONTROL)
    assert matrix[0, 2] == pytest.approx(0.1 + yi[0] * yi[2] / (2 * 34), rel=1e-14)


def test_a_split_control_shares_its_animals():
    assert split_control(6, 4) == 1.5
    with pytest.raises(InputError, match="arms: met 0"):
        split_control(6, 0)
    with pytest.raises(InputError, match="did you mean 'SMD'"):
        shared_control("SMDD", ARMS, CONTROL)
    with pytest.raises(InputError, match="with 0 arms"):
        shared_control("MD", [], CONTROL)


@pytest.mark.parametrize("sham", [np.int64(5), np.float32(5.0), np.array([5.0]), 5])
def test_a_sham_of_any_numeric_type_is_the_same_number(sham):
    wanted = shared_control("NMD", ARMS, CONTROL, sham=5.0, error="delta")
    found = shared_control("NMD", ARMS, CONTROL, sham=sham, error="delta")
    for mine, other in zip(found, wanted, strict=True):
        np.testing.assert_array_equal(mine, other)


@pytest.mark.parametrize("sham", [[1.0, 2.0, 3.0], "five", np.nan])
def test_a_sham_that_is_not_one_number_is_refused(sham):
    with pytest.raises(InputError, match="sham"):
        shared_control("NMD", ARMS, CONTROL, sham=sham)
