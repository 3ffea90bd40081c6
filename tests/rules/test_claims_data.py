"""The tables of the review's statements are complete, sourced and well formed."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest

from exoheart.evidence import data_folder
from exoheart.evidence.claims.rules import check_claims
from exoheart.evidence.claims.tables import (
    COUNTS,
    QUERY_COLUMNS,
    TOPICS,
    load_claims,
    load_facts,
    load_outside,
    load_queries,
)
from exoheart.evidence.claims.verdict import evidence_answers
from exoheart.evidence.studies import load_studies

TABLES = ("claims.csv", "facts.csv", "queries.csv", "outside.csv")


def test_the_shipped_tables_have_no_fault() -> None:
    assert list(check_claims(data_folder())) == []


def test_all_172_statements_are_there_in_their_order() -> None:
    assert [claim.id for claim in load_claims()] == [
        f"C{number:03d}" for number in range(1, 173)
    ]


def test_every_statement_without_an_answer_says_why() -> None:
    told = {row.claim for row in load_outside()}
    answers = evidence_answers(data_folder())
    silent = {key for key, one in answers.items() if one.verdict == "not answered"}
    assert silent <= told
    # a reason beside an answer would be stale
    assert told <= silent


def test_every_topic_is_used_and_described_in_one_line() -> None:
    assert {row.topic for row in load_outside()} == set(TOPICS)
    assert all(len(text) < 80 and "\n" not in text for text in TOPICS.values())


def test_a_study_row_from_a_title_says_so_in_its_verification() -> None:
    rows = [
        (study.id, row.verification)
        for study in load_studies(data_folder())
        for row in study.outcomes
        if "from the title" in row.note
    ]
    assert rows
    assert {word for _, word in rows} == {"title"}, rows


def test_the_review_never_speaks_for_itself() -> None:
    assert not any(fact.source == "Review2017" for fact in load_facts())


def test_no_table_holds_a_verdict() -> None:
    for name in TABLES:
        with (data_folder() / "claims" / name).open(encoding="utf-8") as lines:
            header = next(csv.reader(lines))
        assert not {"verdict", "status", "answer"} & set(header)


def test_one_sided_queries_are_used_for_existence_and_exclusion_only() -> None:
    sided = {query.claim for query in load_queries() if query.counts != COUNTS[0]}
    assert sided == {"C147", "C148", "C167"}


def faults(folder: Path, name: str, row: int, **cells: str) -> list[str]:
    """Copy the tables, change cells of one row (0 is the first), list the faults."""
    root = folder / "data"
    shutil.copytree(data_folder(), root)
    path = root / "claims" / name
    with path.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines)
        columns, rows = list(reader.fieldnames or []), list(reader)
    rows[row].update(cells)
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, columns)
        writer.writeheader()
        writer.writerows(rows)
    return [str(fault) for fault in check_claims(root)]


@pytest.mark.parametrize(
    ("name", "cells", "words"),
    [
        ("facts.csv", {"claim": "C999"}, "an id of claims/claims.csv"),
        ("facts.csv", {"stance": "suports"}, "did you mean 'supports'"),
        ("facts.csv", {"statement": ""}, "a statement"),
        ("facts.csv", {"locator": ""}, "a locator"),
        ("facts.csv", {"source": "Yang2091"}, "did you mean 'Yang2019'"),
        ("facts.csv", {"source": "Review2017"}, "can't speak for its own"),
        ("facts.csv", {"verification": "unread"}, "full text"),
        ("facts.csv", {"locator": "title page"}, "'title', as in locator"),
        (
            "facts.csv",
            {"verification": "title", "stance": "supports"},
            "a title alone decides nothing",
        ),
        ("queries.csv", {"form": "vesicle"}, "did you mean 'vesicles'"),
        ("queries.csv", {"donor": "mesenchymall"}, "did you mean 'mesenchymal'"),
        ("queries.csv", {"route": "intravenus"}, "did you mean 'intravenous'"),
        ("queries.csv", {"species": "pigs"}, "did you mean 'pig'"),
        ("queries.csv", {"model": "ligation"}, "permanent ligation"),
        ("queries.csv", {"outcome": "family:infarcts"}, "'family:infarct'"),
        ("queries.csv", {"outcome": ""}, "a outcome"),
        ("queries.csv", {"direction": ""}, "increase"),
        ("queries.csv", {"counts": ""}, "supports only"),
        ("queries.csv", {"reference": "39 or 40"}, "a number of the review's list"),
        ("queries.csv", {"earliest_h": "x"}, "a finite number"),
        ("queries.csv", {"earliest_h": "9", "latest_h": "2"}, "9 or later"),
        ("claims.csv", {"direction": "up"}, "increase"),
        ("claims.csv", {"claim": ""}, "a claim"),
        ("outside.csv", {"topic": "unred"}, "did you mean 'unread'"),
        ("outside.csv", {"reason": ""}, "a reason"),
    ],
)
def test_each_fault_is_found_with_its_place_and_the_nearest_word(
    tmp_path: Path, name: str, cells: dict[str, str], words: str
) -> None:
    found = faults(tmp_path, name, 0, **cells)
    assert len(found) == 1
    assert found[0].startswith(f"claims/{name} row 2")
    assert words in found[0]


def test_a_row_twice_is_a_fault(tmp_path: Path) -> None:
    with (data_folder() / "claims" / "queries.csv").open(encoding="utf-8") as lines:
        first = next(csv.DictReader(lines))
    found = faults(tmp_path, "queries.csv", 1, **{key: first[key] for key in first})
    assert set(first) == set(QUERY_COLUMNS)
    assert len(found) == 1
    assert "the first is claims/queries.csv row 2" in found[0]


def test_a_statement_that_nothing_can_answer_is_a_fault(tmp_path: Path) -> None:
    """C031 stands on its reason alone; without it the check names it."""
    rows = [row.claim for row in load_outside()]
    found = faults(tmp_path, "outside.csv", rows.index("C031"), claim="C021")
    assert any("C031 without any" in fault for fault in found)


def test_a_missing_table_and_a_wrong_header_are_named(tmp_path: Path) -> None:
    root = tmp_path / "data"
    shutil.copytree(data_folder(), root)
    (root / "claims" / "outside.csv").unlink()
    (root / "claims" / "facts.csv").write_text("claim,stance\n", encoding="utf-8")
    found = [str(fault) for fault in check_claims(root)]
    assert [text.split(":")[0] for text in found] == [
        "claims/facts.csv row 1",
        "claims/outside.csv",
    ]
