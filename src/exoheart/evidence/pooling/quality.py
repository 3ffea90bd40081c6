"""What is known of how a study was done: random, blind, sized, complete.

Rows of `data/studies/quality.csv` say what was read; the items are those of
`data/reporting_items.csv` (ARRIVE 2.0 and SYRCLE). What has no row is not known, and
not known is never "no". Read next: :mod:`exoheart.evidence.pooling.readings`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from exoheart.errors import DataError, Fault, closest
from exoheart.evidence.own.store import QUALITY, own_folder, own_study_folders
from exoheart.evidence.row_rules import cells_complete, numeric, one_of
from exoheart.evidence.tables import RawRow, data_folder, read_table
from exoheart.evidence.user_csv import UserTable, read_user_table

#: Columns of `studies/quality.csv`.
QUALITY_COLUMNS = ("study", "item", "answer", "source", "locator", "note")
ANSWERS = ("yes", "no", "unclear", "not read")
#: Item of a review's median quality score; its answer is a number that weighs nothing.
SCORE = "score"
#: Items that weigh, and their short names.
CORE: Mapping[str, str] = MappingProxyType(
    {
        "ARR-4a": "randomised",
        "SYR-03": "allocation concealed",
        "ARR-5": "blinded",
        "SYR-07": "reader blinded",
        "ARR-2b": "number of animals reasoned",
        "SYR-08": "missing outcomes dealt with",
    }
)


@dataclass(frozen=True, slots=True)
class QualityAnswer:
    """What was read of one item of one study."""

    study: str
    item: str
    answer: str
    source: str
    locator: str
    note: str


def load_quality(folder: Path | None = None) -> tuple[QualityAnswer, ...]:
    """Load what is known of the studies' quality.

    Parameters
    ----------
    folder
        Folder of the data tables; None for the one shipped and ``quality.csv`` in the
        folder of the user's own studies, which may tell of these only.

    Raises
    ------
    DataError
        Every fault of the shipped columns and answers, or of the user's table.

    Examples
    --------
    >>> {one.answer for one in load_quality()} <= {*ANSWERS, "1"}
    True
    """
    root = data_folder(folder)
    path = root / "studies" / QUALITY
    rows = _table(path, root) if path.is_file() else []
    if folder is None:
        faults = check_own_quality()
        if faults:
            raise DataError("quality of your own studies", faults)
        rows += _own().rows
    return tuple(QualityAnswer(*(row[c] for c in QUALITY_COLUMNS)) for row in rows)


def _table(path: Path, root: Path) -> list[RawRow]:
    """Read the shipped table, its columns and answers as they must be."""
    header, rows = read_table(path, root)
    faults = list(_header("studies/quality.csv row 1", header))
    faults += [] if faults else [fault for row in rows for fault in _answer(row)]
    if faults:
        raise DataError("quality of studies", faults)
    return rows


def known_of(study: str, answers: Iterable[QualityAnswer]) -> dict[str, QualityAnswer]:
    """Give what is known of a study, by item, in the order of the table."""
    return {one.item: one for one in answers if one.study == study}


def share_good(study: str, answers: Iterable[QualityAnswer]) -> float:
    """Give the factor that quality puts on a study's weight.

    (1 + items known to be good) / (1 + items that weigh): 1 where all of
    :data:`CORE` are known to be good, 1/7 where none is known. An unknown item counts
    like a bad one for the weight, though it is never told as one; the 1 keeps a study
    of which nothing is known from vanishing. Assumed, not estimated.

    Examples
    --------
    >>> share_good("nobody", ()) == 1 / 7
    True
    """
    known = known_of(study, answers)
    good = sum(item in known and known[item].answer == "yes" for item in CORE)
    return (1 + good) / (1 + len(CORE))


def score_of(review: str, answers: Iterable[QualityAnswer]) -> float | None:
    """Give the median quality score that a review prints of its studies, or None."""
    known = known_of(review, answers)
    return float(known[SCORE].answer) if SCORE in known else None


def summary(study: str, answers: Sequence[QualityAnswer]) -> dict[str, str]:
    """Give the core items of a study in words; ``not known`` where nothing was read."""
    known = known_of(study, answers)
    return {
        name: known[item].answer if item in known else "not known"
        for item, name in CORE.items()
    }


def check_quality(root: Path) -> Iterator[Fault]:
    """List the faults of the table.

    Parameters
    ----------
    root
        Folder of the data tables, with ``studies``, ``pooled/pooled.csv`` and
        ``reporting_items.csv``, whose ids the rows may name.
    """
    path = root / "studies" / QUALITY
    if not path.exists():
        return
    header, rows = read_table(path, root)
    studies = {one.parent.name for one in (root / "studies").glob("*/study.csv")}
    studies |= _ids(root / "pooled" / "pooled.csv", "id", root)
    items = _ids(root / "reporting_items.csv", "item", root) | {SCORE}
    wrong = list(_header("studies/quality.csv row 1", header))
    yield from wrong or _rows(rows, studies, items, "a study of the tables")


def check_own_quality() -> list[Fault]:
    """List the faults of the user's own table; files are named in full.

    Its rows may tell of the user's own studies only: what was read of the shipped ones
    weighs for everybody alike.
    """
    folder, root = own_folder(), data_folder()
    try:
        table = _own()
    except DataError as bad:
        return list(bad.faults)
    studies = [one.name for one in own_study_folders()]
    items = _ids(root / "reporting_items.csv", "item", root)
    whose = f"one of your own studies ({', '.join(studies) or 'there are none'})"
    faults = [*_header(table.where(), table.header)]
    faults = faults or [*_rows(table.rows, studies, items, whose)]
    return [replace(fault, where=f"{folder / fault.where}") for fault in faults]


def _own() -> UserTable:
    """Read the user's own table; one without rows where there is no file."""
    path = own_folder() / QUALITY
    if not path.is_file():
        return UserTable(QUALITY, QUALITY_COLUMNS, 1, ())
    return read_user_table(path, "a CSV file in UTF-8 with a header")


def _header(where: str, header: tuple[str, ...]) -> Iterator[Fault]:
    if header != QUALITY_COLUMNS:
        yield Fault(where, ", ".join(header), ", ".join(QUALITY_COLUMNS))


def _rows(
    rows: Iterable[RawRow],
    studies: Collection[str],
    items: Collection[str],
    whose: str,
) -> Iterator[Fault]:
    seen: dict[tuple[str, str], RawRow] = {}
    for row in rows:
        yield from _names(row, "study", studies, whose)
        yield from _names(row, "item", items, "an item of the tables")
        yield from _row(row)
        key = (row["study"], row["item"])
        if key in seen:
            yield Fault(row.where(), " ".join(key), f"once; first {seen[key].where()}")
        seen.setdefault(key, row)


def _ids(path: Path, column: str, root: Path) -> set[str]:
    if not path.exists():
        return set()
    return {row[column] for row in read_table(path, root)[1]}


def _names(
    row: RawRow, column: str, known: Collection[str], allowed: str
) -> Iterator[Fault]:
    if row[column] not in known:
        near = closest(row[column], known)
        yield Fault(row.where(column), repr(row[column]), allowed, near)


def _row(row: RawRow) -> Iterator[Fault]:
    yield from cells_complete(row)
    yield from _answer(row)
    for column in ("source", "locator"):
        if not row[column]:
            yield Fault(row.where(column), "an empty cell", f"a {column}")


def _answer(row: RawRow) -> Iterator[Fault]:
    if row["item"] != SCORE:
        yield from one_of(row, "answer", ANSWERS)
    elif numeric(row, "answer") is None:
        yield Fault(row.where("answer"), repr(row["answer"]), "a number, for a score")
