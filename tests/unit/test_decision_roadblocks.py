"""Drivers of the uncertainty: known shares are found, noise is called noise."""

import numpy as np
import pytest
from scipy import stats

from exoheart.decision import measured_share, rank_drivers
from exoheart.errors import InputError

_EDGES = stats.norm.ppf(np.arange(6) / 5)
_DENSITY = stats.norm.pdf(_EDGES)
#: Share of a straight line's variance that lies between the five fifths of a normal.
FIFTHS = float((25 * np.diff(_DENSITY) ** 2).mean())


def _normal(rng, names, draws):
    return {name: rng.standard_normal(draws) for name in names}


def test_shares_of_a_straight_line_are_those_of_its_slopes():
    """y = 2a + b: shares 0.8 and 0.2, times what five bins keep of a line."""
    x = _normal(np.random.default_rng(0), ("a", "b", "idle"), 4_000)
    found = rank_drivers(x, {}, 2 * x["a"] + x["b"], {"a": "measured"})
    share = {driver.id: driver.share for driver in found.drivers}
    assert share["a"] == pytest.approx(0.8 * FIFTHS, abs=0.03)  # 3 of its errors
    assert share["b"] == pytest.approx(0.2 * FIFTHS, abs=0.03)
    assert share["idle"] < 0.01
    assert [driver.id for driver in found.drivers] == ["a", "b", "idle"]
    assert found.unexplained == pytest.approx(1 - FIFTHS, abs=0.04)
    assert measured_share(found) == share["a"]


def test_a_bend_without_slope_is_seen():
    """Mean of x squared in a fifth from l to u: 1 + 5 (l pdf(l) - u pdf(u))."""
    ends = np.nan_to_num(_EDGES, posinf=0.0, neginf=0.0) * _DENSITY
    wanted = ((5 * np.diff(ends)) ** 2).mean() / 2  # the variance of x squared is 2
    x = _normal(np.random.default_rng(1), ("a", "b"), 4_000)
    first = rank_drivers(x, {}, x["a"] ** 2, {}).drivers[0]
    assert first.id == "a"
    assert first.above_chance
    assert first.share == pytest.approx(wanted, abs=0.05)  # heavy tails


def test_labels_count_as_they_are_and_rare_ones_together():
    rng = np.random.default_rng(2)
    labels = ["none"] * 20 + ["surface"] * 42 + ["once", "twice"]
    effect = np.where(np.array(labels) == "none", 0.0, 5.0)
    x = _normal(rng, ("a",), 64)
    found = rank_drivers(x, {"mechanism": labels}, effect, {})
    assert found.drivers[0].id == "mechanism"
    assert found.drivers[0].share == pytest.approx(1.0)
    assert found.unexplained == pytest.approx(0.0)


def test_constants_and_missing_effects_are_left_out():
    rng = np.random.default_rng(3)
    x = {**_normal(rng, ("a",), 64), "fixed": np.full(64, 3.0)}
    effect = x["a"].copy()
    effect[:4] = np.nan
    found = rank_drivers(x, {"lab": ["one"] * 64}, effect, {})
    assert [driver.id for driver in found.drivers] == ["a"]
    assert found.draws == 60


def test_an_effect_that_never_varies_has_no_drivers():
    x = _normal(np.random.default_rng(4), ("a",), 64)
    found = rank_drivers(x, {}, np.zeros(64), {})
    assert found.drivers == ()
    assert found.unexplained == 1.0


def test_noise_passes_for_a_driver_as_seldom_as_the_level_says():
    """30 idle parameters, 200 times: any above chance in 5 %; 4 standard errors."""
    passed = 0
    for seed in range(200):
        x = _normal(np.random.default_rng(seed), map(str, range(30)), 64)
        effect = np.random.default_rng(1_000 + seed).standard_normal(64)
        found = rank_drivers(x, {}, effect, {}, bootstrap=2, seed=seed)
        passed += found.drivers[0].above_chance
    assert passed / 200 == pytest.approx(0.05, abs=4 * np.sqrt(0.05 * 0.95 / 200))


def test_the_corrected_share_of_an_idle_parameter_is_zero_on_average():
    """Before clipping at zero half of them are negative, so half are shown as 0."""
    x = _normal(np.random.default_rng(5), map(str, range(400)), 64)
    effect = np.random.default_rng(6).standard_normal(64)
    shares = [d.share for d in rank_drivers(x, {}, effect, {}, bootstrap=2).drivers]
    assert 0.4 < np.mean(np.array(shares) == 0.0) < 0.75


def test_twins_do_not_explain_more_than_everything():
    x = _normal(np.random.default_rng(7), ("a",), 200)
    x["twin"] = x["a"].copy()
    found = rank_drivers(x, {}, x["a"], {})
    assert found.scale < 1.0
    assert sum(driver.share for driver in found.drivers) == pytest.approx(1.0)
    assert found.unexplained == 0.0


def test_the_interval_on_the_rank_is_narrow_for_a_clear_driver_and_wide_for_noise():
    x = _normal(np.random.default_rng(8), ("big", *map(str, range(20))), 64)
    effect = 3 * x["big"] + np.random.default_rng(9).standard_normal(64)
    first, *rest = rank_drivers(x, {}, effect, {}).drivers
    assert first.id == "big"
    assert first.rank_interval90 == (1.0, 1.0)
    low, high = rest[0].rank_interval90
    assert high - low > 5
    for driver in (first, *rest):
        low, high = driver.share_interval90
        assert low <= driver.share <= high


def test_the_bootstrap_interval_covers_the_share():
    """Straight line with a share of 0.5; 100 samples of 100 draws."""
    inside = 0
    for seed in range(100):
        x = _normal(np.random.default_rng(seed), ("a", "b"), 100)
        found = rank_drivers(x, {}, x["a"] + x["b"], {}, seed=seed)
        low, high = next(d.share_interval90 for d in found.drivers if d.id == "a")
        inside += low <= 0.5 * FIFTHS <= high
    assert inside >= 78  # 4 standard errors below 90


def test_repeating_draws_does_not_lift_the_interval_off_its_estimate():
    """Uncorrected, 48 draws in 4 bins would lift it by about 0.04 on average."""
    lifts = []
    for seed in range(40):
        x = _normal(np.random.default_rng(seed), ("a", "b"), 48)
        found = rank_drivers(x, {}, x["a"] + x["b"], {}, seed=seed)
        lifts += [np.mean(d.share_interval90) - d.share for d in found.drivers]
    assert abs(np.mean(lifts)) < 0.02


def test_the_same_seed_gives_the_same_list():
    x = _normal(np.random.default_rng(10), ("a", "b"), 64)
    one, two, other = (
        rank_drivers(x, {}, x["a"] + x["b"], {}, seed=seed) for seed in (1, 1, 2)
    )
    assert one == two
    assert one != other


def test_draws_that_do_not_match_the_effect_are_refused_by_name():
    with pytest.raises(InputError, match="short"):
        rank_drivers({"short": np.zeros(3)}, {}, np.arange(64.0), {})


@pytest.mark.parametrize("draws", [8, 16, 32])
def test_few_draws_give_a_list_all_the_same(draws):
    x = _normal(np.random.default_rng(11), ("a", "b"), draws)
    found = rank_drivers(x, {}, x["a"], {})
    assert found.drivers[0].id == "a"
    assert np.isfinite(found.drivers[0].share_interval90).all()
