"""Sources: a reader for our own small part of BibTeX, and their citation.

`sources.bib` holds ``@type{key, field = {text}, ...}`` entries, one field a line or
several; braces may nest, ``@comment`` is skipped, macros are not known. Keys are what
the `source` columns of all tables refer to. The user's own studies bring a list of
their own.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from exoheart.errors import DataError, Fault, InputError, closest
from exoheart.evidence.own.store import BIBLIOGRAPHY, own_folder
from exoheart.evidence.tables import data_folder

#: Fields of which an entry needs at least one, so that it can be found.
LOCATORS = ("doi", "url", "pmid", "note")
_HEAD = re.compile(r"@(\w+)\s*\{\s*([^,\s{}]+)\s*,")
_FIELD = re.compile(r"(\w+)\s*=\s*")


@dataclass(frozen=True, slots=True)
class Entry:
    """One source: its key, its type (article, misc, ...) and its fields."""

    key: str
    type: str
    line: int
    fields: Mapping[str, str]

    @property
    def locator(self) -> str:
        """Where to find it: DOI, URL, PMID or note; empty where there is none."""
        found = [self.fields[name] for name in LOCATORS if self.fields.get(name)]
        return found[0] if found else ""


def parse_bibliography(text: str) -> tuple[list[Entry], list[Fault]]:
    """Read BibTeX text.

    Returns
    -------
    entries
        In the order of the text, double keys included.
    faults
        What could not be read, with its line.
    """
    entries: list[Entry] = []
    faults: list[Fault] = []
    place = 0
    while (at := text.find("@", place)) >= 0:
        line = text.count("\n", 0, at) + 1
        if text[at + 1 : at + 8].lower() == "comment":
            place = _closing(text, text.find("{", at)) + 1 or len(text)
            continue
        head = _HEAD.match(text, at)
        end = _closing(text, text.find("{", at)) if head else -1
        if head is None or end < 0:
            met = repr(text[at : at + 30].splitlines()[0])
            allowed = "@type{key, field = {text}, ...} with balanced braces"
            faults.append(Fault(f"sources.bib line {line}", met, allowed))
            place = at + 1
            continue
        inside = _fields(text[head.end() : end])
        entries.append(Entry(head.group(2), head.group(1).lower(), line, inside))
        place = end + 1
    return entries, faults


def _closing(text: str, start: int) -> int:
    """Give the place of the brace that closes the one at `start`, or -1."""
    depth = 0
    for place in range(max(start, 0), len(text)):
        depth += {"{": 1, "}": -1}.get(text[place], 0)
        if depth == 0:
            return place if start >= 0 else -1
    return -1


def _fields(text: str) -> Mapping[str, str]:
    """Read ``name = {text}``, ``name = "text"`` and ``name = 2017``."""
    found: dict[str, str] = {}
    place = 0
    while match := _FIELD.search(text, place):
        start = match.end()
        if text[start : start + 1] == "{":
            end = _closing(text, start)
            value = text[start + 1 : end]
        elif text[start : start + 1] == '"':
            end = text.find('"', start + 1)
            value = text[start + 1 : end]
        else:
            end = min((text + ",").find(",", start), len(text))
            value = text[start:end]
        place = max(end, start) + 1
        clean = " ".join(value.replace("{", "").replace("}", "").split())
        found[match.group(1).lower()] = clean
    return MappingProxyType(found)


def load_bibliography(folder: Path | None = None) -> Mapping[str, Entry]:
    """Load every source by its key; those of the user's own studies come along.

    Parameters
    ----------
    folder
        Folder of the data tables; None for the shipped one and the user's own
        sources. With a folder given, only its sources are loaded.

    Raises
    ------
    DataError
        Text that can't be read, or a key that stands twice.
    """
    path = data_folder(folder) / BIBLIOGRAPHY
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    known, faults = _by_key(text, path.name)
    if faults:
        raise DataError("sources", faults)
    if folder is None:
        known |= _own(known)
    return MappingProxyType(known)


def _by_key(text: str, name: str) -> tuple[dict[str, Entry], list[Fault]]:
    """Read entries by their key; one that stands twice is a fault."""
    entries, faults = parse_bibliography(text)
    known: dict[str, Entry] = {}
    for entry in entries:
        if entry.key in known:
            where = f"{name} line {entry.line}"
            faults.append(Fault(where, f"{entry.key} again", "each key once"))
        known[entry.key] = entry
    return known, faults


def _own(shipped: Collection[str]) -> dict[str, Entry]:
    """Read the sources of the user's own studies."""
    path = own_folder() / BIBLIOGRAPHY
    allowed = "BibTeX with keys of your own; exoheart evidence add writes it"
    try:
        text = path.read_text(encoding="utf-8") if path.exists() else ""
    except (OSError, UnicodeDecodeError) as bad:
        fault = Fault(str(path), str(bad), allowed)
        raise DataError("your own sources", [fault]) from None
    known, faults = _by_key(text, str(path))
    faults += [
        Fault(f"{path} line {entry.line}", f"{key}, a shipped key", allowed)
        for key, entry in known.items()
        if key in shipped
    ]
    if faults:
        raise DataError("your own sources", faults)
    return known


def reference(entry: Entry) -> str:
    """Give one source as a line of text: authors (year). Title. Journal. Locator."""
    fields = entry.fields
    authors = [name.strip() for name in fields.get("author", "").split(" and ") if name]
    who = "; ".join(authors[:3]) + (" et al." if len(authors) > 3 else "")
    year = f" ({fields['year']})" if fields.get("year") else ""
    head = (who + year).strip() or entry.key
    parts = [head, fields.get("title", ""), fields.get("journal", "")]
    parts += [f"doi:{fields['doi']}" if fields.get("doi") else fields.get("url", "")]
    parts += [f"PMID {fields['pmid']}" if fields.get("pmid") else ""]
    parts += [fields.get("note", "")]
    return ". ".join(part.rstrip(".") for part in parts if part) + "."


def cite(keys: Iterable[str], folder: Path | None = None) -> str:
    """Format sources for people, one line each, in the order of their keys.

    Raises
    ------
    InputError
        A key is in no bibliography; the closest one is named.

    Examples
    --------
    >>> "ehw240" in cite(["Gallet2017"])
    True
    """
    known = load_bibliography(folder)
    wanted = sorted(set(keys))
    for key in wanted:
        if key not in known:
            raise InputError(
                f"source {key!r} is unknown; allowed: a key of sources.bib; nearest: "
                f"{closest(key, known) or 'none'}"
            )
    return "\n".join(f"[{key}] {reference(known[key])}" for key in wanted)
