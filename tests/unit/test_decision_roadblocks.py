"""Drivers of the uncertainty: known shares are found, noise is called noise."""

import numpy as np
import pytest
from scipy import stats

from exoheart.decision import measured_share, rank_drivers
from exoheart.decision.strata import mid_ranks, shares_by_stratum, stratum_weights
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


def _mixture(rng, draws, idle=1, acting=0.5):
    """Half of the draws have no effect; in the others it is 2 + a, a of variance 1.

    Total variance: 0.5 within, 1 between; shares 1/3 for `a`, 2/3 for the mechanism.
    """
    names = ("a", *(f"idle {k}" for k in range(idle)))
    x = {name: rng.uniform(-(3**0.5), 3**0.5, draws) for name in names}
    labels = np.where(rng.random(draws) < acting, "acts", "none")
    return x, labels, np.where(labels == "acts", 2.0 + x["a"], 0.0)


def test_a_parameter_that_acts_under_one_mechanism_is_found_with_its_share():
    x, labels, effect = _mixture(np.random.default_rng(20), 4_000)
    found = rank_drivers(x, {"mechanism": labels}, effect, {}, strata=labels)
    share = {driver.id: driver.share for driver in found.drivers}
    assert share["mechanism"] == pytest.approx(2 / 3, abs=0.03)
    assert share["a"] == pytest.approx(1 / 3, abs=0.03)
    assert share["idle 0"] < 0.002
    assert found.unexplained == pytest.approx(0.0, abs=0.01)


def test_draws_made_where_the_effect_varies_tilt_no_share():
    """Nine tenths of the draws in a stratum whose chance is one half."""
    x, labels, effect = _mixture(np.random.default_rng(21), 4_000, acting=0.9)
    given = {"mechanism": labels}
    chances = {"acts": 0.5, "none": 0.5}
    even = rank_drivers(x, given, effect, {}, strata=labels, chances=chances)
    share = {driver.id: driver.share for driver in even.drivers}
    assert share["mechanism"] == pytest.approx(2 / 3, abs=0.03)
    assert share["a"] == pytest.approx(1 / 3, abs=0.03)
    as_drawn = rank_drivers(x, given, effect, {}, strata=labels).drivers
    assert next(d.share for d in as_drawn if d.id == "a") > 0.6  # 0.9 / 1.26


def test_a_stratum_without_any_effect_adds_nothing():
    rng = np.random.default_rng(22)
    x, labels, effect = _mixture(rng, 200)
    still = labels == "none"
    moved = dict(x)
    moved["a"] = np.where(still, rng.permutation(x["a"]) * 100, x["a"])
    one, other = (
        rank_drivers(v, {"mechanism": labels}, effect, {}, strata=labels)
        for v in (x, moved)
    )
    assert one == other


def test_with_ranks_only_the_order_of_effects_counts():
    x, labels, effect = _mixture(np.random.default_rng(23), 200, idle=3)
    given = {"mechanism": labels}
    one, other = (
        rank_drivers(x, given, y, {}, strata=labels, ranks=True)
        for y in (effect, np.sign(effect) * effect**4)
    )
    assert one == other


def test_negligible_effects_count_as_none():
    x, labels, effect = _mixture(np.random.default_rng(24), 200)
    noise = np.random.default_rng(25).uniform(-0.1, 0.1, 200)
    given = {"mechanism": labels}
    clean = np.where(np.abs(effect) < 0.1, 0.0, effect)
    one, other = (
        rank_drivers(x, given, y, {}, strata=labels, ranks=True, negligible=0.1)
        for y in (clean, np.where(clean == 0.0, noise, clean))
    )
    assert one == other


def test_mid_ranks_agree_with_scipy():
    values = np.random.default_rng(26).integers(0, 9, 50).astype(float)
    wanted = (stats.rankdata(values) - 0.5) / 50
    assert mid_ranks(values, np.ones(50)) == pytest.approx(wanted, abs=1e-12)


@pytest.mark.parametrize("apart", [0.0, 3.0])
def test_noise_within_strata_passes_as_seldom_as_the_level_says(apart):
    """30 idle parameters, 300 times: anything wrong above chance in 5 % at most.

    With strata apart (in mean and spread) these are the parameters, at the whole
    level; with strata alike the strata count as wrong too. 4 standard errors.
    """
    passed = 0
    labels = np.array(["a", "b", "b", "c"] * 24)
    spread = np.where(labels == "a", 0.0, np.where(labels == "b", 1.0, 3.0))
    spread = spread if apart else np.ones(96)
    for seed in range(300):
        rng = np.random.default_rng(seed)
        x = _normal(rng, map(str, range(30)), 96)
        effect = apart * (labels == "b") + spread * rng.standard_normal(96)
        given = {"mechanism": labels}
        found = rank_drivers(
            x, given, effect, {}, strata=labels, bootstrap=2, seed=seed
        )
        wrong = [d for d in found.drivers if d.id != "mechanism" or apart == 0.0]
        passed += any(driver.above_chance for driver in wrong)
    error = np.sqrt(0.05 * 0.95 / 300)
    assert passed / 300 <= 0.05 + 4 * error
    if apart:
        assert passed / 300 >= 0.05 - 3.5 * error


def test_an_idle_parameter_explains_nothing_on_average_within_strata():
    """Strata of unlike size and spread; 4 standard errors of the mean of 600."""
    rng = np.random.default_rng(27)
    labels = np.array(["a"] * 12 + ["b"] * 40 + ["c"] * 12)
    spread = np.where(labels == "a", 5.0, np.where(labels == "b", 1.0, 0.1))
    found, apart = [], []
    for _ in range(30):
        x = list(_normal(rng, map(str, range(20)), 64).values())
        effect = spread * rng.standard_normal(64)
        weights = stratum_weights(labels, None)
        one = shares_by_stratum(x, effect, labels, weights, rng, (2, 2))
        found.append(one.within.mean())  # parameters of one sample share its noise
        apart.append(one.between)
    for values in (found, apart):
        error = np.std(values, ddof=1) / np.sqrt(len(values))
        assert abs(np.mean(values)) < 4 * error


def test_the_bootstrap_interval_within_strata_covers_the_share():
    """Share of 1/3 for `a`, 2/3 between; 100 samples of 100 draws."""
    inside = {"a": 0, "mechanism": 0}
    for seed in range(100):
        x, labels, effect = _mixture(np.random.default_rng(seed), 100)
        chances = {"acts": 0.5, "none": 0.5}
        found = rank_drivers(
            x,
            {"mechanism": labels},
            effect,
            {},
            strata=labels,
            chances=chances,
            seed=seed,
        )
        for driver in found.drivers:
            if driver.id in inside:
                low, high = driver.share_interval90
                wanted = 1 / 3 if driver.id == "a" else 2 / 3
                inside[driver.id] += low <= wanted <= high
    assert min(inside.values()) >= 78, inside  # 4 standard errors below 90


def test_resampled_shares_agree_with_shares_of_the_resampled_draws():
    """A weighted parabola and the plain one over repeated draws are the same."""
    from exoheart.decision import strata

    rng = np.random.default_rng(28)
    x, y = rng.standard_normal(40), rng.standard_normal(40)
    basis, _ = strata._basis([x])
    often = rng.multinomial(40, np.full(40, 1 / 40), size=3).astype(float)
    for weights, share in zip(
        often, strata._explained_again(basis, y, often), strict=True
    ):
        picked = np.repeat(np.arange(40), weights.astype(int))
        columns = np.column_stack([np.ones(40), *basis[:, picked, 0]])
        left = np.linalg.lstsq(columns, y[picked], rcond=None)[1][0]
        total = ((y[picked] - y[picked].mean()) ** 2).sum()
        assert share[0] == pytest.approx(1 - left / total, abs=1e-12)


def test_labels_beside_the_strata_are_refused():
    x, labels, effect = _mixture(np.random.default_rng(29), 64)
    with pytest.raises(InputError, match="laboratory"):
        rank_drivers(x, {"laboratory": ["one"] * 64}, effect, {}, strata=labels)
