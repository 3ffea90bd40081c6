"""What a study file says itself, told apart from what the program fills in.

Beside :mod:`exoheart.prediction.reported`. A default is no statement of the user's.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable
from typing import Any

from exoheart.records.study import Arm, Study

_ANALYSES = {
    "welch": "Welch's t test",
    "student": "Student's t test",
    "mann-whitney": "the Mann-Whitney test",
}


class Stated:
    """The keys of a study's own text; nothing where it was built without one."""

    def __init__(self, study: Study) -> None:
        self._data: dict[str, Any] = tomllib.loads(study.text) if study.text else {}

    def has(self, *keys: str) -> bool:
        """Whether the file holds a value under these keys."""
        found: Any = self._data
        for key in keys:
            if not isinstance(found, dict) or key not in found:
                return False
            found = found[key]
        return True

    def of(self, table: str, number: int, key: str) -> bool:
        """Whether one table of a list (``[[endpoint]]``) holds a key."""
        listed = self._data.get(table, [])
        return len(listed) > number and key in listed[number]


def joined(arms: Iterable[Arm], read: Callable[[Arm], str]) -> str:
    """Give one text where all arms say the same, else each with its name."""
    texts = {arm.name: read(arm) for arm in arms}
    said = set(texts.values())
    if len(said) == 1:
        return said.pop()
    return "; ".join(f"{name}, {text}" for name, text in texts.items())


def plain(analysis: str) -> str:
    """Give the name of an analysis as one writes it.

    Examples
    --------
    >>> plain("welch")
    "Welch's t test"
    """
    return _ANALYSES[analysis]
