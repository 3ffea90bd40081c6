"""Section 3 of a plan: what is matched, what a mechanism's weight and verdict mean."""

import json
from dataclasses import replace
from importlib import resources
from pathlib import Path

import numpy as np
import pytest
from jsonschema import Draft202012Validator

from exoheart import delivery
from exoheart.evidence import largest_dose, published
from exoheart.figures import numbers
from exoheart.heart import mechanisms
from exoheart.planning.how import how
from exoheart.planning.how_routes import route_contradictions
from exoheart.planning.words import finite
from exoheart.prediction import simulate, stoichiometric_account
from exoheart.study import load_study

EXAMPLE = Path(__file__).parents[2] / "examples" / "pig_reperfused_infarct.toml"
NAMES = ("cargo", "surface", "relay", "soluble", "none")


@pytest.fixture(scope="module")
def prediction():
    """Give the example, 8 draws of 8 animals."""
    return simulate(load_study(EXAMPLE), members=64)


@pytest.fixture(scope="module")
def section(prediction):
    return how(prediction, published(prediction.study))


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
    """Weights 0.8 and four of 0.2 make a half and four eighths."""
    priors = dict(prediction.priors)
    id_ = "mechanism.prior_weight.relay"
    priors[id_] = replace(priors[id_], value=0.8)
    rows = how(replace(prediction, priors=priors), published(prediction.study))[
        "mechanisms"
    ]
    found = {row["id"]: row for row in rows if row["arm"] == "CDC IM"}
    wanted = {name: 0.5 if name == "relay" else 1 / 8 for name in NAMES}
    assert {n: found[n]["prior"] for n in NAMES} == pytest.approx(wanted)
    assert sum(found[n]["drawn"] for n in NAMES) == pytest.approx(1.0)
    labels = prediction.pool.mechanisms
    assert found["relay"]["drawn"] == labels.count("relay") / len(labels)


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


def test_the_section_prints_the_account_and_computes_none_of_its_own(
    prediction, section
):
    one = stoichiometric_account(prediction).arm("CDC IM")
    rows = [row for row in section["stoichiometry"] if row["arm"] == "CDC IM"]
    assert [r["copies_reached"]["median"] for r in rows] == [
        cell.peak_copies.median for cell in one.cells
    ]
    able = {r["id"]: r["probability_able"] for r in section["mechanisms"][:4]}
    assert able == dict(one.able)


def test_every_fate_is_in_the_data_those_of_other_routes_at_zero(section):
    places = {row["place"] for row in section["fate"]}
    assert places == set(delivery.FATES)
    assert all(r["median"] == 0.0 for r in section["fate"] if r["place"] == "airways")


def test_the_ledger_compares_the_arms_and_shows_what_speaks_against(section):
    ledger = section["route_ledger"]
    assert "Of 100 vesicles, cells of the heart get" in ledger["sentence"]
    assert [arm["arm"] for arm in ledger["arms"]] == ["CDC IM", "CDC IC"]
    sides = [side for row in ledger["contradictions"] for side in row["sides"]]
    for key in ("[Gallet2017]", "[DeCouto2017]"):
        assert any(key in side for side in sides)


def test_without_an_arm_into_the_artery_its_contradiction_is_not_shown(prediction):
    study = prediction.study
    muscle = replace(study, arms=study.arms[:2])
    topics = [row["topic"] for row in route_contradictions(muscle, published(muscle))]
    assert topics == ["Route decides in the pig, or it does not"]


def test_what_comes_with_the_vesicles_is_said(prediction, section):
    dissolved = {row["arm"]: row for row in section["dissolved"]}
    given = prediction.products.given["CDC IM"].soluble_ug
    low, high = dissolved["CDC IM"]["protein_ug"]["interval90"]
    assert low <= np.median(given) <= high
    assert "outside vesicles" in dissolved["CDC IM"]["sentence"]
    assert section["falling"]["falling"] == sum(prediction.cohort.falling)
    assert len(section["source_cells"]) == 2


def test_what_cells_would_release_is_said_in_two_sentences(section):
    row = section["source_cells"][0]
    said = row["sentence"]
    assert said.count(". ") == 1
    kept = numbers.percent(row["cells_kept"]["median"])
    ratio = numbers.number(row["released_ratio"]["median"], 2)
    assert f"would leave {kept} of them in the heart" in said
    assert f"release {ratio} times the vesicles of the dose there" in said


def test_answers_that_fall_are_said_with_their_weight(prediction, section):
    said = section["falling"]["sentence"]
    assert said.startswith(f"In {sum(prediction.cohort.falling)} of 8 draws (weight 20")
    assert said in str(stoichiometric_account(prediction))


def test_the_section_follows_its_schema(section):
    folder = resources.files("exoheart").joinpath("data", "schema")
    schema = json.loads(folder.joinpath("plan.json").read_text("utf-8"))
    mine = {**schema["properties"]["how"], "$defs": schema["$defs"]}
    Draft202012Validator(mine).validate(json.loads(json.dumps(finite(section))))
