"""Species, protocols and what no untreated heart may do, for the tests of the heart."""

import numpy as np

from exoheart import calibration as ct

SPECIES = ("mouse", "rat", "pig", "human", "dog")
SHAM, LIGATION = ("none", None), ("permanent ligation", None)
#: A short, a usual and a long occlusion that is opened again [min].
OCCLUSIONS = {
    "mouse": (15, 45, 180),
    "rat": (15, 30, 120),
    "pig": (20, 60, 180),
    "human": (60, 200, 720),
    "dog": (40, 90, 360),
}
DAY = 24.0
STATES = ct.heart_model(()).states
SCALES = dict(zip(STATES, ct.heart_model(()).scales, strict=True))
SIZE, FUNCTION = "outcome_infarct_area_at_risk", "outcome_ejection_fraction"
VOLUMES = ("outcome_end_systolic_volume", "outcome_end_diastolic_volume")
#: What :func:`broken` reads.
OBSERVED = (*STATES, SIZE, FUNCTION, *VOLUMES)
#: Shares of a whole, all of it at most.
SHARES = (
    *("heart_energy_depletion", "heart_viable", "heart_jeopardised"),
    *("heart_committed", "heart_debris", "heart_leak", "heart_contractility_risk"),
    *("heart_contractility_remote", "heart_alarm_response", "heart_vessels"),
)
#: Folds of normal that an infarct raises.
FOLDS = tuple(s for s in STATES if ct.heart_model(()).start.get(s) == 1.0)
RAISED = tuple(
    s for s in FOLDS if s not in {*SHARES, "heart_fibroblasts", "heart_flow"}
)
#: Of a state's scale: a hundred times the widest overshoot seen in 4,000 animals.
SLACK = 1e-6
#: What settles at the whole may end above it by the solver's relative tolerance.
ABOVE = 1e-5
#: Flow is back within a minute and may overshoot by the solver's steps, 1e-5 as seen.
FLOW_SLACK = 1e-4


def reperfused(minutes):
    """Protocol of an occlusion that is opened after some minutes."""
    return ("ischaemia-reperfusion", minutes / 60)


def protocols(species):
    """Short, usual and long occlusion, and the one that stays."""
    return (*map(reperfused, OCCLUSIONS[species]), LIGATION)


def samples(protocol, days):
    """Times over the occlusion, and dense at first after it [h], shape (40,)."""
    opened = protocol[1] or 0.0
    under = np.linspace(0.0, opened, 8) if opened else np.geomspace(1e-3, 0.05, 8)
    after = np.geomspace(0.1, days * DAY, 31)
    return np.concatenate([[0.0], under[1:], opened + after, [opened + days * DAY + 1]])


def broken(solved, parameters):
    """What in a solution can't be, in words, with the members that do it.

    `parameters` gives by id an array of shape (member,) or a number.
    """
    of = {id_: solved[id_] for id_ in OBSERVED}
    given = {k: np.reshape(v, (-1, 1)) for k, v in parameters.items()}
    whole = 1 + SLACK
    cells = of["heart_viable"] + of["heart_jeopardised"]
    dying = of["heart_committed"] + of["heart_debris"]
    fibres = of["heart_collagen"] + of["heart_collagen_young"]
    grown = of["heart_compensation"]
    rules = {
        "not a number": np.any(~np.isfinite(solved.values), axis=-1),
        **{f"{s} below zero": of[s] < -SLACK * SCALES[s] for s in STATES},
        **{f"{s} above the whole": of[s] > 1 + ABOVE for s in SHARES},
        "heart_flow above the whole": of["heart_flow"] > 1 + FLOW_SLACK,
        **{f"{s} below normal": of[s] < 1 - SLACK for s in RAISED},
        "more cells than there were": cells > whole,
        "more dead and living than there were": cells + dying > whole,
        "cells out of nothing": np.diff(cells + dying, prepend=1.0) > SLACK,
        "more collagen than fits": fibres > given["heart_collagen_highest"] + SLACK,
        "more growth than loss": grown > given["anatomy_area_at_risk"] + SLACK,
        "infarct size": (of[SIZE] < -1e-4) | (of[SIZE] > 100 * whole),
        "ejection fraction": (of[FUNCTION] <= 0) | (of[FUNCTION] >= 100),
        "volumes": (of[VOLUMES[0]] <= 0) | (of[VOLUMES[0]] >= of[VOLUMES[1]]),
    }
    met = {name: np.flatnonzero(np.any(at, axis=1)) for name, at in rules.items()}
    return {name: members.tolist() for name, members in met.items() if len(members)}
