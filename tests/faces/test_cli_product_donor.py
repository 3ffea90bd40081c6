"""``exoheart product donor``: tables, one document, a figure, refusals."""

from __future__ import annotations

import pytest
from cli_runner import DISCLAIMER, exoheart

COMMAND = ("product", "donor")
FEW = ("--draws", 64)


def test_a_donor_is_shown_with_its_numbers_and_where_they_are_from():
    shown = exoheart(*COMMAND, "MSC", "--conditioning", "hypoxia 5%", "--age", 60, *FEW)
    assert shown.code == 0
    for words in (
        *("secretion rate", "microvesicles", "digested in lysosomes", "angiogenic"),
        *("hypoxia 5%", "Dougherty2020", "age 60 years", "Advantages", "Risks"),
        *("recalled fusions", "assumed"),
    ):
        assert words in shown.out
    assert DISCLAIMER in shown.out.splitlines()[-1]


def test_tables_give_the_interval_before_the_median_and_units_in_words():
    """Every head has the interval first; no unit is a bare 1 or has a slash."""
    sheet = exoheart(*COMMAND, "CDC", "--engineering", "Rab27A knock-down", *FEW)
    for shown in (sheet, exoheart(*COMMAND)):
        heads = [line for line in shown.out.splitlines() if " Median " in line]
        assert heads
        assert all(0 < line.index("5 to 95 %") < line.index("Median") for line in heads)
    assert "particles per cell and day" in sheet.out
    for words in ("/cell", "/particle", "/mL", "nfkb", "il10"):
        assert words not in sheet.out
    assert not any(line.endswith("   1") for line in sheet.out.splitlines())
    for one in exoheart(*COMMAND, "CDC", "--json", *FEW).document["numbers"]:
        assert list(one)[2:5] == ["low", "high", "median"]


def test_the_document_is_one_and_the_same_bytes():
    first, second = (exoheart(*COMMAND, "CDC", "--json", *FEW) for _ in range(2))
    assert first.code == 0
    assert first.out == second.out
    assert first.document["donor"]["name"] == "CDC"
    assert first.document["course"]["hours"][0] == 0.0
    assert DISCLAIMER in first.err


def test_without_a_donor_all_are_listed():
    shown = exoheart(*COMMAND)
    assert shown.code == 0
    for words in ("may form tumours", "ethical", "Rab27B knock-down", "hollow fibre"):
        assert words in shown.out
    listed = exoheart(*COMMAND, "--json").document
    assert {"donors", "modifiers"} == set(listed)


def test_the_figure_is_written_whole_and_never_over_another_file(tmp_path):
    picture = tmp_path / "msc.svg"
    shown = exoheart(*COMMAND, "MSC", "--out", picture, *FEW)
    assert shown.code == 0
    text = picture.read_text("utf-8")
    assert text.startswith("<svg")
    assert "aria-label" in text
    assert exoheart(*COMMAND, "MSC", "--out", picture, *FEW).code == 0
    assert picture.read_text("utf-8") == text
    other = tmp_path / "other.svg"
    other.write_text("<svg/>", "utf-8")
    assert exoheart(*COMMAND, "MSC", "--out", other, *FEW).code == 2
    assert other.read_text("utf-8") == "<svg/>"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("MCS",), "did you mean 'MSC'"),
        (("MSC", "--conditioning", "hypoxa 5%"), "did you mean 'hypoxia 5%'"),
        (("MSC", "--disease", "diabetis"), "diabetes"),
        (("MSC", "--out", "x.png"), ".svg"),
        (("--age", "60"), "without a donor"),
    ],
)
def test_bad_input_is_refused_with_exit_2(arguments, words):
    refused = exoheart(*COMMAND, *arguments)
    assert refused.code == 2
    assert refused.out == ""
    assert words in refused.err
