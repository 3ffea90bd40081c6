"""The published side of a plan as plain data: what the report's section 2 shows.

Puts together what :mod:`exoheart.evidence.nearest`, the pooled results,
:mod:`exoheart.evidence.contradictions` and :mod:`exoheart.evidence.studied_range` give,
under the keys of ``plan.json``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from exoheart.evidence.bibliography import Entry, load_bibliography, reference
from exoheart.evidence.contradictions import contradictions
from exoheart.evidence.nearest import Neighbour, nearest
from exoheart.evidence.plan_terms import figure, treated_arms
from exoheart.evidence.studied_range import outside
from exoheart.evidence.studies import PooledRecord, load_pooled, load_studies
from exoheart.records.study import Study

Plain = dict[str, object]


def published(
    study: Study, count: int = 8, folder: Path | None = None
) -> dict[str, list[Plain]]:
    """Give everything published that belongs beside a plan, as plain data.

    Returns
    -------
    dict
        ``nearest`` (closest first), ``pooled`` (pooled effects of the plan's forms and
        endpoints), ``contradictions`` and ``outside``; each a list of dicts of text,
        numbers and None.

    Raises
    ------
    DataError
        A table can't be read.
    """
    known = load_bibliography(folder)
    studies = load_studies(folder)
    forms = {product.form for _, product in treated_arms(study)}
    quantities = {endpoint.quantity for endpoint in study.endpoints}
    pooled = [
        _pooled(row, known)
        for row in load_pooled(folder)
        if row.form in forms and row.outcome in quantities and row.pooled is not None
    ]
    sides = [
        {
            "topic": one.title,
            "sides": [
                f"{one.claim} [{one.source}]",
                f"{one.against} [{one.against_source}]",
            ],
            "reading": one.reading,
        }
        for one in contradictions(study, folder)
    ]
    left = [
        {
            "what": f"{one.what}, {one.arm}" if one.arm else one.what,
            "met": one.met,
            "studied": one.studied,
            "source": one.source or None,
            "known": one.known,
        }
        for one in outside(study, studies)
    ]
    return {
        "nearest": [_neighbour(one, known) for one in nearest(study, studies, count)],
        "pooled": pooled,
        "contradictions": [dict(one) for one in sides],
        "outside": [dict(one) for one in left],
    }


def _neighbour(one: Neighbour, known: Mapping[str, Entry]) -> Plain:
    differs: Sequence[str] = one.differs_in
    return {
        "study": one.study,
        "reference": reference(known[one.source]) if one.source in known else "",
        "source": one.source,
        "species": one.species,
        "model": one.infarct,
        "arm": one.arm,
        "comparator": one.comparator,
        "donor": one.donor,
        "form": one.form,
        "route": one.route,
        "dose": one.dose or None,
        "time_of_dose": one.time_of_dose,
        "outcome": f"{one.outcome} of {one.region}" if one.region else one.outcome,
        "at": one.at,
        "control": one.control_mean,
        "treated": one.treated_mean,
        "effect": one.effect_value,
        "effect_words": one.effect,
        "direction": one.direction or None,
        "unit": one.effect_unit,
        "n": one.n_treated,
        "spread": f"{one.treated} ({one.spread_type})" if one.spread_type else None,
        "verification": one.verification,
        "use": one.use,
        "note": one.note,
        "planned_arm": one.planned_arm,
        "distance": one.distance,
        "differs_in": list(differs),
    }


def _pooled(row: PooledRecord, known: Mapping[str, Entry]) -> Plain:
    ends = [row.ci_low, row.ci_high]
    heterogeneity = f", I2 {figure(row.i2)} %" if row.i2 is not None else ""
    return {
        "analysis": row.id.replace("_", " "),
        "reference": reference(known[row.source]) if row.source in known else "",
        "source": row.source,
        "outcome": row.outcome,
        "measure": row.measure,
        "estimate": row.pooled,
        "interval95": None if None in ends else ends,
        "k": row.studies,
        "unit": row.unit,
        "population": f"{row.comparison}; {row.species}{heterogeneity}",
        "note": row.note,
    }
