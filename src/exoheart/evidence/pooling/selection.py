"""Chooses the effects of a pool: every animal once, controls split between arms.

In: candidates that may be pooled together. Out: effects, and what is left out with its
reason. Read next: :mod:`exoheart.evidence.pooling.document`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from exoheart.evidence.pooling.rows import (
    ROLES,
    Candidate,
    Effect,
    Reading,
    effect_of,
)

#: Of two controls of one arm the vehicle says more than no injection at all.
_VEHICLE = re.compile(r"\b(vehicle|placebo|saline|pbs|medium|dmem|dye|perfusate)\b")
_UNTREATED = re.compile(
    r"\b(untreated|no treatment|no injection|infarct only|mi only)\b"
)
Chosen = tuple[list[Effect], "list[Left]"]
#: A study and its comparator, and the time where every time counts.
Shared = tuple[str, ...]


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
    usable, dropped = _differences_once(usable, all_times=all_times)
    left += dropped
    usable, dropped = _cohort_once(usable)
    left += dropped
    arms = _arms(usable, all_times=all_times)
    return [
        _split(one, len(arms[_shared(one, all_times)]), reading) for one in usable
    ], left


def _shared(effect: Effect, all_times: bool) -> Shared:
    """Name the control animals of an effect."""
    one = effect.candidate
    time = (one.row.at,) if all_times else ()
    return (one.study.id, one.row.comparator, *time)


def _arms(effects: Sequence[Effect], *, all_times: bool) -> dict[Shared, set[str]]:
    """Give the arms that are held against each group of control animals."""
    arms: dict[Shared, set[str]] = {}
    for effect in effects:
        key = _shared(effect, all_times)
        arms.setdefault(key, set()).add(effect.candidate.row.arm)
    return arms


def _one_per_arm(effects: Sequence[Effect], *, all_times: bool) -> Chosen:
    """Keep, of each arm, the latest time, and of that what says most of the change.

    Against one control only: the treated animals are the same. A printed difference
    comes last where other arms share its control, since it can't be split.
    """
    arms = _arms(effects, all_times=all_times)
    groups: dict[tuple[str, ...], list[Effect]] = {}
    for effect in effects:
        row = effect.candidate.row
        time = (row.at,) if all_times else ()
        groups.setdefault((effect.candidate.study.id, row.arm, *time), []).append(
            effect
        )

    def standing(effect: Effect) -> tuple[float, bool, int, int, int]:
        one = effect.candidate
        at = -1.0 if one.row.at_h is None else one.row.at_h
        alone = len(arms[_shared(effect, all_times)]) == 1
        whole = alone or one.role != "difference"
        nearness = _nearness(one.row.comparator)
        return (at, whole, -ROLES.index(one.role), nearness, one.order)

    kept, left = [], []
    for group in groups.values():
        *others, best = sorted(group, key=standing)
        kept.append(best)
        left += [Left(one.candidate, _taken(one, best)) for one in others]
    return kept, left


def _nearness(comparator: str) -> int:
    """Rank a comparator: vehicle above other controls, untreated last."""
    words = comparator.lower()
    if _VEHICLE.search(words):
        return 2
    return 0 if _UNTREATED.search(words) else 1


def _taken(effect: Effect, best: Effect) -> str:
    """Say what is taken instead of an effect of the same animals."""
    row = best.candidate.row
    told = [row.outcome, *([row.at] if row.at else [])]
    if row.comparator != effect.candidate.row.comparator:
        told.append(f"against {row.comparator}")
    mark = "," if len(told) > 1 else ""
    return f"the same animals count once: {', '.join(told)}{mark} is taken"


def _differences_once(effects: Sequence[Effect], *, all_times: bool) -> Chosen:
    """Keep a printed difference only where no other arm uses its control.

    Its control can't be split. Arms with group means stay; of differences alone the one
    with most animals stays, of equals the first.
    """
    groups: dict[Shared, list[Effect]] = {}
    for effect in effects:
        groups.setdefault(_shared(effect, all_times), []).append(effect)
    kept, left = [], []
    for group in groups.values():
        whole = [one for one in group if one.candidate.role != "difference"]
        stay = whole or [max(group, key=lambda one: one.animals)]
        for effect in group:
            if effect in stay:
                kept.append(effect)
                continue
            arm = stay[0].candidate.row.arm
            reason = (
                "a printed difference whose control can't be split between arms; "
                f"{arm} counts against the same control"
            )
            left.append(Left(effect.candidate, reason))
    return kept, left


def _cohort_once(effects: Sequence[Effect]) -> Chosen:
    """Keep one study of each cohort: the one with most animals, then by name."""
    studies: dict[str, dict[str, list[Effect]]] = {}
    for effect in effects:
        study = effect.candidate.study
        studies.setdefault(study.cohort, {}).setdefault(study.id, []).append(effect)
    first = {
        cohort: min(members, key=lambda name: (-_animals(members[name]), name))
        for cohort, members in studies.items()
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


def _animals(effects: Sequence[Effect]) -> float:
    """Count the animals of a study: each arm and each control once, the largest n."""
    counted: dict[tuple[str, str], float] = {}
    for effect in effects:
        row = effect.candidate.row
        for key, n in (
            (("treated", row.arm), effect.n_treated),
            (("control", row.comparator), effect.n_control),
        ):
            counted[key] = max(counted.get(key, 0.0), n or 0.0)
    return sum(counted.values())


def _split(effect: Effect, arms: int, reading: Reading) -> Effect:
    """Split a control between the arms that are held against it."""
    if arms == 1 or effect.candidate.role == "difference":
        return effect
    made = effect_of(effect.candidate, reading, arms)
    return made if isinstance(made, Effect) else effect
