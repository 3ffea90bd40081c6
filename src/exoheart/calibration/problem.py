"""A fit as a problem: what is unknown, what it is held against, how far it is off.

Unknowns live on a standard scale: each is the quantile of its prior at the normal
probability of its coordinate, so that every prior is a standard normal and a coordinate
of 1 is one standard deviation of what was believed before. Read next:
:mod:`exoheart.calibration.fit`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy import special

from exoheart import outcome
from exoheart.calibration.comparisons import Comparisons, clock_key
from exoheart.calibration.heart_alone import Terms, heart_model, priors
from exoheart.errors import InputError
from exoheart.outcome import Control
from exoheart.records.distribution import Distribution
from exoheart.units import factor

FloatArray = npt.NDArray[np.float64]
#: A pass mark is read as the middle 90 % of a normal error around the publication:
#: its half-width is this many standard deviations. Assumed, the same for every row.
MARK_SDS = 1.645
#: Relations whose error is a factor; the others' is in the unit of the row.
_FACTORS = ("ratio", "ratio to normal", "share of peak", "peak time")
#: The least value that a logarithm is taken of.
_LEAST = 1e-9
#: Where a solve failed: so far off that no step goes there.
_FAILED = 50.0


@dataclass(frozen=True, slots=True)
class Unknown:
    """One number that a fit may move.

    Parameters
    ----------
    id, species
        As in the parameter tables; `species` is ``all`` for a number of every animal.
    prior
        What was known before, in the table's unit.
    unit
        Of the table.
    laboratory
        Whose injury clock it is; empty for a parameter.
    """

    id: str
    species: str
    prior: Distribution
    unit: str
    laboratory: str = ""

    @property
    def name(self) -> str:
        """Id, with the species where it holds for one only."""
        return self.id if self.species == "all" else f"{self.id}@{self.species}"

    @property
    def key(self) -> str:
        """How a parameter set calls it."""
        own = self.id if self.id in outcome.READINGS else self.id.replace(".", "_", 1)
        return own if self.species == "all" else f"{own}@{self.species}"

    def value(self, coordinate: npt.ArrayLike) -> FloatArray:
        """Give its value at a coordinate, in the table's unit."""
        return self.prior.quantile(special.ndtr(coordinate))


def unknown(name: str) -> Unknown:
    """Give a parameter by name, with its prior before any fit.

    Examples
    --------
    >>> unknown("outcome.early_excess@pig").species
    'pig'
    """
    id_, _, species = name.partition("@")
    row = priors(species or "mouse", fitted=False)[id_]
    if row.species != (species or "all"):
        raise InputError(
            f"{name} has rows for single species; allowed: a row for all, or "
            "id@species; name the species"
        )
    return Unknown(id_, species or "all", row.distribution, row.unit)


def clock(species: str, laboratory: str) -> Unknown:
    """Give the injury clock of one laboratory."""
    row = priors(species, fitted=False)["heart.clock_laboratory"]
    id_ = f"heart.clock_laboratory.{laboratory}"
    return Unknown(id_, species, row.distribution, row.unit, laboratory)


@dataclass(frozen=True)
class Problem:
    """Some published rows, and the numbers that may move to meet them.

    Parameters
    ----------
    controls
        The rows.
    unknowns
        What may move.
    base
        Values by set key that are fixed, in the model's unit: earlier modules.
    base_clocks
        Injury clocks by ``clock_key``, fixed.
    terms, added
        Replaced terms of the model text, and statements added to it.
    """

    controls: tuple[Control, ...]
    unknowns: tuple[Unknown, ...]
    base: Mapping[str, float] = field(default_factory=dict)
    base_clocks: Mapping[str, float] = field(default_factory=dict)
    terms: Terms = ()
    added: tuple[str, ...] = ()

    @property
    def comparisons(self) -> Comparisons:
        """The rows, grouped into animals."""
        return Comparisons(self.controls, self.terms, self.added, fitted=False)

    def sets(
        self, coordinates: FloatArray
    ) -> tuple[list[dict[str, float]], list[dict[str, float]]]:
        """Give parameter sets and clocks at coordinates of shape (set, unknown)."""
        model = heart_model(self.comparisons.observables, self.terms, self.added)
        sets = [dict(self.base) for _ in coordinates]
        clocks = [dict(self.base_clocks) for _ in coordinates]
        for column, one in zip(coordinates.T, self.unknowns, strict=True):
            values = one.value(column)
            if one.laboratory:
                for place, value in zip(clocks, values, strict=True):
                    place[clock_key(one.species, one.laboratory)] = float(value)
                continue
            wanted = outcome.READINGS.get(one.id) or model.units[one.key.split("@")[0]]
            for given, value in zip(
                sets, values * factor(one.unit, wanted), strict=True
            ):
                given[one.key] = float(value)
        return sets, clocks

    def predict(self, coordinates: FloatArray, *, workers: int = 1) -> FloatArray:
        """Give the model's number for every row, shape (set, row)."""
        sets, clocks = self.sets(coordinates)
        return self.comparisons.predict(sets, clocks, workers=workers)

    def misfits(self, coordinates: FloatArray, *, workers: int = 1) -> FloatArray:
        """Give how far the model is off, in standard deviations, shape (set, m)."""
        predicted = self.predict(coordinates, workers=workers)
        return np.stack([misfits(self.controls, row) for row in predicted])

    def log_posterior(self, coordinates: FloatArray, *, workers: int = 1) -> FloatArray:
        """Give the logarithm of the posterior but for a constant, shape (set,)."""
        off = self.misfits(coordinates, workers=workers)
        prior = np.sum(coordinates**2, axis=1)
        return np.asarray(-0.5 * (np.sum(off**2, axis=1) + prior))


def misfits(controls: Sequence[Control], predicted: FloatArray) -> FloatArray:
    """Give the distance of predictions from publications, in standard deviations.

    Ratios within one series share a reference value that was measured with error too,
    and a scale that belongs to the assay: the reference joins as a point of its own
    with an error of the same size, and the most probable scale is taken out. Rows of
    one series have marks of one width.

    Parameters
    ----------
    controls
        The rows.
    predicted : ndarray, shape (row,)
        The model's number for each.

    Returns
    -------
    ndarray, shape (row + number of assays,)
    """
    off = np.array([_off(c, v) for c, v in zip(controls, predicted, strict=True)])
    assays: dict[tuple[str, str, float | None], list[int]] = {}
    for k, control in enumerate(controls):
        if control.relation == "ratio":
            key = (control.series, control.arm, control.reference_h)
            assays.setdefault(key, []).append(k)
    references = []
    for rows in assays.values():
        scale = float(np.sum(off[rows])) / (len(rows) + 1)
        off[rows] -= scale
        references.append(-scale)
    return np.append(off, references)


def _off(control: Control, value: float) -> float:
    if not math.isfinite(value):
        return _FAILED
    if control.relation in _FACTORS and control.pass_low > 0:
        width = math.log(control.pass_high / control.pass_low) / 2
        ratio = math.log(max(value, _LEAST) / control.observed)
        return ratio / width * MARK_SDS
    # a mark that ends where the scale ends is one-sided; its open side says the width
    width = max(
        control.observed - control.pass_low, control.pass_high - control.observed
    )
    return (value - control.observed) / width * MARK_SDS
