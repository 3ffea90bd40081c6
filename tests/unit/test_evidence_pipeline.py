"""The pipeline table: checked, dated, and cells told apart from vesicles."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from exoheart.errors import DataError, InputError
from exoheart.evidence import data_folder
from exoheart.evidence.pipeline import (
    COLUMNS,
    FILE,
    age,
    check_pipeline,
    load_pipeline,
    newest_date,
    select,
)

ROWS = load_pipeline()


def faulty(folder: Path, **cells: str) -> list[str]:
    """Write a table of one sound row with some cells changed; give its faults."""
    with (data_folder() / FILE).open(encoding="utf-8", newline="") as lines:
        row = next(iter(csv.DictReader(lines))) | cells
    with (folder / FILE).open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, COLUMNS)
        writer.writeheader()
        writer.writerow(row)
    return [str(fault) for fault in check_pipeline(folder)]


def test_the_shipped_table_has_no_fault_and_all_its_rows() -> None:
    assert len(ROWS) == 38
    assert not list(check_pipeline(data_folder()))


def test_rows_come_newest_first_and_those_without_a_date_last() -> None:
    dates = [row.date_of_status for row in ROWS]
    dated = [date for date in dates if date]
    assert dated == sorted(dated, reverse=True)
    assert dates[: len(dated)] == dated


def test_living_cells_are_never_called_vesicles() -> None:
    """Deramiocel and its trials are cells, whatever they are said to act by."""
    for row in ROWS:
        if row.name.startswith(("ALLSTAR", "HOPE", "CAP-1002", "PERISCOPE")):
            assert row.contains == "cells"


def test_a_row_that_nobody_read_says_so() -> None:
    assert any(not row.verified for row in ROWS)
    assert all(row.source for row in ROWS if row.verified)


@pytest.mark.parametrize(
    ("date", "words"),
    [
        ("2026-03-10", "the newest"),
        ("2026-03-02", "within a month"),
        ("2026-02-28", "1 month older"),
        ("2024-11", "16 months older"),
        ("2020-05-06", "5 years older"),
        ("2025", "about a year older"),
        ("2005", "about 21 years older"),
        ("", "date not known"),
    ],
)
def test_age_counts_from_the_newest_date_of_the_table(date: str, words: str) -> None:
    assert age(replace(ROWS[0], date_of_status=date), newest_date(ROWS)) == words


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"kind": "trail"}, "did you mean 'trial'"),
        ({"contains": "exosomes"}, "vesicles, cells"),
        ({"date_of_status": "2026-13"}, "YYYY-MM"),
        ({"identifier": "NCT123"}, "NCT or ACTRN number"),
        ({"source": ""}, "verified no"),
        ({"source": "two words"}, "one address"),
        ({"status": ""}, "some words"),
    ],
)
def test_a_bad_cell_is_a_fault_with_its_place(
    tmp_path: Path, cells: dict[str, str], said: str
) -> None:
    faults = faulty(tmp_path, **cells)
    assert len(faults) == 1
    assert said in faults[0]
    assert f"{FILE} row 2, column {next(iter(cells))}" in faults[0]


def test_all_faults_come_at_once(tmp_path: Path) -> None:
    faulty(tmp_path, kind="x", heart="maybe", date_of_status="soon")
    with pytest.raises(DataError, match="3 faults"):
        load_pipeline(tmp_path)


def test_filters_join_and_an_unknown_kind_is_refused() -> None:
    both = select(ROWS, kind="trial", heart=True)
    assert both
    assert all(row.kind == "trial" and row.heart for row in both)
    named = {row.name for row in select(ROWS, named_in_review=True)}
    assert {"Esperite", "Aegle Therapeutics", "ReNeuron", "Anosys"} <= named
    with pytest.raises(InputError, match="nearest: trial"):
        select(ROWS, kind="trials")
