"""Section 6: draws go where the effect varies, and its words name a measurement."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from exoheart.planning.more_draws import more_effects, own_effects, spread_labels
from exoheart.planning.roadblock_words import needed, now, sentence
from exoheart.planning.roadblocks import drivers, kind_shares, measured_share
from exoheart.planning.roadblocks import roadblocks as section
from exoheart.prediction import simulate
from exoheart.records.distribution import Distribution
from exoheart.records.prior import Prior
from exoheart.study import load_study

EXAMPLE = Path(__file__).parents[2] / "examples" / "pig_reperfused_infarct.toml"


@pytest.fixture(scope="module")
def prediction():
    """Give the example's injected arms, 4 draws of 8 animals."""
    study = load_study(EXAMPLE)
    arms = tuple(arm for arm in study.arms if "IM" in arm.name)
    return simulate(replace(study, arms=arms), members=32)


def _prior(note):
    spread = Distribution("loguniform", (1.0, 1e4))
    return Prior("x.y", 100.0, "1/h", spread, "judgement", "assumed", "all", note=note)


@pytest.mark.parametrize(
    ("note", "wanted"),
    [
        ("Judged. A titration in cells would replace it", "a titration in cells"),
        ("Recalled; a count at 0.5 h would replace it.", "a count at 0.5 h"),
        ("No number. Replaced by: RNA of one lot", "RNA of one lot"),
        ("Mouse cells", ""),
    ],
)
def test_the_measurement_is_read_from_the_note(note, wanted):
    assert needed(_prior(note)) == wanted


def test_where_a_value_stands_now_is_its_central_nine_tenths():
    assert now(_prior("")) == "1.58 to 6,310 1/h"


def test_draws_are_shared_out_by_chance_times_spread():
    """Spread 1 and 3 at equal chance: a quarter and three quarters."""
    ranks = np.array([1.0, 3.0, 2.0, 2.0, 8.0, 5.0, *[5.0] * 3])
    labels = ["a"] * 3 + ["b"] * 3 + ["none"] * 3
    chances = dict.fromkeys(("a", "b", "none"), 1 / 3)
    found = spread_labels(ranks, labels, chances, 40)
    assert (found.count("a"), found.count("b"), len(found)) == (10, 30, 40)


def test_where_nothing_varies_no_draws_are_made():
    assert spread_labels(np.ones(3), ["a", "b", "b"], {"a": 0.7, "b": 0.3}, 9) == []


def test_more_draws_are_new_ones_and_join_the_ranking(prediction):
    own = drivers(prediction)
    more = drivers(prediction, more=12)
    assert own.more == 0
    assert more.more == 12
    assert more.found.draws == own.found.draws + 12


def test_the_new_draws_do_not_repeat_those_of_the_prediction(prediction):
    pair = prediction.study.arm("CDC IM"), prediction.study.arm("vehicle IM")
    own = own_effects(prediction, *pair)
    new = more_effects(prediction, pair, ["surface", "relay"] * 2, 1, None)
    assert new.labels == ["surface", "relay"] * 2
    for id_, values in own.values.items():
        if np.ptp(values) > 0:
            assert not np.isin(new.values[id_], values).any(), id_


def test_the_same_seed_makes_the_same_draws(prediction):
    pair = prediction.study.arm("CDC IM"), prediction.study.arm("vehicle IM")
    one, other = (more_effects(prediction, pair, ["relay"], 1, None) for _ in "ab")
    assert one.effect == pytest.approx(other.effect, abs=1e-12)
    assert one.effect[0] != 0.0


def test_the_section_keeps_its_shape_with_and_without_a_ranking(prediction):
    ranked = drivers(prediction)
    full, empty = section(prediction, ranked), section(prediction, None)
    assert set(full) == set(empty)
    assert "CDC IM" in full["sentence"]
    assert 0.0 <= measured_share(ranked) <= 1.0
    assert measured_share(None) is None
    total = sum(row["parameters"] for row in kind_shares(prediction, ranked))
    arm, control = prediction.study.arm("CDC IM"), prediction.study.arm("vehicle IM")
    assert total == len(own_effects(prediction, arm, control).values)


def test_the_sentence_names_interval_kind_and_measurement_of_what_stands_out(
    prediction,
):
    found = drivers(prediction).found
    id_ = "mechanism.surface_half_effect"
    one = replace(found.drivers[0], id=id_, above_chance=True, kind="assumed")
    told = sentence(replace(found, drivers=(one,)), prediction.priors, "CDC IM")
    prior = prediction.priors[id_]
    assert f"now {now(prior)} (assumed); to narrow it: {needed(prior)}" in told
    quiet = replace(found, drivers=(replace(one, above_chance=False),))
    assert "may be chance" in sentence(quiet, prediction.priors, "CDC IM")
