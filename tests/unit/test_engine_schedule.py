"""Schedules as columns: the rows they stand for, and what the machine code reads."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exoheart.engine.members import Action, Actions, Block, Schedule
from exoheart.engine.schedule import ORDINARY, excess_of

LAST = 10.0
MODEL = SimpleNamespace(states=("a", "b"), scales=(2.0, 4e-3))
ROWS = st.lists(
    st.builds(
        Action,
        st.integers(0, 3),
        st.sampled_from([-1.0, 0.0, 1.5, 3.0, 9.0, LAST, 12.0]),
        st.sampled_from(["add", "rate", "set"]),
        st.sampled_from(["a", "b"]),
        st.floats(0.0, 1e12),
    ),
    max_size=25,
)


def block(rows):
    return Block(np.zeros((4, 1)), np.zeros((4, 2)), rows, np.full((4, 1), LAST))


def by_member(rows):
    return sorted(rows, key=lambda row: row.member)


def given_to(rows, member):
    """Add up row by row what a member is given, in scales."""
    scale = dict(zip(MODEL.states, MODEL.scales, strict=True))
    total, running = 0.0, {}
    for row in sorted(rows, key=lambda row: row.time_h):
        if row.member != member or row.action == "set" or row.time_h >= LAST:
            continue
        size = row.value / scale[row.target]
        if row.action == "add":
            total += size
            continue
        rate, since = running.get(row.target, (0.0, row.time_h))
        total += rate * (row.time_h - since)
        running[row.target] = (size, row.time_h)
    for rate, since in running.values():
        total += rate * (LAST - since)
    return total


@given(ROWS)
def test_columns_stand_for_the_rows_they_are_made_of(rows):
    """Member by member, each member's rows in the order given."""
    schedule = Schedule.of(rows)
    assert list(schedule) == by_member(rows)
    assert len(schedule) == len(rows)
    assert [schedule[k] for k in range(len(rows))] == by_member(rows)
    assert schedule[1:3] == tuple(by_member(rows)[1:3])


@given(ROWS)
def test_in_time_those_of_one_moment_keep_their_order(rows):
    wanted = sorted(rows, key=lambda row: (row.member, row.time_h))
    assert list(Schedule.of(rows).in_time()) == wanted


def test_columns_of_many_members_are_told_member_by_member():
    two = np.array([0, 1])
    first = Actions("set", "a", two, np.array([1.0, 2.0]), np.array([3.0, 4.0]))
    later = Actions("add", "b", two[1:], np.array([0.5]), np.array([7.0]))
    assert list(Schedule.joined([first, later, first])) == [
        Action(0, 1.0, "set", "a", 3.0),
        Action(0, 1.0, "set", "a", 3.0),
        Action(1, 2.0, "set", "a", 4.0),
        Action(1, 0.5, "add", "b", 7.0),
        Action(1, 2.0, "set", "a", 4.0),
    ]
    assert list(Schedule.joined([])) == []


@given(ROWS)
def test_what_a_member_is_given_is_added_up_as_row_by_row(rows):
    """To the last digit: tolerances follow from it, and results from them."""
    found = excess_of(MODEL, block(rows))
    wanted = [max(1.0, given_to(rows, member) / ORDINARY) for member in range(4)]
    assert found.tolist() == wanted


def test_a_member_of_no_rows_is_given_nothing():
    assert excess_of(MODEL, block(())).tolist() == [1.0] * 4


@pytest.mark.parametrize("stop", [3.0, None])
def test_an_infusion_gives_until_it_is_stopped_or_the_study_ends(stop):
    start = Action(2, 1.0, "rate", "a", 2.0 * ORDINARY)
    ends = [] if stop is None else [replace(start, time_h=stop, value=0.0)]
    lasts = (LAST if stop is None else stop) - 1.0
    found = excess_of(MODEL, block([*ends, start]))
    assert found.tolist() == [1.0, 1.0, lasts, 1.0]
