"""The table of protocols in docs/heart.md is the one that its script makes."""

from __future__ import annotations

import sys
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

DOCS = Path(__file__).parents[2] / "docs"
sys.path.insert(0, str(DOCS))

import protocols_table as made  # noqa: E402 - a script of docs/, not of the package


@lru_cache(maxsize=1)
def answers():
    return made.answers(4)


def rows(text):
    """Cells of the body of a Markdown table."""
    lines = [line for line in text.splitlines() if line.startswith("| ")][1:]
    return [[cell.strip() for cell in line.strip("| ").split("|")] for line in lines]


def shipped():
    page = (DOCS / "heart.md").read_text("utf-8")
    return page.split(made.MARKS[0])[1].split(made.MARKS[1])[0]


def test_the_page_has_every_protocol_at_every_moment():
    expected = [
        [species, "permanent" if length is None else f"{length} min", moment]
        for species, lengths in made.PROTOCOLS
        for length in lengths
        for _, moment in made.MOMENTS
    ]
    assert [row[:3] for row in rows(shipped())] == expected


def test_central_values_of_the_page_are_those_of_the_model():
    """After a change of text or tables: python docs/protocols_table.py --write."""
    fresh, page = rows(made.table(answers())), rows(shipped())
    for row, printed in zip(fresh, page, strict=True):
        assert [c.split()[0] for c in row[3:]] == [c.split()[0] for c in printed[3:]]


def test_no_draw_of_the_page_failed():
    assert "Failed: 0 of " in shipped()


def test_a_failed_solve_is_counted_and_left_out_of_the_range():
    first = answers()[0]
    values = first.values.copy()
    values[1] = np.nan
    text = made.table([made.Answer(first.species, first.minutes, values, 1)])
    assert text.endswith(f"Failed: 1 of {len(values)} solves.")
    assert "nan" not in text


@pytest.mark.parametrize(
    ("value", "text"), [(49.6, "50"), (6.24, "6.2"), (0.0384, "0.038")]
)
def test_numbers_have_two_digits(value, text):
    assert made._number(value) == text
