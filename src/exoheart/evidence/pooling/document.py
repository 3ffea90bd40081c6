"""One pool as plain data: effects, fit, readings, bounds, what is left out, reviews.

Called by :mod:`exoheart.evidence.pooling.pools` for every quantity.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from exoheart.evidence.meta import fit
from exoheart.evidence.meta.inference import around
from exoheart.evidence.meta.narrow import NARROW, is_narrow
from exoheart.evidence.meta.result import MetaFit, Test
from exoheart.evidence.pooling.choices import PoolChoices
from exoheart.evidence.pooling.printed_p import check_spread
from exoheart.evidence.pooling.published import (
    NO_UNIT_SAID,
    ReviewEffect,
    one_per_review,
)
from exoheart.evidence.pooling.quality import (
    QualityAnswer,
    score_of,
    share_good,
    summary,
)
from exoheart.evidence.pooling.readings import (
    Pooled,
    PooledPrior,
    pooled_priors,
    width_for,
)
from exoheart.evidence.pooling.rows import (
    Candidate,
    Effect,
    PoolKey,
    Reading,
)
from exoheart.evidence.pooling.selection import Left, select

Plain = dict[str, object]


@dataclass(frozen=True, slots=True)
class Known:
    """What all pools share: tables, and the choices."""

    choices: PoolChoices
    quality: tuple[QualityAnswer, ...]
    widths: dict[tuple[str, str], float]
    printed: dict[tuple[str, ...], str]


def pool_document(
    key: PoolKey,
    found: Sequence[Candidate],
    beside: Sequence[ReviewEffect],
    known: Known,
) -> Plain:
    """Give one pool as plain data.

    Parameters
    ----------
    key
        What is pooled.
    found
        Rows of study tables with this key.
    beside
        Reviews with this key.
    known
        What all pools share.
    """
    effects, left = select(found, all_times=known.choices.all_times)
    fitted = _fit(effects, known.choices)
    made: Plain = {
        "outcome": key.quantity,
        "of": key.of or None,
        "setting": key.setting,
        "species": key.species or None,
        "unit": key.unit,
        "measure": "ROM" if key.unit == "log ratio" else "MD",
        "k": len(effects),
        "studies": len({one.candidate.study.id for one in effects}),
        "rows": len(found),
        "words": [*_words(effects, found), *_narrow(effects, fitted, known.choices)],
        "effects": [_effect(one, fitted, at, known) for at, one in enumerate(effects)],
        "fit": fitted.to_json() if fitted else None,
        "priors": _priors(key, effects, fitted, known),
        "bounds": _bounds(found, effects, known),
        "not_pooled": [_left(one, known) for one in left],
        "published": _published(beside, known),
        "between_reviews": _between(key, beside, known),
    }
    return made


def _fit(effects: Sequence[Effect], choices: PoolChoices) -> MetaFit | None:
    if len(effects) < 2:
        return None
    names = [one.candidate.study.id for one in effects]
    several = choices.all_times and 1 < len(set(names)) < len(names)
    test: Test = "t" if several and choices.test == "knha" else choices.test
    return fit(
        [one.yi for one in effects],
        [one.vi for one in effects],
        method=choices.method,
        test=test,
        cluster=names if several else None,
        labels=names,
    )


def _words(effects: Sequence[Effect], found: Sequence[Candidate]) -> list[str]:
    """Say how little there is, and what is mixed."""
    count = len(effects)
    studies = len({one.candidate.study.id for one in effects})
    rows = f"{len(found)} row{'' if len(found) == 1 else 's'}"
    if not found:
        return ["No study row; only reviews tell of this outcome."]
    if count == 0:
        what = (
            "the one row doesn't print" if len(found) == 1 else f"none of {rows} prints"
        )
        return [f"Nothing can be pooled: {what} all that is needed."]
    if count == 1:
        return ["Only one effect can be used: there is nothing to pool."]
    told = "1 study" if studies == 1 else f"{studies} studies"
    said = [f"{count} effects of {told}, from {rows}."]
    if studies == 2:
        said.append("Two studies only: how studies differ is hardly known.")
    for name, values in (
        ("species", {one.candidate.study.species for one in effects}),
        ("infarct models", {one.candidate.study.model for one in effects}),
        ("donors", {one.candidate.row.donor for one in effects}),
    ):
        if len(values - {""}) > 1:
            said.append(f"Mixed {name}: {', '.join(sorted(values - {''}))}.")
    return said


def _narrow(
    effects: Sequence[Effect], fitted: MetaFit | None, choices: PoolChoices
) -> list[str]:
    """Warn where Knapp and Hartung's interval is narrower than the normal one."""
    if fitted is None or fitted.test != "knha":
        return []
    normal = _fit(effects, replace(choices, test="z"))
    return [NARROW] if normal and is_narrow(fitted, normal) else []


def _effect(one: Effect, fitted: MetaFit | None, at: int, known: Known) -> Plain:
    row, study = one.candidate.row, one.candidate.study
    return {
        **_who(one.candidate),
        "donor": row.donor,
        "route": row.route,
        "yi": one.yi,
        "vi": one.vi,
        "ci95": list(around(one.yi, one.vi)),
        "n_treated": one.n_treated,
        "n_control": one.n_control,
        "rests_on": one.how,
        "weight": float(fitted.weights[at]) if fitted else None,
        "share": float(fitted.weights[at]) / 100.0 if fitted else None,
        "quality": summary(study.id, known.quality),
        "quality_factor": share_good(study.id, known.quality),
    }


def _who(one: Candidate) -> Plain:
    return {
        "study": one.study.id,
        "source": one.study.source,
        "own": one.study.own,
        "species": one.study.species,
        "model": one.study.model,
        "arm": one.row.arm,
        "comparator": one.row.comparator,
        "printed": one.row.outcome,
        "at": one.row.at,
    }


def _left(one: Left, known: Known) -> Plain:
    made = {**_who(one.candidate), "reason": one.reason}
    return made | {"spread_check": _spread_check(one.candidate, known)}


def _spread_check(one: Candidate, known: Known) -> Plain | None:
    """Say which reading of an unknown spread agrees with the printed P."""
    if one.study.retracted or one.row.spread_type != "unknown":
        return None
    told = check_spread(one, known.printed)
    if told is None:
        return None
    return {
        "printed_p": told.printed,
        "p_if_sd": told.p_if_sd,
        "p_if_sem": told.p_if_sem,
        "agrees_with": told.fits,
    }


def _priors(
    key: PoolKey, effects: Sequence[Effect], fitted: MetaFit | None, known: Known
) -> list[Plain]:
    if not effects:
        return []
    factors = [share_good(one.candidate.study.id, known.quality) for one in effects]
    width = width_for(key, known.widths, known.choices.sceptical_width)
    yi, vi = [one.yi for one in effects], [one.vi for one in effects]
    return _readings(Pooled(yi, vi, fitted, factors, width), known.choices.prior)


def _readings(pooled: Pooled, prior: str) -> list[Plain]:
    return [
        _reading(one) for one in pooled_priors(pooled) if prior in {"all", one.name}
    ]


def _reading(one: PooledPrior) -> Plain:
    return {
        "prior": one.name,
        "pi95": None if one.pi95 is None else list(one.pi95),
        "ci95": None if one.ci95 is None else list(one.ci95),
        "estimate": one.estimate,
        "words": one.words,
    }


def _bounds(
    found: Sequence[Candidate], effects: Sequence[Effect], known: Known
) -> list[Plain]:
    """Pool once with every unknown spread as SD, once as standard error."""
    made = []
    readings: tuple[Reading, ...] = ("SD", "SEM")
    for reading in readings:
        bounded, _ = select(found, reading, all_times=known.choices.all_times)
        if not _unknown(bounded):
            return []
        fitted = _fit(bounded, known.choices)
        yi, vi = [one.yi for one in bounded], [one.vi for one in bounded]
        even = [1.0] * len(bounded)
        plain = pooled_priors(Pooled(yi, vi, fitted, even, 1.0))[0]
        made.append(
            {
                "reading": reading,
                "k": len(bounded),
                "of_these_unknown": _unknown(bounded),
                **{k: v for k, v in _reading(plain).items() if k != "prior"},
                "effects": [
                    _effect(one, fitted, at, known)
                    | {"spread_check": _spread_check(one.candidate, known)}
                    for at, one in enumerate(bounded)
                ],
            }
        )
    return made


def _unknown(effects: Sequence[Effect]) -> int:
    """Count the effects that rest on a spread of unknown kind."""
    rows = [(one.candidate.row, one.candidate.control) for one in effects]
    return sum(
        "unknown" in {row.spread_type, control.spread_type if control else ""}
        for row, control in rows
    )


def _published(beside: Sequence[ReviewEffect], known: Known) -> list[Plain]:
    kept = one_per_review(beside)
    return [
        {
            "review": one.record.id,
            "source": one.record.source,
            "comparison": one.record.comparison,
            "species": one.record.species,
            "measure": one.record.measure,
            "estimate": one.record.pooled,
            "ci95": None if one.vi is None else [one.record.ci_low, one.record.ci_high],
            "studies": one.record.studies,
            "counted": one in kept,
            "quality_score": score_of(one.record.id, known.quality),
            "note": one.record.note,
        }
        for one in beside
    ]


def _between(
    key: PoolKey, beside: Sequence[ReviewEffect], known: Known
) -> Plain | None:
    """Say how far reviews lie apart; None where fewer than two have an interval.

    None too where they name no unit: they may be on different scales.
    """
    if key.unit == NO_UNIT_SAID:
        return None
    kept = one_per_review(beside)
    usable = [one for one in kept if one.vi is not None]
    if len(usable) < 2:
        return None
    yi = [one.record.pooled or 0.0 for one in usable]
    vi = [one.vi or math.nan for one in usable]
    fitted = fit(yi, vi, method=known.choices.method, test="z")
    factors = [share_good(one.record.id, known.quality) for one in usable]
    width = width_for(key, known.widths, known.choices.sceptical_width)
    ends = [one.record.pooled or 0.0 for one in kept]
    return {
        "reviews": len(kept),
        "with_interval": len(usable),
        "lowest": min(ends),
        "highest": max(ends),
        "sd_between": math.sqrt(fitted.tau2),
        "fit": fitted.to_json(),
        "priors": _readings(
            Pooled(yi, vi, fitted, factors, width), known.choices.prior
        ),
        "outside": _outside(kept, fitted),
        "words": "Width of the spread between reviews, not an effect: reviews share "
        "studies, so the interval of their mean is too narrow. Normal quantiles; "
        "the SD between so few is itself hardly known.",
    }


def _outside(kept: Sequence[ReviewEffect], fitted: MetaFit) -> list[str]:
    """Name the reviews without an interval that lie outside the prediction."""
    low, high = fitted.pi95 or (-math.inf, math.inf)
    return [
        one.record.id
        for one in kept
        if one.vi is None and not low <= (one.record.pooled or 0.0) <= high
    ]
