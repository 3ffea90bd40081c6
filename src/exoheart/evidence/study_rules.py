"""What must hold for the tables of studies and pooled results.

Called by :mod:`exoheart.evidence.check`; each function yields every fault it finds.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from exoheart.errors import Fault
from exoheart.evidence.row_rules import (
    cells_complete,
    numbers_readable,
    numeric,
    one_of,
    unit_readable,
)
from exoheart.evidence.tables import RawRow, read_table
from exoheart.evidence.vocabulary import (
    ANCHORS,
    CONTRADICTION_COLUMNS,
    DIRECTIONS,
    DOSE_BASES,
    FORMS_GIVEN,
    MODELS,
    OUTCOME_COLUMNS,
    OUTCOMES,
    POOLED_COLUMNS,
    ROUTES,
    SPREAD_TYPES,
    STUDY_COLUMNS,
    STUDY_SPECIES,
    USES,
    VERIFICATIONS,
)

_ID = re.compile(r"[A-Z][A-Za-z0-9]*_[A-Za-z0-9]+")
_STUDY_WORDS: Mapping[str, tuple[str, ...]] = {
    "species": STUDY_SPECIES,
    "model": MODELS,
    "use": USES,
    "retracted": ("yes", "no"),
    "verification": VERIFICATIONS,
}
_OUTCOME_WORDS: Mapping[str, tuple[str, ...]] = {
    "form": FORMS_GIVEN,
    "dose_basis": DOSE_BASES,
    "route": ROUTES,
    "dose_anchor": ANCHORS,
    "outcome": tuple(OUTCOMES),
    "spread_type": SPREAD_TYPES,
    "direction": DIRECTIONS,
    "verification": VERIFICATIONS,
}
_POOLED_WORDS: Mapping[str, tuple[str, ...]] = {
    "form": FORMS_GIVEN,
    "species": STUDY_SPECIES,
    "outcome": tuple(OUTCOMES),
    "use": USES,
    "verification": VERIFICATIONS,
}
_OUTCOME_NUMBERS = ("dose_value", "dose_time_h", "at_h", "mean", "spread", "n")
_POOLED_NUMBERS = ("year", "studies", "pooled", "ci_low", "ci_high", "i2")


def _read(
    path: Path, root: Path, wanted: tuple[str, ...]
) -> tuple[list[Fault], list[RawRow]]:
    """Read a table: the faults of its header and cells, and its rows."""
    name = path.relative_to(root).as_posix()
    if not path.exists():
        return [Fault(name, "no such file", f"columns {', '.join(wanted)}")], []
    try:
        header, rows = read_table(path, root)
    except (UnicodeDecodeError, csv.Error) as bad:
        return [Fault(name, str(bad), "a CSV file in UTF-8")], []
    if header != wanted:
        return [Fault(f"{name} row 1", ", ".join(header), ", ".join(wanted))], []
    return [fault for row in rows for fault in cells_complete(row)], rows


def read_study_tables(
    folder: Path, root: Path
) -> tuple[list[Fault], list[RawRow], list[RawRow]]:
    """Read the two tables of one study: faults of their form, study, outcomes."""
    faults, study = _read(folder / "study.csv", root, STUDY_COLUMNS)
    if not faults and len(study) != 1:
        where = f"{folder.relative_to(root).as_posix()}/study.csv"
        faults = [Fault(where, f"{len(study)} rows", "one row")]
    more, outcomes = _read(folder / "outcomes.csv", root, OUTCOME_COLUMNS)
    return [*faults, *more], study, outcomes


def check_studies(root: Path) -> Iterator[Fault]:
    """List the faults of every study folder and of the list of contradictions."""
    folder = root / "studies"
    uses: dict[str, tuple[str, str]] = {}
    for path in sorted(folder.glob("*/")) if folder.exists() else []:
        faults, rows, outcomes = read_study_tables(path, root)
        yield from faults
        for row in rows[:1]:
            yield from study_faults(row, path.name)
            first = uses.setdefault(row["cohort"], (row["use"], path.name))
            if first[0] != row["use"]:
                met = f"{row['use']!r} for cohort {row['cohort']!r}"
                allowed = f"{first[0]!r}, as in {first[1]}: a cohort has one use"
                yield Fault(row.where("use"), met, allowed)
        yield from outcome_faults(outcomes)
    listed = folder / "contradictions.csv"
    if listed.exists():
        yield from _read(listed, root, CONTRADICTION_COLUMNS)[0]


def study_faults(row: RawRow, folder: str) -> Iterator[Fault]:
    """List the faults of the one row of ``study.csv`` in a folder of that name."""
    for column, words in _STUDY_WORDS.items():
        yield from one_of(row, column, words)
    yield from numbers_readable(row, ("year", "occlusion_min"))
    if not _ID.fullmatch(row["id"]):
        allowed = "letters and digits, as Surname2021_Short"
        yield Fault(row.where("id"), repr(row["id"]), allowed)
    elif row["id"] != folder:
        allowed = f"the folder's name {folder!r}"
        yield Fault(row.where("id"), repr(row["id"]), allowed)
    for column in ("cohort", "source"):
        if not row[column]:
            yield Fault(row.where(column), "an empty cell", f"a {column}")
    if row["retracted"] == "yes" and row["use"] != "context":
        yield Fault(row.where("use"), f"{row['use']!r}, retracted", "context only")
    if row["occlusion_min"] and row["model"] in {"permanent ligation", "none"}:
        met = f"{row['occlusion_min']} with {row['model']!r}"
        yield Fault(row.where("occlusion_min"), met, "nothing for this model")


def outcome_faults(rows: Sequence[RawRow]) -> Iterator[Fault]:
    """List the faults of the rows of one ``outcomes.csv``."""
    seen: dict[tuple[str, ...], RawRow] = {}
    for row in rows:
        for column, words in _OUTCOME_WORDS.items():
            yield from one_of(row, column, words)
        yield from numbers_readable(row, _OUTCOME_NUMBERS)
        yield from _pairs(row)
        if row["mean"]:
            yield from unit_readable(row)
        key = tuple(
            row[column]
            for column in ("arm", "comparator", "outcome", "region", "unit", "at")
        )
        if key in seen:
            allowed = f"each arm, outcome and time once; first {seen[key].where()}"
            yield Fault(row.where(), " | ".join(key), allowed)
        seen.setdefault(key, row)


def _pairs(row: RawRow) -> Iterator[Fault]:
    """Cells that only make sense together."""
    for column, partner, allowed in (
        ("spread", "spread_type", "a spread type, unknown where not stated"),
        ("spread_type", "spread", "a spread, or no type"),
        ("dose_value", "dose_unit", "a unit"),
        ("dose_value", "dose_basis", "a basis, not stated where it isn't"),
        ("dose_time_h", "dose_anchor", "an anchor (occlusion or reperfusion)"),
    ):
        if row[column] and not row[partner]:
            met = f"an empty cell beside {column} {row[column]}"
            yield Fault(row.where(partner), met, allowed)
    count = numeric(row, "n")
    if count is not None and (count < 1 or count != int(count)):
        yield Fault(row.where("n"), row["n"], "a whole number of animals")
    if not row["arm"]:
        yield Fault(row.where("arm"), "an empty cell", "the name of the arm")


def check_pooled(root: Path) -> Iterator[Fault]:
    """List the faults of the table of pooled results."""
    path = root / "pooled" / "pooled.csv"
    if not path.exists():
        return
    faults, rows = _read(path, root, POOLED_COLUMNS)
    yield from faults
    for row in rows:
        for column, allowed in _POOLED_WORDS.items():
            yield from one_of(row, column, allowed)
        yield from numbers_readable(row, _POOLED_NUMBERS)
        if row["unit"]:
            yield from unit_readable(row)
        low, middle, high = (numeric(row, c) for c in ("ci_low", "pooled", "ci_high"))
        if None not in (low, middle, high) and not low <= middle <= high:  # type: ignore[operator]
            met = f"{middle:g} outside {low:g}..{high:g}"
            yield Fault(row.where("pooled"), met, "ci_low <= pooled <= ci_high")


def keys_of(root: Path) -> Iterator[tuple[RawRow, str, str]]:
    """Give every source key of every table: row, key and column.

    The column is empty for tables that this package doesn't check: their keys count
    as used, and their own checks say whether they resolve.
    """
    for path in sorted(root.rglob("*.csv")):
        name = path.relative_to(root).as_posix()
        ours = name.startswith(("parameters/", "studies/", "pooled/"))
        ours = ours and path.name not in {"choices.csv", "scaling.csv"}
        header, rows = read_table(path, root)
        columns = [one for one in header if one.endswith("source")]
        for row in rows:
            for column in columns:
                for key in filter(None, re.split(r"[;\s]+", row[column])):
                    yield row, key, column if ours else ""
