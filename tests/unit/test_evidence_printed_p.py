"""Which reading of a spread agrees with a printed P."""

from __future__ import annotations

import pytest
from pool_studies import group, study
from scipy import stats

from exoheart.evidence.pooling.printed_p import (
    agrees,
    check_spread,
    load_printed_p,
    student,
)
from exoheart.evidence.pooling.rows import candidates
from exoheart.evidence.studies import load_studies


def test_the_test_is_students():
    expected = stats.ttest_ind_from_stats(-0.1, 2.2, 6, -5.4, 3.6, 6)
    assert student(5.3, (2.2, 3.6), (6, 6)) == pytest.approx(expected.pvalue)


def test_shipped_spreads_agree_with_one_reading_each():
    printed = load_printed_p()
    found = {}
    for form in ("vesicles", "cells", "conditioning", "gel"):
        for one in candidates(load_studies(), form):
            told = check_spread(one, printed)
            if told is not None:
                found[one.study.id] = told.fits
    assert found == {
        "Gallet2017_PigChronic": "SD",
        "Makkar2020_ALLSTAR": "SD",
        "Kleinbongard2024_PigNetwork": "SD",
        "Collagen2005_RatInfarct": "SEM",
    }


def test_nothing_is_told_without_both_n_or_a_printed_p():
    key = ("A", "v", "saline", "ejection fraction", "", "28 d")
    rows = [group("v", 46.0), group("saline", 40.0, n=None)]
    (one,) = candidates([study("A", rows)], "vesicles")
    assert check_spread(one, {key: "= 0.01"}) is None
    (one,) = candidates(
        [study("A", [group("v", 46.0), group("saline", 40.0)])], "vesicles"
    )
    assert check_spread(one, {}) is None
    assert check_spread(one, {key: "= 0.01"}) is not None


@pytest.mark.parametrize(
    ("printed", "p", "fits"),
    [
        ("= 0.01", 0.0117, True),
        ("= 0.01", 0.02, False),
        ("= 0.54", 0.57, True),
        ("= 0.54", 0.94, False),
        ("< 0.001", 0.0002, True),
        ("< 0.001", 0.0011, False),
    ],
)
def test_a_p_agrees_within_its_rounding(printed, p, fits):
    assert agrees(printed, p) is fits
