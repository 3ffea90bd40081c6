"""The joined model: what it needs, that nothing is open, how ids map to tables."""

from __future__ import annotations

import pickle

import pytest

from exoheart.errors import ModelError
from exoheart.therapy import joined_text, needed_parameters, therapy_model
from exoheart.therapy.model import (
    COMPUTED,
    MECHANISMS,
    PRODUCT_INPUTS,
    SCHEDULED,
    SIGNALS,
    parameter_id,
)


def test_the_first_underscore_of_an_id_becomes_a_dot():
    assert parameter_id("delivery_uptake_clearance") == "delivery.uptake_clearance"


def test_what_the_tables_must_give_is_every_constant_but_the_computed():
    model = therapy_model()
    apart = {*PRODUCT_INPUTS, *COMPUTED}
    assert apart <= set(model.parameters)
    needed = needed_parameters()
    assert len(needed) == len(model.parameters) - len(apart)
    assert not [id_ for id_ in needed if id_.startswith("port.")]


def test_no_port_is_open():
    """Every port is computed by a block; none is left as a constant."""
    assert not [p for p in therapy_model().parameters if p.startswith("port_")]


def test_the_model_has_the_states_of_its_budget():
    """All of it: one state more, and another must go."""
    assert len(therapy_model().states) == 120


def test_product_inputs_say_what_an_arm_without_a_product_has():
    """Nothing of everything, but for a size that vesicles would have."""
    assert set(PRODUCT_INPUTS) >= {
        "mechanism_cargo_copies",
        "delivery_foreignness",
        "delivery_solute_rna",
        "delivery_solute_mass",
        "delivery_cell_secretion",
        *(f"mechanism_share_{signal}" for signal in SIGNALS),
    }
    above = {id_: value for id_, value in PRODUCT_INPUTS.items() if value != 0.0}
    assert list(above) == ["delivery_diameter"]
    assert above["delivery_diameter"] > 0.0
    assert not set(PRODUCT_INPUTS) & set(COMPUTED)


def test_a_mechanism_more_needs_a_weight_of_its_own():
    assert {f"mechanism_weight_{m}" for m in MECHANISMS} <= set(COMPUTED)
    assert {"mechanism_falling", *SCHEDULED} <= set(COMPUTED)


def test_observables_change_nothing_but_what_is_recorded():
    few, more = therapy_model(("heart_viable",)), therapy_model(("heart_debris",))
    assert few.source == more.source
    assert few.observables != more.observables


def test_an_observable_that_is_not_there_gets_the_nearest():
    with pytest.raises(ModelError, match="heart_viable"):
        therapy_model(("heart_viabel",))


def test_the_model_goes_to_workers_as_it_is():
    model = therapy_model(("heart_viable",))
    assert pickle.loads(pickle.dumps(model)) == model


def test_the_text_is_the_same_every_time():
    assert joined_text() == joined_text.__wrapped__()
