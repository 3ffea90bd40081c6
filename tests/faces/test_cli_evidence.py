"""``parameters``, ``evidence`` and ``cite``: the data behind an answer."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest
from cli_runner import DISCLAIMER, EXAMPLES, exoheart

from exoheart.evidence import data_folder, load_bibliography, load_parameters

ESCAPE = "uptake.endosomal_escape_fraction"


def test_parameters_shows_every_row_grouped_by_stage():
    page = exoheart("parameters")
    assert page.code == 0
    files = [Path(row.file) for row in load_parameters()]
    by_stage = Counter(
        "fitted" if file.parent.name == "fitted" else file.stem for file in files
    )
    for stage, count in by_stage.items():
        assert f"{stage} ({count} rows)" in page.out
    for row in load_parameters():
        assert row.id in page.out
    assert DISCLAIMER in page.out


def test_parameters_of_a_species_are_those_that_a_study_uses():
    from exoheart.study import parse_study, priors_for, template

    rows = exoheart("parameters", "--species", "pig", "--json").document["parameters"]
    priors = priors_for(parse_study(template("pig")))
    assert {row["id"]: row["value"] for row in rows} == {
        name: prior.value for name, prior in priors.items()
    }


def test_a_named_parameter_shows_all_its_rows_the_unchosen_too():
    page = exoheart("parameters", "heart.collateral_flow")
    assert page.out.count("PMID3440266") >= 3
    assert "Hale1987 (not chosen)" in page.out
    document = exoheart("parameters", "heart.collateral_flow", "--json").document
    rats = [r for r in document["parameters"] if r["species"] == "rat"]
    assert [r["counts"] for r in rats] == [True, False]


def test_the_interval_holds_nine_tenths_of_the_distribution():
    row = exoheart("parameters", ESCAPE, "--json").document["parameters"][0]
    # loguniform from 0.0005 to 0.3: the ends are 5 % inside on the log scale
    ratio = 0.3 / 0.0005
    assert row["distribution"] == "loguniform(low=0.0005, high=0.3)"
    assert row["interval90"] == pytest.approx(
        [0.0005 * ratio**0.05, 0.0005 * ratio**0.95]
    )


def test_a_named_parameter_says_which_equations_use_it():
    used = exoheart("parameters", ESCAPE, "--json").document["used_by"][ESCAPE]
    assert used["equations"]
    assert all("uptake_endosomal_escape_fraction" in x for x in used["equations"])
    assert not any(x.endswith(" has dimensionless") for x in used["equations"])


def test_a_parameter_read_by_code_names_its_package():
    name = "product.recovery.ultrafiltration"
    used = exoheart("parameters", name, "--json").document["used_by"][name]
    assert used["packages"] == ["product"]


def test_every_parameter_has_somebody_who_uses_it():
    document = exoheart("parameters", "*", "--json").document
    assert len(document["used_by"]) == len({row.id for row in load_parameters()})
    idle = [
        name for name, used in document["used_by"].items() if not any(used.values())
    ]
    assert idle == []


def test_names_may_be_shortened_or_patterns():
    def ids(name):
        document = exoheart("parameters", name, "--json").document
        return {row["id"] for row in document["parameters"]}

    assert ids("uptake.endosomal") == {ESCAPE}
    assert ids("*.endosomal_escape*") == {ESCAPE}
    recoveries = {r.id for r in load_parameters() if r.id.startswith("product.recov")}
    assert ids("product.recovery.*") == recoveries


@pytest.mark.parametrize("name", ["uptake.endosomal_escape_fractoin", "escape_frac"])
def test_an_unknown_parameter_names_the_nearest(name):
    result = exoheart("parameters", name)
    assert (result.code, result.out) == (2, "")
    assert f"nearest: {ESCAPE}" in result.err


def test_the_shipped_tables_have_no_fault_and_are_counted():
    page = exoheart("evidence", "check")
    assert (page.code, page.err) == (0, "")
    counts = exoheart("evidence", "check", "--json").document
    rows = 0
    tables = [*(data_folder() / "parameters").glob("*.csv")]
    for path in [*tables, data_folder() / "fitted" / "heart.csv"]:
        if path.name not in {"choices.csv", "scaling.csv"}:
            with path.open(encoding="utf-8", newline="") as lines:
                rows += sum(1 for _ in csv.DictReader(lines))
    assert sum(counts["parameter rows"].values()) == rows
    assert sum(counts["sources"].values()) == len(load_bibliography())
    assert str(rows) in page.out


def test_a_fault_of_the_tables_ends_with_2(monkeypatch):
    from exoheart import evidence
    from exoheart.errors import DataError, Fault

    def broken(**_):
        raise DataError("data tables", [Fault("heart.csv row 3", "'x'", "a number")])

    monkeypatch.setattr(evidence, "check", broken)
    result = exoheart("evidence", "check")
    assert result.code == 2
    assert "heart.csv row 3" in result.err


def test_outcomes_are_filtered_by_species_route_and_outcome():
    asked = ("--species", "pig", "--route", "intramyocardial")
    asked += ("--outcome", "infarct size")
    rows = exoheart("evidence", "show", *asked, "--json").document["outcomes"]
    assert rows
    wanted = ("pig", "intramyocardial", "infarct size")
    assert {(r["species"], r["route"], r["outcome"]) for r in rows} == {wanted}
    # Gallet2017, abstract: infarct 80 +/- 5 % with vehicle, 61 +/- 12 % with vesicles
    assert {(r["mean"], r["spread"]) for r in rows} >= {(80.0, 5.0), (61.0, 12.0)}
    page = exoheart("evidence", "show", *asked)
    assert "61 ± 12 %" in page.out
    assert DISCLAIMER in page.out


def shown(*asked):
    return exoheart("evidence", "show", *asked, "--json").document["outcomes"]


def test_filters_take_the_short_forms_of_the_field():
    short = shown("--species", "swine", "--route", "IM", "--outcome", "LVEF")
    full = shown(
        *("--species", "pig", "--route", "intramyocardial"),
        *("--outcome", "ejection fraction"),
    )
    assert short == full != []


def test_every_filter_narrows_what_is_shown():
    whole = len(shown())
    for filters in (
        ("--donor", "CDC"),
        ("--form", "vesicles"),
        ("--study", "Gallet2017"),
        ("--model", "isolated heart"),
        ("--use", "qualify"),
        ("--verification", "table page"),
        ("--after-year", "2018"),
    ):
        assert 0 < len(shown(*filters)) < whole, filters


def test_unknown_words_of_all_filters_are_told_together():
    result = exoheart("evidence", "show", "--species", "pgi", "--route", "intracronary")
    assert (result.code, result.out) == (2, "")
    assert "did you mean 'pig'?" in result.err
    assert "did you mean 'intracoronary'?" in result.err


def test_a_combination_without_a_row_names_one_that_has_some():
    result = exoheart("evidence", "show", "--species", "human", "--route", "inhaled")
    assert (result.code, result.out) == (2, "")
    assert "nearest: species human, route " in result.err


def test_shown_outcomes_are_written_as_a_table(tmp_path):
    path = tmp_path / "rows.csv"
    asked = ("--study", "Gallet2017", "--csv", path)
    page = exoheart("evidence", "show", *asked)
    assert page.code == 0
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    listed = shown("--study", "Gallet2017")
    assert [row["arm"] for row in rows] == [row["arm"] for row in listed]
    assert {row["mean"] for row in rows} >= {"61.0", "80.0", ""}
    assert exoheart("evidence", "show", *asked).code == 0  # replaces its own


def test_a_table_replaces_nothing_else(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("mine\n", encoding="utf-8")
    result = exoheart("evidence", "show", "--csv", path)
    assert (result.code, result.out) == (2, "")
    assert path.read_text(encoding="utf-8") == "mine\n"


def test_cite_names_exoheart_and_the_sources_that_the_run_used():
    from exoheart.study import load_study, priors_for

    path = EXAMPLES / "mouse_tail_vein.toml"
    page = exoheart("cite", path)
    assert page.code == 0
    keys = {p.source for p in priors_for(load_study(path)).values() if p.source}
    document = exoheart("cite", path, "--json").document
    cited = {source["key"] for source in document["sources"]}
    # flows of the mouse, and the exponent that scales them, are in every mouse's draw
    assert {"httk", "PrairieSwine8153"} <= cited
    # another isolation, and another species' readers, are in the tables but not here
    assert cited < keys
    for key in keys:
        assert (f"[{key}]" in page.out) == (key in cited)
    assert document["exoheart"].startswith("The exoheart developers")


def test_cite_lists_a_users_own_values_apart(tmp_path):
    path = tmp_path / "own.toml"
    text = (EXAMPLES / "mouse_tail_vein.toml").read_text(encoding="utf-8")
    own = f'"{ESCAPE}" = {{ median = 0.05, unit = "1", source = "own assay" }}'
    path.write_text(f"{text}\n[override]\n{own}\n", encoding="utf-8")
    document = exoheart("cite", path, "--json").document
    assert document["own_values"] == [f"{ESCAPE}: own assay"]


def test_cite_works_without_a_study():
    assert exoheart("cite", "--json").document["sources"] == []
