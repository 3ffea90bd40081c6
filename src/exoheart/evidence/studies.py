"""Published studies and pooled results as frozen records.

Each folder of `data/studies/` is one study in one species and infarct model:
`study.csv` (one row) and `outcomes.csv` (one row for each arm, outcome and time).
A user's own studies are kept elsewhere in the same form and come behind the shipped
ones. Blank stays blank: a field that no readable text prints is None or empty.
Read next: :mod:`exoheart.evidence.nearest`, :mod:`exoheart.evidence.own.studies`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from exoheart.errors import DataError, Fault
from exoheart.evidence.own.store import own_study_folders
from exoheart.evidence.tables import RawRow, data_folder, number, read_table
from exoheart.evidence.vocabulary import (
    IN_VITRO,
    OUTCOME_COLUMNS,
    OUTCOMES,
    POOLED_COLUMNS,
    STUDY_COLUMNS,
)


@dataclass(frozen=True, slots=True)
class OutcomeRecord:
    """One arm of a study, one outcome at one time.

    Parameters
    ----------
    arm, comparator
        In the source's words; a control names no comparator.
    donor, donor_species, form, modification, isolation
        What was given; `form` is ``control`` for a vehicle or nothing.
    dose_value, dose_unit, dose_basis
        As printed; basis ``not stated`` where the source doesn't say what the unit
        counts.
    route, time_of_dose
        Route in the words of a study file; time in the source's words.
    dose_time_h, dose_anchor
        Time of the dose [h] after that anchor.
    outcome, region, unit
        What was read, of which part of the heart.
    at, at_h
        When, in the source's words and [h] after the onset of the infarct.
    mean, spread, spread_type, n
        In `unit`. With spread type ``IQR`` `mean` is a median and `spread` the
        width of the quartile range; with ``CI95`` `spread` is half the interval.
        ``unknown`` means that the source doesn't say.
    direction
        Against the comparator: increase, decrease, none (tested, nothing found) or
        empty (not said).
    verification, note
        What was read, and what to know about it.
    """

    arm: str
    comparator: str
    donor: str
    donor_species: str
    form: str
    modification: str
    isolation: str
    dose_value: float | None
    dose_unit: str
    dose_basis: str
    route: str
    time_of_dose: str
    dose_time_h: float | None
    dose_anchor: str
    outcome: str
    region: str
    unit: str
    at: str
    at_h: float | None
    mean: float | None
    spread: float | None
    spread_type: str
    n: int | None
    direction: str
    verification: str
    note: str

    @property
    def family(self) -> str:
        """The family that the outcome is compared in (infarct, function, ...)."""
        return OUTCOMES.get(self.outcome, "")

    @property
    def baseline(self) -> bool:
        """True for a reading taken before the treatment."""
        return self.at.startswith(("before", "baseline"))


@dataclass(frozen=True, slots=True)
class StudyRecord:
    """One published study in one species and infarct model, with its outcomes.

    `cohort` is shared by studies whose animals may overlap, `use` says what its rows
    may inform (calibrate, select, qualify or context), `source` is a key of the
    bibliography and `verification` the best that was read of it. `own` marks a
    user's own study, which informs no fit.
    """

    id: str
    doi: str
    pmid: str
    year: int | None
    first_author: str
    species: str
    model: str
    occlusion_min: float | None
    reference_in_review: str
    cohort: str
    use: str
    retracted: bool
    source: str
    verification: str
    note: str
    outcomes: tuple[OutcomeRecord, ...]
    own: bool = False

    @property
    def in_vitro(self) -> bool:
        """True where cells or vesicles were read in a dish, and no animal treated."""
        return self.model == IN_VITRO

    def control_of(self, row: OutcomeRecord) -> OutcomeRecord | None:
        """Give the comparator's row of the same outcome, region and time, or None."""
        found = [
            other
            for other in self.outcomes
            if other.arm == row.comparator
            and (other.outcome, other.region, other.unit, other.at)
            == (row.outcome, row.region, row.unit, row.at)
        ]
        return found[0] if row.comparator and found else None


@dataclass(frozen=True, slots=True)
class PooledRecord:
    """One pooled effect of a published meta-analysis.

    `studies` is what the source counts (often the studies included, not those of
    this outcome); `ci_low` and `ci_high` are the 95 % confidence limits.
    """

    id: str
    doi: str
    year: int | None
    form: str
    species: str
    comparison: str
    outcome: str
    measure: str
    unit: str
    studies: int | None
    pooled: float | None
    ci_low: float | None
    ci_high: float | None
    i2: float | None
    use: str
    source: str
    verification: str
    note: str


def whole(row: RawRow, column: str) -> int | None:
    """Read a cell as a whole number; None where it is empty.

    Raises
    ------
    DataError
        The cell holds something else.
    """
    value = number(row, column)
    if value is None:
        return None
    if not math.isfinite(value) or value != int(value):
        fault = Fault(row.where(column), row[column], "a whole number, or nothing")
        raise DataError("data tables", [fault])
    return int(value)


_OUTCOME_NUMBERS = ("dose_value", "dose_time_h", "at_h", "mean", "spread")
_POOLED_NUMBERS = ("pooled", "ci_low", "ci_high", "i2")


def _outcome(raw: RawRow) -> OutcomeRecord:
    cells: dict[str, object] = {column: raw[column] for column in OUTCOME_COLUMNS}
    cells |= {column: number(raw, column) for column in _OUTCOME_NUMBERS}
    return OutcomeRecord(**cells | {"n": whole(raw, "n")})  # type: ignore[arg-type]


def _pooled(raw: RawRow) -> PooledRecord:
    cells: dict[str, object] = {column: raw[column] for column in POOLED_COLUMNS}
    cells |= {column: number(raw, column) for column in _POOLED_NUMBERS}
    cells |= {column: whole(raw, column) for column in ("studies", "year")}
    return PooledRecord(**cells)  # type: ignore[arg-type]


def load_studies(folder: Path | None = None) -> tuple[StudyRecord, ...]:
    """Load every study with its outcomes, by id; a user's own come last.

    Parameters
    ----------
    folder
        Folder of the data tables (it holds `studies/`); None for the shipped one and
        the user's own studies. With a folder given, only its studies are loaded.

    Raises
    ------
    DataError
        A cell that should be a number isn't one, a folder without its one study row, or
        faults of own studies, all of them. :func:`exoheart.evidence.check` lists every
        fault of every table.

    Examples
    --------
    >>> any(study.retracted for study in load_studies())
    True
    """
    root = data_folder(folder)
    shipped = tuple(
        _study(path.parent, root)
        for path in sorted((root / "studies").glob("*/study.csv"))
    )
    if folder is not None:
        return shipped
    return (*shipped, *_own())


def _own() -> Iterator[StudyRecord]:
    """Load the user's own studies, every one checked: they may be edited by hand."""
    from exoheart.evidence.own.studies import check_own  # it stands on this module

    kept = own_study_folders()
    faults = check_own() if kept else []
    if faults:
        raise DataError("your own studies", faults)
    return (replace(_study(path, path.parent), own=True) for path in kept)


def _study(folder: Path, root: Path) -> StudyRecord:
    path = folder / "study.csv"
    _, rows = read_table(path, root)
    if len(rows) != 1:
        name = path.relative_to(root).as_posix()
        raise DataError("data tables", [Fault(name, f"{len(rows)} rows", "one")])
    raw = rows[0]
    cells: dict[str, object] = {column: raw[column] for column in STUDY_COLUMNS}
    cells["year"] = whole(raw, "year")
    cells["occlusion_min"] = number(raw, "occlusion_min")
    cells["retracted"] = raw["retracted"] == "yes"
    _, outcomes = read_table(folder / "outcomes.csv", root)
    cells["outcomes"] = tuple(_outcome(row) for row in outcomes)
    return StudyRecord(**cells)  # type: ignore[arg-type]


def load_pooled(folder: Path | None = None) -> tuple[PooledRecord, ...]:
    """Load the pooled effects of published meta-analyses.

    Raises
    ------
    DataError
        A cell that should be a number isn't one.

    Examples
    --------
    >>> max(row.pooled or 0 for row in load_pooled() if row.form == "vesicles") > 12
    True
    """
    root = data_folder(folder)
    path = root / "pooled" / "pooled.csv"
    if not path.exists():
        return ()
    return tuple(_pooled(row) for row in read_table(path, root)[1])
