"""The record of a qualification: a JSON document, and a page that writes itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from exoheart.calibration.perturbations import (
    DEAD_BAND,
    NARROW_BAND,
    Count,
    Judged,
    summary,
)
from exoheart.qualification.comparisons import (
    Compared,
    counts,
    finite,
    load_not_represented,
)
from exoheart.qualification.lines import Line
from exoheart.qualification.panels import Picture
from exoheart.report import writing
from exoheart.report.writing import write_page
from exoheart.version import VERSION

#: Stands in the head of every page that :meth:`Qualification.write` makes.
MARK = '<meta name="generator" content="exoheart qualify'
COMMAND = "exoheart qualify"


@dataclass(frozen=True)
class Qualification:
    """Every published comparison beside the model.

    Parameters
    ----------
    rows
        Comparisons, in the order of their table.
    perturbations
        Published perturbations, in the order of theirs.
    pictures, lines
        What the page draws, and for each picture the lines of its panels.
    kinds
        By species, how many of the heart's parameters are measured, derived, fitted,
        assumed, borrowed.
    seed, animals
        Of the bands: seed, and animals of each species.
    """

    rows: tuple[Compared, ...]
    perturbations: tuple[Judged, ...]
    pictures: tuple[Picture, ...]
    lines: tuple[tuple[Line, ...], ...]
    kinds: Mapping[str, Mapping[str, int]]
    seed: int
    animals: int

    @property
    def counts(self) -> dict[str, dict[str, int]]:
        """Rows, and rows inside their pass mark, by use."""
        return counts(self.rows)

    @cached_property
    def signs(self) -> dict[str, Count]:
        """Counts of agreeing signs of the perturbations."""
        return summary(self.perturbations)

    @cached_property
    def not_represented(self) -> tuple[dict[str, str], ...]:
        """Published rows without a counterpart in the model, with the reason."""
        return load_not_represented()

    def to_json(self) -> dict[str, Any]:
        """Give the document of ``qualify --json``; what is not finite is None."""
        return {
            "comparisons": [row.to_json() for row in self.rows],
            "not_represented": [_given(row) for row in self.not_represented],
            "counts": self.counts,
            "perturbations": {
                "dead_band": DEAD_BAND,
                "narrow_band": NARROW_BAND,
                "counts": {name: asdict(one) for name, one in self.signs.items()},
                "rows": [_judged(row) for row in self.perturbations],
            },
            "parameters_by_kind": {s: dict(kinds) for s, kinds in self.kinds.items()},
            "animals": self.animals,
            "seed": self.seed,
            "version": VERSION,
        }

    @cached_property
    def html(self) -> str:
        """The page: one HTML file that needs nothing else."""
        from exoheart.qualification.page import render_page

        return render_page(self)

    def write(self, path: str | Path) -> Path:
        """Write the page to a file, whole or not at all.

        Parameters
        ----------
        path
            A new name, or that of an earlier page, which is replaced.

        Raises
        ------
        InputError
            The file is something else, or can't be written.
        """
        return write_page(Path(path), self.html, MARK, COMMAND)

    def _repr_html_(self) -> str:
        told = "; ".join(
            f"{use}: {one['inside']} of {one['rows']} inside"
            for use, one in self.counts.items()
        )
        return f"<p>{told}</p><p>Research use only; not medical advice.</p>"


def require_replaceable(path: Path) -> None:
    """Stop before work is done if a page can't be written to a file.

    Raises
    ------
    InputError
        Its folder doesn't exist or can't be written, or the file is no such page.
    """
    writing.require_replaceable(path, MARK, COMMAND)


def _given(row: Mapping[str, str]) -> dict[str, Any]:
    """Give a row that is not represented, its numbers as numbers."""
    made: dict[str, Any] = {name: text or None for name, text in row.items()}
    for name in ("at_h", "observed", "n"):
        made[name] = _number(row[name])
    return made


def _number(text: str) -> float | None:
    try:
        return finite(float(text))
    except ValueError:
        return None


def _judged(row: Judged) -> dict[str, Any]:
    own = asdict(row.perturbation)
    hours = own.pop("occlusion_h")
    own["occlusion_min"] = None if hours is None else round(60 * hours, 6)
    return {
        **own,
        "base": finite(row.base),
        "changed": finite(row.changed),
        "relative": finite(row.relative),
        "predicted": row.predicted,
        "agrees": row.agrees,
    }
