"""Rows of a schedule folded into one change for each target and time."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from exoheart.engine import Action
from exoheart.exchange.schedule import INFLOW, inflows, steps

ROWS = st.lists(
    st.builds(
        Action,
        member=st.just(0),
        time_h=st.sampled_from([-1.0, 0.0, 2.0, 2.5]),
        action=st.sampled_from(["add", "set", "rate"]),
        target=st.sampled_from(["blood", "flow"]),
        value=st.integers(-8, 8).map(float),
    ),
    max_size=12,
)


def one_by_one(rows):
    """Values after every row, in the order of time; rows at one time as given."""
    values = dict.fromkeys(("blood", "flow", INFLOW + "blood", INFLOW + "flow"), 1.0)
    for row in sorted(rows, key=lambda row: row.time_h):
        target = INFLOW + row.target if row.action == "rate" else row.target
        before = values[target] if row.action == "add" else 0.0
        values[target] = before + row.value
    return values


@given(ROWS)
def test_folded_steps_do_what_the_rows_do_one_by_one(rows):
    values = dict.fromkeys(("blood", "flow", INFLOW + "blood", INFLOW + "flow"), 1.0)
    folded = steps(rows)
    for step in folded:
        for change in step.changes:
            values[change.target] = change.applied(values[change.target])
    assert values == one_by_one(rows)


@given(ROWS)
def test_each_time_comes_once_and_each_target_once_in_it(rows):
    folded = steps(rows)
    times = [step.time_h for step in folded]
    assert times == sorted({row.time_h for row in rows})
    for step in folded:
        targets = [change.target for change in step.changes]
        assert len(targets) == len(set(targets))


def test_infusions_that_follow_one_another_leave_no_gap():
    """At the seam the next rate counts, not the end of the one before."""
    rows = [
        Action(0, 0.0, "rate", "blood", 3.0),
        Action(0, 1.0, "rate", "blood", 0.0),
        Action(0, 1.0, "rate", "blood", 5.0),
    ]
    assert [step.changes[0].to for step in steps(rows)] == [3.0, 5.0]
    assert inflows(rows) == ("blood",)
