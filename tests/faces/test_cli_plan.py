"""``exoheart plan``: three files in one folder, never over somebody's own files."""

from __future__ import annotations

import json

import pytest
from cli_runner import DISCLAIMER, exoheart
from jsonschema import Draft202012Validator
from test_cli_simulate import SMALL

FEW = ("--members", 16, "--quick", "--workers", 1)
FILES = {"report.html", "plan.json", "allocation.csv"}


@pytest.fixture(scope="module")
def planned(tmp_path_factory):
    path = tmp_path_factory.mktemp("plan") / "small.toml"
    path.write_text(SMALL, encoding="utf-8")
    return path, exoheart("plan", path, *FEW, "--json")


@pytest.mark.slow
def test_a_plan_is_three_files_beside_the_study_and_the_same_document(planned):
    path, result = planned
    assert result.code == 0
    folder = path.parent / "small-plan"
    assert {each.name for each in folder.iterdir()} == FILES
    assert {each.name for each in path.parent.iterdir()} == {path.name, folder.name}
    assert (folder / "plan.json").read_text(encoding="utf-8") == result.out
    assert DISCLAIMER in (folder / "report.html").read_text(encoding="utf-8")
    assert str(folder / "report.html") in result.err


@pytest.mark.slow
def test_the_plan_follows_its_printed_schema(planned):
    schema = exoheart("schema", "plan").document
    Draft202012Validator(schema).validate(planned[1].document)


@pytest.mark.slow
def test_the_same_command_gives_the_same_bytes_and_replaces_its_own_folder(planned):
    path, result = planned
    before = {f.name: f.read_bytes() for f in (path.parent / "small-plan").iterdir()}
    page = exoheart("plan", path, *FEW)
    assert page.code == 0
    after = {f.name: f.read_bytes() for f in (path.parent / "small-plan").iterdir()}
    assert after == before
    answer = json.loads(result.out)["answer"]["sentences"]
    assert all(sentence in page.out for sentence in answer)
    assert DISCLAIMER in page.out


@pytest.mark.parametrize("name", ["thesis.docx", "plan.json.bak"])
def test_a_folder_with_other_files_is_refused_before_any_work(
    tmp_path, monkeypatch, name
):
    path = tmp_path / "small.toml"
    path.write_text(SMALL, encoding="utf-8")
    own = tmp_path / "results"
    own.mkdir()
    (own / name).write_text("precious", encoding="utf-8")

    def never(*_, **__):
        raise AssertionError("work was done")

    monkeypatch.setattr("exoheart.planning.plan", never)
    result = exoheart("plan", path, "--out", own)
    assert result.code == 2
    assert "--out" in result.err
    assert (own / name).read_text(encoding="utf-8") == "precious"
