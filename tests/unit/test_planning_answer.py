"""Sections 1, 4 and 7 say nothing that their numbers don't."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib import resources
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from exoheart import trial
from exoheart.figures import numbers
from exoheart.planning.alternatives import alternatives
from exoheart.planning.animals import animals
from exoheart.planning.answer import answer
from exoheart.planning.make import make_plan
from exoheart.planning.words import allocated, signed
from exoheart.prediction import simulate
from exoheart.records.making import MakePlan
from exoheart.report.alternatives import alternatives as alternatives_page
from exoheart.report.animals import animals as animals_page
from exoheart.study import load_study
from exoheart.trial import Probability

EXAMPLE = Path(__file__).parents[2] / "examples" / "pig_reperfused_infarct.toml"


@pytest.fixture(scope="module")
def prediction():
    """Give the example with four arms, 4 draws of 8 animals."""
    return simulate(load_study(EXAMPLE), members=32)


@pytest.fixture(scope="module")
def numbers_section(prediction):
    rows = trial.allocate(prediction.study, 0, 1)
    return animals(prediction, make_plan(prediction), rows)


def _schema(section):
    text = resources.files("exoheart").joinpath("data", "schema", "plan.json")
    whole = json.loads(text.read_text("utf-8"))
    part = whole["properties"][section]
    return Draft202012Validator({"$defs": whole["$defs"], **part})


def _with_chance(prediction, value, error):
    """Give every difference of a prediction the same chance of benefit."""
    chance = Probability(value, error)
    arms = []
    for arm in prediction.arms:
        ends = [
            replace(one, difference=replace(one.difference, benefit=chance))
            if one.difference
            else one
            for one in arm.endpoints
        ]
        arms.append(replace(arm, endpoints=tuple(ends)))
    return replace(prediction, arms=tuple(arms))


def _without_dose(prediction, dose):
    study = prediction.study
    arms = [a if a.dose is None else replace(a, dose=dose(a)) for a in study.arms]
    return replace(prediction, study=replace(study, arms=tuple(arms)))


def _published(quantity="infarct size", direction="decrease"):
    row = {
        "study": "Some2020",
        "verification": "abstract",
        "route": "intramyocardial",
        "species": "pig",
        "form": "vesicles",
        "direction": direction,
        "outcome": quantity,
    }
    return {"nearest": [row]}


def _disagreements(prediction, published):
    found = answer(prediction, None, published, MakePlan())["sentences"]
    return [line for line in found if line.startswith("Published work disagrees")]


@pytest.mark.parametrize(
    ("quantity", "direction", "words"),
    [
        ("infarct size", "decrease", "reports a decrease of infarct size"),
        ("ejection fraction", "increase", "reports an increase of ejection fraction"),
    ],
)
def test_published_work_disagrees_where_no_draw_of_64_helps(
    prediction, quantity, direction, words
):
    none = trial.probability([0.0] * 64)
    sure = _with_chance(prediction, none.value, none.error)
    lines = _disagreements(sure, _published(quantity, direction))
    assert len(lines) == 1
    assert words in lines[0]


def test_few_draws_leave_room_for_published_work_to_be_right(prediction):
    """0 of 4 draws: an error of 15 %."""
    few = trial.probability([0.0] * 4)
    unsure = _with_chance(prediction, few.value, few.error)
    assert not _disagreements(unsure, _published())


@pytest.mark.parametrize(
    "dose", [lambda _: None, lambda arm: replace(arm.dose, value=0.0)]
)
def test_no_published_work_disagrees_with_an_arm_that_is_given_nothing(
    prediction, dose
):
    sure = _without_dose(_with_chance(prediction, 0.0, 0.0), dose)
    assert not _disagreements(sure, _published())


def test_the_answer_says_a_chance_as_the_tables_do(prediction):
    sure = _with_chance(prediction, 0.0, 0.152)
    lines = answer(sure, None, {"nearest": []}, MakePlan())
    shown = numbers.probability(0.0, 0.152)
    assert shown in lines["sentences"][0]
    assert " 0 %" not in lines["sentences"][0].replace(numbers.SPACE, " ")


def test_the_answer_says_how_many_allocated_animals_are_left(prediction):
    lost = float(prediction.settings.attrition.mean())
    line = answer(prediction, None, {"nearest": []}, MakePlan())["sentences"][0]
    assert f"6 and 6 animals allocated (about {6 * (1 - lost):.0f} and " in line


def test_effects_carry_the_sign_of_a_benefit(prediction, numbers_section):
    """Infarct size: lower is better; +15 in the study means the same as -15."""
    design = replace(prediction.study.design, effect=15.0)
    other = replace(prediction, study=replace(prediction.study, design=design))
    again = animals(other, make_plan(other), trial.allocate(other.study, 0, 1))
    for section in (numbers_section, again):
        assert {row["power_effect"] for row in section["planned"]} == {-15.0}
        assert section["detectable_effect"]["effect"] < 0
        assert f"\N{MINUS SIGN}15{numbers.SPACE}points" in section["sentence"]
    assert "A true difference of \N{MINUS SIGN}" in numbers_section["sentence"]


def test_every_design_shows_one_arm_and_the_planned_size_agrees(numbers_section):
    planned = max(numbers_section["planned"], key=lambda row: row["assurance"])
    designs = numbers_section["designs"]
    assert {row["arm"] for row in designs} == {planned["arm"]}
    assert [row["n_per_arm"] for row in designs] == sorted(
        {row["n_per_arm"] for row in designs}
    )
    row = next(row for row in designs if row["n_per_arm"] == planned["n"])
    for key in ("assurance", "assurance_error", "power"):
        assert row[key] == planned[key]


def test_the_section_on_animals_follows_the_schema_and_names_its_arms(
    numbers_section,
):
    _schema("animals").validate(numbers_section)
    page = str(animals_page({"animals": numbers_section}))
    assert f"assurance and power of {numbers_section['designs'][0]['arm']}" in page
    assert f"({numbers_section['detectable_effect']['arm']})" in page


@pytest.mark.parametrize(("share", "said"), [(0.01, False), (0.03, True)])
def test_trials_that_keep_too_few_animals_are_mentioned(prediction, share, said):
    arms = tuple(replace(arm, not_analysable=share) for arm in prediction.arms)
    short = replace(prediction, arms=arms)
    found = animals(short, make_plan(short), trial.allocate(short.study, 0, 1))
    words = f"In 3{numbers.SPACE}% of trials CDC IM or its control would keep fewer"
    assert (words in found["sentence"]) is said
    assert ("fewer than two animals" in found["sentence"]) is said


def test_alternatives_name_what_was_held_and_that_effects_are_true(prediction):
    study = prediction.study
    arms = tuple(arm for arm in study.arms if "IM" in arm.name)
    small = simulate(replace(study, arms=arms), members=16)
    found = alternatives(small, quick=False, workers=1)
    _schema("alternatives").validate(found)
    at = "30 min after reperfusion"
    assert found["held"] == {"arm": "CDC IM", "product": "cdc", "at": at, "times": 1}
    page = str(alternatives_page({"alternatives": found}))
    assert "True mean effect" in page
    assert f"product cdc given {at}" in page
    assert "of the difference" not in page


@pytest.mark.parametrize(
    ("value", "text"), [(-7.14, "\N{MINUS SIGN}7.1"), (0.0037, "+0.0037"), (0.0, "0")]
)
def test_a_difference_shows_its_sign(value, text):
    assert signed(value) == text


def test_without_attrition_nothing_is_said_of_animals_left():
    assert allocated((6, 8), 0.0) == "6 and 8 animals"
    assert allocated((6, 8), 0.3) == "6 and 8 animals allocated (about 4 and 6 left)"


def test_a_product_that_cannot_exist_in_time_is_named_before_what_it_would_do(
    prediction,
):
    made = make_plan(prediction)
    (name, one), *_ = made.products.items()
    late = replace(one.timing, in_time=0.0, sentence="cdc cannot exist in time.")
    never = MakePlan({name: replace(one, timing=late)})
    first = answer(prediction, None, {"nearest": []}, never)["sentences"][0]
    assert first.startswith("cdc cannot exist in time.")
    assert "if it existed" in first
    usual = answer(prediction, None, {"nearest": []}, made)["sentences"][0]
    assert "if it existed" not in usual
