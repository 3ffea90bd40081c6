"""The rules that turn states into endpoints, at states where the answer is known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from exoheart import calibration as ct
from exoheart import engine

OBSERVABLES = (
    "outcome_infarct_area_at_risk",
    "outcome_infarct_left_ventricle",
    "outcome_lost_mass",
    "outcome_ejection_fraction",
    "outcome_end_diastolic_volume",
    "outcome_end_systolic_volume",
    "outcome_fibrosis_left_ventricle",
    "outcome_capillary_density_border",
    "outcome_reparative_share",
)


def read(states, changes=None, species="pig"):
    """Observables at given states: the value at time 0 is that of the start."""
    model = ct.heart_model(OBSERVABLES)
    values = ct.central(model, species) | (changes or {})
    table = np.array([[values[id_] for id_ in model.parameters]])
    initial = model.initial(table)
    for id_, value in states.items():
        initial[0, model.states.index(id_)] = value
    members = engine.Table(table, initial, (), np.array([[0.0, 1e-6]]))
    solved = engine.solve(model, members)
    return {id_: float(solved[id_][0, 0]) for id_ in OBSERVABLES}


LOST_MUSCLE = ct.priors("pig")["heart.lost_muscle_effect"].value
WEIGHT = ct.priors("pig")["outcome.jeopardised_weight"].value


def test_a_healthy_heart_reads_normal():
    """Without injury there is no infarct and function is that of the table (pig)."""
    seen = read({})
    assert seen["outcome_infarct_area_at_risk"] == 0
    assert seen["outcome_ejection_fraction"] == pytest.approx(57)
    assert seen["outcome_end_diastolic_volume"] == pytest.approx(80)
    assert seen["outcome_end_systolic_volume"] == pytest.approx(80 * 0.43)
    assert seen["outcome_fibrosis_left_ventricle"] == pytest.approx(2.5)
    assert seen["outcome_reparative_share"] == pytest.approx(100)


def test_half_of_the_bed_lost():
    """Hand-worked: V 0.5, dilation 0.25, vessels 0.6 in a pig with a bed of 0.3."""
    seen = read({"heart_viable": 0.5, "heart_dilation": 0.25, "heart_vessels": 0.6})
    assert seen["outcome_infarct_area_at_risk"] == pytest.approx(50)
    assert seen["outcome_infarct_left_ventricle"] == pytest.approx(15)
    assert seen["outcome_lost_mass"] == pytest.approx(105 * 0.15)
    assert seen["outcome_ejection_fraction"] == pytest.approx(
        57 * (1 - LOST_MUSCLE * 0.15)
    )
    assert seen["outcome_end_diastolic_volume"] == pytest.approx(100)
    assert seen["outcome_capillary_density_border"] == pytest.approx(
        2500 * (1 - 0.3 * 0.4)
    )


def test_injured_cells_count_in_part():
    """A stain calls a share of the injured cells dead."""
    seen = read({"heart_viable": 0.6, "heart_jeopardised": 0.2})
    assert seen["outcome_infarct_area_at_risk"] == pytest.approx(
        100 * (0.4 - 0.2 * (1 - WEIGHT))
    )


def test_ejection_fraction_stays_between_0_and_100_in_extremes():
    """Whole ventricle lost, steepest slope, stunned rest: near 0, never below."""
    worst = {
        "anatomy_area_at_risk": 0.99,
        "heart_lost_muscle_effect": 2.0,
        "heart_stunning_effect": 0.8,
    }
    lost = {"heart_viable": 0.01, "heart_contractility_remote": 0.3}
    stunned = {"heart_contractility_risk": 0.2, "heart_dilation": 3.0}
    seen = read(lost | stunned, worst)
    assert 0 < seen["outcome_ejection_fraction"] < 1
    assert seen["outcome_end_systolic_volume"] < seen["outcome_end_diastolic_volume"]
    assert math.isfinite(seen["outcome_end_systolic_volume"])


def test_ejection_fraction_bends_without_a_jump():
    """At the floor the straight line and the bend have the same value and slope."""
    floor, step = 0.05, 1e-4
    state = "heart_contractility_remote"
    levels = [floor - step, floor, floor + step]
    low, mid, high = (read({state: x})["outcome_ejection_fraction"] for x in levels)
    assert mid == pytest.approx(57 * floor)
    assert (high - mid) == pytest.approx(mid - low, rel=0.01)
