"""What is known of quality: not known is never no, and the tables are checked."""

from __future__ import annotations

import shutil

import pytest

from exoheart.errors import DataError
from exoheart.evidence import check, load_studies
from exoheart.evidence.own.store import VARIABLE
from exoheart.evidence.own.studies import add_studies, check_own, remove_study
from exoheart.evidence.own.template import COLUMNS, EXAMPLE
from exoheart.evidence.pooling.check import check_pool
from exoheart.evidence.pooling.quality import (
    CORE,
    QualityAnswer,
    load_quality,
    score_of,
    share_good,
    summary,
)
from exoheart.evidence.tables import data_folder
from exoheart.evidence.user_csv import csv_text

HEAD = "study,item,answer,source,locator,note"


def answer(item, told="yes", study="S"):
    return QualityAnswer(study, item, told, "S", "abstract", "")


def test_what_nobody_read_is_not_known_and_never_no():
    assert set(summary("Arslan2013_Unread", load_quality()).values()) == {"not known"}
    told = {one.answer for one in load_quality() if one.item != "score"}
    assert told <= {"yes", "unclear"}


def test_the_factor_counts_items_known_to_be_good():
    everything = [answer(item) for item in CORE]
    assert share_good("S", everything) == 1.0
    assert share_good("S", []) == pytest.approx(1 / 7)
    assert share_good("S", [answer("ARR-4a")]) == pytest.approx(2 / 7)
    assert share_good("S", [answer("ARR-4a", "unclear")]) == pytest.approx(1 / 7)
    assert share_good("S", [answer("ARR-2a")]) == pytest.approx(1 / 7)


def test_a_named_random_trial_weighs_more_than_one_of_which_nothing_is_known():
    answers = load_quality()
    assert share_good("Kleinbongard2024_PigNetwork", answers) > share_good(
        "Gallet2017_PigChronic", answers
    )
    assert share_good("Gallet2017_PigChronic", answers) > share_good("x", answers)


def test_a_reviews_score_is_shown_and_weighs_nothing():
    # Yang2019, abstract: median quality score 1
    assert score_of("Yang2019_All", load_quality()) == 1.0
    assert share_good("Yang2019_All", load_quality()) == share_good("x", ())


def test_the_shipped_tables_of_pooling_have_no_fault():
    assert list(check_pool(data_folder())) == []


@pytest.fixture
def tables(tmp_path):
    """A copy of the tables that pooling reads, to break."""
    for part in ("studies", "pooled"):
        shutil.copytree(data_folder() / part, tmp_path / part)
    shutil.copy(data_folder() / "reporting_items.csv", tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("table", "line", "column", "nearest"),
    [
        (
            "studies/quality.csv",
            "Gallet2017_PigChronik,ARR-5,yes,x,abstract,",
            "study",
            "Gallet2017_PigChronic",
        ),
        (
            "studies/quality.csv",
            "Gallet2017_PigChronic,SYR-3,yes,x,abstract,",
            "item",
            "SYR-03",
        ),
        (
            "studies/quality.csv",
            "Gallet2017_PigChronic,ARR-5,ye,x,abstract,",
            "answer",
            "yes",
        ),
        ("studies/quality.csv", "Yang2019_All,ARR-5,yes,,abstract,", "source", None),
        ("pooled/sceptical.csv", "scar mass,points,0,assumed,,why", "width", None),
        (
            "pooled/sceptical.csv",
            "scar mass,points,5,assumed,Yang2019,why",
            "source",
            None,
        ),
        ("pooled/sceptical.csv", "scar mass,points,5,assumed,,", "note", None),
        ("pooled/printed_p.csv", "A,b,c,d,,e,=,0.01,x,abstract,", "", None),
        ("pooled/printed_p.csv", "A,b,c,d,,e,=,1.5,x,abstract,", "p", None),
    ],
)
def test_a_broken_row_is_found(tables, table, line, column, nearest):
    path = tables / table
    path.write_text(path.read_text("utf-8") + line + "\n", "utf-8")
    faults = [
        f for f in check_pool(tables) if not column or f"column {column}" in f.where
    ]
    assert faults
    if nearest:
        assert faults[0].nearest == nearest


def test_an_item_told_twice_is_found(tables):
    path = tables / "studies" / "quality.csv"
    first = path.read_text("utf-8").splitlines()[1]
    path.write_text(path.read_text("utf-8") + first + "\n", "utf-8")
    assert any("once; first" in fault.allowed for fault in check_pool(tables))


@pytest.fixture
def own(tmp_path, monkeypatch):
    """A way to write a user's own table beside one own study."""
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    example = (one | {"id": "Mine2025_RatInfarct"} for one in EXAMPLE)
    file = tmp_path / "mine.csv"
    file.write_text(
        csv_text([COLUMNS, *([one.get(c, "") for c in COLUMNS] for one in example)]),
        "utf-8",
    )
    add_studies(file)

    def write(*lines):
        path = tmp_path / "quality.csv"
        path.write_text("\n".join([HEAD, *lines, ""]), "utf-8")
        return path

    return write


GOOD = "Mine2025_RatInfarct,ARR-5,yes,own,methods,"


def test_users_tell_of_their_own_studies(own):
    own(GOOD, "# read again in spring")
    assert share_good("Mine2025_RatInfarct", load_quality()) == pytest.approx(2 / 7)
    assert check_own() == []


@pytest.mark.parametrize(
    ("line", "column", "nearest"),
    [
        ("Mine2025_RatInfarkt,ARR-5,yes,own,methods,", "study", "Mine2025_RatInfarct"),
        ("Gallet2017_PigChronic,ARR-5,yes,own,methods,", "study", None),
        ("Mine2025_RatInfarct,SYR-3,yes,own,methods,", "item", "SYR-03"),
        ("Mine2025_RatInfarct,score,9,own,methods,", "item", None),
        ("Mine2025_RatInfarct,ARR-4a,maybe,own,methods,", "answer", None),
        ("Mine2025_RatInfarct,ARR-4a,yes,,methods,", "source", None),
        ("Mine2025_RatInfarct,ARR-4a,yes,own,,", "locator", None),
        (GOOD, "", None),
        ("Mine2025_RatInfarct,ARR-4a,yes", "", None),
    ],
)
def test_every_fault_of_a_users_table_is_told_with_its_row(own, line, column, nearest):
    path = own(GOOD, line)
    at = f", column {column}" if column else ""
    for told in (load_quality, load_studies, check):
        with pytest.raises(DataError) as met:
            told()
        found = {fault.where: fault for fault in met.value.faults}
        assert found[f"{path} row 3{at}"].nearest == nearest


def test_a_users_table_never_weighs_a_shipped_study(own):
    before = load_quality()
    own("Gallet2017_PigChronic,ARR-5,yes,own,methods,")
    with pytest.raises(DataError, match="one of your own studies"):
        load_quality()
    assert share_good("Gallet2017_PigChronic", before) == pytest.approx(2 / 7)


def test_other_columns_of_a_users_table_are_told(own):
    path = own()
    path.write_text("study,item\n", "utf-8")
    with pytest.raises(DataError, match="row 1"):
        load_quality()


def test_a_removed_study_takes_its_quality_with_it(own):
    path = own(GOOD, "# Mine2025_RatInfarct was read twice")
    remove_study("Mine2025_RatInfarct")
    assert path.read_text("utf-8").splitlines() == [
        HEAD,
        "# Mine2025_RatInfarct was read twice",
    ]
    assert load_quality() == load_quality(data_folder())
