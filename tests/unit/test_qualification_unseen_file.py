"""Tables of unseen studies: which layout, every fault at once, free words turned."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from exoheart.errors import DataError
from exoheart.qualification.unseen import qualify_studies
from exoheart.qualification.unseen_file import (
    FLAT_COLUMNS,
    TABLE_COLUMNS,
    read_lines,
)

ROW = {
    "id": "New2030_Rat",
    "species": "rat",
    "model": "permanent ligation",
    "arm": "MSC vesicles",
    "outcome": "ejection fraction",
    "unit": "%",
    "dose_time_h": "1",
    "dose_anchor": "occlusion",
    "mean": "40",
    "n": "8",
}
FLAT = {
    "study_id": "new2030",
    "species": "pig (Yorkshire)",
    "model": "reperfused MI, 45 min occlusion",
    "donor_cell": "bone marrow mesenchymal stem cells (MSC)",
    "donor_species": "human, allogeneic",
    "modification": "none",
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
    "n": "6",
    "direction": "increase",
}


def written(folder: Path, *rows: dict[str, str], columns=TABLE_COLUMNS) -> Path:
    path = folder / "studies.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, columns)
        table.writeheader()
        table.writerows(rows)
    return path


def lines_of(folder: Path, *rows: dict[str, str], columns=TABLE_COLUMNS):
    return read_lines(written(folder, *rows, columns=columns))[1]


def test_faults_of_the_header_come_all_at_once(tmp_path):
    columns = [name for name in TABLE_COLUMNS if name not in {"arm", "unit"}]
    path = written(tmp_path, columns=[*columns, "amr", "colour"])
    with pytest.raises(DataError) as met:
        read_lines(path)
    text = str(met.value)
    for part in ("'amr'", "'colour'", "no column arm;", "did you mean 'arm'"):
        assert part in text
    assert "no line below the header" in text


def test_faults_of_the_cells_come_all_at_once(tmp_path):
    bad = {"mean": "forty", "n": "2.5", "direction": "up", "dose_anchor": ""}
    with pytest.raises(DataError) as met:
        read_lines(written(tmp_path, ROW | bad, ROW | {"arm": ""}))
    assert len(met.value.faults) == 5
    places = [fault.where.partition(".csv ")[2] for fault in met.value.faults]
    assert {place.partition(",")[0] for place in places} == {"row 2", "row 3"}


def test_a_file_that_is_not_there_is_a_fault_and_no_crash(tmp_path):
    with pytest.raises(DataError, match="No such file"):
        qualify_studies(tmp_path / "none.csv")


def test_columns_may_stand_in_any_order_and_joined_tables_repeat_two(tmp_path):
    columns = [*reversed(TABLE_COLUMNS)]
    lines = lines_of(tmp_path, ROW, columns=columns)
    assert lines[0].arm == "MSC vesicles"
    text = ",".join([*TABLE_COLUMNS, "verification", "note"])
    (tmp_path / "joined.csv").write_text(text + "\n", "utf-8")
    with pytest.raises(DataError) as met:
        read_lines(tmp_path / "joined.csv")
    assert len(met.value.faults) == 1  # no line, but no fault of the header


def test_the_flat_layout_is_known_by_its_header_and_read_into_the_same_words(tmp_path):
    layout, (line,) = read_lines(written(tmp_path, FLAT, columns=FLAT_COLUMNS))
    assert layout == "flat"
    assert (line.species, line.model, line.occlusion_min) == (
        *("pig", "ischaemia-reperfusion"),
        45.0,
    )
    assert (line.form, line.donor, line.route) == ("vesicles", "MSC", "intramyocardial")
    assert (line.dose_value, line.dose_unit, line.dose_basis) == (2.0, "mg", "protein")
    assert (line.dose_time_h, line.dose_anchor) == (0.5, "reperfusion")
    assert (line.outcome, line.method, line.at_h) == ("ejection fraction", "CMR", 672.0)
    assert (line.comparator, line.n, line.n_comparator) == ("PBS", 6, 7)


@pytest.mark.parametrize(
    ("change", "name", "value"),
    [
        ({"arm": "vehicle", "comparator_arm": "MSC exosomes"}, "form", "control"),
        ({"donor_cell": "CDCs (CELLS, labelled)", "arm": "CDC"}, "form", "cells"),
        ({"arm": "exosome-depleted medium", "donor_cell": "MSC"}, "form", "medium w"),
        ({"arm": "unconditioned medium", "donor_cell": "MSC"}, "form", "control"),
        ({"arm": "MSC conditioned medium"}, "form", "conditioned medium"),
        ({"arm": "exosome-primed CPC"}, "form", "cells primed"),
        ({"arm": "Y RNA alone", "donor_cell": "synthetic RNA"}, "form", "RNA"),
        ({"dose_unit": "ug RNA"}, "dose_basis", "RNA"),
        ({"donor_species": "pig, allogeneic"}, "donor_species", "pig"),
        ({"arm": "fibroblast exosomes"}, "donor", "fibroblast"),
        ({"comparator_arm": "fibroblast exosomes; vehicle"}, "comparator", "vehicle"),
        ({"model": "LAD ligation"}, "model", "permanent ligation"),
        ({"model": "myocardial infarction"}, "model", "infarct, type not stated"),
        ({"route": "exosomes intramyocardial; cells IV"}, "route", "not one"),
        ({"timepoint": "4 and 8 weeks"}, "at_h", None),
        ({"dose_value": "1e3 to 1e6"}, "dose_value", None),
        ({"outcome": "change in LVEF"}, "outcome", "change in ejection fraction"),
        ({"outcome_unit": "% relative change"}, "outcome", "relative change in"),
        ({"outcome": "infarct size", "outcome_unit": "% of AAR"}, "region", "area at"),
        ({"note": "paper retracted in 2019"}, "retracted", True),
        ({"n": "10 vs 7"}, "n_comparator", 7),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_free_words_are_turned_only_where_they_read_in_one_way(
    tmp_path, change, name, value
):
    (line,) = lines_of(tmp_path, FLAT | change, columns=FLAT_COLUMNS)
    found = getattr(line, name)
    if value == "not one":
        assert found == change[name]
    elif isinstance(value, str):
        assert found.startswith(value)
    else:
        assert found == value
