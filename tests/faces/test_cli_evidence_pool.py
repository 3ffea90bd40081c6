"""``evidence pool``: what can be pooled, what can't, and the page of both."""

from __future__ import annotations

import csv

import pytest
from cli_runner import DISCLAIMER, exoheart

from exoheart.evidence.own.store import VARIABLE
from exoheart.evidence.vocabulary import OUTCOME_COLUMNS, STUDY_COLUMNS

LVEF = ("--outcome", "ejection fraction")


def run(*more):
    return exoheart("evidence", "pool", *more)


def test_little_can_be_pooled_and_it_says_why():
    told = run(*LVEF)
    assert (told.code, told.err) == (0, "")
    assert "Nothing can be pooled" in told.out
    assert "whether the spread is an SD or a standard error is not said" in told.out
    assert "a limit, not a result" in told.out
    spread = "3 reviews: 3.67 to 12.7; SD between the 2 with an interval 3.69"
    assert spread in told.out
    assert told.out.rstrip().endswith(DISCLAIMER + ".")


def test_json_is_one_document_the_same_twice():
    result = run(*LVEF, "--json")
    assert run(*LVEF, "--json").out == result.out
    (one,) = [p for p in result.document["pools"] if p["unit"] == "points"]
    assert one["k"] == 0
    assert [b["reading"] for b in one["bounds"]] == ["SD", "SEM"]
    priors = [p["prior"] for p in one["between_reviews"]["priors"]]
    assert priors == ["plain", "quality", "sceptical", "selection"]


def test_one_reading_can_be_asked_for():
    document = run(*LVEF, "--prior", "sceptical", "--json").document
    for one in document["pools"]:
        if one["between_reviews"]:
            (reading,) = one["between_reviews"]["priors"]
            assert reading["prior"] == "sceptical"


def test_a_wider_sceptic_is_nearer_to_the_plain_mean():
    def mean(width):
        asked = (*LVEF, "--prior", "sceptical", "--sceptical-width", width, "--json")
        one = run(*asked).document["pools"][0]
        return one["between_reviews"]["priors"][0]["estimate"]

    assert mean("1") < mean("5") < mean("50")


@pytest.mark.parametrize("form", ["vesicles", "cells", "conditioning", "gel"])
def test_the_page_holds_figures_with_their_tables_and_the_rules(tmp_path, form):
    page = tmp_path / "pool.html"
    assert run("--form", form, "--page", page).code == 0
    text = page.read_text("utf-8")
    assert 'class="figure-pooled"' in text
    assert text.count("<figure") == text.count('class="twin"')
    assert "never mixed" in text
    assert DISCLAIMER.split(";")[0] in text


def test_reviews_that_stand_beside_no_pool_are_listed_with_the_reason():
    document = run(*LVEF, "--json").document
    reasons = {one["review"]: one["reason"] for one in document["reviews_left"]}
    name = "HypoxicVesicles2021_HypoxicVesicles"
    assert reasons[name] == "not compared with a control"
    assert reasons["Yang2019_Regression"] == "no pooled effect printed"
    assert name.replace("_", " ") in run(*LVEF).out


def test_an_outcome_without_a_row_is_no_error():
    told = run("--form", "RNA", "--outcome", "fibrosis")
    assert told.code == 0
    assert "No row tells of this outcome in this form." in told.out


def test_a_form_without_a_row_says_so_and_no_more(tmp_path):
    page = tmp_path / "page.html"
    told = run("--form", "secretome", "--page", page)
    assert told.out.startswith("No row tells of this form.\n")
    assert "Rules" not in told.out
    assert "No row tells of this form." in page.read_text("utf-8")


@pytest.mark.parametrize("word", ["LVEF", "lvef", "Ejection Fraction"])
def test_an_outcome_may_be_named_as_the_field_names_it(word):
    assert run("--outcome", word, "--json").out == run(*LVEF, "--json").out


def test_a_short_form_may_stand_for_several_outcomes_and_a_slip_for_one():
    document = run("--outcome", "MVD", "--json").document
    assert document["outcome"] == "vessel density, capillary density"
    found = {one["outcome"] for one in document["pools"]}
    assert found == {"vessel density", "capillary density"}
    assert "did you mean 'lvef'" in run("--outcome", "lvfe").err


def test_without_an_outcome_every_one_has_one_line():
    told = run().out.splitlines()
    pools = run("--json").document["pools"]
    body = told[4 : 4 + len(pools)]
    for one, line in zip(pools, body, strict=True):
        assert line.strip().startswith(one["outcome"])
    assert any(line.startswith("--outcome NAME gives") for line in told)
    assert len(told) < len(pools) + 10
    assert max(map(len, told)) < 170


def test_long_texts_stand_below_the_tables():
    told = run(*LVEF).out
    assert "  - selection: not given: 2 effects; from 10 on" in told
    (reason,) = [n for n, t in enumerate(told.splitlines()) if t.endswith("increase")]
    assert "Amniotic RatInfarct: vesicles" in told.splitlines()[reason + 1]
    tables = told.split("Rules")[0].splitlines()
    assert max(len(line) for line in tables if "  Review" in line) < 180


def test_wrong_words_are_refused_together():
    told = run("--form", "vesicle", "--outcome", "ejection fracton", "--prior", "plane")
    assert (told.code, told.out) == (2, "")
    for words in ("'vesicles'", "'ejection fraction'", "'plain'"):
        assert words in told.err


def own_study(folder, name, gain):
    """Write an own study of infarcted rats, SD and n printed, and its source."""
    with (folder / "sources.bib").open("a", encoding="utf-8") as entries:
        entries.write(
            f"@misc{{own.{name},\n  author = {{A. Author}},\n  note = {{own}}\n}}\n"
        )
    cells = {
        "id": name,
        "species": "rat",
        "model": "permanent ligation",
        "cohort": name,
        "use": "context",
        "retracted": "no",
        "source": f"own.{name}",
        "verification": "full text",
    }
    rows = []
    for arm, form, mean in (("v", "vesicles", 40 + gain), ("saline", "control", 40)):
        row = {"arm": arm, "form": form, "mean": mean, "n": 10, "spread": 5}
        row |= {"comparator": "saline" if arm == "v" else "", "spread_type": "SD"}
        row |= {"outcome": "ejection fraction", "unit": "%", "at": "28 d"}
        rows.append(row | {"verification": "full text"})
    (folder / name).mkdir()
    for file, columns, body in (
        ("study.csv", STUDY_COLUMNS, [cells]),
        ("outcomes.csv", OUTCOME_COLUMNS, rows),
    ):
        with (folder / name / file).open("w", encoding="utf-8", newline="") as lines:
            writer = csv.DictWriter(lines, columns)
            writer.writeheader()
            writer.writerows(body)


def test_the_users_own_studies_are_pooled_with_the_shipped(tmp_path, monkeypatch):
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    own_study(tmp_path, "Mine2024_Rat", 6)
    own_study(tmp_path, "Mine2025_Rat", 2)
    (one,) = [
        p for p in run(*LVEF, "--json").document["pools"] if p["unit"] == "points"
    ]
    assert [effect["own"] for effect in one["effects"]] == [True, True]
    assert one["fit"]["estimate"] == pytest.approx(4.0)
    assert one["bounds"][0]["k"] == 3  # with the one shipped row of unknown spread
