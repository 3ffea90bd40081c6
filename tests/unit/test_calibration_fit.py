"""The fit: problems on a standard scale, the sampler, and what ships of it."""

from __future__ import annotations

import csv
import dataclasses
import json

import numpy as np
import pytest
from scipy import special

from exoheart import outcome
from exoheart.calibration import fit as fitting
from exoheart.calibration import posterior, priors
from exoheart.calibration.late_death import late_death
from exoheart.calibration.modules import MODULES, rows_of, unknowns_of
from exoheart.calibration.problem import Problem, clock, misfits, unknown
from exoheart.errors import InputError
from exoheart.evidence import load_correlation
from exoheart.evidence.tables import data_folder
from exoheart.records.correlation import Correlation

FOLDER = data_folder() / "fitted"
MANIFEST = json.loads((FOLDER / "heart.json").read_text("utf-8"))
BASE = outcome.load_controls()[0]


def test_the_shipped_fit_is_of_the_shipped_rows_and_text():
    """After a change of either: exoheart calibrate --out src/exoheart/data/fitted."""
    assert MANIFEST["data_sha256"] == posterior.data_digest()
    assert MANIFEST["text_sha256"] == posterior.text_digest()
    assert MANIFEST["priors_sha256"] == posterior.priors_digest()


def test_the_fit_read_calibrate_rows_only():
    """No select and no qualify row has moved a number."""
    uses = {row.id: row.use for row in outcome.load_controls()}
    read = {id_ for module in MANIFEST["modules"] for id_ in module["rows"]}
    assert {uses[id_] for id_ in read} == {"calibrate"}
    assert read == {id_ for id_, use in uses.items() if use == "calibrate"}


def test_a_fit_refuses_qualify_rows():
    """The guard is in the code, not only in the data."""
    with pytest.raises(InputError, match="never qualify"):
        rows_of("injury", ("calibrate", "qualify"))


def test_every_fitted_row_was_asked_for_and_has_enough_draws():
    """The table holds what the modules may move, from at least 200 effective draws."""
    with (FOLDER / "heart.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    wanted = {u.name for m in MODULES for u in unknowns_of(m, rows_of(m))}
    named = {
        row["id"] if row["species"] == "all" else f"{row['id']}@{row['species']}"
        for row in rows
    }
    assert named == wanted
    assert all(row["kind"] == "fitted" for row in rows)
    assert all(module["effective_draws"] > 200 for module in MANIFEST["modules"])


def test_a_fitted_row_replaces_its_prior_and_can_be_left_out():
    """Predictions use the posterior; a new fit starts from the prior."""
    row = "heart.alarm_response_time"
    assert priors("mouse")[row].kind == "fitted"
    assert priors("mouse", fitted=False)[row].kind == "assumed"
    assert priors("pig")["outcome.early_excess"].kind == "fitted"
    assert priors("human")["outcome.early_excess"].kind == "assumed"


def test_correlations_are_those_of_a_distribution():
    """The shipped matrix is positive definite, whole and for every species."""
    matrix = load_correlation().matrix
    assert np.linalg.eigvalsh(matrix).min() > 1e-3
    np.testing.assert_array_equal(np.diag(matrix), 1.0)
    for species in ("mouse", "rat", "pig", "human"):
        known = priors(species)
        assert all(known[id_].kind == "fitted" for id_ in known.correlation.ids)


def test_turned_uniforms_have_the_correlation_asked_for():
    """Of 20,000 draws the normal scores correlate by 0.6, to 0.02; the rest stays."""
    random = np.random.default_rng(0)
    shares = {name: random.uniform(size=20_000) for name in "abc"}
    matrix = np.array([[1.0, 0.6], [0.6, 1.0]])
    turned = Correlation(("a", "b"), matrix).turn(shares)
    scores = [special.ndtri(turned[name]) for name in "ab"]
    assert np.corrcoef(scores)[0, 1] == pytest.approx(0.6, abs=0.02)
    np.testing.assert_allclose(turned["a"], shares["a"], rtol=1e-12)
    np.testing.assert_array_equal(turned["c"], shares["c"])


def rows(*values, relation="ratio", series="one"):
    return [
        dataclasses.replace(
            BASE,
            series=series,
            relation=relation,
            reference_h=1.0,
            observed=value,
            pass_low=value / 2,
            pass_high=2 * value,
        )
        for value in values
    ]


def test_the_scale_of_an_assay_is_taken_out():
    """Doubling every prediction of one assay is put down to its reference in part."""
    controls = rows(0.5, 0.2, 0.1)
    exact = misfits(controls, np.array([0.5, 0.2, 0.1]))
    doubled = misfits(controls, np.array([1.0, 0.4, 0.2]))
    np.testing.assert_allclose(exact, 0.0, atol=1e-12)
    # three rows off by one mark each, and the reference by none: the mean is 3/4
    assert doubled[-1] == pytest.approx(-0.75 * 1.645)
    assert doubled[:3] == pytest.approx(0.25 * 1.645)


def test_a_prior_that_nothing_moved_is_given_back():
    """Draws of the prior have the prior's 5, 50 and 95 %, flat and cut ones too."""
    shares = (np.arange(2000) + 0.5) / 2000
    for name in (
        "heart.compensation_effect",
        "heart.fibroblast_capacity",
        "outcome.early_excess@pig",
        "heart.alarm_response_time",
    ):
        one = unknown(name)
        after = posterior.posterior_distribution(one, special.ndtri(shares))
        ends = np.array([0.05, 0.5, 0.95])
        expected = one.prior.quantile(ends)
        np.testing.assert_allclose(after.quantile(ends), expected, rtol=0.03)


def test_a_laboratory_may_work_on_several_species():
    """Its clocks are as many as its species, and each moves its own animals only."""
    rows = [c for c in outcome.load_controls() if c.id in {"rat_half", "pig_half"}]
    problem = Problem(tuple(rows), tuple(clock(c.species, c.laboratory) for c in rows))
    central, slow = problem.predict(np.array([[0.0, 0.0], [2.0, 0.0]]))
    assert slow[0] < central[0] - 5
    assert slow[1] == pytest.approx(central[1], rel=1e-4)


def test_a_mark_is_the_middle_90_percent():
    """A prediction on its pass mark is 1.645 standard deviations off."""
    control = dataclasses.replace(
        BASE, relation="value", observed=50.0, pass_low=40.0, pass_high=60.0
    )
    assert misfits([control], np.array([60.0]))[0] == pytest.approx(1.645)


def test_coordinates_are_standard_scores_of_the_prior():
    """0 is the median, 1.645 the end of the middle 90 %."""
    one = unknown("heart.alarm_response_time")
    low, middle, high = one.value(np.array([-1.645, 0.0, 1.645]))
    assert middle == pytest.approx(4.0)
    assert high / middle == pytest.approx(middle / low)
    assert clock("pig", "X").laboratory == "X"


class Toy(Problem):
    """A problem whose posterior is known: one datum of 2 with error 1 per unknown."""

    def misfits(self, coordinates, *, workers=1):
        return coordinates - 2.0


def test_the_sampler_finds_a_posterior_that_is_known():
    """A standard normal prior and a datum of 2 with error 1 give mean 1, SD 0.71."""
    names = ("heart.alarm_response_time", "heart.alarmin_time", "heart.alarmin_half")
    toy = Toy((), tuple(unknown(name) for name in names))
    best = fitting.optimum(toy)
    np.testing.assert_allclose(best, 1.0, atol=1e-3)
    drawn = fitting.sample(toy, best, np.random.default_rng(0), draws=3000)
    np.testing.assert_allclose(drawn.draws.mean(axis=0), 1.0, atol=0.06)
    np.testing.assert_allclose(drawn.draws.std(axis=0), 0.5**0.5, atol=0.06)
    assert drawn.effective > 1500


def test_the_same_stream_gives_the_same_draws():
    """A fit can be repeated bit by bit."""
    toy = Toy((), (unknown("heart.alarm_response_time"),))
    twice = [
        fitting.sample(toy, np.ones(1), np.random.default_rng(3), draws=90).draws
        for _ in range(2)
    ]
    np.testing.assert_array_equal(*twice)


def test_a_module_comes_closer_to_its_rows():
    """The optimum of the ventricle fits its two rows better than the priors do."""
    controls = rows_of("ventricle")
    problem = Problem(controls, unknowns_of("ventricle", controls))
    best = fitting.optimum(problem)
    before, after = problem.log_posterior(np.stack([np.zeros_like(best), best]))
    assert after > before


def test_death_that_is_open_at_reflow_is_a_share_and_falls_with_occlusion():
    """Longer occlusions leave less to be saved, before and after the fit."""
    for fitted in (False, True):
        short, long = (
            late_death("pig", minutes, fitted=fitted, count=8) for minutes in (45, 90)
        )
        assert np.all((short > 0) & (short < 1))
        assert np.all(long < short)
