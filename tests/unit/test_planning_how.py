"""Section 3 of a plan: what is matched, what a mechanism's weight and verdict mean."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from exoheart.evidence import largest_dose
from exoheart.heart import mechanisms
from exoheart.planning.how import how
from exoheart.prediction import simulate
from exoheart.study import load_study

EXAMPLE = Path(__file__).parents[2] / "examples" / "pig_reperfused_infarct.toml"
NAMES = ("cargo", "surface", "relay", "none")


@pytest.fixture(scope="module")
def prediction():
    """Give the example, 4 draws of 8 animals."""
    return simulate(load_study(EXAMPLE), members=32)


@pytest.fixture(scope="module")
def section(prediction):
    return how(prediction)


def test_the_limit_says_by_any_route_and_what_it_counts(section):
    """The 7.5 mg of CardiacTriplet2020 are printed without what they count."""
    said = section["matched_dose"]["sentence"]
    assert "by any route (what it counts is not stated)" in said
    assert "studied by the intracoronary" not in said
    assert not largest_dose("pig", "mg protein").basis_stated


def test_a_dose_per_kg_has_no_printed_range():
    assert largest_dose("pig", "mg protein per kg") is None


def test_the_ratio_of_cardiomyocytes_at_risk_is_that_of_uptake_per_dose(
    prediction, section
):
    """Both arms get the same dose once, so its ratio is that of uptake alone."""
    name = "mechanism_cargo_taken_up_risk_cardiomyocyte"
    by = [
        prediction.values(f"CDC {r}", name)[..., -1].mean(axis=1) for r in ["IM", "IC"]
    ]
    wanted = np.quantile(by[0] / by[1], 0.5, method="inverted_cdf")
    found = section["matched_dose"]["ratio_risk_cardiomyocyte"]
    assert found["median"] == pytest.approx(wanted)
    said = section["matched_dose"]["sentence"]
    assert f"{float(f'{wanted:.3g}'):,.6g} times" in said
    assert "not a dose of equal effect" in said


def test_the_weight_before_data_is_the_prior_not_what_was_drawn(prediction):
    """Weights 0.75 and three of 0.25 make a half and three sixths."""
    priors = dict(prediction.priors)
    id_ = "mechanism.prior_weight.relay"
    priors[id_] = replace(priors[id_], value=0.75)
    rows = how(replace(prediction, priors=priors))["mechanisms"]
    found = {row["id"]: row for row in rows if row["arm"] == "CDC IM"}
    wanted = {name: 0.5 if name == "relay" else 1 / 6 for name in NAMES}
    assert {n: found[n]["prior"] for n in NAMES} == pytest.approx(wanted)
    assert sum(found[n]["drawn"] for n in NAMES) == pytest.approx(1.0)
    assert found["relay"]["drawn"] == 0.25


def test_each_mechanism_has_its_difference_in_one_trial_and_the_threshold(
    prediction, section
):
    summary = next(one for one in prediction.arms if one.name == "CDC IM")
    main = prediction.pool.index(prediction.study.primary)
    wanted = {m.id: m for m in summary.endpoints[main].difference.by_mechanism}
    rows = [row for row in section["mechanisms"] if row["arm"] == "CDC IM"]
    assert [row["id"] for row in rows] == list(NAMES)
    for row in rows:
        assert row["threshold"] == mechanisms.ABLE
        assert row["trial_difference"]["median"] == wanted[row["id"]].median
