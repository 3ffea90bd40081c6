"""Power by number of animals and the smallest effect that a design finds."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from exoheart.errors import InputError
from exoheart.records.study import Design
from exoheart.records.trial import Noise
from exoheart.trial import (
    conditional_power,
    detectable_effect,
    power_by_n,
    unreachable_share,
)
from exoheart.trial.toy import Toy, toy_pool, toy_study

STUDENT = Design(analysis="student")


def _made(toy, design=STUDENT, seed=4):
    return toy_pool(toy, np.random.default_rng(seed)), toy_study(toy, design)


def _textbook(effect, sd, n):
    """Chance that Student's test is significant in the good direction."""
    df, shift = 2 * n - 2, effect / (sd * np.sqrt(2 / n))
    return stats.nct.sf(stats.t.ppf(0.975, df), df, shift)


@pytest.mark.parametrize(("n", "effect"), [(6, 15.0), (10, 12.0), (20, 10.0)])
def test_conditional_power_agrees_with_the_textbook(n, effect):
    """Spread is 10 between animals and 5 of a reading, so sqrt(125) in all."""
    toy = Toy(effects=(0.0,), reading_sd=5.0, n=n, outer=40, animals=500)
    pool, study = _made(toy)
    found = conditional_power(pool, study, effect, 0, 8_000)["arm 1"]
    error = np.sqrt(0.25 / 8_000)
    wanted = _textbook(effect, np.sqrt(125), n)
    assert found.value == pytest.approx(wanted, abs=4 * error + 0.01)  # 0.01: the pool


def test_conditional_power_ignores_what_the_therapy_does_and_the_effects_sign():
    pool, study = _made(Toy(effects=(-30.0,)))
    idle, _ = _made(Toy(effects=(0.0,)))
    found = [conditional_power(p, study, 12.0, 0, 500) for p in (pool, idle)]
    assert found[0] == found[1]
    assert found[0] == conditional_power(pool, study, -12.0, 0, 500)


def test_power_grows_with_animals_and_counts_all_arms():
    pool, study = _made(Toy(effects=(-10.0, -10.0), attrition=0.2))
    points = power_by_n(pool, study, 0, (4, 8, 16, 32), effect=10.0, trials=1_000)
    assert [point.animals for point in points] == [12, 24, 48, 96]
    for name in ("arm 1", "arm 2"):
        assert (np.diff([p.assurance[name].value for p in points]) > 0).all()
        assert (np.diff([p.conditional[name].value for p in points]) > 0).all()


def test_assurance_cannot_pass_the_chance_that_there_is_an_effect():
    pool, study = _made(Toy(effects=(-40.0,), null_share=0.5))
    (point,) = power_by_n(pool, study, 0, (30,), trials=2_000)
    assert point.conditional is None
    assert point.assurance["arm 1"].value == pytest.approx(0.5, abs=0.03)


def test_the_detectable_effect_has_the_power_asked_for():
    pool, study = _made(Toy(effects=(0.0,), animals=500, n=8))
    effect = detectable_effect(pool, study, 0, power=0.8, trials=4_000)
    assert _textbook(effect, 10.0, 8) == pytest.approx(0.8, abs=0.04)


def test_no_detectable_effect_where_nothing_can_be_found():
    lost = Toy(effects=(0.0,), attrition=0.95, n=3)
    assert detectable_effect(*_made(lost), 0, trials=300) is None
    assert detectable_effect(*_made(Toy(effects=())), 0, trials=300) is None


def test_an_effect_beyond_the_end_of_the_scale_is_called_out_of_reach():
    toy = Toy(mean=8.0, animal_sd=1.0)
    pool, study = _made(toy)
    scaled = replace(pool, noise=(Noise("none", np.zeros(toy.outer), 0.0, 100.0),))
    assert unreachable_share(scaled, study, 20.0) == 1.0
    assert unreachable_share(scaled, study, 2.0) == 0.0


def test_one_animal_in_an_arm_is_refused():
    pool, study = _made(Toy())
    with pytest.raises(InputError, match="2 or more"):
        power_by_n(pool, study, 0, (1,))
