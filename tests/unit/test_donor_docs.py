"""The tables of docs/donor.md are the ones that their script makes."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
sys.path.insert(0, str(DOCS))

import donor_tables as made  # noqa: E402 - a script of docs/, not of the package

PAGE = (DOCS / "donor.md").read_text("utf-8")


@pytest.mark.parametrize("table", made.TABLES)
def test_a_table_is_the_one_of_today(table):
    """After a change of text or data: python docs/donor_tables.py --write."""
    begin, end = made.marks(table)
    shown = PAGE.split(begin)[1].split(end)[0].strip()
    assert shown == made.TABLES[table]()


def test_every_reaction_of_the_text_is_on_the_page():
    """A reaction whose line the script can't read would be missing."""
    text = made.TEXT.read_text("utf-8")
    names = re.findall(r"^donor_(\w+): .*->", text, re.MULTILINE)
    assert len(names) > 10
    listed = re.findall(r"^\| (\w+) \|", made.reactions(), re.MULTILINE)
    assert listed[1:] == names
