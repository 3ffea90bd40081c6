"""Parameter tables: CSV files to frozen rows, each with its file and row number.

Comes first in the package: `load_parameters` gives what :func:`exoheart.evidence.
resolve` turns into priors, and `read_table` gives the raw cells that the checks look
at. Loading stops at the first cell that is no number; `check` lists every fault.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from exoheart.errors import DataError, Fault
from exoheart.evidence.vocabulary import PARAMETER_COLUMNS
from exoheart.records.correlation import Correlation
from exoheart.records.distribution import Distribution, parse_distribution
from exoheart.records.prior import Kind

#: Tables beside the stage files that hold no parameters.
NOT_STAGES = ("choices.csv", "scaling.csv")


def data_folder(folder: Path | None = None) -> Path:
    """Give the folder of the data tables: `folder`, or the one shipped."""
    return Path(__file__).resolve().parent.parent / "data" if folder is None else folder


@dataclass(frozen=True, slots=True)
class RawRow:
    """One row as read: cells by column, and where it stands.

    `number` counts as a spreadsheet does: the header is row 1. `cells` is the number
    of cells that the row has in the file.
    """

    file: str
    number: int
    columns: tuple[str, ...]
    values: tuple[str, ...] = field(repr=False)

    def __getitem__(self, column: str) -> str:
        """Give the text of a cell; empty where the row or the column is missing."""
        if column not in self.columns:
            return ""
        place = self.columns.index(column)
        return self.values[place] if place < len(self.values) else ""

    def where(self, column: str = "") -> str:
        """Name the row, or one cell of it, for a fault."""
        cell = f", column {column}" if column else ""
        return f"{self.file} row {self.number}{cell}"


def read_table(path: Path, root: Path) -> tuple[tuple[str, ...], list[RawRow]]:
    """Read a CSV file as text: its header, then its rows (blank lines left out)."""
    name = path.relative_to(root).as_posix()
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = [[cell.strip() for cell in row] for row in csv.reader(lines)]
    header = tuple(rows[0]) if rows else ()
    body = [
        RawRow(name, number, header, tuple(row))
        for number, row in enumerate(rows[1:], start=2)
        if any(row)
    ]
    return header, body


def number(row: RawRow, column: str) -> float | None:
    """Read a cell as a number; None where it is empty.

    Raises
    ------
    DataError
        The cell holds something else.
    """
    text = row[column]
    if not text:
        return None
    try:
        return float(text)
    except ValueError:
        fault = Fault(row.where(column), repr(text), "a number, or nothing")
        raise DataError("data tables", [fault]) from None


def stage_files(root: Path) -> list[Path]:
    """Give the parameter tables of all stages and what was fitted, by name."""
    found = (root / "parameters").glob("*.csv")
    stages = sorted(path for path in found if path.name not in NOT_STAGES)
    fitted = root / "fitted" / "heart.csv"
    return [*stages, fitted] if fitted.exists() else stages


@dataclass(frozen=True, slots=True)
class ParameterRow:
    """One value of one parameter of one species from one source.

    Parameters
    ----------
    id
        ``stage.quantity``; a donor or a method may follow as a third part.
    value, low, high
        In `unit`; `low` and `high` are what the source or the judgement allows.
    distribution
        What is drawn, in `unit`; ``fixed`` where the table gives none.
    spread_kind
        What the spread means; a key of
        :data:`exoheart.records.prior.LAYER_OF_SPREAD`.
    bound_low, bound_high
        Physical bounds [`unit`]; None where there is none.
    kind, species, source, locator, see, method, note
        As in the table.
    file, row
        Where the row stands (the header is row 1).
    """

    id: str
    value: float
    unit: str
    low: float | None
    high: float | None
    distribution: Distribution
    spread_kind: str
    bound_low: float | None
    bound_high: float | None
    kind: Kind
    species: str
    source: str
    locator: str
    see: str
    method: str
    note: str
    file: str
    row: int


def parameter_row(raw: RawRow) -> ParameterRow:
    """Turn a raw row into a record.

    Raises
    ------
    DataError
        A cell is no number, or the value is missing.
    InputError
        The distribution can't be read.
    """
    value = number(raw, "value")
    if value is None:
        fault = Fault(raw.where("value"), "an empty cell", "a number")
        raise DataError("data tables", [fault])
    text = raw["distribution"]
    distribution = parse_distribution(text) if text else Distribution("fixed", (value,))
    return ParameterRow(
        id=raw["id"],
        value=value,
        unit=raw["unit"],
        low=number(raw, "low"),
        high=number(raw, "high"),
        distribution=distribution,
        spread_kind=raw["spread_kind"] or "none",
        bound_low=number(raw, "bound_low"),
        bound_high=number(raw, "bound_high"),
        kind=raw["kind"],  # type: ignore[arg-type]  # the check knows the kinds
        species=raw["species"],
        source=raw["source"],
        locator=raw["locator"],
        see=raw["see"],
        method=raw["method"],
        note=raw["note"],
        file=raw.file,
        row=raw.number,
    )


def load_parameters(folder: Path | None = None) -> tuple[ParameterRow, ...]:
    """Load every parameter row of every stage.

    Parameters
    ----------
    folder
        Folder of the data tables (it holds `parameters/`); None for the shipped one.

    Returns
    -------
    tuple of ParameterRow
        By file, then in the order of the file. Rows that disagree are all there;
        :func:`exoheart.evidence.resolve` chooses.

    Raises
    ------
    DataError
        A table has other columns, or a cell that is no number.
    InputError
        A distribution can't be read.

    Examples
    --------
    >>> rows = load_parameters()
    >>> all("." in row.id for row in rows)
    True
    """
    root = data_folder(folder)
    rows = []
    for path in stage_files(root):
        header, body = read_table(path, root)
        if header != PARAMETER_COLUMNS:
            fault = Fault(
                f"{path.parent.name}/{path.name} row 1",
                ", ".join(header),
                ", ".join(PARAMETER_COLUMNS),
            )
            raise DataError("data tables", [fault])
        rows += [parameter_row(raw) for raw in body]
    return tuple(rows)


def load_choices(folder: Path | None = None) -> dict[tuple[str, str], str]:
    """Load which source counts where several give a value: (id, species) -> source."""
    path = data_folder(folder) / "parameters" / "choices.csv"
    if not path.exists():
        return {}
    _, rows = read_table(path, data_folder(folder))
    return {(row["id"], row["species"]): row["source"] for row in rows}


def load_scaling(folder: Path | None = None) -> dict[str, str]:
    """Load which parameters scale with body mass: id -> id of the exponent."""
    path = data_folder(folder) / "parameters" / "scaling.csv"
    if not path.exists():
        return {}
    _, rows = read_table(path, data_folder(folder))
    return {row["id"]: row["exponent"] for row in rows}


def load_correlation(folder: Path | None = None) -> Correlation:
    """Load how fitted parameters hang together; empty where nothing was fitted.

    Rows are ``name, name, correlation``, each pair once; a name holds the species
    where the fit is for one (``heart.clock_repair@rat``).
    """
    path = data_folder(folder) / "fitted" / "correlation.csv"
    if not path.exists():
        return Correlation()
    _, rows = read_table(path, data_folder(folder))
    names = list(dict.fromkeys(row[c] for row in rows for c in ("first", "second")))
    matrix = np.eye(len(names))
    for row in rows:
        at = names.index(row["first"]), names.index(row["second"])
        matrix[at] = matrix[at[::-1]] = number(row, "correlation")
    return Correlation(tuple(names), matrix)
