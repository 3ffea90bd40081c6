"""Vessels and passages: closed forms, and limits that a culture can't pass."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exoheart.product.vessels import (
    flat_vessel,
    growth_hours,
    house,
    passages_taken,
    vessels_needed,
    whole_passages,
)


def taken(doublings: float, used: float = 0.0, limit: float = 38.0) -> np.ndarray:
    one = np.ones(1)
    return passages_taken(
        doublings * one, used * one, limit * one, 7.7 * one, 1.2 * one
    )


def hours(doublings: float, used: float = 0.0, limit: float = 38.0) -> float:
    """Hours with a doubling time of 60 h in fresh cells."""
    one = np.ones(1)
    return float(growth_hours(taken(doublings, used, limit), 7.7 * one, 60 * one)[0])


def test_doublings_in_a_passage_fall_from_first_to_last() -> None:
    """7.7 in the first and 1.2 in the last: 38 doublings take 11 passages, not 5."""

    def count(doublings: float, used: float = 0.0) -> float:
        return float(whole_passages(taken(doublings, used))[0])

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

    def count(to_make: float, behind: float) -> float:
        return float(whole_passages(taken(to_make, behind))[0])

    now = count(doublings, used)
    assert count(doublings + more, used) >= now
    assert count(doublings, used + more) >= now
    assert now <= np.ceil(doublings / 1.2)


def test_fresh_cells_start_at_their_doubling_time_and_slow_down_as_they_age() -> None:
    """The first doubling takes 60 h and little more; each later one more than that."""
    assert hours(0.01) == pytest.approx(0.6, rel=1e-3)
    each = [hours(1, used) for used in range(38)]
    assert each == sorted(each)
    assert 60 < each[0] < 62
    # a line that goes on for 300 doublings hardly ages in 10
    assert hours(10, limit=300) < 1.02 * 600


@given(st.floats(1e-3, 40), st.floats(0, 1e4))
def test_cells_never_slow_more_than_doublings_per_passage_fall(
    doublings: float, used: float
) -> None:
    """However old, 7.7 / 1.2 times the doubling time is the most."""
    assert hours(doublings, used) <= 60 * doublings * 7.7 / 1.2 * (1 + 1e-9)


@given(st.floats(0, 40), st.floats(0, 40), st.floats(0, 60))
def test_passages_and_hours_of_two_stretches_add_up(
    first: float, second: float, used: float
) -> None:
    """Growing on is the same as growing at once."""
    both = taken(first, used) + taken(second, used + first)
    assert both == pytest.approx(taken(first + second, used), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize(
    ("culture", "millilitres", "vessel"),
    [
        ("flask", 100.0, "flask"),  # 1e7 cells / 2e4 per cm2 * 0.2 mL per cm2
        ("bioreactor", 50.0, "bioreactor"),
        ("stirred_tank", 1000.0, "bioreactor"),
    ],
)
def test_stirred_cultures_go_by_volume_and_flat_ones_by_area(
    culture: str, millilitres: float, vessel: str
) -> None:
    """A stirred tank holds fewer cells per mL than a flask, as it was measured."""
    rows = {
        "harvest_density": 2e4,
        "medium_per_area": 0.2,
        "batch_area": 25000.0,
        "vessel_area.flask": 175.0,
        "cells_per_volume.stirred_tank": 1e4,
        "cells_per_volume.bioreactor": 2e5,
        "vessel_volume.bioreactor": 300.0,
    }
    found = house(np.array([1e7]), culture, lambda name, _: np.array([rows[name]]))
    assert found.vessel == vessel
    assert found.millilitres == pytest.approx([millilitres])
    assert (found.area is None) == (vessel == "bioreactor")
    if vessel == "bioreactor":
        assert found.vessels == np.ceil(millilitres / 300.0)


def test_vessels_are_whole_and_at_least_one() -> None:
    """1, 1 and 2 flasks of 175 cm2 for 10, 175 and 176 cm2."""
    found = vessels_needed(np.array([10.0, 175.0, 176.0]), np.full(3, 175.0))
    assert found.tolist() == [1.0, 1.0, 2.0]


def test_a_large_flat_culture_goes_into_layers() -> None:
    """Forty flasks are handled, a hundred aren't."""
    flask = np.array([175.0])
    assert flat_vessel(40 * flask, flask) == "flask"
    assert flat_vessel(100 * flask, flask) == "ten_layer"


@pytest.mark.parametrize("last", [1.2, 2.0])
def test_cells_whose_doublings_never_fall_still_have_passages(last: float) -> None:
    """Doublings that are all alike, or would rise, count as 1.2 in each passage."""
    one = np.ones(1)
    found = passages_taken(12 * one, 0 * one, 38 * one, 1.2 * one, last * one)
    assert found == pytest.approx([10.0], rel=1e-5)
