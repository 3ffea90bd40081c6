"""Published pooled results beside a pool, and how far reviews lie apart.

Reviews share primary studies, so their pooled effects are never mixed with primary
rows, and pooling them tells no effect: only how wide the spread between reviews is.
Read next: :mod:`exoheart.evidence.pooling.pools`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from exoheart.evidence.meta.inference import quantile
from exoheart.evidence.pooling.rows import PoolKey
from exoheart.evidence.studies import PooledRecord

#: Unit of reviews that name none.
NO_UNIT_SAID = "unit not said"
#: What a review may compare with, to stand beside effects against a control.
_CONTROLS = ("control", "untreated", "placebo", "vehicle", "saline", "gel alone")


@dataclass(frozen=True, slots=True)
class ReviewEffect:
    """The pooled effect of a review, with its sampling variance where it has one."""

    record: PooledRecord
    vi: float | None


@dataclass(frozen=True, slots=True)
class ReviewLeft:
    """A pooled row of a review that stands beside no pool, and why."""

    record: PooledRecord
    reason: str


def against_control(record: PooledRecord) -> bool:
    """Say whether a pooled row compares with a control, not with another treatment."""
    comparator = record.comparison.rpartition("against ")[2]
    return comparator.startswith(_CONTROLS)


def key_of_review(record: PooledRecord) -> PoolKey:
    """Say beside which pool a pooled row stands (reviews name no region)."""
    return PoolKey(record.outcome, "", record.unit or NO_UNIT_SAID)


def variance(record: PooledRecord) -> float | None:
    """Give the variance that a 95 % interval implies, None without an interval."""
    if record.ci_low is None or record.ci_high is None or record.pooled is None:
        return None
    error = (record.ci_high - record.ci_low) / (2 * quantile(0.95, None))
    return error**2 if error > 0 else None


def reviews(
    records: Iterable[PooledRecord], form: str, species: str | None = None
) -> tuple[list[ReviewEffect], list[ReviewLeft]]:
    """Give the reviews of a form against a control, and those that are left out.

    Mixed species pass any filter; a review of another species is neither.
    """
    kept, left = [], []
    for record in records:
        if record.form != form or (
            species and record.species not in {species, "mixed"}
        ):
            continue
        if record.pooled is None:
            left.append(ReviewLeft(record, "no pooled effect printed"))
        elif not against_control(record):
            left.append(ReviewLeft(record, "not compared with a control"))
        else:
            kept.append(ReviewEffect(record, variance(record)))
    return kept, left


def one_per_review(found: Sequence[ReviewEffect]) -> list[ReviewEffect]:
    """Keep one row of each review: with an interval, then most studies, then first."""
    groups: dict[str, list[ReviewEffect]] = {}
    for one in found:
        groups.setdefault(one.record.source, []).append(one)
    return [
        max(group, key=lambda one: (one.vi is not None, one.record.studies or 0))
        for group in groups.values()
    ]
