"""What must hold for one row of a parameter table, rule by rule.

Each rule takes a raw row and yields its faults; none of them stops at the first.
Called by :mod:`exoheart.evidence.check`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Iterator

from exoheart import units
from exoheart.errors import Fault, InputError, UnitError, closest
from exoheart.evidence.tables import RawRow
from exoheart.evidence.vocabulary import KINDS, ROW_SPECIES
from exoheart.records.distribution import Distribution, parse_distribution
from exoheart.records.prior import LAYER_OF_SPREAD

_ID = re.compile(r"[a-z][a-z0-9]*\.[a-z][a-z0-9_]*(\.[A-Za-z0-9][A-Za-z0-9 _-]*)?")
_NUMBERS = ("value", "low", "high", "bound_low", "bound_high")
#: Largest share of a distribution that may lie outside the physical bounds.
MASS_OUTSIDE = 1e-6
_SLACK = 1e-9


def one_of(row: RawRow, column: str, allowed: Collection[str]) -> Iterator[Fault]:
    """Demand that a cell holds one of the allowed words."""
    if row[column] not in allowed:
        words = ", ".join(word or "(empty)" for word in allowed)
        near = closest(row[column], allowed)
        yield Fault(row.where(column), repr(row[column]), words, near)


def numeric(row: RawRow, column: str) -> float | None:
    """Read a cell as a finite number; None where it is empty or something else."""
    try:
        value = float(row[column])
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def numbers_readable(row: RawRow, columns: Collection[str]) -> Iterator[Fault]:
    """Demand finite numbers, or nothing, in these columns."""
    for column in columns:
        if row[column] and numeric(row, column) is None:
            yield Fault(row.where(column), repr(row[column]), "a finite number")


def cells_complete(row: RawRow) -> Iterator[Fault]:
    """Demand as many cells as the header has (a forgotten quote shows here)."""
    if len(row.values) != len(row.columns):
        allowed = f"{len(row.columns)}; quote cells that hold a comma"
        yield Fault(row.where(), f"{len(row.values)} cells", allowed)


def unit_readable(row: RawRow, column: str = "unit") -> Iterator[Fault]:
    """Demand a unit that the program can read (1 for a number without one)."""
    text = row[column]
    try:
        if "deg" in text:
            units.convert(1.0, text, text)
        else:
            units.factor(text, text)
    except (UnitError, AttributeError):
        allowed = "a unit such as 1, 1/hour, ug, particles, mL/min/g"
        yield Fault(row.where(column), repr(text), allowed)


def _id(row: RawRow) -> Iterator[Fault]:
    if not _ID.fullmatch(row["id"]):
        allowed = "stage.quantity or stage.quantity.Donor, lower case and underscores"
        yield Fault(row.where("id"), repr(row["id"]), allowed)


def _words(row: RawRow) -> Iterator[Fault]:
    yield from one_of(row, "species", ROW_SPECIES)
    yield from one_of(row, "kind", KINDS)
    yield from one_of(row, "spread_kind", tuple(LAYER_OF_SPREAD))


def _numbers(row: RawRow) -> Iterator[Fault]:
    yield from numbers_readable(row, _NUMBERS)
    if not row["value"]:
        yield Fault(row.where("value"), "an empty cell", "a number")


def _order(row: RawRow) -> Iterator[Fault]:
    """Low <= value <= high, inside the bounds."""
    value, low, high, floor, ceiling = (numeric(row, name) for name in _NUMBERS)
    for name, bottom, top in (
        ("low..high", low, high),
        ("bound_low..bound_high", floor, ceiling),
    ):
        if bottom is not None and top is not None and bottom > top:
            yield Fault(row.where(name), f"{bottom:g} above {top:g}", "low before high")
        elif value is not None and (
            (bottom is not None and value < bottom) or (top is not None and value > top)
        ):
            ends = f"{row[name.split('..')[0]]}..{row[name.split('..')[1]]}"
            yield Fault(row.where("value"), f"{value:g}", f"inside {name} = {ends}")


def _source(row: RawRow) -> Iterator[Fault]:
    """Demand a reason for an assumed value and a source for every other kind."""
    if row["kind"] == "assumed":
        if row["source"]:
            allowed = "nothing for an assumed value (put a link into column see)"
            yield Fault(row.where("source"), repr(row["source"]), allowed)
        if not row["note"]:
            allowed = "why it is assumed and which measurement would replace it"
            yield Fault(row.where("note"), "an empty cell", allowed)
    elif row["kind"] in KINDS and not row["source"]:
        allowed = f"a key of sources.bib for a {row['kind']} value"
        yield Fault(row.where("source"), "an empty cell", allowed)


def _distribution(row: RawRow) -> Iterator[Fault]:
    text = row["distribution"]
    try:
        drawn = parse_distribution(text) if text else None
    except InputError as bad:
        allowed = "form(name=value, ...) as in records/distribution.py"
        yield Fault(row.where("distribution"), f"{text!r} ({bad})", allowed)
        return
    if drawn is None or drawn.form == "fixed":
        if row["spread_kind"] not in {"none", ""}:
            met = f"{row['spread_kind']!r} for a fixed value"
            yield Fault(row.where("spread_kind"), met, "none, or give a distribution")
    elif row["spread_kind"] == "none":
        allowed = "what the spread means (judgement, between animals, ...)"
        yield Fault(row.where("spread_kind"), f"'none' for {drawn}", allowed)
    if drawn is not None:
        yield from _inside(row, drawn)


def _inside(row: RawRow, drawn: Distribution) -> Iterator[Fault]:
    """Demand a support inside the bounds and a value inside the support."""
    value, _, _, floor, ceiling = (numeric(row, name) for name in _NUMBERS)
    bottom, top = drawn.support()
    outside = mass_outside(drawn, floor, ceiling)
    beyond = (floor is not None and bottom < floor - _SLACK * abs(floor)) or (
        ceiling is not None and top > ceiling + _SLACK * abs(ceiling)
    )
    if beyond or outside > MASS_OUTSIDE:
        ends = f"{row['bound_low'] or '-inf'}..{row['bound_high'] or 'inf'}"
        met = f"{drawn} with {outside:.2g} of its mass outside"
        allowed = f"a support inside the physical bounds {ends} (truncated_*, beta, ..)"
        yield Fault(row.where("distribution"), met, allowed)
    slack = _SLACK * max(abs(bottom), abs(value or 0.0)) if bottom > -math.inf else 0
    if value is not None and not bottom - slack <= value <= top + slack:
        met = f"value {value:g} outside {drawn}"
        yield Fault(row.where("value"), met, f"inside {bottom:g}..{top:g}")


def mass_outside(
    drawn: Distribution, floor: float | None, ceiling: float | None
) -> float:
    """Give the share of the draws below `floor` or above `ceiling`."""
    below = 0.0 if floor is None else _share_below(drawn, floor)
    above = 0.0 if ceiling is None else 1.0 - _share_below(drawn, ceiling)
    if ceiling is not None and drawn.support()[1] <= ceiling:
        above = 0.0
    return below + above


def _share_below(drawn: Distribution, edge: float) -> float:
    """Give the share of draws below `edge`, by halving on the quantile function."""
    bottom, top = drawn.support()
    if edge <= bottom:
        return 0.0
    if edge >= top:
        return 1.0
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if float(drawn.quantile(middle)) < edge:
            low = middle
        else:
            high = middle
    return low


#: Rules of a parameter row, in the order in which their faults are listed.
RULES: tuple[Callable[[RawRow], Iterator[Fault]], ...] = (
    cells_complete,
    _id,
    unit_readable,
    _words,
    _numbers,
    _order,
    _source,
    _distribution,
)
