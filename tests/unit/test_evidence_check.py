"""Each fault of a data table is found, named with file and row, and not alone."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from exoheart.errors import DataError, Fault
from exoheart.evidence import check

BAD = Path(__file__).parents[1] / "bad" / "data"
#: Where each kind of bad file goes in a copy of the sound folder.
PLACES = {
    "parameters": "parameters/heart.csv",
    "choices": "parameters/choices.csv",
    "scaling": "parameters/scaling.csv",
    "sources": "sources.bib",
    "study": "studies/Good2020_Pig/study.csv",
    "outcomes": "studies/Good2020_Pig/outcomes.csv",
    "pooled": "pooled/pooled.csv",
}
#: Bad file -> where its one fault is (row and column) and a word of the message.
EXPECTED = {
    "parameters/missing_column": ("row 1", "'method'"),
    "parameters/misspelled_column": ("row 1", "'spred_kind'"),
    "parameters/row_with_too_many_cells": ("row 3", "17 cells"),
    "parameters/duplicate_row": ("row 4, column id", "again"),
    "parameters/id_without_stage": ("row 4, column id", "rate_without_stage"),
    "parameters/unknown_unit": ("row 3, column unit", "furlongs"),
    "parameters/unknown_species": ("row 3, column species", "goat"),
    "parameters/unknown_kind": ("row 3, column kind", "guessed"),
    "parameters/unknown_spread_kind": ("row 3, column spread_kind", "between labs"),
    "parameters/assumed_with_a_source": ("row 3, column source", "Good2020"),
    "parameters/measured_without_a_source": ("row 3, column source", "empty"),
    "parameters/source_not_in_bibliography": ("row 3, column source", "Goood2020"),
    "parameters/value_outside_low_high": ("row 3, column value", "low..high"),
    "parameters/value_outside_bounds": ("row 3, column value", "bound_low"),
    "parameters/value_is_text": ("row 3, column value", "about two"),
    "parameters/value_is_missing": ("row 3, column value", "empty"),
    "parameters/low_above_high": ("row 3, column low..high", "3 above 1"),
    "parameters/distribution_unreadable": ("row 3, column distribution", "gaussian"),
    "parameters/distribution_support_outside_bounds": (
        "row 3, column distribution",
        "0.023 of its mass outside",  # normal(2, 1) below 0: Phi(-2) = 0.0228
    ),
    "parameters/fraction_with_lognormal": ("row 3, column distribution", "0..1"),
    "parameters/value_outside_its_distribution": ("row 3, column value", "3..4"),
    "parameters/fixed_with_a_spread": ("row 3, column spread_kind", "fixed value"),
    "parameters/spread_of_kind_none": ("row 3, column spread_kind", "'none' for"),
    "parameters/assumed_without_note": ("row 3, column note", "measurement"),
    "parameters/two_rows_without_a_choice": ("row 4, column id", "choices.csv"),
    "parameters/variation_of_nothing": ("row 4, column id", "'heart.rat'"),
    "choices/choice_resolves_to_nothing": ("row 2", "heart.rate"),
    "choices/choice_without_reason": ("row 2, column reason", "empty"),
    "scaling/scaling_of_unknown_id": ("row 2, column id", "heart.rate"),
    "scaling/scaling_by_unknown_exponent": ("row 2, column exponent", "heart.width"),
    "sources/entry_unused": ("line 6", "Spare1999"),
    "sources/entry_without_locator": ("line 1", "without a locator"),
    "sources/entry_twice": ("line 6", "Good2020 again"),
    "sources/entry_with_open_brace": ("line 6", "balanced braces"),
    "study/id_is_not_the_folder": ("row 2, column id", "Good2020_Mouse"),
    "study/unknown_model": ("row 2, column model", "ischaemia-reperfusion"),
    "study/unknown_use": ("row 2, column use", "calibration"),
    "study/retracted_but_used": ("row 2, column use", "context only"),
    "study/without_cohort": ("row 2, column cohort", "empty"),
    "study/occlusion_of_a_permanent_ligation": ("row 2, column occlusion_min", "60"),
    "study/source_not_in_bibliography": ("row 2, column source", "Goood2020"),
    "study/two_rows": ("study.csv", "2 rows"),
    "outcomes/unknown_outcome": ("row 2, column outcome", "infarkt"),
    "outcomes/unknown_route": ("row 2, column route", "intramuscular"),
    "outcomes/dose_without_basis": ("row 2, column dose_basis", "dose_value"),
    "outcomes/dose_without_unit": ("row 2, column dose_unit", "dose_value"),
    "outcomes/spread_without_type": ("row 2, column spread_type", "unknown"),
    "outcomes/unknown_direction": ("row 2, column direction", "better"),
    "outcomes/time_without_anchor": ("row 2, column dose_anchor", "occlusion"),
    "outcomes/animals_in_fractions": ("row 2, column n", "6.5"),
    "outcomes/mean_is_text": ("row 2, column mean", "forty"),
    "outcomes/unknown_unit": ("row 2, column unit", "blurbs"),
    "outcomes/row_twice": ("row 4", "once"),
    "pooled/interval_without_its_value": ("row 2, column pooled", "ci_low"),
    "pooled/unknown_form": ("row 2, column form", "exosomes"),
}


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    """A copy of the small sound data folder."""
    return Path(shutil.copytree(BAD / "sound", tmp_path / "data"))


def faults_of(folder: Path, **more: object) -> tuple[Fault, ...]:
    with pytest.raises(DataError) as caught:
        check(folder, **more)  # type: ignore[arg-type]
    return caught.value.faults


def spoil(folder: Path, name: str) -> None:
    """Put a bad file into its place."""
    kind, file = name.split("/")
    shutil.copy(next((BAD / kind).glob(f"{file}.*")), folder / PLACES[kind])


def test_a_sound_folder_passes(sound: Path) -> None:
    check(sound)
    needed = {"heart.rate": "1/hour", "heart.width": "1"}
    check(sound, needed=needed)


def test_every_bad_file_has_an_expectation() -> None:
    files = {
        f"{path.parent.name}/{path.stem}"
        for kind in PLACES
        for path in (BAD / kind).iterdir()
    }
    assert files - {"parameters/several_faults"} == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_a_bad_file_gives_its_one_fault_with_its_row(sound: Path, name: str) -> None:
    spoil(sound, name)
    where, words = EXPECTED[name]
    faults = faults_of(sound)
    assert len(faults) == 1, faults
    assert faults[0].where.endswith(where), faults[0]
    assert words in str(faults[0])
    assert Path(PLACES[Path(name).parts[0]]).name in faults[0].where


def test_faults_of_several_files_are_reported_together(sound: Path) -> None:
    for name in (
        "parameters/several_faults",
        "scaling/scaling_of_unknown_id",
        "sources/entry_unused",
        "study/unknown_model",
        "outcomes/unknown_route",
        "pooled/unknown_form",
    ):
        spoil(sound, name)
    faults = faults_of(sound)
    columns = [fault.where.rpartition("column ")[2] for fault in faults]
    assert columns[:4] == ["unit", "species", "kind", "value"]
    assert {"id", "model", "route", "form"} <= set(columns)
    assert len(faults) == 9  # the four above, and one each of the five other files


def test_a_misspelled_name_gets_the_nearest_one(sound: Path) -> None:
    spoil(sound, "outcomes/unknown_outcome")
    assert faults_of(sound)[0].nearest == "infarct size"


def test_a_parameter_of_the_model_without_a_row_is_a_fault(sound: Path) -> None:
    needed = {"heart.rate": "1/hour", "heart.width": "1", "heart.length": "1"}
    (fault,) = faults_of(sound, needed=needed)
    assert "heart.length for mouse, rat, pig, human, dog" in fault.met


def test_a_stage_without_dogs_needs_no_row_for_the_dog(sound: Path) -> None:
    needed = {"heart.rate": "1/hour", "heart.width": "1", "donor.size": "1"}
    (fault,) = faults_of(sound, needed=needed)
    assert fault.met.endswith("for mouse, rat, pig, human")


def test_a_row_that_nothing_reads_is_a_fault(sound: Path) -> None:
    check(sound, needed={"heart.rate": "1/hour"})  # width is an exponent of scaling
    (sound / "parameters" / "scaling.csv").write_text("id,exponent,note\n")
    (fault,) = faults_of(sound, needed={"heart.rate": "1/hour"})
    assert "heart.width, which nothing reads" in fault.met
    check(sound, needed={"heart.rate": "1/hour"}, reads=("heart.w*",))


def test_a_unit_that_cannot_become_the_models_is_a_fault(sound: Path) -> None:
    needed = {"heart.rate": "mL", "heart.width": "1"}
    (fault,) = faults_of(sound, needed=needed)
    assert fault.where.endswith("row 2, column unit")


def test_a_variation_row_is_used_if_its_target_is(sound: Path) -> None:
    table = sound / "parameters" / "heart.csv"
    row = (
        'variation.heart_rate,1,1,,,"lognormal(median=1, gsd=1.2)",between animals,'
        "0,,assumed,all,,,,,a guess; a cohort would replace it\n"
    )
    table.write_text(table.read_text() + row)
    check(sound, needed={"heart.rate": "1/hour", "heart.width": "1"})


def test_a_cohort_cannot_inform_and_be_held_out(sound: Path) -> None:
    first = sound / "studies" / "Good2020_Pig"
    second = Path(shutil.copytree(first, sound / "studies" / "Good2020_Rat"))
    text = (second / "study.csv").read_text()
    text = text.replace("Good2020_Pig", "Good2020_Rat").replace("context", "qualify")
    (second / "study.csv").write_text(text)
    (fault,) = faults_of(sound)
    assert "a cohort has one use" in fault.allowed
