"""What is known of how a study was done: random, blind, sized, complete.

Rows of `data/studies/quality.csv` say what was read; the items are those of
`data/reporting_items.csv` (ARRIVE 2.0 and SYRCLE). What has no row is not known, and
not known is never "no". Read next: :mod:`exoheart.evidence.pooling.readings`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from exoheart.errors import DataError, Fault, closest
from exoheart.evidence.own.store import own_folder
from exoheart.evidence.row_rules import cells_complete, numeric, one_of
from exoheart.evidence.tables import RawRow, data_folder, read_table

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
        folder of the user's own studies.

    Raises
    ------
    DataError
        Other columns, or answers that aren't known, all at once.

    Examples
    --------
    >>> {one.answer for one in load_quality()} <= {*ANSWERS, "1"}
    True
    """
    root = data_folder(folder)
    tables = [(root / "studies" / "quality.csv", root)]
    if folder is None:
        tables.append((own_folder() / "quality.csv", own_folder()))
    rows = [row for path, at in tables if path.is_file() for row in _table(path, at)]
    return tuple(QualityAnswer(*(row[c] for c in QUALITY_COLUMNS)) for row in rows)


def _table(path: Path, root: Path) -> list[RawRow]:
    """Read a table of quality, its columns and answers as they must be."""
    header, rows = read_table(path, root)
    faults = []
    if header != QUALITY_COLUMNS:
        wanted = ", ".join(QUALITY_COLUMNS)
        faults.append(Fault(f"{path} row 1", ", ".join(header), wanted))
    else:
        faults += [fault for row in rows for fault in _answer(row)]
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
    path = root / "studies" / "quality.csv"
    if not path.exists():
        return
    header, rows = read_table(path, root)
    if header != QUALITY_COLUMNS:
        wanted = ", ".join(QUALITY_COLUMNS)
        yield Fault("studies/quality.csv row 1", ", ".join(header), wanted)
        return
    studies = {one.parent.name for one in (root / "studies").glob("*/study.csv")}
    studies |= _ids(root / "pooled" / "pooled.csv", "id", root)
    items = _ids(root / "reporting_items.csv", "item", root) | {SCORE}
    seen: dict[tuple[str, str], RawRow] = {}
    for row in rows:
        yield from _row(row, studies, items)
        key = (row["study"], row["item"])
        if key in seen:
            yield Fault(row.where(), " ".join(key), f"once; first {seen[key].where()}")
        seen.setdefault(key, row)


def _ids(path: Path, column: str, root: Path) -> set[str]:
    if not path.exists():
        return set()
    return {row[column] for row in read_table(path, root)[1]}


def _row(
    row: RawRow, studies: Collection[str], items: Collection[str]
) -> Iterator[Fault]:
    yield from cells_complete(row)
    for column, known in (("study", studies), ("item", items)):
        if row[column] not in known:
            near = closest(row[column], known)
            allowed = f"a {column} of the tables"
            yield Fault(row.where(column), repr(row[column]), allowed, near)
    yield from _answer(row)
    for column in ("source", "locator"):
        if not row[column]:
            yield Fault(row.where(column), "an empty cell", f"a {column}")


def _answer(row: RawRow) -> Iterator[Fault]:
    if row["item"] != SCORE:
        yield from one_of(row, "answer", ANSWERS)
    elif numeric(row, "answer") is None:
        yield Fault(row.where("answer"), repr(row["answer"]), "a number, for a score")
