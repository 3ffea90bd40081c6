"""Formulas of SBML: each operation means what MathML says, in whatever order."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sbml_values import read, value, values

from exoheart.engine.sbml import read_sbml
from exoheart.engine.text import to_sbml
from exoheart.errors import ModelError


def formula(text, **parameters):
    """The value of a formula of Antimony, over parameters."""
    given = "\n".join(f"{id_} = {number!r};" for id_, number in parameters.items())
    system = read(f"{given}\ny := {text};")
    return value(system, "y", parameters=[parameters[p] for p in system.parameters])


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("a^b", 2.0**3.5),
        ("a^-2", 0.25),
        ("root(3, 27 + 0*a)", 3.0),
        ("sqrt(a)", math.sqrt(2.0)),
        ("log10(a)", math.log10(2.0)),
        ("log(3, b)", math.log(3.5, 3.0)),
        ("ln(a) + exp(b)", math.log(2.0) + math.exp(3.5)),
        ("abs(-a) + floor(b) + ceil(b)", 9.0),
        ("factorial(5)*a", 240.0),
        ("sin(a)+cos(a)+tan(a)", math.sin(2.0) + math.cos(2.0) + math.tan(2.0)),
        ("sec(a)+csc(a)+cot(a)", 1 / math.cos(2) + 1 / math.sin(2) + 1 / math.tan(2)),
        ("sinh(a)+cosh(a)+tanh(a)", math.sinh(2) + math.cosh(2) + math.tanh(2)),
        (
            "sech(a)+csch(a)+coth(a)",
            1 / math.cosh(2) + 1 / math.sinh(2) + 1 / math.tanh(2),
        ),
        ("arcsin(a/4)+arccos(a/4)", math.pi / 2),
        ("arctan(a)", math.atan(2.0)),
        (
            "arcsinh(a)+arccosh(a)+arctanh(a/4)",
            math.asinh(2) + math.acosh(2) + math.atanh(0.5),
        ),
        ("arcsec(a)+arccsc(a)", math.pi / 2),
        ("arccot(a)", math.atan(0.5)),
        (
            "arcsech(a/4)+arccsch(a)+arccoth(a)",
            math.acosh(2) + math.asinh(0.5) + math.atanh(0.5),
        ),
        ("max(a, b, 3) - min(a, b, 3)", 1.5),
        ("quotient(-7, a)", -3.0),
        ("rem(-7, a)", -1.0),
        ("piecewise(1, a > b, 2, a < b, 3)", 2.0),
        ("piecewise(1, a > b, 3)", 3.0),
        ("piecewise(1, (a < b) && !(a == b), 0)", 1.0),
        ("piecewise(1, (a > b) || (a >= 2), 0)", 1.0),
        ("piecewise(1, xor(a < b, b > 3, true), 0)", 1.0),
        ("piecewise(1, implies(a < b, a > b), 0)", 0.0),
        ("piecewise(1, lt(1, a, b), 0) + piecewise(1, a != 2, 0)", 1.0),
        ("(a < b) + 1", 2.0),
        ("piecewise(1, a, 0)", 1.0),
        ("pi + exponentiale", math.pi + math.e),
        ("avogadro", 6.02214179e23),
        ("1/(a - 2)", math.inf),
    ],
)
def test_operation_means_what_mathml_says(text, want):
    """Each operation, at a = 2 and b = 3.5."""
    assert formula(text, a=2.0, b=3.5) == pytest.approx(want, rel=1e-14)


def test_choice_without_an_otherwise_is_no_number():
    """Where no condition holds, nothing is known."""
    assert math.isnan(formula("piecewise(1, a > 3)", a=2.0))


def test_function_definitions_are_expanded():
    """Functions may call functions; their arguments are their own."""
    text = (
        "function twice(a)\n 2*a\nend\nfunction f(a, b)\n twice(b) - a\nend\n"
        "model toy()\na = 5; y := f(1, a);\nend"
    )
    system = read_sbml(to_sbml(text))
    assert value(system, "y", parameters=[5.0]) == 9.0


def test_time_is_read_in_formulas_and_is_0_at_the_start():
    """A rule moves with time; an initial assignment is worked out at time 0."""
    system = read("y := 2*time; x = y + 3; x' = time;")
    assert value(system, "y", states=[0.0], time=4.0) == 8.0
    assert values(system, system.rates, [0.0], time=4.0) == [4.0]
    np.testing.assert_array_equal(system.initial(np.empty((1, 0))), [[3.0]])


def test_long_sums_are_read():
    """A sum of a thousand terms, which texts nest a thousand deep, is no trouble."""
    terms = "+".join(["x"] * 1000)
    system = read(f"x = 1; x' = -x; y := {terms};")
    assert value(system, "y", states=[2.0]) == 2000.0


def test_circle_of_rules_is_refused():
    """Rules that rest on one another are named in their order."""
    text = to_sbml("model toy()\ny := z; z := w; w := 2*v; v := time;\nend")
    # Antimony itself refuses circles
    circle = text.replace(csymbol("time"), "<ci> y </ci>")
    with pytest.raises(ModelError) as error:
        read_sbml(circle)
    told = str(error.value)
    pairs = ("y reads z", "z reads w", "w reads v", "v reads y")
    assert sum(pair in told for pair in pairs) == len(pairs)


def csymbol(text):
    """How a text writes the time."""
    url = "http://www.sbml.org/sbml/symbols/time"
    return f'<csymbol encoding="text" definitionURL="{url}"> {text} </csymbol>'


def test_unknown_id_is_named_with_the_nearest():
    """A formula that reads what nothing defines is refused with a likely name."""
    text = to_sbml("model toy()\nclearance = 1; y := clearance;\nend")
    wrong = text.replace("<ci> clearance </ci>", "<ci> clearence </ci>")
    with pytest.raises(ModelError, match=r"clearence.*nearest: clearance"):
        read_sbml(wrong)
