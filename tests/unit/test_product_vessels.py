"""Vessels and passages: closed forms, and limits that a culture can't pass."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exoheart.product.vessels import passages, vessel_kind, vessels_needed


def test_doublings_in_a_passage_fall_from_first_to_last() -> None:
    """7.7 in the first and 1.2 in the last: 38 doublings take 11 passages, not 5."""
    one = np.ones(1)

    def count(doublings: float, used: float = 0.0) -> float:
        args = (doublings * one, used * one, 38 * one, 7.7 * one, 1.2 * one)
        return float(passages(*args)[0])

    # 38 / 6.5 * ln(7.7 / 1.2) = 10.87
    assert count(38) == 11
    assert (count(0), count(7), count(8)) == (0, 1, 2)
    assert count(7, used=31) > count(7)
    # beyond the limit each passage gives 1.2: 12 more take 10
    assert count(50) == 21


@given(st.floats(0, 60), st.floats(0, 60), st.floats(0, 30))
def test_more_doublings_or_older_cells_never_take_fewer_passages(
    doublings: float, used: float, more: float
) -> None:
    """Passages grow with what is to be made and with what is behind the cells."""
    one = np.ones(1)

    def count(to_make: float, behind: float) -> float:
        args = (to_make * one, behind * one, 38 * one, 7.7 * one, 1.2 * one)
        return float(passages(*args)[0])

    now = count(doublings, used)
    assert count(doublings + more, used) >= now
    assert count(doublings, used + more) >= now
    assert now <= np.ceil(doublings / 1.2)


def test_vessels_are_whole_and_at_least_one() -> None:
    """1, 1 and 2 flasks of 175 cm2 for 10, 175 and 176 cm2."""
    found = vessels_needed(np.array([10.0, 175.0, 176.0]), np.full(3, 175.0))
    assert found.tolist() == [1.0, 1.0, 2.0]


@pytest.mark.parametrize(
    "name", ["spinner flask", "stirred tank", "vertical wheel", "hollow fibre"]
)
def test_stirred_and_hollow_fibre_cultures_are_bioreactors(name: str) -> None:
    """Whatever the area."""
    assert vessel_kind((name,), np.array([1.0]), np.array([175.0])) == "bioreactor"
