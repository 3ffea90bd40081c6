"""Showing things in a terminal: tables, progress, messages, and one JSON document."""

from __future__ import annotations

import json
import math
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

Progress = Callable[[int, int], None]
#: Stands under every result.
DISCLAIMER = "Research use only; not medical advice."
#: Width that a table may take [letters] where the output is no terminal.
_ANY_WIDTH = 10_000


def error(text: str) -> None:
    """Write an error to standard error."""
    print(f"exoheart: {text}", file=sys.stderr)


def note(text: str) -> None:
    """Write a message to standard error, so that it never mixes with results."""
    print(text, file=sys.stderr)


def line(text: str = "") -> None:
    """Write a line of the result."""
    print(text)


def items(title: str, texts: Iterable[str], *, out: Callable[[str], None]) -> None:
    """Write a titled list, or nothing where it is empty; `out` is line or note."""
    listed = list(texts)
    if listed:
        out(f"{title} ({len(listed)}):")
    for text in listed:
        out(f"  - {text}")


def block(head: str, pairs: Iterable[tuple[str, str]] = (), indent: int = 0) -> None:
    """Write a line and, indented below it, ``label: value``; what is empty is left out.

    Long texts are folded to the terminal, at spaces, so that an address stays whole;
    where the output is no terminal nothing is folded.
    """
    _folded(head, indent)
    for label, value in pairs:
        if value:
            _folded(f"{label}: {value}" if label else value, indent + 4)


def _folded(text: str, indent: int) -> None:
    lead = indent + len(text) - len(text.lstrip())
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else _ANY_WIDTH
    print(
        textwrap.fill(
            text,
            max(width, 40),
            initial_indent=" " * indent,
            subsequent_indent=" " * (lead + 2),
            break_long_words=False,
            break_on_hyphens=False,
        )
    )


def document(content: Any) -> None:
    """Write one JSON document to standard output; what is not finite becomes null."""
    text = json.dumps(_finite(content), indent=2, ensure_ascii=False, allow_nan=False)
    print(text)


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _finite(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(each) for each in value]
    return value


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Show a table on standard output; where that is no terminal nothing is folded."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    body = [tuple(row) for row in rows]
    names_whole = not any(" " in row[0] for row in body)  # ids are kept in one piece
    shown = Table(title=title or None, box=box.SIMPLE_HEAD, title_justify="left")
    shown.title_style = "bold"
    for place, name in enumerate(columns):
        whole = place == 0 and names_whole
        shown.add_column(name, overflow="fold", no_wrap=whole)
    for row in body:
        shown.add_row(*row)
    width = None if sys.stdout.isatty() else _ANY_WIDTH
    console = Console(width=width, highlight=False, markup=False, emoji=False)
    with console.capture() as captured:
        console.print(shown)
    print("\n".join(row.rstrip() for row in captured.get().splitlines()))


@contextmanager
def progress(title: str) -> Iterator[Progress]:
    """Show a progress bar with rate and time left on standard error.

    Where standard error is no terminal nothing is shown. Until the first report the
    bar only says that something is going on.
    """
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    silent = not sys.stderr.isatty()
    console = Console(stderr=True)
    with Bar(*columns, console=console, disable=silent, transient=True) as bar:
        task = bar.add_task(title, total=None)

        def tell(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        yield tell
