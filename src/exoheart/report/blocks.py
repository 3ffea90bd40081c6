"""What a section is made of: paragraphs, lists, tables, figures, folded parts.

Sections (one module each) turn their part of the plan document into these records;
the template draws them. So the wording is tested without HTML, and the look is in one
place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from exoheart.figures import to_svg

Part = Mapping[str, Any]
Cell = str | Markup

_DOI = re.compile(r"\b(?:doi:\s*|https?://(?:dx\.)?doi\.org/)?(10\.\d{4,9}/[^\s,;<>]+)")
_PMID = re.compile(r"\bPMID:?\s*(\d{4,9})\b")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading inside a section."""

    text: str
    kind: str = "heading"


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph; `role` is ``plain``, ``lead``, ``note``, ``notice`` or ``code``."""

    text: Cell
    role: str = "plain"
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class Items:
    """A list of sentences under a short title."""

    items: tuple[Cell, ...]
    title: str = ""
    role: str = "plain"
    kind: str = "items"


@dataclass(frozen=True, slots=True)
class Table:
    """A table; the first column names the row, `numeric` columns align right."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    numeric: frozenset[int] = frozenset()
    kind: str = "table"


@dataclass(frozen=True, slots=True)
class Fold:
    """Parts behind a line that opens them."""

    summary: str
    parts: tuple[Block, ...]
    kind: str = "fold"


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure with its alt text and its table twin, folded or beside it."""

    name: str
    svg: Markup
    alt: str
    caption: str
    twin: Table
    folded: bool = True
    kind: str = "picture"


Block = Heading | Text | Items | Table | Fold | Picture


@dataclass(frozen=True, slots=True)
class Section:
    """One of the eight sections."""

    id: str
    title: str
    blocks: tuple[Block, ...]


def linked(text: object) -> Markup:
    """Escape a reference and turn its DOI or PMID into a link.

    Examples
    --------
    >>> str(linked("A & B, PMID 12345678"))
    'A &amp; B, <a href="https://pubmed.ncbi.nlm.nih.gov/12345678/">PMID 12345678</a>'
    """
    given = "" if text is None else str(text)
    spans: list[tuple[int, int, str]] = []
    for pattern, base, end in (
        (_DOI, "https://doi.org/", ""),
        (_PMID, "https://pubmed.ncbi.nlm.nih.gov/", "/"),
    ):
        for found in pattern.finditer(given):
            target = found[1].rstrip(".)")
            stop = found.end() - (len(found[1]) - len(target))
            spans.append((found.start(), stop, f"{base}{target}{end}"))
    done, pieces = 0, Markup("")
    for start, stop, address in sorted(spans):
        if start < done:
            continue
        link = Markup('<a href="{}">{}</a>').format(address, given[start:stop])
        pieces += escape(given[done:start]) + link
        done = stop
    return pieces + escape(given[done:])


def code(name: str) -> Markup:
    """Write a parameter id as code that may break after its dots and underscores."""
    pieces = re.split(r"(?<=[._])", name)
    return Markup("<code>{}</code>").format(Markup("<wbr>").join(pieces))


def picture(
    name: str, spec: Part, caption: str, twin: Table, *, folded: bool = True
) -> Picture:
    """Draw a specification and pair it with its caption and table twin."""
    alt = str(spec["description"])
    return Picture(name, Markup(to_svg(spec)), alt, caption, twin, folded)


def table(
    caption: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    numeric: Iterable[int] = (),
) -> Table:
    """Build a table record from any sequences."""
    body = tuple(tuple(row) for row in rows)
    return Table(caption, tuple(columns), body, frozenset(numeric))


def long_table(whole: Table, shown: int = 8) -> Block:
    """Fold a table of more than `shown` rows behind a line that says its length."""
    if len(whole.rows) <= shown:
        return whole
    return Fold(f"{whole.caption} ({len(whole.rows)} rows)", (whole,))


def sentences(items: Iterable[object], title: str, role: str = "plain") -> list[Block]:
    """Give a list block, or nothing for an empty list; long lists are folded."""
    given = tuple(linked(item) for item in items)
    if not given:
        return []
    block = Items(given, title, role)
    if len(given) <= 8:
        return [block]
    return [Fold(f"{title} ({len(given)})", (Items(given),))]
