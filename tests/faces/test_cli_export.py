"""``exoheart export``: files, names, document, refusals."""

from __future__ import annotations

from zipfile import ZipFile

import pytest
from cli_runner import DISCLAIMER, EXAMPLES, exoheart

STUDY = EXAMPLES / "mouse_tail_vein.toml"


@pytest.fixture
def study(tmp_path):
    """The example in a folder of its own."""
    copy = tmp_path / STUDY.name
    copy.write_bytes(STUDY.read_bytes())
    return copy


def test_an_archive_is_written_beside_the_study(study):
    told = exoheart("export", study)
    file = study.with_suffix(".omex")
    assert told.code == 0
    assert f"Wrote {file}" in told.out
    assert "the central animal" in told.out
    assert DISCLAIMER in told.out
    with ZipFile(file) as zipped:
        assert {"manifest.xml", "simulations.sedml", STUDY.name} < set(
            zipped.namelist()
        )


def test_sbml_is_one_file_for_each_arm_and_the_document_names_them(study):
    told = exoheart("export", study, "--format", "sbml", "--member", 5, "--json")
    assert told.code == 0
    document = told.document
    names = ["mouse_tail_vein-vehicle.xml", "mouse_tail_vein-msc_vesicles.xml"]
    assert document["files"] == [str(study.with_name(name)) for name in names]
    assert [arm["name"] for arm in document["arms"]] == ["vehicle", "MSC vesicles"]
    assert document["animal"].startswith("animal 5 of seed 0")
    first = document["arms"][0]["endpoints"][0]
    assert (first["observable"], first["at_h"]) == (
        "outcome_infarct_area_at_risk",
        24.5,
    )
    assert DISCLAIMER in told.err
    for name in names:
        assert "<sbml " in study.with_name(name).read_text("utf-8")


def test_the_same_command_writes_the_same_bytes(study, tmp_path):
    command = ("export", study, "--arm", "MSC vesicles", "--format", "sbml", "--out")
    files = [tmp_path / "one.xml", tmp_path / "two.xml"]
    assert [exoheart(*command, file).code for file in files] == [0, 0]
    assert files[0].read_bytes() == files[1].read_bytes()


def test_a_file_of_another_kind_is_not_replaced(study):
    told = exoheart("export", study, "--out", study)
    assert told.code == 2
    assert "exists and is no export" in told.err
    assert study.read_bytes() == STUDY.read_bytes()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--arm", "MSC vesicle"), "nearest: MSC vesicles"),
        (("--member", "middle"), "allowed: central"),
        (("--member", "-1"), "allowed: central"),
        (("--format", "petab"), "sbml"),
    ],
)
def test_what_there_is_not_is_refused_and_nothing_written(study, options, words):
    told = exoheart("export", study, *options)
    assert told.code == 2
    assert words in told.err
    assert told.out == ""
    assert [file.name for file in study.parent.iterdir()] == [study.name]
