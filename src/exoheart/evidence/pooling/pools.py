"""Pools the project's own study rows, and says how little can be pooled.

In: studies (the shipped and the user's own), pooled results of reviews, what is known
of the studies' quality. Out: plain data, a pool for each quantity: effects, fit, four
readings, bounds for rows whose spread is of unknown kind, every row left out with its
reason, and the reviews beside. `docs/pooling.md` states the rules. Read next:
:mod:`exoheart.evidence.pooling.rows` (which rows),
:mod:`exoheart.evidence.pooling.readings` (readings).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from exoheart.evidence.pooling.choices import (
    PoolChoices,
    check_choices,
    outcomes_meant,
    used_test,
)
from exoheart.evidence.pooling.document import Known, Plain, pool_document
from exoheart.evidence.pooling.printed_p import load_printed_p
from exoheart.evidence.pooling.published import (
    ReviewEffect,
    ReviewLeft,
    key_of_review,
    reviews,
)
from exoheart.evidence.pooling.quality import load_quality
from exoheart.evidence.pooling.readings import load_widths
from exoheart.evidence.pooling.rows import Candidate, PoolKey, candidates, homes
from exoheart.evidence.studies import StudyRecord, load_pooled, load_studies

#: What every pool keeps to, as the faces tell it.
RULES = (
    "Only one form of treatment is in a pool: cells, conditioned medium and vesicles "
    "are never mixed.",
    "A row needs both means, spreads whose kind the source names, and both n; nothing "
    "is guessed. Rows that lack something are listed with what they lack.",
    "Retracted studies never count. Studies that may share animals count once: the one "
    "with most animals. A treated arm with two controls counts once, against the "
    "vehicle if there is one.",
    "Of several times the latest that can be pooled counts; of several prints of it a "
    "difference between arms, then a change, then final values.",
    "A control that several arms share is split between them; a printed difference "
    "can't be split, and one arm of such a control counts.",
    "Shares in per cent are compared in points, other quantities as the log ratio of "
    "means, relative changes among themselves, changes in mL or g within a species; "
    "these are never mixed. A change in per cent of which it isn't said whether it is "
    "relative is pooled with nothing.",
    "Bounds read every spread of unknown kind as an SD, then as a standard error. They "
    "are limits, not results.",
    "Reviews share studies with one another and with these rows: they stand beside, "
    "and only their spread is told.",
)


def pool(
    choices: PoolChoices,
    studies: Sequence[StudyRecord] | None = None,
    folder: Path | None = None,
) -> Plain:
    """Pool what can be pooled.

    Parameters
    ----------
    choices
        What and how.
    studies
        None for the shipped studies and the user's own.
    folder
        Folder of the data tables; None for the one shipped.

    Returns
    -------
    dict
        ``pools`` (by quantity, region and unit), ``rules``, ``reviews_left`` (reviews
        that stand beside none, with the reason), and the choices.

    Raises
    ------
    DataError
        Choices that no table knows, all at once; or a table that can't be read.
    """
    check_choices(choices)
    asked = None if choices.outcome is None else outcomes_meant(choices.outcome)
    found = candidates(
        load_studies(folder) if studies is None else studies, choices.form
    )
    beside, apart = reviews(load_pooled(folder), choices.form, choices.species)
    if choices.species is not None:
        found = [one for one in found if one.study.species == choices.species]
    known = Known(
        choices, load_quality(folder), load_widths(folder), load_printed_p(folder)
    )
    return {
        "form": choices.form,
        "outcome": None if asked is None else ", ".join(asked),
        "species": choices.species,
        "prior": choices.prior,
        "method": choices.method,
        "test": used_test(choices),
        "all_times": choices.all_times,
        "rules": list(RULES),
        "pools": _pools(found, beside, known, asked),
        "reviews_left": [_review_left(one) for one in _of(apart, asked)],
    }


def _pools(
    found: Sequence[Candidate],
    beside: Sequence[ReviewEffect],
    known: Known,
    asked: Sequence[str] | None,
) -> list[Plain]:
    """Give every pool, those that say most first."""
    keys = [one.key for one in found]
    keys += [key_of_review(one.record) for one in beside]
    home = homes(keys)
    made = []
    for key in _asked(sorted(set(home.values())), asked):
        rows = [one for one in found if home[one.key] == key]
        near = [one for one in beside if home[key_of_review(one.record)] == key]
        made.append(pool_document(key, rows, near, known))
    return sorted(made, key=_says, reverse=True)


def _says(one: Plain) -> tuple[int, ...]:
    """Rank a pool: effects, bounds, reviews, then rows that are left out."""
    parts = ("effects", "bounds", "published", "not_pooled")
    return tuple(len(one[part]) for part in parts)  # type: ignore[arg-type]


def _of(apart: Sequence[ReviewLeft], asked: Sequence[str] | None) -> list[ReviewLeft]:
    """Keep the reviews of the outcomes asked for; all without any."""
    return [one for one in apart if asked is None or one.record.outcome in asked]


def _review_left(one: ReviewLeft) -> Plain:
    return {
        "review": one.record.id,
        "source": one.record.source,
        "comparison": one.record.comparison,
        "outcome": one.record.outcome,
        "reason": one.reason,
    }


def _asked(keys: Sequence[PoolKey], asked: Sequence[str] | None) -> list[PoolKey]:
    """Keep the pools of the outcomes asked for; all without any."""
    if asked is None:
        return list(keys)
    wanted = set(asked)
    for prefix in ("change in ", "difference in "):
        wanted |= {outcome.removeprefix(prefix) for outcome in asked}
    return [key for key in keys if key.quantity in wanted]
