"""The largest dose of a form that a readable source prints for a species."""

from __future__ import annotations

from dataclasses import dataclass

from exoheart import units
from exoheart.errors import UnitError
from exoheart.evidence.studies import OutcomeRecord, load_studies


@dataclass(frozen=True, slots=True)
class LargestDose:
    """The largest printed dose, in the unit asked for, and words that say whose it is.

    `words` begin with the dose as printed and can stand in a sentence. `basis_stated`
    is False where the source doesn't say what its unit counts.
    """

    value: float
    words: str
    basis_stated: bool


def largest_dose(species: str, unit: str, form: str = "vesicles") -> LargestDose | None:
    """Give the largest dose printed for a species by any route, or None.

    Parameters
    ----------
    species
        Animal treated.
    unit
        Unit and basis as a study file writes them, ``"mg protein"``, ``"donor
        cells"``; doses per kg or per gram of heart have no printed range.
    form
        Product form; cells are never a range for vesicles.
    """
    if " per " in unit:
        return None
    target, bases = _counted(unit)
    best: LargestDose | None = None
    for record in load_studies():
        if record.species != species or record.retracted or record.in_vitro:
            continue
        for row in record.outcomes:
            if row.form != form or row.dose_value is None:
                continue
            if row.dose_basis not in bases:
                continue
            try:
                value = row.dose_value * units.factor(row.dose_unit, target)
            except UnitError:
                continue
            if best is None or value > best.value:
                stated = row.dose_basis != "not stated"
                note = "" if stated else " (what it counts is not stated)"
                words = (
                    f"{_printed(row)}, the largest dose printed for {form} in the "
                    f"{species} by any route{note} [{record.source}]"
                )
                best = LargestDose(value, words, stated)
    return best


def _counted(unit: str) -> tuple[str, tuple[str, ...]]:
    """Give the unit that doses are turned into, and what they may count."""
    if unit == "donor cells":
        return "cells", ("donor cells", "cells")
    name, _, basis = unit.partition(" ")
    return name, (basis or "particles", "not stated")


def _printed(row: OutcomeRecord) -> str:
    """Give a dose as printed, with what it counts unless the unit says so."""
    printed = f"{row.dose_value:g} {row.dose_unit}"
    said = row.dose_basis == "not stated" or row.dose_unit in row.dose_basis
    return printed if said else f"{printed} {row.dose_basis}"
