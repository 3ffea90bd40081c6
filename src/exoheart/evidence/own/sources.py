"""The list of sources that comes with a user's own studies: made, read, written.

Keys begin with ``own.``, so that nobody takes them for the project's own sources; a
study whose `source` names a key of the shipped list needs no entry.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from string import ascii_lowercase

from exoheart.evidence.own.draft import Draft
from exoheart.evidence.own.store import KEY_PREFIX

Fields = Mapping[str, str]
_FIELDS = (
    *("author", "title", "journal", "year", "doi", "pmid", "url", "note"),
    *("volume", "pages"),
)
#: Stands where a study gives nothing to find it by.
NO_LOCATOR = "own study; nothing to find it by was given"


def source_key(draft: Draft, shipped: Collection[str]) -> str:
    """Give the key that an own study cites: a shipped one, or one that is made."""
    named = draft.study["source"]
    if named in shipped or named.startswith(KEY_PREFIX):
        return named
    if named:
        return f"{KEY_PREFIX}{named}"
    author, year = draft.study["first_author"], draft.study["year"]
    words = "".join(re.findall(r"[A-Za-z0-9]+", author))
    return f"{KEY_PREFIX}{words}{year}" if words and year else f"{KEY_PREFIX}{draft.id}"


def entry_of(draft: Draft) -> dict[str, str]:
    """Give the fields of a study's entry."""
    cells = {
        "author": draft.study["first_author"],
        "year": draft.study["year"],
        "doi": draft.study["doi"],
        "pmid": draft.study["pmid"],
        **draft.reference,
    }
    kept = {name: _plain(text) for name, text in cells.items() if _plain(text)}
    if not {"doi", "pmid", "url"} & set(kept):
        kept["note"] = NO_LOCATOR
    return kept


def keys_and_entries(
    drafts: Iterable[Draft], shipped: Collection[str], stored: Mapping[str, Fields]
) -> tuple[dict[str, str], dict[str, Fields]]:
    """Give each study of a file its source key, and the entries behind the keys.

    Parameters
    ----------
    drafts
        Of all studies; the first of each study counts.
    shipped
        Keys of the project's own sources, which need no entry.
    stored
        Entries of the user's other studies. Two works of one author and year get
        letters; they are told apart by DOI or PMID.

    Returns
    -------
    keys, entries
        By study, and by key (those of `stored` are not repeated).
    """
    keys: dict[str, str] = {}
    made: dict[str, Fields] = {}
    for draft in drafts:
        if draft.id in keys:
            continue
        base = source_key(draft, shipped)
        if base in shipped:
            keys[draft.id] = base
            continue
        fields, known = entry_of(draft), {**stored, **made}
        names = (base, *(f"{base}{letter}" for letter in ascii_lowercase[1:]))
        free = [
            name
            for name in names
            if name not in known or same_work(fields, known[name])
        ]
        keys[draft.id] = key = free[0] if free else f"{KEY_PREFIX}{draft.id}"
        made[key] = {**fields, **known.get(key, {})}
    return keys, made


def same_work(one: Fields, other: Fields) -> bool:
    """Say whether two entries can be the same work: no locator that differs."""
    return all(
        one[name] == other[name]
        for name in ("doi", "pmid")
        if one.get(name) and other.get(name)
    )


def bibliography_text(entries: Mapping[str, Fields]) -> str:
    """Write entries as the project's own part of BibTeX."""
    blocks = []
    for key, fields in sorted(entries.items()):
        kind = "article" if fields.get("doi") or fields.get("pmid") else "misc"
        lines = [
            f"  {name} = {{{_plain(fields[name])}}},"
            for name in _FIELDS
            if fields.get(name)
        ]
        blocks.append("\n".join([f"@{kind}{{{key},", *lines, "}"]))
    return "\n\n".join(blocks) + ("\n" if blocks else "")


def _plain(text: str) -> str:
    """Take out what would end a field: braces, line breaks, double blanks."""
    return " ".join(text.replace("{", "").replace("}", "").split())
