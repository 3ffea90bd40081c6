"""Printing a generated table, or putting it between the marks of its page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


def deliver(
    arguments: Sequence[str], text: str, page: Path, marks: tuple[str, str]
) -> None:
    """Print a table, or with ``--write`` put it into its page.

    Parameters
    ----------
    arguments
        Of the command line.
    text
        The table.
    page
        Its page, which holds both marks once.
    marks
        The lines before and after the table.
    """
    if "--write" not in arguments:
        print(text)
        return
    before, rest = page.read_text("utf-8").split(marks[0])
    after = rest.split(marks[1])[1]
    page.write_text(f"{before}{marks[0]}\n{text}\n{marks[1]}{after}", "utf-8")
