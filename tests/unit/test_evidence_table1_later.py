"""Beyond the review's table: ticks, disagreements and counts of the later studies."""

from __future__ import annotations

import dataclasses

import pytest
from pool_studies import group
from pool_studies import study as pooled_study

from exoheart.evidence import load_studies
from exoheart.evidence.pooling.rows import Candidate, effect_of
from exoheart.evidence.table1.document import table1
from exoheart.evidence.table1.effects import EFFECTS, against
from exoheart.evidence.table1.later import conflicts, counts, later_rows
from exoheart.evidence.table1.rows import REFERENCES, references_of

INFARCT = "infarct_size"


@pytest.fixture(scope="module")
def studies():
    return load_studies()


def study(studies, name):
    return next(one for one in studies if one.id == name)


def test_studies_of_the_table_are_not_repeated_beyond_it(studies):
    cited = {
        number for one in later_rows(studies) for number in references_of(one.study)
    }
    assert not cited & set(REFERENCES)
    assert 56 in cited  # discussed in the text, no row of the table


def test_only_vesicles_in_infarcts_stand_beyond_the_table(studies):
    for one in later_rows(studies):
        forms = {told.row.form for told in one.told}
        assert forms <= {"vesicles"}, one.study.id
        assert one.study.model not in {"ameroid constriction", "isolated heart"}


def test_a_null_is_shown_as_a_tested_null(studies):
    fibroblast = [
        one
        for one in later_rows(studies)
        if one.study.id == "DeCouto2017_RatReperfusion" and one.donor == "fibroblast"
    ]
    assert {one.word(EFFECTS[0]) for one in fibroblast if not one.modification} == {
        "no effect"
    }


def test_the_pig_conflict_by_coronary_route_is_found_within_and_between(studies):
    found = {(one.effect.key, one.where, one.scope) for one in conflicts(studies)}
    assert (INFARCT, "Gallet2017_PigReperfusion", "one study") in found
    assert (INFARCT, "CDC, intracoronary, pig", "one cohort") in found
    assert (INFARCT, "CDC, intracoronary, pig", "studies") not in found


def test_studies_of_one_cohort_never_disagree_between_studies(studies):
    for one in conflicts(studies):
        cohorts = {told.cohort for told in one.told}
        assert (one.scope == "studies") == (len(cohorts) > 1), one.where


def marks(some, name):
    """Who disputes the infarct size of a study: studies apart, its own cohort."""
    row = next(one for one in table1(some)["later"] if one["study"] == name)
    cell = row["effects"][INFARCT]
    return cell["disputed"], cell["disputed_in_cohort"]


def test_a_dispute_inside_a_cohort_is_told_as_that(studies):
    pigs = ("DeCouto2017_PigReperfusion", "Gallet2017_PigReperfusion")
    assert [marks(studies, name) for name in pigs] == [(False, True)] * 2
    own = dataclasses.replace(study(studies, pigs[0]), cohort="another")
    apart = [one for one in studies if one.id != own.id] + [own]
    assert [marks(apart, name) for name in pigs] == [(True, False)] * 2


def test_a_study_is_disputed_by_another_cohort_only(studies):
    """A third study that says the same as one of two disputes the other only."""
    pigs = ("DeCouto2017_PigReperfusion", "Gallet2017_PigReperfusion")
    third = dataclasses.replace(
        study(studies, pigs[0]), id="Third2030_PigReperfusion", cohort="third"
    )
    some = [*studies, third]
    assert marks(some, pigs[0]) == (False, True)
    assert marks(some, pigs[1]) == (True, True)
    assert marks(some, third.id) == (True, False)


def test_no_conflict_is_left_when_the_null_is_taken_out(studies):
    kept = [one for one in studies if one.id != "Gallet2017_PigReperfusion"]
    assert not [one for one in conflicts(kept) if "pig" in one.where.lower()]


def test_another_vesicle_as_comparator_is_marked(studies):
    mao = study(studies, "Mao2021_MouseReperfusion")
    assert {against(mao, row) for row in mao.outcomes} == {"other vesicles"}
    ours = [one for one in later_rows(studies) if one.study.id == mao.id]
    assert {one.over(EFFECTS[0]) for one in ours} == {"other vesicles"}
    hearts = study(studies, "Giricz2014_RatIsolatedHeart")
    assert against(hearts, hearts.outcomes[0]) == "control"  # "without vesicles"


@pytest.mark.parametrize(
    ("form", "side"),
    [
        ("control", "control"),
        ("", "control"),
        ("vesicles", "other vesicles"),
        ("cells", "other treatment"),
        ("conditioned medium", "other treatment"),
    ],
)
def test_a_comparator_that_is_a_treatment_is_no_control(form, side):
    rows = (group("EV", 45, direction="increase"), group("saline", 40, form=form))
    one = pooled_study("A", rows)
    assert against(one, rows[0]) == side
    assert refused_for_its_comparator(one, rows[0]) is (side != "control")
    found = later_rows([one])[0]
    assert found.over(EFFECTS[1]) == side
    assert counts([one])[1].yes == (side == "control")


@pytest.mark.parametrize(
    ("name", "side"),
    [
        ("vesicles of normoxic cells", "other vesicles"),
        ("perfusate without vesicles", "control"),
        ("no cells", "control"),
        ("cell medium", "control"),
        ("unconditioned medium", "control"),
        ("conditioned medium without HGF", "other treatment"),
        ("cells, intracoronary", "other treatment"),
        ("vehicle", "control"),
    ],
)
def test_a_comparator_without_rows_is_known_by_its_name(name, side):
    row = group("EV", None, comparator=name, direction="increase")
    assert against(pooled_study("A", [row]), row) == side


def test_pooling_and_table_1_have_one_rule(studies):
    for one in studies:
        for row in one.outcomes:
            other = against(one, row) != "control"
            assert refused_for_its_comparator(one, row) is other, row


def refused_for_its_comparator(one, row):
    """Whether pooling leaves a row out since it is held against a treatment."""
    told = effect_of(Candidate(one, row, None, 0))
    return isinstance(told, str) and "another treatment" in told


def test_overlapping_animals_count_once(studies):
    def infarct(some):
        return next(one for one in counts(some) if one.effect.key == INFARCT)

    pig = {
        "Gallet2017_PigReperfusion",
        "Nguyen2018_PigInfarct",
        "Gallet2017_PigChronic",
    }
    whole = [one for one in studies if one.cohort == "CDC_vesicles_pig"]
    assert {one.id for one in whole} >= pig
    told = infarct(whole)
    assert (told.yes, told.no_effect, told.worse, told.both) == (0, 0, 0, 1)


def test_retracted_studies_never_count(studies):
    own = study(studies, "Shao2017_RatInfarct")
    taken = [dataclasses.replace(own, retracted=True)]
    assert later_rows(taken) == ()
    assert all(one.yes == 0 for one in counts(taken))
    assert table1(taken)["left_out"] == [{"study": own.id, "reason": "retracted"}]


def test_a_users_own_study_stands_among_the_later_ones(studies):
    own = dataclasses.replace(
        study(studies, "Shao2017_RatInfarct"), id="Mine2026_RatInfarct", own=True
    )
    shown = {one["study"]: one["own"] for one in table1([*studies, own])["later"]}
    assert shown["Mine2026_RatInfarct"] is True
    assert shown["Shao2017_RatInfarct"] is False
