"""What a donor sheet holds: numbers with their kinds, and a document of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from exoheart.donor.table import DonorEntry

#: Units of a sheet in words; a number without a unit says in its name what it is.
_UNITS = {
    "1": "",
    "particles/cell/day": "particles per cell and day",
    "copies/particle": "copies per particle",
    "particles/mL": "particles per mL",
    "1/cell/min": "per cell and minute",
    "1/hour": "per hour",
}
#: Signals in words, by the cells that carry them.
_SIGNALS = {
    "survival": "survival of heart muscle",
    "polarisation": "polarisation of macrophages",
    "il10": "IL-10",
    "nfkb": "NF-kB",
    "angiogenic": "angiogenic",
    "antifibrotic": "antifibrotic",
    "renewal": "renewal of heart muscle",
}


@dataclass(frozen=True, slots=True)
class Figure:
    """One number: central 90 % of the draws, median, and what it rests on.

    `kind` is that of the least certain row in `rows`.
    """

    name: str
    unit: str
    low: float
    high: float
    median: float
    kind: str
    rows: tuple[str, ...]

    @property
    def unit_words(self) -> str:
        """The unit as a reader has it; empty where the name says what is counted."""
        return unit_words(self.unit)


@dataclass(frozen=True, slots=True)
class SizeClass:
    """Vesicles of one origin: diameters [nm], and what a harvest holds of them."""

    name: str
    low_nm: float
    high_nm: float
    released: Figure


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one change of the donor does, and what is known of it.

    `node` is the node of the model that repeats it, `activity` its activity; both are
    None where it acts on no node.
    """

    name: str
    target: str
    fold: Figure
    source: str
    locator: str
    words: str
    node: str | None = None
    activity: Figure | None = None


@dataclass(frozen=True, slots=True)
class Beside:
    """A number of the model beside one that it doesn't use."""

    name: str
    model: Figure
    other: Figure
    words: str


@dataclass(frozen=True, slots=True)
class Course:
    """Particles in one mL of medium over the harvest window.

    Parameters
    ----------
    hours
        After fresh medium [h].
    lines
        Class -> median, low and high at each hour [1/mL].
    """

    hours: tuple[float, ...]
    lines: Mapping[str, tuple[tuple[float, float, float], ...]]


@dataclass(frozen=True, slots=True)
class DonorSheet:
    """One donor, treated as planned.

    Parameters
    ----------
    donor
        Its row of the donors' table.
    asked
        Conditioning, engineering, state, medium, species, draws and seed.
    numbers
        Rate (or collection), exosome share, diameter, cargo, protein, and what the
        treatment adds.
    classes
        Vesicles by origin.
    shares
        The seven signals.
    contributions
        What each factor does.
    fate
        Of the vesicles that form in a cell; empty where no cell is grown.
    beside
        Open contradictions and published rates.
    course
        Of the medium; None where no cell is grown.
    notes, unused
        What a reader must know; what was asked for and changes nothing.
    """

    donor: DonorEntry
    asked: Mapping[str, Any]
    numbers: tuple[Figure, ...]
    classes: tuple[SizeClass, ...]
    shares: tuple[Figure, ...]
    contributions: tuple[Contribution, ...]
    fate: tuple[Figure, ...]
    beside: tuple[Beside, ...]
    course: Course | None
    notes: tuple[str, ...]
    unused: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Give the sheet as plain data; the same sheet, the same data."""
        return {
            field.name: plain(getattr(self, field.name))
            for field in dataclasses.fields(self)
        }


def unit_words(unit: str) -> str:
    """Write a unit in words.

    Examples
    --------
    >>> unit_words("particles/cell/day")
    'particles per cell and day'
    """
    return _UNITS.get(unit, unit)


def signal_words(signal: str) -> str:
    """Write a signal in words; what is no signal stays as it is.

    Examples
    --------
    >>> signal_words("nfkb")
    'NF-kB'
    """
    return _SIGNALS.get(signal, signal)


def plain(value: Any) -> Any:
    """Turn records, tuples and mappings into plain data."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)
        }
    if isinstance(value, Mapping):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, tuple | list):
        return [plain(each) for each in value]
    return value
