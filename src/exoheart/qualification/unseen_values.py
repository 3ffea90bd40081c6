"""Studied values for what a published study doesn't print: dose, time, occlusion, n.

A missing value is drawn from those that the shipped studies print for the same species
and route; where they print none, from the species by any route, then from any species.
A dose is drawn from doses of the same product form only; a time or a number of animals
from studies of that form before those of any other. Nothing here depends on a result:
only protocols are read, never an outcome's value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, TypeVar

import numpy as np

from exoheart import outcome
from exoheart.engine.streams import generator
from exoheart.errors import UnitError
from exoheart.evidence import OutcomeRecord, StudyRecord, load_studies
from exoheart.evidence.own.lines import Note
from exoheart.evidence.plan_terms import figure, hours_in_words, published_dose_time
from exoheart.records.study import BASES, Basis, Dose, Form
from exoheart.units import factor

T = TypeVar("T", float, Dose)
_Row = tuple[StudyRecord, OutcomeRecord]
_REPERFUSED = "ischaemia-reperfusion"
#: What a dose may be counted in besides cells, and the unit that it is turned into.
_COUNTED: tuple[tuple[Basis, str], ...] = (
    ("particles", "particles"),
    ("protein", "ug"),
    ("RNA", "ug"),
)


@dataclass(frozen=True, slots=True)
class Choice(Generic[T]):
    """One studied value, in words, and whose it is (a key of the bibliography)."""

    value: T
    words: str
    source: str


@dataclass(frozen=True, slots=True)
class Studied(Generic[T]):
    """Studied values of one thing, any of which may be drawn; `how` says whose."""

    choices: tuple[Choice[T], ...]
    how: str

    def at(self, share: float) -> Choice[T]:
        """Give the choice at a share in [0, 1) of the list."""
        return self.choices[int(share * len(self.choices))]

    def note(self, shares: Iterable[float]) -> Note:
        """Say which choices these shares draw, each once, in the order of the list."""
        drawn = {self.at(share) for share in shares}
        kept = [choice for choice in self.choices if choice in drawn]
        return Note(
            tuple(dict.fromkeys(choice.words for choice in kept)),
            f"no single value is printed; drawn from {self.how}",
            tuple(sorted({choice.source for choice in kept if choice.source})),
        )


def draw_shares(seed: int, what: str, count: int) -> tuple[float, ...]:
    """Give `count` shares in [0, 1), one in each equal part, in random order.

    Every value of a short list is then drawn about equally often.
    """
    stream = generator(seed, "unseen", what)
    places = (stream.permutation(count) + stream.random(count)) / count
    return tuple(float(one) for one in np.minimum(places, np.nextafter(1.0, 0.0)))


def printed_dose(
    value: float, unit: str, basis: str, form: Form = "vesicles"
) -> Dose | None:
    """Give a printed dose as a study file would hold it, or None.

    None where it can't be read and where the form isn't counted so. A mass whose basis
    isn't stated is taken as protein, of RNA as RNA; cells are donor cells.

    Examples
    --------
    >>> printed_dose(7.5, "mg", "not stated").words
    '7.5 mg protein'
    >>> printed_dose(2e10, "particles/kg", "particles").per
    'kg'
    >>> printed_dose(1e6, "cells", "cells", "cells").words
    '1e6 donor cells'
    >>> printed_dose(1e6, "cells", "cells", "RNA") is None
    True
    """
    counted, _, per = (part.strip() for part in unit.partition("/"))
    if per not in {"", "kg", "g heart"} or value <= 0:
        return None
    kind = {"cells": "donor cells", "not stated": ""}.get(basis, basis)
    for name, to in _COUNTED:
        if kind not in {name, ""} or name not in BASES[form]:
            continue
        try:
            scale = factor(counted, to)
        except UnitError:
            continue
        # cells, copies and particles are all counts to the units: only one is meant
        if to == "particles" and counted not in {"particles", "vesicles"}:
            continue
        return _dose(value, counted, name, value * scale, per)
    fits = kind == "donor cells" and kind in BASES[form]
    if fits and counted in {"cells", "donor cells"}:
        return _dose(value, counted, "donor cells", value, per)
    return None


def _dose(value: float, counted: str, basis: Basis, number: float, per: str) -> Dose:
    unit = f"{counted} " if basis in {"protein", "RNA"} else ""
    words = f"{figure(value)} {unit}{basis}" + (f" per {per}" if per else "")
    return Dose(words, number, basis, per or None)  # type: ignore[arg-type]  # checked above


@lru_cache(maxsize=1)
def _rows() -> tuple[_Row, ...]:
    """Give the outcome rows of treated animals in shipped studies not retracted.

    A user's own studies are left out, so that the same file gets the same answers
    everywhere.
    """
    return tuple(
        (study, row)
        for study in load_studies()
        if not (study.retracted or study.in_vitro or study.own)
        for row in study.outcomes
    )


def studied_doses(species: str, route: str, form: Form) -> Studied[Dose] | None:
    """Give the printed doses of a form, or None where there is none."""

    def read(study: StudyRecord, row: OutcomeRecord) -> Choice[Dose] | None:
        if row.form != form or row.dose_value is None:
            return None
        dose = printed_dose(row.dose_value, row.dose_unit, row.dose_basis, form)
        return None if dose is None else Choice(dose, dose.words, study.source)

    return _circles(f"doses of {form}", species, route, read)


def studied_dose_times(
    species: str, route: str, model: str, keep: Callable[[float], bool], form: Form
) -> Studied[float] | None:
    """Give the printed times of a dose [h] of one infarct model, or None.

    They count from reperfusion, in a permanent ligation from the occlusion; only times
    that `keep` holds true for are given. Times of `form` come before those of any.
    """

    def read(
        study: StudyRecord, row: OutcomeRecord, forms: tuple[Form, ...]
    ) -> Choice[float] | None:
        hours = published_dose_time(study, row)
        if row.form not in forms or study.model != model or hours is None:
            return None
        anchor = "reperfusion" if model == _REPERFUSED else "occlusion"
        words = f"{hours_in_words(hours)} after {anchor}"
        return Choice(hours, words, study.source) if keep(hours) else None

    return _own_first(f"times of dose in {model}", species, route, form, read)


def studied_sizes(species: str, route: str, form: Form) -> Studied[float] | None:
    """Give the printed sizes of arms in studies of a form, else of any, or None."""

    def read(
        study: StudyRecord, row: OutcomeRecord, forms: tuple[Form, ...]
    ) -> Choice[float] | None:
        tests = any(other.form in forms for other in study.outcomes)
        if row.form not in {*forms, "control"} or not row.n or not tests:
            return None
        return Choice(float(row.n), f"n = {row.n}", study.source)

    return _own_first("sizes of arms", species, route, form, read)


def studied_occlusions(species: str, route: str) -> Studied[float] | None:
    """Give the printed occlusions [min] with reperfusion of a species, or None.

    Where no study of the species prints one, those of its published control animals
    are given; never those of another species.
    """

    def read(study: StudyRecord, row: OutcomeRecord) -> Choice[float] | None:
        del row
        if study.model != _REPERFUSED or study.occlusion_min is None:
            return None
        return _minutes(study.occlusion_min, study.source)

    for name, pairs in _near(species, route)[:-1]:
        found = _distinct(read(*pair) for pair in pairs)
        if found:
            return Studied(found, f"occlusions in {name}")
    controls = _distinct(
        _minutes(row.occlusion_h * 60.0, row.source)
        for row in outcome.load_controls()
        if row.species == species and row.occlusion_h is not None
    )
    how = f"occlusions of published control animals, {species}"
    return Studied(controls, how) if controls else None


def _minutes(minutes: float, source: str) -> Choice[float]:
    return Choice(minutes, f"{figure(minutes)} min", source)


def _near(species: str, route: str) -> list[tuple[str, list[_Row]]]:
    """Give the circles that are searched: this route, this species, any species."""
    kin = [pair for pair in _rows() if pair[0].species == species]
    here = [pair for pair in kin if route and pair[1].route == route]
    return [
        (f"{species}, {route}", here),
        (f"{species}, any route", kin),
        ("any species", list(_rows())),
    ]


def _circles(
    what: str,
    species: str,
    route: str,
    read: Callable[[StudyRecord, OutcomeRecord], Choice[T] | None],
) -> Studied[T] | None:
    """Give the values of the nearest circle that holds one."""
    for name, pairs in _near(species, route):
        found = _distinct(read(*pair) for pair in pairs)
        if found:
            return Studied(found, f"{what}, {name}")
    return None


def _own_first(
    what: str,
    species: str,
    route: str,
    form: Form,
    read: Callable[[StudyRecord, OutcomeRecord, tuple[Form, ...]], Choice[T] | None],
) -> Studied[T] | None:
    """Give the values in studies of a form; where there are none, of any form."""
    own = _circles(
        f"{what} in studies of {form}",
        species,
        route,
        lambda study, row: read(study, row, (form,)),
    )
    return own or _circles(
        f"{what} in studies of any form",
        species,
        route,
        lambda study, row: read(study, row, tuple(BASES)),
    )


def _distinct(found: Iterable[Choice[T] | None]) -> tuple[Choice[T], ...]:
    """Keep each value of each source once, smallest first."""
    kept: Iterator[Choice[T]] = (one for one in dict.fromkeys(found) if one is not None)
    return tuple(sorted(kept, key=lambda one: (_size(one.value), one.words)))


def _size(value: float | Dose) -> float:
    return value.value if isinstance(value, Dose) else value
