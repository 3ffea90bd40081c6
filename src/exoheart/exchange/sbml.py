"""One arm as an SBML file: numbers, initial values, and the schedule as events.

Level 3 Version 2, because the equations use ``max``. What happens at the start stands
in the initial values; later steps are events that fire just after their time, so that a
value at a dose time is the value before the dose, as everywhere here. A constant inflow
is a parameter behind a reaction of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from exoheart.errors import ModelError
from exoheart.exchange.notes import MARK, annotation, notes, state_annotation
from exoheart.exchange.record import ArmModel
from exoheart.exchange.schedule import INFLOW, Change, Step, inflows, steps

#: Unit of an inflow; amounts are counted in ``giga``, time in hours.
_INFLOW_UNIT = "giga_per_hour"
#: States that die away within days and are written first. libRoadRunner multiplies a
#: single absolute tolerance by the values of the states, but counts these from another
#: state on: from elsewhere their nothing would meet vesicles, and a dose that comes
#: weeks later would end its integration.
_DYING = (
    "heart_energy_depletion",
    "heart_jeopardised",
    "heart_oxidant",
    "heart_leak",
)
#: Constant that says when occlusion begins, in the time of the file.
ONSET = "exchange_onset"


def sbml_text(one: ArmModel) -> str:
    """Write one arm as SBML.

    Returns
    -------
    str
        The same bytes for the same arm.

    Raises
    ------
    ModelError
        The schedule names something that the model lacks.
    """
    import libsbml

    document = libsbml.readSBMLFromString(one.text)
    model = document.getModel()
    model.setName(f"{one.title}: {one.arm}")
    _put_first(model, _DYING)
    _add_constant(model, ONSET, one.in_file(0.0), "hour")
    for state in inflows(one.schedule):
        _add_inflow(model, state)
    taken = steps(one.schedule)
    later = tuple(step for step in taken if step.time_h > one.start_h)
    _give_values(model, one, [step for step in taken if step not in later])
    for number, step in enumerate(later, 1):
        _add_event(model, one, number, step)
    model.setNotes(notes(one))
    model.setAnnotation(annotation(one))
    for id_ in one.model.states:
        _element(model, id_).setAnnotation(state_annotation(one, id_))
    text = str(libsbml.writeSBMLToString(document))
    head, _, body = text.partition("\n")
    return f"{head}\n<!-- {MARK} -->\n{body}"


def _element(model: Any, id_: str) -> Any:
    found = model.getElementBySId(id_)
    if found is None:
        raise ModelError(
            f"the schedule names {id_!r}, which the model lacks; allowed: its states "
            "and parameters"
        )
    return found


def _put_first(model: Any, ids: Sequence[str]) -> None:
    rules = model.getListOfRules()
    for id_ in reversed(ids):
        rule = rules.remove(id_)
        if rule is not None:  # a heart with other blocks may lack it
            rules.insert(0, rule)


def _add_constant(model: Any, id_: str, value: float, unit: str) -> Any:
    parameter = model.createParameter()
    parameter.setId(id_)
    parameter.setConstant(True)
    parameter.setValue(value)
    parameter.setUnits(unit)
    return parameter


def _add_inflow(model: Any, state: str) -> None:
    """Let something flow into a state at a rate that events set."""
    import libsbml

    _add_constant(model, INFLOW + state, 0.0, _INFLOW_UNIT)
    reaction = model.createReaction()
    reaction.setId(f"{INFLOW}{state}_reaction")
    reaction.setReversible(False)
    product = reaction.createProduct()
    product.setSpecies(state)
    product.setStoichiometry(1.0)
    product.setConstant(True)
    reaction.createKineticLaw().setMath(libsbml.parseL3Formula(INFLOW + state))


def _give_values(model: Any, one: ArmModel, first: Sequence[Step]) -> None:
    """Give parameters and states their first values, those set at the start included.

    A state that starts at a parameter's value keeps that link.
    """
    values = {**one.parameters, **one.initial}
    values |= {INFLOW + state: 0.0 for state in inflows(one.schedule)}
    changes = [change for step in first for change in step.changes]
    for change in changes:
        _element(model, change.target)
        values[change.target] = change.applied(values[change.target])
        model.removeInitialAssignment(change.target)
    for id_, value in values.items():
        if model.getInitialAssignment(id_) is not None:
            continue
        species = model.getSpecies(id_)
        if species is None:
            model.getParameter(id_).setValue(value)
        else:
            species.setInitialAmount(value)


def _add_event(model: Any, one: ArmModel, number: int, step: Step) -> None:
    import libsbml

    event = model.createEvent()
    event.setId(f"schedule_{number}")
    event.setName(f"{step.time_h:g} h after the onset of occlusion")
    event.setUseValuesFromTriggerTime(True)
    trigger = event.createTrigger()
    trigger.setInitialValue(False)
    trigger.setPersistent(True)
    at = one.in_file(step.time_h)
    trigger.setMath(libsbml.parseL3Formula(f"time > {at!r} hour"))
    for change in step.changes:
        assignment = event.createEventAssignment()
        assignment.setVariable(change.target)
        unit = _opened(model, change.target)
        assignment.setMath(libsbml.parseL3Formula(_formula(change, unit)))


def _opened(model: Any, id_: str) -> str:
    """Let events change a parameter or state, and give its unit."""
    element = _element(model, id_)
    element.setConstant(False)
    species = model.getSpecies(id_)
    return str(element.getUnits() if species is None else species.getSubstanceUnits())


def _formula(change: Change, unit: str) -> str:
    if change.to is None:
        return f"{change.target} + {change.plus!r} {unit}"
    return f"{change.applied(0.0)!r} {unit}"
