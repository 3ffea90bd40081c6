"""Draws: which number belongs to whom, and that nobody's depends on another's."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
from scipy import special, stats

from exoheart.engine.streams import uniforms
from exoheart.errors import InputError
from exoheart.evidence import load_scaling
from exoheart.prediction import prepare
from exoheart.records.distribution import parse_distribution
from exoheart.records.prior import Prior, Priors
from exoheart.study import load_study, priors_for
from exoheart.therapy import (
    MECHANISMS,
    Draws,
    falling_labels,
    mechanism_labels,
    therapy_model,
)
from exoheart.therapy.draws import NONE

EXAMPLE = Path(__file__).parents[2] / "examples" / "pig_reperfused_infarct.toml"
SEED = 7
OUTER = np.repeat(np.arange(40), 5)
ANIMAL = np.arange(200)


@lru_cache(maxsize=1)
def priors() -> Priors:
    return priors_for(load_study(EXAMPLE))


@lru_cache(maxsize=1)
def draws(body_mass: float | None = None) -> Draws:
    return Draws.of(SEED, therapy_model(), priors(), load_scaling(), body_mass)


def changed(**rows: Prior | None) -> Draws:
    """The pig's draws with some rows replaced or left out."""
    new = {k: v for k, v in priors().rows.items() if k not in rows}
    new |= {k: v for k, v in rows.items() if v is not None}
    return Draws.of(
        SEED, therapy_model(), Priors(new, priors().correlation), load_scaling(), None
    )


def row(name, text, spread, unit="1", bounds=(0.0, np.inf)):
    form = parse_distribution(text)
    value = float(form.quantile(0.5))
    return Prior(name, value, unit, form, spread, "assumed", "all", bounds=bounds)


def test_every_parameter_of_a_table_is_drawn_in_the_unit_of_the_text():
    """Flow relaxes in minutes; the table may say minutes, the model reads hours."""
    values = draws().outer(0, 3)
    assert len(values) > 150
    minutes = row("heart.flow_time", "fixed(value=30)", "none", "min")
    found = changed(**{"heart.flow_time": minutes}).outer(0, 3)["heart_flow_time"]
    np.testing.assert_allclose(found, 0.5, rtol=1e-12)


def test_an_outer_draw_is_the_quantile_of_its_own_stream():
    name = "delivery.uptake_clearance"
    prior = priors()[name]
    assert prior.layer == "parameter"
    wanted = prior.distribution.quantile(uniforms(SEED, "parameter", name, 0, 12))
    found = draws().outer(0, 12)["delivery_uptake_clearance"]
    np.testing.assert_allclose(found / found[0], wanted / wanted[0], rtol=1e-12)


def test_animals_share_what_a_trial_shares_and_nothing_else():
    values = draws().animals(OUTER, ANIMAL)
    by_draw = {id_: value.reshape(40, 5) for id_, value in values.items()}
    for draw in draws().draws:
        shared = draw.prior.layer != "animal" and draw.variation is None
        spread = draw.prior.distribution.form != "fixed" or draw.variation is not None
        same = np.ptp(by_draw[draw.text_id], axis=1).max() == 0.0
        assert same == (shared or not spread), draw.text_id


@pytest.mark.parametrize("size", [1, 7, 33])
def test_blocks_of_animals_put_together_are_the_whole(size):
    whole = draws().animals(OUTER, ANIMAL)
    parts = [
        draws().animals(OUTER[k : k + size], ANIMAL[k : k + size])
        for k in range(0, 200, size)
    ]
    for id_, value in whole.items():
        joined = np.concatenate([part[id_] for part in parts])
        np.testing.assert_array_equal(joined, value, err_msg=id_)


def test_leaving_a_row_fixed_shifts_nobody_elses_draw():
    name = "delivery.uptake_clearance"
    fixed = replace(priors()[name], distribution=parse_distribution("fixed(1e-9)"))
    before = draws().animals(OUTER, ANIMAL)
    after = changed(**{name: fixed}).animals(OUTER, ANIMAL)
    differ = {id_ for id_ in before if not np.array_equal(before[id_], after[id_])}
    assert differ == {"delivery_uptake_clearance"}


def test_what_differs_between_animals_has_its_own_distribution():
    """Area at risk of 2,000 pigs against its row; Kolmogorov-Smirnov."""
    values = draws().animals(np.zeros(2000, int), np.arange(2000))
    prior = priors()["anatomy.area_at_risk"]
    assert prior.layer == "animal"
    low, high = prior.distribution.support()
    found = values["anatomy_area_at_risk"]
    assert low <= found.min()
    assert found.max() <= high
    grid = np.linspace(0.01, 0.99, 99)
    wanted = prior.distribution.quantile(grid)
    share = np.searchsorted(np.sort(found), wanted) / 2000
    assert np.abs(share - grid).max() < 1.63 / np.sqrt(2000)  # 1 % level


def test_a_share_varies_on_its_odds_and_never_leaves_zero_to_one():
    """Half at a factor of e on the odds is a logistic of one."""
    name = "heart.no_reflow"
    share = row(name, "fixed(value=0.5)", "none", bounds=(0.0, 1.0))
    variation = "variation.heart_no_reflow"
    wide = row(variation, "lognormal(median=1, gsd=50)", "between animals")
    found = changed(**{name: share, variation: wide}).animals(OUTER, ANIMAL)[
        "heart_no_reflow"
    ]
    assert found.min() > 0
    assert found.max() < 1
    assert np.ptp(found) > 0.9
    factor = wide.distribution.quantile(uniforms(SEED, "animal", variation, 0, 200))
    np.testing.assert_allclose(special.logit(found), np.log(factor), atol=1e-9)


def test_a_positive_quantity_varies_by_a_factor():
    name, variation = "heart.flow_time", "variation.heart_flow_time"
    rows = {
        name: row(name, "fixed(value=2)", "none", "hour"),
        variation: row(variation, "lognormal(median=1, gsd=2)", "between animals"),
    }
    found = changed(**rows).animals(OUTER, ANIMAL)["heart_flow_time"]
    factor = rows[variation].distribution.quantile(
        uniforms(SEED, "animal", variation, 0, 200)
    )
    np.testing.assert_allclose(found, 2 * factor, rtol=1e-12)


def test_parameters_scale_with_body_mass_by_their_exponent():
    """Twice the reference mass: 2 to the exponent for those listed, 1 for the rest."""
    reference = priors()["anatomy.body_mass"]
    assert reference.unit == "kg"
    base, heavy = draws().outer(0, 4), draws(2 * reference.value).outer(0, 4)
    scaling = load_scaling()
    assert len(scaling) > 3
    for draw in draws().draws:
        exponent = scaling.get(draw.prior.id)
        wanted = 2 ** priors()[exponent].value if exponent else 1.0
        np.testing.assert_allclose(
            heavy[draw.text_id], wanted * base[draw.text_id], rtol=1e-12
        )


def test_a_parameter_without_a_row_is_missed_by_name():
    with pytest.raises(InputError, match=r"heart\.flow_time.*add a row"):
        changed(**{"heart.flow_time": None})


def test_mechanisms_come_in_the_proportions_of_their_weights():
    """Within one draw of each weight at any count, for any seed."""
    weights = {
        name: priors()[f"mechanism.prior_weight.{name}"].value
        for name in (*MECHANISMS, NONE)
    }
    total = sum(weights.values())
    for seed in range(20):
        labels = mechanism_labels(priors(), seed, 64)
        for name, weight in weights.items():
            assert abs(labels.count(name) - 64 * weight / total) <= 2, (seed, name)


def test_more_draws_keep_the_mechanisms_of_the_first():
    assert mechanism_labels(priors(), 3, 64) == mechanism_labels(priors(), 3, 200)[:64]


def test_mechanisms_weigh_alike_before_any_comparison():
    """Four mechanisms and none at all: a fifth each."""
    for name in (*MECHANISMS, NONE):
        assert priors()[f"mechanism.prior_weight.{name}"].value == 0.2
    assert len(MECHANISMS) == 4


def test_falling_answers_come_in_the_proportion_of_their_weight():
    """Within two draws of it at any seed; more draws keep those of the first."""
    weight = priors()["mechanism.falling_weight"].value
    assert 0.0 < weight < 0.5
    for seed in range(20):
        labels = falling_labels(priors(), seed, 64)
        assert abs(sum(labels) - 64 * weight) <= 2, seed
        assert labels == falling_labels(priors(), seed, 200)[:64]


@pytest.mark.parametrize("weight", [0.0, 1.0])
def test_a_weight_of_none_or_all_is_none_or_all(weight):
    own = replace(priors()["mechanism.falling_weight"], value=weight)
    rows = {**priors().rows, "mechanism.falling_weight": own}
    assert set(falling_labels(Priors(rows), 3, 100)) == {bool(weight)}


def test_falling_answers_are_met_in_every_mechanism_alike():
    """Two sequences of their own step: every pair within 3 % of its product."""
    weight = priors()["mechanism.falling_weight"].value
    for seed in range(5):
        names = np.array(mechanism_labels(priors(), seed, 2000))
        falls = np.array(falling_labels(priors(), seed, 2000))
        for name in (*MECHANISMS, NONE):
            share = falls[names == name].mean()
            assert share == pytest.approx(weight, abs=0.03), (seed, name)


def test_mechanisms_are_independent_of_parameters():
    """Rank correlation of the label 'none' with each parameter, 2,000 draws."""
    none = np.array([n == NONE for n in mechanism_labels(priors(), SEED, 2000)])
    values = draws().outer(0, 2000)
    spread = [v for v in values.values() if np.ptp(v) > 0]
    seen = [abs(stats.spearmanr(none, v).statistic) for v in spread]
    assert len(seen) > 40
    assert max(seen) < 4.5 / np.sqrt(2000)


def test_products_and_model_draw_from_streams_of_the_same_seed():
    """A study's seed names every stream: another seed moves every spread number."""
    one, other = (prepare(load_study(EXAMPLE), seed, 64) for seed in (0, 1))
    given, moved = one.products.given["CDC IM"], other.products.given["CDC IM"]
    assert not np.any(given.giga == moved.giga)
    assert not np.array_equal(
        one.draws.outer(0, 8)["delivery_uptake_clearance"],
        other.draws.outer(0, 8)["delivery_uptake_clearance"],
    )
