"""Schedules against their closed form: nothing stepped over, everything in order."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exoheart.engine import Action, Status, Table, compile_model, solve

#: An amount that decays, and a level that is sought; every change has a closed form.
TEXT = """
model doses()
  compartment c; c = 1; substanceOnly species A in c; A = 2; k = 1; level = 1;
  A -> ; k * A; w = 0; w' = k * (level - w);
end
"""
START = {"A": 2.0, "w": 0.0, "k": 0.5, "level": 1.0, "inflow": 0.0}


def by_hand(actions, times):
    """A and w at sample times, shape (time, 2); rows at one time act in their order."""
    now, found = dict(START), []
    rows = sorted((a for a in actions if a.time_h < times[-1]), key=lambda a: a.time_h)
    at = min([times[0], *(a.time_h for a in rows)])
    for time in times:
        while rows and rows[0].time_h < time:
            at = advance(now, at, rows[0].time_h)
            act(now, rows.pop(0))
        at = advance(now, at, time)
        found.append((now["A"], now["w"]))
    return np.array(found)


def advance(now, since, until):
    left = math.exp(-now["k"] * (until - since))
    gained = now["inflow"] / now["k"] * -math.expm1(-now["k"] * (until - since))
    now["A"] = now["A"] * left + gained
    now["w"] = now["level"] + (now["w"] - now["level"]) * left
    return until


def act(now, row):
    if row.action == "rate":
        now["inflow"] = row.value
    else:
        held = now[row.target] if row.action == "add" else 0.0
        now[row.target] = held + row.value


def by_engine(schedules, times):
    """Solve members with these schedules and sample times; shape (member, time, 2)."""
    model = compile_model(TEXT, ("A", "w"))
    count = len(schedules)
    parameters = np.array([[START[id_] for id_ in model.parameters]] * count)
    rows = [
        Action(member, a.time_h, a.action, a.target, a.value)
        for member, actions in enumerate(schedules)
        for a in actions
    ]
    rows.sort(
        key=lambda a: -a.time_h
    )  # latest first; those at one time keep their order
    members = Table(parameters, model.initial(parameters), tuple(rows), times)
    solution = solve(model, members, rtol=1e-8)
    assert set(solution.status) == {Status.SOLVED}
    return solution.values


def check(schedules, times):
    times = np.array(times, dtype=float)
    found = by_engine(schedules, times)
    for member, actions in enumerate(schedules):
        wanted = by_hand(actions, times[member].tolist())
        np.testing.assert_allclose(found[member], wanted, rtol=1e-6, atol=1e-7)


def add(time, value, target="A"):
    return Action(0, time, "add", target, value)


def rate(time, value):
    return Action(0, time, "rate", "A", value)


def put(time, value, target):
    return Action(0, time, "set", target, value)


#: Schedule and sample times of one member each.
CASES = {
    "a tiny infusion amid long steps": (
        [rate(700.0, 1e4), rate(700.0001, 0.0)],
        [0.0, 699.9, 700.00005, 700.0001, 701.0, 702.0],
    ),
    "a tiny infusion, seen only afterwards": (
        [rate(5.0, 1e4), rate(5.0001, 0.0)],
        [0.0, 0.0, 0.0, 0.0, 0.0, 8.0],
    ),
    "two rows at one time": (
        [put(1.0, 3.0, "A"), add(1.0, 4.0), put(1.0, 2.0, "level")],
        [0.0, 0.5, 1.0, 1.0, 1.001, 2.0],
    ),
    "the same two rows the other way round": (
        [add(1.0, 4.0), put(1.0, 3.0, "A"), put(1.0, 2.0, "level")],
        [0.0, 0.5, 1.0, 1.0, 1.001, 2.0],
    ),
    "a row at the start, with a sample there": (
        [add(0.0, 5.0), rate(0.0, 2.0)],
        [0.0, 0.0, 1e-9, 0.1, 1.0, 2.0],
    ),
    "rows at and after the last sample": (
        [add(2.0, 5.0), put(2.5, 9.0, "w"), rate(9.0, 3.0)],
        [0.0, 0.5, 1.0, 1.5, 2.0, 2.0],
    ),
    "only samples at the start": ([add(0.0, 5.0)], [0.0] * 6),
    "only samples at the start, before zero": ([add(3.0, 5.0)], [-4.0] * 6),
    "everything before zero": (
        [add(-3.0, 1.0), rate(-2.5, 2.0), rate(-2.0, 0.0)],
        [-3.5, -3.0, -2.5, -2.2, -2.0, -1.0],
    ),
    "an infusion that ends at a sample": (
        [rate(0.5, 2.0), rate(1.5, 0.0)],
        [0.5, 1.0, 1.5, 1.5, 1.5 + 1e-9, 3.0],
    ),
    "rows out of order": (
        [rate(1.5, 0.0), add(2.0, 1.0), put(0.2, 3.0, "k"), rate(0.5, 2.0)],
        [0.0, 0.5, 1.0, 1.5, 2.0, 3.0],
    ),
    "an infusion that never ends, and one in its place": (
        [rate(0.5, 2.0), rate(1.0, 5.0)],
        [0.0, 0.5, 1.0, 1.5, 2.0, 90.0 * 24.0],
    ),
    "doses a minute apart": (
        [add(k / 60.0, 0.1) for k in range(60)],
        [0.0, 1 / 60.0, 0.5, 59 / 60.0, 1.0, 2.0],
    ),
    "nothing at all": ([], [1.0, 2.0, 2.0, 2.0, 3.0, 50.0]),
}


@pytest.mark.parametrize("name", CASES)
def test_a_schedule_alone_follows_its_closed_form(name):
    schedule, times = CASES[name]
    check([schedule], [times])


def test_all_these_schedules_in_one_block_follow_their_closed_forms():
    """Each member of a block has a schedule and sample times of its own."""
    schedules, times = zip(*CASES.values(), strict=True)
    check(schedules, times)


#: A coarse grid, so that rows and samples often share a time.
GRID = st.integers(-4, 12).map(lambda k: k / 4)
ROWS = st.one_of(
    st.builds(add, GRID, st.floats(0.0, 5.0)),
    st.builds(rate, GRID, st.floats(0.0, 5.0)),
    st.builds(
        put, GRID, st.floats(0.1, 5.0), st.sampled_from(["A", "w", "level", "k"])
    ),
)
MEMBER = st.tuples(st.lists(ROWS, max_size=7), st.lists(GRID, min_size=4, max_size=4))


@settings(deadline=None, max_examples=150)
@given(st.lists(MEMBER, min_size=1, max_size=11))
def test_any_schedules_follow_their_closed_form(members):
    """Rows at one time, at samples, at the start, behind the end; up to 11 members."""
    check([rows for rows, _ in members], [sorted(times) for _, times in members])


@pytest.mark.parametrize("name", CASES)
def test_the_closed_form_sees_what_acts_and_nothing_else(name):
    """So the tests above can fail: rows before the last sample move one, later none."""
    schedule, times = CASES[name]
    acts = [row for row in schedule if row.time_h < max(times)]
    whole = by_hand(schedule, times)
    np.testing.assert_array_equal(by_hand(acts, times), whole)
    if acts:
        assert not np.allclose(by_hand(acts[:-1], times), whole, rtol=1e-5)
