"""Own studies: shared cohorts, what a file may leave out, and what is said of it."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from own_files import CONTROL, NAME, TREATED, example, written

from exoheart.errors import DataError
from exoheart.evidence import check, load_studies
from exoheart.evidence.own.studies import add_studies


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch) -> Path:
    place = tmp_path / "own"
    monkeypatch.setenv("EXOHEART_STUDIES", str(place))
    return place


@pytest.mark.parametrize("one_file", [True, False])
def test_two_own_studies_of_one_work_and_animal_share_a_cohort(tmp_path, one_file):
    """The first gives cohort and use; another animal of the same work counts apart."""
    second, other = (
        [row | {"id": name, "use": "", **more} for row in (TREATED, CONTROL)]
        for name, more in (
            ("Example2030_Again", {"doi": "10.1234/EXAMPLE.2030"}),
            ("Example2030_Rat", {"species": "rat"}),
        )
    )
    first = [row | {"use": "qualify"} for row in (TREATED, CONTROL)]
    more = [*second, *other]
    files = [[*first, *more]] if one_file else [first, more]
    added = {
        one.id: one
        for number, rows in enumerate(files)
        for one in add_studies(written(tmp_path / f"{number}.csv", *rows)).studies
    }
    assert (added["Example2030_Again"].cohort, added["Example2030_Again"].use) == (
        *(NAME, "qualify"),
    )
    assert added["Example2030_Rat"].cohort == "Example2030_Rat"
    check()  # silent


def test_two_uses_of_one_cohort_in_one_file_are_refused(tmp_path):
    rows = [
        row | {"id": name, "use": use}
        for name, use in ((NAME, "context"), ("Example2030_Again", "qualify"))
        for row in (TREATED, CONTROL)
    ]
    with pytest.raises(DataError, match="a cohort has one use"):
        add_studies(written(tmp_path / "two.csv", *rows))


def test_semicolons_and_names_in_other_case_are_read_as_commas_are(tmp_path):
    one = add_studies(example(tmp_path), dry_run=True)
    text = (tmp_path / "mine.csv").read_text("utf-8")
    header, rest = text.split("\n", 1)
    path = tmp_path / "mine.csv"
    decimal = rest.replace(",", ";").replace("7.5", "7,5").replace(";0.5;", ";0,5;")
    decimal = decimal.replace("49.5", "49,5")
    path.write_text(f"sep=;\n{header.upper().replace(',', ';')}\n{decimal}", "utf-8")
    assert add_studies(path).studies == one.studies
    (own,) = [study for study in load_studies() if study.own]
    assert (own.outcomes[0].dose_value, own.outcomes[0].at_h) == (7.5, 49.5)


def test_a_comma_beside_decimal_points_is_refused_and_never_guessed(tmp_path):
    text = example(tmp_path, mean="1,234").read_text("utf-8")
    rows = csv.reader(text.splitlines())
    path = tmp_path / "tabs.tsv"
    path.write_text("\n".join("\t".join(row) for row in rows), "utf-8")
    with pytest.raises(DataError, match="a file with one decimal sign") as met:
        add_studies(path)
    places = [fault.where for fault in met.value.faults]
    assert places == ["tabs.tsv row 2, column mean", "tabs.tsv row 3, column mean"]


def test_columns_that_may_be_left_out_count_as_empty(tmp_path):
    names = ["id", "arm", "outcome", "verification", "mean", "unit"]
    row = {"id": NAME, "arm": "A", "outcome": "infarct size", "mean": "41"}
    row |= {"unit": "%", "verification": "full text"}
    for left_out, known in (([], True), (["arm", "verification"], False)):
        path = tmp_path / "short.csv"
        kept = [name for name in names if name not in left_out]
        with path.open("w", encoding="utf-8", newline="") as file:
            table = csv.DictWriter(file, kept, extrasaction="ignore")
            table.writeheader()
            table.writerow(row)
        if known:
            assert add_studies(path, dry_run=True).studies[0].rows == 1
            continue
        with pytest.raises(DataError, match="no column arm, verification") as met:
            add_studies(path)
        assert len(met.value.faults) == 1


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (
            {"form": "", "species": "", "model": "", "occlusion_min": ""},
            "form, species and model are empty; without them it joins no pool",
        ),
        ({"species": ""}, "species is empty; without it it joins no pool of one"),
        ({"at_h": ""}, "add at_h"),
    ],
)
def test_what_keeps_a_study_from_counting_is_said(tmp_path, cells, said):
    def notes(**changed):
        treated, control = TREATED | changed, CONTROL | changed | {"form": "control"}
        path = written(tmp_path / "mine.csv", treated, control)
        return add_studies(path, dry_run=True).studies[0].notes

    assert notes() == ()
    (note,) = notes(**cells)
    assert note.startswith(f"{NAME}: ")
    assert said in note
