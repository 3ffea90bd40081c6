"""The shipped data pass their own check and hold what the project promises."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

import exoheart.evidence
from exoheart.evidence import (
    data_folder,
    load_choices,
    load_parameters,
    load_pooled,
    load_studies,
    resolve,
)

DATA = data_folder()
TABLES = sorted(
    path
    for part in ("parameters", "studies", "pooled")
    for path in (DATA / part).rglob("*.csv")
)


def test_all_shipped_data_pass_the_check() -> None:
    exoheart.evidence.check()


@pytest.mark.parametrize("species", ["mouse", "rat", "pig", "human", "dog"])
def test_every_species_resolves_without_an_open_choice(species: str) -> None:
    assert len(resolve(load_parameters(), species, load_choices())) > 0


def test_the_retracted_trial_informs_nothing() -> None:
    retracted = [study for study in load_studies() if study.retracted]
    assert "Bolli2011_SCIPIO" in {study.id for study in retracted}
    assert {study.use for study in retracted} == {"context"}


def test_pig_results_of_the_main_example_are_held_out_as_one_cohort() -> None:
    held = {study.id: study for study in load_studies() if study.use == "qualify"}
    expected = {
        "Gallet2017_PigReperfusion",
        "Gallet2017_PigChronic",
        "DeCouto2017_PigReperfusion",
        "Nguyen2018_PigInfarct",
    }
    assert expected <= set(held)
    assert len({held[name].cohort for name in expected}) == 1


def test_numbers_of_the_main_example_are_as_the_abstract_prints_them() -> None:
    # Gallet2017, abstract: infarct 80 +- 5 to 61 +- 12 %; change in ejection
    # fraction -5.4 +- 3.6 against -0.1 +- 2.2 points, n = 6 and 6
    studies = {study.id: study for study in load_studies()}
    acute = {
        (row.arm, row.mean, row.spread)
        for row in studies["Gallet2017_PigReperfusion"].outcomes
        if row.mean is not None
    }
    assert acute == {
        ("vehicle", 80.0, 5.0),
        ("CDC vesicles, intramyocardial", 61.0, 12.0),
    }
    chronic = [
        (row.mean, row.spread, row.n, row.spread_type)
        for row in studies["Gallet2017_PigChronic"].outcomes
        if row.mean is not None
    ]
    assert chronic == [(-0.1, 2.2, 6, "unknown"), (-5.4, 3.6, 6, "unknown")]


def test_pooled_gains_run_from_3_7_to_12_7_points() -> None:
    # StemCellVesicles2022 and Yang2019, abstracts
    gains = [
        row.pooled
        for row in load_pooled()
        if row.form == "vesicles"
        and row.outcome == "ejection fraction"
        and row.pooled is not None
        and "normoxic vesicles"
        not in row.comparison.replace("normoxic vesicles against untreated", "")
    ]
    assert (min(gains), max(gains)) == (3.67, 12.65)


def test_no_vesicle_study_of_the_review_has_a_dose_that_nobody_printed() -> None:
    for study in load_studies():
        if study.reference_in_review:
            assert all(row.dose_value is None for row in study.outcomes), study.id


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
def test_no_table_quotes_or_leaks(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search("[“”]|validated|/home/|/tmp/", text)
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            assert len(row.get("note") or "") < 600
