"""What the shipped tables say of the review's statements, and what they must not."""

from __future__ import annotations

import json

import pytest

from exoheart.evidence import data_folder
from exoheart.evidence.claims.tables import load_queries
from exoheart.evidence.claims.verdict import VERDICTS, Counts, evidence_answers
from exoheart.evidence.tables import read_table

QUERIES = load_queries()
SHIPPED = evidence_answers(data_folder())


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
def test_one_trial_of_two_leaves_what_is_said_of_both_open(claim: str) -> None:
    """The retracted trial is listed, never counted; its retraction stands against."""
    found = SHIPPED[claim]
    assert found.verdict == "undecided"
    assert {cited.cohort for cited in found.retracted} == {"SCIPIO"}
    assert {one.source for one in found.contradicting} == {"SCIPIORetraction2019"}
    named = {"Makkar2012", "CADUCEUS2014"}
    assert {cited.source for cited in found.supporting} <= named
    counted = (*found.supporting, *found.contradicting, *found.limiting)
    assert not any(cited.cohort == "SCIPIO" for cited in counted)


def test_foreign_vesicles_cleared_faster_stand_against_both_statements_on_it() -> None:
    for claim in ("C004", "C150"):
        against = {cited.source for cited in SHIPPED[claim].contradicting}
        assert "Driedonks2022" in against
        assert SHIPPED[claim].verdict == "undecided"


@pytest.mark.parametrize("claim", ["C104", "C105", "C108", "C111", "C119"])
def test_a_molecule_that_is_plentiful_or_goes_along_is_not_shown_to_act(
    claim: str,
) -> None:
    assert SHIPPED[claim].verdict == "not answered"
    assert SHIPPED[claim].limiting


@pytest.mark.parametrize("claim", ["C144", "C151", "C155"])
def test_one_part_of_several_never_carries_them_all(
    claim: str,
) -> None:
    assert SHIPPED[claim].verdict == "not answered"
    assert SHIPPED[claim].limiting


@pytest.mark.parametrize(
    ("claim", "key"),
    [
        ("C013", "Timmers2011_PigLigation"),
        ("C015", "Timmers2011_PigLigation"),
        ("C124", "Giricz2014_RatIsolatedHeart"),
        ("C014", "TimmersTitle2007"),
        ("C016", "LaiTitle2010"),
        ("C020", "VesicleHistory2021"),
        ("C044", "CellDose2019"),
        ("C153", "LoSicco2017"),
        ("C164", "BloodExosomes"),
        ("C170", "VesicleHistory2021"),
    ],
)
def test_a_title_without_its_text_is_shown_and_decides_nothing(
    claim: str, key: str
) -> None:
    found = SHIPPED[claim]
    limits = {one.key: one.verification for one in found.limiting}
    assert limits[key] == "title"
    decided = (*found.supporting, *found.contradicting)
    assert not any(cited.verification == "title" for cited in decided)


@pytest.mark.parametrize("claim", ["C084", "C085"])
def test_a_window_in_time_leaves_two_days_and_two_months_out(claim: str) -> None:
    keys = {cited.key for cited in SHIPPED[claim].supporting}
    assert not {"Gallet2017_PigReperfusion", "Gallet2017_PigChronic"} & keys
    assert SHIPPED[claim].verdict == "agrees"


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
