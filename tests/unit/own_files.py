"""Files of own studies for tests: the template's worked example, cells changed."""

from __future__ import annotations

import csv
from pathlib import Path

from exoheart.evidence.own.template import COLUMNS, EXAMPLE

TREATED, CONTROL = (dict(row) for row in EXAMPLE)
NAME = TREATED["id"]


def written(path: Path, *rows: dict[str, str]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, COLUMNS)
        table.writeheader()
        table.writerows(rows)
    return path


def example(folder: Path, **cells: str) -> Path:
    """A file of one study: a treated arm and its control."""
    return written(folder / "mine.csv", TREATED | cells, CONTROL | cells)
