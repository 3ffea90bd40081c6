"""What an SBML text says, as plain records free of libSBML.

In: SBML of any level. Out: :class:`Contents`, and the names of constructs that no
system of equations here holds. Read next: :mod:`exoheart.engine.sbml` (makes equations
of it), :mod:`exoheart.engine.sbml_math` (formulas).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from exoheart.engine.sbml_math import (
    Formula,
    Function,
    name,
    number,
    parts,
    read_formula,
)
from exoheart.errors import ModelError

#: Packages that add formulas to the core, all of which are known here.
_KNOWN_PACKAGES = frozenset({"l3v2extendedmath"})


@dataclass(frozen=True, slots=True)
class Species:
    """What the text says of a species.

    `start` is an amount if `starts_as_amount`, else a concentration; the symbol means
    an amount if `is_amount`. `reacts` is False for constants and boundary species.
    """

    compartment: str
    start: float
    starts_as_amount: bool
    is_amount: bool
    reacts: bool
    factor: str


@dataclass(frozen=True, slots=True)
class Change:
    """What a reaction does to a species: a stoichiometry, negative for reactants."""

    species: str
    reaction: str
    stoichiometry: Formula
    sign: float


@dataclass(frozen=True, slots=True)
class Contents:
    """All that a text says, free of libSBML; numbers are NaN where it gives none."""

    functions: Mapping[str, Function]
    parameters: Mapping[str, float]
    compartments: Mapping[str, float]
    species: Mapping[str, Species]
    references: Mapping[str, float]
    reactions: Mapping[str, Formula]
    changes: tuple[Change, ...]
    assigned: Mapping[str, Formula]
    rated: Mapping[str, Formula]
    initial: Mapping[str, Formula]


def open_sbml(text: str) -> Any:
    """Open a text with libSBML.

    Returns
    -------
    libsbml.SBMLDocument

    Raises
    ------
    ModelError
        The text is no SBML, or has no model.
    """
    import libsbml

    document = libsbml.readSBMLFromString(text)
    errors = [document.getError(k) for k in range(document.getNumErrors())]
    severe = [e for e in errors if e.isError() or e.isFatal()]
    if document.getModel() is None or severe:
        first = " ".join(severe[0].getMessage().split()) if severe else "no model"
        raise ModelError(f"the text can't be read as SBML: {first}; give an SBML model")
    return document


def constructs(document: Any) -> list[str]:
    """Name what a model has beside formulas and isn't taken."""
    model = document.getModel()
    met = {
        "events": model.getNumEvents() > 0,
        "algebraic rules": any(r.isAlgebraic() for r in model.getListOfRules()),
        "fast reactions": any(r.getFast() for r in model.getListOfReactions()),
    }
    for package in _packages(document):
        if package not in _KNOWN_PACKAGES:
            met[f"the package {package}"] = document.getPackageRequired(package)
    return [construct for construct, found in met.items() if found]


def _packages(document: Any) -> list[str]:
    """Name the packages of a Level 3 text; earlier levels have none."""
    if document.getLevel() < 3:
        return []
    plugins = (document.getPlugin(k) for k in range(document.getNumPlugins()))
    unknown = range(document.getNumUnknownPackages())
    return [
        *(plugin.getPackageName() for plugin in plugins),
        *(document.getUnknownPackagePrefix(k) for k in unknown),
    ]


def read_contents(document: Any) -> Contents:
    """Read what a text says; texts below Level 3 are brought to Level 3 first.

    Parameters
    ----------
    document : libsbml.SBMLDocument
        Of :func:`open_sbml`; :func:`constructs` must have looked at it before, as some
        constructs don't outlast the change of level.

    Raises
    ------
    ModelError
        A formula has what SBML doesn't define.
    """
    if document.getLevel() < 3:
        document.setLevelAndVersion(3, 2, False)
    model = document.getModel()
    references, changes = _changes(model)
    rules = [r for r in model.getListOfRules() if r.isSetMath() and not r.isAlgebraic()]
    return Contents(
        functions=dict(map(_function, model.getListOfFunctionDefinitions())),
        parameters={
            p.getId(): p.getValue() if p.isSetValue() else math.nan
            for p in model.getListOfParameters()
        },
        compartments={
            c.getId(): c.getSize() if c.isSetSize() else math.nan
            for c in model.getListOfCompartments()
        },
        species={s.getId(): _species(model, s) for s in model.getListOfSpecies()},
        references=references,
        reactions={r.getId(): _law(r) for r in model.getListOfReactions()},
        changes=changes,
        assigned={
            r.getVariable(): read_formula(r.getMath())
            for r in rules
            if r.isAssignment()
        },
        rated={r.getVariable(): read_formula(r.getMath()) for r in rules if r.isRate()},
        initial={
            i.getSymbol(): read_formula(i.getMath())
            for i in model.getListOfInitialAssignments()
            if i.isSetMath()
        },
    )


def _function(definition: Any) -> tuple[str, Function]:
    count = definition.getNumArguments()
    arguments = tuple(definition.getArgument(k).getName() for k in range(count))
    body = definition.getBody()
    formula = number(math.nan) if body is None else read_formula(body)
    foreign = {p.name for p in parts(formula) if p.kind == "name"} - {*arguments}
    if foreign:
        raise ModelError(
            f"function {definition.getId()!r} reads {', '.join(sorted(foreign))}; "
            "allowed: its own arguments; pass the value as an argument"
        )
    return definition.getId(), Function(arguments, formula)


def _species(model: Any, species: Any) -> Species:
    compartment = model.getCompartment(species.getCompartment())
    point = compartment is not None and compartment.getSpatialDimensionsAsDouble() == 0
    if as_amount := species.isSetInitialAmount():
        start = species.getInitialAmount()
    elif species.isSetInitialConcentration():
        start = species.getInitialConcentration()
    else:
        start = math.nan
    return Species(
        species.getCompartment(),
        start,
        as_amount,
        species.getHasOnlySubstanceUnits() or point,
        not species.getConstant() and not species.getBoundaryCondition(),
        species.getConversionFactor() or model.getConversionFactor(),
    )


def _law(reaction: Any) -> Formula:
    law = reaction.getKineticLaw()
    if law is None or not law.isSetMath():
        return number(0.0)
    local = {
        p.getId(): p.getValue() if p.isSetValue() else math.nan
        for p in law.getListOfLocalParameters()
    }
    return read_formula(law.getMath(), local)


def _changes(model: Any) -> tuple[dict[str, float], tuple[Change, ...]]:
    """Give the stoichiometries that have an id, and what each reaction changes."""
    references: dict[str, float] = {}
    changes = []
    for reaction in model.getListOfReactions():
        for sign, list_ in (
            (-1.0, reaction.getListOfReactants()),
            (1.0, reaction.getListOfProducts()),
        ):
            for one in list_:
                value = one.getStoichiometry() if one.isSetStoichiometry() else math.nan
                stoichiometry = number(value)
                if id_ := one.getId():
                    references[id_] = value
                    stoichiometry = name(id_)
                changes.append(
                    Change(one.getSpecies(), reaction.getId(), stoichiometry, sign)
                )
    return references, tuple(changes)
