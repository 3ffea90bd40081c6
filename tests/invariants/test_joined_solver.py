"""The joined model and its solver: tolerance, repetition, workers, blocks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from joined_study import study

from exoheart.engine import ensemble, solve
from exoheart.engine.roadrunner import RoadRunnerSolver
from exoheart.prediction import predict_arms, prepare, simulate
from exoheart.study import load_study

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.toml"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.stem)
def test_a_smaller_tolerance_moves_no_endpoint(path):
    """Half and a quarter: at most 1e-4 of the control arm's value, every animal."""
    asked = load_study(path)
    usual, half, quarter = (
        simulate(asked, members=16, rtol=rtol).pool for rtol in (1e-6, 5e-7, 2.5e-7)
    )
    control = dict(usual.comparisons(asked))
    rows = [control.get(k, k) for k in range(len(usual.arms))]
    for finer in (half, quarter):
        moved = np.abs(finer.true - usual.true) / np.abs(usual.true[rows])
        assert moved.max() < 1e-4


def test_a_looser_tolerance_does_move_endpoints():
    """So the test above can fail."""
    asked = load_study(EXAMPLES[-1])
    usual, loose = (simulate(asked, members=8, rtol=r).pool for r in (1e-6, 3e-2))
    moved = np.abs(loose.true - usual.true) / np.abs(usual.true)
    assert moved.max() > 1e-4


def test_every_state_has_the_tolerance_of_its_own_scale():
    """In the solver's own order, in which rate rules stand before species."""
    model = small_cohort().model
    solver = RoadRunnerSolver(model, 1e-6)
    held = solver._runner.getIntegrator().getValue("absolute_tolerance")
    order = [solver._executable.getStateVectorId(k) for k in range(len(model.states))]
    assert dict(zip(order, held, strict=True)) == model.absolute_tolerances
    assert len(set(held)) > 3


def small_cohort():
    return simulate(study("pig", routes=("intracoronary",)), members=16).cohort


def test_the_second_solver_of_a_process_gives_the_bits_of_the_first():
    """libRoadRunner keeps compiled models; whose turn it is must not show."""
    cohort = small_cohort()
    first, second = (solve(cohort.model, cohort).values for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_blocks_and_their_size_leave_no_trace(monkeypatch):
    cohort = small_cohort()
    whole = solve(cohort.model, cohort).values
    monkeypatch.setattr(ensemble, "BLOCK", 5)
    np.testing.assert_array_equal(solve(cohort.model, cohort).values, whole)


@pytest.mark.slow
def test_workers_leave_no_trace():
    cohort = small_cohort()
    whole = solve(cohort.model, cohort).values
    shared = solve(cohort.model, cohort, workers=2).values
    np.testing.assert_array_equal(shared, whole)


def test_what_cvode_warns_of_stays_out_of_the_results(capfd):
    """A step too small to move a late clock: its warning is no part of the output."""
    cohort = simulate(study("pig", routes=("intravenous",)), members=16).cohort
    solver = RoadRunnerSolver(cohort.model, 1e-6)
    solver._runner.getIntegrator().setValue("initial_time_step", 0.0)
    block = cohort.block(cohort.size.members, 1)
    solver._begin(block, 0)
    solver._act([a for a in block.schedule if a.action == "add"])
    solver._runner.simulate(times=[1e4, 1e4 + 1])
    shown = capfd.readouterr()
    assert shown.out == ""
    assert "CVode" in shown.err


def test_what_is_recorded_changes_nothing():
    """Fewer observables or fewer samples: the same endpoint to 1e-5.

    Not the same bits: a sample ends no step, but the end of the course does.
    """
    asked = study("pig", routes=("intracoronary",))
    whole = simulate(asked, members=8)
    setting = prepare(asked, 0, 8)
    plans = [setting.products.plan(arm) for arm in asked.arms]
    alone = predict_arms(setting, plans)
    np.testing.assert_allclose(alone, whole.pool.true[..., 0], rtol=1e-5)
