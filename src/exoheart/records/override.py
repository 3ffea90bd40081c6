"""A value that the user puts in the place of a shipped one.

Read from ``[override]`` of a study file by :mod:`exoheart.study`, which turns it into
a :class:`~exoheart.records.prior.Prior` marked ``overridden``.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Override:
    """One replaced parameter, in the user's own unit.

    Parameters
    ----------
    id
        Id of the shipped parameter, ``stage.quantity``.
    median
        The value, in `unit`.
    gsd
        Geometric standard deviation, above 1; None for a fixed value.
    unit
        As the user wrote it.
    source
        Where the user has it from, in the user's words; never empty.
    """

    id: str
    median: float
    gsd: float | None
    unit: str
    source: str
