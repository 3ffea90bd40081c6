"""The Jacobian, against derivatives that are found in other ways."""

from __future__ import annotations

import math
import operator
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from test_engine_graph import ARITHMETIC, COMPARISONS, LEAF, build

from exoheart.engine import Status, Table, compile_model, solve
from exoheart.engine.differentiate import is_nonnegative, jacobian
from exoheart.engine.graph import UNARY, Graph, evaluate
from exoheart.engine.program import scalar_of
from exoheart.errors import ModelError
from exoheart.therapy.model import joined_text

KEYS = (("state", 0), ("state", 1), ("parameter", 0), ("time", 0))
FUNCTIONS = sorted({*UNARY} - {"not"})
FORMULAS = st.recursive(
    LEAF,
    lambda inner: st.one_of(
        st.tuples(st.sampled_from((*ARITHMETIC, "pow")), inner, inner),
        st.tuples(st.sampled_from(FUNCTIONS), inner),
        st.tuples(
            st.just("select"),
            st.tuples(st.sampled_from(COMPARISONS), inner, inner),
            inner,
            inner,
        ),
    ),
    max_leaves=10,
)
POINT = st.tuples(*[st.floats(-3.0, 3.0)] * 4)

# --- random formulas, by a step along the imaginary axis ------------------------------

#: Its square is nothing beside any number here, so nothing cancels.
STEP = 1e-40
COMPLEX = {
    **{"add": operator.add, "sub": operator.sub, "mul": operator.mul},
    **{"div": operator.truediv, "pow": operator.pow, "neg": operator.neg},
    **{"asin": np.arcsin, "acos": np.arccos, "atan": np.arctan},
    **{"asinh": np.arcsinh, "acosh": np.arccosh, "atanh": np.arctanh},
    "abs": lambda x: -x if x.real < 0.0 else x,
    "floor": lambda x: np.floor(x.real),
    "ceil": lambda x: np.ceil(x.real),
    "max": lambda a, b: a if a.real > b.real else b,
    "min": lambda a, b: a if a.real < b.real else b,
    "lt": lambda a, b: a.real < b.real,
    "le": lambda a, b: a.real <= b.real,
    "eq": lambda a, b: a.real == b.real,
}
#: How far an operation is from a place without a derivative, or without a value.
CLEAR = {
    **dict.fromkeys(("max", "min", *COMPARISONS), lambda a, b: abs(a - b)),
    **dict.fromkeys(("floor", "ceil"), lambda a: abs(a - round(a))),
    **dict.fromkeys(("asin", "acos", "atanh"), lambda a: 1.0 - abs(a)),
    **{"log": lambda a: a, "sqrt": lambda a: a, "acosh": lambda a: a - 1.0},
    **{"abs": abs, "div": lambda _, b: abs(b), "pow": lambda a, _: a},
    "tan": lambda a: abs(math.cos(a)),
}


def in_complex(formula, values):
    """Work out a formula in complex numbers; none is given where it isn't smooth."""
    kind, *of = formula
    if kind == "number":
        return np.complex128(of[0])
    if kind in {"state", "parameter", "time"}:
        return np.complex128(values[kind, of[0]])
    parts = [in_complex(one, values) for one in of]
    if kind == "select":
        return parts[1] if parts[0] else parts[2]
    assume(kind not in CLEAR or CLEAR[kind](*(p.real for p in parts)) > 1e-3)
    result = np.complex128((COMPLEX.get(kind) or getattr(np, kind))(*parts))
    assume(np.isfinite(result) and abs(result) < 1e6 and abs(result.imag) < 1e-30)
    return result


#: Points in the range of each function; the rest take any.
INSIDE = {"acosh": (1.2, 1.9, 3.5), "atanh": (-0.6, 0.1, 0.7)}
INSIDE |= dict.fromkeys(("asin", "acos"), INSIDE["atanh"])
INSIDE |= dict.fromkeys(("log", "sqrt", "pow"), (0.3, 1.4, 2.6))


@pytest.mark.parametrize("operation", sorted({*FUNCTIONS, *ARITHMETIC, "pow"}))
def test_each_rule_is_that_of_the_complex_step(operation):
    """By the first argument and by the second, a formula of the state, to 1e-12."""
    one, other = ("state", 0), ("add", ("state", 0), ("number", 0.9))
    unary = operation in UNARY
    formulas = [(operation, one)] if unary else [(operation, one, other)]
    formulas += [] if unary else [(operation, other, one)]
    for formula in formulas:
        graph = Graph()
        zero = graph.number(0.0)
        entry = jacobian(graph, [build(graph, formula)]).get((0, 0), zero)
        for x in INSIDE.get(operation, (-1.3, 0.4, 2.2)):
            wanted = in_complex(formula, {one: complex(x, STEP)}).imag / STEP
            (found,) = evaluate(graph, [entry], lambda _, __, x=x: x)
            assert float(found) == pytest.approx(wanted, rel=1e-12, abs=1e-12)


@settings(
    deadline=None,
    max_examples=200,
    suppress_health_check=[HealthCheck.filter_too_much],  # few places are all smooth
)
@given(FORMULAS, POINT)
def test_every_derivative_is_that_of_the_complex_step(formula, point):
    """By each state and by the time, to 1e-9; what is absent is zero."""
    graph = Graph()
    node = build(graph, formula)
    values = dict(zip(KEYS, point, strict=True))
    columns = (("state", 0), ("state", 1), ("time", 0))
    wanted = [
        in_complex(formula, values | {key: complex(values[key], STEP)}).imag / STEP
        for key in columns
    ]
    entries = jacobian(graph, [node], clock=2)
    found = dict.fromkeys(range(3), 0.0)
    for (_, column), entry in entries.items():
        found[column] = evaluate(graph, [entry], lambda kind, k: values[kind, k])[0]
    np.testing.assert_allclose(list(found.values()), wanted, rtol=1e-9, atol=1e-9)


@settings(deadline=None)
@given(FORMULAS, POINT)
def test_what_counts_as_not_below_zero_never_is(formula, point):
    """At no point; for such bases the engine's own powers are used."""
    graph = Graph()
    build(graph, formula)
    nodes = [n for n in range(len(graph)) if is_nonnegative(graph, n)]
    values = dict(zip(KEYS, point, strict=True))
    found = evaluate(graph, nodes, lambda kind, k: values[kind, k])
    assert not any(value < 0.0 for value in found)


X, Y, P, T = KEYS
BOTH = ("add", ("mul", X, Y), ("number", 3.0))
#: As many rules at once as one formula can hold; and the forms of the model's text.
FORMS = {
    "hill": ("div", ("pow", X, P), ("add", ("pow", X, P), ("pow", Y, P))),
    "saturating": ("div", ("mul", X, Y), ("add", X, ("mul", Y, Y))),
    "exponential": ("exp", ("neg", ("mul", P, ("mul", X, ("sqrt", Y))))),
    "moving exponent": ("pow", BOTH, ("sub", X, ("log", Y))),
    "circular": ("mul", ("sin", ("div", X, Y)), ("tan", ("cos", BOTH))),
    "inverse": ("atan", ("add", ("asin", ("tanh", X)), ("acos", ("tanh", Y)))),
    "hyperbolic": ("div", ("sinh", X), ("add", ("cosh", Y), ("asinh", BOTH))),
    "far": ("sub", ("acosh", BOTH), ("atanh", ("div", X, BOTH))),
    "clock": ("mul", ("exp", ("neg", T)), ("log", ("add", T, ("mul", X, Y)))),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_sympy_finds_the_same_derivatives(form):
    """An algebra system that shares no rule with this one, where it is installed."""
    sympy = pytest.importorskip("sympy")
    symbols = dict(zip(KEYS, sympy.symbols("x y p t", positive=True), strict=True))
    own = ("add", "sub", "mul", "div", "pow", "neg")

    def as_sympy(one):
        if one in symbols:
            return symbols[one]
        kind, *of = one
        if kind == "number":
            return sympy.Float(of[0])
        parts = map(as_sympy, of)
        return COMPLEX[kind](*parts) if kind in own else getattr(sympy, kind)(*parts)

    point = dict(zip(KEYS, (0.8, 1.3, 2.5, 0.7), strict=True))
    at = {symbols[key]: value for key, value in point.items()}
    graph = Graph()
    entries = jacobian(graph, [build(graph, form)], clock=2)
    for column, key in enumerate((X, Y, T)):
        wanted = float(sympy.diff(as_sympy(form), symbols[key]).subs(at))
        entry = entries.get((0, column), graph.number(0.0))
        (found,) = evaluate(graph, [entry], lambda kind, k: point[kind, k])
        assert float(found) == pytest.approx(wanted, rel=1e-12)


def test_only_true_couplings_have_entries():
    """A chain of five has nine entries; what cancels has none."""
    graph = Graph()
    x = [graph.state(k) for k in range(5)]
    rates = [
        graph.neg(x[0]),
        *(graph.sub(a, graph.mul(b, b)) for a, b in pairwise(x)),
    ]
    rates[2] = graph.sub(rates[2], graph.mul(graph.number(0.0), x[4]))
    found = {(0, 0), *((k, k) for k in range(1, 5)), *((k, k - 1) for k in range(1, 5))}
    assert set(jacobian(graph, rates)) == found


def test_an_operation_without_a_rule_is_refused_by_name():
    graph = Graph()
    graph.operations.append("bessel")
    graph.arguments.append((graph.state(0),))
    graph.fixed.append(False)
    graph.operations[0], graph.operations[1] = "state", "bessel"
    graph.arguments[0], graph.arguments[1] = (0,), (0,)
    with pytest.raises(ModelError, match="'bessel', which has no rule"):
        jacobian(graph, [1])


# --- powers and roots at nothing ------------------------------------------------------


@pytest.mark.parametrize("exponent", [0.05, 0.3, 0.9, 1.0, 1.7, 6.0])
def test_a_power_at_nothing_has_a_finite_derivative(exponent):
    """Of a base that can't be negative and of one that can; elsewhere it is exact."""
    x = np.array([0.0, 5e-324, 1e-13, 1e-3, 1.0, 40.0])
    for name in ("max", "plain"):
        graph = Graph()
        base = graph.state(0)
        if name == "max":
            base = graph.binary("max", graph.number(0.0), base)
        entry = jacobian(graph, [graph.pow(base, graph.parameter(0))])[0, 0]
        (found,) = evaluate(
            graph, [entry], lambda kind, _: exponent if kind == "parameter" else x
        )
        assert np.all(np.isfinite(found))
        np.testing.assert_allclose(
            found[3:], exponent * x[3:] ** (exponent - 1.0), rtol=1e-13
        )


#: Rates whose derivative is infinite where the state starts; parameter n.
STEEP = {
    "x^n": (0.0, lambda x, n: x**n),
    "max(x, 0)^n": (0.0, lambda x, n: x**n),
    "sqrt(x) / (2 * n)": (0.0, lambda x, n: math.sqrt(x) / (2 * n)),
    "x^0.5 / (2 * n)": (0.0, lambda x, n: x**0.5 / (2 * n)),
    "2 + n * arccos(x)": (1.0, lambda x, n: 2 + n * math.acos(x)),
    "-n * arcsin(1 - x)": (0.0, lambda x, n: -n * math.asin(1 - x)),
}


@pytest.mark.parametrize("form", sorted(STEEP))
def test_a_state_leaves_a_place_of_infinite_slope(form):
    """x' = 1 - f(x): the time to get there, by quadrature, is the time taken."""
    start, f = STEEP[form]
    text = f"model steep()\n n = 1; x = {start}; x' = 1 - ({form}); end"
    model = compile_model(text, ("x",))
    exponents = np.array([[0.3], [0.8], [0.45], [0.15]])
    times = np.tile([0.0, 0.02, 0.3], (4, 1))
    members = Table(exponents, np.full((4, 1), start), (), times)
    solution = solve(model, members)
    assert solution.status.tolist() == [Status.SOLVED] * 4, solution.messages
    for member, n in enumerate(exponents[:, 0]):
        for time, x in zip(times[member, 1:], solution["x"][member, 1:], strict=True):
            taken, _ = quad(lambda z, n=n: 1.0 / (1.0 - f(z, n)), start, x, limit=200)
            assert taken == pytest.approx(time, rel=1e-4)


def test_powers_of_very_wide_exponents_leave_nothing_at_once():
    """Exponents over four decades: every member is solved, and by the machine code."""
    text = "model wide()\n n = 1; x = 0; x' = 1 - max(x, 0)^n; end"
    model = compile_model(text, ("x",))
    exponents = 0.3 * np.exp(1.5 * np.random.default_rng(0).standard_normal((500, 1)))
    times = np.tile([0.0, 0.3, 60.0], (500, 1))
    solution = solve(model, Table(exponents, np.zeros((500, 1)), (), times))
    assert set(solution.status) == {Status.SOLVED}
    np.testing.assert_allclose(solution["x"][exponents[:, 0] > 0.3, 2], 1.0, rtol=1e-4)


# --- the joined model -----------------------------------------------------------------


@pytest.mark.parametrize("filled", [1e-3, 1.0, 30.0])
def test_the_jacobian_of_the_joined_model_is_that_of_differences(filled):
    """Compiled entries against sixth-order differences of the compiled rates."""
    model = compile_model(joined_text(), ("outcome_ejection_fraction",))
    scalar = scalar_of(model)
    draw = np.random.default_rng(3)
    parameters = np.exp(draw.uniform(-1.0, 1.0, len(model.parameters)))
    constants = scalar.constants(parameters)
    state = filled * np.array(model.scales) * draw.uniform(0.5, 1.5, len(model.states))
    found = scalar.jacobian(state, constants)
    steps = 1e-3 * state
    wanted = np.zeros_like(found)
    for column, step in enumerate(steps):
        for weight, far in ((45.0, 1), (-9.0, 2), (1.0, 3)):
            for sign in (1, -1):
                moved = state.copy()
                moved[column] += sign * far * step
                rates = scalar.rates(moved, constants)
                wanted[:, column] += sign * weight * rates / (60.0 * step)
    # rounding of the rates, over the step, is what differences can't see below
    size = np.abs(found) @ np.abs(state)
    noise = 1e-12 * size[:, None] / steps
    assert np.all(np.abs(found - wanted) <= 1e-7 * np.abs(found) + noise)
    assert np.count_nonzero(found) > 300
