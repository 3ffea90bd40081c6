"""The schedule of an infarct."""

from __future__ import annotations

import numpy as np
import pytest

from exoheart.engine.members import Schedule
from exoheart.errors import InputError
from exoheart.heart import infarct_actions
from exoheart.heart.protocol import MODELS, infarct_columns

FLOWS = {"heart_collateral_flow": 0.05, "heart_no_reflow": 0.2}


def rows(model, occlusion_h):
    return [
        (a.member, a.time_h, a.action, a.target, a.value)
        for a in infarct_actions(3, model, occlusion_h, FLOWS)
    ]


def test_sham_has_no_rows():
    """A sham's flow is never touched."""
    assert rows("none", None) == []


def test_ligation_lowers_flow_and_its_target_for_good():
    """Flow falls to the collateral flow at time 0 and is not raised again."""
    assert rows("permanent ligation", None) == [
        (3, 0.0, "set", "heart_flow", 0.05),
        (3, 0.0, "set", "heart_flow_target", 0.05),
    ]


def test_reperfusion_raises_the_target_less_what_does_not_reflow():
    """After the occlusion flow is called back to 1 less the no-reflow share."""
    opened, obstructed = rows("ischaemia-reperfusion", 1.5)[-2:]
    assert opened == (3, 1.5, "set", "heart_flow_target", 0.8)
    assert obstructed == (3, 1.5, "set", "heart_obstructed_share", 0.2)


@pytest.mark.parametrize("occlusion_h", [None, 0.0, -1.0, float("nan"), float("inf")])
def test_an_occlusion_that_is_no_length_of_time_is_refused(occlusion_h):
    """The message names what was met and what to do."""
    with pytest.raises(InputError, match="hours above 0"):
        infarct_actions(0, "ischaemia-reperfusion", occlusion_h, FLOWS)


def test_an_unknown_model_is_refused_with_the_nearest_name():
    """A misspelt model is met with the closest valid one."""
    with pytest.raises(InputError, match="nearest: permanent ligation"):
        infarct_actions(0, "permanent ligatoin", None, FLOWS)


@pytest.mark.parametrize("model", MODELS)
def test_many_infarcts_at_once_are_those_of_each_member(model):
    """Some without a share that does not reflow, each of its own length."""
    lengths = np.array([1.5, 0.5, 2.0]) if model == MODELS[0] else None
    flows = {
        "heart_collateral_flow": np.array([0.05, 0.1, 0.2]),
        "heart_no_reflow": np.array([0.2, 0.0, 0.3]),
    }
    found = list(Schedule.joined(infarct_columns(model, lengths, flows)))
    wanted = [
        row
        for k in range(3)
        for row in infarct_actions(
            k,
            model,
            None if lengths is None else float(lengths[k]),
            {id_: float(value[k]) for id_, value in flows.items()},
        )
    ]
    assert found == wanted


def test_one_wrong_length_among_many_is_refused():
    flows = {"heart_collateral_flow": np.zeros(2), "heart_no_reflow": np.zeros(2)}
    with pytest.raises(InputError, match=r"occlusion of -1\.0 h"):
        infarct_columns("ischaemia-reperfusion", np.array([1.0, -1.0]), flows)
