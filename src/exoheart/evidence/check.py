"""The check over all data: every fault of every table at once, with file and row.

`check` is what ``exoheart evidence check`` and the test over the data call. It knows
no model: what the models need and what the code reads is passed in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from exoheart import units
from exoheart.errors import DataError, Fault, UnitError, closest
from exoheart.evidence.bibliography import parse_bibliography
from exoheart.evidence.claims.rules import check_claims, claim_ids
from exoheart.evidence.own.studies import check_own
from exoheart.evidence.pipeline import check_pipeline
from exoheart.evidence.pooling.check import check_pool
from exoheart.evidence.row_rules import RULES, cells_complete
from exoheart.evidence.study_rules import check_pooled, check_studies, keys_of
from exoheart.evidence.table1.rows import check_table1
from exoheart.evidence.tables import RawRow, data_folder, read_table, stage_files
from exoheart.evidence.vocabulary import (
    CHOICE_COLUMNS,
    DOG_STAGES,
    PARAMETER_COLUMNS,
    SCALING_COLUMNS,
    TREATED_SPECIES,
)


def check(
    folder: Path | None = None,
    needed: Mapping[str, str] | None = None,
    reads: Sequence[str] = (),
) -> None:
    """Check every data table and report all faults together.

    Parameters
    ----------
    folder
        Folder of the data tables; None for the one shipped and the user's own
        studies.
    needed
        Parameter id -> unit that the model wants it in. With it every id needs a
        value for each species, in a unit that can be turned into the model's, and a
        row that nothing reads is a fault; without it both are left unchecked.
    reads
        Patterns (``product.recovery.*``) of the ids that code reads from the tables.

    Raises
    ------
    DataError
        Lists every fault: file and row, what was met, what is allowed, the nearest
        name.

    Examples
    --------
    >>> check()  # silent where all is well
    """
    root = data_folder(folder)
    faults = [*check_parameters(root, needed, reads), *check_studies(root)]
    faults += [*check_pooled(root), *check_sources(root, own=folder is None)]
    faults += [*check_pipeline(root), *check_pool(root), *check_claims(root)]
    faults += check_table1(root, claim_ids(root))
    faults += check_own() if folder is None and not faults else []
    if faults:
        raise DataError("data tables", faults)


def check_parameters(
    root: Path, needed: Mapping[str, str] | None, reads: Sequence[str]
) -> Iterator[Fault]:
    """List the faults of the parameter tables, of choices and of scaling."""
    rows: list[RawRow] = []
    for path in stage_files(root):
        header, body = read_table(path, root)
        wrong = list(columns_right(f"parameters/{path.name}", header))
        yield from wrong
        rows += body  # the tables are compared even where a column is wrong
        for row in [] if wrong else body:
            for rule in RULES:
                yield from rule(row)
    choices = _side_table(root, "choices.csv")
    yield from _side_columns(root, "choices.csv", CHOICE_COLUMNS)
    yield from _side_columns(root, "scaling.csv", SCALING_COLUMNS)
    yield from _duplicates(rows)
    yield from _choices(rows, choices)
    scaling = _side_table(root, "scaling.csv")
    yield from _scaling(rows, scaling)
    yield from _variations(rows)
    if needed is not None:
        yield from _units(rows, needed)
        exponents = [row["exponent"] for row in scaling]
        yield from _orphans(rows, needed, [*reads, *exponents])
        yield from _complete(rows, needed)


def columns_right(
    file: str, header: tuple[str, ...], wanted: tuple[str, ...] = PARAMETER_COLUMNS
) -> Iterator[Fault]:
    """Demand exactly these columns, in this order."""
    missing = [name for name in wanted if name not in header]
    for name in header:
        if name not in wanted:
            near = closest(name, missing)
            yield Fault(f"{file} row 1", f"column {name!r}", ", ".join(wanted), near)
            missing = [other for other in missing if other != near]
    for name in missing:
        yield Fault(f"{file} row 1", "no such column", f"a column {name!r}")
    if sorted(header) == sorted(wanted) and header != wanted:
        order = ", ".join(wanted)
        yield Fault(f"{file} row 1", ", ".join(header), f"this order: {order}")


def _side_table(root: Path, name: str) -> list[RawRow]:
    path = root / "parameters" / name
    return read_table(path, root)[1] if path.exists() else []


def _side_columns(root: Path, name: str, wanted: tuple[str, ...]) -> Iterator[Fault]:
    path = root / "parameters" / name
    if path.exists():
        header, rows = read_table(path, root)
        yield from columns_right(f"parameters/{name}", header, wanted)
        for row in rows:
            yield from cells_complete(row)


def _duplicates(rows: Iterable[RawRow]) -> Iterator[Fault]:
    """One row for each parameter, species and source."""
    seen: dict[tuple[str, str, str], RawRow] = {}
    for row in rows:
        key = (row["id"], row["species"], row["source"])
        if key in seen:
            met = f"{row['id']} for {row['species']!r} from {row['source']!r} again"
            allowed = f"one row; the first is {seen[key].where()}"
            yield Fault(row.where("id"), met, allowed)
        seen.setdefault(key, row)


def _choices(rows: Sequence[RawRow], choices: Sequence[RawRow]) -> Iterator[Fault]:
    """Every choice names a row, and rows that disagree are chosen between."""
    sources: dict[tuple[str, str], list[RawRow]] = {}
    for row in rows:
        sources.setdefault((row["id"], row["species"]), []).append(row)
    made = {(row["id"], row["species"]) for row in choices}
    for choice in choices:
        found = sources.get((choice["id"], choice["species"]), [])
        names = [row["source"] for row in found]
        if choice["source"] not in names:
            met = f"{choice['id']} for {choice['species']!r} from {choice['source']!r}"
            near = closest(choice["id"], {row["id"] for row in rows})
            allowed = f"a row of the tables: {', '.join(names) or 'none there'}"
            yield Fault(choice.where(), met, allowed, None if found else near)
        if not choice["reason"]:
            yield Fault(choice.where("reason"), "an empty cell", "why this source")
    for key, found in sources.items():
        own = [row for row in found if row["kind"] != "fitted"]
        several = len({row["source"] for row in own}) > 1
        if several and key not in made:
            met = f"{len(found)} rows of {key[0]} for {key[1]!r}"
            allowed = "one row, or a line in parameters/choices.csv"
            yield Fault(found[1].where("id"), met, allowed)


def _scaling(rows: Iterable[RawRow], scaling: Iterable[RawRow]) -> Iterator[Fault]:
    known = {row["id"] for row in rows}
    for row in scaling:
        for column in ("id", "exponent"):
            if row[column] not in known:
                met, near = repr(row[column]), closest(row[column], known)
                yield Fault(row.where(column), met, "the id of a row", near)


def target_of(name: str) -> str | None:
    """Give the id that ``variation.stage_quantity`` varies; None for other ids."""
    stage, _, rest = name.partition(".")
    return rest.replace("_", ".", 1) if stage == "variation" else None


def _variations(rows: Sequence[RawRow]) -> Iterator[Fault]:
    known = {row["id"] for row in rows}
    for row in rows:
        target = target_of(row["id"])
        if target is not None and target not in known:
            near = closest(target, known)
            yield Fault(row.where("id"), f"varies {target!r}", "the id of a row", near)


def _units(rows: Iterable[RawRow], needed: Mapping[str, str]) -> Iterator[Fault]:
    for row in rows:
        wanted = needed.get(row["id"])
        if wanted is None:
            continue
        try:
            units.factor(row["unit"], wanted)
        except UnitError:
            allowed = f"a unit that can be turned into the model's {wanted!r}"
            yield Fault(row.where("unit"), repr(row["unit"]), allowed)


def _orphans(
    rows: Iterable[RawRow], needed: Mapping[str, str], reads: Sequence[str]
) -> Iterator[Fault]:
    """Every row is read by the model or by code."""

    def used(name: str) -> bool:
        return name in needed or any(fnmatchcase(name, read) for read in reads)

    for row in rows:
        name = target_of(row["id"]) or row["id"]
        if not used(name) and not used(row["id"]):
            met, near = f"{row['id']}, which nothing reads", closest(name, needed)
            yield Fault(row.where("id"), met, "an id of the model or of READS", near)


def _complete(rows: Sequence[RawRow], needed: Mapping[str, str]) -> Iterator[Fault]:
    """Every parameter of the model has a value for every species."""
    known: dict[str, set[str]] = {}
    for row in rows:
        known.setdefault(row["id"], set()).add(row["species"])
    for name in needed:
        species = TREATED_SPECIES + (("dog",) if name.startswith(DOG_STAGES) else ())
        have = known.get(name, set())
        missing = [] if "all" in have else [one for one in species if one not in have]
        if missing:
            met = f"no value of {name} for {', '.join(missing)}"
            near = None if have else closest(name, known)
            yield Fault("parameters", met, "a row for each species, or for all", near)


def check_sources(root: Path, *, own: bool) -> Iterator[Fault]:
    """List the faults of `sources.bib` and of the keys that the tables use.

    `own` also counts keys that the package's own modules name in their references.
    """
    path = root / "sources.bib"
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    entries, faults = parse_bibliography(text)
    yield from faults
    known = {entry.key for entry in entries}
    used: set[str] = set()
    for row, key, column in keys_of(root):
        used.add(key)
        if column and key not in known:
            near = closest(key, known)
            yield Fault(row.where(column), repr(key), "a key of sources.bib", near)
    named = _words_of_package(root) if own else set()
    seen: set[str] = set()
    for entry in entries:
        where = f"sources.bib line {entry.line}"
        if entry.key in seen:
            yield Fault(where, f"{entry.key} again", "each key once")
        seen.add(entry.key)
        if not entry.locator:
            allowed = "a doi, url, pmid or note that says where to find it"
            yield Fault(where, f"{entry.key} without a locator", allowed)
        if entry.key not in used and entry.key not in named:
            yield Fault(where, f"{entry.key}, which no row uses", "sources in use only")


def _words_of_package(root: Path) -> set[str]:
    """Give the words of the package's own modules and model texts."""
    words: set[str] = set()
    for pattern in ("*.py", "*.ant"):
        for path in root.parent.rglob(pattern):
            words |= set(re.findall(r"[A-Za-z0-9._-]+", path.read_text("utf-8")))
    return words | {word.rstrip(".") for word in words}
