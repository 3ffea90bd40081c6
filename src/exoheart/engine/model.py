"""Compiling a model text: ids, units, scales and initial values, ready to be solved.

In: joined Antimony text (or SBML). Out: a :class:`Model`, which is plain data and can
be sent to workers; each worker builds its own solver from it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from exoheart.engine.text import scales, to_sbml
from exoheart.errors import ModelError, closest

#: Prefix of the inflow parameter that stands behind the action ``rate``.
INFLOW = "engine_inflow_"
#: How SBML writes the time in a formula; solvers here count from each restart.
_TIME = "http://www.sbml.org/sbml/symbols/time"
#: Absolute tolerance of a state, as a share of its scale.
ABSOLUTE = 1e-9


@dataclass(frozen=True, slots=True)
class Model:
    """A compiled model.

    Parameters
    ----------
    sbml
        The SBML text that the solvers load.
    parameters
        Ids of the constants that each member gives a value, in order.
    units
        Unit of each parameter, state and observable, as a text for
        :func:`exoheart.units.factor`.
    states
        Ids of the states, in order.
    scales
        Typical size of each state; 1 where the text declares none.
    meanings
        What each state is, from the text.
    observables
        Ids that a solve records, in order.
    amounts
        States that reactions change (particle amounts); only they take a ``rate``.
    start
        Initial value of each state: a number or the id of a parameter.
    """

    sbml: str
    parameters: tuple[str, ...]
    units: Mapping[str, str]
    states: tuple[str, ...]
    scales: tuple[float, ...]
    meanings: Mapping[str, str]
    observables: tuple[str, ...]
    amounts: frozenset[str]
    start: Mapping[str, float | str]

    def index(self, parameter: str) -> int:
        """Give the column of a parameter.

        Raises
        ------
        ModelError
            The model has no such parameter.
        """
        try:
            return self.parameters.index(parameter)
        except ValueError:
            raise ModelError(
                f"the model has no parameter {parameter!r}; nearest: "
                f"{closest(parameter, self.parameters)}; use an id of its text"
            ) from None

    def initial(self, parameters: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Give the states at the start.

        Parameters
        ----------
        parameters : ndarray, shape (count, p)

        Returns
        -------
        ndarray, shape (count, s)
        """
        states = np.empty((len(parameters), len(self.states)))
        for column, id_ in enumerate(self.states):
            start = self.start[id_]
            states[:, column] = (
                parameters[:, self.index(start)] if isinstance(start, str) else start
            )
        return states

    @property
    def absolute_tolerances(self) -> dict[str, float]:
        """Absolute tolerance of each state, from its scale."""
        pairs = zip(self.states, self.scales, strict=True)
        return {id_: ABSOLUTE * scale for id_, scale in pairs}


def compile_model(text: str, observables: Sequence[str]) -> Model:
    """Compile a model text.

    Parameters
    ----------
    text
        Antimony from :func:`exoheart.engine.join`, or SBML.
    observables
        Ids of states or assigned quantities to record.

    Raises
    ------
    ModelError
        The text can't be read, uses something a solver here doesn't take (events,
        delays, algebraic rules), or lacks an observable.
    """
    import libsbml

    document = libsbml.readSBMLFromString(to_sbml(text))
    model = document.getModel()
    if model is None:
        raise ModelError("the text holds no model; give Antimony or SBML text")
    _refuse_unsupported(model)
    species = [s.getId() for s in model.getListOfSpecies() if not s.getConstant()]
    ruled = {r.getVariable(): r for r in model.getListOfRules()}
    rated = [id_ for id_, rule in ruled.items() if rule.isRate()]
    states = tuple(dict.fromkeys([*rated, *(s for s in species if s not in ruled)]))
    start = {id_: _start(model, id_) for id_ in states}
    parameters = tuple(
        p.getId() for p in model.getListOfParameters() if p.getId() not in ruled
    )
    units = {
        item.getId(): _unit_text(item.getDerivedUnitDefinition())
        for item in [*model.getListOfParameters(), *model.getListOfSpecies()]
    }
    known = {*states, *ruled, *parameters}
    missing = [id_ for id_ in observables if id_ not in known]
    if missing:
        raise ModelError(
            "the model has no "
            + "; ".join(f"{id_!r} (nearest: {closest(id_, known)})" for id_ in missing)
            + "; record ids of states or assignment rules"
        )
    amounts = frozenset(s for s in species if s not in ruled)
    _prepare(model, amounts)
    declared = scales(text)
    return Model(
        sbml=str(libsbml.writeSBMLToString(document)),
        parameters=parameters,
        units=units,
        states=states,
        scales=tuple(declared.get(id_, (1.0, ""))[0] for id_ in states),
        meanings={id_: meaning for id_, (_, meaning) in declared.items()},
        observables=tuple(observables),
        amounts=amounts,
        start=start,
    )


def _refuse_unsupported(model: Any) -> None:
    import libsbml

    found = [
        name
        for name, met in {
            "events": model.getNumEvents() > 0,
            "algebraic rules": any(r.isAlgebraic() for r in model.getListOfRules()),
            "explicit time": _TIME
            in libsbml.writeSBMLToString(model.getSBMLDocument()),
            "changing compartments": any(
                not c.getConstant() for c in model.getListOfCompartments()
            ),
        }.items()
        if met
    ]
    if found:
        raise ModelError(
            f"the model uses {', '.join(found)}; allowed: constant compartments, rate "
            "and assignment rules, reactions; doses and protocol changes belong into "
            "the schedule"
        )


def _start(model: Any, id_: str) -> float | str:
    """Give a state's initial value: a number, or the parameter that holds it."""
    assignment = model.getInitialAssignment(id_)
    if assignment is not None:
        formula = assignment.getMath()
        if formula.isName():
            return str(formula.getName())
        if formula.isNumber():
            return float(formula.getValue())
        raise ModelError(
            f"state {id_!r} starts at a formula; allowed: a number or one parameter"
        )
    species = model.getSpecies(id_)
    if species is not None:
        amount = species.isSetInitialAmount()
        value = (
            species.getInitialAmount() if amount else species.getInitialConcentration()
        )
        return 0.0 if math.isnan(value) else float(value)
    value = model.getParameter(id_).getValue()
    return 0.0 if math.isnan(value) else float(value)


def _prepare(model: Any, amounts: frozenset[str]) -> None:
    """Give every constant a value, and every amount an inflow that is zero."""
    import libsbml

    while model.getNumInitialAssignments():
        model.removeInitialAssignment(0)
    for parameter in model.getListOfParameters():
        if not parameter.isSetValue():
            parameter.setValue(0.0)
    for id_ in sorted(amounts):
        inflow = model.createParameter()
        inflow.setId(INFLOW + id_)
        inflow.setConstant(True)
        inflow.setValue(0.0)
        reaction = model.createReaction()
        reaction.setId(f"{INFLOW}{id_}_reaction")
        reaction.setReversible(False)
        product = reaction.createProduct()
        product.setSpecies(id_)
        product.setStoichiometry(1.0)
        product.setConstant(True)
        reaction.createKineticLaw().setMath(libsbml.parseL3Formula(INFLOW + id_))


def _unit_text(definition: Any) -> str:
    """Write an SBML unit definition as a text that pint reads."""
    import libsbml

    if definition is None or definition.getNumUnits() == 0:
        return "1"
    parts = []
    for unit in definition.getListOfUnits():
        kind = libsbml.UnitKind_toString(unit.getKind())
        size = unit.getMultiplier() * 10.0 ** unit.getScale()
        symbol = "" if kind == "dimensionless" else f" * {kind}"
        parts.append(f"({size!r}{symbol}) ** {unit.getExponentAsDouble()!r}")
    return " * ".join(parts)
