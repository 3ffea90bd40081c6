"""Priors: the kind of spread says where a number is drawn."""

from __future__ import annotations

import pytest

from exoheart.errors import InputError
from exoheart.evidence import load_parameters
from exoheart.records.distribution import parse_distribution
from exoheart.records.prior import LAYER_OF_SPREAD, Prior, Priors


def prior(spread, name="heart.flow_time"):
    form = parse_distribution("lognormal(median=1, gsd=2)")
    return Prior(name, 1.0, "hour", form, spread, "assumed", "all")


@pytest.mark.parametrize(
    ("spread", "layer"),
    [
        ("none", "parameter"),
        ("judgement", "parameter"),
        ("standard error", "parameter"),
        ("between studies", "parameter"),
        ("between laboratories", "laboratory"),
        ("between lots", "lot"),
        ("between animals", "animal"),
        ("between readings", "measurement"),
    ],
)
def test_what_animals_share_is_drawn_once_a_trial_and_what_differs_per_animal(
    spread, layer
):
    assert prior(spread).layer == layer


def test_every_kind_of_spread_that_the_tables_use_has_a_layer():
    assert {row.spread_kind for row in load_parameters()} <= set(LAYER_OF_SPREAD)


def test_an_unknown_parameter_gets_the_nearest_name_and_a_way_out():
    priors = Priors({"heart.flow_time": prior("none")})
    with pytest.raises(InputError, match=r"heart\.flow_time; add a row"):
        priors["heart.flow_tme"]
    assert "heart.flow_tme" not in priors
    assert list(priors) == ["heart.flow_time"]
    assert len(priors) == 1
