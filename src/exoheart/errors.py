"""Every error that exoheart raises on purpose, and the fault lists they carry.

::

    ExoheartError
    ├── InputError          what the user gave can't be used (exit code 2)
    │   ├── StudyError      a study file; carries every fault of the file
    │   ├── DataError       a data table; carries every fault of all tables
    │   ├── UnitError       a unit that can't be read or converted
    │   └── UnknownParameterError  (also a KeyError) no value for this study
    ├── ModelError          a model text that can't be compiled
    └── SolveError          a whole ensemble could not be solved

A message has three parts: what was met, what is allowed, what to do. Faults are
collected and reported together: nobody should have to run a check five times to find
five mistakes.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with an input, with all that is needed to mend it.

    Parameters
    ----------
    where
        Key of a study file (``arm[2].dose``) or file and row of a table.
    met
        What was found there, as text.
    allowed
        What would have been accepted.
    nearest
        The closest valid name, if what was met looks like a misspelling.
    """

    where: str
    met: str
    allowed: str
    nearest: str | None = None

    def __str__(self) -> str:
        text = f"{self.where}: met {self.met}; allowed: {self.allowed}"
        return f"{text}; did you mean {self.nearest!r}?" if self.nearest else text


def closest(name: str, allowed: Iterable[str]) -> str | None:
    """Give the allowed name that looks most like `name`, or None.

    Examples
    --------
    >>> closest("intramyocardal", ["intravenous", "intramyocardial"])
    'intramyocardial'
    """
    candidates = {option.lower(): option for option in allowed}
    found = difflib.get_close_matches(name.lower(), candidates, n=1, cutoff=0.6)
    return candidates[found[0]] if found else None


class ExoheartError(Exception):
    """Base of every error that exoheart raises on purpose."""


class InputError(ExoheartError):
    """What the user gave can't be used."""


class _FaultyInputError(InputError):
    """An input with one or more faults, all listed."""

    def __init__(self, subject: str, faults: Sequence[Fault]) -> None:
        self.subject = subject
        self.faults = tuple(faults)
        count = len(self.faults)
        head = f"{subject}: {count} fault{'s' if count != 1 else ''}"
        super().__init__("\n".join([head, *(f"  - {fault}" for fault in self.faults)]))


class StudyError(_FaultyInputError):
    """A study file that can't be used; `faults` lists everything wrong with it."""


class DataError(_FaultyInputError):
    """Data tables that break their schema; `faults` lists every broken row."""


class UnitError(InputError):
    """A unit that can't be read, or that measures something else than asked for."""


class UnknownParameterError(InputError, KeyError):
    """A parameter that has no value for the study at hand."""

    def __str__(self) -> str:
        return str(self.args[0])


class ModelError(ExoheartError):
    """A model text that can't be compiled, or an id that the model doesn't have."""


class SolveError(ExoheartError):
    """No member of an ensemble could be solved."""
