"""An arm as SBML: numbers, initial values, events."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import exchange_studies as studies
import libsbml
import pytest

from exoheart.engine import Action
from exoheart.engine.text import unit_faults
from exoheart.errors import ModelError
from exoheart.exchange import arm_models, sbml_text
from exoheart.exchange.sbml import ONSET
from exoheart.exchange.schedule import INFLOW


@lru_cache(maxsize=8)
def arms(name):
    return arm_models(getattr(studies, name)())


def read(one):
    """The model of a text, and its document, which has to outlive it."""
    document = libsbml.readSBMLFromString(sbml_text(one))
    return document.getModel(), document


@pytest.mark.parametrize(("name", "arm"), [("pig", 1), ("pig", 3), ("early", 1)])
def test_units_agree_and_nothing_is_inconsistent(name, arm):
    """No libSBML message at all, those on what can't be fully checked included."""
    assert unit_faults(sbml_text(arms(name)[arm])) == []


def test_every_parameter_and_state_has_the_animal_s_value():
    one = arms("pig")[1]
    model, _keep = read(one)
    folded = {"heart_flow", "heart_flow_target"}
    for id_, value in one.parameters.items():
        if id_ not in folded:
            assert model.getParameter(id_).getValue() == pytest.approx(value, rel=1e-14)
    for id_, value in one.initial.items():
        if id_ in folded or model.getInitialAssignment(id_) is not None:
            continue
        species = model.getSpecies(id_)
        found = species and species.getInitialAmount()
        found = model.getParameter(id_).getValue() if species is None else found
        assert found == pytest.approx(value, rel=1e-14), id_


def test_a_state_that_starts_at_a_parameter_keeps_that_link():
    model, _keep = read(arms("pig")[0])
    start = model.getInitialAssignment("heart_collagen").getMath()
    assert libsbml.formulaToL3String(start) == "heart_collagen_normal"


def test_what_happens_at_the_start_stands_in_the_initial_values():
    """Occlusion at time 0 is no event; both flows begin at the collateral flow."""
    one = arms("pig")[0]
    model, _keep = read(one)
    low = one.parameters["heart_collateral_flow"]
    for id_ in ("heart_flow", "heart_flow_target"):
        assert model.getParameter(id_).getValue() == pytest.approx(low, rel=1e-14)
    assert model.getNumEvents() == 1


def test_events_add_set_and_fire_just_after_their_time():
    one = arms("pig")[1]
    model, _keep = read(one)
    opened, given = model.getEvent(0), model.getEvent(1)
    shown = [formula(event.getTrigger()) for event in (opened, given)]
    assert shown == ["time > 1.5 hour", "time > 2 hour"]
    assert not any(e.getTrigger().getInitialValue() for e in (opened, given))
    assert formula(opened.getEventAssignment(0)).endswith("dimensionless")
    rows = {row.target: row.value for row in one.schedule if row.action == "add"}
    assert given.getNumEventAssignments() == len(rows) == 5
    for assignment in given.getListOfEventAssignments():
        target = assignment.getVariable()
        sum_ = assignment.getMath()
        assert sum_.getLeftChild().getName() == target
        assert sum_.getRightChild().getReal() == pytest.approx(rows[target], rel=1e-14)


def formula(holder):
    return libsbml.formulaToL3String(holder.getMath())


def test_an_infusion_is_an_inflow_that_events_open_and_close():
    one = arms("repeated")[1]
    model, _keep = read(one)
    inflow = model.getParameter(f"{INFLOW}delivery_venous")
    assert (inflow.getValue(), inflow.getConstant()) == (0.0, False)
    law = model.getReaction(f"{INFLOW}delivery_venous_reaction").getKineticLaw()
    assert formula(law) == inflow.getId()
    rates = [
        assignment.getMath().getReal()
        for event in model.getListOfEvents()
        for assignment in event.getListOfEventAssignments()
        if assignment.getVariable() == inflow.getId()
    ]
    assert len(rates) == 8
    assert rates[1::2] == [0.0] * 4
    assert rates[0] > 0
    assert model.getParameter(f"{INFLOW}delivery_arterial") is None


def test_a_dose_before_occlusion_shifts_all_times_and_says_so():
    """The first dose is in the initial values; occlusion becomes an event at 24 h."""
    one = arms("early")[1]
    model, _keep = read(one)
    assert model.getParameter(ONSET).getValue() == 24.0
    assert model.getSpecies("delivery_venous").getInitialAmount() > 0
    triggers = [event.getTrigger().getMath() for event in model.getListOfEvents()]
    times = [trigger.getRightChild().getReal() for trigger in triggers]
    assert times == [12.0, 24.0, 24.5]
    assert "24 h before the onset of occlusion" in model.getNotesString()


def test_the_notes_say_what_the_file_is():
    one = arms("pig")[1]
    model, _keep = read(one)
    notes = model.getNotesString()
    for words in (
        "Research use only; not medical advice",
        one.title,
        "CDC IM",
        "the central animal",
        "relative 1e-07, absolute 1e-18",
        "outcome_infarct_area_at_risk [%]",
    ):
        assert words in notes, words
    assert 'start_h="0.0"' in model.getAnnotationString()
    state = model.getSpecies("delivery_venous").getAnnotationString()
    assert 'scale="0.001" absolute_tolerance="1e-12"' in state


def test_the_same_arm_gives_the_same_bytes():
    one = arm_models(studies.pig())[1]
    assert sbml_text(one) == sbml_text(arms("pig")[1])


def test_words_with_marks_of_xml_in_them_stay_readable():
    one = replace(arms("pig")[0], title='<b> & "c"', arm="a < b")
    model, _keep = read(one)
    assert model.getName() == '<b> & "c": a < b'


def test_a_schedule_that_names_what_the_model_lacks_is_refused():
    rows = (Action(0, 1.0, "set", "heart_flaw", 0.0),)
    with pytest.raises(ModelError, match="heart_flaw"):
        sbml_text(replace(arms("pig")[0], schedule=rows))
