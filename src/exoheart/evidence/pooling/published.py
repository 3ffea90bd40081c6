"""Published pooled results beside a pool, and how far reviews lie apart.

Reviews share primary studies, so their pooled effects are never mixed with primary
rows, and pooling them tells no effect: only how wide the spread between reviews is.
Read next: :mod:`exoheart.evidence.pooling.pools`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from exoheart.evidence.pooling.rows import PoolKey
from exoheart.evidence.studies import PooledRecord

_Z = 1.959963984540054
#: What a review may compare with, to stand beside effects against a control.
_CONTROLS = ("control", "untreated", "placebo", "vehicle", "saline", "gel alone")


@dataclass(frozen=True, slots=True)
class ReviewEffect:
    """The pooled effect of a review, with its sampling variance where it has one."""

    record: PooledRecord
    vi: float | None


def against_control(record: PooledRecord) -> bool:
    """Say whether a pooled row compares with a control, not with another treatment."""
    comparator = record.comparison.rpartition("against ")[2]
    return comparator.startswith(_CONTROLS)


def key_of_review(record: PooledRecord) -> PoolKey:
    """Say beside which pool a pooled row stands (reviews name no region)."""
    return PoolKey(record.outcome, "", record.unit or "unit not said")


def variance(record: PooledRecord) -> float | None:
    """Give the variance that a 95 % interval implies, None without an interval."""
    if record.ci_low is None or record.ci_high is None or record.pooled is None:
        return None
    error = (record.ci_high - record.ci_low) / (2 * _Z)
    return error**2 if error > 0 else None


def reviews(
    records: Iterable[PooledRecord], form: str, species: str | None = None
) -> list[ReviewEffect]:
    """Give the reviews of a form against a control; mixed species pass any filter."""
    wanted = {species, "mixed"}
    return [
        ReviewEffect(record, variance(record))
        for record in records
        if record.form == form
        and record.pooled is not None
        and against_control(record)
        and (species is None or record.species in wanted)
    ]


def one_per_review(found: Sequence[ReviewEffect]) -> list[ReviewEffect]:
    """Keep one row of each review: with an interval, then most studies, then first."""
    groups: dict[str, list[ReviewEffect]] = {}
    for one in found:
        groups.setdefault(one.record.source, []).append(one)
    return [
        max(group, key=lambda one: (one.vi is not None, one.record.studies or 0))
        for group in groups.values()
    ]
