"""A user's own studies: every fault at once, kept whole, seen by all, removed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from own_files import CONTROL, NAME, TREATED, example, written

from exoheart.errors import DataError, InputError
from exoheart.evidence import (
    check,
    cite,
    data_folder,
    load_bibliography,
    load_studies,
    nearest,
)
from exoheart.evidence.own.store import own_folder
from exoheart.evidence.own.studies import add_studies, own_studies, remove_study
from exoheart.evidence.own.template import own_template
from exoheart.qualification.unseen_values import studied_sizes
from exoheart.study import load_study

ROOT = Path(__file__).parents[2]
BAD = ROOT / "tests" / "bad" / "own"
#: Bad file -> where its one fault is, and a word of the message.
EXPECTED = {
    "unknown_species": ("row 2, column species", "did you mean 'pig'?"),
    "bad_number": ("row 2, column mean", "a finite number"),
    "spread_without_type": ("row 2, column spread_type", "unknown where not stated"),
    "unknown_spread_type": ("row 2, column spread_type", "did you mean 'SEM'?"),
    "n_not_whole": ("row 2, column n", "a whole number"),
    "missing_arm": ("row 2, column arm", "the name of the arm"),
    "comparator_is_no_arm": ("row 2, column comparator", "did you mean 'vehicle'?"),
    "duplicate_row": ("row 4", "each arm, outcome and time once"),
    "dose_without_unit": ("row 2, column dose_unit", "a unit"),
    "dose_without_basis": ("row 2, column dose_basis", "a basis"),
    "direction_against_the_means": (
        *("row 2, column direction", "allowed: decrease, as 41 is below 55"),
    ),
    "negative_spread": ("row 2, column spread", "zero or more"),
    "percentage_above_100": ("row 2, column mean", "0 to 100"),
    # 90 min of occlusion and half an hour: the dose is at 2 h
    "reading_before_the_dose": ("row 2, column at_h", "the dose at 2 h"),
    "retracted_in_use": ("row 2, column use", "context only"),
    "use_of_a_fit": ("row 2, column use", "context or qualify"),
    "malformed_doi": ("row 2, column doi", "did you mean '10.1234/example'?"),
    "two_species_in_one_study": ("row 3, column species", "as in row 2"),
    "id_of_a_shipped_study": ("row 2, column id", "no shipped study has"),
    "id_without_a_short_name": ("row 2, column id", "Surname2021_Short"),
    "unknown_outcome": ("row 2, column outcome", "did you mean 'infarct size'?"),
    "unknown_column": ("row 1", "'colour'"),
    "no_header": ("row 1", "a header"),
}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch) -> Path:
    place = tmp_path / "own"
    monkeypatch.setenv("EXOHEART_STUDIES", str(place))
    return place


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_each_fault_is_found_in_its_place_and_alone(name, folder):
    where, word = EXPECTED[name]
    with pytest.raises(DataError) as met:
        add_studies(BAD / f"{name}.csv")
    places = {str(fault.where) for fault in met.value.faults}
    assert f"{name}.csv {where}" in places, places
    assert word in str(met.value)
    assert len(met.value.faults) == (2 if name in {"no_header"} else 1)
    assert not folder.exists(), "nothing is written"


def test_no_bad_file_is_forgotten():
    assert {path.stem for path in BAD.glob("*.csv")} == {*EXPECTED, "every_fault"}


def test_a_file_with_every_kind_of_fault_is_reported_whole(folder):
    with pytest.raises(DataError) as met:
        add_studies(BAD / "every_fault.csv")
    columns = {fault.where.partition(", column ")[2] for fault in met.value.faults}
    assert columns >= {
        *("species", "mean", "spread_type", "n", "arm", "comparator", "dose_unit"),
        *("dose_basis", "direction", "spread", "at_h", "use", "doi"),
    }
    rows = {fault.where.partition(",")[0] for fault in met.value.faults}
    assert rows >= {f"every_fault.csv row {number}" for number in (1, 10, 12, 17)}
    assert not folder.exists()


def test_a_study_comes_with_the_shipped_ones_and_is_marked(tmp_path):
    before = load_studies()
    added = add_studies(example(tmp_path))
    (own,) = [study for study in load_studies() if study.own]
    assert (own.id, own.use, own.cohort) == (NAME, "context", NAME)
    assert [(row.mean, row.n, row.spread_type) for row in own.outcomes] == [
        (41.0, 8, "SD"),
        (55.0, 8, "SD"),
    ]
    assert load_studies()[:-1] == before
    assert added.studies[0].source == own.source == "own.Example2030"
    check()  # silent: the own study passes too


def test_its_source_can_be_cited_and_shipped_keys_are_kept(tmp_path):
    add_studies(example(tmp_path, title="A trial", journal="A journal"))
    assert cite(["own.Example2030"]) == (
        "[own.Example2030] Example (2030). A trial. A journal. "
        "doi:10.1234/example.2030."
    )
    remove_study(NAME)
    assert "own.Example2030" not in load_bibliography()
    add_studies(example(tmp_path, source="Chen2013"))
    assert load_studies()[-1].source == "Chen2013"
    assert set(load_bibliography()) == set(load_bibliography(data_folder()))


def test_two_works_of_one_author_and_year_get_two_keys(tmp_path):
    other = {"id": "Example2030_RatLigation", "doi": "10.1234/other"}
    rows = [TREATED, CONTROL, TREATED | other, CONTROL | other]
    add_studies(written(tmp_path / "two.csv", *rows))
    keys = {study.source for study in load_studies() if study.own}
    assert keys == {"own.Example2030", "own.Example2030b"}


def test_a_study_that_is_there_is_refused_unless_replaced(tmp_path):
    add_studies(example(tmp_path))
    with pytest.raises(DataError, match="--replace"):
        add_studies(example(tmp_path, year="2031"))
    assert add_studies(example(tmp_path, year="2031"), replace=True).studies[0].replaced
    (own,) = [study for study in load_studies() if study.own]
    assert own.year == 2031
    assert len(own.outcomes) == 2


def test_a_dry_run_writes_nothing(tmp_path, folder):
    added = add_studies(example(tmp_path), dry_run=True)
    assert not added.written
    assert [one.id for one in added.studies] == [NAME]
    assert not folder.exists()


def test_a_write_that_fails_leaves_what_was_there(tmp_path, folder, monkeypatch):
    add_studies(example(tmp_path))
    real = Path.write_text

    def full(self, *arguments, **named):
        if self.name == "outcomes.csv":
            raise OSError(28, "No space left on device", str(self))
        return real(self, *arguments, **named)

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(InputError, match="No space left"):
        add_studies(example(tmp_path, year="2031"), replace=True)
    assert [study.year for study in load_studies() if study.own] == [2030]
    assert {path.name for path in folder.iterdir()} == {NAME, "sources.bib"}


@pytest.mark.parametrize("again", [False, True])
def test_of_several_studies_all_are_kept_or_none(tmp_path, folder, monkeypatch, again):
    """A move that fails midway undoes those before it, the list of sources too."""
    names = [f"Example2030_{animal}Reperfusion" for animal in ("Pig", "Rat", "Sheep")]

    def file(year):
        cells = {"year": year, "source": f"own.In{year}"}
        rows = [one | cells | {"id": n} for n in names for one in (TREATED, CONTROL)]
        return written(tmp_path / f"{year}.csv", *rows)

    if again:
        add_studies(file("2030"))
    before = {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    real = os.replace

    def stuck(source, target):
        if Path(target) == folder / names[2] and ".old" not in Path(source).name:
            raise OSError(13, "Permission denied", str(target))
        real(source, target)

    monkeypatch.setattr(os, "replace", stuck)
    with pytest.raises(InputError, match="Permission denied"):
        add_studies(file("2031"), replace=True)
    assert {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()} == before
    assert not [p for p in folder.iterdir() if p.name.startswith(".")]


@given(
    words=st.text(
        st.characters(blacklist_categories=("C", "Z")) | st.just(" "), min_size=1
    )
)
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_words_are_kept_as_they_were_given(tmp_path, words):
    """Commas, quotes and letters of any script; blanks at the ends are taken off."""
    arm = f"arm {words}".strip()
    file = tmp_path / "words.csv"
    rows = [TREATED | {"comparator": arm}, CONTROL | {"arm": arm, "note": words}]
    add_studies(written(file, *rows), replace=True)
    own = load_studies()[-1].outcomes[1]
    assert (own.arm, own.note) == (arm, words.strip())


def test_removing_takes_folder_and_source_and_names_the_nearest(tmp_path, folder):
    add_studies(example(tmp_path))
    with pytest.raises(InputError, match=f"nearest: {NAME}"):
        remove_study("Example2030_Pig")
    remove_study(NAME)
    assert list(folder.iterdir()) == []
    assert not any(study.own for study in load_studies())


def test_a_study_broken_by_hand_names_its_file_and_the_way_out(tmp_path, folder):
    add_studies(example(tmp_path))
    path = folder / NAME / "outcomes.csv"
    path.write_text(path.read_text("utf-8").replace(",41,", ",many,"), "utf-8")
    for load in (load_studies, check):
        with pytest.raises(DataError) as met:
            load()
        assert str(path) in str(met.value)
        assert f"evidence remove {NAME}" in str(met.value)
    assert own_studies()[0].faults
    remove_study(NAME)
    assert not any(study.own for study in load_studies())


def test_half_a_study_is_an_error_and_no_crash(tmp_path, folder):
    add_studies(example(tmp_path))
    (folder / NAME / "outcomes.csv").unlink()
    with pytest.raises(DataError, match=f"evidence remove {NAME}"):
        load_studies()
    assert own_studies()[0].faults
    remove_study(NAME)


def test_the_published_side_of_a_plan_shows_it_as_the_users_own(tmp_path):
    plan = load_study(ROOT / "examples" / "pig_reperfused_infarct.toml")
    add_studies(example(tmp_path))
    found = [one for one in nearest(plan, load_studies()) if one.study == NAME]
    assert found
    assert all(one.note.startswith("one of your own studies") for one in found)
    assert all(one.source.startswith("own.") for one in found)


def test_a_prediction_of_unseen_studies_never_draws_from_own_ones(tmp_path):
    before = studied_sizes("pig", "intramyocardial", "vesicles")
    add_studies(example(tmp_path, n="77"))
    studied_sizes.__globals__["_rows"].cache_clear()
    assert studied_sizes("pig", "intramyocardial", "vesicles") == before


def test_a_study_of_a_shipped_work_joins_its_cohort_so_that_it_counts_once(tmp_path):
    work = {"doi": "10.1093/eurheartj/ehw240", "use": "", "first_author": "Gallet"}
    (added,) = add_studies(example(tmp_path, **work), dry_run=True).studies
    assert (added.cohort, added.use) == ("CDC_vesicles_pig", "qualify")
    with pytest.raises(DataError, match="a cohort has one use"):
        add_studies(example(tmp_path, **work | {"use": "context"}))


def test_a_folder_that_is_none_is_refused(folder):
    folder.write_text("", "utf-8")
    with pytest.raises(DataError, match="EXOHEART_STUDIES"):
        load_studies()


def test_an_id_that_is_a_path_is_told_what_an_id_is(tmp_path):
    with pytest.raises(DataError, match="letters and digits, as Surname2021_Short"):
        add_studies(example(tmp_path, id="../../evil"))


def test_the_template_is_empty_and_its_example_passes_once_uncommented(tmp_path):
    path = tmp_path / "template.csv"
    path.write_text(own_template(), "utf-8")
    with pytest.raises(DataError, match="no line below the header"):
        add_studies(path)
    path.write_text(own_template().replace("# Example2030", "Example2030"), "utf-8")
    assert [one.rows for one in add_studies(path).studies] == [2]


def test_the_folder_follows_the_environment(monkeypatch, tmp_path):
    monkeypatch.delenv("EXOHEART_STUDIES")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert own_folder() == tmp_path / "exoheart" / "studies"
    monkeypatch.delenv("XDG_DATA_HOME")
    assert own_folder().parts[-4:] == (".local", "share", "exoheart", "studies")
