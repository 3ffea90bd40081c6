"""What the evidence says of the review's statements, and what makes it change."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exoheart.evidence import data_folder
from exoheart.evidence.claim_match import FAMILIES, direction_of, family_of, matches
from exoheart.evidence.claim_verdict import (
    VERDICTS,
    Counts,
    EvidenceAnswer,
    answer_by_evidence,
    evidence_answers,
    verdict_of,
)
from exoheart.evidence.claims import (
    Claim,
    Fact,
    Query,
    load_claims,
    load_facts,
    load_queries,
)
from exoheart.evidence.studies import OutcomeRecord, StudyRecord, load_studies
from exoheart.evidence.tables import read_table

STUDIES = load_studies(data_folder())
KNOWN = {study.id: study for study in STUDIES}
CLAIMS = {claim.id: claim for claim in load_claims()}
FACTS = load_facts()
QUERIES = load_queries()
SHIPPED = evidence_answers(data_folder())

CLAIM = Claim("C900", "test", "vesicles shrink the infarct", "decrease", "", ("7",))
QUERY = Query(
    claim="C900",
    form="vesicles",
    donors=("mesenchymal",),
    modifications=("none",),
    species=("pig",),
    routes=("intravenous",),
    models=("ischaemia-reperfusion",),
    comparators=(),
    outcomes=("family:infarct",),
    earliest_h=None,
    latest_h=None,
    direction="decrease",
    counts="both",
    references=(),
)
ROW = replace(
    KNOWN["Gallet2017_PigReperfusion"].outcomes[0],
    arm="vesicles",
    donor="MSC",
    modification="",
    route="intravenous",
    comparator="vehicle",
    mean=None,
    spread=None,
    spread_type="",
    direction="decrease",
)


def study(name: str, *rows: OutcomeRecord, **cells: object) -> StudyRecord:
    """Give a study of pigs with these rows; `cells` replace its fields."""
    like = KNOWN["Gallet2017_PigReperfusion"]
    fields: dict[str, object] = {
        "id": name,
        "cohort": name,
        "source": name,
        "reference_in_review": "",
        "outcomes": rows,
    }
    return replace(like, **fields | cells)  # type: ignore[arg-type]


def answer(*studies: StudyRecord, facts: tuple[Fact, ...] = ()) -> EvidenceAnswer:
    return answer_by_evidence(CLAIM, facts, [QUERY], studies)


def fact(stance: str, source: str, verification: str = "abstract") -> Fact:
    return Fact("C900", stance, "in words", source, "abstract", verification, "", "")


# ---- the shipped tables ------------------------------------------------------


def test_every_statement_gets_one_of_the_four_verdicts() -> None:
    assert list(SHIPPED) == [f"C{number:03d}" for number in range(1, 173)]
    assert {one.verdict for one in SHIPPED.values()} == set(VERDICTS)


@pytest.mark.parametrize(
    ("claim", "pro", "con"),
    [
        # the coronary route in pigs: ineffective, or a smaller infarct
        ("C128", "Gallet2017_PigReperfusion", "DeCouto2017_PigReperfusion"),
        ("C130", "Gallet2017_PigReperfusion", "Charles2020"),
        # the route of the macrophage study in pigs
        ("C140", "Gallet2017_PigReperfusion", "DeCouto2017"),
        # Rab27B: HeLa against breast cancer lines
        ("C029", "Ostrowski2010", "RabBreast2023"),
    ],
)
def test_known_contradictions_stay_open_and_both_sides_are_shown(
    claim: str, pro: str, con: str
) -> None:
    found = SHIPPED[claim]
    assert found.verdict == "undecided"
    assert pro in {cited.key for cited in found.supporting}
    assert con in {cited.key for cited in found.contradicting}


def test_the_two_pig_studies_share_a_cohort_that_stands_on_both_sides() -> None:
    assert SHIPPED["C128"].counts == Counts(1, 1, 1, 0, 0)


def test_one_other_donor_that_works_refutes_that_only_progenitors_do() -> None:
    only, others = SHIPPED["C147"], SHIPPED["C148"]
    assert (only.verdict, others.verdict) == ("disagrees", "agrees")
    against = {cited.key for cited in only.contradicting}
    assert {"Adamiak2018_MouseReperfusion", "Yu2015_RatInfarct"} <= against
    # a null of one donor proves neither statement
    nulls = [{cited.key for cited in one.limiting} for one in (only, others)]
    assert all("VesicleRoutesNull2023" in keys for keys in nulls)


def test_three_pooled_effects_show_the_spread_between_reviews() -> None:
    said = {cited.key: cited.what for cited in SHIPPED["C005"].supporting}
    tables = read_table(data_folder() / "pooled" / "pooled.csv", data_folder())[1]
    printed = {
        (row["source"], row["pooled"])
        for row in tables
        if row["outcome"] == "ejection fraction" and row["form"] == "vesicles"
    }
    spread = {
        ("Yang2019", "12.65"),
        ("StemCellVesicles2022", "3.67"),
        ("HypoxicVesicles2021", "9.07"),
    }
    assert SHIPPED["C005"].verdict == "agrees"
    assert spread <= printed
    assert all(pooled in said[source] for source, pooled in spread)


@pytest.mark.parametrize("claim", ["C046", "C047", "C048", "C049"])
def test_the_retracted_trial_is_listed_and_not_counted(claim: str) -> None:
    found = SHIPPED[claim]
    assert found.verdict == "agrees"
    assert {cited.cohort for cited in found.retracted} == {"SCIPIO"}
    counted = (*found.supporting, *found.contradicting, *found.limiting)
    assert not any(cited.cohort == "SCIPIO" for cited in counted)


def test_global_function_of_the_trial_limits_what_its_region_says() -> None:
    limits = SHIPPED["C049"].limiting
    assert any(cited.source == "Makkar2012" for cited in limits)


def test_the_cited_studies_are_told_from_the_independent_ones() -> None:
    cited = {one.key: one.cited_for_claim for one in SHIPPED["C129"].supporting}
    assert cited["Gallet2017_PigChronic"]
    assert not cited["Nguyen2018_PigInfarct"]


def test_forms_never_answer_for_one_another() -> None:
    forms = {query.claim: {query.form} for query in QUERIES}
    for query in QUERIES:
        forms[query.claim].add(query.form)
    for claim, allowed in forms.items():
        for cited in (*SHIPPED[claim].supporting, *SHIPPED[claim].contradicting):
            if cited.kind == "study":
                assert cited.what.split(" (")[0].split(",")[0] in allowed, claim


def test_an_answer_is_plain_data_for_json() -> None:
    found = json.loads(json.dumps(SHIPPED["C128"].plain(), allow_nan=False))
    assert found["verdict"] == "undecided"
    assert found["counts"]["both"] == 1
    assert found["supporting"][0]["cited_for_claim"] is True


# ---- what makes a verdict change -----------------------------------------------


def changed(folder: Path, name: str, turn: Callable[[dict[str, str]], None]) -> Path:
    """Copy the data tables and turn the rows of one of them."""
    root = folder / "data"
    shutil.copytree(data_folder(), root)
    path = root / name
    with path.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines)
        columns, rows = reader.fieldnames or [], list(reader)
    for row in rows:
        turn(row)
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return root


def test_turning_one_row_round_turns_its_verdict_and_no_other(tmp_path: Path) -> None:
    """The only row on the rat's coronary route, turned, makes C139 disagree."""

    def turn(row: dict[str, str]) -> None:
        if row["donor"] == "CDC" and row["outcome"] == "infarct size":
            row["direction"] = "none"

    root = changed(tmp_path, "studies/DeCouto2017_RatReperfusion/outcomes.csv", turn)
    after = evidence_answers(root)
    assert SHIPPED["C139"].verdict == "agrees"
    assert after["C139"].verdict == "disagrees"
    assert after["C128"] == SHIPPED["C128"]


def test_retracting_a_study_takes_its_say_away(tmp_path: Path) -> None:
    def turn(row: dict[str, str]) -> None:
        row["retracted"] = "yes"

    root = changed(tmp_path, "studies/DeCouto2017_PigReperfusion/study.csv", turn)
    after = evidence_answers(root)["C128"]
    assert after.verdict == "agrees"
    assert {cited.key for cited in after.retracted} == {"DeCouto2017_PigReperfusion"}


def test_an_own_study_settles_what_nobody_had_answered() -> None:
    """Vesicles with taken-out miR-146a are in no shipped row; a user's study counts."""
    row = replace(ROW, donor="CDC", modification="miR-146a knock-out", direction="none")
    mine = study("Mine2030_Pig", row, own=True)
    before, after = (
        answer_by_evidence(CLAIMS["C089"], FACTS, QUERIES, studies)
        for studies in (STUDIES, [*STUDIES, mine])
    )
    assert (before.verdict, after.verdict) == ("not answered", "agrees")
    assert [cited.own for cited in after.supporting] == [True]


def test_an_own_study_can_open_what_seemed_settled() -> None:
    row = replace(ROW, donor="CDC", route="intracoronary", direction="none")
    mine = study("Mine2030_Rat", row, species="rat", own=True)
    after = answer_by_evidence(CLAIMS["C139"], FACTS, QUERIES, [*STUDIES, mine])
    assert (SHIPPED["C139"].verdict, after.verdict) == ("agrees", "undecided")


# ---- the rules, on rows made for them ----------------------------------------


def test_two_studies_of_the_same_animals_count_once() -> None:
    one, other = study("A", ROW), study("B", ROW, cohort="A")
    assert answer(one, other).counts.supporting == 1
    assert answer(one, study("B", ROW)).counts.supporting == 2


def test_a_fact_of_a_work_whose_rows_stand_there_adds_nothing() -> None:
    alone = answer(study("A", ROW), facts=(fact("supports", "A"),))
    beside = answer(study("A", ROW), facts=(fact("supports", "Other"),))
    assert (alone.counts.supporting, beside.counts.supporting) == (1, 2)


def test_facts_of_a_retracted_work_are_listed_only() -> None:
    gone = study("A", ROW, retracted=True)
    found = answer(gone, facts=(fact("supports", "A"),))
    assert found.verdict == "not answered"
    assert len(found.retracted) == 2


def test_limits_and_unread_texts_decide_nothing() -> None:
    facts = (fact("limits", "A"), fact("supports", "B", "unread"))
    found = answer(facts=facts)
    assert found.verdict == "not answered"
    assert len(found.limiting) == 1


@pytest.mark.parametrize(
    "cells",
    [
        {"form": "cells"},
        {"form": "conditioned medium"},
        {"form": "control"},
        {"donor": "CDC"},
        {"donor": "iPSC-MSC"},
        {"modification": "hypoxia of donor cells"},
        {"route": "intracoronary"},
        {"outcome": "ejection fraction"},
        {"comparator": "vesicles of normoxic cells"},
        {"at": "before treatment"},
        {"verification": "unread"},
        {"direction": ""},
    ],
)
def test_a_row_that_differs_from_the_query_has_no_say(cells: dict[str, str]) -> None:
    row = replace(ROW, **cells)  # type: ignore[arg-type]
    assert answer(study("A", ROW)).verdict == "agrees"
    assert answer(study("A", row)).verdict == "not answered"


def test_an_arm_that_was_treated_is_no_control_whatever_its_name() -> None:
    """A comparator whose own row is vesicles is no control, even if named 'group 2'."""
    row = replace(ROW, comparator="group 2")
    other = replace(ROW, arm="group 2", comparator="", direction="")
    assert answer(study("A", row)).verdict == "agrees"
    assert answer(study("A", row, other)).verdict == "not answered"


def test_a_bound_in_time_needs_a_row_with_a_time() -> None:
    query = replace(QUERY, earliest_h=24.0, latest_h=72.0)
    late, untold = replace(ROW, at_h=100.0), replace(ROW, at_h=None)
    inside = replace(ROW, at_h=48.0)
    where = study("A", inside, late, untold)
    assert [matches(query, where, row) for row in where.outcomes] == [
        True,
        False,
        False,
    ]


def test_without_a_printed_direction_the_means_speak_and_it_says_so() -> None:
    control = replace(
        ROW, arm="vehicle", comparator="", form="control", mean=40.0, direction=""
    )
    row = replace(ROW, mean=30.0, direction="")
    assert direction_of(study("A", row, control), row) == ("decrease", True)
    assert direction_of(study("A", row), row) == ("", False)
    found = answer(study("A", row, control))
    assert found.verdict == "agrees"
    assert "untested" in found.supporting[0].what


def test_more_viable_mass_means_less_infarct() -> None:
    row = replace(ROW, outcome="viable mass", direction="increase")
    assert answer(study("A", row)).verdict == "agrees"


@pytest.mark.parametrize("counts", ["supports only", "contradicts only"])
def test_what_may_not_decide_is_a_limit(counts: str) -> None:
    query = replace(QUERY, counts=counts)
    other = replace(ROW, direction="none")
    found = answer_by_evidence(CLAIM, (), [query], (study("A", ROW), study("B", other)))
    expected = "agrees" if counts == "supports only" else "disagrees"
    assert found.verdict == expected
    assert len(found.limiting) == 1


def test_a_query_for_one_reference_takes_that_study_alone() -> None:
    query = replace(QUERY, references=("39", "40"))
    studies = (
        study("A", ROW, reference_in_review="39 or 40"),
        study("B", ROW, reference_in_review="named in 6.1"),
        study("C", ROW),
    )
    found = answer_by_evidence(CLAIM, (), [query], studies)
    assert [cited.key for cited in found.supporting] == ["A"]


@given(*[st.integers(min_value=0, max_value=5)] * 4)
def test_a_verdict_follows_from_which_sides_are_there(
    pro: int, con: int, limits: int, gone: int
) -> None:
    """Numbers beyond one, limits and retracted work never change a verdict."""
    many = verdict_of(Counts(pro, con, 0, limits, gone))
    assert many == verdict_of(Counts(min(pro, 1), min(con, 1), 0, 0, 0))
    turned = {"agrees": "disagrees", "disagrees": "agrees"}
    assert verdict_of(Counts(con, pro, 0, 0, 0)) == turned.get(many, many)


def test_the_families_of_donors_are_those_of_the_donor_table() -> None:
    rows = read_table(data_folder() / "donors.csv", data_folder())[1]
    assert {row["family"] for row in rows} == set(FAMILIES)
    assert {row["donor"]: family_of(row["donor"]) for row in rows} == {
        row["donor"]: row["family"] for row in rows
    }
