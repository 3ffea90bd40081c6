"""Section 8, Trust: checks run now, comparisons with data, limits, how to repeat it."""

from __future__ import annotations

import math
import platform
from dataclasses import dataclass
from importlib import metadata
from typing import Any

import numpy as np

from exoheart import delivery, engine, evidence, outcome
from exoheart.planning.controls import control_rows
from exoheart.planning.how import given_by
from exoheart.planning.roadblocks import Drivers, kind_shares
from exoheart.planning.words import number
from exoheart.prediction import Prediction, sources_of, used_parameters
from exoheart.therapy import anchored
from exoheart.version import VERSION

CONTEXT_OF_USE = (
    "Choosing between designs of a preclinical study of vesicles in the infarcted "
    "heart, and seeing what such a study hangs on. Research use only; not medical "
    "advice; not for any decision about a patient or an animal under treatment."
)
LIMITS = (
    "No parameter has been fitted to a therapy result: potency and mechanism are "
    "priors, assumed before any comparison, and intervals are as wide as that.",
    "The heart's rates were fitted to untreated animals in four steps, one after the "
    "other; most are hardly narrower than before. Misfits are in the table of "
    "controls, whose rows were all seen while the model was designed: none is a blind "
    "test.",
    "Vesicles in blood reach the heart's cells through its vessel wall only. Blood "
    "cells hold some but carry none into the infarct, and what spleen, liver or lungs "
    "do with vesicles has no effect on the heart.",
    "Dissolved protein acts as one sum, whichever proteins it holds, from an assumed "
    "amount on; one RNA stands for all.",
    "Living cells die at one rate borrowed from dogs and release vesicles as in "
    "culture. Their own soluble factors, their growth, their joining the muscle and "
    "their rejection are not modelled.",
    "The purity of conditioned medium is assumed.",
    "Conditioning, engineering, age and illness of the donor change yield, cargo and "
    "signals by folds of which few were measured, most of them in another cell; folds "
    "with controls of their own are not combined.",
    "Antibodies against foreign vesicles come days after a dose and speed up "
    "clearance, all by assumed rates; any other immune response is not modelled.",
    "A targeting ligand is an assumed fold of binding; patches, gels, the pericardial "
    "sac and inhalation rest on assumed rates.",
    "An injection spreads evenly over its zone; clotting and arrhythmia are not "
    "modelled.",
    "By how much late enhancement overstates an infarct in its first days is known "
    "from pigs only and judged for other species.",
    "Attrition takes animals at random; in truth the largest infarcts die first.",
)
NOT_COVERED = (
    "Soluble factors that living cells release; cells that divide or become muscle",
    "What a loaded drug does once it is in a cell",
    "Age, diabetes, drugs and earlier sensitisation of the recipient",
    "Ameroid constriction and other chronic ischaemia; heart failure of other cause",
    "Patents and prices",
)
_LIBRARIES = (
    "antimony",
    "llvmlite",
    "python-libsbml",
    "numpy",
    "scipy",
    "pint",
    "vl-convert-python",
)
_MASS, _BELOW, _TOLERANCE = 1e-8, 1e3, 1e-4
_CHECKED = 8


@dataclass(frozen=True)
class Run:
    """How a plan was made: what a reader needs to repeat it."""

    members: int
    command: str


def trust(prediction: Prediction, ranked: Drivers | None, run: Run) -> dict[str, Any]:
    """Give the section on what was checked and what the answer rests on."""
    size = prediction.cohort.size
    return {
        "context_of_use": CONTEXT_OF_USE,
        "checks": checks(prediction),
        "controls": control_rows(prediction.study.animal.species),
        "kinds": kind_shares(prediction, ranked),
        "limits": list(LIMITS),
        "not_covered": list(NOT_COVERED),
        "versions": versions(),
        "seed": prediction.seed,
        "members": run.members,
        "outer": size.outer,
        "animals_per_draw": size.animals,
        "command": run.command,
        "citation": [f"exoheart {VERSION}", *_sources(prediction)],
        "failed_members": prediction.failed_members,
        "warnings": list(prediction.warnings),
    }


def versions() -> dict[str, str]:
    """Give the versions of what computed the plan."""
    found = {"exoheart": VERSION, "python": platform.python_version()}
    for name in _LIBRARIES:
        found[name] = metadata.version(name)
    return found


def checks(prediction: Prediction) -> list[dict[str, Any]]:
    """Run the checks that a report carries; each says what it met and its limit."""
    found = [
        _check("Members without a result", prediction.failed_members, "0", 0.0),
        _check(
            "Units of the model text: faults",
            len(engine.unit_faults(prediction.cohort.model.source)),
            "0",
            0.0,
        ),
        _check(
            f"Halved tolerance moves an endpoint ({_CHECKED} members of each arm), "
            "share of the control's value",
            _tolerance(prediction),
            "1e-4",
            _TOLERANCE,
        ),
    ]
    if any(arm.dose is not None for arm in prediction.study.arms):
        found += [
            _check(
                "Particles given against particles found, relative",
                _mass_error(prediction),
                "1e-8",
                _MASS,
            ),
            _check(
                "Lowest particle state, in absolute tolerances below zero",
                _below_zero(prediction),
                "1e3",
                _BELOW,
            ),
        ]
    return found


def _check(name: str, value: float, limit: str, bound: float) -> dict[str, Any]:
    return {
        "name": name,
        "passed": None if math.isnan(value) else bool(value <= bound),
        "value": number(value),
        "limit": limit,
    }


def _mass_error(prediction: Prediction) -> float:
    """Give the worst relative difference of particles found to given, after dosing.

    Not a number where no sample lies after the last dose.
    """
    worst = math.nan
    for arm in prediction.study.arms:
        if arm.dose is None or arm.at is None:
            continue
        given = given_by(prediction, arm)
        amounts = {s: prediction.values(arm.name, s) for s in delivery.STATES}
        found = np.sum(list(amounts.values()), axis=0)
        brought = delivery.brought(amounts, given)
        start = anchored(arm.at, prediction.study.animal.infarct)
        infusion = max(arm.over_h, _longest_infusion(prediction))
        end = start + (arm.times - 1) * arm.every_h + infusion
        after = prediction.times > end
        if after.any():
            missing = np.abs(found - given)[..., after]
            error = missing / np.where(brought > 0.0, brought, np.nan)[..., after]
            if np.isnan(error).all():
                continue
            worst = float(np.nanmax([worst, np.nanmax(error)]))
    return worst


def _longest_infusion(prediction: Prediction) -> float:
    draws = prediction.cohort.draws.outer(0, prediction.cohort.size.outer)
    return float(np.max(draws["delivery_infusion_time"]))


def _below_zero(prediction: Prediction) -> float:
    """Give how far any particle state fell below zero, in its absolute tolerances."""
    tolerances = prediction.cohort.model.absolute_tolerances
    worst = 0.0
    for state in (*delivery.STATES, *delivery.SOLUTE, *delivery.DONOR_CELLS):
        if state == delivery.OWED:  # what living cells release is negative by design
            continue
        lowest = float(np.nanmin(prediction.solution[state]))
        worst = max(worst, -lowest / tolerances[state])
    return worst


def _tolerance(prediction: Prediction) -> float:
    """Solve a few members again at half the tolerance; give the largest change.

    Of every endpoint, as a share of the value of the same animal without a dose (with
    it where every arm has one).
    """
    cohort, solution = prediction.cohort, prediction.solution
    bare = next((k for k, arm in enumerate(cohort.arms) if not arm.treated), None)
    worst = 0.0
    for position in range(len(cohort.arms)):
        first = position * cohort.size.members
        count = min(_CHECKED, cohort.size.members)
        block = cohort.block(first, count)
        members = engine.Table(
            block.parameters, block.initial, tuple(block.schedule), block.sample_times
        )
        again = engine.solve(cohort.model, members, rtol=prediction.rtol / 2)
        start = first if bare is None else bare * cohort.size.members
        for endpoint in prediction.study.endpoints:
            name = outcome.measure(endpoint.quantity, endpoint.of).observable
            at = anchored(endpoint.at, prediction.study.animal.infarct)
            sample = int(np.searchsorted(prediction.times, at))
            before = solution[name][first : first + count, sample]
            control = np.abs(solution[name][start : start + count, sample])
            change = np.abs(again[name][:, sample] - before)
            known = control > 0
            if known.any():
                worst = max(worst, float(np.nanmax(change[known] / control[known])))
    return worst


def _sources(prediction: Prediction) -> list[str]:
    priors = prediction.priors
    ids = used_parameters(
        prediction.study, priors, prediction.cohort.draws, prediction.products
    )
    known = evidence.load_bibliography()
    own = sorted(f"{p.source} (user's own)" for p in priors.values() if p.overridden)
    return [evidence.reference(known[key]) for key in sources_of(ids, priors)] + own
