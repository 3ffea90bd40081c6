"""``exoheart product reporting``: scores, blanks and a paragraph of what is stated."""

from __future__ import annotations

import sys
from pathlib import Path

from cli_runner import DISCLAIMER, EXAMPLES, exoheart

from exoheart.version import VERSION

sys.path.insert(0, str(Path(__file__).parents[1] / "unit"))
from instrument_files import NanoSight

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


def test_headline_scores_and_methods_come_first_then_blanks_then_the_filled():
    told = exoheart("product", "reporting", STUDY)
    assert (told.code, told.err) == (0, "")
    places = [
        told.out.index(words)
        for words in (
            *("items that apply are filled", "Filled, of what applies", "EV-METRIC"),
            *("Methods, from", "Blank (", "Filled in part", "Filled (", "Computed by"),
            *("For appraisal", "Not applicable here"),
        )
    ]
    assert places == sorted(places)
    assert "The species treated is the pig." in told.out
    assert "SYRCLE is for appraisal and gets no score" in told.out
    assert DISCLAIMER in told.out


def test_the_document_is_one_and_the_same_every_time():
    first, second = (exoheart("product", "reporting", STUDY, "--json") for _ in "ab")
    assert first.out == second.out
    assert first.document["version"] == VERSION
    assert first.document["contradictions"] == []
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


def test_a_contradiction_stands_above_the_scores(tmp_path):
    counter = NanoSight(counts=[1.6e9, 1.69e9, 1.65e9], bins=[[2e8, 11e8, 3e8]] * 3)
    counter.bins = [[each - 14e8, 11e8, 3e8] for each in counter.counts]
    (tmp_path / "vial.csv").write_text(counter.text(), encoding="utf-8")
    text = STUDY.read_text("utf-8").replace(
        'donor = "CDC"\n',
        'donor = "CDC"\nmeasured = { file = "vial.csv", dilution = 1000 }\n',
    )
    study = tmp_path / "study.toml"
    study.write_text(text, encoding="utf-8")
    lot = lot_file(tmp_path)
    size = '[[test]]\nname = "size"\nvalue = 5\nunit = "nm"\n'
    lot.write_text(lot.read_text("utf-8") + size, encoding="utf-8")
    told = exoheart("product", "reporting", study, "--lot", lot)
    assert (told.code, told.err) == (0, "")
    first = told.out.index("the lot file says 5 nm, the counter (vial.csv)")
    assert first < told.out.index("Filled, of what applies")
    assert "diluted 1,000-fold as stated in the study" in told.out
    assert "e+" not in told.out


def test_a_lot_of_another_product_is_refused(tmp_path):
    path = lot_file(tmp_path, product="msc")
    told = exoheart("product", "reporting", STUDY, "--lot", path, "--json")
    assert (told.code, told.out) == (2, "")
    assert "lot.product: met 'msc'; allowed: cdc" in told.err


def test_a_study_of_controls_is_answered():
    told = exoheart("product", "reporting", EXAMPLES / "controls_mouse.toml")
    assert told.code == 0
    assert "EV-METRIC: nothing applies" in told.out
