"""Unseen studies of cells, RNA and conditioned medium, by every route."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from exoheart.delivery import routes
from exoheart.qualification.unseen import answer_lines
from exoheart.qualification.unseen_file import TABLE_COLUMNS, read_lines
from exoheart.qualification.unseen_meaning import Case, understand
from exoheart.qualification.unseen_plan import Plan
from exoheart.qualification.unseen_run import make_job
from exoheart.qualification.unseen_values import (
    Studied,
    printed_dose,
    studied_doses,
    studied_sizes,
)
from exoheart.records.study import BASES

CELLS = {
    "id": "New2030_Pig",
    "species": "pig",
    "model": "ischaemia-reperfusion",
    "occlusion_min": "60",
    "retracted": "no",
    "arm": "CDC",
    "comparator": "vehicle",
    "donor": "CDC",
    "donor_species": "pig",
    "form": "cells",
    "dose_value": "2.5e7",
    "dose_unit": "cells",
    "dose_basis": "cells",
    "route": "intracoronary",
    "time_of_dose": "1 h after reperfusion",
    "dose_time_h": "1",
    "dose_anchor": "reperfusion",
    "outcome": "infarct size",
    "region": "area at risk",
    "unit": "%",
    "at": "48 h",
    "at_h": "48",
    "mean": "40",
    "n": "6",
    "direction": "decrease",
}
RNA = CELLS | {"form": "RNA", "arm": "RNA alone"}
RNA |= {"dose_value": "2", "dose_unit": "mg", "dose_basis": "RNA"}
MEDIUM = CELLS | {"form": "conditioned medium", "arm": "MSC medium", "donor": "MSC"}
MEDIUM |= {"dose_value": "5", "dose_unit": "mg", "dose_basis": "protein"}
FORMS = {"cells": CELLS, "RNA": RNA, "conditioned medium": MEDIUM}
FORMS["vesicles"] = MEDIUM | {"form": "vesicles", "arm": "MSC vesicles"}


def lines_of(folder: Path, *rows: dict[str, str]):
    path = folder / "studies.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, TABLE_COLUMNS)
        table.writeheader()
        table.writerows(rows)
    return read_lines(path)[1]


def understood(folder: Path, row: dict[str, str]):
    lines = lines_of(folder, row)
    return understand(lines[0], lines)


def case_of(folder: Path, row: dict[str, str]) -> Case:
    case = understood(folder, row)
    assert isinstance(case, Case), case
    return case


def reasons_of(folder: Path, row: dict[str, str]) -> dict[str, str]:
    reasons = understood(folder, row)
    assert not isinstance(reasons, Case)
    return dict(reasons)


@pytest.mark.parametrize("route", routes())
@pytest.mark.parametrize("form", BASES)
def test_every_form_is_taken_by_the_routes_that_a_study_file_allows(
    tmp_path, form, route
):
    row = FORMS[form] | {"route": route}
    if form in routes()[route].forms:
        case = case_of(tmp_path, row)
        (arm,) = [one for one in _study(case).arms if not one.control]
        assert (arm.route, arm.dose.basis) == (route, case.arm.dose.basis)
        assert case.arm.dose.basis in BASES[form]
    else:
        assert f"doesn't take {form}" in reasons_of(tmp_path, row)["route"]


def test_every_form_is_simulated_as_itself(tmp_path):
    rows = [row | {"id": form} for form, row in FORMS.items()]
    made = answer_lines("tables", lines_of(tmp_path, *rows), seed=0, members=16)
    assert [row.status for row in made.rows] == ["predicted"] * len(FORMS)
    for form, row in FORMS.items():
        (product,) = _study(case_of(tmp_path, row)).products.values()
        assert product.form == form


def _study(case: Case):
    return Plan.of(make_job([case], 0, 16), 0).study


@pytest.mark.parametrize(
    ("row", "change"),
    [
        (CELLS, {"dose_unit": "mg", "dose_basis": "protein"}),
        (CELLS, {"dose_unit": "mg", "dose_basis": "not stated"}),
        (CELLS, {"dose_unit": "particles", "dose_basis": "particles"}),
        (RNA, {"dose_basis": "protein"}),
        (RNA, {"dose_unit": "cells", "dose_basis": "cells"}),
        (MEDIUM, {"dose_basis": "RNA"}),
        (MEDIUM, {"dose_unit": "mL", "dose_basis": "not stated"}),
    ],
)
def test_a_dose_that_its_form_is_not_counted_in_is_refused_in_words(
    tmp_path, row, change
):
    said = reasons_of(tmp_path, row | change)["dose"]
    assert change.get("dose_unit", row["dose_unit"]) in said
    assert f"isn't a dose of {row['form']}" in said
    assert all(basis in said for basis in BASES[row["form"]])


def test_a_mass_counts_what_its_form_is_made_of_and_that_is_noted(tmp_path):
    for row, basis in ((RNA, "RNA"), (MEDIUM, "protein")):
        case = case_of(tmp_path, row | {"dose_basis": "not stated"})
        assert case.arm.dose.basis == basis
        assert case.noted["dose basis"].values == (basis,)
    assert printed_dose(2.0, "ug/kg", "RNA", "RNA").words == "2 ug RNA per kg"


def test_a_missing_dose_of_cells_comes_from_cells_alone(tmp_path):
    case = case_of(tmp_path, CELLS | {"dose_value": "", "dose_unit": ""})
    assert isinstance(case.arm.dose, Studied)
    assert {one.value.basis for one in case.arm.dose.choices} == {"donor cells"}
    vesicles = studied_doses("pig", "intramyocardial", "vesicles")
    assert "donor cells" not in {one.value.basis for one in vesicles.choices}


def test_a_missing_dose_is_never_drawn_from_another_form(tmp_path):
    """No study that was read prints a dose of RNA or of conditioned medium."""
    for row in (RNA, MEDIUM):
        assert studied_doses("pig", "intracoronary", row["form"]) is None
        said = reasons_of(tmp_path, row | {"dose_value": "", "dose_unit": ""})
        assert f"no studied dose of {row['form']}" in said["dose"]


def test_a_missing_number_comes_from_the_form_before_any_other():
    assert "studies of cells" in studied_sizes("pig", "intracoronary", "cells").how
    assert "any form" in studied_sizes("pig", "intracoronary", "RNA").how


def test_steps_of_culture_that_change_nothing_are_noted_as_not_used(tmp_path):
    steps = {"isolation": "ultracentrifugation", "modification": "hypoxia 1 %"}
    for form, ignored in (
        ("cells", {"isolation", "modification"}),
        ("RNA", {"isolation", "modification"}),
        ("conditioned medium", {"isolation"}),
        ("vesicles", set()),
    ):
        case = case_of(tmp_path, FORMS[form] | steps)
        unused = {
            name for name, note in case.noted.items() if note.values == ("not used",)
        }
        assert unused == ignored
        assert bool(case.arm.isolation) == ("isolation" not in ignored)
        assert bool(case.arm.conditioning) == ("modification" not in ignored)


def test_words_that_the_model_has_not_are_refused_for_cells_too(tmp_path):
    change = {"modification": "preconditioned with MSC vesicles"}
    assert "isn't in the model" in reasons_of(tmp_path, CELLS | change)["modification"]


@pytest.mark.parametrize(
    ("change", "species", "own"),
    [
        ({"donor_species": "", "modification": "autologous"}, "pig", True),
        ({"donor_species": "", "arm": "allogeneic CDC"}, "pig", False),
        ({"donor_species": ""}, "human", False),
        ({"modification": "autologous"}, "pig", True),
        ({"donor_species": "human", "modification": "autologous"}, "human", False),
    ],
)
def test_whose_cells_they_are_is_read_from_the_words(tmp_path, change, species, own):
    case = case_of(tmp_path, CELLS | change)
    assert (case.arm.donor_species, case.arm.autologous) == (species, own)
    assumed = not change.get("donor_species", "x") and species == "human"
    assert ("donor species" in case.noted) == assumed
    (product,) = _study(case).products.values()
    assert product.donor_state["autologous"] == str(own)
