"""``exoheart product regulation``: class, way and duties, and no legal advice."""

from __future__ import annotations

from cli_runner import DISCLAIMER, EXAMPLES, exoheart

from exoheart.version import VERSION

STUDY = EXAMPLES / "pig_reperfused_infarct.toml"


def test_class_way_and_duties_are_shown():
    told = exoheart("product", "regulation", STUDY)
    assert (told.code, told.err) == (0, "")
    for words in (
        *("biological medicinal product, not an ATMP", "the way in US"),
        *("then also", "not checked against the legal text", "not legal advice"),
    ):
        assert words in told.out
    assert DISCLAIMER in told.out


def test_the_document_is_one_and_the_same_every_time():
    first, second = (exoheart("product", "regulation", STUDY, "--json") for _ in "ab")
    assert first.out == second.out
    assert first.document["version"] == VERSION
    assert DISCLAIMER in first.err
    (product,) = first.document["products"]
    classes = {each["jurisdiction"]: each for each in product["classes"]}
    assert list(classes) == ["EU", "US", "UK", "Japan"]
    unread = [s["rule"] for s in classes["EU"]["path"] if not s["verified"]]
    assert unread == ["EU09"]
    assert classes["EU"]["checked"] is False
    assert classes["Japan"]["standing"] == "rests on news (JP02)"
    assert {duty["rule"] for duty in product["duties"]} >= {"EU19", "US17", "GD09"}


def test_classes_come_first_and_every_source_once_at_the_end():
    told = exoheart("product", "regulation", STUDY).out
    places = [
        told.index(words)
        for words in (
            *("  EU: biological", "rests on news (JP02)", "the way in EU"),
            *("then also", "Sources (", "not legal advice"),
        )
    ]
    assert places == sorted(places)
    for step in exoheart("product", "regulation", STUDY, "--json").document["products"]:
        for rule in step["duties"]:
            if rule["source"].startswith("http"):
                assert told.split().count(rule["source"]) == 1


def test_a_study_without_a_product_is_answered():
    told = exoheart("product", "regulation", EXAMPLES / "controls_pig.toml")
    assert told.code == 0
    assert "nothing to class" in told.out


def test_a_missing_file_is_named_and_nothing_is_shown():
    told = exoheart("product", "regulation", "no_such_study.toml")
    assert (told.code, told.out) == (2, "")
    assert "no_such_study.toml" in told.err
