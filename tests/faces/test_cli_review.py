"""``review``: every claim has an answer, none is hard-coded, and studies move them."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest
from cli_runner import exoheart

from exoheart.evidence.claims.tables import TOPICS
from exoheart.evidence.own.file import FLAT_COLUMNS
from exoheart.reviewing.record import NOT_COVERED

KEYS = {"claim_id", "answered_by", "basis", "verdict", "numbers", "reason"}
BASES = {
    "model": {"predicted", "calibrated", "built in"},
    "evidence": {None},
    "outside": {None},
}
ORDER = ["disagrees", "undecided", "agrees", "not answered"]


@pytest.fixture(scope="module")
def answered(tmp_path_factory):
    """The whole run with few draws, and its page."""
    page = tmp_path_factory.mktemp("review") / "review.html"
    return exoheart("review", "--json", "--draws", 64, "--out", page), page


def test_every_claim_is_answered_once(answered):
    result, _ = answered
    claims = result.document["claims"]
    assert result.code == 0
    assert sorted(one["claim_id"] for one in claims) == [
        f"C{number:03}" for number in range(1, 173)
    ]
    for one in claims:
        assert one.keys() >= KEYS
        assert one["basis"] in BASES[one["answered_by"]]
        assert one["verdict"] in ORDER
        assert one["reason"]
        assert (one["verdict"] == "not answered") == (one["answered_by"] == "outside")


def test_at_least_twenty_claims_are_predicted_and_name_their_set(answered):
    claims = answered[0].document["claims"]
    predicted = [one for one in claims if one["basis"] == "predicted"]
    assert len(predicted) >= 20
    for one in predicted:
        flip, central = one["numbers"]["flip"], one["numbers"]["central"]
        assert all(one["id"] and one["value"] for one in flip["parameters"])
        assert flip["verdict"] in {"agrees", "disagrees"}
        undecided = one["verdict"] == "undecided" or one["kind"] == "open"
        assert flip["verdict"] != (central if undecided else one)["verdict"]


def test_what_is_built_in_is_known(answered):
    """A new one needs a decision: is it built in, or was no set looked for?"""
    built = answered[0].document["summary"]["built_in"]
    assert set(built) == {"C007", "C028", "C091"}


def test_disagreements_come_first_and_built_in_is_apart(answered):
    claims = answered[0].document["claims"]
    built = [one["basis"] == "built in" for one in claims]
    assert built == sorted(built)
    told = [ORDER.index(one["verdict"]) for one in claims if one["basis"] != "built in"]
    assert told == sorted(told)


def test_built_in_claims_are_no_agreement(answered):
    document = answered[0].document
    counted = sum(document["summary"]["model"].values())
    model = [one for one in document["claims"] if one["answered_by"] == "model"]
    built = [one for one in model if one["basis"] == "built in"]
    opened = [one for one in model if one["kind"] == "open"]
    assert counted == len(model) - len([*built, *opened])
    assert document["summary"]["built_in"] == [one["claim_id"] for one in built]


def test_what_is_outside_says_why_and_where(answered):
    claims = answered[0].document["claims"]
    outside = [one for one in claims if one["answered_by"] == "outside"]
    assert outside
    assert {one["topic"] for one in outside} <= set(TOPICS)
    assert {one["see"] for one in outside} == {NOT_COVERED}


def test_the_readme_lists_every_topic_that_stays_open():
    """The link of a claim that is outside leads to a list with its topic."""
    text = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
    heading = NOT_COVERED.partition("#")[2].replace("-", " ")
    start = text.lower().index(f"## {heading}")
    told = text[start : text.index("\n## ", start + 3)]
    assert set(re.findall(r"^- \*(.+?)\*: ", told, re.MULTILINE)) == set(TOPICS)


def test_evidence_answers_cite_rows(answered):
    for one in answered[0].document["claims"]:
        if one["answered_by"] == "evidence":
            told = one["evidence"]
            cited = [*told["supporting"], *told["contradicting"]]
            assert cited
            assert all(each["source"] for each in cited)


def test_the_page_holds_a_figure_for_each_claim_of_the_model(answered):
    result, page = answered
    text = page.read_text("utf-8")
    counts = Counter(one["answered_by"] for one in result.document["claims"])
    assert text.count("<figure") == counts["model"]
    assert "Research use only, not medical advice" in text
    assert "http://" not in text.replace("http://www.w3.org", "")


def test_the_same_command_gives_the_same_bytes():
    command = ("review", "--json", "--draws", 32, "--claim", "C053", "--claim", "C128")
    assert exoheart(*command).out == exoheart(*command).out


def test_an_unknown_claim_is_refused():
    result = exoheart("review", "--claim", "C999")
    assert result.code == 2
    assert "C999" in result.err
    assert "C172" in result.err


def test_another_file_is_never_written_over(tmp_path):
    page = tmp_path / "notes.html"
    page.write_text("mine", "utf-8")
    assert exoheart("review", "--out", page).code == 2
    assert page.read_text("utf-8") == "mine"


#: Two arms of one study in the flat layout; it found a larger infarct.
BOTH = {
    "study_id": "larger2026",
    "year": "2026",
    "species": "mouse",
    "model": "acute MI with reperfusion",
    "route": "intravenous",
    "time_of_dose": "5 min before reperfusion",
    "outcome": "infarct size",
    "outcome_unit": "% of area at risk",
    "timepoint": "24 h",
    "spread": "5",
    "spread_type": "SD",
    "n": "8",
    "verified": "fulltext",
}
TREATED = {
    "donor_cell": "MSC",
    "donor_species": "human",
    "dose_value": "2e9",
    "dose_unit": "particles",
    "arm": "MSC exosomes",
    "comparator_arm": "saline",
    "mean": "48",
    "direction": "increase",
}
CONTROL = {"arm": "saline", "mean": "40"}


def study_file(folder):
    """A file with that study."""
    rows = [BOTH | TREATED, BOTH | CONTROL]
    lines = [",".join(row.get(name, "") for name in FLAT_COLUMNS) for row in rows]
    path = folder / "larger.csv"
    path.write_text("\n".join([",".join(FLAT_COLUMNS), *lines]) + "\n", "utf-8")
    return path


@pytest.fixture
def own(tmp_path, monkeypatch):
    """An empty folder for own studies."""
    monkeypatch.setenv("EXOHEART_STUDIES", str(tmp_path / "own"))
    return tmp_path


def test_the_first_run_has_nothing_to_compare_with(own):
    result = exoheart("review", "--changes", "--draws", 32)
    assert result.code == 0
    assert "first run" in result.out
    assert (own / "own" / "last_review.json").exists()


def test_nothing_moves_between_equal_runs(own):
    exoheart("review", "--changes", "--draws", 32)
    moved = exoheart("review", "--changes", "--draws", 32, "--json").document
    assert (moved["verdicts"], moved["pooled"]) == ([], [])
    assert not any(moved["studies"].values())


def test_an_added_study_moves_texts_and_pool_and_never_the_model(own):
    """It contradicts C053, of which one text that was read says the contrary."""
    exoheart("review", "--changes", "--draws", 32)
    assert exoheart("evidence", "add", study_file(own)).code == 0
    moved = exoheart("review", "--changes", "--draws", 32, "--json").document
    (added,) = moved["studies"]["added"]
    assert added.startswith("Larger2026")
    changed = {one["claim_id"]: one for one in moved["verdicts"]}
    one = changed["C053"]
    assert (one["before"]["texts"], one["now"]["texts"]) == ("agrees", "undecided")
    assert one["before"]["verdict"] == one["now"]["verdict"]
    pools = {each["pool"]: each["now"]["effects"] for each in moved["pooled"]}
    assert pools == {"vesicles: infarct size of area at risk, animals [points]": 1}


def test_a_kept_run_that_is_spoiled_is_named(own):
    (own / "own").mkdir()
    (own / "own" / "last_review.json").write_text("{", "utf-8")
    result = exoheart("review", "--changes")
    assert result.code == 2
    assert "last_review.json" in result.err


def test_claims_and_changes_dont_mix(own):
    assert exoheart("review", "--changes", "--claim", "C001").code == 2
    assert not (own / "own").exists()


def test_the_document_is_plain(answered):
    json.dumps(answered[0].document, allow_nan=False)
