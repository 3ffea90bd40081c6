"""The tests that a lot of each form has to pass, kept as data without limits.

Beside :mod:`exoheart.product.release`. Limits of numbers are the maker's: none ships,
and those recalled from practice are shown as assumed and never decide. What a finding
must be is part of the test: a lot that grows germs isn't sterile, whoever asks.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Literal

from exoheart.records.product import SIGNALS

#: What a potency test may be tied to: the signals of the mechanisms.
MECHANISMS = SIGNALS


@dataclass(frozen=True, slots=True)
class ReleaseRequirement:
    """One test of the specification.

    Parameters
    ----------
    attribute
        What it tells of the lot; several tests may share one.
    test
        Its name in a lot file.
    forms
        Forms of product that need it.
    kind
        A ``number`` in a unit, or a ``finding`` in words.
    unit
        Unit of the number; empty where the maker's assay sets it.
    exact_unit
        True where only this very unit is taken, as for endotoxin.
    findings
        Words that a finding may have.
    must_be
        The one of them that a lot may have; empty for a number.
    several
        True where a lot may have more than one, told apart by ``of``.
    method
        How, in a few words.
    recalled, see
        A limit from practice that nobody looked up, and where it might stand; shown as
        assumed, never used.
    """

    attribute: str
    test: str
    forms: tuple[str, ...]
    kind: Literal["number", "finding"]
    unit: str
    exact_unit: bool
    findings: tuple[str, ...]
    must_be: str
    several: bool
    method: str
    recalled: str
    see: str

    @property
    def share(self) -> bool:
        """Whether the number is a percentage that can't pass 100, unlike stability."""
        return self.unit == "%" and self.test != "stability"


def read_requirements(
    rows: Iterable[Mapping[str, str]],
) -> tuple[ReleaseRequirement, ...]:
    """Turn table rows into requirements."""
    return tuple(
        ReleaseRequirement(
            attribute=row["attribute"],
            test=row["test"],
            forms=tuple(row["forms"].split(";")),
            kind="finding" if row["kind"] == "finding" else "number",
            unit=row["unit"],
            exact_unit=row["exact_unit"] == "yes",
            findings=tuple(row["findings"].split(";")) if row["findings"] else (),
            must_be=row["must_be"],
            several=row["several"] == "yes",
            method=row["method"],
            recalled=row["recalled"],
            see=row["see"],
        )
        for row in rows
    )


@lru_cache(maxsize=1)
def shipped_requirements() -> tuple[ReleaseRequirement, ...]:
    """Read the tests that ship with the program (once)."""
    table = resources.files("exoheart") / "data" / "release_tests.csv"
    return read_requirements(csv.DictReader(table.read_text("utf-8").splitlines()))


def specification(form: str) -> tuple[ReleaseRequirement, ...]:
    """Give the tests that a form needs, in the order of the table.

    Examples
    --------
    >>> [each.test for each in specification("RNA")][:3]
    ['sequence', 'full-length share', 'content']
    """
    return tuple(each for each in shipped_requirements() if form in each.forms)
