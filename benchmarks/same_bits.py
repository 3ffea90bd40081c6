"""Whether our engine gives the same bits whatever the threads and the order."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from exoheart.engine import Table, solve
from ours import Ours
from workload import Workload


def same_bits(ours: Ours, count: int) -> bool:
    """Solve some members in one thread, in all, and in another order."""
    own = ours.workload.first(count)
    order = np.random.default_rng(0).permutation(count)
    first, *others = (
        solve(ours.model, members, workers=workers).values
        for members, workers in (
            (own.members, 1),
            (own.members, ours.workers),
            (reordered(own, order), ours.workers),
        )
    )
    return bool(
        np.array_equal(first, others[0], equal_nan=True)
        and np.array_equal(first[order], others[1], equal_nan=True)
    )


def reordered(own: Workload, order: np.ndarray) -> Table:
    """Give the members of a workload in another order."""
    place = np.argsort(order)
    members = own.members
    schedule = tuple(
        replace(action, member=int(place[action.member])) for action in members.schedule
    )
    return Table(
        members.parameters[order],
        members.initial[order],
        schedule,
        members.sample_times[order],
    )
