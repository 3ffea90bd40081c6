"""A simulated study: arms, records and JSON of one run."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

from exoheart.engine import ensemble, task
from exoheart.engine.program import Program
from exoheart.prediction import Prediction, predict_arms, prepare, simulate, size_of
from exoheart.study import load_study
from exoheart.therapy import MECHANISMS

EXAMPLES = Path(__file__).parents[2] / "examples"
PIG = EXAMPLES / "pig_reperfused_infarct.toml"


@lru_cache(maxsize=1)
def predicted() -> Prediction:
    return simulate(load_study(PIG), members=32)


@pytest.mark.parametrize("members", [1, 16, 32, 128, 511, 512, 1024, 5000])
def test_members_are_split_into_at_least_two_draws_of_several_animals(members):
    size = size_of(members)
    assert size.outer >= 2
    assert size.animals >= 2
    assert abs(size.members - members) <= max(size.animals, 2 * size.animals - members)


def test_arms_without_a_dose_are_solved_once():
    prediction = predicted()
    assert len(prediction.cohort.arms) == 3
    assert prediction.schedule_of["vehicle IM"] == prediction.schedule_of["vehicle IC"]
    np.testing.assert_array_equal(
        prediction.values("vehicle IM", "outcome_ejection_fraction"),
        prediction.values("vehicle IC", "outcome_ejection_fraction"),
    )


def test_values_are_outer_by_animal_by_time():
    prediction = predicted()
    shape = (*(prediction.pool.true.shape[1:3]), len(prediction.times))
    assert prediction.values("CDC IM", "delivery_liver").shape == shape


def test_the_pool_reads_the_primary_endpoint_at_its_time():
    """Infarct size by TTC at 48 h after 1.5 h is the observable at hour 49.5."""
    prediction = predicted()
    sample = int(np.flatnonzero(prediction.times == 49.5)[0])
    for k, arm in enumerate(prediction.pool.arms):
        shown = prediction.values(arm, "outcome_infarct_area_at_risk")[..., sample]
        np.testing.assert_array_equal(prediction.pool.true[k, ..., 0], shown)


def test_other_arms_of_the_same_study_meet_the_same_animals():
    setting = prepare(load_study(PIG), 0, 32)
    plans = [setting.products.plan(arm) for arm in setting.study.arms]
    alone = predict_arms(setting, plans[:2])
    assert alone.shape == (2, setting.size.outer, setting.size.animals)
    wanted = predicted().pool.true[:2, ..., 0]
    np.testing.assert_allclose(alone, wanted, rtol=1e-5)


def test_the_same_seed_gives_the_same_document_and_another_gives_another():
    study = load_study(EXAMPLES / "controls_mouse.toml")
    one, again, other = (simulate(study, seed=s, members=16) for s in (3, 3, 4))
    assert one.to_json() == again.to_json()
    assert one.to_json()["arms"] != other.to_json()["arms"]


def test_renaming_an_arm_or_adding_one_moves_no_animal():
    study = load_study(PIG)
    fewer = simulate(replace(study, arms=study.arms[:2]), members=32)
    np.testing.assert_array_equal(fewer.pool.true, predicted().pool.true[:2])


def test_arms_with_the_same_values_show_the_same_numbers_of_their_own():
    first, _, second, _ = predicted().to_json()["arms"]
    assert first["endpoints"] == second["endpoints"]


def test_the_document_counts_failures_and_names_seed_and_version():
    from exoheart.version import VERSION

    document = predicted().to_json()
    assert document["failed_members"] == 0
    assert (document["seed"], document["version"]) == (0, VERSION)


def test_progress_counts_members_of_distinct_schedules():
    seen = []
    simulate(
        load_study(EXAMPLES / "controls_pig.toml"),
        members=40,
        on_progress=lambda done, total: seen.append((done, total)),
    )
    assert seen[-1] == (40, 40)


def test_labelled_arrays_say_arm_draw_animal_and_time():
    data = predicted().data
    assert data.sizes["arm"] == 4
    assert data.attrs["reperfusion_h"] == 1.5
    assert set(data.coords["mechanism"].values) <= {*MECHANISMS, "none"}
    one = data["outcome_ejection_fraction"].sel(arm="CDC IC")
    np.testing.assert_array_equal(
        one.values, predicted().values("CDC IC", "outcome_ejection_fraction")
    )


def test_a_record_shows_itself_as_a_table_with_its_limits():
    shown = predicted()._repr_html_()
    assert shown.count("<tr>") == 1 + 4 * 2
    assert "not medical advice" in shown


def fail(*_):
    raise ArithmeticError("a test")


def test_members_that_fail_are_left_out_said_and_stop_nobody(monkeypatch):
    """Every fifth member of each block of 16 can't be solved."""
    whole = Program.solve

    def some_fail(self, *what):
        solved = whole(self, *what)
        solved.code[::5] = task.STEP_TOO_SMALL
        return solved

    monkeypatch.setattr(Program, "solve", some_fail)
    for way in ("by_pivoting", "by_radau"):
        monkeypatch.setattr(ensemble, way, fail)
    prediction = simulate(load_study(EXAMPLES / "controls_pig.toml"), members=32)
    assert prediction.failed_members == 8
    assert any("8 of 32 members" in warning for warning in prediction.warnings)
    for arm in prediction.to_json()["arms"]:
        assert arm["endpoints"][0]["median"] is not None
