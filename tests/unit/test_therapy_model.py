"""The joined model: what it needs, what it leaves open, how ids map to tables."""

from __future__ import annotations

import pickle

import pytest

from exoheart.errors import ModelError
from exoheart.therapy import joined_text, needed_parameters, therapy_model
from exoheart.therapy.model import (
    COMPUTED,
    MECHANISMS,
    OPEN_PORTS,
    PRODUCT_INPUTS,
    parameter_id,
)


def test_the_first_underscore_of_an_id_becomes_a_dot():
    assert parameter_id("delivery_uptake_clearance") == "delivery.uptake_clearance"


def test_what_the_tables_must_give_is_every_constant_but_the_computed():
    model = therapy_model()
    apart = {*PRODUCT_INPUTS, *COMPUTED, *OPEN_PORTS}
    assert apart <= set(model.parameters)
    needed = needed_parameters()
    assert len(needed) == len(model.parameters) - len(apart)
    assert not [id_ for id_ in needed if id_.startswith("port.")]


def test_open_ports_are_constants_and_all_others_are_computed():
    ports = {p for p in therapy_model().parameters if p.startswith("port_")}
    assert ports == set(OPEN_PORTS)


def test_a_mechanism_more_needs_a_weight_of_its_own():
    assert {f"mechanism_weight_{m}" for m in MECHANISMS} <= set(COMPUTED)


def test_observables_change_nothing_but_what_is_recorded():
    few, more = therapy_model(("heart_viable",)), therapy_model(("heart_debris",))
    assert few.sbml == more.sbml
    assert few.observables != more.observables


def test_an_observable_that_is_not_there_gets_the_nearest():
    with pytest.raises(ModelError, match="heart_viable"):
        therapy_model(("heart_viabel",))


def test_the_model_goes_to_workers_as_it_is():
    model = therapy_model(("heart_viable",))
    assert pickle.loads(pickle.dumps(model)) == model


def test_the_text_is_the_same_every_time():
    assert joined_text() == joined_text.__wrapped__()
