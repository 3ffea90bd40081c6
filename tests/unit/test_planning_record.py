"""A plan replaces only what a plan made, and refuses before any work is done."""

from __future__ import annotations

import json

import pytest

from exoheart.errors import InputError
from exoheart.planning.record import SECTIONS, Plan, require_replaceable


def plan():
    """A plan whose page needs no drawing."""
    made = Plan({section: {} for section in SECTIONS}, "animal\n1\n", None)
    made.__dict__["html"] = "<p>page</p>"
    return made


def test_a_new_folder_gets_the_three_files(tmp_path):
    report = plan().write(tmp_path / "a" / "b")
    assert sorted(f.name for f in report.parent.iterdir()) == [
        "allocation.csv",
        "plan.json",
        "report.html",
    ]
    assert list(tmp_path.iterdir()) == [tmp_path / "a"]


def test_an_earlier_plan_is_replaced_whole(tmp_path):
    folder = tmp_path / "p"
    plan().write(folder)
    (folder / "allocation.csv").unlink()
    plan().write(folder)
    assert (folder / "allocation.csv").exists()
    assert list(tmp_path.iterdir()) == [folder]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("notes.txt", "mine"),
        ("plan.json", json.dumps({"my": "own"})),
        ("plan.json", "no json"),
        ("report.html", "mine"),
    ],
)
def test_a_folder_with_anything_else_is_refused_and_left_alone(tmp_path, name, content):
    (tmp_path / name).write_text(content)
    with pytest.raises(InputError, match="give another with --out"):
        plan().write(tmp_path)
    assert (tmp_path / name).read_text() == content


def test_places_that_cannot_be_written_are_refused_before_work(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("x")
    monkeypatch.chdir(tmp_path)
    for place in ("/proc/nope", "file", "file/below"):
        with pytest.raises(InputError, match="--out"):
            require_replaceable(tmp_path / place)
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    with pytest.raises(InputError, match="the folder you are in"):
        require_replaceable(tmp_path / "empty")
