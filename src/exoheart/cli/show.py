"""Showing things in a terminal: tables, progress, messages, and one JSON document."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

Progress = Callable[[int, int], None]


def error(text: str) -> None:
    """Write an error to standard error."""
    print(f"exoheart: {text}", file=sys.stderr)


def note(text: str) -> None:
    """Write a message to standard error, so that it never mixes with results."""
    print(text, file=sys.stderr)


def document(content: Any) -> None:
    """Write one JSON document to standard output; numbers are finite or null."""
    print(json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False))


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Show a table on standard output, plain where it is not a terminal."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    shown = Table(title=title or None, box=box.SIMPLE_HEAD, title_justify="left")
    for name in columns:
        shown.add_column(name, overflow="fold")
    for row in rows:
        shown.add_row(*row)
    width = None if sys.stdout.isatty() else 160
    Console(width=width, highlight=False).print(shown)


@contextmanager
def progress(title: str) -> Iterator[Progress]:
    """Show a progress bar with rate and time left on standard error."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress as Bar,
        TextColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=console, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(title, total=None)

        def tell(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        yield tell
