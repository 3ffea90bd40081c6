"""The account of the dose and the closure of flows: pure functions on arrays."""

import numpy as np
import pytest

from exoheart.delivery import (
    FATES,
    STATES,
    closure_faults,
    fate_shares,
    reached_heart,
    require_closure,
)
from exoheart.errors import InputError, ModelError

CLOSED = {
    "anatomy_risk_mass": np.full(3, 30.0),
    "anatomy_border_mass": np.full(3, 10.0),
    "anatomy_remote_mass": np.full(3, 60.0),
    "delivery_cardiac_output": np.full(3, 250_000.0),
    "delivery_myocardial_flow": np.full(3, 60.0),
    "delivery_liver_flow": np.full(3, 60_000.0),
    "delivery_vascular_volume": np.full(3, 0.08),
    "delivery_blood_volume": np.full(3, 2500.0),
}


def amounts(value: float = 1.0) -> dict[str, np.ndarray]:
    return {state: np.full((2, 3), value) for state in STATES}


def test_every_state_has_one_fate() -> None:
    """No state twice, none without a fate."""
    assert len(STATES) == len(set(STATES)) == 36


def test_shares_add_up_to_one_with_what_is_unaccounted() -> None:
    """36 states of 1 in a dose of 40 leave a tenth unaccounted."""
    shares = fate_shares(amounts(), np.array(40.0))
    assert set(shares) == {*FATES, "unaccounted"}
    assert np.allclose(np.sum(list(shares.values()), axis=0), 1.0, atol=1e-12)
    assert np.allclose(shares["unaccounted"], 0.1, atol=1e-12)
    assert np.allclose(shares["blood"], 3 / 40, atol=1e-12)


def test_the_heart_share_counts_what_cells_hold_or_have_digested() -> None:
    """12 surfaces, 3 vessel walls, 3 insides and the digested: 19 states of 36."""
    assert np.allclose(reached_heart(amounts(), np.array(36.0)), 19 / 36, atol=1e-12)


def test_a_dose_of_zero_has_no_shares() -> None:
    """Undefined, not zero and not infinite."""
    assert np.all(np.isnan(fate_shares(amounts(0.0), np.array(0.0))["liver"]))


def test_a_missing_state_is_named() -> None:
    """An account that leaves a state out can't close."""
    held = amounts()
    del held["delivery_spleen"]
    with pytest.raises(ModelError, match="delivery_spleen"):
        fate_shares(held, np.array(1.0))


def test_draws_that_close_have_no_faults() -> None:
    """A 40-kg pig at central values."""
    assert closure_faults(CLOSED) == ()
    require_closure(CLOSED)


@pytest.mark.parametrize(
    ("key", "value", "named"),
    [
        ("delivery_myocardial_flow", 2000.0, "flow of the rest of the body"),
        ("delivery_blood_volume", 7.0, "blood outside the heart"),
        ("anatomy_remote_mass", 0.0, "mass of the remote zone"),
    ],
)
def test_a_negative_remainder_is_an_error(key: str, value: float, named: str) -> None:
    """One bad draw of three is found and counted."""
    broken = CLOSED | {key: np.array([CLOSED[key][0], value, CLOSED[key][0]])}
    assert "1 of 3 draws" in " ".join(closure_faults(broken))
    with pytest.raises(InputError, match=named):
        require_closure(broken)
