"""The joined model against other engines, and small models against closed forms."""

from __future__ import annotations

import math
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
from scipy.special import gammainc

from exoheart.engine import Action, Status, Table, compile_model, solve
from exoheart.engine.ensemble import BlockSolver
from exoheart.engine.program import program_of
from exoheart.engine.rescue import Member, by_radau
from exoheart.engine.schedule import excess_of
from exoheart.prediction import simulate
from exoheart.study import load_study

EXAMPLES = Path(__file__).parents[2] / "examples"
STUDIES = ("pig_reperfused_infarct", "mouse_tail_vein")
#: Both in percent; a millionth of a percent is nothing.
ENDPOINTS = ("outcome_infarct_area_at_risk", "outcome_ejection_fraction")


@lru_cache(maxsize=4)
def cohort(name, members):
    """The joined model's members of an example: every arm that is solved."""
    return simulate(load_study(EXAMPLES / f"{name}.toml"), members=members).cohort


@lru_cache(maxsize=4)
def usual(name, members):
    """The cohort as one block, solved as usual, shape (member, sample, observable)."""
    block = cohort(name, members).block(0, len(cohort(name, members)))
    values, outcomes = BlockSolver(cohort(name, members).model).solve(block)
    assert not outcomes.messages
    return block, values


def endpoints(name, members, values):
    """Endpoints by arm, shape (arm, member, sample, endpoint), after the onset."""
    model, block = cohort(name, members).model, usual(name, members)[0]
    late = block.sample_times[0] > 0.0
    columns = [model.observables.index(id_) for id_ in ENDPOINTS]
    chosen = values[:, late][:, :, columns]
    count = cohort(name, members).size.members
    return chosen.reshape(-1, count, *chosen.shape[1:])


@pytest.mark.parametrize(
    "name", [pytest.param(STUDIES[0], marks=pytest.mark.slow), STUDIES[1]]
)
def test_medians_of_endpoints_are_those_of_libroadrunner(name):
    """CVODE at 1e-10: every arm at every sample, and each animal, within 1e-5."""
    pytest.importorskip("roadrunner")
    from exoheart.engine.roadrunner import RoadRunnerSolver

    members = 32
    block, values = usual(name, members)
    solver = RoadRunnerSolver(cohort(name, members).model, 1e-10)
    reference, outcomes = solver.solve(block)
    assert not outcomes.messages
    found = endpoints(name, members, values)
    wanted = endpoints(name, members, reference)
    medians = np.median(wanted, axis=1)
    assert np.all(medians[:, -1] > 1.0)
    np.testing.assert_allclose(np.median(found, axis=1), medians, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("name", STUDIES)
def test_two_treated_animals_are_those_of_radau(name):
    """SciPy's Radau at 1e-9: endpoints at every sample within 1e-5."""
    members = 8
    block, values = usual(name, members)
    model = cohort(name, members).model
    excess = excess_of(model, block)
    found = endpoints(name, members, values)
    for arm, number in ((1, 0), (len(found) - 1, 5)):
        row = arm * found.shape[1] + number
        one = Member.of(model, block, row, (1e-11, 1e-11 * float(excess[row])))
        whole = np.broadcast_to(by_radau(one, 1e-9), values.shape)
        wanted = endpoints(name, members, whole)[0, 0]
        np.testing.assert_allclose(found[arm, number], wanted, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", STUDIES)
@pytest.mark.parametrize("rtol", [1e-4, 1e-6, 1e-8])
def test_the_error_of_the_joined_model_falls_with_the_tolerance(name, rtol):
    """Endpoints, and 99 of 100 courses of all else, within twenty tolerances.

    Against the same at 1e-11. Relative to a value, or to a thousandth of the largest
    of its course. What leaves a depot within minutes may be further off for moments.
    """
    model, (block, _) = cohort(name, 8).model, usual(name, 8)
    exact = program_of(model).solve(block, 1e-11, 1e-14).values
    found = program_of(model).solve(block, rtol, 1e-3 * rtol).values
    most = np.abs(exact).max(axis=1, keepdims=True)
    size = np.where(most == 0.0, 1.0, np.abs(exact) + 1e-3 * most)
    worst = np.max(np.abs(found - exact) / size, axis=1)
    columns = [model.observables.index(id_) for id_ in ENDPOINTS]
    assert np.max(worst[:, columns]) < 20.0 * rtol
    assert np.quantile(worst, 0.99) < 20.0 * rtol
    assert np.max(worst) > 1e-3 * rtol


# --- closed forms ---------------------------------------------------------------------


def run(text, observables, times, schedule=(), **values):
    """Solve one member; by observable, shape (time,)."""
    model = compile_model(text, observables)
    parameters = np.array([[float(values[id_]) for id_ in model.parameters]])
    parameters = parameters.reshape(1, len(model.parameters))
    samples = np.array([times], dtype=float)
    members = Table(parameters, model.initial(parameters), tuple(schedule), samples)
    solution = solve(model, members, rtol=1e-8)
    assert solution.status[0] == Status.SOLVED
    return {id_: solution[id_][0] for id_ in observables}


def test_a_rate_that_asks_for_the_time_follows_its_closed_form():
    """x' = -x cos(t): x = exp(-sin t), across a dose and from before zero."""
    text = "model clock()\n k = 1; x = 1; x' = -k * x * cos(time); s := k * time^2; end"
    times = np.array([-1.0, 0.0, 2.0, 2.5, 9.0])
    doubled = (Action(0, 2.0, "set", "x", 3.0),)
    found = run(text, ("x", "s"), times, doubled, k=1.0)
    wanted = np.exp(math.sin(-1.0) - np.sin(times))
    wanted[3:] = 3.0 * np.exp(math.sin(2.0) - np.sin(times[3:]))
    np.testing.assert_allclose(found["x"], wanted, rtol=1e-6)
    np.testing.assert_allclose(found["s"], times**2, rtol=1e-12)


@pytest.mark.parametrize(("rule", "power"), [("p * 2", 0), ("p * 2 * time", 1)])
def test_a_model_without_states_gives_what_its_parameters_and_the_time_say(rule, power):
    """Also when a parameter changes on the way: first the value before."""
    times = np.array([0.0, 1.0, 3.0, 5.0])
    change = (Action(0, 3.0, "set", "p", 10.0),)
    text = f"model still()\n p = 1; q := {rule}; end"
    found = run(text, ("q", "p"), times, change, p=4.0)
    np.testing.assert_array_equal(found["p"], [4.0, 4.0, 4.0, 10.0])
    np.testing.assert_allclose(found["q"], 2.0 * found["p"] * times**power, rtol=1e-12)


def test_a_chain_of_130_states_passes_on_what_it_was_given():
    """Equal rates: a gamma distribution of times; everything arrives in the end."""
    count, rate = 130, 2.0
    chain = [f"species S{k} in c; S{k} = 0;" for k in range(count)]
    chain += [f"S{k} -> S{k + 1}; k * S{k};" for k in range(count - 1)]
    text = "model chain()\n compartment c; c = 1; k = 1;\n" + "\n".join(chain) + "\nend"
    times = np.array([0.0, 10.0, 40.0, 60.0, 65.0, 80.0, 200.0])
    dose = (Action(0, 0.0, "add", "S0", 5.0),)
    found = run(text, ("S0", f"S{count - 1}"), times, dose, k=rate)
    arrived = 5.0 * gammainc(count - 1, rate * times)
    np.testing.assert_allclose(found[f"S{count - 1}"], arrived, rtol=1e-6, atol=1e-8)
    wanted = np.where(times > 0.0, 5.0 * np.exp(-rate * times), 0.0)
    np.testing.assert_allclose(found["S0"], wanted, rtol=1e-6, atol=1e-8)


def test_a_concentration_is_an_amount_over_its_compartment():
    """2.5 L: doses are amounts; symbols, laws and what is read are concentrations."""
    text = """
      model volumes()
      compartment c; c = 2.5; species A in c, B in c; A = 4; B = 0;
      k = 1; v = 1; A -> B; c * k * A; B -> ; c * v * B / (1 + B);
      amount := A * c;
      end
    """
    times = np.array([0.0, 0.5, 1.0, 1.5, 3.0])
    rows = (
        Action(0, 0.5, "add", "A", 5.0),
        Action(0, 1.0, "rate", "A", 1.25),
        Action(0, 1.5, "rate", "A", 0.0),
        Action(0, 1.5, "set", "A", 10.0),
    )
    k = 0.8
    found = run(text, ("A", "B", "amount"), times, rows, k=k, v=0.0)
    half, quarter = math.exp(-k * 0.5), math.exp(-k * 1.5)
    dosed = 4.0 * half + 5.0 / 2.5
    before = dosed * half * half + 0.5 / k * (1.0 - half)
    wanted = [4.0, 4.0 * half, dosed * half, before, 4.0 * quarter]
    np.testing.assert_allclose(found["A"], wanted, rtol=1e-6)
    np.testing.assert_allclose(found["amount"], 2.5 * found["A"], rtol=1e-14)
    # what left A by the law is in B: all that was given, less what A holds or lost
    given = np.array([4.0, 4.0, 4.0 + 2.0, 4.0 + 2.0 + 0.25])
    np.testing.assert_allclose(found["B"][:4], given - found["A"][:4], rtol=1e-6)


def test_a_saturable_loss_from_a_large_compartment_follows_its_implicit_form():
    """Michaelis and Menten in 2.5 L: C - C0 + K ln(C/C0) = -v t, at every sample."""
    text = """
      model saturable()
      compartment c; c = 2.5; species A in c; A = 6; v = 1; half = 1;
      A -> ; c * v * A / (half + A);
      end
    """
    times = np.array([0.0, 0.1, 2.0, 6.0, 12.0])
    found = run(text, ("A",), times, v=0.9, half=0.7)["A"]
    left = found - 6.0 + 0.7 * np.log(found / 6.0)
    np.testing.assert_allclose(left, -0.9 * times, atol=1e-6)
