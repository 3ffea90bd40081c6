"""Intervals of estimates: one number of decimals, whatever lies between the ends."""

from __future__ import annotations

import pytest

from exoheart.figures.estimates import interval


@pytest.mark.parametrize(
    ("pair", "words"),
    [
        ([0.0156, 3.93], "0.02 to 3.93"),
        ([-3.93, -0.0156], "\u22123.93 to \u22120.02"),
        ([0.0001, 0.3], "0.0001 to 0.3000"),
        ([0.5, 412.0], "0.5 to 412.0"),
        ([4.21, 13.08], "4.2 to 13.1"),
        ([-3.04, 13.6], "\u22123.0 to 13.6"),
        ([0.0, 3.93], "0.0 to 3.9"),
        ([2.0, 2.0], "2 to 2"),
        (None, "not available"),
    ],
)
def test_both_ends_have_the_same_decimals_and_none_becomes_zero(pair, words):
    assert interval(pair) == words
