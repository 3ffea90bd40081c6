"""Run every published control at central parameter values and print the table.

Usage: ``python docs/controls_table.py [--write]``. With ``--write`` the table in
``docs/heart.md`` is replaced. The heart runs alone: its signals are zero.
"""

from __future__ import annotations

import sys
from pathlib import Path

from marked_table import deliver

from exoheart import outcome
from exoheart.calibration import predicted
from exoheart.outcome import Control

PAGE = Path(__file__).with_name("heart.md")
MARKS = ("<!-- controls: begin -->", "<!-- controls: end -->")


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


if __name__ == "__main__":
    deliver(sys.argv[1:], table(), PAGE, MARKS)
