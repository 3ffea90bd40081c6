"""Each published row with the model's number and its band.

In: rows of ``data/controls.csv``, animals drawn from the tables. Out: one
:class:`Compared` for each row, in the order of the table.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt

from exoheart import calibration
from exoheart.calibration.comparisons import CLOCK
from exoheart.outcome import Control

FloatArray = npt.NDArray[np.float64]
Progress = Callable[[int, int], None]
#: Animals of each species, as :func:`exoheart.calibration.animals.animals` gives them.
Herd = Mapping[str, Sequence[Mapping[str, float]]]
#: Uses in the order in which they are told.
USES = ("calibrate", "select", "qualify")
#: Shares of animals below the ends of a band.
BAND = (0.05, 0.95)


@dataclass(frozen=True, slots=True)
class Compared:
    """One published row beside the model.

    Parameters
    ----------
    control
        The row.
    predicted
        The model's number at central values, in the row's unit; NaN where it failed.
    band90
        Between which nine tenths of single animals lie; None without animals.
    failed_animals
        How many of them have no number.
    """

    control: Control
    predicted: float
    band90: tuple[float, float] | None
    failed_animals: int = 0

    @property
    def inside(self) -> bool:
        """Whether the central number lies within the pass mark."""
        return self.control.passes(self.predicted)

    def to_json(self) -> dict[str, Any]:
        """Give the row of the JSON document; what is not finite is None."""
        row = self.control
        minutes = None if row.occlusion_h is None else round(60 * row.occlusion_h, 6)
        names = ("id", "series", "laboratory", "cohort", "arm", "module", "species")
        what = ("quantity", "of", "method", "unit", "relation", "reference_h", "at_h")
        ends = ("pass_low", "pass_high", "use", "source")
        return {
            **{name: getattr(row, name) for name in (*names, "model")},
            "occlusion_min": minutes,
            **{name: getattr(row, name) for name in (*what, "observed")},
            "spread": row.spread or None,
            "spread_type": row.spread_type or None,
            **{name: getattr(row, name) for name in ends},
            "predicted": finite(self.predicted),
            "band90": None if self.band90 is None else list(map(finite, self.band90)),
            "failed_animals": self.failed_animals,
            "inside": self.inside,
        }


def finite(value: float) -> float | None:
    """Give a number, or None where it is none."""
    return value if math.isfinite(value) else None


def band(values: FloatArray) -> tuple[FloatArray, FloatArray] | None:
    """Give the ends between which nine tenths of animals lie.

    Parameters
    ----------
    values : ndarray, shape (animal, ...)
        Failed solves are NaN and left out.

    Returns
    -------
    tuple of ndarray, each of shape (...)
        None where there is no animal; NaN where all of them failed.
    """
    if len(values) == 0:
        return None
    filled = np.where(np.isfinite(values), values, np.nan)
    ends = np.full((2, *values.shape[1:]), np.nan)
    known = ~np.all(np.isnan(filled), axis=0)
    ends[:, known] = np.nanquantile(filled[:, known], BAND, axis=0)
    return ends[0], ends[1]


def clocks_of(
    species: str, laboratories: Sequence[str], given: Mapping[str, float]
) -> dict[str, float]:
    """Give the injury clock of each laboratory for one animal [1].

    A laboratory whose clock was fitted keeps it; any other takes the animal's own draw,
    or the central clock where the animal has none.
    """
    known = calibration.priors(species)
    clocks = {}
    for name in laboratories:
        fitted = f"heart.clock_laboratory.{name}" in known
        central = calibration.laboratory_clock(species, name)
        key = calibration.clock_key(species, name)
        clocks[key] = central if fitted else given.get(CLOCK, central)
    return clocks


def compare(
    controls: Sequence[Control],
    herd: Herd | None = None,
    *,
    workers: int = 1,
    on_progress: Progress | None = None,
) -> tuple[Compared, ...]:
    """Give the model's number and band for every row.

    The number is that of :func:`exoheart.calibration.predicted`: central values, the
    laboratory's clock where it was fitted. The band is that of single animals of whom
    no more is known than species and protocol, so it is wider than one of group means.

    Parameters
    ----------
    controls
        The rows.
    herd
        Animals by species; no band for a species without any.
    workers
        Processes.
    on_progress
        Called as ``on_progress(done, total)`` in rows, after each species.

    Returns
    -------
    tuple of Compared
        In the order of `controls`.
    """
    found: dict[str, Compared] = {}
    for species in dict.fromkeys(control.species for control in controls):
        rows = tuple(c for c in controls if c.species == species)
        values = _values(rows, (herd or {}).get(species, ()), workers)
        ends = band(values[1:])
        failed = np.sum(~np.isfinite(values[1:]), axis=0)
        for place, row in enumerate(rows):
            own = None
            if ends is not None:
                own = float(ends[0][place]), float(ends[1][place])
            number, count = float(values[0, place]), int(failed[place])
            found[row.id] = Compared(row, number, own, count)
        if on_progress is not None:
            on_progress(len(found), len(controls))
    return tuple(found[control.id] for control in controls)


def _values(
    rows: tuple[Control, ...], animals: Sequence[Mapping[str, float]], workers: int
) -> FloatArray:
    """Give the numbers of the rows of one species, shape (1 + animal, row)."""
    species = rows[0].species
    laboratories = sorted({row.laboratory for row in rows})
    sets = [{}, *(without_clock(animal) for animal in animals)]
    clocks = [clocks_of(species, laboratories, given) for given in ({}, *animals)]
    return calibration.Comparisons(rows).predict(sets, clocks, workers=workers)


def without_clock(animal: Mapping[str, float]) -> dict[str, float]:
    """Leave the laboratory's clock out of an animal's values."""
    return {name: value for name, value in animal.items() if name != CLOCK}


def counts(rows: Sequence[Compared]) -> dict[str, dict[str, int]]:
    """Count rows and those inside their pass marks, by use."""
    counted = {}
    for use in USES:
        own = [row for row in rows if row.control.use == use]
        if own:
            inside = sum(row.inside for row in own)
            counted[use] = {"inside": inside, "rows": len(own)}
    return counted


def load_not_represented() -> tuple[dict[str, str], ...]:
    """Give the published rows that the model has no counterpart for, as they stand."""
    table = resources.files("exoheart") / "data" / "controls_not_represented.csv"
    return tuple(csv.DictReader(table.read_text("utf-8").splitlines()))
