"""The stoichiometric account: arithmetic on draws."""

import numpy as np
import pytest

from exoheart.errors import InputError
from exoheart.heart.mechanisms import (
    GROUPS,
    Interval,
    able_shares,
    account,
    vesicles_needed,
)


def test_vesicles_needed_agrees_with_the_arithmetic_of_published_numbers() -> None:
    """1000 copies, 0.00315 or 0.00825 copies per vesicle (Chevillet2014)."""
    needed = vesicles_needed(
        np.array(1000.0), np.array([0.00315, 0.00825]), np.array([0.02, 0.3]), 0.0
    )
    assert needed == pytest.approx([1000 / (0.00315 * 0.02), 1000 / (0.00825 * 0.3)])


def test_fusion_adds_to_escape_and_nothing_brings_infinity() -> None:
    """A vesicle that all fuses brings all its copies."""
    assert vesicles_needed(10.0, 2.0, 0.0, 1.0) == pytest.approx(5.0)
    assert np.isinf(vesicles_needed(10.0, 0.0, 0.5, 0.5))


def test_the_account_gives_shortfall_and_share_of_draws_with_enough() -> None:
    """Peaks of 10, 100, 1000, 2000 against 1000 copies: two of four are enough."""
    peak = np.array([10.0, 100.0, 1000.0, 2000.0])
    (line,) = account(
        {"risk_macrophage": peak * 7}, {"risk_macrophage": peak}, np.array(1000.0)
    )
    assert line.group == "risk_macrophage"
    assert line.share_enough == 0.5
    assert line.shortfall.high == pytest.approx(100.0)
    assert line.vesicles_taken_up.low == pytest.approx(70.0)


def test_a_cell_without_copies_has_an_infinite_shortfall() -> None:
    """Nothing arrives: no division error, and not enough."""
    zero = np.zeros(5)
    (line,) = account({"endothelial": zero}, {"endothelial": zero}, np.array(1000.0))
    assert np.isinf(line.shortfall.median)
    assert line.share_enough == 0.0


def test_an_interval_of_failed_members_is_refused() -> None:
    """NaN would make every figure look valid."""
    with pytest.raises(InputError, match="1 of them not a number"):
        Interval.of(np.array([1.0, np.nan]))


def test_able_counts_draws_above_the_convention() -> None:
    """Strictly above 0.1."""
    shares = able_shares({"cargo": np.array([0.0, 0.1, 0.2, 0.9])})
    assert shares == {"cargo": 0.5}


def test_groups_have_words() -> None:
    """Six groups, each with a text for the report."""
    assert len(GROUPS) == 6
    assert all(GROUPS.values())
