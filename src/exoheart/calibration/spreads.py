"""Published spreads between untreated animals beside those of the virtual ones.

In: ``data/control_spreads.csv``. Out: for each row the spread of simulated animals of
one laboratory, read as published. Published groups hold animals and reading error
together, so the error of the tables is added before they are compared; components of
repeated readings stand beside that error and aren't compared with the heart. Read next:
:mod:`exoheart.calibration.animals`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Literal, cast, get_args

import numpy as np
import numpy.typing as npt
from scipy import stats

from exoheart import outcome
from exoheart.calibration.animals import animals
from exoheart.calibration.comparisons import CLOCK, laboratory_clock
from exoheart.calibration.heart_alone import REPERFUSION, Run, priors, solve
from exoheart.errors import DataError, Fault, InputError, closest
from exoheart.heart.protocol import MODELS

FloatArray = npt.NDArray[np.float64]
Component = Literal[
    "animals and readers",
    "between animals",
    "within animal",
    "same reader twice",
    "two readers",
]
Kind = Literal["measured", "derived"]
COLUMNS = (
    *("id", "species", "model", "occlusion_min", "quantity", "of", "method"),
    *("observable", "at_h", "component", "sd", "unit", "n", "kind"),
    *("source", "locator", "note"),
)
#: Components that the heart says something of: with the reading error, and without.
COMPARED: tuple[Component, ...] = ("animals and readers", "between animals")
#: Pass mark: model over published within this factor either way; our choice.
FACTOR = 1.5
_OCCLUSION = "heart_occlusion_spread"


@dataclass(frozen=True, slots=True)
class Spread:
    """One published spread.

    Parameters
    ----------
    id
        Unique name.
    species, model, occlusion_h
        The protocol; `occlusion_h` is None but for ischaemia-reperfusion [h].
    quantity, of, method
        As in :func:`exoheart.outcome.measure`; an empty method is read as it is and
        has no error.
    observable
        Id of the model's quantity.
    at_h
        After reperfusion, or after occlusion where there is none [h].
    component
        Which part of the spread.
    sd, unit
        Its standard deviation; that of a percentage is in points.
    n
        Animals, or scans where a row is of readers; None where not printed.
    kind
        measured: as printed; derived: computed from what is published.
    source, locator, note
        Where it is from.
    """

    id: str
    species: str
    model: str
    occlusion_h: float | None
    quantity: str
    of: str
    method: str
    observable: str
    at_h: float
    component: Component
    sd: float
    unit: str
    n: int | None
    kind: Kind
    source: str
    locator: str
    note: str

    @property
    def sampled(self) -> tuple[float, float] | None:
        """Give the 95 % interval of the SD for its own `n`, if values were normal.

        None where the SD isn't that of `n` animals.
        """
        if self.n is None or self.component != "animals and readers":
            return None
        free = self.n - 1
        low, high = stats.chi2.ppf([0.975, 0.025], free)
        return self.sd * float(free / low) ** 0.5, self.sd * float(free / high) ** 0.5


@dataclass(frozen=True, slots=True)
class Population:
    """One row beside simulated animals of one laboratory.

    Parameters
    ----------
    spread
        The row.
    mean, animals
        Mean and standard deviation of the animals, as the method reads them without
        error, in the measure's unit and the row's.
    reading
        Standard deviation of the reading error in the tables, at that mean; 0 without
        a method.
    failed
        How many animals have no result.
    """

    spread: Spread
    mean: float
    animals: float
    reading: float
    failed: int

    @property
    def predicted(self) -> float | None:
        """Give the SD to hold against the row; None where the heart has none."""
        if self.spread.component not in COMPARED:
            return None
        error = self.reading if self.spread.component == "animals and readers" else 0.0
        return float(np.hypot(self.animals, error))

    @property
    def ratio(self) -> float | None:
        """Give predicted over published; None where the heart has no number."""
        return None if self.predicted is None else self.predicted / self.spread.sd

    @property
    def inside(self) -> bool | None:
        """Say whether the ratio is within :data:`FACTOR`; None where it is not held."""
        return None if self.ratio is None else 1 / FACTOR <= self.ratio <= FACTOR


def read_spreads(text: str) -> tuple[Spread, ...]:
    """Read a table of spreads.

    Raises
    ------
    DataError
        Columns or rows that can't be read; all of them.
    """
    table = csv.DictReader(text.splitlines())
    if tuple(table.fieldnames or ()) != COLUMNS:
        met = ", ".join(table.fieldnames or ()) or "none"
        raise DataError("spreads", [Fault("columns", met, ", ".join(COLUMNS))])
    found, faults = [], []
    for line, row in enumerate(table, 2):
        own = list(_faults_of(row, f"control_spreads.csv line {line}"))
        faults += own
        if not own:
            found.append(_spread(row))
    if faults:
        raise DataError("spreads", faults)
    return tuple(found)


@lru_cache(maxsize=1)
def load_spreads() -> tuple[Spread, ...]:
    """Give every published spread, in the order of the table."""
    table = resources.files("exoheart") / "data" / "control_spreads.csv"
    return read_spreads(table.read_text("utf-8"))


def population_spreads(
    rows: Sequence[Spread], count: int = 256, seed: int = 0, *, workers: int = 1
) -> tuple[Population, ...]:
    """Give the spread of simulated animals of one laboratory for every row.

    Only what differs between animals is drawn; everything else is at its median, the
    clock of a laboratory as fitted or central. A patient's occlusion is the row's times
    the patient's own factor, and moments count from the own reperfusion. The reading
    error is the central value of its row; readings that end at a limit of their scale
    aren't cut.

    Parameters
    ----------
    rows
        What to compare, in any order.
    count
        Animals for each protocol, 2 or more; a standard deviation of n animals has a
        Monte Carlo error of about ``1 / sqrt(2 n)`` of itself.
    seed
        Seed of the run, 0 or more.
    workers
        Processes.

    Returns
    -------
    tuple of Population
        One for each row, in the order of `rows`.

    Raises
    ------
    InputError
        `count` is below 2, or `seed` is negative.
    """
    if count < 2:
        raise InputError(
            f"count {count}; allowed: 2 or more animals, since one has no spread; "
            "give more"
        )
    herds = {s: animals(s, count, seed, layers={"animal"}) for s in _species(rows)}
    groups: dict[tuple[str, str, float | None, float], list[int]] = {}
    for place, row in enumerate(rows):
        clock = laboratory_clock(row.species, row.source)
        key = (row.species, row.model, row.occlusion_h, clock)
        groups.setdefault(key, []).append(place)
    found: dict[int, Population] = {}
    for (species, _, _, clock), places in groups.items():
        herd = [animal | {CLOCK: clock} for animal in herds[species]]
        made = _beside([rows[k] for k in places], herd, _recorded(rows), workers)
        found |= dict(zip(places, made, strict=True))
    return tuple(found[k] for k in range(len(rows)))


def _species(rows: Sequence[Spread]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(row.species for row in rows))


def _recorded(rows: Sequence[Spread]) -> tuple[str, ...]:
    """Give the observables of all rows, so that one compiled model serves them."""
    return tuple(sorted({row.observable for row in rows}))


def _beside(
    rows: Sequence[Spread],
    herd: Sequence[Mapping[str, float]],
    recorded: tuple[str, ...],
    workers: int,
) -> list[Population]:
    """Solve one protocol and read each of its rows."""
    first = rows[0]
    moments = np.unique([row.at_h for row in rows])
    runs = []
    for animal in herd:
        own = None
        if first.model == REPERFUSION and first.occlusion_h is not None:
            own = first.occlusion_h * animal[_OCCLUSION]
        protocol = (first.model, own)
        runs.append(Run(first.species, protocol, (own or 0.0) + moments, animal))
    solved = solve(runs, recorded, workers=workers)
    made = []
    for row in rows:
        values = solved[row.observable][:, np.searchsorted(moments, row.at_h)]
        made.append(_summary(row, _read(row, values, herd)))
    return made


def _summary(row: Spread, read: FloatArray) -> Population:
    """Give mean and spread of what was read, failed animals left out."""
    kept = read[np.isfinite(read)]
    failed = len(read) - len(kept)
    if len(kept) < 2:
        return Population(row, np.nan, np.nan, np.nan, failed)
    mean, sd = float(np.mean(kept)), float(np.std(kept, ddof=1))
    return Population(row, mean, sd, _reading(row, mean), failed)


def _read(
    row: Spread, values: FloatArray, herd: Sequence[Mapping[str, float]]
) -> FloatArray:
    """Give the animals' values as the row's method reads them, shape (animal,)."""
    if not row.method:
        return values
    measure = outcome.measure(row.quantity, row.of)
    own = {
        id_: np.array([animal[id_] for animal in herd])
        for id_ in measure.reads(row.method)
    }
    given = {row.observable: values}
    return outcome.true_value(measure, row.method, given, row.at_h, own)


def _reading(row: Spread, mean: float) -> float:
    """Give the SD of the tables' reading error at a mean, in the measure's unit."""
    if not row.method:
        return 0.0
    measure = outcome.measure(row.quantity, row.of)
    name = measure.error_id(row.method)
    known = {name: priors(row.species)[name].value}
    noise = outcome.measure_noise(measure, row.method, known)
    return float(noise.size[0]) * (mean if noise.kind == "cv" else 1.0)


def _faults_of(row: Mapping[str, str], where: str) -> Iterator[Fault]:
    """List what is wrong with one row."""
    words = {"component": get_args(Component), "kind": get_args(Kind)}
    for column, allowed in {**words, "model": MODELS}.items():
        if row[column] not in allowed:
            near = closest(row[column], allowed)
            yield Fault(
                f"{where}, {column}", repr(row[column]), " | ".join(allowed), near
            )
    for column in ("sd", "at_h"):
        if not _above_zero(row[column]):
            yield Fault(f"{where}, {column}", repr(row[column]), "a number above 0")
    if row["n"] and not (row["n"].isdecimal() and int(row["n"]) > 1):
        yield Fault(f"{where}, n", repr(row["n"]), "2 or more, or nothing")
    minutes, opened = row["occlusion_min"], row["model"] == REPERFUSION
    if not (_above_zero(minutes) if opened else not minutes):
        form = f"minutes above 0 with {REPERFUSION!r}, else nothing"
        yield Fault(f"{where}, occlusion_min", repr(minutes), form)
    yield from _not_a_measure(row, where)


def _not_a_measure(row: Mapping[str, str], where: str) -> Iterator[Fault]:
    """List where a row differs from the table of endpoints."""
    try:
        measure = outcome.measure(row["quantity"], row["of"])
        if row["method"]:
            measure.error_id(row["method"])
    except InputError as error:
        yield Fault(where, str(error), "an endpoint and method of endpoints.csv")
        return
    unit = "points" if measure.unit == "%" else measure.unit
    for column, wanted in (("observable", measure.observable), ("unit", unit)):
        if row[column] != wanted:
            yield Fault(f"{where}, {column}", repr(row[column]), repr(wanted))


def _above_zero(text: str) -> bool:
    try:
        return 0.0 < float(text) < np.inf
    except ValueError:
        return False


def _spread(row: Mapping[str, str]) -> Spread:
    minutes = row["occlusion_min"]
    same = ("id", "species", "model", "quantity", "of", "method", "observable", "unit")
    return Spread(
        **{name: row[name] for name in (*same, "source", "locator", "note")},
        occlusion_h=float(minutes) / 60 if minutes else None,
        at_h=float(row["at_h"]),
        component=cast("Component", row["component"]),
        sd=float(row["sd"]),
        n=int(row["n"]) if row["n"] else None,
        kind=cast("Kind", row["kind"]),
    )
