"""``evidence gaps`` and ``evidence nearest``: in the terminal, as JSON, as a page."""

from __future__ import annotations

import pytest
from cli_runner import DISCLAIMER, EXAMPLES, exoheart

from exoheart.evidence.own.template import own_template

PIG = EXAMPLES / "pig_reperfused_infarct.toml"


def gaps(*asked):
    return exoheart("evidence", "gaps", *asked)


def test_the_terminal_shows_the_five_maps_and_the_nearest_gaps():
    page = gaps()
    assert (page.code, page.err) == (0, "")
    for title in (
        *("Donor by route", "Species by route", "Route by time of dose"),
        *("Dose by species", "Donor by species", "Untested: "),
    ):
        assert f"\n{title}" in page.out
    assert "the text that was read leaves it out" in page.out
    assert DISCLAIMER in page.out


def test_one_map_is_asked_by_its_axes():
    document = gaps("--by", "species,time", "--json").document
    assert [(m["rows"], m["columns"]) for m in document["maps"]] == [
        ("species", "time of dose")
    ]
    assert {one["rows"] for one in document["untested"]} == {"species"}


def test_forms_have_maps_of_their_own():
    vesicles, cells = (
        gaps("--form", form, "--json").document for form in ("exosomes", "cells")
    )
    assert (vesicles["form"], cells["form"]) == ("vesicles", "cells")
    assert vesicles["cohorts"] != cells["cohorts"]


def test_a_plan_is_placed_in_the_maps():
    document = gaps("--study", PIG, "--json").document
    assert {one["arm"] for one in document["plan"]} == {"CDC IM", "CDC IC"}
    assert "CDC IM (CDC, intramyocardial, " in gaps("--study", PIG).out


def test_the_page_holds_every_map_with_its_twin(tmp_path):
    path = tmp_path / "gaps.html"
    assert gaps("--study", PIG, "--page", path).code == 0
    text = path.read_text(encoding="utf-8")
    assert text.count("<svg ") == text.count(" as a table (") == 5
    assert "The plan in the maps" in text
    assert "<script" not in text
    first = path.read_bytes()
    assert gaps("--study", PIG, "--page", path).code == 0
    assert path.read_bytes() == first


@pytest.mark.parametrize(
    "asked", [("--by", "donor,rout"), ("--form", "vesicels"), ("--by", "donor")]
)
def test_words_that_mean_nothing_are_refused(asked):
    result = gaps(*asked)
    assert (result.code, result.out) == (2, "")
    assert "allowed: " in result.err


def test_axes_and_form_that_mean_nothing_are_told_together():
    result = gaps("--by", "donor,colour", "--form", "foo")
    assert (result.code, result.out) == (2, "")
    assert "--by: met" in result.err
    assert "--form: met" in result.err


def test_a_study_of_ones_own_is_marked_as_such(tmp_path, monkeypatch):
    monkeypatch.setenv("EXOHEART_STUDIES", str(tmp_path / "own"))
    assert "of them yours" not in gaps().out
    mine, name = tmp_path / "mine.csv", "Example2030_PigReperfusion"
    mine.write_text(own_template().replace("# Example2030", "Example2030"), "utf-8")
    assert exoheart("evidence", "add", mine).code == 0
    assert ", 1 of them yours" in gaps().out
    assert gaps("--json").document["own"] == [name]
    assert f"{name} (own)" in exoheart("evidence", "nearest", PIG).out
    rows = exoheart("evidence", "nearest", PIG, "--json").document["nearest"]
    assert {one["study"] for one in rows if one["own"]} == {name}


def test_nearest_shows_each_part_of_each_distance():
    document = exoheart("evidence", "nearest", PIG, "--json").document
    assert len(document["nearest"]) == 8
    for one in document["nearest"]:
        parts = sum(part["distance"] for part in one["components"])
        assert one["distance"] == pytest.approx(parts, abs=1e-3)
    page = exoheart("evidence", "nearest", PIG, "--count", "3")
    assert "Nearest published arms (3)" in page.out
    assert "Gallet2017_PigReperfusion" in page.out
    assert DISCLAIMER in page.out


def test_nearest_of_a_study_that_treats_nobody_says_so():
    controls = EXAMPLES.parent / "src" / "exoheart" / "data" / "templates"
    page = exoheart("evidence", "nearest", controls / "controls_pig.toml")
    assert page.code == 0
    assert "treats nobody" in page.out
