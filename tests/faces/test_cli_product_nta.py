"""``product nta``: files of particle counters on the command line."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from cli_runner import DISCLAIMER, exoheart

sys.path.insert(0, str(Path(__file__).parents[1] / "unit"))
from instrument_files import NanoSight, zetaview

BAD = Path(__file__).parents[1] / "bad" / "instrument"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A working folder with one file of each sort."""
    monkeypatch.chdir(tmp_path)
    plain = NanoSight(levels=[15, 10, 15])
    Path("plain.csv").write_text(plain.text(), "utf-8")
    diluted = NanoSight(dilution=["1000"] * 3)
    Path("diluted.csv").write_text(diluted.text(), "utf-8")
    Path("run.txt").write_text(zetaview(drift="too high"), "latin-1")
    return tmp_path


def test_a_file_is_shown_with_captures_vial_and_warnings(folder):
    before = sorted(folder.iterdir())
    page = exoheart("product", "nta", "diluted.csv", "run.txt", "--protein", "2 ug/mL")
    assert page.code == 0, page.err
    for words in ("NanoSight NTA 3.2, 3 captures", "a_02", "ZetaView 8.06.01"):
        assert words in page.out
    assert "Particle Drift Check Result: too high" in page.out
    assert "True, 90 % with the error between laboratories" in page.out
    assert "█" in page.out
    assert DISCLAIMER in page.out
    assert sorted(folder.iterdir()) == before


def test_without_a_dilution_the_file_is_shown_and_the_vial_refused():
    page = exoheart("product", "nta", "plain.csv", "--out", "page.html")
    assert page.code == 2
    assert "a_02" in page.out
    assert "The vial, from" not in page.out
    assert "met no dilution" in page.err
    assert "--dilution" in page.err
    assert not Path("page.html").exists()
    refused = exoheart("product", "nta", "plain.csv", "--json")
    document = json.loads(refused.out)  # one document, nothing beside it
    assert refused.code == 2
    assert document["files"][0]["sample"] is None
    assert len(document["faults"]) == 1
    assert document["version"]


def test_a_dilution_serves_the_files_without_one_and_spares_the_others():
    command = ("product", "nta", "plain.csv", "diluted.csv", "--dilution")
    page = exoheart(*command, "10", "--json")
    assert page.code == 0, page.err
    plain, diluted = page.document["files"]
    assert plain["sample"]["dilution"] == 10
    assert plain["sample"]["dilution_given"]
    assert diluted["sample"]["dilution"] == 1000
    assert diluted["sample"]["dilution_in_file_numbers"]
    note = "the dilution given, 10, is not used here: the file records 1,000"
    assert diluted["flags"][0] == note
    assert note not in plain["flags"]
    same = exoheart(*command, "1000", "--json").document["files"][1]
    assert not any("dilution given" in flag for flag in same["flags"])
    for wrong in ("0.5", "nan"):
        assert exoheart("product", "nta", "diluted.csv", "--dilution", wrong).code == 2


def test_the_output_says_whether_the_dilution_is_in_the_files_numbers():
    words = {
        ("diluted.csv",): "Dilution, in the file, already in its numbers",
        ("run.txt",): "Dilution, in the file, multiplied in here",
        ("plain.csv", "--dilution", "10"): "Dilution, given, multiplied in here",
    }
    for arguments, told in words.items():
        assert told in exoheart("product", "nta", *arguments).out


def test_the_captures_fit_a_narrow_terminal_and_flags_stand_where_there_are_some():
    told = exoheart("product", "nta", "diluted.csv").out
    assert "Flags" not in told
    assert "Level" in told
    flagged = exoheart("product", "nta", "run.txt").out
    assert "Flags" in flagged
    assert "Level" not in flagged
    for page in (told, flagged):
        table = page.partition("The vial, from")[0].splitlines()[1:]
        assert max(map(len, table)) <= 100


def test_a_given_dilution_and_camera_level_make_the_vial():
    page = exoheart(
        *("product", "nta", "plain.csv", "--dilution", "100"),
        *("--camera-level", "15", "--protein", "0.4 mg/mL", "--json"),
    )
    sample = page.document["files"][0]["sample"]
    assert sample["captures"] == ["a_00", "a_02"]
    assert sample["per_ml"] == pytest.approx(6.5e10)
    assert sample["counted_per_ug"] == pytest.approx(6.5e10 / 400)
    assert [each["camera_level"] for each in page.document["files"][0]["levels"]] == [
        "10",
        "15",
    ]


def test_the_same_command_gives_the_same_bytes():
    command = ("product", "nta", "diluted.csv", "--json", "--out", "page.html")
    first = exoheart(*command)
    page = Path("page.html").read_bytes()
    assert exoheart(*command).out == first.out
    assert Path("page.html").read_bytes() == page


@pytest.mark.parametrize("name", sorted(path.name for path in BAD.iterdir()))
def test_a_bad_file_gives_exit_code_two_and_writes_nothing(name, folder):
    before = sorted(folder.iterdir())
    page = exoheart("product", "nta", BAD / name, "--out", "page.html")
    assert (page.code, page.out) == (2, "")
    assert f"{name}: " in page.err
    assert sorted(folder.iterdir()) == before


def test_the_faults_of_all_files_and_options_come_together():
    page = exoheart(
        *("product", "nta", BAD / "zetaview_zero_traces.txt", BAD / "empty.csv"),
        *("plain.csv", "--protein", "4 cells", "--camera-level", "3"),
    )
    assert page.code == 2
    for words in ("Number of Traces", "an empty file", "4 cells", "camera level 3"):
        assert words in page.err
    assert "met no dilution" in page.err


def test_a_figure_is_written_and_nothing_else_overwritten():
    command = ("product", "nta", "diluted.csv", "--out")
    assert exoheart(*command, "sizes.svg").code == 0
    drawn = Path("sizes.svg").read_text("utf-8")
    assert drawn.startswith("<svg ")
    for words in ("of diluted.csv", "dilution of 1,000", "Research use only"):
        assert f"{words}" in drawn
    assert exoheart(*command, "sizes.svg").code == 0
    Path("mine.svg").write_text("<svg/>", "utf-8")
    assert exoheart(*command, "mine.svg").code == 2
    assert Path("mine.svg").read_text("utf-8") == "<svg/>"
    assert exoheart(*command, "sizes.pdf").code == 2
    assert (
        exoheart("product", "nta", "diluted.csv", "run.txt", "--out", "x.svg").code == 2
    )
    assert not Path("x.svg").exists()


def test_a_page_holds_figure_table_and_warnings():
    page = exoheart("product", "nta", "diluted.csv", "run.txt", "--out", "page.html")
    assert page.code == 0
    text = Path("page.html").read_text("utf-8")
    assert text.count("<svg ") == 2
    assert "too high" in text
    assert "as a table" in text
