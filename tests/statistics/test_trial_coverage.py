"""Intervals hold the share of new trials that they promise."""

import numpy as np
import pytest

from exoheart.trial import simulate_trials, summarise
from exoheart.trial.toy import Toy, toy_pool, toy_study

TOY = Toy(
    effects=(-8.0,), draw_sd=6.0, animal_sd=10.0, reading_sd=4.0, effect_sd=5.0,
    outer=2_000, animals=16, n=6,
)  # fmt: skip
NEW = 4_000


def _new_trials(rng):
    """Draw trials from the population itself, with no pool and none of our code."""
    draws = TOY.draw_sd * rng.standard_normal((NEW, 1))
    effect = TOY.effects[0] + TOY.effect_sd * rng.standard_normal((NEW, 1))
    spread = np.hypot(TOY.animal_sd, TOY.reading_sd)
    groups = TOY.mean + draws + spread * rng.standard_normal((2, NEW, TOY.n))
    return groups[0], groups[1] + effect


@pytest.mark.parametrize("what", ["mean", "animal", "difference"])
def test_nine_of_ten_new_trials_fall_into_the_90_percent_interval(what):
    """4 binomial standard errors, and 0.01 since the pool's draws are few."""
    rng = np.random.default_rng(11)
    study = toy_study(TOY)
    trials = simulate_trials(toy_pool(TOY, rng), study, 0, 20_000)
    one = summarise(trials, study, 0.01)[1].endpoints[0]
    control, treated = _new_trials(rng)
    low, high, seen = {
        "mean": (*one.interval90, treated.mean(axis=1)),
        "animal": (*one.animal_interval90, treated[:, 0]),
        "difference": (
            *one.difference.interval90,
            treated.mean(axis=1) - control.mean(axis=1),
        ),
    }[what]
    inside = ((seen >= low) & (seen <= high)).mean()
    assert inside == pytest.approx(0.9, abs=4 * np.sqrt(0.09 / NEW) + 0.01)
