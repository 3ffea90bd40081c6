"""Drawn animals: complete, in the model's units, and nobody shifts anybody's draw."""

from __future__ import annotations

import dataclasses
from typing import get_args

import numpy as np
import pytest
from scipy import special

from exoheart import calibration, heart, outcome
from exoheart.calibration import animals as drawing
from exoheart.calibration.animals import animals
from exoheart.engine.streams import uniforms
from exoheart.errors import InputError
from exoheart.records.correlation import Correlation
from exoheart.records.prior import Layer, Priors
from exoheart.units import factor

SPECIES = ("mouse", "rat", "pig", "human", "dog")


@pytest.fixture
def alone(monkeypatch):
    """The shipped rows without what a fit says of them together."""

    def known(species, **_):
        return Priors(calibration.priors(species).rows)

    monkeypatch.setattr(drawing, "priors", known)


@pytest.mark.parametrize("species", SPECIES)
def test_every_parameter_that_a_table_gives_is_drawn(species):
    """Nothing of the heart is left at its central value by accident."""
    model = calibration.heart_model(())
    wanted = {
        id_
        for id_ in model.parameters
        if not id_.startswith(("port_", *heart.SCHEDULED))
    }
    assert set(animals(species, 1, 0)[0]) == wanted | set(outcome.READINGS)


@pytest.mark.usefixtures("alone")
def test_a_value_is_the_quantile_of_its_own_stream_in_the_unit_of_the_text():
    """The flow time is in minutes in the table and in hours in the text."""
    prior = calibration.priors("pig")["heart.stunning_time"]
    shares = uniforms(3, prior.layer, prior.id, 0, 5)
    expected = prior.distribution.quantile(shares) * factor(prior.unit, "hour")
    found = [animal["heart_stunning_time"] for animal in animals("pig", 5, 3)]
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    assert animals("pig", 1, 3)[0]["heart_flow_time"] < 0.1


def test_the_first_animals_are_the_same_whatever_the_count():
    assert animals("mouse", 9, 1)[:4] == animals("mouse", 4, 1)
    assert animals("mouse", 4, 1) != animals("mouse", 4, 2)


@pytest.mark.usefixtures("alone")
def test_variation_between_animals_multiplies_its_parameter():
    known = calibration.priors("rat")
    rate, varied = (
        known[id_].distribution.quantile(uniforms(0, known[id_].layer, id_, 0, 6))
        for id_ in ("heart.rescue_rate", "variation.heart_rescue_rate")
    )
    found = [animal["heart_rescue_rate"] for animal in animals("rat", 6, 0)]
    unit = known["heart.rescue_rate"].unit
    np.testing.assert_allclose(found, rate * varied * factor(unit, "1/hour"))


def test_a_share_varies_on_its_odds(monkeypatch):
    """A share times a factor stays a share."""
    known = dict(calibration.priors("pig").rows)
    varied = known["variation.heart_rescue_rate"]
    id_ = "variation.heart_surviving_share"
    known[id_] = dataclasses.replace(varied, id=id_)
    monkeypatch.setattr(drawing, "priors", lambda *_, **__: Priors(known))
    by = varied.distribution.quantile(uniforms(0, "animal", id_, 0, 4))
    share = known["heart.surviving_share"]
    drawn = share.distribution.quantile(uniforms(0, share.layer, share.id, 0, 4))
    expected = special.expit(special.logit(drawn) + np.log(by))
    found = [animal["heart_surviving_share"] for animal in animals("pig", 4, 0)]
    np.testing.assert_allclose(found, expected, rtol=1e-12)


@pytest.mark.usefixtures("alone")
def test_what_was_fitted_together_is_drawn_together(monkeypatch):
    ids = ("heart.rescue_rate", "heart.delayed_death_rate")
    both = Correlation(ids, np.array([[1.0, 0.95], [0.95, 1.0]]))
    known = Priors(calibration.priors("pig").rows, both)
    apart = animals("pig", 200, 0)
    monkeypatch.setattr(drawing, "priors", lambda *_, **__: known)
    together = animals("pig", 200, 0)

    def hang_together(drawn):
        first, second = (
            np.log([animal[id_.replace(".", "_")] for animal in drawn]) for id_ in ids
        )
        return np.corrcoef(first, second)[0, 1]

    assert hang_together(together) > hang_together(apart) + 0.5


def test_animals_of_one_laboratory_differ_in_the_animal_layer_only():
    """What is drawn is drawn as among all; the rest is the same for every animal."""
    known = calibration.priors("human")
    own, full = animals("human", 6, 0, layers={"animal"}), animals("human", 6, 0)
    differ = {name for name in own[0] if len({animal[name] for animal in own}) > 1}
    expected = {
        name
        for name in own[0]
        for id_ in (name.replace("_", ".", 1), f"variation.{name}")
        if (row := known.get(id_)) is not None and row.layer == "animal"
    }
    assert differ == expected
    for id_ in ("heart.clock_animal", "heart.occlusion_spread", "anatomy.area_at_risk"):
        name = id_.replace(".", "_", 1)
        assert [a[name] for a in own] == [a[name] for a in full]
    laboratory = known["heart.clock_laboratory"].distribution.quantile(0.5)
    assert {animal["heart_clock_laboratory"] for animal in own} == {float(laboratory)}


def test_a_variation_moves_with_its_own_layer_around_the_median_of_its_parameter():
    known = calibration.priors("rat")
    varied = known["variation.heart_rescue_rate"]
    by = varied.distribution.quantile(uniforms(0, "animal", varied.id, 0, 5))
    rate = known["heart.rescue_rate"]
    middle = rate.distribution.quantile(0.5) * factor(rate.unit, "1/hour")
    found = animals("rat", 5, 0, layers=("animal",))
    np.testing.assert_allclose([a["heart_rescue_rate"] for a in found], middle * by)
    still = animals("rat", 5, 0, layers=())
    np.testing.assert_allclose([a["heart_rescue_rate"] for a in still], middle)


def test_all_layers_named_are_all_layers():
    """Correlated parameters keep their draws too."""
    named = animals("pig", 3, 0, layers=get_args(Layer))
    assert named == animals("pig", 3, 0)


def test_impossible_wishes_are_refused_at_once():
    with pytest.raises(InputError, match=r"count -1 and seed -2.*'animals'"):
        animals("pig", -1, -2, layers={"animals"})
    assert animals("pig", 0, 0) == []


@pytest.mark.parametrize("species", SPECIES)
def test_drawn_animals_can_be_solved(species):
    """No draw of the shipped tables breaks the solver."""
    runs = [
        calibration.Run(species, ("permanent ligation", None), [24.0, 672.0], animal)
        for animal in animals(species, 8, 0)
    ]
    found = calibration.solve(runs, ("outcome_ejection_fraction",))
    assert found.failed == 0
    values = found["outcome_ejection_fraction"]
    assert np.all((values > 0) & (values < 100))
