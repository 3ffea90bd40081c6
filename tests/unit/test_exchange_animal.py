"""Whose numbers an export holds."""

from __future__ import annotations

import exchange_studies as studies
import numpy as np
import pytest

from exoheart.errors import InputError
from exoheart.exchange import arm_models
from exoheart.prediction import prepare
from exoheart.therapy import MECHANISMS


def test_the_central_animal_has_every_drawn_number_at_its_median():
    study = studies.pig()
    setting = prepare(study, 0, 16)
    one = arm_models(study)[1]
    for draw in setting.draws.draws:
        if draw.variation is not None:
            continue
        median = float(draw.prior.distribution.quantile(0.5))
        wanted = median * draw.to_model * draw.scale
        assert one.parameters[draw.text_id] == pytest.approx(wanted, rel=1e-12)


def test_the_central_animal_gets_about_the_median_dose():
    """Its dose lies in the middle half of what an ensemble is given."""
    study = studies.pig()
    setting = prepare(study, 0, 1024)
    drawn = setting.products.plan(study.arm("CDC IM")).giga
    rows = arm_models(study)[1].schedule
    given = sum(row.value for row in rows if row.target in INTO_MUSCLE)
    low, high = np.quantile(drawn, (0.25, 0.75))
    assert low < given < high


INTO_MUSCLE = ("delivery_depot_risk", "delivery_depot_border", "delivery_outside")


def test_mechanisms_of_the_central_animal_weigh_as_the_priors_say():
    """The rivals with a block and no effect make one."""
    one = arm_models(studies.pig())[0]
    weights = [one.parameters[f"mechanism_weight_{name}"] for name in MECHANISMS]
    assert sum(weights) == pytest.approx(len(MECHANISMS) / (len(MECHANISMS) + 1))
    assert one.parameters["mechanism_falling"] == 0.0


def test_the_central_animal_is_the_same_for_every_seed_and_in_every_arm():
    first, other = arm_models(studies.pig(), seed=0), arm_models(studies.pig(), seed=5)
    assert [a.parameters for a in first] == [a.parameters for a in other]
    assert [a.schedule for a in first] == [a.schedule for a in other]
    own = {id_ for id_ in first[0].parameters if id_.startswith("heart_")}
    assert all(first[0].parameters[i] == first[1].parameters[i] for i in own)


@pytest.mark.parametrize("member", [0, 21])
def test_a_drawn_animal_is_that_member_of_the_ensemble(member):
    """Parameters, start and schedule as in an ensemble of the usual size."""
    study = studies.repeated()
    setting = prepare(study, 3, 256)
    plan = setting.products.plan(study.arms[1])
    block = setting.cohort([plan], np.array([0.0, 24.5])).block(member, 1)
    one = arm_models(study, member, seed=3)[1]
    wanted = dict(zip(one.model.parameters, block.parameters[0], strict=True))
    assert one.parameters == wanted
    assert tuple(one.initial.values()) == tuple(block.initial[0])
    assert one.schedule == tuple(block.schedule)
    assert setting.labels[member // setting.size.animals] in one.animal


def test_endpoints_are_read_when_the_animal_s_own_occlusion_says():
    """A patient opened later is read later."""
    study = studies.patients()
    central, drawn = arm_models(study)[0], arm_models(study, 1)[0]
    spread = drawn.parameters["heart_occlusion_spread"]
    shift = 200 / 60 * (spread - central.parameters["heart_occlusion_spread"])
    for one, other in zip(central.readings, drawn.readings, strict=True):
        assert other.at_h - one.at_h == pytest.approx(shift)


def test_a_dose_before_occlusion_moves_the_start_of_every_arm():
    assert [one.start_h for one in arm_models(studies.early())] == [-24.0, -24.0]
    assert [one.start_h for one in arm_models(studies.repeated())] == [0.0, 0.0]


@pytest.mark.parametrize("member", [-1, 1_000_000, "middle", True, 1.5])
def test_a_member_that_cannot_be_is_refused(member):
    with pytest.raises(InputError, match="central"):
        arm_models(studies.pig(), member)
