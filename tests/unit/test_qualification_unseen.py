"""Unseen studies: every line answered, with what was assumed, or refused in words."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

from exoheart.errors import InputError
from exoheart.evidence import load_studies
from exoheart.evidence.tables import data_folder, read_table
from exoheart.prediction import simulate
from exoheart.qualification import unseen_run
from exoheart.qualification.unseen import answer_lines, qualify_studies
from exoheart.qualification.unseen_file import TABLE_COLUMNS, read_lines
from exoheart.qualification.unseen_meaning import Case, understand
from exoheart.qualification.unseen_plan import Plan
from exoheart.qualification.unseen_record import UnseenStudies
from exoheart.qualification.unseen_run import make_job
from exoheart.qualification.unseen_values import draw_shares, studied_occlusions

MEMBERS = 16
CONTRACT = ["study_id", "arm", "outcome", "at", "status", "reason", "assumed"]
CONTRACT += ["predicted", "observed", "inside"]
#: A line that the model can answer; tests change single cells.
TREATED = {
    "id": "New2030_Rat",
    "species": "rat",
    "model": "ischaemia-reperfusion",
    "occlusion_min": "30",
    "retracted": "no",
    "arm": "MSC vesicles",
    "comparator": "PBS",
    "donor": "MSC",
    "form": "vesicles",
    "dose_value": "1e11",
    "dose_unit": "particles",
    "dose_basis": "particles",
    "route": "intramyocardial",
    "time_of_dose": "at reperfusion",
    "dose_time_h": "0",
    "dose_anchor": "reperfusion",
    "outcome": "infarct size",
    "region": "area at risk",
    "unit": "%",
    "at": "24 h",
    "at_h": "24",
    "mean": "40",
    "n": "8",
    "direction": "decrease",
}
CONTROL = TREATED | {
    "arm": "PBS",
    "comparator": "",
    "donor": "",
    "form": "control",
    "dose_value": "",
    "mean": "55",
    "n": "10",
    "direction": "",
}


def written(folder: Path, *rows: dict[str, str], columns=TABLE_COLUMNS) -> Path:
    path = folder / "studies.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, columns)
        table.writeheader()
        table.writerows(rows)
    return path


def lines_of(folder: Path, *rows: dict[str, str], columns=TABLE_COLUMNS):
    return read_lines(written(folder, *rows, columns=columns))[1]


def case_of(folder: Path, *rows: dict[str, str], columns=TABLE_COLUMNS) -> Case:
    """The case of the first row, which must have one."""
    lines = lines_of(folder, *rows, columns=columns)
    case = understand(lines[0], lines)
    assert isinstance(case, Case), case
    return case


def shipped_rows() -> list[dict[str, str]]:
    """All shipped studies as lines of one table."""
    root, found = data_folder(), []
    for path in sorted((root / "studies").glob("*/study.csv")):
        _, (study,) = read_table(path, root)
        for row in read_table(path.parent / "outcomes.csv", root)[1]:
            cells = {name: study[name] for name in study.columns}
            found.append(cells | {name: row[name] for name in row.columns})
    return found


@lru_cache(maxsize=1)
def shipped(folder: Path) -> UnseenStudies:
    return qualify_studies(written(folder, *shipped_rows()), members=MEMBERS)


@pytest.fixture(scope="module")
def answered(tmp_path_factory) -> UnseenStudies:
    return shipped(tmp_path_factory.mktemp("shipped"))


def test_every_shipped_line_is_answered_in_the_order_of_the_file(answered):
    rows = shipped_rows()
    assert answered.layout == "tables"
    told = [(a.line.study_id, a.line.arm, a.line.outcome_words) for a in answered.rows]
    assert told == [(row["id"], row["arm"], row["outcome"]) for row in rows]
    for answer in answered.rows:
        refused = answer.status == "not predictable"
        assert bool(answer.reasons) == refused
        assert (answer.predicted is None) == refused


def test_the_document_keeps_its_contract_and_holds_no_infinity(answered):
    document = json.loads(json.dumps(answered.to_json(), allow_nan=False))
    assert len(document["rows"]) == len(answered.rows)
    for row in document["rows"]:
        assert set(CONTRACT) <= set(row)
        if row["status"] == "predicted":
            low, high = row["predicted"]["interval90"]
            assert low <= row["predicted"]["median"] <= high
            inside = row["observed"] is not None and low <= row["observed"] <= high
            assert bool(row["inside"]) == inside
            assert (row["inside"] is None) == (row["observed"] is None)


def test_the_summary_counts_every_line_once(answered):
    told = answered.summary
    assert told["predicted"] > 0
    assert told["predicted"] + sum(told["not_predictable"].values()) == told["rows"]
    numbers = [row for row in answered.rows if row.inside is not None]
    assert told["inside"]["of"] == len(numbers)
    assert told["inside"]["yes"] == sum(bool(row.inside) for row in numbers)


def test_retracted_studies_are_refused_as_such(answered):
    withdrawn = {study.id for study in load_studies() if study.retracted}
    rows = [row for row in answered.rows if row.line.study_id in withdrawn]
    assert rows
    assert all(row.reasons[0][0] == "retracted" for row in rows)


def test_a_missing_dose_occlusion_and_n_come_from_studied_values(answered):
    """Gallet2017 prints none of the three in its abstract."""
    (row,) = [
        row
        for row in answered.rows
        if row.line.study_id == "Gallet2017_PigReperfusion"
        and row.line.arm == "CDC vesicles, intramyocardial"
        and row.line.outcome == "infarct size"
    ]
    assert row.predicted is not None
    assert row.observed == -19.0
    assert {"dose", "occlusion", "n"} <= set(row.assumed)
    studied = studied_occlusions("pig", "intramyocardial")
    known = {choice.words for choice in studied.choices}
    assert set(row.assumed["occlusion"].values) <= known
    assert row.assumed["occlusion"].sources


@pytest.mark.parametrize(
    ("change", "kind", "words"),
    [
        ({"species": "sheep"}, "species", "sheep"),
        ({"species": "pgi"}, "species", "did you mean 'pig'"),
        ({"species": "dog"}, "species", "heart alone"),
        ({"species": ""}, "species", "not stated"),
        ({"model": "ameroid constriction"}, "protocol", "ameroid"),
        ({"model": "infarct, type not stated"}, "protocol", "opened again"),
        ({"model": "none", "occlusion_min": ""}, "protocol", "without an infarct"),
        ({"form": "gel"}, "form", "gel"),
        ({"form": "exosome-primed cells"}, "form", "exosome-primed cells"),
        ({"form": ""}, "form", "not stated"),
        ({"route": "oral"}, "route", "oral"),
        ({"route": ""}, "route", "not stated"),
        ({"donor": "cow milk"}, "donor", "cow milk"),
        ({"modification": "miR-21 loaded"}, "modification", "miR-21"),
        ({"outcome": "stroke volume"}, "outcome", "stroke volume"),
        ({"region": "septum"}, "outcome", "septum"),
        ({"outcome": "change in ejection fraction"}, "outcome", "since when"),
        ({"at_h": "", "at": "late"}, "time of reading", "late"),
        ({"at_h": "0.5"}, "time of reading", "not after the dose"),
        (
            {"dose_time_h": "", "time_of_dose": "1 to 3 weeks after infarct"},
            "time of dose",
            "one moment",
        ),
        ({"time_of_dose": "daily for 7 days"}, "time of dose", "more than one"),
        ({"dose_unit": "mL"}, "dose", "mL"),
        ({"comparator": "CDC vesicles"}, "comparator", "no line of its own"),
        ({"comparator": "sham"}, "comparator", "no infarct"),
        ({"comparator": ""}, "comparator", "none is named"),
        ({"retracted": "yes"}, "retracted", "withdrawn"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_what_the_model_does_not_have_is_refused_in_words(
    tmp_path, change, kind, words
):
    lines = lines_of(tmp_path, TREATED | change)
    reasons = understand(lines[0], lines)
    assert not isinstance(reasons, Case)
    assert [said for one, said in reasons if one == kind and words in said]


def test_reasons_are_given_all_at_once(tmp_path):
    change = {"species": "sheep", "route": "oral", "outcome": "NYHA class"}
    lines = lines_of(tmp_path, TREATED | change)
    kinds = [kind for kind, _ in understand(lines[0], lines)]
    assert kinds == ["species", "route", "outcome"]


def test_too_few_members_are_refused_before_the_file_is_read(tmp_path):
    with pytest.raises(InputError, match="16 members"):
        qualify_studies(tmp_path / "none.csv", members=8)


@pytest.mark.parametrize(
    ("treated", "control", "observed"),
    [
        ({}, {}, -15.0),
        ({"mean": "0.40", "unit": "1"}, {"mean": "0.55", "unit": "1"}, -15.0),
        ({"unit": "points", "outcome": "difference in infarct size"}, {}, 40.0),
        ({"mean": ""}, {}, None),
        ({}, {"mean": ""}, None),
        ({"unit": "g"}, {"unit": "g"}, None),
        ({}, {"at_h": "48"}, None),
    ],
)
def test_the_published_effect_is_the_difference_in_the_endpoints_unit(
    tmp_path, treated, control, observed
):
    case = case_of(tmp_path, TREATED | treated, CONTROL | control)
    assert case.unit == "points"
    assert case.observed == (None if observed is None else pytest.approx(observed))


def test_the_comparators_own_number_of_animals_counts(tmp_path):
    assert case_of(tmp_path, TREATED, CONTROL).n_comparator == 10
    alone = case_of(tmp_path, TREATED)
    assert alone.n_comparator == 8
    assert "n of comparator" in alone.noted


def test_a_treated_comparator_is_simulated_as_what_it_was_given(tmp_path):
    other = TREATED | {"arm": "CDC vesicles", "donor": "CDC", "comparator": "PBS"}
    case = case_of(tmp_path, TREATED | {"comparator": "CDC vesicles"}, other)
    assert case.comparator is not None
    assert case.comparator.donor == "CDC"


def test_arms_of_one_protocol_share_a_simulation_and_others_do_not(
    tmp_path, monkeypatch
):
    """Two arms and their control in one study, a second occlusion, a second study."""
    solved = []

    def counted(study, **how):
        solved.append(sorted(arm.name for arm in study.arms))
        return simulate(study, **how)

    monkeypatch.setattr(unseen_run, "simulate", counted)
    other = TREATED | {"arm": "CDC vesicles", "donor": "CDC"}
    rows = (TREATED, CONTROL, other, TREATED | {"occlusion_min": "60"})
    lines = lines_of(tmp_path, *rows, TREATED | {"id": "Other2031_Rat"})
    made = answer_lines("tables", lines, seed=0, members=MEMBERS)
    assert [row.status for row in made.rows] == ["predicted"] * 5
    assert [len(arms) for arms in solved] == [3, 2, 2]


def test_a_printed_study_is_predicted_as_simulate_predicts_it(tmp_path):
    """Nothing is drawn, so median and interval are those of the same study file."""
    lines = lines_of(tmp_path, TREATED, CONTROL)
    made = answer_lines("tables", lines, seed=3, members=MEMBERS)
    cases = [understand(line, lines) for line in lines]
    study = Plan.of(make_job(cases, 3, MEMBERS), 0).study
    assert study.design.attrition == 0.0  # a printed n counts animals with a result
    treated, control = simulate(study, seed=3, members=MEMBERS).arms
    one = treated.endpoints[0].difference
    assert made.rows[0].predicted.median == one.median
    assert made.rows[0].predicted.interval90 == one.interval90
    assert made.rows[1].predicted.median == control.endpoints[0].median
    assert not {"dose", "occlusion", "n", "time of dose"} & set(made.rows[0].assumed)


def test_the_chances_of_both_signs_add_up_to_one(tmp_path):
    lines = lines_of(tmp_path, TREATED, CONTROL)
    turned = [replace(lines[0], direction="increase"), lines[1]]
    chances = [
        answer_lines("tables", some, seed=0, members=MEMBERS).rows[0].chance
        for some in (lines, turned)
    ]
    assert sum(chances) == pytest.approx(1.0)
    assert chances[0] != chances[1]


@pytest.mark.parametrize(("direction", "chance"), [("decrease", 0.75), ("none", None)])
def test_the_chance_is_the_share_of_trials_with_the_published_sign(
    tmp_path, direction, chance
):
    """A trial without an animal left counts for nothing."""
    case = case_of(tmp_path, TREATED | {"direction": direction}, CONTROL)
    trials = np.array([-2.0, -1.0, np.nan, -3.0, 4.0])
    row = unseen_run.answer(case, make_job([case], 0, MEMBERS), trials)
    assert row.predicted.probability_of_direction == chance
    assert row.predicted.median == -1.5


def test_a_change_is_the_reading_less_the_one_at_the_dose(tmp_path):
    late = {"model": "permanent ligation", "occlusion_min": "", "at_h": "336"}
    late |= {"dose_time_h": "168", "dose_anchor": "occlusion", "region": ""}
    late |= {"outcome": "change in ejection fraction", "unit": "points"}
    lines = lines_of(tmp_path, CONTROL | late)
    case = understand(lines[0], lines)
    assert case.unit == "points"
    plan = Plan.of(make_job([case], 0, MEMBERS), 0)
    made = simulate(plan.study, members=MEMBERS)
    hours = [item.at_h for item in made.pool.endpoints]
    after, before = hours.index(336.0), hours.index(168.0)
    expected = made.trials.alone[:, 0, after] - made.trials.alone[:, 0, before]
    np.testing.assert_array_equal(plan.questions[0].values(made), expected)


def test_missing_values_widen_over_several_simulations_with_the_members_shared(
    tmp_path,
):
    case = case_of(tmp_path, TREATED | {"occlusion_min": ""}, CONTROL)
    assert make_job([case], 0, 16).draws == 1
    job = make_job([case], 0, 256)
    assert job.draws == 8
    used = {job.infarct(draw).occlusion_h for draw in range(job.draws)}
    studied = studied_occlusions("rat", "intramyocardial").choices
    assert used == {choice.value / 60.0 for choice in studied}


def test_only_values_that_were_drawn_are_listed_as_assumed():
    studied = studied_occlusions("rat", "intramyocardial")
    assert len(studied.choices) > 1
    note = studied.note([0.0])
    assert note.values == (studied.choices[0].words,)
    assert note.sources == (studied.choices[0].source,)


def test_draws_use_each_part_of_a_list_once_and_follow_the_seed():
    shares = draw_shares(0, "x", 8)
    assert sorted(int(8 * share) for share in shares) == list(range(8))
    assert draw_shares(0, "x", 8) == shares != draw_shares(1, "x", 8)
