"""The joined model and the dose: none at all, next to none, more and less."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

from exoheart.prediction import Prediction, simulate
from exoheart.study import load_study, parse_study

EXAMPLES = Path(__file__).parents[2] / "examples"
TREATED = ("pig_reperfused_infarct", "mouse_tail_vein", "pig_chronic_infarct")
MARGINALS = ("median", "interval90", "animal_interval90", "by_mechanism")


@lru_cache(maxsize=1)
def dosed(name: str, factor: float) -> Prediction:
    """Simulate an example with every dose multiplied by `factor`."""
    text = (EXAMPLES / f"{name}.toml").read_text("utf-8")

    def changed(match: re.Match[str]) -> str:
        return f'dose = "{float(match[1]) * factor:.17g} {match[2]}"'

    text, count = re.subn(r'dose = "([\d.e+]+) ([^"]+)"', changed, text)
    assert count
    return simulate(parse_study(text), members=24)


def pairs(prediction: Prediction) -> list[tuple[int, int]]:
    """Positions of each treated arm and its control."""
    found = prediction.pool.comparisons(prediction.study)
    assert found
    return list(found)


@pytest.mark.parametrize("name", TREATED)
def test_a_dose_of_zero_is_its_control_bit_for_bit(name):
    """The same animals, unsolved twice, and the same numbers of the arm by itself."""
    prediction = dosed(name, 0.0)
    assert len(prediction.cohort.arms) == 1
    arms = prediction.to_json()["arms"]
    for treated, control in pairs(prediction):
        np.testing.assert_array_equal(
            prediction.pool.true[treated], prediction.pool.true[control]
        )
        for own, other in zip(
            arms[treated]["endpoints"], arms[control]["endpoints"], strict=True
        ):
            assert [own[key] for key in MARGINALS] == [other[key] for key in MARGINALS]
            assert own["difference_to_control"]["probability_of_benefit"] == 0.0


def test_a_dose_that_acts_gives_other_numbers_than_its_control():
    """So the test above can fail."""
    prediction = dosed("pig_reperfused_infarct", 1.0)
    arms = prediction.to_json()["arms"]
    for treated, control in pairs(prediction):
        own, other = (arms[k]["endpoints"][0] for k in (treated, control))
        assert all(own[key] != other[key] for key in MARGINALS)


def test_differences_are_between_animals_that_are_independent():
    """A zero dose shows the spread of two groups, not a difference of zero."""
    prediction = dosed("pig_reperfused_infarct", 0.0)
    found = prediction.to_json()["arms"][1]["endpoints"][0]["difference_to_control"]
    low, high = found["interval90"]
    assert low < -1 < 1 < high


@pytest.mark.parametrize("name", TREATED)
def test_a_billionth_of_the_dose_is_the_control_within_1e_5(name):
    """Relative to the control's value of the same animal, every endpoint."""
    prediction = dosed(name, 1e-9)
    assert len(prediction.cohort.arms) > 1
    true = prediction.pool.true
    for treated, control in pairs(prediction):
        off = np.abs(true[treated] - true[control]) / np.abs(true[control])
        assert off.max() < 1e-5


def test_draws_without_a_mechanism_show_no_effect_at_any_dose():
    """Vesicles arrive and nothing listens: to the solver's tolerance."""
    prediction = dosed("pig_reperfused_infarct", 1.0)
    none = np.array(prediction.pool.mechanisms) == "none"
    assert none.any()
    true = prediction.pool.true[:, none]
    for treated, control in pairs(prediction):
        off = np.abs(true[treated] - true[control]) / np.abs(true[control])
        assert off.max() < 1e-5


def test_a_thousand_times_the_dose_never_does_less():
    """Infarct size of each animal, to the solver's tolerance: no draw is harmed."""
    study = load_study(EXAMPLES / "pig_reperfused_infarct.toml")
    assert study.primary.quantity == "infarct size"
    low, high = (
        dosed("pig_reperfused_infarct", f).pool.true[..., 0] for f in (1.0, 1e3)
    )
    assert np.all(high <= low + 1e-3)
    assert np.mean(high[1] < low[1] - 1e-3) > 0.2
