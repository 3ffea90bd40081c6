"""A plan and a published row in the same words and on the same clock.

Used by :mod:`exoheart.evidence.nearest` and :mod:`exoheart.evidence.studied_range`;
holds no judgement, only the translation.
"""

from __future__ import annotations

import math
import re

from exoheart.evidence.studies import OutcomeRecord, StudyRecord
from exoheart.records.study import Arm, Endpoint, Infarct, Moment, Product, Study

#: Donors that count as one family although their codes differ.
DONOR_FAMILIES = ("CDC", "CPC", "MSC", "iPSC", "ESC", "EPC", "fibroblast", "plasma")

_EXPONENT = re.compile(r"e\+0*")


def donor_family(donor: str) -> str:
    """Give the family of a donor code or name; itself where it is in none.

    Examples
    --------
    >>> donor_family("MSC-AT"), donor_family("iPSC-MSC"), donor_family("HEK293")
    ('MSC', 'iPSC', 'HEK293')
    """
    low = donor.lower()
    places = {name: low.find(name.lower()) for name in DONOR_FAMILIES}
    found = [name for name, place in places.items() if place >= 0]
    return min(found, key=lambda name: places[name]) if found else donor


def treated_arms(study: Study) -> list[tuple[Arm, Product]]:
    """Give the arms that get something, each with its product."""
    return [
        (arm, study.products[arm.product])
        for arm in study.arms
        if not arm.control and arm.product is not None
    ]


def reperfused(infarct: Infarct) -> bool:
    """Say whether blood comes back: ischaemia-reperfusion."""
    return infarct.model == "ischaemia-reperfusion"


def after_onset(moment: Moment, infarct: Infarct) -> float:
    """Give a planned moment [h] after the onset of occlusion."""
    late = infarct.occlusion_h or 0.0 if moment.anchor == "reperfusion" else 0.0
    return moment.offset_h + late


def planned_dose_time(arm: Arm, infarct: Infarct) -> float | None:
    """Give a planned dose's time [h] after reperfusion, or occlusion if permanent."""
    if arm.at is None:
        return None
    start = infarct.occlusion_h or 0.0 if reperfused(infarct) else 0.0
    return after_onset(arm.at, infarct) - start


def published_dose_time(study: StudyRecord, row: OutcomeRecord) -> float | None:
    """Give a published dose's time [h] on the clock of `planned_dose_time`.

    A dose counted from the occlusion of an unknown length is taken as it stands.
    """
    if row.dose_time_h is None:
        return None
    known = study.occlusion_min is not None and study.model == "ischaemia-reperfusion"
    late = known and row.dose_anchor == "occlusion"
    return row.dose_time_h - (study.occlusion_min or 0.0) / 60.0 * late


def endpoint_time(endpoint: Endpoint, study: Study) -> float:
    """Give a planned reading's time [h] after the onset of occlusion."""
    return after_onset(endpoint.at, study.animal.infarct)


def clock(hours: float) -> float:
    """Give a time on a scale that is linear below an hour and logarithmic above."""
    return math.asinh(hours)


def figure(value: float) -> str:
    """Write a number for people: four digits at most.

    Examples
    --------
    >>> figure(3e6), figure(0.5), figure(672.0)
    ('3e6', '0.5', '672')
    """
    return _EXPONENT.sub("e", f"{value:.4g}")


def hours_in_words(hours: float) -> str:
    """Write a time in the unit that people would use.

    Examples
    --------
    >>> hours_in_words(0.5), hours_in_words(672), hours_in_words(48)
    ('30 min', '28 d', '2 d')
    """
    if abs(hours) < 2:
        return f"{hours * 60:.3g} min"
    if abs(hours) < 48:
        return f"{hours:.3g} h"
    return f"{hours / 24:.3g} d"
