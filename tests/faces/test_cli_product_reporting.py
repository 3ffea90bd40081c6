"""``exoheart product reporting``: scores, blanks and a paragraph of what is stated."""

from __future__ import annotations

from cli_runner import DISCLAIMER, EXAMPLES, exoheart

STUDY = EXAMPLES / "pig_reperfused_infarct.toml"
LOT = """
[lot]
name = "A1"
product = "{product}"
[reporting]
ARR-14 = "Approved under 12/34"
"""


def lot_file(folder, product="cdc"):
    path = folder / "lot.toml"
    path.write_text(LOT.format(product=product), encoding="utf-8")
    return path


def test_scores_come_first_and_the_paragraph_last():
    told = exoheart("product", "reporting", STUDY)
    assert (told.code, told.err) == (0, "")
    places = [
        told.out.index(words)
        for words in ("Filled, of what applies", "EV-METRIC", "blank", "Methods, from")
    ]
    assert places == sorted(places)
    assert "The species treated is the pig." in told.out
    assert "SYRCLE is for appraisal and gets no score" in told.out
    assert DISCLAIMER in told.out


def test_the_document_is_one_and_the_same_every_time():
    first, second = (exoheart("product", "reporting", STUDY, "--json") for _ in "ab")
    assert first.out == second.out
    assert DISCLAIMER in first.err
    document = first.document
    assert len(document["items"]) == 112
    assert {"MISEV2023", "ARRIVE 2.0"} <= {s["standard"] for s in document["scores"]}
    none = [s for s in document["scores"] if s["standard"] == "MIFlowCyt-EV"]
    assert all(score["percent"] is None for score in none)
    assert "ARR-14" in document["blanks"]


def test_a_lot_file_adds_what_it_holds(tmp_path):
    told = exoheart("product", "reporting", STUDY, "--lot", lot_file(tmp_path))
    assert told.code == 0
    assert "Approved under 12/34." in told.out


def test_a_lot_of_another_product_is_refused(tmp_path):
    path = lot_file(tmp_path, product="msc")
    told = exoheart("product", "reporting", STUDY, "--lot", path, "--json")
    assert (told.code, told.out) == (2, "")
    assert "lot.product: met 'msc'; allowed: cdc" in told.err


def test_a_study_of_controls_is_answered():
    told = exoheart("product", "reporting", EXAMPLES / "controls_mouse.toml")
    assert told.code == 0
    assert "EV-METRIC: nothing applies" in told.out
