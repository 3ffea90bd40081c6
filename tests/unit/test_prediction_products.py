"""What the arms get: one ledger a product, one dose an arm, drawn once."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

from exoheart.engine.streams import uniforms
from exoheart.prediction import prepare
from exoheart.prediction.products import RecordedUniforms
from exoheart.study import load_study
from exoheart.therapy.model import PRODUCT_INPUTS

PIG = Path(__file__).parents[2] / "examples" / "pig_reperfused_infarct.toml"


@lru_cache(maxsize=1)
def setting():
    return prepare(load_study(PIG), 0, 64)


def test_a_dose_is_one_positive_number_an_outer_draw():
    giga = setting().products.given["CDC IM"].giga
    assert giga.shape == (setting().size.outer,)
    assert np.all(giga > 0)


def test_equal_doses_of_one_product_are_the_same_particles_by_every_route():
    """One vial: the lot's draws are shared, so routes are compared at equal dose."""
    given = setting().products.given
    np.testing.assert_array_equal(given["CDC IM"].giga, given["CDC IC"].giga)


def test_only_arms_with_a_dose_are_given_something():
    study = setting().study
    dosed = {arm.name for arm in study.arms if arm.dose is not None}
    assert set(setting().products.given) == dosed
    for arm in study.arms:
        assert setting().products.plan(arm).treated == (arm.name in dosed)


def test_a_factor_multiplies_the_dose_and_nothing_else():
    arm = setting().study.arm("CDC IC")
    once, tenth = (setting().products.plan(arm, f) for f in (1.0, 0.1))
    np.testing.assert_allclose(tenth.giga, 0.1 * once.giga, rtol=1e-15)
    assert tenth.at == once.at
    for name, value in once.inputs.items():
        np.testing.assert_array_equal(tenth.inputs[name], value)


def test_a_plan_hands_over_every_input_that_the_mechanisms_wait_for():
    plan = setting().products.plan(setting().study.arm("CDC IM"))
    assert set(plan.inputs) == set(PRODUCT_INPUTS)
    for name, value in plan.inputs.items():
        shape = np.broadcast_shapes(np.shape(value), (setting().size.outer,))
        assert shape == (setting().size.outer,), name
    shares = [v for k, v in plan.inputs.items() if k.startswith("mechanism_share")]
    assert all(np.all((v >= 0) & (v <= 1)) for v in shares)


def test_recorded_draws_can_be_drawn_again():
    """What drives the dose is kept by id, so that it can be ranked later."""
    stream = RecordedUniforms(5, 10)
    first = stream("lot", "product.recovery.ultrafiltration/lot 1")
    np.testing.assert_array_equal(
        first, uniforms(5, "lot", "product.recovery.ultrafiltration/lot 1", 0, 10)
    )
    assert stream.names == {
        "product.recovery.ultrafiltration": (
            "lot",
            "product.recovery.ultrafiltration/lot 1",
        )
    }
    drawn = stream.drawn(setting().priors)
    prior = setting().priors["product.recovery.ultrafiltration"]
    np.testing.assert_array_equal(
        drawn["product.recovery.ultrafiltration"], prior.distribution.quantile(first)
    )


@pytest.mark.parametrize("seed", [0, 1])
def test_the_same_seed_gives_the_same_vials(seed):
    one, two = (prepare(load_study(PIG), seed, 64).products for _ in range(2))
    np.testing.assert_array_equal(one.given["CDC IM"].giga, two.given["CDC IM"].giga)
