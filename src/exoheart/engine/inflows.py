"""A model for foreign simulators: every constant a value, every amount an inflow.

The action ``rate`` needs an inflow into any state that reactions change. The engine has
one built in; in SBML it is a reaction of its own with a parameter as its rate.
"""

from __future__ import annotations

from exoheart.engine.model import Model

#: Prefix of the inflow parameter that stands behind the action ``rate``.
INFLOW = "engine_inflow_"


def with_inflows(model: Model) -> str:
    """Give a model as SBML in which every amount has an inflow, zero at first.

    Initial assignments are taken out: states and parameters are given by each member.
    """
    import libsbml

    document = libsbml.readSBMLFromString(model.source)
    text = document.getModel()
    while text.getNumInitialAssignments():
        text.removeInitialAssignment(0)
    for parameter in text.getListOfParameters():
        if not parameter.isSetValue():
            parameter.setValue(0.0)
    for id_ in sorted(model.amounts):
        inflow = text.createParameter()
        inflow.setId(INFLOW + id_)
        inflow.setConstant(True)
        inflow.setValue(0.0)
        reaction = text.createReaction()
        reaction.setId(f"{INFLOW}{id_}_reaction")
        reaction.setReversible(False)
        product = reaction.createProduct()
        product.setSpecies(id_)
        product.setStoichiometry(1.0)
        product.setConstant(True)
        reaction.createKineticLaw().setMath(libsbml.parseL3Formula(INFLOW + id_))
    return str(libsbml.writeSBMLToString(document))
