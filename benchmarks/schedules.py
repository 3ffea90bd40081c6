"""The schedule inside SBML, for peers that read it: inflows, and doses as events.

Values differ between members and are parameters of the model that is made here;
times must be those of all members, as they are in the frozen cohorts.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from workload import Workload

FloatArray = npt.NDArray[np.float64]
INFLOW, VALUE = "inflow_", "given_"
#: What happens, and to what, at one time: (time_h, action, target).
Row = tuple[float, str, str]


def infused(workload: Workload) -> tuple[str, ...]:
    """Give the states that some member's infusion enters, sorted."""
    schedule = workload.members.schedule
    return tuple(sorted({a.target for a in schedule if a.action == "rate"}))


def rows(workload: Workload) -> tuple[Row, ...]:
    """Give everything that happens to some member, in the order of time."""
    schedule = workload.members.schedule
    return tuple(sorted({(a.time_h, a.action, a.target) for a in schedule}))


def row_values(workload: Workload, known: tuple[Row, ...], member: int) -> FloatArray:
    """Give the value of each row for one member; where it has none, one without effect.

    Raises
    ------
    ValueError
        A member doesn't set what others set.
    """
    found: dict[Row, float] = {
        (a.time_h, a.action, a.target): a.value for a in workload.schedules[member]
    }
    absent = [row for row in known if row not in found and row[1] == "set"]
    if absent:
        raise ValueError(f"member {member} lacks {absent[0]}; allowed: doses only")
    return np.array([found.get(row, 0.0) for row in known])


def with_inflows(sbml: str, targets: Iterable[str]) -> str:
    """Give SBML in which parameter ``inflow_<state>`` flows into each target."""
    import libsbml

    document = libsbml.readSBMLFromString(sbml)
    model = document.getModel()
    for id_ in targets:
        _add_inflow(model, id_)
    _give_values(model)
    return str(libsbml.writeSBMLToString(document))


def with_events(sbml: str, known: tuple[Row, ...]) -> str:
    """Give SBML whose events do what the rows say, with values ``given_<number>``.

    What happens at time 0 is left out: it belongs into the initial state.
    """
    import libsbml

    targets = sorted({target for _, action, target in known if action == "rate"})
    document = libsbml.readSBMLFromString(with_inflows(sbml, targets))
    model = document.getModel()
    for number in range(len(known)):
        _add_parameter(model, f"{VALUE}{number}", constant=True)
    for time in sorted({row[0] for row in known if row[0] > 0.0}):
        event = model.createEvent()
        event.setUseValuesFromTriggerTime(True)
        trigger = event.createTrigger()
        trigger.setInitialValue(False)
        trigger.setPersistent(True)
        trigger.setMath(libsbml.parseL3Formula(f"time >= {time!r}"))
        for number, row in enumerate(known):
            if row[0] == time:
                _assign(model, event, row, f"{VALUE}{number}")
    return str(libsbml.writeSBMLToString(document))


def _assign(model: Any, event: Any, row: Row, value: str) -> None:
    import libsbml

    _, action, target = row
    assignment = event.createEventAssignment()
    changed = INFLOW + target if action == "rate" else target
    assignment.setVariable(changed)
    formula = f"{target} + {value}" if action == "add" else value
    assignment.setMath(libsbml.parseL3Formula(formula))
    parameter = model.getParameter(changed)
    if parameter is not None:
        parameter.setConstant(False)


def _add_parameter(model: Any, id_: str, *, constant: bool) -> None:
    parameter = model.createParameter()
    parameter.setId(id_)
    parameter.setConstant(constant)
    parameter.setValue(0.0)


def _add_inflow(model: Any, id_: str) -> None:
    import libsbml

    _add_parameter(model, INFLOW + id_, constant=False)
    reaction = model.createReaction()
    reaction.setId(f"{INFLOW}{id_}_reaction")
    reaction.setReversible(False)
    product = reaction.createProduct()
    product.setSpecies(id_)
    product.setStoichiometry(1.0)
    product.setConstant(True)
    reaction.createKineticLaw().setMath(libsbml.parseL3Formula(INFLOW + id_))


def _give_values(model: Any) -> None:
    while model.getNumInitialAssignments():
        model.removeInitialAssignment(0)
    for parameter in model.getListOfParameters():
        if not parameter.isSetValue():
            parameter.setValue(0.0)


def start(workload: Workload, member: int) -> dict[str, float]:
    """Give every parameter and state of a member after what happens at time 0."""
    members = workload.members
    names = (*workload.states, *workload.parameters)
    numbers = np.concatenate([members.initial[member], members.parameters[member]])
    found = dict(zip(names, numbers.tolist(), strict=True))
    for action in workload.schedules[member]:
        if action.time_h == 0.0:
            kept = found[action.target] if action.action == "add" else 0.0
            found[action.target] = kept + action.value
    return found
