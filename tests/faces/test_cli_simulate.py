"""``exoheart simulate``: one document, the same bytes, and an honest page."""

from __future__ import annotations

import json

import pytest
from cli_runner import DISCLAIMER, EXAMPLES, exoheart
from jsonschema import Draft202012Validator

from exoheart.cli import show

FEW = ("--members", 16, "--seed", 7)
#: One treated arm and one endpoint of the main example, to keep the solves few.
SMALL = """\
schema = 1
[animal]
species = "pig"
body_mass = "30 kg"
[animal.infarct]
model = "ischaemia-reperfusion"
occlusion = "90 min"
[product.cdc]
form = "vesicles"
donor = "CDC"
isolation = ["ultrafiltration"]
[[arm]]
name = "vehicle"
control = true
route = "intramyocardial"
at = "30 min after reperfusion"
n = 6
[[arm]]
name = "CDC [IM]"
product = "cdc"
dose = "2e11 particles"
route = "intramyocardial"
at = "30 min after reperfusion"
n = 6
[[endpoint]]
quantity = "infarct size"
of = "area at risk"
at = "24 h after reperfusion"
"""


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    path = tmp_path_factory.mktemp("cli") / "small.toml"
    path.write_text(SMALL, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def answered(small):
    return exoheart("simulate", small, *FEW, "--workers", 1, "--json")


def test_standard_output_is_one_document_and_nothing_else(answered):
    assert answered.code == 0
    assert set(answered.document) == {
        *("arms", "failed_members", "warnings", "seed", "version")
    }
    assert answered.document["seed"] == 7
    assert DISCLAIMER in answered.err
    for warning in answered.document["warnings"]:
        assert warning in answered.err


def test_the_document_follows_its_printed_schema(answered):
    schema = exoheart("schema", "simulate").document
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(answered.document)


def test_the_same_command_gives_the_same_bytes_for_any_number_of_workers(
    small, answered
):
    again = exoheart("simulate", small, *FEW, "--workers", 2, "--json")
    assert again.out == answered.out


def test_another_seed_gives_another_answer(small, answered):
    other = exoheart("simulate", small, "--members", 16, "--seed", 8, "--json")
    assert other.document["arms"] != answered.document["arms"]


def test_the_document_is_what_python_gives(small, answered):
    from exoheart.prediction import simulate
    from exoheart.study import load_study

    made = simulate(load_study(small), seed=7, members=16).to_json()
    assert answered.document == json.loads(json.dumps(made))


def test_the_page_shows_interval_before_median_and_names_its_control(small):
    page = exoheart("simulate", small, *FEW)
    assert page.code == 0
    heads = [line for line in page.out.splitlines() if "90 % of" in line]
    assert len(heads) == 2
    assert all(head.index("90 % of") < head.index("Median") for head in heads)
    assert heads[1].index("Probability of benefit") < heads[1].index("90 % of")
    row = next(x for x in page.out.splitlines() if "points" in x)
    assert "CDC [IM]" in row
    assert "vehicle" in row
    assert page.out.rstrip().endswith(f"{DISCLAIMER}.")


def test_control_arms_alone_are_compared_with_nothing():
    page = exoheart("simulate", EXAMPLES / "controls_pig.toml", "--members", 16)
    assert page.code == 0
    assert "untreated" in page.out
    assert "Probability of benefit" not in page.out


def test_an_absurd_but_legal_file_ends_with_warnings_that_name_the_evidence(tmp_path):
    path = tmp_path / "absurd.toml"
    absurd = SMALL.replace("2e11", "1e20").replace("90 min", "10 d")
    path.write_text(absurd, encoding="utf-8")
    page = exoheart("simulate", path, "--members", 16)
    assert page.code == 0
    lines = [line for line in page.out.splitlines() if "studied:" in line]
    assert any("met 10 d" in x and "min in pig" in x for x in lines)
    assert any("met 1e20 particles" in x and "particles in" in x for x in lines)


def test_what_is_not_finite_becomes_null(capsys):
    show.document({"a": [float("nan"), 1.0], "b": {"c": float("-inf")}})
    assert json.loads(capsys.readouterr().out) == {"a": [None, 1.0], "b": {"c": None}}


def test_no_text_of_the_user_is_read_as_markup(capsys):
    show.table("t", ("a", "b"), [("[bold]x[/bold]", ":heart: [1/h]")])
    shown = capsys.readouterr().out
    assert "[bold]x[/bold]" in shown
    assert ":heart: [1/h]" in shown
