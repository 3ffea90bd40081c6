"""The maps of gaps: cohorts counted once, silence never taken for a gap."""

from __future__ import annotations

import dataclasses
import json

import pytest
from hypothesis import given
from hypothesis import strategies as some

from exoheart.errors import InputError
from exoheart.evidence import load_studies
from exoheart.evidence.gaps.bands import (
    NOT_SAID,
    dose_band,
    dose_bands,
    time_band,
    time_bands,
)
from exoheart.evidence.gaps.document import gaps
from exoheart.evidence.gaps.maps import (
    PAIRS,
    form_of,
    gap_map,
    gaps_of,
    pair_of,
    places_tested,
    planned_places,
)
from exoheart.figures import to_svg
from exoheart.figures.gaps import gap_map as drawing
from exoheart.study import parse_study, template

ROUTES = ("donor", "route")


@pytest.fixture(scope="module")
def studies():
    return load_studies()


@pytest.fixture(scope="module")
def plan():
    return parse_study(template("pig"))


def study(studies, name):
    return next(one for one in studies if one.id == name)


def moved(own, **columns):
    """A study whose every vesicle row is changed."""
    rows = tuple(
        dataclasses.replace(row, **columns) if row.form == "vesicles" else row
        for row in own.outcomes
    )
    return dataclasses.replace(own, outcomes=rows)


def of(studies, pair=ROUTES, places=()):
    return gap_map(places_tested(studies, "vesicles"), pair, "vesicles", list(places))


def test_overlapping_cohorts_count_once_though_every_study_is_named(studies):
    cell = of(studies).cell("CDC", "intramyocardial")
    pig = {
        "Gallet2017_PigReperfusion",
        "Gallet2017_PigChronic",
        "Nguyen2018_PigInfarct",
    }
    assert pig <= set(cell.studies)
    held = [one for one in studies if one.id in pig]
    assert of(held).cell("CDC", "intramyocardial").cohorts == 1


def test_the_pig_reperfusion_study_stands_where_its_abstract_says(studies):
    # Gallet2017: CDC vesicles into muscle or coronary artery, 30 min after reperfusion
    own = [study(studies, "Gallet2017_PigReperfusion")]
    filled = {(c.row, c.column) for c in of(own).cells if c.cohorts}
    assert filled == {("CDC", "intramyocardial"), ("CDC", "intracoronary")}
    times = of(own, ("route", "time of dose"))
    assert times.cell("intramyocardial", "first hour").with_number == 1
    assert times.cell("intracoronary", "first hour").with_number == 0


def test_retracted_unread_and_healthy_hearts_never_count(studies):
    own = study(studies, "Shao2017_RatInfarct")
    assert places_tested([own], "vesicles")
    assert places_tested([dataclasses.replace(own, retracted=True)], "vesicles") == []
    assert places_tested([dataclasses.replace(own, outcomes=())], "vesicles") == []
    for model in ("none", "heart failure", "in vitro", "isolated heart"):
        assert places_tested([dataclasses.replace(own, model=model)], "vesicles") == []


def test_rows_that_only_follow_the_particles_are_no_test(studies):
    own = study(studies, "VesicleRoutes_MouseLigation")
    assert {row.family for row in own.outcomes} == {"retention"}
    assert places_tested([own], "vesicles") == []


def test_forms_are_never_counted_together(studies):
    names = {
        form: {one.study for one in places_tested(studies, form)}
        for form in ("vesicles", "cells", "conditioned medium")
    }
    assert "Hamamoto_SheepLigation" in names["cells"] - names["vesicles"]
    assert "Timmers2011_PigLigation" in names["conditioned medium"]
    assert "Timmers2011_PigLigation" not in names["vesicles"] | names["cells"]


def test_a_new_study_closes_its_gap(studies):
    drawn = of(studies)
    gap = next(one for one in gaps_of(drawn) if one.row == "CDC")
    own = moved(study(studies, "Shao2017_RatInfarct"), donor="CDC", route=gap.column)
    own = dataclasses.replace(own, id="Mine2026", cohort="Mine2026", own=True)
    after = {(one.row, one.column) for one in gaps_of(of([*studies, own]))}
    before = {(one.row, one.column) for one in gaps_of(drawn)}
    assert before - after == {(gap.row, gap.column)}


def test_what_is_not_said_is_no_gap_and_no_test_of_anything(studies):
    silent = moved(study(studies, "Shao2017_RatInfarct"), route="")
    drawn = of([silent])
    assert drawn.cell("MSC", NOT_SAID).cohorts == 1
    assert drawn.cell("MSC", "intravenous").cohorts == 0
    assert drawn.cell("MSC", "intravenous").could_be == 1
    assert drawn.cell("CDC", "intravenous").could_be == 0
    assert not [g for g in gaps_of(drawn) if NOT_SAID in {g.row, g.column}]


@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
def test_every_cell_is_tested_or_a_gap_and_never_both(studies, pair):
    drawn = of(studies, pair)
    assert len(drawn.cells) == len(drawn.row_names) * len(drawn.column_names)
    said = {(c.row, c.column) for c in drawn.cells if NOT_SAID not in {c.row, c.column}}
    full = {(c.row, c.column) for c in drawn.cells if c.cohorts}
    assert {(g.row, g.column) for g in gaps_of(drawn)} == said - full
    for cell in drawn.cells:
        assert 0 <= cell.with_number <= cell.cohorts <= len(cell.studies)


def test_gaps_beside_much_tested_ones_come_first(studies):
    found = gaps_of(of(studies))
    near = [one.nearness for one in found]
    assert near == sorted(near, reverse=True)
    # a patch was tested with no donor, so nothing near it is tested by route
    assert all(one.nearness == 0 for one in found if one.column == "patch")
    assert found[0].nearness > 0


@pytest.mark.parametrize(
    ("hours", "band"),
    [
        (-0.01, "before"),
        (0.0, "first hour"),
        (1.0, "first hour"),
        (1.01, "1 to 24 h"),
        (24.0, "1 to 24 h"),
        (168.0, "1 to 7 d"),
        (168.1, "later than 7 d"),
    ],
)
def test_times_fall_into_the_band_that_their_name_says(hours, band):
    assert time_band(hours) == band


@given(some.lists(some.floats(-1e3, 1e5), min_size=2, max_size=2))
def test_a_later_dose_is_never_in_an_earlier_band(hours):
    early, late = sorted(hours)
    bands = time_bands()
    assert bands.index(time_band(early)) <= bands.index(time_band(late))


@given(some.lists(some.floats(1e-3, 1e15), min_size=2, max_size=2))
def test_a_larger_dose_is_never_in_a_smaller_band(doses):
    bands = dose_bands("vesicles")
    for unit, basis in (("particles", "particles"), ("ug", "protein")):
        small, large = (dose_band(dose, unit, basis) for dose in sorted(doses))
        assert bands.index(small) <= bands.index(large)


def test_doses_are_banded_by_what_they_count_and_never_guessed():
    assert dose_band(0.3, "ug", "not stated") == "below 10 ug"
    assert dose_band(1000, "ug", "protein") == dose_band(1, "mg", "protein")
    assert dose_band(1e12, "particles", "particles") == "1e11 particles and more"
    assert dose_band(2e10, "particles/kg", "particles") == "per kg or per g"
    assert dose_band(5, "mL", "not stated") == NOT_SAID
    assert dose_band(None, "", "") == NOT_SAID


@pytest.mark.parametrize(
    ("typed", "pair"),
    [
        ("donor,route", ("donor", "route")),
        ("species, time", ("species", "time of dose")),
        ("dose band,route", ("dose", "route")),
    ],
)
def test_two_axes_are_read_from_words(typed, pair):
    assert pair_of(typed) == pair


@pytest.mark.parametrize("typed", ["donor", "donor,donor", "donor,rout", "a,b,c"])
def test_anything_but_two_axes_is_refused(typed):
    with pytest.raises(InputError, match="two of donor, route, dose"):
        pair_of(typed)


def test_a_misspelt_form_or_axis_names_the_nearest():
    with pytest.raises(InputError, match="nearest: route"):
        pair_of("donor,rout")
    with pytest.raises(InputError, match="nearest: vesicles"):
        form_of("vesicle s")
    assert form_of("EV") == "vesicles"


def test_a_plan_is_placed_by_its_own_words(plan):
    # template: 7.5 mg protein of CDC vesicles 30 min after reperfusion, in a pig
    assert planned_places(plan, "vesicles")["CDC IM"] == {
        "donor": "CDC",
        "route": "intramyocardial",
        "dose": "1 mg and more",
        "time of dose": "first hour",
        "species": "pig",
    }
    assert planned_places(plan, "cells") == {}


def test_the_closest_cohort_agrees_in_as_many_axes_as_it_says(studies, plan):
    placed = {one["arm"]: one for one in gaps(studies, plan=plan)["plan"]}["CDC IM"]
    near = {one["study"]: one for one in placed["closest"]}["Gallet2017_PigReperfusion"]
    assert placed["agreeing"] == len(near["agrees_in"]) == 4
    assert (near["differs_in"], near["not_said"]) == ({}, ["dose"])


def test_a_plan_is_framed_once_in_each_map(studies, plan):
    for drawn in gaps(studies, plan=plan)["maps"]:
        named = [name for cell in drawn["cells"] for name in cell["planned"]]
        assert sorted(named) == ["CDC IC", "CDC IM"]


def test_a_plan_of_a_donor_that_nobody_gave_gets_its_own_row(studies, plan):
    product = dataclasses.replace(plan.products["cdc"], donor="platelets")
    other = dataclasses.replace(plan, products={"cdc": product})
    drawn = gaps(studies, pairs=[ROUTES], plan=other)["maps"][0]
    assert "platelets" in drawn["row_names"]
    assert "platelets" not in gaps(studies, pairs=[ROUTES])["maps"][0]["row_names"]


def test_the_document_is_the_same_twice_and_plain(studies, plan):
    first, again = (json.dumps(gaps(studies, plan=plan)) for _ in range(2))
    assert first == again


def test_the_figure_has_a_square_a_cell_and_frames_the_plan(studies, plan):
    drawn = gaps(studies, pairs=[ROUTES], plan=plan)["maps"][0]
    spec = drawing(drawn)
    squares = spec["layer"][0]["data"]["values"]
    assert len(squares) == len(drawn["cells"])
    frames = [one for one in spec["layer"] if one["mark"].get("strokeWidth") == 3]
    assert len(frames[0]["data"]["values"]) == 2
    without = drawing(gaps(studies, pairs=[ROUTES])["maps"][0])
    assert not [one for one in without["layer"] if one["mark"].get("strokeWidth") == 3]
    assert "CDC, intramyocardial" in spec["description"]
    assert to_svg(spec) == to_svg(spec)


def test_the_figure_keeps_to_the_published_schema(studies, plan):
    altair = pytest.importorskip("altair")
    from altair.utils.schemapi import validate_jsonschema

    root = altair.vegalite.schema.core.load_schema()
    for drawn in gaps(studies, plan=plan)["maps"]:
        assert validate_jsonschema(drawing(drawn), root, raise_error=False) is None
