"""Cutting a member's time into smooth pieces between its actions.

Shared by every solver, so that the meaning of a dose is written once: the pieces end at
the times of actions, a sample at that time is taken before them, and the next piece
starts after them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from exoheart.engine.members import Action


@dataclass(frozen=True, slots=True)
class Segment:
    """A smooth piece of time, the samples in it, and what happens at its end.

    Parameters
    ----------
    start_h, end_h
        Ends of the piece; equal where only actions happen.
    samples : ndarray of int
        Indices of the samples that lie after `start_h` and not after `end_h` (the
        first piece of all also holds a sample at its start).
    times : ndarray
        Their times [h].
    actions
        What happens at `end_h`, after the samples.
    """

    start_h: float
    end_h: float
    samples: npt.NDArray[np.int64]
    times: npt.NDArray[np.float64]
    actions: tuple[Action, ...]


def segments(
    actions: Sequence[Action], sample_times: npt.NDArray[np.float64]
) -> Iterator[Segment]:
    """Give the pieces of one member in order.

    Parameters
    ----------
    actions
        Of this member, in any order; those at one time keep their order.
    sample_times : ndarray, shape (t,)
        Ascending [h].
    """
    last = float(sample_times[-1])
    times = sorted({a.time_h for a in actions if a.time_h < last})
    start = min([float(sample_times[0]), *times])
    first = True
    for end in [*times, last]:
        after = sample_times >= start if first else sample_times > start
        inside = np.flatnonzero(after & (sample_times <= end))
        yield Segment(
            start,
            end,
            inside,
            sample_times[inside],
            tuple(a for a in actions if a.time_h == end and end < last),
        )
        start, first = end, False
