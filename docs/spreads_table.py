"""Hold published spreads between untreated animals beside simulated ones, as a table.

Usage: ``python docs/spreads_table.py [--write]``. With ``--write`` the table in
``docs/heart.md`` is replaced. The heart runs alone: its signals are zero.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from marked_table import deliver

from exoheart.calibration.spreads import (
    COMPARED,
    FACTOR,
    Population,
    Spread,
    load_spreads,
    population_spreads,
)

PAGE = Path(__file__).with_name("heart.md")
MARKS = ("<!-- spreads: begin -->", "<!-- spreads: end -->")
ANIMALS, SEED = 256, 0
HEAD = (
    *("Species", "Occlusion", "Quantity", "At, h", "Holds", "n", "Published SD"),
    *("95 % for its n", "Mean, model", "SD, animals", "SD, reading", "SD, model"),
    *("Model / published", "Inside", "Source"),
)
READERS = (
    *("Species", "Occlusion", "Quantity", "Holds", "n", "Published SD"),
    *("Error in tables, at a mean of", "Source"),
)


def _protocol(row: Spread) -> str:
    if row.model == "none":
        return "none"
    return "permanent" if row.occlusion_h is None else f"{row.occlusion_h * 60:g} min"


def _words(row: Spread) -> str:
    """Give quantity, method and unit of the spread."""
    what = f"{row.quantity} of {row.of}" if row.of else row.quantity
    return f"{what}{f' by {row.method}' if row.method else ''}, {row.unit}"


def _number(value: float) -> str:
    return f"{value:.2g}" if value < 9.95 else f"{value:.0f}"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _compared(one: Population) -> str:
    """Give one row that the heart is held against."""
    row = one.spread
    if one.predicted is None or one.ratio is None:
        return ""
    interval = "" if row.sampled is None else " to ".join(map(_number, row.sampled))
    animals_only = row.component == "between animals"
    cells = (
        *(row.species, _protocol(row), _words(row), f"{row.at_h:g}"),
        "animals" if animals_only else "animals, reading",
        *("" if row.n is None else str(row.n), f"{row.sd:g}", interval),
        *(_number(one.mean), _number(one.animals)),
        "" if animals_only else _number(one.reading),
        *(_number(one.predicted), f"{one.ratio:.2f}"),
        *("yes" if one.inside else "**no**", row.source),
    )
    return _line(cells)


def _readers(one: Population) -> str:
    """Give one row of repeated readings beside the error of the tables."""
    row = one.spread
    error = f"{_number(one.reading)}, {_number(one.mean)}"
    count = "" if row.n is None else str(row.n)
    what = (row.species, _protocol(row), _words(row), row.component)
    return _line((*what, count, f"{row.sd:g}", error, row.source))


def _counts(made: Sequence[Population]) -> str:
    """Say how many rows are inside, by what they hold."""
    parts = []
    for component in COMPARED:
        own = [one for one in made if one.spread.component == component]
        inside = sum(bool(one.inside) for one in own)
        narrow = sum(one.ratio is not None and one.ratio < 1 / FACTOR for one in own)
        wide = sum(one.ratio is not None and one.ratio > FACTOR for one in own)
        parts.append(
            f"{component}: {inside} of {len(own)} inside a factor {FACTOR:g}, "
            f"{narrow} too narrow, {wide} too wide"
        )
    held = [
        row.sampled[0] <= one.predicted <= row.sampled[1]
        for one in made
        if (row := one.spread).sampled and one.predicted is not None
    ]
    return (
        f"Count: {'; '.join(parts)}. Of {len(held)} rows with an n, {sum(held)} have "
        "the model within the 95 % interval of the published SD."
    )


def table(made: Sequence[Population]) -> str:
    """Give both tables in Markdown, with counts between them."""
    compared = [_compared(one) for one in made if one.spread.component in COMPARED]
    readers = [_readers(one) for one in made if one.spread.component not in COMPARED]
    failed = sum(one.failed for one in made)
    rule = "|---" * len(HEAD) + "|"
    return "\n".join(
        [
            *(_line(HEAD), rule, *compared, "", _counts(made)),
            f"Failed: {failed} of {ANIMALS * len(made)} values.",
            *("", _line(READERS), "|---" * len(READERS) + "|", *readers),
        ]
    )


if __name__ == "__main__":
    deliver(
        sys.argv[1:],
        table(population_spreads(load_spreads(), ANIMALS, SEED)),
        PAGE,
        MARKS,
    )
