"""``exoheart simulate --where``: table, page and document of where the doses go."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_runner import DISCLAIMER, EXAMPLES, exoheart
from jsonschema import Draft202012Validator

from exoheart.report.where import render_where

STUDY = EXAMPLES / "pig_reperfused_infarct.toml"
FEW = ("--members", 16, "--seed", 7)


@pytest.fixture(scope="module")
def page(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("where") / "page.html"


@pytest.fixture(scope="module")
def shown(page):
    return exoheart("simulate", STUDY, "--where", "--label", "dye", "--out", page, *FEW)


@pytest.fixture(scope="module")
def document(page):
    told = exoheart("simulate", STUDY, "--where", "--json", "--out", page, *FEW)
    assert told.code == 0
    return told.document


def test_tables_of_every_arm_are_shown_and_the_page_is_named(shown, page):
    assert shown.code == 0
    for words in ("CDC IM", "CDC IC", "heart, border", "What a dye label would show"):
        assert words in shown.out
    assert str(page) in shown.out
    assert DISCLAIMER.split(";")[0] in shown.out


def test_the_page_stands_alone_and_has_a_figure_for_each_arm(shown, page):
    text = page.read_text("utf-8")
    assert text.count("<svg ") == 2
    assert "Research use only" in text
    assert "numbers of the delivery model are measured or derived" in text
    assert "http" not in text.replace("http://www.w3.org", "")


def test_the_document_keeps_its_schema_and_adds_up(document):
    schema = json.loads(exoheart("schema", "simulate").out)
    Draft202012Validator(schema).validate(document)
    for arm in document["where"]["arms"]:
        assert arm["after_h"][:4] == pytest.approx([1 / 12, 1.0, 4.0, 24.0])
        assert arm["after_h"] == sorted(arm["after_h"])
        outside = next(p for p in arm["places"] if p["place"] == "outside")
        if arm["route"] == "intramyocardial":
            shares = [one["median"] for one in outside["shares"]]
            assert shares[0] == pytest.approx(shares[-1])
            assert 0.05 < shares[0] < 0.4


def test_a_page_of_another_sort_is_not_replaced(tmp_path):
    file = tmp_path / "mine.html"
    file.write_text("<p>mine</p>", "utf-8")
    told = exoheart("simulate", STUDY, "--where", "--out", file, *FEW)
    assert told.code == 2
    assert "is no page of exoheart simulate --where" in told.err
    assert file.read_text("utf-8") == "<p>mine</p>"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--label", "dye"), "without --where"),
        (("--where", "--label", "dyes"), "nearest: dye"),
    ],
)
def test_options_that_make_no_sense_are_refused(tmp_path, options, words):
    told = exoheart("simulate", STUDY, *options, *FEW)
    assert told.code == 2
    assert words in told.err


def test_a_study_of_controls_alone_has_no_dose_to_follow(tmp_path):
    text = STUDY.read_text("utf-8")
    head, arms = text.split("[[arm]]", 1)
    vehicle, rest = arms.split("[[arm]]", 1)
    tail = rest[rest.index("[[endpoint]]") :]
    file = tmp_path / "controls.toml"
    file.write_text(f"{head}[[arm]]{vehicle}{tail}", "utf-8")
    told = exoheart("simulate", file, "--where", *FEW)
    assert told.code == 2
    assert "no arm with a dose" in told.err
    assert not (tmp_path / "controls-where.html").exists()


def test_a_dose_after_the_last_endpoint_is_told_on_terminal_and_page(tmp_path):
    text = STUDY.read_text("utf-8")
    late = text.replace("30 min after reperfusion", "90 d after reperfusion")
    file, page = tmp_path / "late.toml", tmp_path / "late.html"
    file.write_text(late, "utf-8")
    told = exoheart("simulate", file, "--where", "--out", page, *FEW)
    words = "Nothing has been given by the end of the study."
    assert told.code == 0
    assert f"CDC IM: {words}" in told.out
    assert "Vesicles taken up per cell" not in told.out
    assert page.read_text("utf-8").count(words) == 2


def test_an_infusion_is_said_to_count_as_given_while_it_lasts(document):
    page = render_where(document)
    note = "While an infusion lasts, its whole dose counts as given."
    assert page.count(note) == 1
