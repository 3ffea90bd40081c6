"""Work against precision, and tolerances at which two engines err alike."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from accuracy import Error, relative_error, summary
from ours import Ours
from race import Team

FloatArray = npt.NDArray[np.float64]
#: Relative tolerances, coarse to fine.
OURS = (1e-4, 5e-5, 2e-5, 1e-5, 5e-6, 2e-6, 1e-6, 1e-7, 1e-8)
THEIRS = (1e-4, 1e-5, 1e-6, 1e-7, 1e-8)


@dataclass(frozen=True, slots=True)
class Point:
    """What one relative tolerance costs and gives.

    Parameters
    ----------
    rtol
        Relative tolerance.
    ms_per_member
        Time, all cores together, over members [ms].
    error
        Over the members that have a reference.
    errors : ndarray, shape (member,)
        Of each member; not a number where there is no reference or no result.
    members, failed
        How many were asked for, and how many of them have no result.
    """

    rtol: float
    ms_per_member: float
    error: Error
    errors: FloatArray
    members: int
    failed: int

    def data(self) -> dict[str, Any]:
        """Give the point as plain data."""
        return {
            "rtol": self.rtol,
            "ms_per_member": self.ms_per_member,
            "error": self.error.data(),
            "members": self.members,
            "failed": self.failed,
        }


def point(rtol: float, seconds: float, values: FloatArray, known: FloatArray) -> Point:
    """Compare values with the reference; members without one are left out."""
    count = min(len(values), len(known))
    errors = relative_error(values[:count], known[:count])
    referred = ~np.isnan(known[:count]).any(axis=(1, 2))
    failed = int(np.isnan(values).any(axis=(1, 2)).sum())
    each = 1e3 * seconds / len(values)
    return Point(rtol, each, summary(errors[referred]), errors, len(values), failed)


def our_curve(ours: Ours, known: FloatArray, count: int) -> list[Point]:
    """Run our engine at every tolerance, on members that have a reference."""
    ours.solve(count, OURS[0])
    curve = []
    for rtol in OURS:
        begin = time.perf_counter()
        values = ours.solve(count, rtol).values
        curve.append(point(rtol, time.perf_counter() - begin, values, known))
    return curve


def their_curve(team: Team, known: FloatArray, count: int) -> list[Point]:
    """Run a peer at every tolerance."""
    return [point(rtol, *team.solve(count, rtol), known) for rtol in THEIRS]


def matching(curve: Sequence[Point], error: Error, count: int) -> float | None:
    """Give our coarsest tolerance whose 99th percentile is at most a peer's.

    Both are taken over the same members.

    Parameters
    ----------
    curve
        Ours, coarse to fine.
    error
        The peer's.
    count
        How many members the peer solved.
    """
    for one in curve:
        if summary(one.errors[:count]).p99 <= error.p99:
            return one.rtol
    return None
