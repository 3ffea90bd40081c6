"""Which rows share a picture, and what has to be solved to draw its line.

In: published rows. Out: panels of three kinds, gathered into pictures. A series runs
over time; a moment of a peak stands on the course it is the peak of; infarcts that were
each read once are set over the length of their occlusion, all laboratories of a species
together.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from exoheart.outcome import Control

FloatArray = npt.NDArray[np.float64]
Kind = Literal["course", "peak", "occlusion"]
#: Infarct model and length of the occlusion [h].
Protocol = tuple[str, float | None]
_INFARCT = ("outcome_infarct_area_at_risk", "outcome_infarct_left_ventricle")
#: Samples of a line, evenly and by ratios (early courses are steep).
_EVEN, _RATIOS = 61, 40
#: Occlusions of a line over the length of the occlusion, and the power that sets short
#: ones closer, where infarcts grow fastest.
_OCCLUSIONS, _CLOSER = 13, 1.6


@dataclass(frozen=True, slots=True)
class Panel:
    """Rows on common axes.

    Parameters
    ----------
    kind
        What runs along x: time of a ``course``, time of a ``peak``, or ``occlusion``.
    rows
        At least one; all of one species, observable, method and relation.
    """

    kind: Kind
    rows: tuple[Control, ...]

    @property
    def first(self) -> Control:
        """The row that speaks for what all have in common."""
        return self.rows[0]

    @property
    def protocols(self) -> tuple[Protocol, ...]:
        """What has to be solved for the line."""
        if self.kind != "occlusion":
            return ((self.first.model, self.first.occlusion_h),)
        opened = [r.occlusion_h for r in self.rows if r.occlusion_h is not None]
        steps = np.linspace(0.0, 1.0, _OCCLUSIONS)[1:] ** _CLOSER
        lengths = [float(step) * max(opened) for step in steps if opened]
        known: list[Protocol] = [("ischaemia-reperfusion", hours) for hours in lengths]
        if len(opened) < len(self.rows):
            known.append(("permanent ligation", None))
        return tuple(known)

    @property
    def laboratory(self) -> str:
        """Whose clock the line runs by; empty for no laboratory in particular."""
        return "" if self.kind == "occlusion" else self.first.laboratory

    def times(self, start: float) -> FloatArray:
        """Give the samples of the line [h after occlusion], ascending.

        Parameters
        ----------
        start
            Moment of reperfusion, or 0 for a ligation [h].
        """
        if self.kind == "occlusion":
            moment = float(np.median([row.at_h for row in self.rows]))
            return np.array([0.0, start + moment])
        after = [self.first.reference_h] if self.first.reference_h is not None else []
        end = max([*(row.at_h for row in self.rows), *after])
        even = np.linspace(0.0, 1.04 * end, _EVEN)
        first = min(row.at_h for row in self.rows)
        ratios = np.geomspace(min(end / 500.0, first / 2.0), end, _RATIOS)
        own = [row.at_h for row in self.rows if self.kind == "course"]
        since = np.unique(np.concatenate([even, ratios, own, after]))
        return np.unique(np.concatenate([[0.0], start + since]))


@dataclass(frozen=True, slots=True)
class Picture:
    """Panels that are shown as one figure."""

    panels: tuple[Panel, ...]

    @property
    def rows(self) -> tuple[Control, ...]:
        """All its rows."""
        return tuple(row for panel in self.panels for row in panel.rows)


def pictures(controls: Sequence[Control]) -> tuple[Picture, ...]:
    """Gather rows into pictures, in the order in which the table names them.

    Every row is in exactly one panel.
    """
    single = _read_once(controls)
    gathered: dict[tuple[object, ...], dict[tuple[object, ...], list[Control]]] = {}
    for row in controls:
        if row.id in single:
            picture: tuple[object, ...] = (row.species, row.observable)
        else:
            picture = (row.series, row.model, row.occlusion_h, row.observable)
        panel = (_kind(row, single), row.method, row.relation, row.reference_h)
        gathered.setdefault(picture, {}).setdefault(panel, []).append(row)
    return tuple(
        Picture(tuple(_panel(rows, single) for rows in panels.values()))
        for panels in gathered.values()
    )


def _kind(row: Control, single: frozenset[str]) -> Kind:
    if row.id in single:
        return "occlusion"
    return "peak" if row.relation == "peak time" else "course"


def _panel(rows: Iterable[Control], single: frozenset[str]) -> Panel:
    """Put rows on common axes, those of a course by time."""
    listed = list(rows)
    kind = _kind(listed[0], single)
    if kind == "course":
        listed.sort(key=lambda row: row.at_h)
    else:
        listed.sort(key=lambda row: row.occlusion_h or np.inf)
    return Panel(kind, tuple(listed))


def _read_once(controls: Sequence[Control]) -> frozenset[str]:
    """Give the ids of infarcts that their animals were read for once only."""
    assays: dict[tuple[object, ...], list[str]] = {}
    for row in controls:
        if row.observable in _INFARCT and row.relation == "value":
            key = (row.series, row.model, row.occlusion_h, row.observable, row.method)
            assays.setdefault(key, []).append(row.id)
    return frozenset(ids[0] for ids in assays.values() if len(ids) == 1)
