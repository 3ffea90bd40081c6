"""Vectors, emission and kernels: accurate, plain, the same for every lane width."""

from __future__ import annotations

import hashlib
import math
import os
import re
import subprocess
import sys
from fractions import Fraction
from functools import lru_cache

import numpy as np
import pytest
from engine_code import WIDTHS, compiled, of_nodes
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from test_engine_graph import ARITHMETIC, COMPARISONS, LEAF, VALUES, build, meant

from exoheart.engine import compile_model
from exoheart.engine.driver import driver_module
from exoheart.engine.emit import LIBRARY
from exoheart.engine.graph import BINARY, UNARY, Graph, evaluate
from exoheart.engine.kernels import Kernels
from exoheart.engine.native import machine
from exoheart.therapy.model import joined_text

#: Distance of a number from the next one, relative.
ULP = 2.0**-52
#: More digits than a double, where the machine has them.
LONG = np.longdouble
TINY = 2.0**-1022
#: Numbers of every size that a double has, the smallest not included.
WIDE = 2.0 ** np.random.default_rng(7).uniform(-1021.0, 1023.0, 40_000)
BESIDE_ONE = 1.0 + np.random.default_rng(8).uniform(-0.5, 1.0, 40_000) ** 5


def drawn(low, high, count=40_000, seed=9):
    """Numbers between two bounds, the same at every start."""
    return np.random.default_rng(seed).uniform(low, high, count)


def off(found, exact):
    """Relative error in ulps."""
    exact = np.asarray(exact, dtype=LONG)
    size = np.where(exact == 0.0, LONG(TINY), np.abs(exact))
    return np.abs(np.asarray(found, dtype=LONG) - exact) / size / ULP


@lru_cache(maxsize=8)
def exp2(width=8):
    return compiled(lambda lines, x: [lines.exp2(x)], 1, width)


@lru_cache(maxsize=8)
def log2(width=8):
    return compiled(lambda lines, x: [lines.log2(x)], 1, width)


@lru_cache(maxsize=16)
def function(name, width=8):
    """One operation as it is emitted; the base of a power counts as not below zero."""
    graph = Graph()
    if name == "pow":
        base = graph.binary("max", graph.number(0.0), graph.state(0))
        node = graph.pow(base, graph.state(1))
    else:
        node = graph.unary(name, graph.state(0))
    call = of_nodes(graph, [node], width)

    def on(*arrays):
        arrays = [np.asarray(array, dtype=float) for array in arrays]
        return call(lambda _, k: arrays[k], len(arrays[0]))[0]

    return on


# --- accuracy -------------------------------------------------------------------------


def test_exp2_is_right_to_one_ulp_over_all_doubles():
    """From the smallest normal number to the largest."""
    x = np.concatenate([drawn(-1022, 1024), drawn(-1, 1)])
    assert np.max(off(exp2()(x)[0], np.exp2(x.astype(LONG)))) < 1.0


def test_log2_is_right_to_two_ulps_over_all_doubles_and_beside_one():
    """Relative to the logarithm itself, also where that nears zero."""
    x = np.concatenate([WIDE, BESIDE_ONE])
    assert np.max(off(log2()(x)[0], np.log2(x.astype(LONG)))) < 2.0


@pytest.mark.parametrize(
    ("decades", "reached"), [(1, 4e-15), (3, 1.5e-14), (12, 6e-14)]
)
def test_powers_reach_the_error_that_their_range_allows(decades, reached):
    """Exponents to 8: 4e-15 for bases 0.1 to 10, 6e-14 over twelve decades each way."""
    base = 10.0 ** drawn(-decades, decades)
    exponent = drawn(-8.0, 8.0, seed=10)
    exact = np.power(base.astype(LONG), exponent.astype(LONG))
    error = off(function("pow")(base, exponent), exact)
    assert np.max(error) * ULP < reached
    # one rounding of n log2 x, whose whole part is the number of doublings
    assert np.max(error / (1.0 + np.abs(exponent * np.log2(base)))) < 1.5


def test_exp_and_log_err_by_the_rounding_of_their_argument():
    """exp: an ulp for each doubling; log: three ulps, beside one too."""
    x = drawn(-700.0, 700.0)
    error = off(function("exp")(x), np.exp(x.astype(LONG)))
    assert np.max(error / (1.0 + np.abs(x) / math.log(2.0))) < 1.5
    y = np.concatenate([WIDE, BESIDE_ONE])
    assert np.max(off(function("log")(y), np.log(y.astype(LONG)))) < 3.0


@pytest.mark.parametrize("name", sorted(LIBRARY))
def test_functions_of_the_library_reach_it(name):
    """Lane by lane through the C library: NumPy's value to four ulps."""
    x = drawn(0.05, 0.95) + (1.0 if name == "acosh" else 0.0)
    assert np.max(off(function(name)(x), UNARY[name](x))) < 4.0


def test_power_of_a_base_that_may_be_negative_is_the_librarys():
    """Whole powers of negative numbers have their sign; others are no numbers."""
    graph = Graph()
    call = of_nodes(graph, [graph.pow(graph.state(0), graph.state(1))])
    columns = (np.array([-2.0, -2.0, -2.0, 2.0]), np.array([3.0, -2.0, 0.5, 0.5]))
    found = call(lambda _, k: columns[k], 4)[0]
    np.testing.assert_allclose(found, [-8.0, 0.25, math.nan, math.sqrt(2)], rtol=1e-15)


# --- edges ----------------------------------------------------------------------------


def test_exp2_at_its_edges():
    """Exact at whole numbers; infinite above, next to nothing below."""
    whole = np.arange(-1022.0, 1024.0)
    np.testing.assert_array_equal(exp2()(whole)[0], np.ldexp(1.0, whole.astype(int)))
    found = exp2()(np.array([1024.0, 1e300, math.inf, math.nan, 0.0, -0.0]))[0]
    np.testing.assert_array_equal(found, [math.inf, math.inf, math.inf, math.nan, 1, 1])
    below = exp2()(np.array([-1100.0, -1e300, -math.inf]))[0]
    assert np.all((below >= 0.0) & (below < TINY))


def test_log2_at_its_edges():
    """Exact at powers of two; nothing, and less, counts as the smallest normal."""
    whole = np.arange(-1022, 1024)
    np.testing.assert_array_equal(log2()(np.ldexp(1.0, whole))[0], whole)
    found = log2()(np.array([0.0, 5e-324, TINY, -1.0, -math.inf, 1.0, math.inf]))[0]
    np.testing.assert_array_equal(found, [-1022] * 5 + [0.0, math.inf])


def test_what_is_no_number_stays_so_through_every_function():
    """Logarithm, exponential and power give no finite number for what is none."""
    nan, one = np.array([math.nan]), np.array([1.5])
    found = {
        "log2": log2()(nan)[0],
        "exp2": exp2()(nan)[0],
        **{name: function(name)(nan) for name in ("exp", "log", "sqrt", "abs")},
        "base": function("pow")(nan, one),
        "exponent": function("pow")(one, nan),
    }
    assert [name for name, value in found.items() if not np.isnan(value[0])] == []


def test_powers_and_logarithms_at_their_edges():
    """0^n is next to nothing, x^0 is 1, logarithms of less than 0 are no numbers."""
    base, exponent = np.array([0.0, 0.0, 0.0, 3.0]), np.array([0.3, 1.0, 0.0, 0.0])
    found = function("pow")(base, exponent)
    np.testing.assert_allclose(found, [0.0, 0.0, 1.0, 1.0], atol=1e-90)
    logs = function("log")(np.array([-1.0, -math.inf, math.inf, 1.0]))
    np.testing.assert_array_equal(logs, [math.nan, math.nan, math.inf, 0.0])


@pytest.mark.parametrize("name", ["exp", "log", "pow", "sin", "tanh"])
def test_every_lane_width_gives_the_same_bits(name):
    """One, two, four and eight lanes, over all sizes and the odd ones out."""
    odd = [0.0, -0.0, 5e-324, TINY, math.inf, math.nan, -1.0]
    x = np.concatenate([odd, WIDE[:5000], drawn(-50, 50, 5000)])
    y = drawn(-8.0, 8.0, len(x), seed=10)
    first, *others = (function(name, width)(x, y) for width in WIDTHS)
    for other in others:
        np.testing.assert_array_equal(other.view(np.int64), first.view(np.int64))


# --- emission -------------------------------------------------------------------------

EXACT = st.recursive(
    LEAF,
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(ARITHMETIC), inner, inner),
        st.tuples(st.sampled_from(["neg", "abs", "sqrt", "floor", "ceil"]), inner),
        st.tuples(
            st.just("select"),
            st.one_of(
                st.tuples(st.sampled_from(COMPARISONS), inner, inner),
                st.tuples(
                    st.sampled_from(["and", "or", "xor"]),
                    st.tuples(st.sampled_from(COMPARISONS), inner, inner),
                    st.tuples(st.just("not"), st.tuples(st.just("lt"), inner, inner)),
                ),
            ),
            inner,
            inner,
        ),
    ),
    max_leaves=14,
)


@settings(
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.filter_too_much],
)
@given(EXACT, st.lists(st.tuples(VALUES, VALUES, VALUES, VALUES), min_size=1))
def test_without_fused_operations_formulas_are_numpys_bit_for_bit(formula, points):
    """No product is joined with a sum, nothing reordered, no division rounded twice."""
    graph = Graph()
    node = build(graph, formula)
    keys = [("state", 0), ("state", 1), ("parameter", 0), ("time", 0)]
    by_key = [dict(zip(keys, point, strict=True)) for point in points]
    finite = [[*p.values()] for p in by_key if math.isfinite(meant(formula, p))]
    assume(finite)
    columns = dict(zip(keys, np.array(finite).T, strict=True))

    def leaves(kind, k):
        return columns[kind, k]

    (want,) = evaluate(graph, [node], leaves)
    found = of_nodes(graph, [node], fused=False)(leaves, len(finite))[0]
    assume(np.all(np.isfinite(want)))
    np.testing.assert_array_equal(found, want)


@pytest.mark.parametrize("sign", ["add", "sub"])
def test_a_product_used_once_is_joined_with_its_sum(sign):
    """a b + c and c - a b are rounded once where the machine can, else twice."""
    if not machine().fused:
        pytest.skip("this machine has no fused multiply-add")
    graph = Graph()
    a, b, c = (graph.state(k) for k in range(3))
    node = graph.binary(sign, c, graph.mul(a, b))
    x = np.array([1.0 + ULP, 1.0 - ULP, 1.0 if sign == "sub" else -1.0])
    found = of_nodes(graph, [node])(lambda _, k: x[k], 1)[0, 0]
    one, other, third = (Fraction(value) for value in x.tolist())
    product = one * other if sign == "add" else -one * other
    assert found == float(third + product) == x[2] * ULP**2
    assert x[2] + float(product) == 0.0


def test_logical_operations_are_numpys():
    """Truths of numbers, none of which is only 0 or 1."""
    values = np.array([[0.0, 2.0, 0.0, -1.0, 1.0], [0.0, 0.0, 3.0, 0.5, 1.0]])
    graph = Graph()
    a, b = graph.state(0), graph.state(1)
    names = ("and", "or", "xor", "lt", "le", "eq")
    nodes = [graph.binary(name, a, b) for name in names]
    found = of_nodes(graph, [*nodes, graph.unary("not", a)])(lambda _, k: values[k], 5)
    wanted = [*(BINARY[name](*values) for name in names), np.logical_not(values[0])]
    np.testing.assert_array_equal(found, np.array(wanted, dtype=float))


# --- the text -------------------------------------------------------------------------

TOY = """
model toy()
  compartment c; c = 1; species A in c, B in c; A = 1; B = 0; n = 2; k = 1; time0 = 0;
  A -> B; k * max(A, 0)^n / (1 + max(A, 0)^n); w = 1; w' = exp(-w) - time * k / w;
end
"""


def model(name):
    """The toy, or the joined model with two of its outcomes."""
    if name == "toy":
        return compile_model(TOY, ("A", "B", "w"))
    observables = ("outcome_ejection_fraction", "outcome_infarct_area_at_risk")
    return compile_model(joined_text(), observables)


def text_of(name):
    """All text that the machine code of a model is made from."""
    made = model(name)
    kernels = Kernels(made.system, [made.system.values[o] for o in made.observables])
    loops = str(driver_module(kernels.layout, 4))
    return kernels.text(4, True) + kernels.jacobian_text(4, True) + loops


@pytest.mark.parametrize("name", ["toy", "joined"])
def test_no_operation_may_be_rounded_or_ordered_as_the_compiler_likes(name):
    """No flag of fast arithmetic anywhere, and quotients are true divisions."""
    text = text_of(name)
    flags = r"\b(fast|contract|reassoc|arcp|afn|nsz|nnan|ninf|unsafe-fp-math)\b"
    assert re.findall(flags, text) == []
    assert "fdiv" in text
    assert not re.search(r"rcp|fmuladd", text)


def digests():
    """Hashes of the text of both models, on one line."""
    texts = (text_of(name).encode() for name in ("toy", "joined"))
    return " ".join(hashlib.sha256(text).hexdigest() for text in texts)


def test_the_text_is_the_same_in_every_process():
    """Whatever order a process gives its sets: a layout holds for every start."""
    found = set()
    for seed in ("1", "2"):
        told = subprocess.run(
            [
                sys.executable,
                "-c",
                "import test_engine_kernels as t; print(t.digests())",
            ],
            env={**os.environ, "PYTHONHASHSEED": seed, "EXOHEART_CACHE": ""},
            cwd=os.path.dirname(__file__),
            capture_output=True,
            text=True,
            check=True,
        )
        found.add(told.stdout.strip())
    assert found == {digests()}
