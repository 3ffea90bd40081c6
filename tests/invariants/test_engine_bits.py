"""The joined model's bits: threads, blocks, order, lanes and neighbours leave no trace.

One lane of a vector works on one member; what it comes to may depend on nothing else.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest
from joined_study import study

from exoheart.engine import Action, Block, Status, Table, ensemble, program, solve
from exoheart.engine.endpoints import Endpoints
from exoheart.engine.ensemble import BlockSolver
from exoheart.engine.moments import Moments
from exoheart.engine.program import program_of
from exoheart.engine.quantiles import Quantiles
from exoheart.engine.reduce import Settings, reduce
from exoheart.prediction import simulate


@lru_cache(maxsize=2)
def cohort(members=8):
    """Pigs with doses into vein, muscle and artery, and their control."""
    routes = ("intravenous", "intramyocardial", "intracoronary")
    return simulate(study("pig", routes=routes), members=members).cohort


@lru_cache(maxsize=1)
def whole():
    """The cohort as one block, and its values as the full code gives them."""
    block = cohort().block(0, len(cohort()))
    assert {action.action for action in block.schedule} == {"add", "rate", "set"}
    return block, program_of(cohort().model).solve(block).values


def turned(block, order):
    """Give some members of a block in another order, as a block."""
    place = {int(member): k for k, member in enumerate(order)}
    schedule = [
        replace(a, member=place[a.member]) for a in block.schedule if a.member in place
    ]
    arrays = (block.parameters[order], block.initial[order])
    return Block(*arrays, schedule, block.sample_times[order])


def as_table(block):
    return Table(
        block.parameters, block.initial, tuple(block.schedule), block.sample_times
    )


def same(found, wanted):
    np.testing.assert_array_equal(found.view(np.int64), wanted.view(np.int64))


def test_the_members_differ_enough_for_a_mix_up_to_show():
    """So the tests below can fail: no two members share a value, nor their steps."""
    block, values = whole()
    solved = program_of(cohort().model).solve(block)
    assert len(np.unique(values[:, -1, 0])) == len(block.parameters) >= 24
    assert len(np.unique(solved.steps)) > 5
    assert solved.code.tolist() == [0] * len(block.parameters)


@pytest.mark.parametrize(
    ("workers", "block"), [(1, 256), (1, 7), (2, 7), (2, 1), (2, 64)]
)
def test_threads_and_blocks_leave_no_trace(workers, block, monkeypatch):
    monkeypatch.setattr(ensemble, "BLOCK", block)
    same(solve(cohort().model, cohort(), workers=workers).values, whole()[1])


@pytest.mark.parametrize("seed", [0, 1])
def test_the_order_of_members_leaves_no_trace(seed):
    block, values = whole()
    order = np.random.default_rng(seed).permutation(len(values))
    found = program_of(cohort().model).solve(turned(block, order))
    same(found.values, values[order])


@pytest.mark.parametrize("lanes", [1, 2, 4, 8])
def test_every_lane_width_gives_the_same_bits_and_steps(lanes):
    block, values = whole()
    found = program_of(cohort().model, lanes).solve(block)
    usual = program_of(cohort().model).solve(block)
    same(found.values, values)
    np.testing.assert_array_equal(found.steps, usual.steps)
    np.testing.assert_array_equal(found.rejected, usual.rejected)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_few_members_by_narrow_code_have_the_bits_of_many(count, monkeypatch):
    """Up to two members take code of two lanes; a third takes the full code."""
    asked = []

    def noted(model, lanes=None):
        asked.append(lanes)
        return program_of(model, lanes)

    monkeypatch.setattr(ensemble, "program_of", noted)
    block, values = whole()
    last = np.arange(len(values) - count, len(values))
    found, _ = BlockSolver(cohort().model).solve(turned(block, last))
    same(found, values[last])
    assert asked == [ensemble.FEW if count <= ensemble.FEW else None]


def test_a_neighbour_that_fails_leaves_no_trace():
    """Of three members that come to nothing, none moves a bit of the others."""
    block, values = whole()
    bad = [2, 9, 20]
    broken = block.parameters.copy()
    broken[bad, ::3] = np.nan
    found = program_of(cohort().model).solve(replace(block, parameters=broken))
    assert np.all(found.code[bad] != 0)
    others = np.setdiff1d(np.arange(len(values)), bad)
    assert np.all(found.code[others] == 0)
    same(found.values[others], values[others])


def test_a_neighbour_that_stops_early_leaves_no_trace():
    """Some end after a day: the rest keep their bits."""
    block, values = whole()
    times = block.sample_times.copy()
    early = [0, 5, 6, 17]
    times[early] = np.minimum(times[early], 24.0)
    found = program_of(cohort().model).solve(replace(block, sample_times=times))
    others = np.setdiff1d(np.arange(len(values)), early)
    same(found.values[others], values[others])


def test_members_given_up_in_mid_course_leave_no_trace(monkeypatch):
    """A limit that only some reach: those within it keep their bits."""
    block, values = whole()
    usual = program_of(cohort().model).solve(block)
    limit = int(np.median(usual.steps)) + 1
    monkeypatch.setattr(program, "MAXIMUM_STEPS", limit)
    found = program_of(cohort().model).solve(block)
    within = usual.steps < limit
    assert 0 < within.sum() < len(values)
    np.testing.assert_array_equal(found.code == 0, within)
    same(found.values[within], values[within])


def test_what_a_neighbour_is_given_leaves_no_trace():
    """One member gets another schedule: its own values move, nobody else's."""
    block, values = whole()
    extra = [Action(11, 3.0, "add", "delivery_venous", 7.0)]
    found = program_of(cohort().model).solve(
        replace(block, schedule=[*extra, *block.schedule])
    )
    others = np.setdiff1d(np.arange(len(values)), [11])
    same(found.values[others], values[others])
    assert not np.array_equal(found.values[11], values[11])


def test_a_parameter_that_is_no_number_never_gives_other_numbers():
    """Each of all parameters in turn: the member fails, or never asked for it."""
    model, (block, values) = cohort().model, whole()
    count, dosed = len(model.parameters), 8
    one = turned(block, np.array([dosed] * 1))
    parameters = np.repeat(one.parameters, count, axis=0)
    np.fill_diagonal(parameters, np.nan)
    rows = [replace(a, member=k) for k in range(count) for a in one.schedule]
    found = program_of(model).solve(
        Block(
            parameters,
            np.repeat(one.initial, count, axis=0),
            rows,
            np.repeat(one.sample_times, count, axis=0),
        )
    )
    unread = (found.code == 0) & np.all(np.isfinite(found.values), axis=(1, 2))
    assert 0 < unread.sum() < 60
    for member in np.flatnonzero(unread):
        same(found.values[member], values[dosed])


def summaries(workers, block):
    """What three reducers hold after a cohort of some two hundred."""
    members = cohort(56)
    samples = members.block(0, 1).sample_times.shape[1]
    shape = (samples, len(members.model.observables))
    ends = [(samples - 1, k) for k in range(2)]
    reducers = [Moments(*shape), Quantiles(*shape, bits=4), Endpoints(ends)]
    solver = BlockSolver(members.model)
    reduced = reduce(solver, members, reducers, Settings(workers=workers, block=block))
    assert reduced.counts[Status.SOLVED] == len(members) > 200
    return reduced, [reducer.state() for reducer in reducers]


def test_threads_and_blocks_leave_no_trace_in_summaries():
    """Moments, quantiles and the table of endpoints: every array they hold."""
    first, states = summaries(1, 1024)
    for workers, block in ((2, 64), (1, 128), (2, 192)):
        again, others = summaries(workers, block)
        assert again == first
        for state, other in zip(states, others, strict=True):
            assert state.keys() == other.keys()
            for name, held in state.items():
                np.testing.assert_array_equal(held, other[name])
