"""Published control animals against the heart at central parameter values.

The heart runs alone, its signals at zero: what untreated animals of each published
protocol would read. Used by the trust section of a plan and by the documentation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from exoheart import engine, heart, outcome
from exoheart.evidence import load_choices, load_parameters, resolve
from exoheart.outcome import Control
from exoheart.records.prior import Priors
from exoheart.units import factor

FloatArray = npt.NDArray[np.float64]
READINGS = ("outcome.scar_shrinkage", "outcome.scar_shrinkage_time")


def heart_text() -> str:
    """Give the text of the heart with its observables, signals left open."""
    blocks = [*heart.blocks(), *outcome.blocks()]
    return engine.join("heart_alone", blocks, dict(heart.PORTS_READ))


@lru_cache(maxsize=8)
def heart_model(observables: tuple[str, ...]) -> engine.Model:
    """Compile the heart alone."""
    return engine.compile_model(heart_text(), observables)


@lru_cache(maxsize=8)
def priors(species: str) -> Priors:
    """Give what is known of one species."""
    return resolve(load_parameters(), species, load_choices())


def central(model: engine.Model, species: str) -> dict[str, float]:
    """Give the central value of every parameter of a model, by text id."""
    values = {"heart_flow_target": 1.0} | dict.fromkeys(heart.PORTS_READ, 0.0)
    for id_ in model.parameters:
        if id_ not in values:
            row = priors(species)[id_.replace("_", ".", 1)]
            values[id_] = row.value * factor(row.unit, model.units[id_])
    return values


@dataclass(frozen=True)
class Run:
    """One animal to solve: species, protocol, sample times [h after occlusion].

    `protocol` is the infarct model and the length of the occlusion [h]; `changes` are
    values by text id, in the model's units, that replace central ones.
    """

    species: str
    protocol: tuple[str, float | None]
    times: npt.ArrayLike
    changes: Mapping[str, float] = field(default_factory=dict)


def solve(runs: Sequence[Run], observables: Sequence[str]) -> engine.Solution:
    """Solve some animals in one go; shorter courses are filled up with later times."""
    model = heart_model(tuple(observables))
    rows = [central(model, run.species) | dict(run.changes) for run in runs]
    table = np.array([[values[id_] for id_ in model.parameters] for values in rows])
    actions = [
        action
        for number, (run, values) in enumerate(zip(runs, rows, strict=True))
        for action in heart.infarct_actions(number, *run.protocol, values)
    ]
    wanted = [np.asarray(run.times, dtype=np.float64) for run in runs]
    longest = max(len(times) for times in wanted)
    filled = [
        np.append(times, times[-1] + 1.0 + np.arange(longest - len(times)))
        for times in wanted
    ]
    start = model.initial(table)
    members = engine.Table(table, start, tuple(actions), np.array(filled))
    return engine.solve(model, members)


def _as_read(control: Control, times: FloatArray, values: FloatArray) -> FloatArray:
    """Give a course as the control's method reads it."""
    known = [m for m in outcome.measures() if m.observable == control.observable]
    if not known or not control.method:
        return values
    rows = {id_: priors(control.species)[id_] for id_ in READINGS}
    reading = {
        id_: row.value * factor(row.unit, "hour" if "time" in id_ else "1")
        for id_, row in rows.items()
    }
    since = times - (control.occlusion_h or 0.0)
    given = {control.observable: values}
    return outcome.true_value(known[0], control.method, given, since, reading)


def predicted(controls: Sequence[Control]) -> dict[str, float]:
    """Give the model's number for every published control, by id."""
    groups: dict[tuple[str, str, float | None], list[Control]] = {}
    for control in controls:
        key = (control.species, control.model, control.occlusion_h)
        groups.setdefault(key, []).append(control)
    runs = [
        Run(key[0], key[1:], np.unique(np.concatenate([c.sample_times for c in group])))
        for key, group in groups.items()
    ]
    solved = solve(runs, sorted({control.observable for control in controls}))
    found = {}
    for number, group in enumerate(groups.values()):
        times = solved.times[number]
        for control in group:
            values = _as_read(control, times, solved[control.observable][number])
            found[control.id] = outcome.read_course(control, times, values)
    return found


def control_rows(species: str) -> list[dict[str, Any]]:
    """Give every published control of a species beside the model, for a report."""
    controls = [c for c in outcome.load_controls() if c.species == species]
    if not controls:
        return []
    found = predicted(controls)
    return [_row(control, found[control.id]) for control in controls]


def _row(control: Control, value: float) -> dict[str, Any]:
    minutes = "" if control.occlusion_h is None else f"{60 * control.occlusion_h:g} min"
    what = f"{control.quantity} of {control.of}" if control.of else control.quantity
    if control.relation != "value":
        what = f"{what} ({control.relation})"
    after = "occlusion" if control.occlusion_h is None else "reperfusion"
    is_sd = control.spread_type == "SD"
    return {
        "comparison": f"{minutes} {control.model}, {control.at_h:g} h after {after}",
        "species": control.species,
        "quantity": what,
        "unit": control.unit,
        "observed": control.observed,
        "sd": float(control.spread) if is_sd and _is_number(control.spread) else None,
        "predicted": value,
        "interval90": None,
        "passed": control.passes(value),
        "use": control.use,
        "source": control.source,
    }


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
