"""Reading SBML: equations mean what the text says, and refusals name their reason."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from functools import lru_cache

import numpy as np
import pytest
from sbml_values import read, value, values

from exoheart.engine.sbml import read_sbml, unsupported
from exoheart.engine.text import to_sbml
from exoheart.errors import ModelError
from exoheart.therapy.model import joined_text

# ------------------------------------------------------------------ the joined model


@lru_cache(maxsize=1)
def joined():
    """The joined model's SBML."""
    return to_sbml(joined_text())


def test_joined_model_has_its_states_and_parameters_in_order():
    """Rate rules first, then species; parameters are those that no rule sets."""
    import libsbml

    model = libsbml.readSBMLFromString(joined()).getModel()
    rules = {rule.getVariable(): rule for rule in model.getListOfRules()}
    rated = [id_ for id_, rule in rules.items() if rule.isRate()]
    species = [s.getId() for s in model.getListOfSpecies() if s.getId() not in rules]
    plain = [p.getId() for p in model.getListOfParameters() if p.getId() not in rules]
    system = read_sbml(joined())
    assert system.states == (*rated, *species)
    assert system.parameters == tuple(plain)
    assert [system.states[k] for k in sorted(system.amounts)] == species


def test_joined_model_agrees_with_another_reader():
    """Rates and assigned quantities are those that libRoadRunner computes."""
    roadrunner = pytest.importorskip("roadrunner")
    system = read_sbml(joined())
    generator = np.random.default_rng(20240611)
    parameters = np.exp(0.5 * generator.normal(size=len(system.parameters)))
    states = np.exp(generator.normal(size=len(system.states)))
    given = dict(zip(system.parameters, parameters, strict=True))
    given |= dict(zip(system.states, states, strict=True))
    runner = roadrunner.RoadRunner(with_values(joined(), given))
    order = [runner.model.getStateVectorId(k) for k in range(len(states))]
    foreign = np.asarray(runner.getRatesOfChange())
    want = [foreign[order.index(id_)] for id_ in system.states]
    found = values(system, system.rates, states, parameters)
    np.testing.assert_allclose(found, want, rtol=1e-12)
    assigned = [id_ for id_ in system.values if id_ not in given and id_ != "body"]
    nodes = [system.values[id_] for id_ in assigned]
    found = values(system, nodes, states, parameters)
    want = [runner.getValue(id_) for id_ in assigned]
    np.testing.assert_allclose(found, want, rtol=1e-12)
    assert len(assigned) > 200


def with_values(sbml, given):
    """Write values into a text in place of its initial assignments."""
    import libsbml

    document = libsbml.readSBMLFromString(sbml)
    model = document.getModel()
    while model.getNumInitialAssignments():
        model.removeInitialAssignment(0)
    for id_, number in given.items():
        if (species := model.getSpecies(id_)) is not None:
            species.setInitialAmount(float(number))
        else:
            model.getParameter(id_).setValue(float(number))
    return libsbml.writeSBMLToString(document)


def test_joined_model_keeps_no_compartment():
    """A compartment of 1 mL leaves no operation: amounts are read as they stand."""
    system = read_sbml(joined())
    for k in system.amounts:
        node = system.values[system.states[k]]
        assert system.graph.operations[node] == "state"


def test_equations_are_the_same_in_every_process():
    """The order of nodes rests on the text alone, not on how names are hashed."""
    program = (
        "from exoheart.engine.sbml import read_sbml\n"
        "from exoheart.engine.text import to_sbml\n"
        "text = 'model m()\\n' + '\\n'.join(\n"
        "    f'a{k} = a{k + 1} + {k}; b{k} := a{k} * b{k + 1};' for k in range(9)\n"
        ") + 'a9 = 2; b9 := x + c; c := sin(a3); x = a2; x\\' = b0 - x;\\nend'\n"
        "graph = read_sbml(to_sbml(text)).graph\n"
        "print(graph.operations, graph.arguments, graph.values)\n"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", program],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(found) == 1


# ------------------------------------------------------------- species, compartments


def test_symbol_of_a_species_is_its_concentration():
    """Reactions change amounts, laws read concentrations, doses go into amounts."""
    system = read("compartment V = 4; species A in V; A = 3; J: A -> ; k*A*V; k = 2;")
    assert system.states == ("A",)
    assert system.amounts == {0}
    np.testing.assert_allclose(system.initial(np.array([[2.0]])), [[12.0]])
    here = {"states": [12.0], "parameters": [2.0]}
    assert value(system, "A", **here) == pytest.approx(3.0)
    assert value(system, "J", **here) == pytest.approx(24.0)
    (rate,) = values(system, system.rates, [12.0], [2.0], inflow=5.0)
    assert rate == pytest.approx(5.0 - 24.0)


def test_symbol_of_a_substance_only_species_is_its_amount():
    """Such a species is read as it is integrated."""
    text = "compartment V = 4; substanceOnly species A in V; A = 3; A -> ; k*A; k = 2;"
    system = read(text)
    np.testing.assert_allclose(system.initial(np.array([[2.0]])), [[3.0]])
    assert values(system, system.rates, [3.0], [2.0]) == [-6.0]


def test_rate_rule_of_a_species_moves_its_symbol():
    """Its state is the concentration, and takes no inflow."""
    system = read("compartment V = 4; species A in V; A = 3; A' = -k; k = 2;")
    assert system.amounts == frozenset()
    np.testing.assert_allclose(system.initial(np.array([[2.0]])), [[3.0]])
    assert values(system, system.rates, [3.0], [2.0], inflow=7.0) == [-2.0]


def test_species_that_nothing_changes_are_constants():
    """A boundary species feeds a reaction and stays; a constant one is read."""
    system = read(
        "compartment V = 2; species $B in V, A in V; const species C in V;"
        "B = 3; A = 0; C = 2*k; k = 5; J: B -> A; C*B;"
    )
    assert system.states == ("A",)
    assert system.parameters == ("k",)
    assert value(system, "J", states=[0.0], parameters=[5.0]) == 30.0
    assert value(system, "J", states=[0.0], parameters=[1.0]) == 6.0


def test_growing_compartment_thins_what_it_holds():
    """An amount stays, its concentration falls, and rateOf tells how fast."""
    system = read(
        "compartment V = 2; V' = k; k = 3; species A in V, $B in V; A = 5; B = 7;"
        "const species C in V; C = 11; dA := rateOf(A); dV := rateOf(V);"
    )
    assert system.states == ("V", "A")
    here = {"states": [4.0, 10.0], "parameters": [3.0]}
    assert value(system, "A", **here) == pytest.approx(10.0 / 4.0)
    assert value(system, "B", **here) == pytest.approx(14.0 / 4.0)
    assert value(system, "C", **here) == pytest.approx(22.0 / 4.0)
    assert value(system, "dV", **here) == 3.0
    assert value(system, "dA", **here) == pytest.approx(-10.0 * 3.0 / 16.0)


def test_stoichiometries_and_conversion_factors_scale_changes():
    """What a reaction does to a species is law, times stoichiometry, times factor."""
    import libsbml

    text = "species A, B; A = 1; B = 0; n = 3; 2 A -> n B; k; k = 7; f = 10;"
    document = libsbml.readSBMLFromString(to_sbml(f"model toy()\n{text}\nend"))
    document.getModel().getSpecies("B").setConversionFactor("f")
    document.getModel().getParameter("f").setConstant(True)
    system = read_sbml(libsbml.writeSBMLToString(document))
    given = {"n": 3.0, "k": 7.0, "f": 10.0}
    parameters = [given[id_] for id_ in system.parameters]
    rates = values(system, system.rates, [1.0, 0.0], parameters)
    assert dict(zip(system.states, rates, strict=True)) == {"A": -14.0, "B": 210.0}


def test_stoichiometry_may_follow_a_rule():
    """A product's share that grows with time grows the rate."""
    import libsbml

    text = "species A, B; A = 1; B = 0; A -> 4 B; k; k = 7;"
    document = libsbml.readSBMLFromString(to_sbml(f"model toy()\n{text}\nend"))
    model = document.getModel()
    product = model.getReaction(0).getProduct(0)
    product.setId("share")
    product.setConstant(False)
    rule = model.createAssignmentRule()
    rule.setVariable("share")
    rule.setMath(libsbml.parseL3Formula("2 * time"))
    system = read_sbml(libsbml.writeSBMLToString(document))
    rates = values(system, system.rates, [1.0, 0.0], [7.0], time=3.0)
    assert dict(zip(system.states, rates, strict=True))["B"] == 42.0
    assert value(system, "share", states=[1.0, 0.0], parameters=[7.0], time=3.0) == 6.0


def test_local_parameter_hides_the_models():
    """A law's own parameter is a number, and leaves the model's alone."""
    import libsbml

    text = to_sbml("model toy()\nspecies A; A = 1; k = 5; A -> ; k*A;\nend")
    document = libsbml.readSBMLFromString(text)
    local = document.getModel().getReaction(0).getKineticLaw().createLocalParameter()
    local.setId("k")
    local.setValue(2.0)
    system = read_sbml(libsbml.writeSBMLToString(document))
    assert system.parameters == ("k",)
    assert values(system, system.rates, [1.0], [5.0]) == [-2.0]


# ------------------------------------------------------------------- starts, defaults


def test_starts_follow_initial_assignments_through_one_another():
    """Starts rest on parameters only, also past rules and other states' starts."""
    system = read("x = 2*y; y = z + a; z := x0; x0 = 1; a = 3; x' = -x; y' = -y; ")
    assert system.states == ("x", "y")
    given = {"x0": 10.0, "a": 0.5}
    row = np.array([[given[id_] for id_ in system.parameters]])
    np.testing.assert_allclose(system.initial(row), [[21.0, 10.5]])


def test_default_of_a_parameter_follows_its_formula():
    """A default that the text computes rests on plain parameters."""
    system = read("a = 2; b = 3*a; c = b + 1; y := c;")
    given = [2.0 if id_ == "a" else math.nan for id_ in system.parameters]
    found = values(system, system.defaults, parameters=given)
    assert dict(zip(system.parameters, found, strict=True)) == {"a": 2, "b": 6, "c": 7}


def test_rules_read_one_another_in_any_order():
    """The order of rules in the text does not matter."""
    system = read("y := z + 1; z := w*2; w := p; p = 4;")
    assert value(system, "y", parameters=[4.0]) == 9.0


# --------------------------------------------------------------------------- refusals


def test_all_refused_constructs_are_named_at_once():
    """Events, delays and algebraic rules of one text stand in one message."""
    import libsbml

    text = to_sbml(
        "model toy()\nx = 1; x' = -delay(x, 2); at (x < 0.5): x = 1;\n"
        "n := factorial(x);\nend"
    )
    document = libsbml.readSBMLFromString(text)
    rule = document.getModel().createAlgebraicRule()
    rule.setMath(libsbml.parseL3Formula("x - 1"))
    text = libsbml.writeSBMLToString(document)
    want = ["events", "algebraic rules", "delays", "factorials of what isn't a number"]
    assert unsupported(text) == want
    with pytest.raises(ModelError) as error:
        read_sbml(text)
    assert all(construct in str(error.value) for construct in want)


def test_fast_reaction_is_refused():
    """A reaction that is always at equilibrium is no rate."""
    import libsbml

    text = to_sbml("model toy()\nspecies A; A = 1; A -> ; A;\nend")
    document = libsbml.readSBMLFromString(text)
    document.setLevelAndVersion(2, 4, False)
    document.getModel().getReaction(0).setFast(True)
    assert unsupported(libsbml.writeSBMLToString(document)) == ["fast reactions"]


def test_package_that_changes_meaning_is_refused():
    """A composed model is refused by its package's name."""
    text = to_sbml("model toy()\nx = 1; x' = -x;\nend")
    head = (
        'level="3" version="2" xmlns:comp="http://www.sbml.org/sbml/level3/version1/'
        'comp/version1" comp:required="true"'
    )
    assert unsupported(text.replace('level="3" version="2"', head)) == [
        "the package comp"
    ]


def test_supported_text_has_nothing_unsupported():
    """A text that is taken names no construct."""
    assert unsupported(to_sbml("model toy()\nx = 1; x' = -x*time;\nend")) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<?xml version='1.0'?><sbml", "can't be read as SBML"),
        ("<?xml version='1.0'?><html/>", "can't be read as SBML"),
    ],
)
def test_text_that_is_no_model_is_refused(text, message):
    """What libSBML can't read is told with its reason."""
    with pytest.raises(ModelError, match=message):
        read_sbml(text)


def test_older_levels_say_the_same():
    """A text brought to Level 2 or 1 keeps its equations."""
    import libsbml

    text = "compartment V = 4; species A in V; A = 3; J: 2 A -> ; k*A*V; k = 2;"
    sbml = to_sbml(f"model toy()\n{text}\nend")
    rates = []
    for level, version in ((3, 2), (2, 4), (2, 1), (1, 2)):
        document = libsbml.readSBMLFromString(sbml)
        assert document.setLevelAndVersion(level, version, False)
        system = read_sbml(libsbml.writeSBMLToString(document))
        rates += values(system, system.rates, [12.0], [2.0])
    assert rates == [-48.0] * 4
