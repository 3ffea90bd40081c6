"""When and what is recorded of a study."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from exoheart import delivery
from exoheart.prediction.sampling import (
    dose_times,
    horizon,
    observables,
    sample_times,
)
from exoheart.study import load_study
from exoheart.therapy import anchored, therapy_model

EXAMPLES = Path(__file__).parents[2] / "examples"
ALL = sorted(EXAMPLES.glob("*.toml"))
PIG = EXAMPLES / "pig_reperfused_infarct.toml"


@pytest.mark.parametrize("path", ALL, ids=lambda p: p.stem)
def test_samples_ascend_from_zero_to_the_last_endpoint(path):
    study = load_study(path)
    times = sample_times(study)
    assert times[0] == 0.0
    assert times[-1] == horizon(study)
    assert np.all(np.diff(times) > 0)
    assert len(times) < 200


@pytest.mark.parametrize("path", ALL, ids=lambda p: p.stem)
def test_every_endpoint_is_sampled_at_exactly_its_time(path):
    study = load_study(path)
    at = {anchored(e.at, study.animal.infarct) for e in study.endpoints}
    assert at <= set(sample_times(study).tolist())


def test_doses_are_followed_closely_and_repeated_ones_too():
    study = load_study(PIG)
    arms = tuple(
        replace(arm, every_h=12.0, times=3) if arm.dose else arm for arm in study.arms
    )
    study = replace(study, arms=arms)
    assert dose_times(study) == (2.0, 14.0, 26.0)
    times = sample_times(study)
    for dose in dose_times(study):
        after = times[times > dose]
        assert dose in times
        assert after[0] - dose <= 0.02 + 1e-12


def test_a_control_has_no_dose_times():
    assert dose_times(load_study(EXAMPLES / "controls_pig.toml")) == ()


def test_a_study_of_controls_records_no_particles():
    recorded = observables(load_study(EXAMPLES / "controls_pig.toml"), ())
    assert not set(recorded) & set(delivery.STATES)


def test_a_treated_study_records_the_whole_account():
    recorded = observables(load_study(PIG), ("outcome_ejection_fraction",))
    whole = {*delivery.STATES, *delivery.SOLUTE, *delivery.DONOR_CELLS}
    assert whole <= set(recorded)
    assert {"port_bound_border_progenitor", "port_soluble_risk"} <= set(recorded)
    assert "mechanism_cargo_cytosol_progenitor" in recorded
    assert "mechanism_soluble_occupancy_survival" in recorded
    assert len(set(recorded)) == len(recorded)
    therapy_model(recorded)  # raises on an id that the model lacks
