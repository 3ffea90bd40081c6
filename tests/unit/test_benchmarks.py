"""The benchmark's frozen workload and its arithmetic; nothing here is timed."""

import hashlib
import importlib
import json
import sys
from pathlib import Path

import numpy as np
import pytest

FOLDER = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(scope="module", autouse=True)
def _scripts():
    """Let the benchmark's scripts find one another, and be forgotten afterwards."""
    before = set(sys.modules)
    sys.path.insert(0, str(FOLDER))
    yield
    sys.path.remove(str(FOLDER))
    for name in set(sys.modules) - before:
        if str(FOLDER) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


def script(name):
    return importlib.import_module(name)


@pytest.mark.parametrize("record", ["frozen_v1.json", "reference_v1.json"])
def test_frozen_files_are_those_that_were_frozen(record):
    """Every frozen file has the digest that was written down beside it."""
    told = json.loads((FOLDER / record).read_text("utf-8"))["sha256"]
    for name, digest in told.items():
        assert hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() == digest


def test_a_changed_file_is_refused(tmp_path, monkeypatch):
    """A workload whose model was touched isn't loaded, and the message names it."""
    workload = script("workload")
    for name in ("frozen_v1.json", "members_v1.npz"):
        (tmp_path / name).write_bytes((FOLDER / name).read_bytes())
    (tmp_path / "model_v1.xml").write_text("<sbml/>")
    monkeypatch.setattr(workload, "HERE", tmp_path)
    with pytest.raises(ValueError, match=r"model_v1\.xml has the digest"):
        workload.load()


@pytest.mark.parametrize("cohort", ["narrow", "wide"])
def test_workload_is_what_the_method_says(cohort):
    """120 states, 300 parameters, 1,000 members, 3 doses, 28 days, no sample at one."""
    own = script("workload").load(cohort)
    members = own.members
    assert (len(own.states), len(own.parameters), len(own.observables)) == (
        120,
        300,
        10,
    )
    assert members.parameters.shape == (1000, 300)
    assert members.sample_times.shape == (1000, 100)
    assert np.isfinite(members.parameters).all()
    first = [a for a in members.schedule if a.member == 0]
    times = {action.time_h for action in first}
    assert members.sample_times[0, -1] == 672.0
    assert np.abs(members.sample_times[0][:, None] - list(times)).min() > 0.01
    doses = {a.time_h for a in first if a.action != "set" and a.value > 0.0}
    assert len(doses) == 3
    for dose in doses:
        after = members.sample_times[0] - dose
        assert np.sum((after > 0.0) & (after < 20.0)) >= 10


def test_workload_is_deterministic():
    """Loading twice, or a part, gives the same members."""
    load = script("workload").load
    whole, again = load(), load()
    assert np.array_equal(whole.members.parameters, again.members.parameters)
    assert whole.members.schedule == again.members.schedule
    few = whole.first(3)
    assert [p.actions for p in few.pieces(2)] == [p.actions for p in whole.pieces(2)]


def test_tolerances_are_the_engines_own():
    """Peers get the absolute tolerances that our engine uses for the same member."""
    workload = script("workload")
    own = workload.load().first(4)
    model = script("ours").model_of(own)
    engine = [model.absolute_tolerances[id_] for id_ in own.states]
    amounts = frozenset(own.states.index(id_) for id_ in model.amounts)
    assert own.given(0) < workload.ORDINARY
    assert np.allclose(own.absolute(0, amounts), engine, rtol=1e-15)


def test_error_is_relative_with_a_floor():
    """The error is the distance over the size plus a thousandth of the highest size."""
    accuracy = script("accuracy")
    known = np.array([[[1.0], [0.0]], [[0.0], [0.0]], [[2.0], [2.0]]])
    met = known.copy()
    met[0, 1, 0] = 1e-6
    met[2] = np.nan
    errors = accuracy.relative_error(met, known)
    assert errors[0] == pytest.approx(1e-6 / 1e-3)
    assert errors[1] == 0.0
    told = accuracy.summary(errors)
    assert (told.members, told.failed) == (2, 1)
    assert told.max == errors[0]


def test_an_error_where_nothing_should_be_is_infinite():
    """Something where the reference is zero throughout can't pass unnoticed."""
    accuracy = script("accuracy")
    known = np.zeros((1, 2, 1))
    assert np.isinf(accuracy.relative_error(known + 1e-300, known)[0])


def test_matching_takes_the_coarsest_tolerance_that_errs_no_more():
    """Our cheapest tolerance with at most the peer's 99th percentile is taken."""
    precision, error = script("precision"), script("accuracy").Error
    curve = [
        precision.Point(rtol, 1.0, None, np.full(4, 10.0 * rtol), 4, 0)
        for rtol in (1e-4, 1e-5, 1e-6)
    ]
    theirs = error(1e-5, 2e-4, 1e-3, 4, 0)
    assert precision.matching(curve, theirs, 4) == 1e-5
    assert precision.matching(curve, error(0.0, 1e-9, 0.0, 4, 0), 4) is None


def test_disturbed_rounds_are_set_aside():
    """A round whose control was over 10 % slower than the best one doesn't count."""
    rounds = script("rounds")
    found = [
        rounds.Round((s, s, 3.0 * s), {"a": 1.0, "b": b})
        for s, b in ((1.0, 2.0), (1.05, 4.0), (1.2, 9.0))
    ]
    good = rounds.quiet(found)
    assert good == found[:2]
    a, b = (rounds.Runner(name, 10, lambda: 0.0) for name in "ab")
    assert rounds.ratio(good, a, b).median == 3.0
    assert rounds.drift(found) == pytest.approx(0.2)
