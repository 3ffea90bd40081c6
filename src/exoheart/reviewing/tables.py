"""The model's side of the claims as data: scenarios, contrasts, flips.

A scenario is a study file; a contrast reads one arm of it against another; a flip is a
parameter set inside the prior for which a claim's answer turns. Read next:
:mod:`exoheart.reviewing.contrast`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal, cast

from exoheart.errors import DataError, Fault, closest
from exoheart.evidence.tables import RawRow, data_folder, number, read_table
from exoheart.records.study import Study
from exoheart.study import parse_study

Relation = Literal[
    "less",
    "more",
    "not more",
    "same",
    "different",
    "above",
    "below",
    "similar effect",
    "larger effect",
    "smaller effect",
]
#: What each relation needs besides the arm.
NEEDS: Mapping[Relation, tuple[str, ...]] = MappingProxyType(
    {
        "less": ("against",),
        "more": ("against",),
        "not more": ("against",),
        "same": ("against",),
        "different": ("against",),
        "above": ("threshold",),
        "below": ("threshold",),
        "similar effect": ("against", "control"),
        "larger effect": ("against", "control"),
        "smaller effect": ("against", "control"),
    }
)
#: Id under which a flip names the structure: the one mechanism that acts.
MECHANISM = "mechanism"


@dataclass(frozen=True, slots=True)
class ArmAt:
    """One arm of one scenario at one moment, in a study file's words."""

    scenario: str
    arm: str
    at: str


@dataclass(frozen=True, slots=True)
class Contrast:
    """One reading that a claim asks for.

    Parameters
    ----------
    claim
        Id of the claim; all contrasts of one claim must hold.
    arm, against, control
        What is read, against what, and from which control effects are counted.
    quantity
        A key of :data:`exoheart.reviewing.quantities.QUANTITIES`.
    relation, threshold
        How the arm must stand; the threshold is in the quantity's unit.
    open
        True where the claim says that nobody knows: it agrees while the model can't
        tell either.
    reading
        What of the claim is read here, in words.
    """

    claim: str
    arm: ArmAt
    against: ArmAt | None
    control: ArmAt | None
    quantity: str
    relation: Relation
    threshold: float | None
    open: bool
    reading: str

    @property
    def arms(self) -> tuple[ArmAt, ...]:
        """Every arm that it reads."""
        named = (self.arm, self.against, self.control)
        return tuple(one for one in named if one is not None)


@dataclass(frozen=True, slots=True)
class Flip:
    """One value of a parameter set that turns the answer to a claim."""

    claim: str
    parameter: str
    value: str
    unit: str


CONTRAST_COLUMNS = (
    *("claim", "scenario", "arm", "against", "control", "quantity", "at"),
    *("relation", "threshold", "open", "reading"),
)
FLIP_COLUMNS = ("claim", "parameter", "value", "unit")


def claims_folder(folder: Path | None = None) -> Path:
    """Give the folder of the claims' tables."""
    return data_folder(folder) / "claims"


@lru_cache(maxsize=64)
def scenario(name: str) -> Study:
    """Read a scenario.

    Raises
    ------
    InputError
        No such file, or faults in it.
    """
    path = claims_folder() / "scenarios" / f"{name}.toml"
    return parse_study(path.read_text(encoding="utf-8"), name)


def scenario_names() -> tuple[str, ...]:
    """Give the names of every scenario, sorted."""
    folder = claims_folder() / "scenarios"
    return tuple(sorted(path.stem for path in folder.glob("*.toml")))


def load_contrasts(folder: Path | None = None) -> tuple[Contrast, ...]:
    """Load every contrast, in the order of the table.

    Raises
    ------
    DataError
        Lists every fault of the table.
    """
    rows = _rows("contrasts.csv", CONTRAST_COLUMNS, folder)
    faults = [fault for row in rows for fault in _contrast_faults(row)]
    if faults:
        raise DataError("contrasts", faults)
    return tuple(_contrast(row) for row in rows)


def load_flips(folder: Path | None = None) -> Mapping[str, tuple[Flip, ...]]:
    """Load the flips by claim.

    Raises
    ------
    DataError
        The table has other columns.
    """
    found: dict[str, list[Flip]] = {}
    for row in _rows("flips.csv", FLIP_COLUMNS, folder):
        cells = (row[column] for column in FLIP_COLUMNS)
        found.setdefault(row["claim"], []).append(Flip(*cells))
    return MappingProxyType({claim: tuple(rows) for claim, rows in found.items()})


def _rows(name: str, columns: tuple[str, ...], folder: Path | None) -> list[RawRow]:
    path = claims_folder(folder) / name
    header, rows = read_table(path, data_folder(folder))
    if header != columns:
        met, allowed = ", ".join(header), ", ".join(columns)
        raise DataError("claims", [Fault(f"claims/{name} row 1", met, allowed)])
    return rows


def _contrast_faults(row: RawRow) -> Iterator[Fault]:
    if row["relation"] not in NEEDS:
        near = closest(row["relation"], NEEDS)
        yield Fault(row.where("relation"), row["relation"], ", ".join(NEEDS), near)
        return
    for column in NEEDS[cast(Relation, row["relation"])]:
        if not row[column]:
            allowed = f"a value, which {row['relation']!r} needs"
            yield Fault(row.where(column), "an empty cell", allowed)
    if row["open"] not in {"yes", "no"}:
        yield Fault(row.where("open"), row["open"], "yes or no")
    for column in ("arm", "against", "control"):
        if row[column]:
            yield from _arm_faults(row, column)


def _arm_faults(row: RawRow, column: str) -> Iterator[Fault]:
    one = _arm_at(row, row[column])
    known = scenario_names()
    if one.scenario not in known:
        near = closest(one.scenario, known)
        yield Fault(row.where(column), one.scenario, ", ".join(known), near)
        return
    arms = [arm.name for arm in scenario(one.scenario).arms]
    if one.arm not in arms:
        near = closest(one.arm, arms)
        yield Fault(row.where(column), one.arm, ", ".join(arms), near)


def _arm_at(row: RawRow, words: str) -> ArmAt:
    """Read ``[scenario:]arm[@moment]``; what isn't said is the row's own."""
    arm, _, moment = words.partition("@")
    first, colon, rest = arm.partition(":")
    where = first if colon else row["scenario"]
    return ArmAt(where, rest if colon else arm, moment or row["at"])


def _contrast(row: RawRow) -> Contrast:
    named = {
        column: _arm_at(row, row[column]) if row[column] else None
        for column in ("against", "control")
    }
    return Contrast(
        claim=row["claim"],
        arm=_arm_at(row, row["arm"]),
        against=named["against"],
        control=named["control"],
        quantity=row["quantity"],
        relation=cast(Relation, row["relation"]),
        threshold=number(row, "threshold"),
        open=row["open"] == "yes",
        reading=row["reading"],
    )
