"""Published perturbations beside the heart: does the model move as the animals did.

In: rows of :mod:`exoheart.calibration.perturbation_table`; the heart, or a rival of it.
Out: for each row the change that the model predicts and whether its sign agrees;
counts, beside those of the intercellular model that published the list. A row that the
model can't represent agrees with nothing and stays in the denominator.

References
----------
ChowkwaleValidation
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from exoheart.calibration.heart_alone import Run, Terms, central, heart_model, solve
from exoheart.calibration.perturbation_table import (
    Perturbation,
    Sign,
    load_perturbations,
    read_perturbations,
)
from exoheart.errors import DataError, Fault, closest

__all__ = [
    "DEAD_BAND",
    "NARROW_BAND",
    "Count",
    "Judged",
    "Perturbation",
    "Reading",
    "Sign",
    "judge",
    "load_perturbations",
    "read_perturbations",
    "sign_of",
    "summary",
]
FloatArray = npt.NDArray[np.float64]
#: Read as the published model does, as the mean from occlusion until the day (its area
#: under the curve), or on the day alone, as the laboratory did.
Reading = Literal["until the day", "on the day"]
#: Relative change of the control below which nothing has changed. Assumed: the labels
#: of the published model's first sheet fit it. It is no statement about assays.
DEAD_BAND = 0.05
#: A narrower band, to show how much hangs on the first.
NARROW_BAND = 0.01
#: Samples of a course, evenly spaced: the mean of a day's peak is right to 0.1 %.
_SAMPLES = 481


@dataclass(frozen=True, slots=True)
class Judged:
    """One perturbation with what the model says.

    Parameters
    ----------
    perturbation
        The row.
    base, changed
        The reading without and with the change, in the observable's unit; NaN where
        the row is not represented or a solve failed.
    """

    perturbation: Perturbation
    base: float = math.nan
    changed: float = math.nan

    @property
    def relative(self) -> float:
        """Change as a share of the control [1]; NaN where there is none."""
        return self.changed / self.base - 1.0 if self.base else math.nan

    @property
    def predicted(self) -> Sign | None:
        """Which way the model goes, outside the usual dead band."""
        return sign_of(self.relative)

    @property
    def agrees(self) -> bool | None:
        """Whether that is as published; None where the row is not represented."""
        return self.agrees_at(DEAD_BAND)

    def agrees_at(self, band: float) -> bool | None:
        """Give the same for another dead band; a failed solve agrees with nothing."""
        if not self.perturbation.represented:
            return None
        return sign_of(self.relative, band) == self.perturbation.expected


@dataclass(frozen=True, slots=True)
class Count:
    """How many signs agree, in one selection of rows.

    Parameters
    ----------
    agreeing, agreeing_narrow
        At the usual and at the narrow dead band.
    represented, listed
        Rows that the model represents, and all.
    published, published_represented
        Signs that the published intercellular model has, of all listed rows and of
        those that this model represents.
    decrease
        Represented rows that fell: what a model scores that always says so.
    failed
        Represented rows without a number, since a solve failed.
    """

    agreeing: int
    agreeing_narrow: int
    represented: int
    listed: int
    published: int
    published_represented: int
    decrease: int
    failed: int


def sign_of(relative: float, band: float = DEAD_BAND) -> Sign | None:
    """Give the direction of a relative change; None where it is not a number.

    Parameters
    ----------
    relative
        Change as a share of the control [1].
    band
        Changes up to this size, it included, are none [1].

    Examples
    --------
    >>> sign_of(-0.2), sign_of(0.03), sign_of(0.03, band=0.01)
    ('decrease', 'no change', 'increase')
    """
    if math.isnan(relative):
        return None
    if abs(relative) <= band:
        return "no change"
    return "increase" if relative > 0 else "decrease"


def judge(
    perturbations: Sequence[Perturbation] | None = None,
    *,
    changes: Mapping[str, float] | None = None,
    terms: Terms = (),
    added: tuple[str, ...] = (),
    reading: Reading = "until the day",
    workers: int = 1,
) -> tuple[Judged, ...]:
    """Run published perturbations on the heart, or on a rival of it.

    Parameters
    ----------
    perturbations
        The rows; all that ship where none are given.
    changes
        Values by text id that replace central ones, or of parameters that `added`
        declares, in the model's units; factors of a row act on them.
    terms, added
        Replaced terms of the model text, and statements added to it; factors of a row
        act on the replaced terms.
    reading
        When the observable is read; the published model's way where not given.
    workers
        Processes.

    Returns
    -------
    tuple of Judged
        In the order of the rows, those that are not represented included.

    Raises
    ------
    DataError
        Rows name parameters that the model doesn't have; all of them.
    InputError
        There is no such term, or a parameter that `added` declares has no value.
    SolveError
        Not one animal could be solved.
    """
    rows = load_perturbations() if perturbations is None else tuple(perturbations)
    wanted = [(k, row) for k, row in enumerate(rows) if row.represented]
    if not wanted:
        return tuple(Judged(row) for row in rows)
    # one text in which every perturbed term has a factor, so that all is one batch
    targets = _perturbed_terms(rows)
    terms = _with_factors(targets, terms)
    added = (*added, *(f"  {_factor_id(id_)} has dimensionless;" for id_ in targets))
    observables = tuple(sorted({row.observable for _, row in wanted}))
    given = dict(changes or {}) | {_factor_id(id_): 1.0 for id_ in targets}
    model = heart_model(observables, terms, added)
    _check_parameters(rows, model.parameters)
    plain = {one: central(model, one) | given for one in {r.species for _, r in wanted}}
    runs = [
        run
        for _, row in wanted
        for run in (_run(row, given), _run(row, given | _own(row, plain[row.species])))
    ]
    solved = solve(runs, observables, terms, added=added, workers=workers)
    found: dict[int, tuple[float, float]] = {}
    for place, (k, row) in enumerate(wanted):
        base, changed = (
            _read(solved.times[member], solved[row.observable][member], reading)
            for member in (2 * place, 2 * place + 1)
        )
        found[k] = base, changed
    return tuple(Judged(row, *found.get(k, ())) for k, row in enumerate(rows))


def _perturbed_terms(rows: Sequence[Perturbation]) -> list[str]:
    met = {one.target for row in rows for one in row.changes if one.of_term}
    return sorted(met)


def _factor_id(term: str) -> str:
    return f"perturbation_of_{term}"


def _with_factors(targets: Sequence[str], terms: Terms) -> Terms:
    """Put a factor before some terms of a structure."""
    new = dict(terms)
    for id_ in targets:
        new[id_] = f"{_factor_id(id_)} * ({new.get(id_, '{old}')})"
    return tuple(new.items())


def _check_parameters(rows: Sequence[Perturbation], parameters: Sequence[str]) -> None:
    known = {id_.replace("_", ".", 1) for id_ in parameters}
    faults = [
        Fault(
            f"perturbation {row.id}",
            repr(one.target),
            "a parameter of the heart",
            closest(one.target, known),
        )
        for row in rows
        for one in row.changes
        if not one.of_term and one.target not in known
    ]
    if faults:
        raise DataError("perturbations", faults)


def _run(row: Perturbation, changes: Mapping[str, float]) -> Run:
    times = np.linspace(0.0, row.end_h, _SAMPLES)
    return Run(row.species, (row.model, row.occlusion_h), times, changes)


def _own(row: Perturbation, values: Mapping[str, float]) -> dict[str, float]:
    """Give what a row changes, by text id; `values` are those without it."""
    own: dict[str, float] = {}
    for one in row.changes:
        id_ = one.target.replace(".", "_", 1)
        id_ = _factor_id(id_) if one.of_term else id_
        own[id_] = own.get(id_, values[id_]) * one.factor
    return own


def _read(times: FloatArray, course: FloatArray, reading: Reading) -> float:
    if reading == "on the day":
        return float(course[-1])
    return float(np.trapezoid(course, times) / (times[-1] - times[0]))


def summary(rows: Sequence[Judged]) -> dict[str, Count]:
    """Count agreeing signs, beside the published model's.

    Rows that are not represented stay among those listed: the share of signs that a
    model gets right is ``agreeing / listed``.

    Parameters
    ----------
    rows
        As :func:`judge` gives them.

    Returns
    -------
    dict of str to Count
        For all rows, those of the first sheet, both without rows that are true by
        construction, and those with each observation once (the first of its rows).
    """
    tests = [row for row in rows if not row.perturbation.by_construction]
    once = [row for row in tests if not row.perturbation.same_as]
    return {
        "all": _count(rows),
        "first sheet": _count(_first_sheet(rows)),
        "all, none by construction": _count(tests),
        "first sheet, none by construction": _count(_first_sheet(tests)),
        "each observation once, none by construction": _count(once),
    }


def _first_sheet(rows: Sequence[Judged]) -> list[Judged]:
    return [row for row in rows if row.perturbation.in_first_sheet]


def _count(rows: Sequence[Judged]) -> Count:
    inside = [row for row in rows if row.perturbation.represented]
    return Count(
        agreeing=sum(row.agrees is True for row in inside),
        agreeing_narrow=sum(row.agrees_at(NARROW_BAND) is True for row in inside),
        represented=len(inside),
        listed=len(rows),
        published=sum(row.perturbation.published_model for row in rows),
        published_represented=sum(row.perturbation.published_model for row in inside),
        decrease=sum(row.perturbation.expected == "decrease" for row in inside),
        failed=sum(row.predicted is None for row in inside),
    )
