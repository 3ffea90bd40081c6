"""When and what to record: sample times and observables of a study.

Times follow the infarct and every dose closely and thin out towards the last endpoint,
so that one set serves endpoints, curves and the account of the dose.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from exoheart import delivery
from exoheart.heart import mechanisms
from exoheart.records.study import Study
from exoheart.therapy import MECHANISMS, anchored

FloatArray = npt.NDArray[np.float64]
#: Samples after each event and over the whole time.
_AFTER_EVENT, _OVERALL = 14, 24
#: Doses followed closely; of more, the first and the last ones.
_DOSES = 12
#: First samples after an event, and those after each dose between the first and the
#: last ones [h].
_AT_ONCE, _SOON = 0.004, 0.02
_AFTER_DOSE = (0.0, _AT_ONCE, _SOON, 0.06, 0.2, 0.6, 2.0)
#: Moments after the first dose of an arm at which its way is told [h].
TOLD: tuple[float, ...] = (1 / 12, 1.0, 4.0, 24.0, 72.0, 168.0)
#: Cells whose uptake is reported, by zone.
REPORTED_CELLS = tuple(
    (zone, cell) for zone in ("risk", "border") for cell in delivery.CELLS
)


#: Flow and wall of the vessels, by which the way of a dose is followed.
_WALLS: tuple[str, ...] = (
    "delivery_adhesion",
    "delivery_lodging_ratio",
    "delivery_wall",
    "delivery_extraction_lung",
    *(f"port_{what}_{z}" for what in ("flow", "permeability") for z in delivery.ZONES),
)


def horizon(study: Study) -> float:
    """Give the time of the last endpoint [h after occlusion]."""
    return max(anchored(e.at, study.animal.infarct) for e in study.endpoints)


def dose_times(study: Study) -> tuple[float, ...]:
    """Give the time of every dose of every arm [h after occlusion], sorted."""
    times = {
        anchored(arm.at, study.animal.infarct) + number * arm.every_h
        for arm in study.arms
        if arm.at is not None and arm.dose is not None
        for number in range(arm.times)
    }
    return tuple(sorted(times))


def first_doses(study: Study) -> tuple[float, ...]:
    """Give the time of the first dose of every arm [h after occlusion], sorted."""
    infarct = study.animal.infarct
    dosed = (arm for arm in study.arms if arm.at is not None and arm.dose is not None)
    return tuple(sorted({anchored(arm.at, infarct) for arm in dosed if arm.at}))


def sample_times(study: Study) -> FloatArray:
    """Give the sample times of a study [h after occlusion], ascending.

    They begin at occlusion, or at the first dose where one is given before.
    """
    end = horizon(study)
    infarct = study.animal.infarct
    doses = every = dose_times(study)
    if len(doses) > _DOSES:
        doses = (*doses[: _DOSES // 2], *doses[-(_DOSES // 2) :])
    events = [0.0, infarct.occlusion_h or 0.0, *doses]
    begin = min((0.0, *every))
    parts = [np.linspace(begin, end, _OVERALL)]
    parts += [dose + np.array(_AFTER_DOSE) for dose in every]
    for event in events:
        if event < end - _SOON:
            after = np.geomspace(_SOON, end - event, _AFTER_EVENT)
            parts.append(np.concatenate([[event, event + _AT_ONCE], event + after]))
    told = [at + after for at in first_doses(study) for after in TOLD]
    endpoints = [anchored(e.at, infarct) for e in study.endpoints]
    times = np.unique(np.concatenate([*parts, told, endpoints]))
    return times[(times >= begin) & (times <= end)]


def observables(study: Study, readings: tuple[str, ...]) -> tuple[str, ...]:
    """Give the ids to record for a study.

    Parameters
    ----------
    study
        Says whether anything is given at all.
    readings
        Ids that the endpoints read.
    """
    recorded = dict.fromkeys(readings)
    recorded |= dict.fromkeys(("outcome_infarct_area_at_risk",))
    recorded |= dict.fromkeys(("outcome_ejection_fraction",))
    if any(arm.dose is not None for arm in study.arms):
        recorded |= dict.fromkeys(delivery.STATES)
        recorded |= dict.fromkeys((*delivery.SOLUTE, *delivery.DONOR_CELLS))
        recorded |= dict.fromkeys(("port_soluble_risk", *_WALLS))
        recorded |= dict.fromkeys(
            f"port_bound_{zone}_{cell}" for zone, cell in REPORTED_CELLS
        )
        recorded |= dict.fromkeys(
            f"mechanism_cargo_{what}_{group}"
            for what in ("taken_up", "cytosol")
            for group in mechanisms.GROUPS
        )
        recorded |= dict.fromkeys(
            f"mechanism_{name}_occupancy_{signal}"
            for name in MECHANISMS
            for signal in mechanisms.SIGNALS
        )
    return tuple(recorded)
