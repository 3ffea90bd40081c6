"""Answering every claim of the review, one run.

The scenarios are solved in every parameter set, for the central animal and for the set
that turns each claim; rows and facts are counted; what neither answers is outside.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import cast

from exoheart.errors import InputError, closest
from exoheart.evidence.claims.tables import Claim, Outside, load_claims, load_outside
from exoheart.evidence.claims.verdict import EvidenceAnswer, evidence_answers
from exoheart.evidence.studies import load_studies
from exoheart.reviewing.answer import ModelAnswer, Verdict, answer
from exoheart.reviewing.quantities import Seen
from exoheart.reviewing.record import ClaimAnswer, Review, told_order
from exoheart.reviewing.runs import at_centre, ensemble, failed, wanted
from exoheart.reviewing.tables import ArmAt, Contrast, Flip, load_contrasts, load_flips
from exoheart.reviewing.words import model_reason

Progress = Callable[[int, int], None]
DEFAULT_DRAWS = 256


def review(
    *,
    draws: int = DEFAULT_DRAWS,
    seed: int = 0,
    workers: int = 1,
    claims: Sequence[str] = (),
    on_progress: Progress | None = None,
) -> Review:
    """Answer the claims of the review.

    Parameters
    ----------
    draws
        Parameter sets drawn from the prior, each with one animal.
    seed
        Same seed, same result.
    workers
        Threads that solve; they leave no trace in the result.
    claims
        Ids to answer; none for all.
    on_progress
        Called as ``on_progress(done, total)``.

    Returns
    -------
    Review

    Raises
    ------
    InputError
        An unknown claim.
    DataError
        A table of claims can't be read.

    Examples
    --------
    >>> review(draws=64, claims=["C028"])["C028"].answered_by
    'model'
    """
    chosen = _chosen(load_claims(), claims)
    ids = {claim.id for claim in chosen}
    contrasts = [one for one in load_contrasts() if one.claim in ids]
    models, lost = _models(contrasts, draws, seed, workers, on_progress)
    rows = evidence_answers()
    outside = {one.claim: one for one in load_outside()}
    answers = [
        _answered(claim, models.get(claim.id), rows[claim.id], outside.get(claim.id))
        for claim in chosen
    ]
    return Review(
        claims=tuple(sorted(answers, key=told_order)),
        seed=seed,
        draws=draws,
        failed=lost,
        titles={n: one.study.title for n, one in wanted(contrasts).items()},
        own_studies=tuple(study.id for study in load_studies() if study.own),
    )


def _chosen(known: Sequence[Claim], claims: Sequence[str]) -> list[Claim]:
    ids = [claim.id for claim in known]
    for name in claims:
        if name not in ids:
            raise InputError(
                f"claim {name!r} is unknown; allowed: {ids[0]} to {ids[-1]}; nearest: "
                f"{closest(name, ids) or 'none'}"
            )
    return [claim for claim in known if not claims or claim.id in claims]


def _models(
    contrasts: Sequence[Contrast],
    draws: int,
    seed: int,
    workers: int,
    on_progress: Progress | None,
) -> tuple[dict[str, ModelAnswer], dict[str, int]]:
    """Answer by the model what it can, and count sets without a result."""
    tell = on_progress or (lambda done, total: None)
    flips = load_flips()
    ids = list(dict.fromkeys(one.claim for one in contrasts))
    needed = wanted(contrasts)
    total = len(needed) + len(ids)
    seen: dict[ArmAt, Seen] = {}
    central: dict[ArmAt, Seen] = {}
    lost: dict[str, int] = {}
    labels: tuple[str, ...] = ()
    for done, (name, one) in enumerate(needed.items()):
        tell(done, total)
        setting, found = ensemble(name, one, draws, seed, workers)
        labels = setting.labels
        lost[name] = failed(found)
        seen |= found
        central |= at_centre(name, one)
    found_answers = {}
    for done, claim in enumerate(ids, start=len(needed)):
        tell(done, total)
        own = [one for one in contrasts if one.claim == claim]
        found_answers[claim] = model_answer(
            own, seen, central, flips.get(claim, ()), labels
        )
    tell(total, total)
    return found_answers, lost


def model_answer(
    contrasts: Sequence[Contrast],
    seen: Mapping[ArmAt, Seen],
    central: Mapping[ArmAt, Seen],
    flips: Sequence[Flip],
    labels: Sequence[str] = (),
) -> ModelAnswer:
    """Answer one claim, solving the set that is said to turn it."""
    flipped: dict[ArmAt, Seen] | None = None
    if flips:
        flipped = {}
        for name, one in wanted(contrasts).items():
            flipped |= at_centre(name, one, flips)
    found = answer(contrasts, seen, central, flipped, flips, labels)
    untreated = all(seen[arm].supply is None for c in contrasts for arm in c.arms)
    fitted = untreated and found.flipped is not None
    return replace(found, basis="calibrated") if fitted else found


def _answered(
    claim: Claim,
    model: ModelAnswer | None,
    rows: EvidenceAnswer,
    outside: Outside | None,
) -> ClaimAnswer:
    if model is not None:
        return ClaimAnswer(
            claim=claim,
            answered_by="model",
            basis=model.basis,
            verdict=model.verdict,
            reason=model_reason(model),
            model=model,
            evidence=rows,
            outside=None,
        )
    decided = rows.verdict != "not answered"
    reason = rows.reason if outside is None or decided else outside.reason
    return ClaimAnswer(
        claim=claim,
        answered_by="evidence" if decided else "outside",
        basis=None,
        verdict=cast(Verdict, rows.verdict),
        reason=reason,
        model=None,
        evidence=rows,
        outside=None if decided else outside,
    )
