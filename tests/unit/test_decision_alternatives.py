"""Options ranked by the user's endpoint, ties said to be ties."""

import numpy as np
import pytest

from exoheart.decision import rank_options
from exoheart.errors import InputError
from exoheart.records.trial import PoolEndpoint
from exoheart.trial.toy import Toy, toy_study

LOWER = PoolEndpoint(toy_study(Toy()).endpoints[0], "%", "lower")
HIGHER = PoolEndpoint(toy_study(Toy()).endpoints[0], "%", "higher")


def _noise(seed, size=64):
    return np.random.default_rng(seed).standard_normal(size)


def test_the_better_option_comes_first_whichever_way_is_good():
    effects = {"weak": -2 + _noise(0), "strong": -9 + _noise(1)}
    assert [o.name for o in rank_options(effects, LOWER, 0.1).options] == [
        *("strong", "weak")
    ]
    turned = {name: -values for name, values in effects.items()}
    found = rank_options(turned, HIGHER, 0.1).options
    assert [option.name for option in found] == ["strong", "weak"]
    assert found[0].median == pytest.approx(9, abs=0.5)
    assert found[0].rank == 1
    assert found[1].rank == 2


def test_options_that_the_draws_cannot_tell_apart_share_a_rank():
    effects = {"one": -5 + _noise(2), "two": -5 + _noise(3), "poor": 1 + _noise(4)}
    ranks = {o.name: o.rank for o in rank_options(effects, LOWER, 0.1).options}
    assert ranks == {"one": 1, "two": 1, "poor": 3}


def test_equal_options_share_the_chance_of_being_best():
    same = -5 + _noise(5)
    found = rank_options({"one": same, "two": same.copy()}, LOWER, 0.1).options
    assert [option.best.value for option in found] == [0.5, 0.5]


def test_draws_in_which_nothing_helps_have_no_best_option():
    works = np.arange(64) >= 16
    effects = {"one": np.where(works, -5.0, 0.0), "two": np.where(works, -2.0, 0.0)}
    found = rank_options(effects, LOWER, 0.1)
    assert found.none_helps.value == 0.25
    assert {o.name: o.best.value for o in found.options} == {"one": 0.75, "two": 0.0}


def test_chances_of_being_best_and_of_nothing_helping_sum_to_one():
    effects = {str(k): k / 5 + 3 * _noise(k) for k in range(6)}
    found = rank_options(effects, LOWER, 0.5)
    total = sum(option.best.value for option in found.options)
    assert total + found.none_helps.value == pytest.approx(1.0, rel=1e-12)


def test_a_difference_below_the_negligible_one_decides_nothing():
    base = -5 + _noise(6)
    found = rank_options({"one": base, "two": base - 0.01}, LOWER, 0.1).options
    assert {option.rank for option in found} == {1}


def test_draws_that_failed_for_one_option_are_left_out_for_all():
    one, two = -5 + _noise(7), -9 + _noise(8)
    one[:32] = np.nan
    two[:32] = 50.0
    found = rank_options({"one": one, "two": two}, LOWER, 0.1).options
    assert found[0].name == "two"
    assert found[0].benefit.value == 1.0


@pytest.mark.parametrize(
    ("effects", "endpoint"),
    [
        ({}, LOWER),
        ({"one": np.ones(4)}, PoolEndpoint(LOWER.endpoint, "%", "none")),
        ({"one": np.full(4, np.nan)}, LOWER),
    ],
    ids=["nothing to rank", "no good direction", "every draw failed"],
)
def test_what_cannot_be_ranked_is_refused(effects, endpoint):
    with pytest.raises(InputError, match="allowed"):
        rank_options(effects, endpoint, 0.1)
