"""Files that several commands write beside what they show: a page, a table.

Each is written whole or not at all, and replaces only a file of the same command.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated

import typer

#: A page to write beside what is shown.
PageFile = Annotated[
    Path | None,
    typer.Option(
        "--page",
        metavar="FILE.html",
        help="Page to write; replaces only its own.",
        show_default=False,
    ),
]
#: A table to write beside what is shown.
TableFile = Annotated[
    Path | None,
    typer.Option(
        "--csv",
        metavar="FILE.csv",
        help="Table to write; replaces only its own.",
        show_default=False,
    ),
]


def require_page(path: Path | None, mark: str, command: str) -> None:
    """Stop before work is done if a page can't be written where it is asked for.

    Raises
    ------
    InputError
        Another ending than .html, a folder that can't be written, or another file.
    """
    from exoheart.errors import InputError
    from exoheart.report.writing import require_replaceable

    if path is None:
        return
    if path.suffix != ".html":
        raise InputError(
            f"--page: met {path}; allowed: a name that ends in .html; give another name"
        )
    require_replaceable(path, mark, command)


def write_page(path: Path | None, text: str, mark: str, command: str) -> list[Path]:
    """Write a page, whole or not at all; gives what was written.

    Raises
    ------
    InputError
        The file is something else, or can't be written.
    """
    from exoheart.report import writing

    return [] if path is None else [writing.write_page(path, text, mark, command)]


def require_table(path: Path | None, columns: Sequence[str], command: str) -> None:
    """Stop before work is done if a table can't be written to a file.

    Raises
    ------
    InputError
        Its folder can't be written, or the file is another table or something else.
    """
    from exoheart.report.writing import require_replaceable

    if path is not None:
        require_replaceable(path, _mark(columns), command)


def write_table(
    path: Path | None,
    columns: Sequence[str],
    rows: Iterable[Sequence[str]],
    command: str,
) -> list[Path]:
    """Write a table as CSV, whole or not at all; gives what was written.

    Raises
    ------
    InputError
        As :func:`require_table`.
    """
    from exoheart.evidence.user_csv import csv_text
    from exoheart.report import writing

    if path is None:
        return []
    text = csv_text([columns, *rows])
    return [writing.write_page(path, text, _mark(columns), command)]


def _mark(columns: Sequence[str]) -> str:
    """Give what tells a table from other files: its header."""
    from exoheart.evidence.user_csv import csv_text

    return csv_text([columns]).strip()
