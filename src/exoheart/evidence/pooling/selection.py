"""Chooses the effects of a pool: one per arm, each cohort once, controls split.

In: candidates that may be pooled together. Out: effects, and what is left out with its
reason. Read next: :mod:`exoheart.evidence.pooling.document`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from exoheart.evidence.pooling.rows import (
    ROLES,
    Candidate,
    Effect,
    Reading,
    effect_of,
)


@dataclass(frozen=True, slots=True)
class Left:
    """A row that is not pooled, and why."""

    candidate: Candidate
    reason: str


def select(
    found: Sequence[Candidate], reading: Reading = None, *, all_times: bool = False
) -> tuple[list[Effect], list[Left]]:
    """Choose the effects of one pool: one per arm (and time), each cohort once.

    Parameters
    ----------
    found
        Candidates with the same key.
    reading
        How spreads of unknown kind are read.
    all_times
        Keep every time of an arm (for a three-level fit); else the latest that can be
        pooled.

    Returns
    -------
    tuple
        Effects by study, and what is left out with its reason.
    """
    formed = [(one, effect_of(one, reading)) for one in found]
    left = [Left(one, made) for one, made in formed if isinstance(made, str)]
    usable = [made for _, made in formed if isinstance(made, Effect)]
    usable, dropped = _one_per_arm(usable, all_times=all_times)
    left += dropped
    usable, dropped = _cohort_once(usable)
    left += dropped
    return [_split(effect, usable, reading) for effect in usable], left


def _one_per_arm(
    effects: Sequence[Effect], *, all_times: bool
) -> tuple[list[Effect], list[Left]]:
    """Keep, of each arm, the latest time, and of that what says most of the change."""
    groups: dict[tuple[str, ...], list[Effect]] = {}
    for effect in effects:
        row = effect.candidate.row
        time = (row.at,) if all_times else ()
        groups.setdefault(
            (effect.candidate.study.id, row.arm, row.comparator, *time), []
        ).append(effect)
    kept, left = [], []
    for group in groups.values():
        ordered = sorted(group, key=_lateness)
        kept.append(ordered[-1])
        chosen = ordered[-1].candidate.row
        reason = f"the same animals count once: {chosen.outcome}"
        reason += f", {chosen.at}, is taken" if chosen.at else " is taken"
        left += [Left(one.candidate, reason) for one in ordered[:-1]]
    return kept, left


def _lateness(effect: Effect) -> tuple[float, int, int]:
    one = effect.candidate
    at = -1.0 if one.row.at_h is None else one.row.at_h
    return (at, -ROLES.index(one.role), one.order)


def _cohort_once(effects: Sequence[Effect]) -> tuple[list[Effect], list[Left]]:
    """Keep one study of each cohort: the one with most animals, then by name."""
    cohorts: dict[str, dict[str, float]] = {}
    for effect in effects:
        study = effect.candidate.study
        counted = cohorts.setdefault(study.cohort, {})
        counted[study.id] = counted.get(study.id, 0.0) + effect.animals
    first = {
        cohort: min(counted, key=lambda name: (-counted[name], name))
        for cohort, counted in cohorts.items()
    }
    kept, left = [], []
    for effect in effects:
        study = effect.candidate.study
        if first[study.cohort] == study.id:
            kept.append(effect)
        else:
            reason = f"may hold the same animals as {first[study.cohort]}"
            left.append(Left(effect.candidate, f"{reason}, which counts"))
    return kept, left


def _split(effect: Effect, kept: Sequence[Effect], reading: Reading) -> Effect:
    """Split a control between the arms that are held against it at one time."""
    mine = effect.candidate
    if mine.control is None or mine.role == "difference":
        return effect
    arms = {
        other.candidate.row.arm
        for other in kept
        if other.candidate.study.id == mine.study.id
        and other.candidate.control is mine.control
    }
    made = effect_of(mine, reading, len(arms))
    return made if isinstance(made, Effect) else effect
