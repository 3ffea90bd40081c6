"""Published untreated animals beside the heart: what the model says for each row.

In: rows of ``data/controls.csv`` and parameter sets. Out: the number that each row
publishes, from the model, for each set. A laboratory whose clock was fitted is run with
it; all others with the central clock.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from exoheart import outcome
from exoheart.calibration.heart_alone import (
    Run,
    Terms,
    priors,
    solve,
)
from exoheart.outcome import Control
from exoheart.records.prior import Priors
from exoheart.units import factor

FloatArray = npt.NDArray[np.float64]
CLOCK = "heart_clock_laboratory"
#: A parameter set: values by text id, or by row id for what a reading needs, in model
#: units. ``id@pig`` is for that species only.
Set = Mapping[str, float]
_Key = tuple[str, str, float | None, str]


def clock_key(species: str, laboratory: str) -> str:
    """Give the name of a clock: a laboratory may work on several species."""
    return f"{laboratory}@{species}"


def laboratory_clock(species: str, laboratory: str, *, fitted: bool = True) -> float:
    """Give the injury clock of a laboratory: fitted, or the central one [1]."""
    known = priors(species, fitted=fitted)
    own = known.get(f"heart.clock_laboratory.{laboratory}")
    return (own or known["heart.clock_laboratory"]).value


@dataclass(frozen=True)
class Comparisons:
    """Some published rows, grouped into the animals that have to be solved.

    Parameters
    ----------
    controls
        The rows.
    terms, added
        Replaced terms of the model text, and statements added to it.
    fitted
        False takes central values from before any fit, as a fit itself must.
    """

    controls: tuple[Control, ...]
    terms: Terms = ()
    added: tuple[str, ...] = ()
    fitted: bool = True
    groups: Mapping[_Key, list[Control]] = field(init=False)

    def __post_init__(self) -> None:
        groups: dict[_Key, list[Control]] = {}
        for control in self.controls:
            key = (
                control.species,
                control.model,
                control.occlusion_h,
                control.laboratory,
            )
            groups.setdefault(key, []).append(control)
        object.__setattr__(self, "groups", groups)

    @property
    def observables(self) -> tuple[str, ...]:
        """What has to be recorded."""
        return tuple(sorted({control.observable for control in self.controls}))

    def runs(self, given: Set, clocks: Mapping[str, float]) -> list[Run]:
        """Give one animal for each protocol and laboratory, in the order of groups.

        Parameters
        ----------
        given
            Values that replace central ones.
        clocks
            By :func:`clock_key`, injury clocks; others as fitted, or central.
        """
        runs = []
        for (species, model, occlusion, laboratory), group in self.groups.items():
            times = np.unique(np.concatenate([c.sample_times for c in group]))
            clock = clocks.get(clock_key(species, laboratory))
            if clock is None:
                clock = laboratory_clock(species, laboratory, fitted=self.fitted)
            changes = {CLOCK: clock, **of_species(given, species)}
            runs.append(Run(species, (model, occlusion), times, changes))
        return runs

    def predict(
        self,
        sets: Sequence[Set] = ({},),
        clocks: Sequence[Mapping[str, float]] | None = None,
        *,
        workers: int = 1,
    ) -> FloatArray:
        """Give the model's number for every row and set.

        Parameters
        ----------
        sets
            Values that replace central ones, in the model's units.
        clocks
            For each set, injury clocks by :func:`clock_key`.
        workers
            Processes.

        Returns
        -------
        ndarray, shape (set, row)
            In the unit of each row; NaN where a solve failed.
        """
        clocks = clocks or [{}] * len(sets)
        runs = [
            run
            for given, clock in zip(sets, clocks, strict=True)
            for run in self.runs(given, clock)
        ]
        solved = solve(
            runs,
            self.observables,
            self.terms,
            added=self.added,
            fitted=self.fitted,
            workers=workers,
        )
        place = {control.id: k for k, control in enumerate(self.controls)}
        found = np.full((len(sets), len(self.controls)), np.nan)
        for number in range(len(runs)):
            which, of = divmod(number, len(self.groups))
            group = list(self.groups.values())[of]
            count = len(np.asarray(runs[number].times))
            times = solved.times[number, :count]
            for control in group:
                course = solved[control.observable][number, :count]
                known = priors(control.species, fitted=self.fitted)
                course = as_read(control, times, course, sets[which], known)
                value = outcome.read_course(control, times, course)
                found[which, place[control.id]] = value
        return found


def of_species(given: Set, species: str) -> dict[str, float]:
    """Give the values of a set that hold for a species, its own before those of all."""
    own = {k.split("@")[0]: v for k, v in given.items() if k.endswith(f"@{species}")}
    return {key: value for key, value in given.items() if "@" not in key} | own


def as_read(
    control: Control,
    times: FloatArray,
    values: FloatArray,
    given: Set,
    rows: Priors | None = None,
) -> FloatArray:
    """Give a course as the control's method reads it.

    Parameters
    ----------
    control
        Says which method.
    times, values : ndarray, shape (t,)
        The observable without a method [h after occlusion].
    given
        A parameter set; what a reading needs and isn't in it comes from `rows`.
    rows
        Of the species; the shipped ones if not given.
    """
    shipped = rows or priors(control.species)
    known = [m for m in outcome.measures() if m.observable == control.observable]
    if not known or not control.method:
        return values
    reading, given = {}, of_species(given, control.species)
    for id_ in known[0].reads(control.method):
        row = shipped[id_]
        unit = outcome.READINGS[id_]
        reading[id_] = given.get(id_, row.value * factor(row.unit, unit))
    since = times - (control.occlusion_h or 0.0)
    return outcome.true_value(
        known[0], control.method, {control.observable: values}, since, reading
    )


def predicted(controls: Sequence[Control]) -> dict[str, float]:
    """Give the model's number for every published control at central values, by id."""
    values = Comparisons(tuple(controls)).predict()[0]
    return {c.id: float(v) for c, v in zip(controls, values, strict=True)}
