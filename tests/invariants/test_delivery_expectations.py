"""One change, one direction: the table of expectations against the solved model."""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from delivery_alone import ANIMALS
from delivery_expectations import MOVED, SAME, expectations, parsed, ratio

from exoheart import delivery

DOCS = Path(__file__).parents[2] / "docs"
sys.path.insert(0, str(DOCS))

import expectations_table as made  # noqa: E402 - a script of docs/, not of the package

CASES = [(row, species) for row in expectations() for species in row.animals]


@cache
def measured(row, species):
    return ratio(row, species)


@pytest.mark.parametrize(
    ("row", "species"), CASES, ids=[f"{row.id}-{species}" for row, species in CASES]
)
def test_one_change_moves_the_heart_the_way_the_table_says(row, species):
    """Everything else stays at its central value; reasons are in the table."""
    found = measured(row, species)
    assert row.holds(found), f"{row.direction}, but {found:.6g}: {row.reason}"


def test_the_table_is_complete_and_says_why():
    """Ids once, all routes, known words, a reason and one change in every row."""
    rows = expectations()
    assert len({row.id for row in rows}) == len(rows) > 40
    assert {row.route for row in rows} | {"inhaled"} == set(delivery.modelled_routes())
    for row in rows:
        assert row.direction in {"more", "less", "same"}, row.id
        assert row.kind in {"built in", "by values"}, row.id
        assert row.species in {*ANIMALS, "all"}, row.id
        assert len(row.reason) > 20, row.id
        assert parsed(row.change), row.id


def test_each_direction_excludes_the_two_others():
    """A ratio that moved the other way, or not at all, is found."""
    more, less, same = (
        next(row for row in expectations() if row.direction == direction)
        for direction in ("more", "less", "same")
    )
    assert not more.holds(1.0)
    assert not more.holds(1 - 2 * MOVED)
    assert not less.holds(1.0)
    assert not less.holds(1 + 2 * MOVED)
    assert not same.holds(1 + 2 * SAME)
    assert not same.holds(float("nan"))
    assert not more.holds(float("nan"))


def test_a_change_of_nothing_is_a_ratio_of_one():
    """So that what is measured is the change and not the harness."""
    row = next(row for row in expectations() if row.id == "larger_volume")
    unchanged = replace(row, change=row.base)
    assert ratio(unchanged, "pig") == 1.0


def cells(text):
    """Body of a Markdown table, row by row."""
    lines = [line for line in text.splitlines() if line.startswith("| ")][1:]
    return [[cell.strip() for cell in line.strip("| ").split("|")] for line in lines]


def near(shown, now):
    """Whether two cells say the same: text as it is, numbers to the third digit."""
    try:
        return float(shown) == pytest.approx(float(now), rel=0.011)
    except ValueError:
        return shown == now


def drifted(shown, now):
    """Rows of a page that a fresh table says otherwise."""
    return [
        (old, new)
        for old, new in zip(cells(shown), cells(now), strict=True)
        if not all(near(*pair) for pair in zip(old, new, strict=True))
    ]


def test_the_page_holds_this_table_with_these_ratios():
    """Where it fails: python docs/expectations_table.py --write."""
    page = made.PAGE.read_text("utf-8")
    shown = page.split(made.MARKS[0])[1].split(made.MARKS[1])[0]
    fresh = made.table(measured)
    assert drifted(shown, fresh) == []
    assert shown.strip().splitlines()[-1] == fresh.splitlines()[-1]
    assert "**no**" not in shown


def test_a_page_that_drifted_is_seen():
    row = "| a |\n| vein | 1.23 |"
    assert drifted(row, row) == []
    assert drifted(row, row.replace("1.23", "1.26"))
    assert drifted(row, row.replace("vein", "artery"))
