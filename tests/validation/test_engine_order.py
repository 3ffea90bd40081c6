"""Rodas5P: its table, the order that its steps show, and the error that is reached."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from exoheart.engine import Status, Table, compile_model, rodas, solve
from exoheart.engine.program import program_of
from exoheart.engine.rescue import Member, _end, _inside, _stages, _State, by_pivoting

# --- the table ------------------------------------------------------------------------

SIZE = rodas.STAGES


@lru_cache(maxsize=1)
def weights():
    """The method as it is written with matrix products: alpha, beta and b.

    With u = Gamma k, the table holds A = alpha inv(Gamma), C = 1/gamma - inv(Gamma) and
    m = b inv(Gamma), which is its last row of states followed by ones.
    """
    a, c = np.zeros((SIZE, SIZE)), np.zeros((SIZE, SIZE))
    for k in range(SIZE):
        row = rodas.STATE[min(k, len(rodas.STATE) - 1)]
        a[k, : len(row)] = row
        a[k, len(row) : k] = 1.0
        c[k, : len(rodas.SIDE[k])] = rodas.SIDE[k]
    gamma = np.linalg.inv(np.eye(SIZE) / rodas.GAMMA - c)
    end = np.append(rodas.STATE[-1], [1.0] * (SIZE - len(rodas.STATE[-1])))
    return a @ gamma, a @ gamma + gamma, end @ gamma, gamma, end


def trees(size):
    """All rooted trees of so many knots, each as the tuple of its branches."""
    if size == 1:
        return [()]
    found = set()
    waiting = [((), size - 1)]
    while waiting:
        branches, left = waiting.pop()
        if not left:
            found.add(tuple(sorted(branches)))
        for first in range(1, left + 1):
            waiting += [((*branches, one), left - first) for one in trees(first)]
    return sorted(found)


def knots(tree):
    return 1 + sum(map(knots, tree))


def density(tree):
    return knots(tree) * math.prod(map(density, tree))


def elementary(tree):
    """Weights of a tree by stage; single branches feel the Jacobian's part too."""
    alpha, beta, *_ = weights()
    matrix = beta if len(tree) == 1 else alpha
    parts = [matrix @ elementary(branch) for branch in tree]
    return np.prod(parts, axis=0) if parts else np.ones(SIZE)


def misfit(b, order, share=1.0):
    """Largest error of the conditions of one order, at a share of the step."""
    return max(
        abs(b @ elementary(tree) - share**order / density(tree))
        for tree in trees(order)
    )


def test_the_trees_are_all_there():
    """As many conditions as theory counts."""
    assert [len(trees(size)) for size in range(1, 7)] == [1, 1, 2, 4, 9, 20]


@pytest.mark.parametrize("order", [1, 2, 3, 4, 5])
def test_the_step_meets_every_condition_to_order_five(order):
    """Sums over the table, to 1e-12; order six is not met, so this can fail."""
    b = weights()[2]
    assert misfit(b, order) < 1e-12
    assert misfit(b, 6) > 1e-3


@pytest.mark.parametrize("share", [0.0, 0.1, 0.37, 0.5, 0.9, 1.0])
def test_the_dense_output_meets_every_condition_to_order_four(share):
    """At any share of the step; order five only at its ends."""
    _, _, _, gamma, end = weights()
    inner = sum(share**k * np.array(row) for k, row in enumerate(rodas.DENSE))
    b = (share * end + share * (1.0 - share) * inner) @ gamma
    assert max(misfit(b, order, share) for order in (1, 2, 3, 4)) < 1e-12
    assert (misfit(b, 5, share) < 1e-12) == (share in {0.0, 1.0})


def test_the_error_is_that_of_a_method_one_order_lower():
    """The step without its last stage meets order four and not five."""
    _, _, _, gamma, end = weights()
    b = (end - np.eye(SIZE)[-1]) @ gamma
    assert max(misfit(b, order) for order in (1, 2, 3, 4)) < 1e-12
    assert misfit(b, 5) > 1e-3
    assert rodas.ESTIMATE_ORDER == 4


def growth(z):
    """R(z): what one step makes of x' = z x / h."""
    _, beta, b, *_ = weights()
    return 1.0 + z * (b @ np.linalg.solve(np.eye(SIZE) - z * beta, np.ones(SIZE)))


def test_stiff_parts_die_at_once_and_oscillations_never_grow():
    """L-stable: |R| falls like 1/|z| to nothing; A-stable: |R(iy)| <= 1."""
    far = [abs(growth(-(10.0**k))) * 10.0**k for k in range(4, 10)]
    assert max(far) < 20.0
    y = np.concatenate([np.linspace(0.01, 60.0, 3000), np.logspace(2, 6, 200)])
    assert max(abs(growth(1j * one)) for one in y) <= 1.0 + 1e-12
    left = [growth(-x + 1j * one) for x in (0.1, 1.0, 10.0) for one in y[::10]]
    assert max(map(abs, left)) <= 1.0


def test_the_method_ends_on_its_last_stage():
    """Stiffly accurate: the weights are the last row, whose stage lies at the end."""
    alpha, beta, b, *_ = weights()
    np.testing.assert_allclose(beta[-1], b, atol=1e-12)
    np.testing.assert_allclose(alpha[-2:].sum(axis=1), 1.0, atol=1e-12)


# --- the order that is seen -----------------------------------------------------------

#: Kaps' problem with its stiffness at 1: u = exp(-2 t), w = exp(-t); not linear.
KAPS = """
model kaps()
  e = 1; u = 1; w = 1; u' = -(1 / e + 2) * u + w * w / e; w' = u - w * (1 + w);
end
"""


def kaps(times):
    model = compile_model(KAPS, ("u", "w"))
    parameters = np.array([[1.0]])
    return model, Table(parameters, model.initial(parameters), (), np.array([times]))


def fixed_steps(count):
    """Error at the end and inside the steps of `count` equal ones over an hour."""
    model, members = kaps([0.0, 1.0])
    member = Member.of(model, members.block(0, 1), 0, (1e-9, 1e-9))
    powers = np.array([{"u": 2.0, "w": 1.0}[id_] for id_ in model.states])
    state, step, inside = _State(member, 0.0), 1.0 / count, 0.0
    for k in range(count):
        stages = _stages(state, step)
        after = _end(state.values, stages)
        for share in (0.25, 0.5, 0.75):
            found = _inside(state.values, after, stages, share)
            exact = np.exp(-powers * (k + share) * step)
            inside = max(inside, np.max(np.abs(found - exact)))
        state.values = after
    return np.max(np.abs(state.values - np.exp(-powers))), inside


def test_halved_steps_show_order_five_and_dense_output_of_order_four():
    """Over four halvings of the step; a fourth-order output errs as h^5 in a step."""
    errors = np.array([fixed_steps(count) for count in (4, 8, 16, 32, 64)])
    at_end, inside = np.log2(errors[:-1] / errors[1:]).T
    assert np.all(at_end > 4.7)
    assert at_end[-1] == pytest.approx(5.0, abs=0.1)
    assert np.all(inside > 4.4)
    assert inside[-1] == pytest.approx(5.0, abs=0.2)


def test_the_machine_code_takes_these_steps_on_a_problem_that_is_not_linear():
    """Rates at all stages: the curve of the NumPy form to 1e-12."""
    model, members = kaps(np.linspace(0.0, 3.0, 50))
    found = program_of(model).solve(members.block(0, 1)).values[0]
    one = Member.of(model, members.block(0, 1), 0, (1e-9, 1e-9))
    np.testing.assert_allclose(by_pivoting(one, 1e-6), found, rtol=1e-12, atol=1e-14)


# --- the error that is reached --------------------------------------------------------

PREDATORS = """
model predators()
  a = 1.1; b = 0.4; g = 0.4; d = 0.1; u = 10; w = 5;
  u' = a * u - b * u * w; w' = d * u * w - g * w;
end
"""
ROBERTSON = """
model robertson()
  compartment c; c = 1; k1 = 0.04; k2 = 1e4; k3 = 3e7; A = 1; B = 0; C = 0;
  substanceOnly species A in c; // scale 1: first
  substanceOnly species B in c; // scale 1e-5: fast
  substanceOnly species C in c; // scale 1: last
  A -> B; k1 * A; B -> A; k2 * B * C; B -> C; k3 * B * B;
end
"""


def predators(_, y):
    return [1.1 * y[0] - 0.4 * y[0] * y[1], 0.1 * y[0] * y[1] - 0.4 * y[1]]


def robertson(_, y):
    first, back, on = 0.04 * y[0], 1e4 * y[1] * y[2], 3e7 * y[1] ** 2
    return [back - first, first - back - on, on]


def robertson_slope(_, y):
    first = [-0.04, 1e4 * y[2], 1e4 * y[1]]
    last = [0.0, 6e7 * y[1], 0.0]
    return [first, [-a - b for a, b in zip(first, last, strict=True)], last]


@lru_cache(maxsize=2)
def exact(name):
    """Sample times and states by SciPy at 1e-12 or finer."""
    if name == "predators":
        times = np.linspace(0.5, 20.0, 40)
        settings = {"method": "DOP853", "rtol": 1e-13, "atol": 1e-14}
        return times, solve_ivp(predators, (0, 20), [10, 5], t_eval=times, **settings).y
    times = np.array([0.4, 4.0, 40.0, 400.0, 4e3, 1e4])
    settings = {"method": "Radau", "rtol": 1e-12, "atol": 1e-20, "jac": robertson_slope}
    found = solve_ivp(robertson, (0, 1e4), [1, 0, 0], t_eval=times, **settings)
    return times, found.y


def error(name, rtol):
    """Largest relative error of any state at any sample, and the steps."""
    text, ids = {
        "predators": (PREDATORS, ("u", "w")),
        "robertson": (ROBERTSON, ("A", "B", "C")),
    }[name]
    model = compile_model(text, ids)
    values = {"a": 1.1, "b": 0.4, "g": 0.4, "d": 0.1, "k1": 0.04, "k2": 1e4, "k3": 3e7}
    parameters = np.array([[values[id_] for id_ in model.parameters]])
    times, wanted = exact(name)
    samples = np.append(0.0, times)[None]
    members = Table(parameters, model.initial(parameters), (), samples)
    solution = solve(model, members, rtol=rtol, absolute=1e-3 * rtol)
    assert solution.status[0] == Status.SOLVED
    return np.max(np.abs(solution.values[0, 1:].T / wanted - 1.0)), solution.steps[0]


@pytest.mark.parametrize("name", ["predators", "robertson"])
@pytest.mark.parametrize("rtol", [1e-4, 1e-6, 1e-8])
def test_the_error_reached_is_within_twenty_times_the_tolerance(name, rtol):
    """Two turns of an oscillator, and stiff chemistry for ten thousand hours."""
    found, steps = error(name, rtol)
    assert found < 20.0 * rtol
    assert steps < 600


@pytest.mark.parametrize("name", ["predators", "robertson"])
def test_the_error_falls_with_the_tolerance(name):
    """By three decades at least where the tolerance falls by four."""
    loose, fine = error(name, 1e-4), error(name, 1e-8)
    assert fine[0] < 1e-3 * loose[0]
    assert fine[1] > loose[1]
    assert loose[0] > 1e-7
