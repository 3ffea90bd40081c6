"""``check``, ``new`` and ``schema``: study files before anything is solved."""

from __future__ import annotations

import pytest
from cli_runner import DISCLAIMER, EXAMPLES, exoheart
from jsonschema import Draft202012Validator

from exoheart.study import TEMPLATES, template

PIG = EXAMPLES / "pig_reperfused_infarct.toml"
#: What is changed in the pig template, and the key that must be complained of.
FIVE = {
    'species = "pig"': ('species = "pigg"', "animal.species", "pig"),
    'body_mass = "30 kg"': ('body_mass = "30 mL"', "animal.body_mass", None),
    'donor = "CDC"': ('donor = "CDX"', "product.cdc.donor", "CDC"),
    'dose = "7.5 mg protein"': ('dose = "7.5 mg"', "arm[2].dose", None),
    'method = "TTC"': ('method = "TTX"', "endpoint[1].method", "TTC"),
}


@pytest.fixture
def faulty(tmp_path):
    text = template("pig")
    for old, (new, _, _) in FIVE.items():
        assert old in text
        text = text.replace(old, new, 1)
    path = tmp_path / "faulty.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_check_reports_five_faults_at_once_with_key_value_and_nearest(faulty):
    result = exoheart("check", faulty)
    assert (result.code, result.out) == (2, "")
    assert "5 faults" in result.err
    for new, key, nearest in FIVE.values():
        line = next(x for x in result.err.splitlines() if f"- {key}:" in x)
        assert new.split('"')[1] in line
        assert "allowed:" in line
        assert nearest is None or f"did you mean {nearest!r}" in line


def test_check_gives_the_faults_as_one_document(faulty):
    result = exoheart("check", faulty, "--json")
    assert result.code == 2
    found = {one["where"]: one["nearest"] for one in result.document["faults"]}
    assert found == {key: nearest for _, key, nearest in FIVE.values()}
    assert result.document["cost"] is None


def test_simulate_refuses_what_check_refuses(faulty):
    result = exoheart("simulate", faulty, "--json")
    assert (result.code, result.out) == (2, "")
    assert "5 faults" in result.err


def test_check_shows_warnings_unused_keys_and_cost_of_a_good_file():
    result = exoheart("check", PIG)
    assert (result.code, result.err) == (0, "")
    assert "no fault" in result.out
    assert "studied:" in result.out
    assert "Recorded, not used (1):\n  - animal.sex" in result.out
    assert "4096 solves" in result.out  # 4 arms of 1024 members
    assert DISCLAIMER in result.out


def test_check_gives_a_good_file_as_one_document():
    document = exoheart("check", PIG, "--json").document
    assert document["faults"] == []
    assert document["recorded_not_used"] == ["animal.sex"]
    assert {w["where"] for w in document["warnings"]} == {"arm[2].dose", "arm[4].dose"}
    assert document["cost"]["solves"] == 4096
    late = exoheart("check", EXAMPLES / "pig_chronic_infarct.toml", "--json").document
    # fewer arms, but weeks after the dose instead of two days
    assert late["cost"]["solves"] < document["cost"]["solves"]
    assert late["cost"]["rough_minutes"] > document["cost"]["rough_minutes"] > 0


@pytest.mark.parametrize("like", TEMPLATES)
def test_new_writes_a_commented_file_that_has_no_fault(tmp_path, like):
    path = tmp_path / "my study.toml"
    assert exoheart("new", path, "--like", like).code == 0
    assert path.read_text(encoding="utf-8") == template(like)
    assert "USER'S CHOICE" in path.read_text(encoding="utf-8")
    assert exoheart("check", path).code == 0
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_new_offers_every_template():
    from exoheart.cli.files import Like

    assert {each.value for each in Like} == set(TEMPLATES)


def test_new_never_overwrites(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text("precious", encoding="utf-8")
    result = exoheart("new", path)
    assert result.code == 2
    assert "exists" in result.err
    assert path.read_text(encoding="utf-8") == "precious"
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_new_never_overwrites_where_a_file_system_has_no_links(tmp_path, monkeypatch):
    def refuse(*_):
        raise PermissionError("no links here")

    monkeypatch.setattr("os.link", refuse)
    path = tmp_path / "mine.toml"
    assert exoheart("new", path).code == 0
    assert exoheart("new", path, "--like", "mouse").code == 2
    assert path.read_text(encoding="utf-8") == template("pig")


@pytest.mark.parametrize("name", ["study", "plan", "simulate"])
def test_a_printed_schema_is_a_valid_schema(name):
    result = exoheart("schema", name)
    assert (result.code, result.err) == (0, "")
    Draft202012Validator.check_schema(result.document)


def test_the_study_schema_accepts_the_examples_and_refuses_the_faulty_file(faulty):
    import tomllib

    validator = Draft202012Validator(exoheart("schema", "study").document)
    for path in EXAMPLES.glob("*.toml"):
        validator.validate(tomllib.loads(path.read_text(encoding="utf-8")))
    assert not validator.is_valid(tomllib.loads(faulty.read_text(encoding="utf-8")))
