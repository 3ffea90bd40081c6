"""Flat tables and exports of RevMan and SyRF: what is mapped, refused or left out."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from exoheart.errors import DataError
from exoheart.evidence import load_studies
from exoheart.evidence.own.export import named_outcome
from exoheart.evidence.own.file import FLAT_COLUMNS
from exoheart.evidence.own.studies import add_studies

FLAT = {
    "study_id": "doe2030",
    "doi": "10.1234/doe",
    "year": "2030",
    "first_author": "Doe",
    "species": "pig (Yorkshire)",
    "model": "reperfused MI, 90 min occlusion",
    "donor_cell": "bone marrow mesenchymal stem cells (MSC)",
    "dose_value": "2",
    "dose_unit": "mg exosome protein",
    "route": "intramyocardial, border zone",
    "time_of_dose": "30 min after reperfusion",
    "outcome": "LVEF (CMR)",
    "outcome_unit": "%",
    "timepoint": "4 weeks post-MI",
    "arm": "MSC exosomes",
    "comparator_arm": "PBS (n=7)",
    "mean": "45",
    "spread": "5",
    "spread_type": "SD",
    "n": "6",
    "p": "0.01",
    "direction": "increase",
    "verified": "abstract",
}
# columns of an export of data rows, and three of the project's own
REVMAN = {
    "Analysis group": "1",
    "Analysis number": "1",
    "Analysis name": "Left ventricular ejection fraction (%)",
    "Subgroup": "",
    "Study": "Doe 2030",
    "Study year": "2030",
    "Experimental mean": "45",
    "Experimental SD": "5",
    "Experimental N": "10",
    "Control mean": "38",
    "Control SD": "6",
    "Control N": "9",
    "Weight": "12.1",
    "Footnotes": "read from a plot",
    "species": "rat",
    "form": "vesicles",
    "model": "permanent ligation",
}
# columns of SyRF's quantitative export with its bibliographic data; an annotation
SYRF = {
    "StudyId": "35f48e49-c75e-4113-970b-4793c89e67a4",
    "Title": "A trial",
    "Authors": "L. Doe and Y. Roe",
    "PublicationName": "A journal",
    "Year": "2030",
    "Doi": "10.1234/doe",
    "What species is used?": "Rat",
    "ExperimentLabel": "MI",
    "CohortId": "1",
    "CohortLabel": "MI/EV",
    "NumberOfAnimals": "8",
    "IsDiseaseModelControl": "FALSE",
    "DiseaseModelLabel(s)": "MI",
    "IsTreatmentControl": "FALSE",
    "TreatmentLabel(s)": "EV",
    "OutcomeLabel": "LVEF",
    "GreaterIsWorse": "FALSE",
    "TimeInMinute": "40320",
    "OutcomeAverage": "45",
    "OutcomeAverageType": "mean",
    "OutcomeUnit": "%",
    "OutcomeError": "2",
    "ErrorType": "SEM",
}
VEHICLE = SYRF | {
    "CohortLabel": "MI/PBS",
    "IsTreatmentControl": "TRUE",
    "OutcomeAverage": "35",
}
SHAM = VEHICLE | {
    "CohortLabel": "sham",
    "IsDiseaseModelControl": "TRUE",
    "OutcomeAverage": "65",
}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch) -> Path:
    place = tmp_path / "own"
    monkeypatch.setenv("EXOHEART_STUDIES", str(place))
    return place


def written(folder: Path, *rows: dict[str, str], columns=()) -> Path:
    path = folder / "export.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, columns or list(rows[0]))
        table.writeheader()
        table.writerows(rows)
    return path


def kept(path: Path):
    added = add_studies(path)
    return added, [study for study in load_studies() if study.own]


def faults(path: Path) -> str:
    with pytest.raises(DataError) as met:
        add_studies(path)
    return str(met.value)


def test_a_flat_table_is_kept_in_the_words_of_the_project(tmp_path):
    control = FLAT | {"arm": "PBS", "comparator_arm": "MSC exosomes", "mean": "38"}
    path = written(tmp_path, FLAT, control, columns=FLAT_COLUMNS)
    added, (study,) = kept(path)
    treated, vehicle = study.outcomes
    assert added.layout == "flat"
    assert study.id == "Doe2030_PigReperfusion"
    assert (study.species, study.model, study.occlusion_min) == (
        *("pig", "ischaemia-reperfusion"),
        90.0,
    )
    assert (treated.form, treated.donor, treated.route) == (
        *("vesicles", "MSC"),
        "intramyocardial",
    )
    assert (treated.dose_value, treated.dose_basis) == (2.0, "protein")
    assert (treated.outcome, treated.at_h, treated.mean) == (
        "ejection fraction",
        *(672.0, 45.0),
    )
    assert (treated.spread, treated.spread_type, treated.n) == (5.0, "SD", 6)
    assert (treated.comparator, vehicle.form, vehicle.comparator) == (
        *("PBS", "control"),
        "",
    )
    assert "n of the comparator: 7" in treated.note


def test_what_a_flat_cell_says_in_words_is_kept_as_words_and_never_as_a_number(
    tmp_path,
):
    odd = FLAT | {"dose_value": "1e3 to 1e6", "timepoint": "4 and 8 weeks", "n": "5-6"}
    _, (study,) = kept(written(tmp_path, odd, columns=FLAT_COLUMNS))
    (row,) = study.outcomes
    assert (row.dose_value, row.at_h, row.n) == (None, None, None)
    assert (row.at, "1e3 to 1e6" in row.note, "5-6" in row.note) == (
        "4 and 8 weeks",
        *(True, True),
    )


def test_two_protocols_of_one_flat_study_become_two_studies(tmp_path):
    rat = FLAT | {"species": "rat"}
    _, studies = kept(written(tmp_path, FLAT, rat, columns=FLAT_COLUMNS))
    assert {study.id for study in studies} == {
        "Doe2030_PigReperfusion",
        "Doe2030_RatReperfusion",
    }


def test_flat_words_that_no_table_knows_are_refused_under_the_files_own_columns(
    tmp_path,
):
    bad = FLAT | {
        "species": "rabbit",
        "outcome": "glow",
        "spread_type": "range",
        "direction": "up",
        "verified": "table_page",
        "n": "2.5",
    }
    text = faults(written(tmp_path, bad, columns=FLAT_COLUMNS))
    for part in ("species", "outcome", "spread_type", "direction", "'verified'", "n"):
        assert f"column {part}: met" in text or f"column '{part}'" in text, part
    assert "'table page'" in text


def test_a_row_of_revman_becomes_two_arms(tmp_path):
    added, (study,) = kept(written(tmp_path, REVMAN))
    assert (added.layout, study.id) == ("revman", "Doe2030_RatLigation")
    assert (study.first_author, study.year) == ("Doe", 2030)
    treated, control = study.outcomes
    assert (treated.arm, treated.comparator, treated.form) == (
        *("experimental", "control"),
        "vesicles",
    )
    assert (treated.mean, treated.spread, treated.spread_type, treated.n) == (
        *(45.0, 5.0),
        *("SD", 10),
    )
    assert (control.mean, control.spread, control.n, control.form) == (
        *(38.0, 6.0, 9),
        "control",
    )
    assert (treated.outcome, treated.unit) == ("ejection fraction", "%")
    assert treated.verification == study.verification == "secondary"
    assert treated.direction == ""  # the export doesn't say one
    assert study.control_of(treated) == control
    assert added.ignored == ("Analysis group", "Analysis number", "Weight")


def test_names_of_revman_with_points_or_totals_are_the_same_columns(tmp_path):
    dotted = {name.replace(" ", "."): text for name, text in REVMAN.items()}
    total = {
        name.replace("Experimental N", "Experimental total"): text
        for name, text in REVMAN.items()
    }
    one = add_studies(written(tmp_path, dotted), dry_run=True)
    two = add_studies(written(tmp_path, total), dry_run=True)
    assert one.studies == two.studies


def test_what_revman_computes_or_nobody_knows_is_left_out_by_name(tmp_path):
    more = {"Colour": "red", "SE": "2", "Std. mean difference": "1.2", "Lower CI": "0"}
    added, _ = kept(written(tmp_path, REVMAN | more))
    assert {*more} <= {*added.ignored}


def test_a_column_of_revman_that_looks_misspelt_is_refused_with_the_one_meant(tmp_path):
    row = {
        name: text
        for name, text in REVMAN.items()
        if name not in {"Control SD", "species"}
    }
    text = faults(written(tmp_path, row | {"Contrl SD": "6", "Speceis": "rat"}))
    assert "column 'Contrl SD'" in text
    assert "did you mean 'Control SD'?" in text
    assert "did you mean 'species'?" in text
    other = faults(written(tmp_path, REVMAN | {"Analysis name": "glow"}))
    assert "column 'Analysis name': met 'glow'" in other


def test_outcomes_of_revman_that_are_no_means_are_refused(tmp_path):
    text = faults(written(tmp_path, REVMAN | {"Experimental cases": "3"}))
    assert "column Experimental cases: met '3'" in text
    lacking = {name: text for name, text in REVMAN.items() if name != "Control SD"}
    assert "a column 'Control SD'" in faults(written(tmp_path, lacking))


def test_an_export_without_units_asks_for_a_column_of_them(tmp_path):
    bare = REVMAN | {"Analysis name": "LVEF"}
    assert "column unit: met an empty cell" in faults(written(tmp_path, bare))
    _, (study,) = kept(written(tmp_path, bare | {"unit": "%"}))
    assert {row.unit for row in study.outcomes} == {"%"}


def test_rows_of_syrf_are_set_beside_their_treatment_control(tmp_path):
    added, (study,) = kept(written(tmp_path, SYRF, VEHICLE, SHAM))
    assert (added.layout, study.id, study.doi) == ("syrf", "Doe2030_Own", "10.1234/doe")
    treated, vehicle, sham = study.outcomes
    assert (treated.comparator, treated.n, treated.mean) == ("MI/PBS", 8, 45.0)
    assert (treated.spread, treated.spread_type) == (2.0, "SEM")
    assert (vehicle.form, sham.form, treated.form) == ("control", "control", "")
    assert (treated.at, treated.at_h) == ("40320 min", None)  # from when isn't said
    assert (study.species, study.model) == ("", "")  # annotations are not guessed
    assert set(added.ignored) == {"What species is used?", "CohortId", "GreaterIsWorse"}


def test_columns_of_the_project_fill_what_syrf_does_not_say(tmp_path):
    more = {"species": "rat", "model": "permanent ligation", "at_h": "672"}
    rows = [row | more for row in (SYRF | {"form": "vesicles"}, VEHICLE | {"form": ""})]
    _, (study,) = kept(written(tmp_path, *rows))
    assert (study.id, study.species) == ("Doe2030_RatLigation", "rat")
    assert [row.at_h for row in study.outcomes] == [672.0, 672.0]
    assert [row.form for row in study.outcomes] == ["vesicles", "control"]


def test_a_control_of_syrf_that_could_be_either_of_two_is_asked_for(tmp_path):
    other = VEHICLE | {"CohortLabel": "MI/saline"}
    text = faults(written(tmp_path, SYRF, VEHICLE, other))
    assert "MI/PBS, MI/saline" in text
    assert "a column 'comparator'" in text
    named = [row | {"comparator": ""} for row in (VEHICLE, other)]
    path = written(tmp_path, SYRF | {"comparator": "MI/PBS"}, *named)
    _, (study,) = kept(path)
    assert study.outcomes[0].comparator == "MI/PBS"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"OutcomeAverageType": "mode"}, "mean, median"),
        ({"OutcomeAverageType": "median"}, "IQR with a median"),
        ({"ErrorType": "range"}, "met 'range'"),
        ({"NumberOfAnimals": "8.5"}, "column 'NumberOfAnimals': met 8.5"),
        ({"CohortLabel": ""}, "the name of the arm"),
    ],
    ids=lambda value: "" if isinstance(value, str) else next(iter(value)),
)
def test_what_syrf_holds_in_another_sense_is_refused(tmp_path, change, said):
    assert said in faults(written(tmp_path, SYRF | change, VEHICLE))


def test_two_works_of_one_author_and_year_keep_apart(tmp_path):
    rows = [SYRF, VEHICLE]
    rows += [row | {"StudyId": "another", "Doi": "10.1234/two"} for row in rows]
    _, studies = kept(written(tmp_path, *rows))
    assert [study.id for study in studies] == ["Doe2030_Own", "Doe2030b_Own"]
    assert len({study.source for study in studies}) == 2


@pytest.mark.parametrize(
    "words",
    [
        "Change in LVESV (mL)",
        "LVESV change (mL)",
        "Change in left ventricular end-systolic volume (mL)",
        "change in end-systolic volume (mL)",
    ],
)
def test_a_change_of_the_volume_is_no_volume(words):
    assert named_outcome(words) == ("change in end-systolic volume", "", "mL")
