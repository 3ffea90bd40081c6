"""``exoheart product release``: the answer first, a failed test no error."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_runner import DISCLAIMER, exoheart

from exoheart.version import VERSION

BAD = sorted((Path(__file__).parents[1] / "bad" / "lot").glob("*.toml"))
LOT = """
[lot]
name = "A1"
product = "cdc"
[[test]]
name = "size"
value = 180
unit = "nm"
high = 150
method = "tracking"
date = 2026-05-31
"""


@pytest.fixture
def lot(tmp_path):
    path = tmp_path / "a1.toml"
    path.write_text(LOT, encoding="utf-8")
    return path


def test_a_failed_test_is_a_result(lot):
    told = exoheart("product", "release", lot)
    assert (told.code, told.err) == (0, "")
    first = told.out.splitlines()[0]
    assert first.startswith("Not releasable because size is 180 nm")
    for words in ("fail", "NOT MEASURED", "at most 150 nm", "tracking", "2026-05-31"):
        assert words in told.out
    assert "assumed and not used" in told.out
    assert "no method or date" not in told.out
    assert DISCLAIMER in told.out


def test_the_document_is_one_and_the_same_every_time(lot):
    first, second = (exoheart("product", "release", lot, "--json") for _ in "ab")
    assert first.out == second.out
    assert DISCLAIMER in first.err
    document = first.document
    assert document["verdict"] == "not releasable"
    size = next(test for test in document["tests"] if test["test"] == "size")
    assert (size["status"], size["limit"]) == ("fail", "at most 150 nm")
    assert document["lot"]["mechanism"] is None
    assert document["version"] == VERSION
    assert document["without_method_or_date"] == []
    assert (size["value"], size["unit"], size["high"]) == (180.0, "nm", 150.0)


def test_results_without_method_or_date_are_said_in_one_line(tmp_path):
    path = tmp_path / "bare.toml"
    path.write_text(LOT.replace('method = "tracking"\n', ""), encoding="utf-8")
    told = exoheart("product", "release", path)
    assert told.out.splitlines()[1] == "1 result has no method or date."


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_a_bad_lot_file_ends_in_two_and_shows_nothing(path):
    said = path.read_text("utf-8").splitlines()[0].removeprefix("# says: ")
    told = exoheart("product", "release", path, "--json")
    assert (told.code, told.out) == (2, "")
    assert said in told.err


def test_a_new_lot_file_can_be_read_and_is_never_overwritten(tmp_path):
    path = tmp_path / "new.toml"
    assert exoheart("product", "release", "--new", path).code == 0
    written = path.read_text("utf-8")
    told = exoheart("product", "release", path)
    assert told.out.startswith("Can't be said, because 14 required tests")
    again = exoheart("product", "release", "--new", path)
    assert again.code == 2
    assert path.read_text("utf-8") == written
    assert [each.name for each in tmp_path.iterdir()] == ["new.toml"]


def test_a_new_lot_file_of_another_form(tmp_path):
    path = tmp_path / "cells.toml"
    assert exoheart("product", "release", "--new", path, "--form", "cells").code == 0
    assert 'name = "viability"' in path.read_text("utf-8")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "met nothing"),
        (("--form", "cells"), "met --form"),
        (("--new", "x.toml", "a.toml"), "met a lot file with --new"),
        (("--new", "nowhere/x.toml"), "in a folder that isn't there"),
        (("--new", "x.toml", "--form", "cell"), "nearest: cells"),
        (("none.toml",), "a lot file in TOML"),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_written(
    tmp_path, monkeypatch, options, said
):
    monkeypatch.chdir(tmp_path)
    told = exoheart("product", "release", *options)
    assert (told.code, told.out) == (2, "")
    assert said in told.err
    assert not list(tmp_path.iterdir())
