"""``evidence add`` and ``evidence remove`` on the command line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from cli_runner import DISCLAIMER, exoheart

from exoheart.evidence.own.template import own_template

BAD = Path(__file__).parents[1] / "bad" / "own" / "every_fault.csv"
NAME = "Example2030_PigReperfusion"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch) -> Path:
    place = tmp_path / "own"
    monkeypatch.setenv("EXOHEART_STUDIES", str(place))
    return place


@pytest.fixture
def mine(tmp_path) -> Path:
    path = tmp_path / "mine.csv"
    path.write_text(own_template().replace("# Example2030", "Example2030"), "utf-8")
    return path


def test_an_added_study_is_shown_by_other_commands_and_gone_once_removed(mine):
    added = exoheart("evidence", "add", mine)
    assert added.code == 0
    assert NAME in added.out
    assert DISCLAIMER in added.out
    listed = exoheart("evidence", "show", "--species", "pig", "--json").document
    assert NAME in {row["study"] for row in listed["outcomes"]}
    removed = exoheart("evidence", "remove", NAME, "--json")
    assert removed.document["removed"] == NAME
    assert NAME not in exoheart("evidence", "show", "--json").out


def test_the_document_is_one_and_the_same_each_time(mine):
    first = exoheart("evidence", "add", mine, "--replace", "--dry-run", "--json")
    assert first.document["written"] is False
    assert first.document["layout"] == "tables"
    assert [one["id"] for one in first.document["studies"]] == [NAME]
    assert first == exoheart(
        "evidence", "add", mine, "--replace", "--dry-run", "--json"
    )


def test_a_folder_that_is_not_there_is_noted_and_none_of_ones_own_is_told(folder):
    for asked in (("show", "--own"), ("add", "--list"), ("remove", NAME)):
        assert str(folder) in exoheart("evidence", *asked).err
    assert "EXOHEART_STUDIES" not in exoheart("evidence", "show").err
    folder.mkdir()
    assert exoheart("evidence", "add", "--list").err == ""
    none = exoheart("evidence", "show", "--own")
    assert (none.code, none.out) == (2, "")
    assert f"you have no own studies in {folder}" in none.err


def test_the_list_shows_own_studies_only(mine):
    assert exoheart("evidence", "add", "--list", "--json").document["studies"] == []
    exoheart("evidence", "add", mine)
    (one,) = exoheart("evidence", "add", "--list", "--json").document["studies"]
    assert (one["id"], one["rows"], one["use"]) == (NAME, 2, "context")
    assert NAME in exoheart("evidence", "add", "--list").out


def test_faults_are_exit_code_2_and_all_on_standard_error(folder):
    result = exoheart("evidence", "add", BAD, "--json")
    assert (result.code, result.out) == (2, "")
    assert result.err.count("  - ") >= 13
    assert not folder.exists()


def test_a_broken_own_study_stops_with_its_file_and_the_way_out(mine, folder):
    exoheart("evidence", "add", mine)
    path = folder / NAME / "study.csv"
    path.write_text(path.read_text("utf-8").replace(",90,", ",long,"), "utf-8")
    for command in ("check", "show"):
        result = exoheart("evidence", command)
        assert result.code == 2
        assert str(path) in result.err
        assert f"evidence remove {NAME}" in result.err
    assert "faulty" in exoheart("evidence", "add", "--list").out
    assert exoheart("evidence", "remove", NAME).code == 0
    assert exoheart("evidence", "check").code == 0


def test_a_template_is_written_once(tmp_path):
    path = tmp_path / "template.csv"
    assert exoheart("evidence", "add", "--template", path).code == 0
    assert path.read_text("utf-8") == own_template()
    again = exoheart("evidence", "add", "--template", path)
    assert again.code == 2
    assert "is there already" in again.err


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--list", "--dry-run"),
        ("mine.csv", "--list"),
        ("--template", "x", "--list"),
    ],
    ids=lambda given: " ".join(given) or "nothing",
)
def test_options_that_would_do_nothing_are_refused(arguments):
    result = exoheart("evidence", "add", *arguments)
    assert result.code == 2
    assert "allowed" in result.err


def test_another_process_sees_the_same_own_studies(mine):
    exoheart("evidence", "add", mine)
    code = "from exoheart.evidence import load_studies; print(load_studies()[-1].id)"
    shown = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env=dict(os.environ),
    )
    assert shown.stdout.strip() == NAME
