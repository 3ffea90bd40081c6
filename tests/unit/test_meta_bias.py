"""Looks at reporting bias: what they find in made data, and what they refuse."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exoheart.errors import InputError
from exoheart.evidence.meta.bias import (
    egger,
    pet_peese,
    selection_model,
    trim_and_fill,
)
from exoheart.evidence.meta.selection import Likelihood

SE = np.linspace(0.1, 0.8, 12)
NOISE = np.array([0.9, -1.1, 0.3, -0.4, 1.2, -0.8, 0.1, 0.6, -1.3, 0.7, -0.2, 0.5])
EVEN = 0.5 + 0.8 * SE * NOISE
TILTED = EVEN + 1.5 * SE


def made(seed, k, seen):
    """Effects around 0.2, those above one-sided p 0.025 seen with chance `seen`."""
    rng = np.random.default_rng(seed)
    se = rng.uniform(0.1, 0.5, 40 * k)
    yi = 0.2 + 0.1 * rng.standard_normal(40 * k) + se * rng.standard_normal(40 * k)
    kept = (yi / se > 1.96) | (rng.uniform(size=40 * k) < seen)
    return yi[kept][:k], se[kept][:k] ** 2


@pytest.mark.parametrize("model", ["lm", "rma"])
def test_a_slope_in_the_standard_error_is_found_and_none_is_not(model):
    assert egger(TILTED, SE**2, model=model).p < 0.01
    assert egger(EVEN, SE**2, model=model).p > 0.3


def test_effects_on_a_line_give_the_line():
    found = egger(0.5 + 2.0 * SE + 1e-6 * NOISE, SE**2)
    assert found.slope.estimate == pytest.approx(2.0, rel=1e-4)
    assert found.limit.estimate == pytest.approx(0.5, rel=1e-4)
    assert (found.statistic, found.p) == (found.slope.statistic, found.slope.p)


def test_the_effect_of_a_study_without_error_is_that_of_the_line():
    found = pet_peese(0.5 + 2.0 * SE + 1e-6 * NOISE, SE**2)
    assert found.pet.estimate == pytest.approx(0.5, rel=1e-4)
    found = pet_peese(0.5 + 2.0 * SE**2 + 1e-6 * NOISE, SE**2)
    assert found.peese.estimate == pytest.approx(0.5, rel=1e-4)


def test_peese_is_taken_where_pet_finds_an_effect():
    strong, none = pet_peese(EVEN, SE**2), pet_peese(1.5 * SE * NOISE, SE**2)
    assert (strong.used, none.used) == ("PEESE", "PET")
    assert (strong.estimate, strong.ci95) == (strong.peese.estimate, strong.peese.ci95)
    assert (none.estimate, none.se, none.p) == (
        none.pet.estimate,
        none.pet.se,
        none.pet.p,
    )
    assert pet_peese(EVEN, SE**2, alpha=0.0).used == "PET"


@pytest.mark.parametrize("estimator", ["L0", "R0"])
def test_a_lopsided_funnel_is_filled_on_its_empty_side(estimator):
    """Take the lowest effects of an even funnel away: they lack on the left."""
    whole = np.concatenate([0.5 + SE, 0.5 - SE])
    vi = np.tile(SE**2, 2)
    kept = whole > 0.05
    found = trim_and_fill(whole[kept], vi[kept], estimator=estimator, side="left")
    assert found.k0 > 0
    assert found.fit.k == kept.sum() + found.k0
    assert found.fit.estimate == pytest.approx(0.5, abs=0.15)
    assert sum(found.filled) == found.k0
    assert found.fit.labels[-1] == f"filled {found.k0}"
    mirrored = trim_and_fill(-whole[kept], vi[kept], estimator=estimator, side="right")
    assert mirrored.fit.estimate == pytest.approx(-found.fit.estimate, rel=1e-9)


def test_a_side_that_is_full_lacks_nothing():
    whole = np.concatenate([0.5 + SE, 0.5 - SE])
    kept = whole < 0.95
    vi = np.tile(SE**2, 2)[kept]
    found = trim_and_fill(whole[kept], vi, side="left")
    assert (found.k0, found.side, any(found.filled)) == (0, "left", False)


@pytest.mark.parametrize("seed", range(3))
def test_selection_is_found_where_it_was_made(seed):
    """A tenth of the effects that aren't significant are seen: delta is far below 1."""
    yi, vi = made(seed, 300, 0.1)
    found = selection_model(yi, vi)
    assert found.delta_ci95[0] < 0.1 < found.delta_ci95[1]
    assert found.ci95[0] < 0.2 < found.ci95[1]
    assert found.ratio_p < 1e-3
    assert found.estimate < np.average(yi, weights=1.0 / vi)


def test_without_selection_nothing_is_corrected():
    yi, vi = made(3, 300, 1.0)
    found = selection_model(yi, vi)
    assert found.delta_ci95[0] < 1.0 < found.delta_ci95[1]
    assert found.ratio_p > 0.05


def test_the_other_side_is_the_mirror_image():
    yi, vi = made(4, 80, 0.3)
    first = selection_model(yi, vi)
    second = selection_model(-yi, vi, alternative="less")
    assert second.estimate == pytest.approx(-first.estimate, rel=1e-8)
    assert second.delta == pytest.approx(first.delta, rel=1e-8)


@settings(max_examples=25, deadline=None)
@given(mean=st.floats(-1.0, 1.0), tau2=st.floats(0.01, 2.0), delta=st.floats(0.05, 3.0))
def test_slopes_and_curvatures_are_those_of_the_likelihood(mean, tau2, delta):
    yi, vi = made(5, 12, 0.5)
    above = yi / np.sqrt(vi) < 1.96
    likelihood = Likelihood(yi, vi, above, 1.959963984540054)
    at = np.array([mean, tau2, delta])
    gradient, hessian = likelihood.slopes(at)
    for i, step in enumerate(1e-5 * np.eye(3) * at[1]):
        size = step[i]
        ends = likelihood.value(at + step), likelihood.value(at - step)
        slope = (ends[0] - ends[1]) / (2.0 * size)
        assert gradient[i] == pytest.approx(slope, rel=1e-4, abs=1e-3)
        slopes = likelihood.slopes(at + step)[0] - likelihood.slopes(at - step)[0]
        assert hessian[i] == pytest.approx(slopes / (2.0 * size), rel=1e-4, abs=1e-3)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: egger([1.0, 2.0], [0.1, 0.2]), "2 effects; allowed: 3 effects"),
        (lambda: egger([1.0, 2.0, 3.0], [0.1] * 3), "equal variances"),
        (lambda: egger([1.0, 2.0, 3.0], [0.1, 0.2, 0.3], model="ml"), "lm, rma"),
        (lambda: pet_peese([1.0, 2.0, 3.0], [0.1, 0.2, -1.0]), "above 0"),
        (lambda: pet_peese([1.0, 2.0, 3.0], [0.1, 0.2, 0.3], alpha=2.0), "alpha"),
        (lambda: trim_and_fill(EVEN, [0.1] * 12), "that differ, or the side named"),
        (lambda: trim_and_fill([1.0, 2.0], [0.1, 0.2]), "2 effects; allowed: 3 effe"),
        (lambda: trim_and_fill(EVEN, SE**2, estimator="Q0"), "L0, R0"),
        (lambda: trim_and_fill(EVEN, SE**2, side="lef"), "did you mean 'left'"),
        (lambda: selection_model([1.0, 2.0, 0.1], [0.1] * 3), "4 or more"),
        (lambda: selection_model([1.0] * 5, [0.01] * 5), "effects on both sides"),
        (lambda: selection_model(EVEN, SE**2, step=0.0), "step: met 0.0"),
        (lambda: selection_model(EVEN, SE**2, alternative="up"), "greater, less"),
    ],
)
def test_what_cant_be_judged_is_refused(call, words):
    with pytest.raises(InputError, match=words):
        call()


def test_results_are_plain_data():
    results = (
        egger(EVEN, SE**2),
        pet_peese(EVEN, SE**2),
        trim_and_fill(TILTED, SE**2),
        selection_model(EVEN, SE**2),
    )
    for one in results:
        shown = one.to_json()
        assert json.loads(json.dumps(shown, allow_nan=False)) == shown
    assert math.isfinite(results[3].to_json()["delta"])
