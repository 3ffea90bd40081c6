"""A user's table of effects for a meta-analysis: CSV in, effects and faults out.

Three layouts are read: effects with their variances (``yi, vi``), effects with an
interval or a standard error (``effect`` with ``ci_low, ci_high`` or ``se``), and group
means (``m1, sd1, n1, m2, sd2, n2``; 1 is the treated group). Every fault of the file
is told at once, with row and column. Read next: :mod:`exoheart.evidence.meta`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from exoheart.errors import DataError, Fault, closest
from exoheart.evidence.meta.effects import MEASURES, from_effect
from exoheart.evidence.row_rules import numeric
from exoheart.evidence.tables import RawRow
from exoheart.evidence.user_csv import (
    DELIMITERS,
    UserTable,
    read_user_table,
    renamed,
    with_points,
)

#: Layouts, the first whose columns are all there counts.
LAYOUTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "effect and variance": ("yi", "vi"),
        "effect and interval": ("effect", "ci_low", "ci_high"),
        "effect and standard error": ("effect", "se"),
        "group means": ("m1", "sd1", "n1", "m2", "sd2", "n2"),
    }
)
#: Column that the normalised mean difference takes beside the group means, if there.
SHAM = "m_sham"
_LABEL = "study"
#: Sizes of numbers whose squares and ratios still can be added up.
_TINY, _HUGE = 1e-50, 1e50
_POSITIVE = frozenset({"vi", "se", "sd1", "sd2"})
_COUNTS = frozenset({"n1", "n2"})
#: Columns that hold numbers in any layout.
_NUMBERS = tuple(dict.fromkeys(name for names in LAYOUTS.values() for name in names))
#: Columns that the effect itself is read from: no moderator, and no cluster.
_EFFECTS = frozenset({"yi", "effect", "ci_low", "ci_high", "m1", "m2"})
#: What other programs call these columns, and other spellings of them.
_NAMES: Mapping[str, str] = MappingProxyType(
    {name.lower(): name for name in (_LABEL, *_NUMBERS, SHAM)}
    | {f"{name}i": name for name in LAYOUTS["group means"]}
    | {"sei": "se", "slab": _LABEL, "ci.lb": "ci_low", "ci.ub": "ci_high"}
)
#: Begins the name of a moderator whose numbers are names.
FACTOR = "factor:"
_ALLOWED = "a table with a header, columns separated by commas, semicolons or tabs"


@dataclass(frozen=True, slots=True)
class MetaTable:
    """The effects of a file, in its order.

    Parameters
    ----------
    labels
        Name of each study, shape (k,).
    yi, vi
        Effects and their sampling variances, shape (k,); in the unit of the file, its
        square, or without one for a standardised measure or a log ratio.
    moderators
        Column -> values, shape (k,): numbers, or words where a column is a factor.
    cluster
        What effects share, shape (k,); None where none was asked.
    measure
        ``MD``, ``SMD``, ``NMD`` or ``ROM`` for group means; else empty.
    layout
        Which of :data:`LAYOUTS` the file has.
    unused
        Columns that nothing was read from.
    """

    labels: tuple[str, ...]
    yi: tuple[float, ...]
    vi: tuple[float, ...]
    moderators: Mapping[str, tuple[float | str, ...]]
    cluster: tuple[str, ...] | None
    measure: str
    layout: str
    unused: tuple[str, ...]


def read_meta_file(
    path: Path,
    *,
    measure: str | None = None,
    moderators: Sequence[str] = (),
    cluster: str | None = None,
) -> MetaTable:
    """Read a table of effects.

    Parameters
    ----------
    path
        CSV in UTF-8; commas, semicolons or tabs (with semicolons or tabs a decimal
        comma is read too, if no number has a point). Columns may have metafor's names.
    measure
        What to form from group means; ``MD`` where none is given.
    moderators, cluster
        Names of columns; of a moderator ``factor:site`` where numbers are names.

    Raises
    ------
    DataError
        Lists every fault: row and column, what was met, what is allowed, the nearest
        name.
    """
    table = _read(path)
    asked = {_known(one, table): one.startswith(FACTOR) for one in moderators}
    cluster = _known(cluster, table) if cluster else None
    header, named = table.header, (*asked, *_one(cluster))
    layout = next((n for n, c in LAYOUTS.items() if set(c) <= set(header)), "")
    faults = [
        *_measure_faults(measure, layout),
        *_header_faults(table.where(), header, layout, named),
        *_size_faults(path.name, table.rows),
    ]
    numbers = [name for name, factor in asked.items() if not factor]
    table, mixed = with_points(table, (*_NUMBERS, SHAM, *_all_numbers(table, numbers)))
    columns = _columns(layout, measure, header)
    for row in table.rows:
        faults += _cells(row, columns)
        faults += _needed_words(row, [*named, _LABEL], header)
    faults += mixed
    rows = table.rows
    effects = [] if faults else _effects(rows, columns, measure or "MD", faults)
    if faults:
        raise DataError(path.name, faults)
    used = {_LABEL, *columns, *named}
    return MetaTable(
        labels=tuple(row[_LABEL] for row in rows),
        yi=tuple(yi for yi, _ in effects),
        vi=tuple(vi for _, vi in effects),
        moderators={
            name: _values(rows, name, factor=factor) for name, factor in asked.items()
        },
        cluster=tuple(row[cluster] for row in rows) if cluster else None,
        measure=(measure or "MD") if layout == "group means" else "",
        layout=layout,
        unused=tuple(name for name in header if name not in used),
    )


def _read(path: Path) -> UserTable:
    """Read a file; its columns get the names of the layouts."""
    table = read_user_table(path, _ALLOWED, DELIMITERS)
    if not table.header:
        raise DataError(path.name, [Fault(path.name, "an empty file", _ALLOWED)])
    header = renamed(table.header, _NAMES)
    if "se" in header and not {"vi", "effect"} & {*header}:
        header = renamed(header, {"yi": "effect"})  # an effect with its error
    rows = tuple(replace(row, columns=header) for row in table.rows)
    return replace(table, header=header, rows=rows)


def _known(name: str, table: UserTable) -> str:
    """Give the column that an option names, whatever the file calls it."""
    plain = name.removeprefix(FACTOR).strip()
    other = _NAMES.get(plain.lower(), plain)
    return plain if plain in table.header or other not in table.header else other


def _all_numbers(table: UserTable, names: Collection[str]) -> list[str]:
    """Give those of the columns that hold nothing but numbers."""
    turned, _ = with_points(table, names)
    return [
        name
        for name in names
        if all(numeric(row, name) is not None for row in turned.rows)
    ]


def _one(name: str | None) -> tuple[str, ...]:
    return (name,) if name else ()


def _columns(
    layout: str, measure: str | None, header: Collection[str]
) -> tuple[str, ...]:
    """Give the columns that hold numbers; of a file without a layout those it has."""
    if not layout:
        return tuple(column for column in header if column in _NUMBERS)
    sham = measure == "NMD" and SHAM in header
    return (*LAYOUTS[layout], *((SHAM,) if sham else ()))


def _measure_faults(measure: str | None, layout: str) -> Iterator[Fault]:
    if measure is None:
        return
    if measure not in MEASURES:
        near = closest(measure, MEASURES)
        yield Fault("--measure", repr(measure), ", ".join(MEASURES), near)
    elif layout and layout != "group means":
        met = f"{measure} for a file that holds {layout}"
        yield Fault("--measure", met, "nothing here: the effects are given")


def _header_faults(
    where: str, header: tuple[str, ...], layout: str, named: Collection[str]
) -> Iterator[Fault]:
    """Demand the columns of one layout, the labels and what the options name."""
    for column in sorted({c for c in header if c and header.count(c) > 1}):
        yield Fault(where, f"column {column!r} twice", "each column once")
    if _LABEL not in header:
        near = _near(_LABEL, header)
        yield Fault(where, "no column 'study'", "a column with the name of each", near)
    if not layout:
        yield from _no_layout(where, header)
    for wanted in named:
        if wanted in _EFFECTS:
            met = f"{wanted!r} as moderator or cluster, the effect itself"
            yield Fault(where, met, "a column that isn't the effect")
        elif wanted not in header:
            listed = ", ".join(column for column in header if column)
            near = closest(wanted, header)
            yield Fault(where, f"no column {wanted!r}", f"one of: {listed}", near)


def _no_layout(where: str, header: tuple[str, ...]) -> Iterator[Fault]:
    """Say which columns lack, for the layout that the file comes closest to."""
    known = {column for columns in LAYOUTS.values() for column in columns}
    meant = {closest(name, known) for name in header if name not in known}
    found = (set(header) & known) | (meant - {None})
    best = max(LAYOUTS.values(), key=lambda c: len(set(c) & found) / len(c))
    allowed = "; or ".join(", ".join(columns) for columns in LAYOUTS.values())
    for column in best:
        if column not in header:
            near = _near(column, header)
            yield Fault(where, f"no column {column!r}", f"columns {allowed}", near)


def _near(column: str, header: Sequence[str]) -> str | None:
    """Give the column that was meant; of short names also the only one as short."""
    known = {_LABEL, *(name for columns in LAYOUTS.values() for name in columns)}
    others = [name for name in header if name and name not in known]
    alike = [name for name in others if len(name) == len(column)]
    return closest(column, others) or (alike[0] if len(alike) == 1 else None)


def _size_faults(name: str, rows: Sequence[RawRow]) -> Iterator[Fault]:
    if len(rows) < 2:
        counted = f"{len(rows)} row{'' if len(rows) == 1 else 's'} of effects"
        yield Fault(name, counted, "two or more")
    for row in rows:
        if len(row.values) != len(row.columns):
            allowed = f"{len(row.columns)}; quote cells that hold the separator"
            yield Fault(row.where(), f"{len(row.values)} cells", allowed)


def _needed_words(
    row: RawRow, names: Sequence[str], header: tuple[str, ...]
) -> Iterator[Fault]:
    for name in dict.fromkeys(names):
        if name in header and not row[name]:
            yield Fault(row.where(name), "an empty cell", "a value in every row")


def _cells(row: RawRow, columns: Sequence[str]) -> Iterator[Fault]:
    """List what is wrong with the numbers of a row."""
    for column in columns:
        value = numeric(row, column)
        met = repr(row[column]) if row[column] else "an empty cell"
        if value is None:
            yield Fault(row.where(column), met, "a finite number")
        elif abs(value) > _HUGE or (column in _POSITIVE and 0 < value < _TINY):
            low = f"{_TINY:g}" if column in _POSITIVE else f"-{_HUGE:g}"
            yield Fault(row.where(column), met, f"a number from {low} to {_HUGE:g}")
        elif column in _POSITIVE and value <= 0:
            yield Fault(row.where(column), met, "a number above zero")
        elif column in _COUNTS and (value < 2 or value != int(value)):
            yield Fault(row.where(column), met, "a whole number, 2 or more")
    yield from _interval(row, columns)


def _interval(row: RawRow, columns: Sequence[str]) -> Iterator[Fault]:
    """Demand an interval that holds its effect and has a width."""
    if "ci_low" not in columns:
        return
    low, middle, high = (numeric(row, c) for c in ("ci_low", "effect", "ci_high"))
    if low is None or middle is None or high is None:
        return
    if not low <= middle <= high or low == high:
        met = f"{middle:g} with the interval {low:g} to {high:g}"
        yield Fault(row.where("effect"), met, "ci_low <= effect <= ci_high, not equal")


def _values(
    rows: Sequence[RawRow], column: str, *, factor: bool
) -> tuple[float | str, ...]:
    """Give a moderator as numbers, or as words where it is a factor or has any."""
    given = [value for row in rows if (value := numeric(row, column)) is not None]
    if factor or len(given) != len(rows):
        return tuple(row[column] for row in rows)
    return tuple(given)


def _effects(
    rows: Sequence[RawRow], columns: Sequence[str], measure: str, faults: list[Fault]
) -> list[tuple[float, float]]:
    """Give effect and variance of each row; what a measure refuses is a fault."""
    made = []
    for row in rows:
        try:
            made.append(_effect(row, columns, measure))
        except DataError as bad:
            faults += [
                Fault(row.where(), f"{f.where} {f.met}", f.allowed) for f in bad.faults
            ]
    return made


def _effect(row: RawRow, columns: Sequence[str], measure: str) -> tuple[float, float]:
    cells = {column: float(row[column]) for column in columns}
    if "yi" in cells:
        return cells["yi"], cells["vi"]
    if "se" in cells:
        yi, vi = from_effect(cells["effect"], se=cells["se"])
    elif "ci_low" in cells:
        yi, vi = from_effect(cells["effect"], cells["ci_low"], cells["ci_high"])
    else:
        sham = {"sham": cells[SHAM]} if SHAM in cells else {}
        groups = [cells[column] for column in LAYOUTS["group means"]]
        yi, vi = MEASURES[measure](*groups, **sham)
    return float(yi), float(vi)
