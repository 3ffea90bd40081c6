"""The account of the dose and the closure of flows: pure functions on arrays."""

import numpy as np
import pytest

from exoheart.delivery import (
    ALL_STATES,
    ANTIBODIES,
    DONOR_CELLS,
    FATES,
    OWED,
    SOLUTE,
    STATES,
    brought,
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
    "delivery_liver_flow_share": np.full(3, 0.24),
    "delivery_kidney_flow_share": np.full(3, 0.11),
    "delivery_vascular_volume": np.full(3, 0.08),
    "delivery_blood_volume": np.full(3, 2500.0),
    "delivery_arterial_share": np.full(3, 0.25),
    "delivery_repeat_exposure": np.full(3, 0.3),
    "delivery_first_pass_extraction": np.full(3, 0.005),
    "delivery_leave_share": np.full(3, 0.13),
    "delivery_lodging_heart": np.full(3, 0.17),
    "delivery_lodging_lung": np.full(3, 0.45),
    "delivery_lodging_elsewhere": np.full(3, 0.7),
}


def amounts(value: float = 1.0, owed: float = 0.0) -> dict[str, np.ndarray]:
    held = {state: np.full((2, 3), value) for state in STATES}
    return held | {OWED: np.full((2, 3), -owed)}


def test_every_state_is_in_one_account_and_each_with_vesicles_has_one_fate() -> None:
    """No state twice, none without a fate but what is owed."""
    held = [state for states in FATES.values() for state in states]
    assert len(held) == len(set(held)) == 45
    assert (*held, OWED) == STATES
    assert (*STATES, *SOLUTE, *DONOR_CELLS, *ANTIBODIES) == ALL_STATES
    assert len(ALL_STATES) == len(set(ALL_STATES)) == 59


def test_shares_add_up_to_one_with_what_is_unaccounted() -> None:
    """45 states of 1 in a dose of 50 leave a tenth unaccounted."""
    shares = fate_shares(amounts(), np.array(50.0))
    assert set(shares) == {*FATES, "unaccounted"}
    assert np.allclose(np.sum(list(shares.values()), axis=0), 1.0, atol=1e-12)
    assert np.allclose(shares["unaccounted"], 0.1, atol=1e-12)
    assert np.allclose(shares["blood"], 3 / 50, atol=1e-12)


def test_the_heart_share_counts_what_cells_hold_or_have_digested() -> None:
    """15 surfaces, 3 vessel walls, 3 insides and the digested: 22 states of 45."""
    assert np.allclose(reached_heart(amounts(), np.array(45.0)), 22 / 45, atol=1e-12)


def test_vesicles_that_cells_released_count_as_brought() -> None:
    """30 injected and 15 released are the 45 that are found."""
    held = amounts(owed=15.0)
    assert np.allclose(brought(held, np.array(30.0)), 45.0, atol=1e-12)
    shares = fate_shares(held, np.array(30.0))
    assert np.allclose(shares["unaccounted"], 0.0, atol=1e-12)
    assert np.allclose(shares["blood"], 3 / 45, atol=1e-12)
    assert np.allclose(reached_heart(held, np.array(30.0)), 22 / 45, atol=1e-12)


def test_cells_alone_have_shares_of_what_they_released() -> None:
    """Nothing injected, 45 released: no division by zero."""
    shares = fate_shares(amounts(owed=45.0), np.array(0.0))
    assert np.allclose(shares["liver"], 1 / 45, atol=1e-12)


def test_a_debt_that_rounding_turns_positive_brings_nothing() -> None:
    """A solver's overshoot above zero is no vesicle."""
    held = amounts(0.0) | {OWED: np.full((2, 3), 1e-15)}
    assert np.all(brought(held, np.array(2.0)) == 2.0)


def test_a_dose_of_zero_has_no_shares() -> None:
    """Undefined, not zero and not infinite."""
    assert np.all(np.isnan(fate_shares(amounts(0.0), np.array(0.0))["liver"]))


@pytest.mark.parametrize("state", ["delivery_spleen", OWED])
def test_a_missing_state_is_named(state: str) -> None:
    """An account that leaves a state out can't close."""
    held = amounts()
    del held[state]
    with pytest.raises(ModelError, match=state):
        fate_shares(held, np.array(1.0))


def test_draws_that_close_have_no_faults() -> None:
    """A 40-kg pig at central values."""
    assert closure_faults(CLOSED) == ()
    require_closure(CLOSED)


@pytest.mark.parametrize(
    ("key", "value", "named"),
    [
        ("delivery_myocardial_flow", 2000.0, "flow of the rest of the body"),
        ("delivery_liver_flow_share", 0.9, "flow of the rest of the body"),
        ("delivery_kidney_flow_share", 0.76, "flow of the rest of the body"),
        ("delivery_blood_volume", 7.0, "blood outside the heart"),
        ("anatomy_remote_mass", 0.0, "mass of the remote zone"),
        ("delivery_lodging_lung", 1.0, "one minus delivery.lodging_lung"),
        ("delivery_repeat_exposure", 0.0, "delivery.repeat_exposure"),
    ],
)
def test_a_negative_remainder_is_an_error(key: str, value: float, named: str) -> None:
    """One bad draw of three is found and counted."""
    broken = CLOSED | {key: np.array([CLOSED[key][0], value, CLOSED[key][0]])}
    assert "1 of 3 draws" in " ".join(closure_faults(broken))
    with pytest.raises(InputError, match=named):
        require_closure(broken)
