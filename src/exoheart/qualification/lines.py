"""The model's line of each panel, with the band of single animals.

In: panels and animals. Out: for each panel a line in the relation that its rows are
published in: a course over its value at the reference, over its peak, and so on.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from exoheart import calibration
from exoheart.calibration.comparisons import CLOCK, as_read
from exoheart.outcome import Control
from exoheart.qualification.comparisons import (
    Herd,
    Progress,
    band,
    clocks_of,
    without_clock,
)
from exoheart.qualification.panels import Panel, Protocol

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Line:
    """What the model says along the x axis of a panel.

    Parameters
    ----------
    at : ndarray, shape (x,)
        Time after reperfusion, or after occlusion where there is none [h]; for the
        kind ``occlusion`` its length [h], infinite for a ligation.
    value : ndarray, shape (x,)
        At central values, in the relation and unit of the rows.
    low, high : ndarray, shape (x,)
        Band of nine tenths of single animals; None without animals.
    """

    at: FloatArray
    value: FloatArray
    low: FloatArray | None
    high: FloatArray | None


def draw_lines(
    panels: Sequence[Panel],
    herd: Herd | None = None,
    *,
    workers: int = 1,
    on_progress: Progress | None = None,
) -> tuple[Line, ...]:
    """Solve the line of every panel.

    Parameters
    ----------
    panels
        What to draw.
    herd
        Animals by species; no band for a species without any.
    workers
        Processes.
    on_progress
        Called as ``on_progress(done, total)`` in panels, after each species.

    Returns
    -------
    tuple of Line
        In the order of `panels`.
    """
    found: dict[int, Line] = {}
    for species in dict.fromkeys(panel.first.species for panel in panels):
        own = [k for k, panel in enumerate(panels) if panel.first.species == species]
        animals = (herd or {}).get(species, ())
        drawn = _lines([panels[k] for k in own], ({}, *animals), workers)
        found.update(zip(own, drawn, strict=True))
        if on_progress is not None:
            on_progress(len(found), len(panels))
    return tuple(found[k] for k in range(len(panels)))


def _lines(
    panels: Sequence[Panel], sets: Sequence[Mapping[str, float]], workers: int
) -> list[Line]:
    """Solve the panels of one species in one go and read their lines."""
    cases = [(panel, protocol) for panel in panels for protocol in panel.protocols]
    runs = [_run(*case, given) for case in cases for given in sets]
    observables = tuple(sorted({panel.first.observable for panel in panels}))
    solved = calibration.solve(runs, observables, workers=workers)
    pieces: dict[int, list[tuple[FloatArray, FloatArray]]] = {}
    for place, (panel, protocol) in enumerate(cases):
        rows = slice(place * len(sets), (place + 1) * len(sets))
        count = len(panel.times(_start(protocol)))
        times = solved.times[rows, :count][0]
        courses = solved[panel.first.observable][rows, :count]
        seen = np.array(
            [
                as_read(_at(panel.first, protocol), times, course, given)
                for course, given in zip(courses, sets, strict=True)
            ]
        )
        pieces.setdefault(id(panel), []).append(_along(panel, protocol, times, seen))
    return [_line(pieces[id(panel)]) for panel in panels]


def _run(
    panel: Panel, protocol: Protocol, given: Mapping[str, float]
) -> calibration.Run:
    """Give one animal of a panel, with the clock of its laboratory."""
    species, name = panel.first.species, panel.laboratory
    (clock,) = clocks_of(species, (name,), given).values()
    changes = {**without_clock(given), CLOCK: clock}
    return calibration.Run(species, protocol, panel.times(_start(protocol)), changes)


def _start(protocol: Protocol) -> float:
    """Give the moment from which a protocol's times are counted [h]."""
    return protocol[1] or 0.0


def _at(row: Control, protocol: Protocol) -> Control:
    """Give a row as if it were of another protocol, so that its method reads it."""
    return dataclasses.replace(row, model=protocol[0], occlusion_h=protocol[1])


def _along(
    panel: Panel, protocol: Protocol, times: FloatArray, seen: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Give x and the values there, shape (set, x), of one solved protocol."""
    if panel.kind == "occlusion":
        length = np.inf if protocol[1] is None else protocol[1]
        return np.array([length]), seen[:, -1:]
    start = _start(protocol)
    after = times >= start - 1e-9
    return times[after] - start, related(panel.first, times, seen)[:, after]


def related(row: Control, times: FloatArray, seen: FloatArray) -> FloatArray:
    """Give courses in the relation in which a row is published.

    Parameters
    ----------
    row
        What is published.
    times : ndarray, shape (t,)
        Ascending [h after occlusion].
    seen : ndarray, shape (set, t)
        Courses, as the row's method reads them.

    Returns
    -------
    ndarray, shape (set, t)
        The course over its value at the reference (``ratio``, ``ratio to normal``),
        less that value (``difference``), over its peak since reperfusion (``share of
        peak``, ``peak time``), or as it is (``value``). NaN where that is no number.
    """
    if row.relation == "value":
        return seen
    if row.relation in {"share of peak", "peak time"}:
        after = times >= (row.occlusion_h or 0.0) - 1e-9
        compared = np.max(seen[:, after], axis=1, keepdims=True)
    else:
        compared = np.array([[np.interp(row.compared_at, times, c)] for c in seen])
    if row.relation == "difference":
        return np.asarray(seen - compared)
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = seen / compared
    return np.asarray(np.where(np.isfinite(shares), shares, np.nan))


def _line(pieces: Sequence[tuple[FloatArray, FloatArray]]) -> Line:
    """Join the pieces of a panel along x and take the band over animals."""
    at = np.concatenate([piece[0] for piece in pieces])
    values = np.concatenate([piece[1] for piece in pieces], axis=1)
    ends = band(values[1:])
    low, high = (None, None) if ends is None else ends
    return Line(at, values[0], low, high)
