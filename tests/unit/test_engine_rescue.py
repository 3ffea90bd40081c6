"""Members in trouble: told apart, solved in another way or failed, never dropped."""

from __future__ import annotations

import math

import numpy as np
import pytest

from exoheart.engine import (
    Action,
    Status,
    Table,
    compile_model,
    ensemble,
    program,
    rescue,
    rodas,
    solve,
    task,
)
from exoheart.engine.ensemble import BlockSolver
from exoheart.engine.moments import Moments
from exoheart.engine.program import FIRST_STEP, program_of
from exoheart.engine.reduce import reduce
from exoheart.engine.rescue import Member, by_pivoting, by_radau
from exoheart.engine.schedule import excess_of

#: x runs away in finite time where b > 0, and nothing else where b = 0.
TEXT = """
model toy()
  compartment c; c = 1; substanceOnly species A in c; A = 1; k = 1; b = 0; p = 1;
  A -> ; k * A; x = 1; x' = b * x * x; side := sqrt(p); clock := time + 0 * x;
end
"""


def toy(*observables):
    return compile_model(TEXT, observables or ("A", "x"))


def table(model, times=(0.0, 1.0, 2.0), schedule=(), **columns):
    """Members of the toy, one for each value of the columns given."""
    count = len(next(iter(columns.values())))
    usual = {"k": 1.0, "b": 0.0, "p": 1.0}
    wide = [np.broadcast_to(columns.get(n, usual[n]), count) for n in model.parameters]
    parameters = np.column_stack(wide).astype(float)
    samples = np.tile(np.array(times, dtype=float), (count, 1))
    return Table(parameters, model.initial(parameters), tuple(schedule), samples)


# --- what the machine code gives up ---------------------------------------------------


def test_each_way_to_fail_has_its_code_and_its_time():
    """Running away, no number, and fine: at the places where they were put."""
    model = toy()
    columns = {"b": [0.0, 2.0, 0.0, 0.0, 4.0], "k": [1.0, 1.0, math.nan, 1.0, 1.0]}
    found = program_of(model).solve(table(model, **columns).block(0, 5))
    wanted = [task.DONE, task.STEP_TOO_SMALL, task.NOT_A_NUMBER]
    assert found.code.tolist() == [*wanted, task.DONE, task.STEP_TOO_SMALL]
    np.testing.assert_allclose(found.reached[[1, 4]], [0.5, 0.25], rtol=1e-6)
    assert found.reached[2] == 0.0
    assert np.all(np.isfinite(found.values[[0, 3]]))
    assert np.isnan(found.values[[1, 4], -1]).all()


def test_the_time_of_trouble_counts_from_the_schedules_zero():
    """After a start before zero, and after a change at three hours."""
    model = toy()
    late = Action(0, 3.0, "set", "b", 2.0)
    members = table(model, times=(-2.0, 1.0, 9.0), schedule=(late,), b=[0.0])
    found = program_of(model).solve(members.block(0, 1))
    assert found.reached[0] == pytest.approx(3.5, rel=1e-6)
    np.testing.assert_array_equal(found.values[0, :2, 1], 1.0)


def test_a_limit_of_steps_is_told_and_the_member_solved_again(monkeypatch):
    """Every member that needs more is solved by pivoting, and says why."""
    model = toy()
    members = table(model, k=[0.0, 1.0, 30.0], b=[0.0, 0.0, 0.0])
    usual = solve(model, members)
    few = int(usual.steps[0])
    assert few < usual.steps[1] <= usual.steps[2]
    monkeypatch.setattr(program, "MAXIMUM_STEPS", few + 1)
    limited = solve(model, members)
    assert limited.status.tolist() == [0, 1, 1]
    assert sorted(limited.messages) == [1, 2]
    for told in limited.messages.values():
        assert "steps at " in told
        assert told.endswith("solved by pivoting")
    np.testing.assert_array_equal(limited.values[0], usual.values[0])
    np.testing.assert_allclose(limited.values, usual.values, rtol=1e-9, atol=1e-12)
    assert limited.steps[1:].tolist() == [few + 1] * 2


def test_a_quantity_that_is_no_number_fails_though_the_states_are_fine():
    """The root of a negative parameter is recorded: failed, and the others are not."""
    model = toy("A", "side")
    solution = solve(model, table(model, p=[4.0, -1.0, 9.0]))
    assert solution.status.tolist() == [Status.SOLVED, Status.FAILED, Status.SOLVED]
    assert np.isnan(solution.values[1]).all()
    assert solution["side"][[0, 2], 0].tolist() == [2.0, 3.0]
    assert "finite" in solution.messages[1]


@pytest.mark.parametrize("parameter", ["k", "b"])
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_never_gives_one(parameter, value):
    """Whichever parameter, whichever kind: failed with a sentence, never a curve."""
    model = toy()
    columns = {"k": [1.0, 1.0], "b": [0.1, 0.1]}
    columns[parameter][0] = value
    solution = solve(model, table(model, **columns))
    assert solution.status.tolist() == [Status.FAILED, Status.SOLVED]
    assert "finite" in solution.messages[0]


def stop(*_):
    raise ArithmeticError("stopped by a test")


def test_trouble_is_counted_wherever_members_are_counted(monkeypatch):
    """By a solve and by a reduction: the same members, the same sentences."""
    for way in ("by_pivoting", "by_radau"):
        monkeypatch.setattr(ensemble, way, stop)
    model = toy()
    growth = np.where(np.arange(150) % 50 == 7, 3.0, 0.0)
    members = table(model, b=growth)
    bad = [7, 57, 107]
    solution = solve(model, members)
    assert np.flatnonzero(solution.status == Status.FAILED).tolist() == bad
    assert (solution.failed, sorted(solution.messages)) == (3, bad)
    moments = Moments(3, 2)
    reduced = reduce(BlockSolver(model), members, [moments])
    assert reduced.counts == {Status.SOLVED: 147, 1: 0, Status.FAILED: 3}
    assert reduced.failed == moments.tally.failed == 3
    assert dict(reduced.sentences) == solution.messages
    assert reduced.steps == solution.steps.sum()


def test_a_second_block_counts_its_members_from_the_ensembles_first(monkeypatch):
    """Whatever the blocks, trouble stands at the member's own number."""
    model = toy()
    members = table(model, b=[0.0, 0.0, 0.0, 0.0, 3.0, 0.0, 0.0])
    monkeypatch.setattr(ensemble, "BLOCK", 3)
    solution = solve(model, members, workers=2)
    assert np.flatnonzero(solution.status).tolist() == [4]
    assert list(solution.messages) == [4]


# --- a pivot of nothing ---------------------------------------------------------------

#: Of the first step, as the machine code works it out.
SCALE = (1.0 / FIRST_STEP) * (1.0 / rodas.GAMMA)
GROWING = "model grow()\n k = 1; x = 1; x' = k * x; end"
TURNING = "model turn()\n k = 1; x = 1; y = 0; x' = k * x + y; y' = -x; end"


@pytest.mark.parametrize("text", [GROWING, TURNING])
def test_a_pivot_of_exactly_zero_is_stepped_around(text):
    """1/(h g) - k = 0 in the first step: refused, halved, and solved all the same."""
    model = compile_model(text, ("x",))
    rates = np.array([[SCALE], [SCALE * 1.01], [SCALE * 0.99]])
    times = np.tile([0.0, 2.0 / SCALE, 9.0 / SCALE], (3, 1))
    members = Table(rates, model.initial(rates), (), times)
    found = program_of(model).solve(members.block(0, 3))
    assert found.code.tolist() == [task.DONE] * 3
    wanted = np.exp(rates * times)
    np.testing.assert_allclose(found.values[..., 0], wanted, rtol=2e-5)
    assert found.rejected[0] > 0
    solution = solve(model, members)
    assert solution.status.tolist() == [Status.SOLVED] * 3


# --- the other ways -------------------------------------------------------------------


def member_of(model, members, number, absolute=1e-9):
    block = members.block(0, len(members))
    grown = absolute * float(excess_of(model, block)[number])
    return Member.of(model, block, number, (absolute, grown))


#: Two states on very different scales, with a clock, doses and a change of protocol.
STIFF = """
model stiff()
  compartment c; c = 1; substanceOnly species A in c; A = 0; k = 1; e = 1;
  A -> ; k * A * w / (1 + A); u = 1; w = 1;
  u' = -(1 / e + 2) * u + w * w / e; w' = u - w * (1 + w) + 0.1 * sin(time);
end
"""


@pytest.mark.parametrize("small", [1.0, 1e-2, 1e-5])
def test_every_way_gives_the_machine_codes_curve(small):
    """The NumPy form to rounding, Radau to its tolerance; stiff, with a clock."""
    model = compile_model(STIFF, ("A", "u", "w"))
    schedule = (
        Action(0, 0.5, "rate", "A", 4.0),
        Action(0, 0.75, "rate", "A", 0.0),
        Action(0, 0.75, "set", "k", 3.0),
        Action(0, 1.0, "add", "A", 2.0),
        Action(0, 1.0, "set", "w", 0.5),
    )
    parameters = np.array([[{"k": 1.0, "e": small}[n] for n in model.parameters]])
    times = np.array([[0.0, 0.5, 0.6, 0.75, 1.0, 1.5, 3.0]])
    members = Table(parameters, model.initial(parameters), schedule, times)
    block, one = members.block(0, 1), member_of(model, members, 0)
    usual, fine = (program_of(model).solve(block, r).values[0] for r in (1e-6, 1e-8))
    np.testing.assert_allclose(by_pivoting(one, 1e-6), usual, rtol=1e-8, atol=1e-11)
    np.testing.assert_allclose(by_radau(one, 1e-8), fine, rtol=1e-5, atol=1e-8)


def test_pivots_are_moved_where_the_order_alone_would_not_do():
    """A matrix whose diagonal vanishes at every step size is no trouble for it."""
    model = compile_model(TURNING, ("x", "y"))
    parameters = np.array([[0.0]])
    times = np.array([[0.0, 1.0, 6.0]])
    members = Table(parameters, model.initial(parameters), (), times)
    found = by_pivoting(member_of(model, members, 0), 1e-8)
    np.testing.assert_allclose(found[:, 0], np.cos(times[0]), atol=1e-6)


@pytest.mark.parametrize("way", [by_pivoting, by_radau])
@pytest.mark.parametrize("broken", ["k", "b"])
def test_a_way_that_can_not_go_on_says_so(way, broken):
    """An arithmetic error with a sentence, within reasonable time."""
    model = toy()
    members = table(model, **{broken: [math.nan if broken == "k" else 2.0]})
    with pytest.raises(ArithmeticError, match=r"\w+ \w+"):
        way(member_of(model, members, 0), 1e-6)


def test_a_way_gives_up_in_the_end(monkeypatch):
    """Neither takes more steps, or asks for more rates, than it may."""
    model = toy()
    one = member_of(model, table(model, k=[3.0]), 0)
    monkeypatch.setattr(rescue, "_MAXIMUM_STEPS", 5)
    monkeypatch.setattr(rescue, "_MAXIMUM_RATES", 5)
    with pytest.raises(ArithmeticError, match="more than 5 steps"):
        by_pivoting(one, 1e-6)
    with pytest.raises(ArithmeticError, match="no end after 5"):
        by_radau(one, 1e-6)


def test_other_ways_read_the_clock():
    """Time counts from the schedule's zero in them too, across a dose."""
    model = toy("A", "clock")
    dose = (Action(0, 0.5, "add", "A", 1.0),)
    members = table(model, times=(-1.0, 0.5, 2.0), schedule=dose, k=[1.0])
    one = member_of(model, members, 0)
    for way in (by_pivoting, by_radau):
        np.testing.assert_allclose(way(one, 1e-6)[:, 1], [-1.0, 0.5, 2.0], rtol=1e-12)
