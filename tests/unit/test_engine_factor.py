"""LU factors: the right solution, a small pattern, the same in any order."""

from __future__ import annotations

import numpy as np
import pytest
from engine_code import WIDTHS
from hypothesis import given, settings
from hypothesis import strategies as st

from exoheart.engine.factor import factorise
from exoheart.engine.graph import Graph
from exoheart.engine.kernels import Kernels
from exoheart.engine.native import Library, aligned, machine, mark_text, object_code
from exoheart.engine.system import System


@st.composite
def patterns(draw):
    """Size and non-zeros of a sparse matrix."""
    size = draw(st.integers(1, 12))
    place = st.integers(0, size - 1)
    return size, draw(st.sets(st.tuples(place, place), max_size=3 * size))


def dominant(size, entries, seed):
    """A matrix J of such a pattern with which s I - J is well solvable for s > 0."""
    matrix = np.zeros((size, size))
    draw = np.random.default_rng(seed)
    for row, column in sorted(entries):
        matrix[row, column] = draw.uniform(-1.0, 1.0)
    return matrix - np.diag(np.sum(np.abs(matrix), axis=1))


def by_pattern(matrix, right):
    """Solve with the factors' pattern alone: what lies outside it is never touched."""
    size = len(right)
    factors = factorise(zip(*np.nonzero(matrix), strict=True), size)
    held = {entry: matrix[entry] for entry in factors.position}
    turns = list(zip(factors.order, factors.eliminated, strict=True))
    values = right.copy()
    for pivot, (below, columns) in turns:
        for row in below:
            held[row, pivot] /= held[pivot, pivot]
            values[row] -= held[row, pivot] * values[pivot]
            for column in columns:
                held[row, column] -= held[row, pivot] * held[pivot, column]
    for pivot, (_, columns) in reversed(turns):
        values[pivot] -= sum(held[pivot, c] * values[c] for c in columns)
        values[pivot] /= held[pivot, pivot]
    return values


@settings(deadline=None)
@given(patterns(), st.integers(0, 99))
def test_the_pattern_holds_all_that_a_solution_needs(pattern, seed):
    """Elimination inside it gives the dense solver's answer to 1e-12."""
    matrix = np.eye(pattern[0]) - dominant(*pattern, seed)
    right = np.random.default_rng(seed + 1).standard_normal(pattern[0])
    found = by_pattern(matrix, right)
    np.testing.assert_allclose(
        found, np.linalg.solve(matrix, right), rtol=0, atol=1e-12
    )


@settings(deadline=None)
@given(patterns(), st.randoms(use_true_random=False))
def test_the_factors_are_the_same_whatever_the_order_of_entries(pattern, random):
    """Turned, shuffled and repeated entries give the same record."""
    size, entries = pattern
    shuffled = [*entries, *entries]
    random.shuffle(shuffled)
    first = factorise(sorted(entries), size)
    again = factorise(shuffled, size)
    assert again == first
    assert list(again.position) == list(first.position)


@settings(deadline=None)
@given(patterns())
def test_each_row_is_eliminated_once_and_each_place_is_taken_once(pattern):
    """Every entry keeps a place, the diagonal too; places are those of one array."""
    size, entries = pattern
    factors = factorise(entries, size)
    assert sorted(factors.order) == list(range(size))
    assert {*entries, *((k, k) for k in range(size))} <= set(factors.position)
    assert sorted(factors.position.values()) == list(range(len(factors.position)))
    assert factors.operations == sum(
        len(rows) * (1 + len(columns)) for rows, columns in factors.eliminated
    )


@settings(deadline=None)
@given(patterns(), st.integers(0, 99))
def test_states_in_another_order_have_the_same_solution(pattern, seed):
    """Renumbered, the matrix solves to the same numbers, to 1e-12."""
    matrix = np.eye(pattern[0]) - dominant(*pattern, seed)
    draw = np.random.default_rng(seed)
    right, turn = draw.standard_normal(pattern[0]), draw.permutation(pattern[0])
    found = by_pattern(matrix[np.ix_(turn, turn)], right[turn])
    np.testing.assert_allclose(
        found, by_pattern(matrix, right)[turn], rtol=0, atol=1e-12
    )


@pytest.mark.parametrize("size", [2, 9, 40])
def test_what_needs_no_fill_gets_none(size):
    """Chains, trees and stars, wherever their centre stands."""
    chain = {(k, k + 1) for k in range(size - 1)}
    star = {(size // 2, k) for k in range(size)} - {(size // 2, size // 2)}
    tree = {(k, (k - 1) // 2) for k in range(1, size)}
    for half in (chain, star, tree):
        entries = half | {(b, a) for a, b in half}
        assert len(factorise(entries, size).position) == size + len(entries)


# --- the machine code -----------------------------------------------------------------


def linear(size, entries):
    """A system x' = J x whose entries are its parameters."""
    graph = Graph()
    ordered = sorted(entries)
    rates = [graph.number(0.0)] * size
    for k, (row, column) in enumerate(ordered):
        term = graph.mul(graph.parameter(k), graph.state(column))
        rates[row] = graph.add(rates[row], term)
    return System(
        graph=graph,
        states=tuple(f"x{k}" for k in range(size)),
        parameters=tuple(f"p{k}" for k in range(len(ordered))),
        rates=tuple(rates),
        values={},
        starts=(graph.number(0.0),) * size,
        defaults=(graph.number(0.0),) * len(ordered),
        amounts=frozenset(),
    )


def by_machine(matrices, entries, right, scale):
    """Solve (s I - J) x = b with compiled factors, one matrix a lane."""
    size, width = len(right), len(matrices)
    kernels = Kernels(linear(size, entries), [])
    which = machine(width)
    code = object_code(kernels.text(width, which.fused) + mark_text(0), which)
    library = Library(code, {"prepare": 1, "linearise": 5, "backsolve": 2})
    layout = kernels.layout
    spaces = [
        aligned(count * width).reshape(count, width)
        for count in (layout.constants, size, 1, size, layout.factors)
    ]
    constants, state, scales, values, factors = spaces
    for lane, matrix in enumerate(matrices):
        constants[: len(entries), lane] = [matrix[entry] for entry in sorted(entries)]
    scales[:], state[:] = scale, 1.0
    library["prepare"](constants.ctypes.data)
    addresses = (one.ctypes.data for one in (state, constants, scales, values, factors))
    library["linearise"](*addresses)
    rates = values.copy()
    values[:] = right[:, None]
    library["backsolve"](factors.ctypes.data, values.ctypes.data)
    return values.T, rates.T


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(("size", "density"), [(1, 1.0), (6, 0.4), (40, 0.08)])
def test_compiled_factors_solve_random_matrices(size, density, width):
    """One matrix a lane, each to 1e-12 of the dense solver's answer."""
    draw = np.random.default_rng(size)
    entries = {(k, k) for k in range(size)}
    entries |= set(zip(*np.nonzero(draw.random((size, size)) < density), strict=True))
    matrices = [dominant(size, entries, seed) for seed in range(width)]
    right, scale = draw.standard_normal(size), 0.7
    found, rates = by_machine(matrices, entries, right, scale)
    for lane, matrix in enumerate(matrices):
        wanted = np.linalg.solve(scale * np.eye(size) - matrix, right)
        np.testing.assert_allclose(found[lane], wanted, rtol=0, atol=1e-12)
        np.testing.assert_allclose(rates[lane], matrix.sum(axis=1), rtol=0, atol=1e-12)


def test_a_lane_that_can_not_be_solved_leaves_the_others_alone():
    """A pivot of exactly zero in one lane: the bits of the rest stay."""
    entries = {(0, 0), (0, 1), (1, 0), (1, 1)}
    matrices = [dominant(2, entries, seed) for seed in range(4)]
    right = np.array([1.0, 2.0])
    usual, _ = by_machine(matrices, entries, right, 0.5)
    broken = [*matrices]
    broken[2] = np.array([[0.5, 1.0], [1.0, 0.5]])
    found, _ = by_machine(broken, entries, right, 0.5)
    assert not np.all(np.isfinite(found[2]))
    others = [0, 1, 3]
    np.testing.assert_array_equal(found[others], usual[others])
