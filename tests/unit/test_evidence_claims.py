"""What the evidence says of the review's statements, and what makes it change."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exoheart.evidence import data_folder
from exoheart.evidence.claims.match import FAMILIES, direction_of, family_of, matches
from exoheart.evidence.claims.tables import (
    Claim,
    Fact,
    Query,
    load_claims,
    load_facts,
    load_queries,
)
from exoheart.evidence.claims.verdict import (
    Counts,
    EvidenceAnswer,
    answer_by_evidence,
    evidence_answers,
    verdict_of,
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


def test_what_was_read_of_a_title_alone_is_a_limit() -> None:
    row = replace(ROW, verification="title")
    found = answer(study("A", row), facts=(fact("contradicts", "B", "title"),))
    assert found.verdict == "not answered"
    assert {cited.key for cited in found.limiting} == {"A", "B"}
    assert answer(study("A", row), study("B", ROW)).counts.supporting == 1


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
