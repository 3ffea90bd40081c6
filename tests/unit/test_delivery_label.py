"""The label of a solution: conserved, exact pools, blood left in organs, limits."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from exoheart import delivery, evidence
from exoheart.delivery import Body, Tag
from exoheart.errors import InputError, ModelError
from exoheart.units import factor

TIMES = np.concatenate([[0.0, 0.01], np.linspace(0.1, 12.0, 60)])
STATES = tuple(state for held in delivery.FATES.values() for state in held)
MASS = {"liver": 1.0, "spleen": 0.1, "lung": 0.2, "kidney": 0.3, "gut": 0.8}
BODY = Body(
    MASS | {"heart": 0.1, "other": 15.0, "blood": 2.0},
    dict.fromkeys((*MASS, "heart", "other"), 0.1),
    2.0,
    0.25,
    0.2,
)
TAG = Tag("test", 0.2, 1.5, 0.5, 0.8, 0.1)


def dose() -> dict[str, np.ndarray]:
    """Ten in all: liver and blood cells digest, one leaks, some stays in the heart."""
    amounts = {state: np.zeros_like(TIMES) for state in STATES}
    later = TIMES > 0.0
    liver, cells = np.exp(-0.25 * TIMES), np.exp(-0.2 * TIMES)
    inside = np.exp(-0.5 * TIMES)
    amounts["delivery_liver"] = 5.0 * liver * later
    amounts["delivery_blood_cells"] = 1.0 * cells * later
    amounts["delivery_internalised_risk"] = 2.0 * inside * later
    amounts["delivery_vessels_risk"] = 1.0 * later
    amounts["delivery_outside"] = 1.0 * later
    amounts["delivery_degraded_body"] = (5.0 * (1 - liver) + 1 - cells) * later
    amounts["delivery_degraded_heart"] = 2.0 * (1 - inside) * later
    return amounts


def test_label_is_conserved() -> None:
    """Intact, left behind, free, gone and elsewhere add up to what was given."""
    seen = delivery.observe(dose(), TIMES, BODY, TAG)
    assert seen.given()[1:] == pytest.approx(10.0, abs=1e-12)
    assert np.all(np.diff(seen.eliminated) >= -1e-12)
    assert np.min(seen.free) >= 0.0


@pytest.mark.parametrize(
    ("organ_half_life", "blood_half_life"),
    [(1.5, 0.8), (1.0, 1.0), (0.05, 20.0), (np.inf, 2.0), (2.0, np.inf)],
)
def test_pools_equal_their_differential_equations(
    organ_half_life: float, blood_half_life: float
) -> None:
    """Against an ODE solver on the same straight lines, equal rates and none too."""
    tag = replace(TAG, organ_half_life=organ_half_life, blood_half_life=blood_half_life)
    amounts = dose()
    seen = delivery.observe(amounts, TIMES, BODY, tag)
    digested = amounts["delivery_degraded_body"] + amounts["delivery_degraded_heart"]
    loss, out = np.log(2.0) / np.array([organ_half_life, blood_half_life])
    state = np.zeros(3)
    for gap, (start, end) in enumerate(pairwise(TIMES)):
        enters = 0.8 * (digested[gap + 1] - digested[gap]) / (end - start)
        freed = 0.2 * (10.0 if gap == 0 else 0.0) / (end - start)

        def slopes(
            _: float, y: np.ndarray, enters: float = enters, freed: float = freed
        ) -> list[float]:
            lost, back = loss * y[0], tag.returned * loss * y[0]
            free = freed + back - out * y[1]
            return [enters - lost, free, lost - back + out * y[1]]

        solved = solve_ivp(slopes, (start, end), state, rtol=1e-10, atol=1e-13)
        state = solved.y[:, -1]
    left = sum(pool[-1] for pool in seen.left_behind.values())
    found = (left, seen.free[-1], seen.eliminated[-1])
    assert found == pytest.approx(tuple(state), rel=1e-7, abs=1e-9)


def test_digested_vesicles_leave_their_label_where_they_were_digested() -> None:
    """With a label that stays, liver and blood cells show what they have taken up."""
    stays = Tag("stays", 0.0, np.inf, 0.0, 1.0, 1.0)
    seen = delivery.observe(dose(), TIMES, BODY, stays, blood_kept=0.0)
    # liver and blood cells share one state of digested vesicles, divided by rate times
    # amount between samples a fifth of an hour apart
    assert seen.reading("liver")[-1] == pytest.approx(5.0, rel=1e-3)
    assert seen.left_behind["blood"][-1] == pytest.approx(1 - np.exp(-2.4), rel=5e-3)
    assert seen.reading("heart")[1:] == pytest.approx(2.0, rel=1e-12)
    assert seen.reading("spleen") == pytest.approx(0.0, abs=1e-12)


def test_blood_left_in_an_organ_is_read_with_it() -> None:
    """A twentieth of the blood is in each organ; the heart has its own vesicles."""
    seen = delivery.observe(dose(), TIMES, BODY, TAG)
    outside_heart = seen.reading("blood") - 0.8 * dose()["delivery_vessels_risk"]
    assert seen.residual["spleen"] == pytest.approx(outside_heart / 20.0)
    in_heart = 0.8 * dose()["delivery_vessels_risk"] + outside_heart / 20.0
    assert seen.residual["heart"] == pytest.approx(in_heart)
    rinsed = delivery.observe(dose(), TIMES, BODY, TAG, blood_kept=0.0)
    assert all(np.all(blood == 0.0) for blood in rinsed.residual.values())


def test_many_animals_at_once_equal_one_by_one() -> None:
    """Leading axes of amounts, and arrays of shape (n, 1) in the body."""
    rates = np.array([[0.2], [0.6]])
    both = {state: np.stack([one, 2.0 * one]) for state, one in dose().items()}
    seen = delivery.observe(both, TIMES, replace(BODY, blood_cell_entry=rates), TAG)
    for row, rate in enumerate((0.2, 0.6)):
        alone = {state: (row + 1) * one for state, one in dose().items()}
        one = delivery.observe(alone, TIMES, replace(BODY, blood_cell_entry=rate), TAG)
        for organ in delivery.ORGANS:
            assert seen.reading(organ)[row] == pytest.approx(one.reading(organ))


def test_a_margin_is_label_per_gram_over_the_limit() -> None:
    """And rises with the dose."""
    seen = delivery.observe(dose(), TIMES, BODY, TAG)
    margin = delivery.detection_margin(seen, "heart", BODY, TAG)
    assert margin == pytest.approx(seen.reading("heart") / 0.1 / 0.1)
    assert margin[-1] > 1.0


@pytest.mark.parametrize("name", delivery.TAGS)
def test_every_tag_has_its_rows(name: str) -> None:
    """In units that can be turned into those of the record."""
    priors = evidence.resolve(
        evidence.load_parameters(), "mouse", evidence.load_choices()
    )
    values = {}
    for row, unit in delivery.TAG_ROWS.items():
        prior = priors[f"{row.replace('_', '.', 1)}_{name}"]
        values[f"{row}_{name}"] = prior.value * factor(prior.unit, unit)
    tag = delivery.tag_of(name, values)
    assert tag.name == name
    assert 0.0 <= tag.free_share < 1.0
    assert 0.0 <= tag.returned <= 1.0
    assert 1e-6 < tag.detection_limit < 10.0


def test_a_body_is_what_its_organs_leave() -> None:
    """Masses and blood add up; too light a body is refused."""
    values = {f"delivery_{organ}_mass": mass for organ, mass in MASS.items()}
    values |= {f"anatomy_{zone}_mass": 0.05 for zone in delivery.ZONES}
    for organ in ("liver", "spleen", "lung", "kidney", "other"):
        values[f"delivery_blood_fraction_{organ}"] = 0.1
    values |= {"delivery_blood_volume": 2.0, "delivery_vascular_volume": 0.08}
    values |= {"delivery_capture_digestion": 0.25, "delivery_blood_cell_entry": 0.2}
    body = delivery.body_of(values, 20.0)
    assert sum(body.mass.values()) == pytest.approx(20.0)
    assert body.blood_left["heart"] == pytest.approx(0.08 * 0.15)
    with pytest.raises(InputError, match="body_mass in grams"):
        delivery.body_of(values, 0.02)


def test_faults_say_what_was_met_and_what_is_allowed() -> None:
    """Unknown names, doubled or late times, a state that was not recorded."""
    amounts = dose()
    with pytest.raises(InputError, match="nearest: iodine"):
        delivery.tag_of("iodin", {})
    with pytest.raises(InputError, match="nearest: liver"):
        delivery.observe(amounts, TIMES, BODY, TAG).reading("livr")
    with pytest.raises(InputError, match="one rising series"):
        delivery.observe(amounts, np.zeros_like(TIMES), BODY, TAG)
    late = {state: amount[1:] for state, amount in amounts.items()}
    with pytest.raises(InputError, match="begin before the first dose"):
        delivery.observe(late, TIMES[1:], BODY, TAG)
    del amounts["delivery_liver"]
    with pytest.raises(ModelError, match="delivery_liver"):
        delivery.observe(amounts, TIMES, BODY, TAG)
