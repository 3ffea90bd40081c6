"""Where a plan leaves what has been studied.

`outside` compares a plan with the tables of studies, form by form (vesicles are never
covered by studies of cells); where the readable evidence prints nothing for an item,
that is said instead of a range.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from exoheart import units
from exoheart.errors import UnitError
from exoheart.evidence.nearest import dose_of
from exoheart.evidence.plan_terms import (
    donor_family,
    figure,
    hours_in_words,
    planned_dose_time,
    published_dose_time,
    reperfused,
    treated_arms,
)
from exoheart.evidence.studies import OutcomeRecord, StudyRecord
from exoheart.records.study import Arm, Basis, Dose, Form, Product, Study

_Found = list[tuple[StudyRecord, OutcomeRecord]]
_Priced = list[tuple[float, tuple[StudyRecord, OutcomeRecord]]]
#: The program's unit for each basis of a dose, and the bases that it is held against.
_DOSE_UNITS: Mapping[Basis, str] = {
    "particles": "particles",
    "protein": "ug",
    "donor cells": "cells",
    "RNA": "ug",
}
_BASES: Mapping[Basis, tuple[str, ...]] = {
    "particles": ("particles",),
    "protein": ("protein", "not stated"),
    "donor cells": ("donor cells", "cells"),
    "RNA": ("RNA", "not stated"),
}
#: Times are printed to the minute: half of one [h].
_PRINTED_TO = 0.5 / 60.0
#: Sources that one line names before it counts the rest.
MOST_SOURCES = 8


@dataclass(frozen=True, slots=True)
class Outside:
    """One way in which a plan leaves the studied range.

    Parameters
    ----------
    what
        species, infarct, route, donor, dose, occlusion or time of dose.
    arm
        The planned arm; empty where it concerns the whole plan.
    met
        What was planned.
    studied
        The studied range or list, or that nothing is printed.
    source
        Keys of the studies that set the range, joined by commas.
    known
        False where the evidence prints nothing that it could be compared with
        directly: no dose for this route, or doses that don't say what they count.
    """

    what: str
    arm: str
    met: str
    studied: str
    source: str
    known: bool = True


def outside(study: Study, studies: Iterable[StudyRecord]) -> list[Outside]:
    """List where a plan leaves the range of the published studies.

    Parameters
    ----------
    study
        The plan.
    studies
        Published studies; retracted ones and cells in a dish are left out.

    Returns
    -------
    list of Outside
        The whole plan's items first (species, infarct, occlusion), then arm by arm
        (route, donor, dose, time of dose). Empty where everything is inside.
    """
    records = [one for one in studies if not (one.retracted or one.in_vitro)]
    found = _occlusion(study, records)
    for arm, product in treated_arms(study):
        rows = [
            (record, row)
            for record in records
            for row in record.outcomes
            if row.form == product.form
        ]
        for item in _arm(study, arm, product, rows):
            if item not in found:
                found.append(item)
    return found


def _sources(rows: _Found) -> str:
    keys = sorted({record.source for record, _ in rows})
    more = f" and {len(keys) - MOST_SOURCES} more" if len(keys) > MOST_SOURCES else ""
    return ", ".join(keys[:MOST_SOURCES]) + more


def _words(values: Iterable[str]) -> str:
    return ", ".join(sorted({value for value in values if value}))


def _occlusion(study: Study, records: Sequence[StudyRecord]) -> list[Outside]:
    """Compare the occlusion with all studies of the species, controls included."""
    hours = study.animal.infarct.occlusion_h
    if hours is None:
        return []
    species = study.animal.species
    known = {
        record.occlusion_min: record.source
        for record in records
        if record.species == species
        and record.model == study.animal.infarct.model
        and record.occlusion_min is not None
    }
    met = hours_in_words(hours)
    if not known:
        text = f"no occlusion printed in the readable evidence for {species}"
        return [Outside("occlusion", "", met, text, "", known=False)]
    low, high = min(known), max(known)
    if low <= round(hours * 60, 6) <= high:
        return []
    keys = ", ".join(sorted({known[low], known[high]}))
    ends = dict.fromkeys((figure(low), figure(high)))
    text = f"{' to '.join(ends)} min in {species}"
    return [Outside("occlusion", "", met, text, keys)]


def _arm(study: Study, arm: Arm, product: Product, rows: _Found) -> list[Outside]:
    """Compare one treated arm with the rows of its form."""
    species, form = study.animal.species, product.form
    here = [pair for pair in rows if pair[0].species == species]
    if not here:
        return [_never_given(species, form, rows)]
    found = []
    model = study.animal.infarct.model
    if model not in {record.model for record, _ in here}:
        models = _words(record.model for record, _ in here)
        text = f"{form} in {species}: {models or 'no infarct named'}"
        found.append(Outside("infarct", "", model, text, _sources(here)))
    routes = _words(row.route for _, row in here)
    if arm.route and arm.route not in routes.split(", "):
        text = f"{form} in {species}: {routes or 'no route printed'}"
        found.append(Outside("route", arm.name, arm.route, text, _sources(here)))
    donors = _words(row.donor for _, row in here)
    families = {donor_family(row.donor) for _, row in here}
    if donor_family(product.donor) not in families:
        text = f"{form} in {species}: {donors or 'no donor printed'}"
        found.append(Outside("donor", arm.name, product.donor, text, _sources(here)))
    if arm.dose is not None:
        found += _dose(species, arm, arm.dose, form, rows)
    return found + _dose_time(study, arm, here)


def _never_given(species: str, form: Form, rows: _Found) -> Outside:
    """Say where a form was given, if never in this species."""
    others = _words(record.species for record, _ in rows)
    if others:
        text = f"{form} only in {others}"
    elif rows:
        text = f"what was read of the studies of {form} names no animal"
    else:
        text = f"no study of {form} in the tables"
    return Outside("species", "", species, text, _sources(rows), known=bool(others))


def in_program_units(row: OutcomeRecord, dose: Dose) -> float | None:
    """Give a published dose in the unit of a planned one; None where they differ.

    A dose per kilogram is compared with doses per kilogram only.
    """
    if row.dose_value is None or row.dose_basis not in _BASES[dose.basis]:
        return None
    per = f"/{dose.per}" if dose.per == "kg" else ""
    if dose.per == "g heart" or ("/kg" in row.dose_unit) != bool(per):
        return None
    try:
        wanted = _DOSE_UNITS[dose.basis] + per
        return row.dose_value * units.factor(row.dose_unit, wanted)
    except UnitError:
        return None


def _dose(species: str, arm: Arm, dose: Dose, form: str, rows: _Found) -> list[Outside]:
    """Compare a dose by its basis: this route, else this species, else any."""
    priced = [
        (value, pair)
        for pair in rows
        if (value := in_program_units(pair[1], dose)) is not None
    ]
    kin = [one for one in priced if one[1][0].species == species]
    circles = (
        (
            f"{species}, {arm.route}",
            [one for one in kin if one[1][1].route == arm.route],
        ),
        (species, kin),
        ("any species", priced),
    )
    for place, (name, inside) in enumerate(circles):
        if inside:
            return _dose_against(arm, dose, form, name, inside, printed=place == 0)
    text = (
        f"no dose of {form} by {dose.basis} printed in the readable evidence for "
        f"this route or any other"
    )
    return [Outside("dose", arm.name, dose.words, text, "", known=False)]


def _dose_against(
    arm: Arm,
    dose: Dose,
    form: str,
    name: str,
    inside: _Priced,
    *,
    printed: bool,
) -> list[Outside]:
    low, high = (find(inside, key=lambda one: one[0]) for find in (min, max))
    vague = all(pair[1].dose_basis == "not stated" for _, pair in inside)
    within = low[0] <= dose.value <= high[0]
    if printed and within and not vague:
        return []
    ends = dict.fromkeys(
        f"{dose_of(pair[1])} in {pair[0].species}" for _, pair in (low, high)
    )
    side = "above" if dose.value > high[0] else "below"
    where = "inside" if within else f"{side} all of"
    text = f"{where} what is printed for {form}, {name}: {' to '.join(ends)}"
    if not printed:
        text = f"no dose printed in the readable evidence for this route; {text}"
    if vague:
        text += "; none of the sources says what the unit counts"
    known = printed and not vague
    sources = _sources([low[1], high[1]])
    return [Outside("dose", arm.name, dose.words, text, sources, known=known)]


def _dose_time(study: Study, arm: Arm, here: _Found) -> list[Outside]:
    """Compare the time of the dose with the times printed for this species."""
    planned = planned_dose_time(arm, study.animal.infarct)
    if planned is None or arm.at is None:
        return []
    times = [
        (hours, pair)
        for pair in here
        if (hours := published_dose_time(*pair)) is not None
    ]
    species = study.animal.species
    if not times:
        text = f"no time of dose printed in the readable evidence for {species}"
        return [Outside("time of dose", arm.name, arm.at.words, text, "", known=False)]
    low, high = (find(times, key=lambda one: one[0]) for find in (min, max))
    if low[0] - _PRINTED_TO <= planned <= high[0] + _PRINTED_TO:
        return []
    start = "reperfusion" if reperfused(study.animal.infarct) else "occlusion"
    ends = dict.fromkeys(hours_in_words(end[0]) for end in (low, high))
    text = f"{' to '.join(ends)} after {start} in {species}"
    sources = _sources([low[1], high[1]])
    return [Outside("time of dose", arm.name, arm.at.words, text, sources)]
