"""CSV as users give and get it: what is written is read back, faults are told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exoheart.errors import DataError
from exoheart.evidence.own.file import read_file
from exoheart.evidence.user_csv import csv_text, read_user_table

ALLOWED = "a table"
WORDS = st.text(st.characters(blacklist_categories=("C", "Z")) | st.just(" "))


@pytest.fixture
def table(tmp_path):
    def write(text):
        path = tmp_path / "table.csv"
        path.write_bytes(text.encode("utf-8"))
        return path

    return write


@given(st.lists(st.tuples(WORDS, WORDS), min_size=1))
def test_what_is_written_is_read_back(tmp_path_factory, rows):
    """Commas, quotes and any script; blanks at the ends are taken off."""
    path = tmp_path_factory.mktemp("csv") / "table.csv"
    body = [("x", one, two) for one, two in rows]
    path.write_text(csv_text([("id", "one", "two"), *body]), "utf-8")
    read = read_user_table(path, ALLOWED)
    assert read.header == ("id", "one", "two")
    assert [row.values for row in read.rows] == [
        tuple(cell.strip() for cell in row) for row in body
    ]


def test_rows_are_numbered_as_a_spreadsheet_does(table):
    read = read_user_table(table("# a\n\nid,n\r\n# b, c\n\nA,1\n,\nB,2\n"), ALLOWED)
    assert (read.header, read.header_row) == (("id", "n"), 3)
    assert [(row["id"], row.number) for row in read.rows] == [("A", 6), ("B", 8)]


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_the_header_tells_what_parts_the_cells(table, mark):
    text = f'# one, two; three, four\n"# five, six, seven"\nid{mark}n\nA{mark}"1,5"\n'
    read = read_user_table(table(text), ALLOWED, ",;\t")
    assert (read.delimiter, read.header) == (mark, ("id", "n"))
    assert read.rows[0]["n"] == "1,5"


@pytest.mark.parametrize("text", ["", "\n\n", "# nothing\n"])
def test_nothing_is_a_table_without_columns(table, text):
    read = read_user_table(table(text), ALLOWED)
    assert (read.header, read.rows) == ((), ())


def test_what_can_not_be_read_is_told_with_its_file(table, tmp_path):
    for path in (table('id,n\n"A,1\n'), tmp_path / "none.csv"):
        with pytest.raises(DataError, match=path.name):
            read_user_table(path, ALLOWED)


def test_the_second_note_of_two_joined_tables_has_a_name_of_its_own(table):
    read = read_file(table("id,note,note\nA,of the study,of the row\n"))
    assert read.header == ("id", "note", "note (2)")
    assert read.rows[0]["note (2)"] == "of the row"
