"""Filters over published outcomes: short forms, unknown words, empty combinations."""

from __future__ import annotations

import dataclasses

import pytest

from exoheart.errors import InputError
from exoheart.evidence import load_studies
from exoheart.evidence.query import SHORT, Query, select
from exoheart.evidence.vocabulary import (
    FORMS_GIVEN,
    MODELS,
    OUTCOMES,
    ROUTES,
    STUDY_SPECIES,
    VERIFICATIONS,
)


@pytest.fixture(scope="module")
def studies():
    return load_studies()


def by_hand(studies, test):
    return [(s, r) for s in studies for r in s.outcomes if test(s, r)]


def test_without_filters_every_row_is_given(studies):
    assert len(select(studies, Query())) == sum(len(s.outcomes) for s in studies)


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("LVEF", {"ejection fraction"}),
        ("ef", {"ejection fraction"}),
        ("IS", {"infarct size"}),
        ("MVD", {"vessel density", "capillary density"}),
        ("Infarct Size", {"infarct size"}),
        ("dLVESV", {"change in end-systolic volume"}),
    ],
)
def test_short_forms_of_outcomes_are_understood(studies, typed, names):
    found = select(studies, Query(outcome=typed))
    assert {row.outcome for _, row in found} == names
    assert found == by_hand(studies, lambda s, r: r.outcome in names)


@pytest.mark.parametrize(
    ("name", "typed", "near"),
    [
        ("route", "IMM", "'IM'"),
        ("outcome", "LFEV", "'LVEF'"),
        ("form", "exosmes", "'exo"),
    ],
)
def test_the_nearest_short_form_is_named_as_the_field_writes_it(
    studies, name, typed, near
):
    with pytest.raises(InputError, match=f"did you mean {near}"):
        select(studies, Query(**{name: typed}))


def test_own_studies_where_there_are_none_are_told_with_the_way_in(studies):
    with pytest.raises(InputError, match=r"evidence add FILE.csv brings them in"):
        select([one for one in studies if not one.own], Query(own=True))


@pytest.mark.parametrize(
    ("typed", "route"),
    [("IM", "intramyocardial"), ("ic", "intracoronary"), ("IV", "intravenous")],
)
def test_short_forms_of_routes_are_understood(studies, typed, route):
    found = select(studies, Query(route=typed))
    assert found == by_hand(studies, lambda s, r: r.route == route)


def test_every_short_form_stands_for_a_word_of_the_tables():
    allowed = {
        "species": STUDY_SPECIES,
        "route": ROUTES,
        "outcome": tuple(OUTCOMES),
        "form": FORMS_GIVEN,
        "model": MODELS,
        "verification": VERIFICATIONS,
    }
    for name, words in allowed.items():
        meant = {word for each in SHORT[name].values() for word in each}
        assert meant <= set(words), name
        assert not set(SHORT[name]) & set(words) - {"infarct"}, name


def test_a_family_of_donors_holds_its_kinds_and_a_kind_only_itself(studies):
    family = {row.donor for _, row in select(studies, Query(donor="MSC"))}
    assert {"MSC", "MSC-AT", "MSC-UC"} <= family
    assert not {one for one in family if "MSC" not in one}
    assert {r.donor for _, r in select(studies, Query(donor="MSC-UC"))} == {"MSC-UC"}


def test_a_family_of_outcomes_is_asked_by_its_name(studies):
    found = select(studies, Query(outcome="family:vessels"))
    assert found == by_hand(studies, lambda s, r: r.family == "vessels")


def test_filters_are_met_together(studies):
    asked = Query(species="pig", route="IM", form="EV", use="qualify", after_year=2017)
    found = select(studies, asked)
    assert {study.id for study, _ in found} == {"Nguyen2018_PigInfarct"}


def test_the_beginning_of_a_study_names_all_its_parts(studies):
    found = {study.id for study, _ in select(studies, Query(study="gallet2017"))}
    assert found == {"Gallet2017_PigChronic", "Gallet2017_PigReperfusion"}


def test_after_a_year_leaves_out_that_year_and_studies_without_one(studies):
    found = select(studies, Query(after_year=2021))
    assert min(study.year for study, _ in found) == 2022


def test_own_studies_are_asked_for_apart(studies):
    mine = dataclasses.replace(studies[0], id="Mine2026", own=True)
    found = select([*studies, mine], Query(own=True))
    assert {study.id for study, _ in found} == {"Mine2026"}


def test_every_unknown_word_is_told_with_the_nearest(studies):
    with pytest.raises(InputError) as told:
        select(studies, Query(species="pgi", route="intracronary", donor="CDD"))
    lines = str(told.value).splitlines()
    assert [line.split(":")[0] for line in lines] == ["--species", "--route", "--donor"]
    near = ("'pig'", "'intracoronary'", "'CDC'")
    for line, word in zip(lines, near, strict=True):
        assert f"did you mean {word}" in line


def test_a_combination_without_a_row_names_the_nearest_that_has_some(studies):
    asked = {"species": "pig", "route": "inhaled", "outcome": "infarct size"}
    with pytest.raises(InputError, match="nearest: ") as told:
        select(studies, Query(**asked))
    near = str(told.value).split("nearest: ")[1].rsplit(" (", 1)
    pairs = dict(part.split(" ", 1) for part in near[0].split(", "))
    found = select(studies, Query(**pairs))
    assert len(found) == int(near[1].split()[0]) > 0
    assert sum(pairs[name] == word for name, word in asked.items()) == 2


def test_a_known_word_without_a_row_is_no_unknown_word(studies):
    with pytest.raises(InputError, match="met no row with route patch"):
        select([studies[0]], Query(route="patch"))
