"""Measure every expectation of delivery and print the table.

Usage: ``python docs/expectations_table.py [--write]``. With ``--write`` the table in
``docs/delivery_expectations.md`` is replaced. Delivery runs alone, at central values
and with a normal heart, as in ``tests/invariants/delivery_alone.py``.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "invariants"))

from delivery_alone import ANIMALS
from delivery_expectations import (
    Expectation,
    expectations,
    parsed,
    ratio,
)
from marked_table import deliver

PAGE = Path(__file__).with_name("delivery_expectations.md")
MARKS = ("<!-- expectations: begin -->", "<!-- expectations: end -->")
#: Ratios below this are printed as that: their digits would be the solver's.
_NOTHING = 1e-3


def _words(text: str) -> str:
    """Give a change as it would be said, ids without their stage."""
    said = []
    for key, value in parsed(text).items():
        name = key.removesuffix("*").removeprefix("delivery_").replace("_", " ")
        times = "times " if key.endswith("*") else ""
        said.append(f"{name} {times}{value}")
    return ", ".join(said) or "as usual"


def _digits(value: float) -> str:
    """Give three digits, and three decimals near one."""
    if value < _NOTHING:
        return f"below {_NOTHING:g}"
    return f"{value:.3f}" if abs(value - 1) < 0.1 else f"{value:.3g}"


def table(measured: Callable[[Expectation, str], float] = ratio) -> str:
    """Give the expectations as a Markdown table with a count at its end.

    Parameters
    ----------
    measured
        Gives the ratio of a row in a species.
    """
    lines = [
        "| Route | From | To | Quantity | At, h | Expected | Kind | "
        f"{' | '.join(name.capitalize() for name in ANIMALS)} | Why |",
        f"|{'---|' * (8 + len(ANIMALS))}",
    ]
    met = total = 0
    for row in expectations():
        found = {s: measured(row, s) for s in row.animals}
        met += sum(row.holds(value) for value in found.values())
        total += len(found)
        ratios = [
            (_digits(found[s]) + ("" if row.holds(found[s]) else " **no**"))
            if s in found
            else ""
            for s in ANIMALS
        ]
        cells = (
            row.route,
            _words(row.base),
            _words(row.change),
            row.quantity,
            f"{row.at_h:g}",
            row.direction,
            row.kind,
            *ratios,
            row.reason,
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([*lines, "", f"Count: {met} of {total} as expected."])


if __name__ == "__main__":
    deliver(sys.argv[1:], table(), PAGE, MARKS)
