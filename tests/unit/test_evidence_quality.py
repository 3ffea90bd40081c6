"""What is known of quality: not known is never no, and the tables are checked."""

from __future__ import annotations

import shutil

import pytest

from exoheart.errors import DataError
from exoheart.evidence.own.store import VARIABLE
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


def test_users_tell_of_their_own_studies(tmp_path, monkeypatch):
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    own = tmp_path / "quality.csv"
    own.write_text(f"{HEAD}\nMine2025_Rat,ARR-5,yes,own,methods,\n", "utf-8")
    assert share_good("Mine2025_Rat", load_quality()) == pytest.approx(2 / 7)
    own.write_text(f"{HEAD}\nMine2025_Rat,ARR-5,maybe,own,methods,\n", "utf-8")
    with pytest.raises(DataError, match="'maybe'"):
        load_quality()
