"""Published control animals, and how the model's course is read to meet them.

In: ``data/controls.csv`` and the course of one observable. Out: the number that the
publication gives, from the model, and whether it lies within the pass mark. Which
protocol to run is in the record; who runs it is above this stage.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Literal, cast

import numpy as np
import numpy.typing as npt

from exoheart.errors import InputError

FloatArray = npt.NDArray[np.float64]
Relation = Literal[
    "value", "ratio", "ratio to normal", "difference", "share of peak", "peak time"
]
Module = Literal["injury", "inflammation", "repair", "ventricle"]
#: Relations that need the whole course, and the spacing of its samples [h].
_COURSE = ("share of peak", "peak time")
_STEP_H = 1.0


@dataclass(frozen=True, slots=True)
class Control:
    """One published value of untreated animals, with its pass mark.

    Parameters
    ----------
    id
        Unique name.
    series
        Comparisons of one publication, animal and quantity: one assay.
    laboratory, cohort, arm
        Whose animals, which of them, and what was given to them.
    module
        Which part of the heart it tests: injury, inflammation, repair, ventricle.
    species, model, occlusion_h
        The protocol; `occlusion_h` is None but for ischaemia-reperfusion [h].
    quantity, of, method, unit
        As published; `unit` is ``1`` for ratios.
    observable
        Id of the model's quantity.
    relation, reference_h
        What the number is: the ``value``, its ``ratio`` or ``difference`` to that at
        `reference_h`, its ``ratio to normal`` (before occlusion), its ``share of
        peak``, or the ``peak time`` [h].
    at_h, reference_h
        After reperfusion, or after occlusion where there is none [h]. The end of the
        search for a ``peak time``.
    observed, spread, spread_type, n
        As published; `spread` is text, since it may be a range.
    pass_rule, pass_low, pass_high
        The mark in words and in numbers.
    use
        calibrate, select or qualify.
    source, locator, note
        Where it is from.
    seen
        Whether the number was known while the model was designed.
    """

    id: str
    series: str
    laboratory: str
    cohort: str
    arm: str
    module: Module
    species: str
    model: str
    occlusion_h: float | None
    quantity: str
    of: str
    method: str
    unit: str
    observable: str
    relation: Relation
    reference_h: float | None
    at_h: float
    observed: float
    spread: str
    spread_type: str
    n: int | None
    pass_rule: str
    pass_low: float
    pass_high: float
    use: str
    source: str
    locator: str
    note: str
    seen: bool

    @property
    def sample_times(self) -> FloatArray:
        """Times at which the observable is needed [h after occlusion], ascending."""
        start = self.occlusion_h or 0.0
        if self.relation in _COURSE:
            return start + np.arange(0.0, self.at_h + _STEP_H, _STEP_H)
        return np.unique([0.0, start + self.at_h, self.compared_at])

    @property
    def compared_at(self) -> float:
        """Time of the value that a ratio or difference is to [h after occlusion]."""
        if self.reference_h is None or self.relation == "ratio to normal":
            return 0.0
        return (self.occlusion_h or 0.0) + self.reference_h

    def passes(self, value: float) -> bool:
        """Whether a value of the model lies within the pass mark."""
        return self.pass_low <= value <= self.pass_high


def _number(text: str) -> float | None:
    return float(text) if text else None


def _control(row: dict[str, str]) -> Control:
    minutes = _number(row["occlusion_min"])
    return Control(
        id=row["id"],
        series=row["series"],
        laboratory=row["laboratory"],
        cohort=row["cohort"],
        arm=row["arm"],
        module=cast("Module", row["module"]),
        species=row["species"],
        model=row["model"],
        occlusion_h=None if minutes is None else minutes / 60,
        quantity=row["quantity"],
        of=row["of"],
        method=row["method"],
        unit=row["unit"],
        observable=row["observable"],
        relation=cast("Relation", row["relation"]),
        reference_h=_number(row["reference_h"]),
        at_h=float(row["at_h"]),
        observed=float(row["observed"]),
        spread=row["spread"],
        spread_type=row["spread_type"],
        n=int(row["n"]) if row["n"] else None,
        pass_rule=row["pass_rule"],
        pass_low=float(row["pass_low"]),
        pass_high=float(row["pass_high"]),
        use=row["use"],
        source=row["source"],
        locator=row["locator"],
        note=row["note"],
        seen=row["seen"] == "yes",
    )


@lru_cache(maxsize=1)
def load_controls() -> tuple[Control, ...]:
    """Give every published control value, in the order of the table."""
    table = resources.files("exoheart") / "data" / "controls.csv"
    rows = csv.DictReader(table.read_text("utf-8").splitlines())
    return tuple(_control(row) for row in rows)


def read_course(control: Control, times: npt.ArrayLike, values: npt.ArrayLike) -> float:
    """Read from a course what a publication gives.

    Parameters
    ----------
    control
        What is wanted.
    times : array_like, shape (t,)
        Ascending [h after occlusion]; must span ``control.sample_times``.
    values : array_like, shape (t,)
        The observable, as the control's method reads it.

    Returns
    -------
    float
        In the control's unit.

    Raises
    ------
    InputError
        The course doesn't reach the times that are needed.
    """
    times = np.asarray(times, dtype=np.float64)
    values = np.asarray(values, dtype=np.float64)
    needed = control.sample_times
    if times[0] > needed[0] or times[-1] < needed[-1]:
        raise InputError(
            f"control {control.id!r} met a course from {times[0]:g} to {times[-1]:g} h;"
            f" allowed: one that spans {needed[0]:g} to {needed[-1]:g} h; sample there"
        )
    start = control.occlusion_h or 0.0
    value = float(np.interp(start + control.at_h, times, values))
    inside = (times >= needed[0]) & (times <= needed[-1])
    compared = float(np.interp(control.compared_at, times, values))
    match control.relation:
        case "value":
            return value
        case "ratio" | "ratio to normal":
            return value / compared
        case "difference":
            return value - compared
        case "share of peak":
            return value / float(np.max(values[inside]))
        case _:
            return float(times[inside][np.argmax(values[inside])] - start)
