"""Without any effect the whole machinery finds one as often as alpha says."""

import numpy as np
import pytest

from exoheart.records.study import Design
from exoheart.trial import analyse, simulate_trials
from exoheart.trial.toy import Toy, toy_pool, toy_study

TRIALS = 10_000


def _significant(toy, design, seed):
    study = toy_study(toy, design)
    pool = toy_pool(toy, np.random.default_rng(seed))
    return analyse(simulate_trials(pool, study, seed, TRIALS), study).significant


@pytest.mark.parametrize("alpha", [0.01, 0.05, 0.2])
def test_one_comparison_is_significant_in_alpha_of_all_trials(alpha):
    """Student's test on normal animals is exact; 4 binomial standard errors."""
    toy = Toy(effects=(0.0,), draw_sd=8.0, reading_sd=3.0, animals=400)
    seen = _significant(toy, Design(alpha=alpha, analysis="student"), 1).mean()
    assert seen == pytest.approx(alpha, abs=4 * np.sqrt(alpha * (1 - alpha) / TRIALS))


@pytest.mark.parametrize("analysis", ["welch", "mann-whitney"])
def test_the_default_pool_and_other_tests_do_not_exceed_alpha(analysis):
    """16 animals a draw, a fifth lost; Welch and exact ranks err on the low side."""
    toy = Toy(effects=(0.0,), reading_sd=3.0, animals=16, attrition=0.2, n=8)
    seen = _significant(toy, Design(analysis=analysis), 2).mean()
    assert 0.02 < seen < 0.05 + 4 * np.sqrt(0.05 * 0.95 / TRIALS)


def test_holm_keeps_the_chance_of_any_false_success_at_alpha():
    """Three arms that share a control: at most alpha, and not far below it."""
    toy = Toy(effects=(0.0, 0.0, 0.0), animals=400, n=10)
    seen = _significant(toy, Design(analysis="student"), 3)
    error = np.sqrt(0.05 * 0.95 / TRIALS)
    assert 0.03 < seen.any(axis=1).mean() < 0.05 + 4 * error
    assert seen.any(axis=1).mean() < 1 - 0.95**3  # what it would be without Holm
