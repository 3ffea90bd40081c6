"""Solve untreated hearts under common protocols and print the table.

Usage: ``python docs/protocols_table.py [--write]``. With ``--write`` the table in
``docs/heart.md`` is replaced. The heart runs alone: its signals are zero. Central
values, and the 90 % interval of animals drawn from the shipped tables.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from marked_table import deliver

from exoheart.calibration import Run, solve
from exoheart.calibration.animals import animals

PAGE = Path(__file__).with_name("heart.md")
MARKS = ("<!-- protocols: begin -->", "<!-- protocols: end -->")
REPERFUSED, LIGATED = "ischaemia-reperfusion", "permanent ligation"
#: Minutes of occlusion by species; None stands for a permanent ligation.
PROTOCOLS: tuple[tuple[str, tuple[int | None, ...]], ...] = (
    ("mouse", (30, 45, 60, None)),
    ("rat", (30, 45, None)),
    ("pig", (45, 60, 90)),
    ("human", (120, 200, 360)),
)
#: Hours after reperfusion, or after occlusion where there is none.
MOMENTS = ((24.0, "24 h"), (48.0, "48 h"), (672.0, "28 d"))
QUANTITIES = (
    ("outcome_infarct_area_at_risk", "Infarct, % of area at risk"),
    ("outcome_infarct_left_ventricle", "Infarct, % of LV"),
    ("outcome_ejection_fraction", "LVEF, %"),
    ("outcome_end_diastolic_volume", "EDV, mL"),
)
ANIMALS, SEED = 256, 0
INTRODUCTION = """\
Central value, and in brackets the 5 to 95 % range of single animals drawn from the
shipped tables ({animals} for each protocol, seed {seed}), each with its own parameters,
laboratory and body. Every occlusion is exactly as long as stated; a simulated study of
patients spreads it around its median. Moments count from reperfusion, or from occlusion
where there is none. These are states of the heart: no method, no reader. Research use
only.
"""


@dataclass(frozen=True)
class Answer:
    """One protocol: the central animal and drawn ones.

    `values` has shape (1 + animals, moment, quantity), the central animal first; NaN
    where a solve failed.
    """

    species: str
    minutes: int | None
    values: npt.NDArray[np.float64]
    failed: int


def answers(count: int = ANIMALS) -> list[Answer]:
    """Solve every protocol at central values and for `count` drawn animals."""
    made = []
    for species, lengths in PROTOCOLS:
        changes = [{}, *animals(species, count, SEED)]
        for minutes in lengths:
            hours = None if minutes is None else minutes / 60
            protocol = (LIGATED if hours is None else REPERFUSED, hours)
            times = [(hours or 0.0) + after for after, _ in MOMENTS]
            runs = [Run(species, protocol, times, change) for change in changes]
            solved = solve(runs, [id_ for id_, _ in QUANTITIES])
            made.append(Answer(species, minutes, solved.values, solved.failed))
    return made


def _number(value: float) -> str:
    """Give percentages as whole numbers and small volumes with two digits."""
    return f"{value:.0f}" if value >= 10 else f"{value:.2g}"


def _cell(values: npt.NDArray[np.float64]) -> str:
    low, high = np.nanquantile(values[1:], [0.05, 0.95])
    return f"{_number(values[0])} ({_number(low)} to {_number(high)})"


def table(found: Sequence[Answer]) -> str:
    """Give the answers as a Markdown table with a count of failures at its end."""
    heads = ("Species", "Occlusion", "At", *(words for _, words in QUANTITIES))
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for answer in found:
        length = "permanent" if answer.minutes is None else f"{answer.minutes} min"
        for k, (_, moment) in enumerate(MOMENTS):
            cells = [_cell(answer.values[:, k, q]) for q in range(len(QUANTITIES))]
            row = (answer.species, length, moment, *cells)
            lines.append(f"| {' | '.join(row)} |")
    failed = sum(answer.failed for answer in found)
    solved = sum(len(answer.values) for answer in found)
    text = INTRODUCTION.format(animals=len(found[0].values) - 1, seed=SEED)
    return "\n".join([text, *lines, "", f"Failed: {failed} of {solved} solves."])


if __name__ == "__main__":
    deliver(sys.argv[1:], table(answers()), PAGE, MARKS)
