"""Run every published control at central parameter values and print the table.

Usage: ``python docs/controls_table.py [--write]``. With ``--write`` the table in
``docs/heart.md`` is replaced. The heart runs alone: its signals are zero.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from exoheart import engine, heart, outcome
from exoheart.evidence.priors import resolve
from exoheart.evidence.tables import load_choices, load_parameters
from exoheart.outcome.controls import Control
from exoheart.records.prior import Priors
from exoheart.units import factor

FloatArray = npt.NDArray[np.float64]
PAGE = Path(__file__).with_name("heart.md")
MARKS = ("<!-- controls: begin -->", "<!-- controls: end -->")
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


def _words(control: Control) -> str:
    what = f"{control.quantity} of {control.of}" if control.of else control.quantity
    reference = "" if control.reference_h is None else f" to {control.reference_h:g} h"
    relation = (
        "" if control.relation == "value" else f" ({control.relation}{reference})"
    )
    return f"{what}{relation}, {control.unit}"


def _spread(control: Control) -> str:
    return f" ({control.spread} {control.spread_type})" if control.spread else ""


def table() -> str:
    """Give the comparison as a Markdown table with a count at its end."""
    lines = [
        "| Species | Protocol | Quantity | At, h | Published | Model | Pass mark | "
        "Inside | Use | Source |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    passed: dict[str, list[bool]] = {}
    controls = outcome.load_controls()
    values = predicted(controls)
    for control in controls:
        value = values[control.id]
        inside = control.passes(value)
        passed.setdefault(control.use, []).append(inside)
        minutes = control.occlusion_h and f"{control.occlusion_h * 60:g} min"
        cells = (
            control.species,
            minutes or "permanent",
            _words(control),
            f"{control.at_h:g}",
            f"{control.observed:g}{_spread(control)}",
            f"{value:.3g}",
            f"{control.pass_low:g} to {control.pass_high:g}",
            "yes" if inside else "**no**",
            control.use,
            control.source,
        )
        lines.append(f"| {' | '.join(cells)} |")
    counts = "; ".join(
        f"{use}: {sum(marks)} of {len(marks)} inside" for use, marks in passed.items()
    )
    return "\n".join([*lines, "", f"Count: {counts}."])


def main(arguments: Sequence[str]) -> None:
    """Print the table, or write it into the page."""
    text = table()
    if "--write" not in arguments:
        print(text)
        return
    page = PAGE.read_text("utf-8")
    before, rest = page.split(MARKS[0])
    after = rest.split(MARKS[1])[1]
    PAGE.write_text(f"{before}{MARKS[0]}\n{text}\n{MARKS[1]}{after}", "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
