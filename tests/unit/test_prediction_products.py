"""What the arms get: one ledger a product, one dose an arm, drawn once."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

from exoheart.engine.streams import uniforms
from exoheart.prediction import prepare
from exoheart.prediction.products import RecordedUniforms
from exoheart.study import load_study, parse_study, template
from exoheart.therapy.model import PRODUCT_INPUTS

PIG = Path(__file__).parents[2] / "examples" / "pig_reperfused_infarct.toml"
#: Avogadro's number is 6.02214076e23 a mole: 1e9 molecules of 1 kDa weigh this [ug].
UG_PER_KDA = 1e9 * 1e3 / 6.02214076e23 * 1e6
FORMS = {
    "vesicles": "7.5 mg protein",
    "conditioned medium": "7.5 mg protein",
    "cells": "1e7 donor cells",
    "RNA": "50 ug RNA",
}


@lru_cache(maxsize=1)
def setting():
    return prepare(load_study(PIG), 0, 64)


@lru_cache(maxsize=8)
def products_of(form: str, donor: str = "human", head: str = ""):
    """The pig example with a product of another form or donor species."""
    steps = 'isolation = ["ultrafiltration"]\n'
    text = template("pig").replace("7.5 mg protein", FORMS[form])
    text = text.replace('form = "vesicles"', f'form = "{form}"\n{head}')
    text = text.replace('donor_species = "human"', f'donor_species = "{donor}"')
    text = text.replace(steps, steps if form == "vesicles" else "")
    return prepare(parse_study(text), 0, 64)


def plan_of(form: str, factor: float = 1.0, **changed: str):
    made = products_of(form, **changed)
    return made.products.plan(made.study.arm("CDC IM"), factor)


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
    np.testing.assert_allclose(tenth.solute, 0.1 * once.solute, rtol=1e-15)
    assert tenth.at == once.at
    for name, value in once.inputs.items():
        np.testing.assert_array_equal(tenth.inputs[name], value)


@pytest.mark.parametrize("form", list(FORMS))
def test_a_plan_hands_over_every_input_that_the_model_waits_for(form):
    plan = plan_of(form)
    assert set(plan.inputs) == set(PRODUCT_INPUTS)
    for name, value in plan.inputs.items():
        assert value.shape == (setting().size.outer,), name
        assert np.isfinite(value).all(), name
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


@pytest.mark.parametrize(
    ("form", "holds"),
    [
        ("vesicles", {"giga", "solute"}),
        ("conditioned medium", {"giga", "solute"}),
        ("cells", {"cells"}),
        ("RNA", {"solute"}),
    ],
)
def test_each_form_gives_what_it_holds_and_a_factor_scales_it(form, holds):
    once, twice = plan_of(form), plan_of(form, 2.0)
    assert once.treated
    for kind in ("giga", "solute", "cells"):
        amount = getattr(once, kind)
        assert np.any(amount > 0) == (kind in holds), kind
        np.testing.assert_allclose(getattr(twice, kind), 2 * amount, rtol=1e-15)


def test_soluble_protein_reaches_the_model_microgram_for_microgram():
    """Molecules times their mass give back the protein that isn't in vesicles."""
    made = setting().products
    plan = made.plan(setting().study.arm("CDC IM"))
    np.testing.assert_allclose(
        plan.solute * plan.inputs["delivery_solute_mass"],
        made.given["CDC IM"].soluble_ug,
        rtol=1e-12,
    )
    kda = setting().priors["delivery.protein_molar_mass"].value
    np.testing.assert_allclose(
        plan.inputs["delivery_solute_mass"], kda * UG_PER_KDA, rtol=1e-6
    )


def test_rna_is_counted_in_molecules_of_its_own_mass():
    """50 ug over the molar mass; nothing foreign, and the model is told it is RNA."""
    plan = plan_of("RNA")
    kda = products_of("RNA").priors["delivery.rna_molar_mass"].value
    np.testing.assert_allclose(plan.solute, 50.0 / (kda * UG_PER_KDA), rtol=1e-6)
    assert np.all(plan.inputs["delivery_solute_rna"] == 1.0)
    assert not plan.inputs["delivery_foreignness"].any()
    assert not plan_of("vesicles").inputs["delivery_solute_rna"].any()


def test_living_cells_release_at_the_plain_rate_of_their_donor():
    """A fold measured in culture isn't carried into the heart."""
    plain, spun = plan_of("cells"), plan_of("cells", head='conditioning = ["spheroid"]')
    rate = plain.inputs["delivery_cell_secretion"]
    secretion = products_of("cells").products.supplies["cdc"].secretion
    np.testing.assert_allclose(rate, secretion.vesicles_per_cell_day / 24, rtol=1e-12)
    np.testing.assert_array_equal(spun.inputs["delivery_cell_secretion"], rate)
    np.testing.assert_allclose(plain.cells, 0.01, rtol=1e-12)
    assert not plan_of("vesicles").inputs["delivery_cell_secretion"].any()


@pytest.mark.parametrize(
    "head",
    [
        'donor_state = { age = 70, disease = "cardiovascular", senescent = 0.5 }',
        'engineering = ["miR-146a knock-out"]',
        'engineering = ["miR-181b loading", "priming with vesicles"]',
        'conditioning = ["hypoxia 5%"]\nmedium = "serum"',
    ],
)
def test_synthetic_rna_knows_nothing_of_a_donor_that_takes_no_part(head):
    """No cell made it: state, culture and engineering leave every input as it is."""
    plain, asked = plan_of("RNA"), plan_of("RNA", head=head)
    for name, value in plain.inputs.items():
        np.testing.assert_array_equal(asked.inputs[name], value, err_msg=name)
    np.testing.assert_array_equal(asked.solute, plain.solute)
    aged = plan_of("vesicles", head="donor_state = { age = 70 }").inputs
    share = "mechanism_share_survival"
    assert not np.array_equal(aged[share], plan_of("vesicles").inputs[share])


def test_the_size_of_the_vesicles_is_that_of_the_donor():
    """donor.diameter.CDC: 197 nm; with 8 draws of gsd 1.2 to 3 x 0.064 in the log."""
    diameter = (
        setting()
        .products.plan(setting().study.arm("CDC IM"))
        .inputs["delivery_diameter"]
    )
    mean = float(np.mean(np.log(diameter)))
    assert mean == pytest.approx(np.log(0.197), abs=3 * np.log(1.2) / np.sqrt(8))


@pytest.mark.parametrize(
    ("donor", "head", "row"),
    [
        ("human", "", "xenogeneic"),
        ("pig", "", "allogeneic"),
        ("pig", "donor_state = { autologous = true }", "autologous"),
    ],
)
def test_vesicles_are_as_foreign_as_their_donor_is_to_the_animal(donor, head, row):
    made = products_of("vesicles", donor, head)
    stream = made.products.stream
    prior = made.priors[f"delivery.foreignness_{row}"]
    assert f"delivery.foreignness_{row}" in stream.names
    found = plan_of("vesicles", donor=donor, head=head).inputs["delivery_foreignness"]
    expected = stream.drawn(made.priors)[prior.id]
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("seed", [0, 1])
def test_the_same_seed_gives_the_same_vials(seed):
    one, two = (prepare(load_study(PIG), seed, 64).products for _ in range(2))
    np.testing.assert_array_equal(one.given["CDC IM"].giga, two.given["CDC IM"].giga)


def test_a_ligand_of_the_product_is_on_every_dose_of_it():
    """Put on by engineering, whatever way the study was built."""
    assert "ligand" not in plan_of("vesicles").delivery
    made = plan_of("vesicles", head='engineering = ["cardiomyocyte peptide"]')
    assert made.delivery["ligand"] == "cardiomyocyte peptide"
