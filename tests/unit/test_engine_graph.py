"""The operation graph: formulas keep their meaning, and stand once."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from exoheart.engine.graph import (
    BINARY,
    LEAVES,
    UNARY,
    Graph,
    evaluate,
    needed,
    require_finite_numbers,
)
from exoheart.errors import ModelError

ARITHMETIC = ("add", "sub", "mul", "div", "max", "min")
FUNCTIONS = ("neg", "exp", "log", "sqrt", "abs", "floor", "sin", "cos", "tanh", "atan")
COMPARISONS = ("lt", "le", "eq")
#: Among them the numbers that folding treats by rules of their own.
NUMBERS = st.sampled_from([-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 3.0, 1.7])
LEAF = st.one_of(
    NUMBERS.map(lambda value: ("number", value)),
    st.sampled_from([("state", 0), ("state", 1), ("parameter", 0), ("time", 0)]),
)


def grown(inner):
    """Formulas made of smaller ones."""
    compared = st.tuples(st.sampled_from(COMPARISONS), inner, inner)
    return st.one_of(
        st.tuples(st.sampled_from(ARITHMETIC), inner, inner),
        st.tuples(st.sampled_from(FUNCTIONS), inner),
        st.tuples(st.just("select"), compared, inner, inner),
    )


FORMULAS = st.recursive(LEAF, grown, max_leaves=12)
#: Machines that others use too are no reason to fail.
CALM = settings(deadline=None)
VALUES = st.floats(-3.0, 3.0)


def build(graph, formula):
    """Put a formula on a graph."""
    kind, *of = formula
    if kind == "number":
        return graph.number(of[0])
    if kind == "time":
        return graph.time()
    if kind in LEAVES:
        return getattr(graph, kind)(of[0])
    nodes = [build(graph, one) for one in of]
    if kind == "select":
        return graph.select(*nodes)
    return graph.unary(kind, *nodes) if kind in UNARY else graph.binary(kind, *nodes)


def meant(formula, values):
    """Work out a formula as it is written; NaN if any part is no finite number."""
    kind, *of = formula
    if kind in LEAVES:
        return of[0] if kind == "number" else values[kind, of[0]]
    parts = [np.float64(meant(one, values)) for one in of]
    if not np.all(np.isfinite(parts)):
        return math.nan
    if kind == "select":
        return parts[1] if parts[0] else parts[2]
    with np.errstate(all="ignore"):
        return float((UNARY.get(kind) or BINARY[kind])(*parts))


@CALM
@given(FORMULAS, VALUES, VALUES, VALUES, VALUES)
def test_formula_keeps_its_value(formula, x, y, p, t):
    """What is folded, turned round and shared comes to the same.

    Not to the same bits: fixed factors and divisors are drawn together.
    """
    values = {("state", 0): x, ("state", 1): y, ("parameter", 0): p, ("time", 0): t}
    want = meant(formula, values)
    assume(math.isfinite(want))
    graph = Graph()
    node = build(graph, formula)
    (found,) = evaluate(graph, [node], lambda kind, k: values[kind, k])
    assert float(found) == pytest.approx(want, rel=1e-9, abs=1e-9)


@CALM
@given(FORMULAS)
def test_arguments_come_before_their_node(formula):
    """The order of the list is an order to compute in."""
    graph = Graph()
    build(graph, formula)
    pairs = zip(graph.operations, graph.arguments, strict=True)
    for node, (kind, of) in enumerate(pairs):
        assert kind in LEAVES or all(argument < node for argument in of)


@CALM
@given(FORMULAS)
def test_a_formula_built_twice_stands_once(formula):
    """The same formula is the same node, and adds nothing."""
    graph = Graph()
    first = build(graph, formula)
    size = len(graph)
    assert build(graph, formula) == first
    assert len(graph) == size


@CALM
@given(FORMULAS, FORMULAS)
def test_needed_is_closed_and_in_order(one, other):
    """Whatever a needed node takes is needed too, and comes first."""
    graph = Graph()
    build(graph, other)
    root = build(graph, one)
    found = needed(graph, [root])
    assert found == sorted(set(found))
    assert found[-1] == root
    inner = [node for node in found if graph.operations[node] not in LEAVES]
    assert {a for node in inner for a in graph.arguments[node]} <= set(found)


@CALM
@given(FORMULAS)
def test_fixed_means_neither_state_nor_time_beneath(formula):
    """A node keeps its value in a solve exactly if it rests on constants alone."""
    graph = Graph()
    root = build(graph, formula)
    for node in needed(graph, [root]):
        beneath = {graph.operations[n] for n in needed(graph, [node])}
        assert graph.fixed[node] == (not beneath & {"state", "inflow", "time"})


@pytest.mark.parametrize("operation", ["add", "mul", "max", "min", "eq", "and", "or"])
def test_order_of_a_commutative_operation_does_not_matter(operation):
    """a and b give one node, whichever comes first."""
    graph = Graph()
    a, b = graph.state(0), graph.parameter(0)
    assert graph.binary(operation, a, b) == graph.binary(operation, b, a)


def test_identities_leave_no_operation():
    """Adding 0, multiplying by 1, negating twice and subtracting itself vanish."""
    graph = Graph()
    x, zero, one = graph.state(0), graph.number(0.0), graph.number(1.0)
    assert graph.add(x, zero) == graph.add(zero, x) == graph.sub(x, zero) == x
    assert graph.mul(x, one) == graph.mul(one, x) == graph.div(x, one) == x
    assert graph.neg(graph.neg(x)) == x
    assert graph.binary("max", x, x) == graph.select(graph.binary("lt", x, one), x, x)
    for nothing in (graph.sub(x, x), graph.mul(x, zero), graph.div(zero, x)):
        assert graph.is_zero(nothing)


def test_choice_between_known_values_is_made_at_once():
    """A condition that is a number leaves the branch that it picks."""
    graph = Graph()
    x, y = graph.state(0), graph.state(1)
    assert graph.select(graph.number(1.0), x, y) == x
    assert graph.select(graph.number(0.0), x, y) == y


@CALM
@given(st.integers(-12, 12), st.floats(0.2, 4.0))
def test_whole_power_is_the_power(exponent, base):
    """Products in place of a power agree with it to rounding."""
    graph = Graph()
    node = graph.pow(graph.state(0), graph.number(float(exponent)))
    (found,) = evaluate(graph, [node], lambda _kind, _k: base)
    assert float(found) == pytest.approx(base**exponent, rel=1e-14)
    if abs(exponent) <= 8:
        assert "pow" not in graph.operations


def test_square_root_is_a_power_of_a_half():
    """The power 0.5 and the root are one node."""
    graph = Graph()
    x = graph.state(0)
    assert graph.pow(x, graph.number(0.5)) == graph.unary("sqrt", x)


def test_numbers_of_different_sign_of_zero_stay_apart():
    """-0 is another number than 0: dividing by it gives the other infinity."""
    graph = Graph()
    assert graph.number(0.0) != graph.number(-0.0)


def test_arrays_go_through_whole():
    """A leaf that is an array gives one value per entry, also past a choice."""
    graph = Graph()
    x = graph.state(0)
    positive = graph.binary("lt", graph.number(0.0), x)
    node = graph.select(positive, graph.pow(x, graph.number(2.0)), graph.neg(x))
    (found,) = evaluate(graph, [node], lambda _kind, _k: np.array([-2.0, 0.0, 3.0]))
    np.testing.assert_array_equal(found, [2.0, 0.0, 9.0])


def test_constants_that_are_no_numbers_are_refused():
    """A division of constants by zero is told before anything is solved."""
    graph = Graph()
    bad = graph.add(graph.state(0), graph.div(graph.number(1.0), graph.number(0.0)))
    with pytest.raises(ModelError, match="inf"):
        require_finite_numbers(graph, [bad])


def in_symbols(sympy, formula, symbols):
    """Write a formula in SymPy's terms."""
    kind, *of = formula
    if kind in LEAVES:
        return sympy.Rational(of[0]) if kind == "number" else symbols[kind, of[0]]
    a, *b = [in_symbols(sympy, one, symbols) for one in of]
    own = {"neg": -a, "abs": sympy.Abs(a)}
    own |= {"add": a + b[0], "sub": a - b[0], "mul": a * b[0]} if b else {}
    return own[kind] if kind in own else getattr(sympy, kind)(a)


def tame(inner):
    """Formulas without poles or corners, so that rounding stays small."""
    return st.one_of(
        st.tuples(st.sampled_from(("add", "sub", "mul")), inner, inner),
        st.tuples(st.sampled_from(("neg", "sin", "cos", "tanh", "atan")), inner),
    )


@settings(deadline=None, max_examples=20)
@given(st.recursive(LEAF, tame, max_leaves=8))
def test_symbolic_algebra_agrees(formula):
    """What SymPy makes of a formula has the graph's value."""
    sympy = pytest.importorskip("sympy")
    values = {("state", 0): 0.75, ("state", 1): 1.875, ("parameter", 0): 1.25}
    values["time", 0] = 2.5
    symbols = {leaf: sympy.Symbol(f"{leaf[0]}{leaf[1]}", real=True) for leaf in values}
    exact = in_symbols(sympy, formula, symbols)
    at = {symbols[leaf]: sympy.Rational(value) for leaf, value in values.items()}
    graph = Graph()
    node = build(graph, formula)
    (found,) = evaluate(graph, [node], lambda kind, k: values[kind, k])
    assert float(found) == pytest.approx(
        float(exact.evalf(subs=at)), rel=1e-9, abs=1e-9
    )
