"""Where a cohort stands on the five axes of the map of gaps.

Donors count by family, doses and times by band; what a source doesn't print is ``not
said`` and is never taken for a gap. The edges of the bands are judgement: they sort
studies, nothing is computed from them.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from exoheart import units
from exoheart.errors import UnitError
from exoheart.evidence.plan_terms import (
    donor_family,
    planned_dose_time,
    published_dose_time,
)
from exoheart.evidence.studies import OutcomeRecord, StudyRecord
from exoheart.records.study import Arm, Dose, Product, Study

NOT_SAID = "not said"
AXES = ("donor", "route", "dose", "time of dose", "species")
#: What a dose given before reperfusion, or before a permanent occlusion, counts as.
BEFORE = "before"
#: Last moment [h] of each later band, counted from there.
TIME_BANDS: tuple[tuple[float, str], ...] = (
    (1.0, "first hour"),
    (24.0, "1 to 24 h"),
    (168.0, "1 to 7 d"),
    (float("inf"), "later than 7 d"),
)
#: What is counted, its unit, and the edges between its bands.
_COUNTED: Mapping[str, tuple[str, tuple[tuple[float, str], ...]]] = MappingProxyType(
    {
        "mass": (
            "ug",
            (
                (10.0, "below 10 ug"),
                (1000.0, "10 ug to 1 mg"),
                (float("inf"), "1 mg and more"),
            ),
        ),
        "particles": (
            "particles",
            (
                (1e9, "below 1e9 particles"),
                (1e11, "1e9 to 1e11 particles"),
                (float("inf"), "1e11 particles and more"),
            ),
        ),
        "cells": (
            "cells",
            (
                (1e6, "below 1e6 cells"),
                (1e8, "1e6 to 1e8 cells"),
                (float("inf"), "1e8 cells and more"),
            ),
        ),
    }
)
PER_MASS = "per kg or per g"
#: Basis of a dose in the tables or in a plan -> what its bands count.
_BASIS: Mapping[str, str] = MappingProxyType(
    {
        "particles": "particles",
        "protein": "mass",
        "RNA": "mass",
        "not stated": "mass",
        "cells": "cells",
        "donor cells": "cells",
    }
)


def dose_bands(form: str) -> tuple[str, ...]:
    """Give the bands that doses of a form are sorted into, smallest first."""
    kinds = ("cells",) if form == "cells" else ("particles", "mass")
    return tuple(name for kind in kinds for _, name in _COUNTED[kind][1])


def time_bands() -> tuple[str, ...]:
    """Give the bands of the time of a dose, earliest first."""
    return (BEFORE, *(name for _, name in TIME_BANDS))


def time_band(hours: float | None) -> str:
    """Give the band of a time of dose [h].

    Examples
    --------
    >>> time_band(-0.08), time_band(0.5), time_band(672), time_band(None)
    ('before', 'first hour', 'later than 7 d', 'not said')
    """
    if hours is None:
        return NOT_SAID
    if hours < 0:
        return BEFORE
    return next(name for last, name in TIME_BANDS if hours <= last)


def dose_band(value: float | None, unit: str, basis: str) -> str:
    """Give the band of a dose; doses per body or heart mass stand apart.

    Examples
    --------
    >>> dose_band(7.5, "mg", "not stated"), dose_band(2e9, "particles", "particles")
    ('1 mg and more', '1e9 to 1e11 particles')
    """
    kind = _BASIS.get(basis)
    if value is None or kind is None:
        return NOT_SAID
    if "/" in unit:
        return PER_MASS
    counted, bands = _COUNTED[kind]
    try:
        amount = value * units.factor(unit, counted)
    except UnitError:
        return NOT_SAID  # a volume of something nobody counted
    return next(name for end, name in bands if amount < end)


def published_place(study: StudyRecord, row: OutcomeRecord) -> dict[str, str]:
    """Give where a published row stands on each axis."""
    return {
        "donor": donor_family(row.donor) or NOT_SAID,
        "route": row.route or NOT_SAID,
        "dose": dose_band(row.dose_value, row.dose_unit, row.dose_basis),
        "time of dose": time_band(published_dose_time(study, row)),
        "species": NOT_SAID if study.species in {"", "mixed"} else study.species,
    }


def planned_place(study: Study, arm: Arm, product: Product) -> dict[str, str]:
    """Give where an arm of a plan stands on each axis."""
    infarct = study.animal.infarct
    return {
        "donor": donor_family(product.donor) or NOT_SAID,
        "route": arm.route or NOT_SAID,
        "dose": _planned_dose(arm.dose),
        "time of dose": time_band(planned_dose_time(arm, infarct)),
        "species": study.animal.species,
    }


_PLANNED_UNIT: Mapping[str, str] = MappingProxyType(
    {
        "particles": "particles",
        "protein": "ug",
        "RNA": "ug",
        "donor cells": "cells",
    }
)


def _planned_dose(dose: Dose | None) -> str:
    if dose is None:
        return NOT_SAID
    unit = _PLANNED_UNIT.get(dose.basis, "")
    per = "/" if dose.per else ""
    return dose_band(dose.value, unit + per, dose.basis)
