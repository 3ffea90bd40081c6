"""The regenerated Table 1 as plain data: what the terminal, CSV and page are made of.

In: the review's rows joined with our studies, and the studies beyond them. Out: one
dict of text, numbers, lists and None; the same tables give the same content.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from exoheart.evidence.bibliography import load_bibliography, reference
from exoheart.evidence.studies import OutcomeRecord, StudyRecord, load_studies
from exoheart.evidence.table1.effects import EFFECTS, Effect
from exoheart.evidence.table1.later import (
    Conflict,
    LaterRow,
    conflicts,
    counts,
    disputes,
    given_vesicles,
    in_infarct,
    later_rows,
)
from exoheart.evidence.table1.rows import (
    LISTED,
    MARKS_SURVIVING,
    MARKS_WITH_COLUMN,
    REFERENCES,
    Judged,
    ReviewRow,
    references_of,
    review_rows,
)

Plain = dict[str, object]


def table1(
    studies: Sequence[StudyRecord] | None = None,
    folder: Path | None = None,
    review_only: bool = False,
) -> Plain:
    """Give the review's Table 1, rebuilt and carried on, as plain data.

    Parameters
    ----------
    studies
        From :func:`exoheart.evidence.studies.load_studies`; None loads them.
    folder
        Folder of the data tables; None for the shipped one.
    review_only
        Leave the studies beyond the review's table out.

    Returns
    -------
    dict
        ``review`` (14 rows), ``marks`` (ticks counted against the marks that survive),
        ``differences`` (what differs or must be known), and unless `review_only`
        ``later``, ``conflicts``, ``counts`` and ``left_out``; ``sources`` by key.

    Raises
    ------
    DataError
        A table can't be read or breaks its rules.

    Examples
    --------
    >>> [row["reference"] for row in table1(review_only=True)["review"]][:3]
    [46, 32, 48]
    """
    known = load_studies(folder) if studies is None else studies
    rows = review_rows(known, folder)
    made: Plain = {
        "review": [_review(row) for row in rows],
        "marks": _marks(rows),
        "differences": _differences(rows),
    }
    own = [study for row in rows for study in row.studies]
    if not review_only:
        made |= _beyond(known)
        own += [row.study for row in later_rows(known)]
    return made | {"sources": _sources(own, folder)}


def _sources(studies: Iterable[StudyRecord], folder: Path | None) -> Plain:
    """Give the references of studies by their keys, in the order of the keys."""
    known = load_bibliography(folder)
    keys = sorted({one.source for one in studies if one.source in known})
    return {key: reference(known[key]) for key in keys}


def _beyond(studies: Sequence[StudyRecord]) -> Plain:
    apart = conflicts(studies)
    return {
        "later": [_later(row, apart) for row in later_rows(studies)],
        "conflicts": [
            {
                "effect": one.effect.key,
                "where": one.where,
                "within_one_study": one.scope == "one study",
                "within_one_cohort": one.scope == "one cohort",
                "cohorts": sorted({told.cohort for told in one.told}),
                "sides": list(one.sides),
            }
            for one in apart
        ],
        "counts": [
            {
                "effect": one.effect.key,
                "yes": one.yes,
                "no_effect": one.no_effect,
                "worse": one.worse,
                "both": one.both,
            }
            for one in counts(studies)
        ],
        "left_out": _left_out(studies),
    }


def _review(row: ReviewRow) -> Plain:
    ticks = {effect.key: row.tick(effect) for effect in EFFECTS}
    return {
        "reference": row.reference,
        "cell_type": row.words("cell type"),
        "species": row.words("species"),
        "donor_specifics": row.words("donor specifics"),
        "effects": {
            key: None if tick is None else _judged(tick) for key, tick in ticks.items()
        },
        **{
            column.replace(" ", "_"): [
                {"value": one.cell.value, **_judged(one)}
                for one in row.cells
                if one.cell.column == column
            ]
            for column in LISTED
        },
        "read_and_not_claimed": [
            {"effect": effect.key, "rows": [_row(one) for one in rows]}
            for effect, rows in row.not_claimed()
        ],
        "studies": [
            {
                "study": one.id,
                "cited_as": one.reference_in_review,
                "source": one.source,
                "verification": one.verification,
                "own": one.own,
                "note": one.note,
            }
            for one in row.studies
        ],
    }


def _judged(one: Judged) -> Plain:
    cell = one.cell
    return {
        "setting": cell.setting,
        "known_from": cell.how,
        "section": cell.section,
        "claims": list(cell.claims),
        "mark": one.mark,
        "reason": one.reason,
        "rows": [_row(row) for row in one.rows],
    }


def _row(row: OutcomeRecord) -> Plain:
    return {
        "arm": row.arm,
        "form": row.form,
        "outcome": row.outcome,
        "of": row.region,
        "at": row.at,
        "mean": row.mean,
        "unit": row.unit,
        "direction": row.direction,
        "verification": row.verification,
    }


def _marks(rows: Sequence[ReviewRow]) -> Plain:
    """Count the ticks, by how they are known and by what our reading says."""
    ticks = [tick for row in rows for one in EFFECTS if (tick := row.tick(one))]
    return {
        "surviving": MARKS_SURVIVING,
        "surviving_with_column": MARKS_WITH_COLUMN,
        "ticks": len(ticks),
        "from_a_mark": sum(one.cell.how == "table mark" for one in ticks),
        "from_running_text": sum(one.cell.how == "running text" for one in ticks),
        "in_culture_only": sum(one.cell.setting == "culture" for one in ticks),
        "read": sum(one.mark == "read" for one in ticks),
        "differs": sum(one.mark == "differs" for one in ticks),
        "not_read": sum(one.mark == "not read" for one in ticks),
    }


def _differences(rows: Sequence[ReviewRow]) -> list[Plain]:
    """List the cells with a reason, those that differ first."""
    order = ("differs", "not read", "read")
    found = [(row, one) for row in rows for one in row.cells if one.reason]
    found.sort(key=lambda pair: order.index(pair[1].mark))
    return [
        {
            "reference": row.reference,
            "column": one.cell.column,
            "value": one.cell.value,
            "mark": one.mark,
            "reason": one.reason,
        }
        for row, one in found
    ]


def _later(row: LaterRow, apart: Sequence[Conflict]) -> Plain:
    study = row.study
    return {
        "study": study.id,
        "year": study.year,
        "own": study.own,
        "reference": study.reference_in_review,
        "donor": row.donor,
        "donor_species": row.donor_species,
        "modification": row.modification,
        "species": study.species,
        "model": study.model,
        "routes": list(row.routes),
        "effects": {effect.key: _told_of(row, effect, apart) for effect in EFFECTS},
        "source": study.source,
        "verification": row.verification,
        "cohort": study.cohort,
        "use": study.use,
    }


def _told_of(row: LaterRow, effect: Effect, apart: Sequence[Conflict]) -> Plain:
    """Give what a later study tells of one effect, and who says otherwise."""
    told, over = row.of(effect), row.over(effect)
    others = {scope for one in told for scope in disputes(one, apart)}
    return {
        "result": row.word(effect),
        "over_other_vesicles": over == "other vesicles",
        "over_other_treatment": over == "other treatment",
        "disputed": "studies" in others,
        "disputed_in_cohort": "one cohort" in others,
        "rows": [
            {**_row(one.row), "result": one.result, "route": one.row.route}
            for one in told
        ],
    }


def _left_out(studies: Sequence[StudyRecord]) -> list[Plain]:
    """Name vesicle studies that are no row of either part, each with its reason."""
    left: list[Plain] = []
    for study in studies:
        if set(references_of(study)) & set(REFERENCES):
            continue
        if given_vesicles(study) and not in_infarct(study):
            why = "retracted" if study.retracted else study.model or "model not said"
            left.append({"study": study.id, "reason": why})
        elif not study.outcomes:
            left.append({"study": study.id, "reason": "no text with an outcome read"})
    return left
