"""The review answered: one record a claim, and the JSON of ``exoheart review``.

Read next: :mod:`exoheart.reviewing.words` (how an answer is told).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from exoheart.evidence.claims.tables import Claim, Outside
from exoheart.evidence.claims.verdict import EvidenceAnswer
from exoheart.reviewing.answer import Basis, ModelAnswer, SetAnswer, Verdict
from exoheart.reviewing.contrast import Read
from exoheart.reviewing.quantities import QUANTITIES
from exoheart.reviewing.tables import ArmAt

FloatArray = npt.NDArray[np.float64]
AnsweredBy = Literal["model", "evidence", "outside"]
Kind = Literal["effect", "no effect", "comparison", "donor", "open"]
#: Where the list of what is not covered stands.
NOT_COVERED = "README.md#what-of-the-review-it-does-not-answer"
_VERDICTS: tuple[Verdict, ...] = ("disagrees", "undecided", "agrees", "not answered")


@dataclass(frozen=True)
class ClaimAnswer:
    """One claim and its answer.

    Parameters
    ----------
    claim
        As the table has it.
    answered_by
        The model where it has a contrast, rows and facts where some text decides,
        else outside.
    basis
        Of a model's answer.
    verdict, reason
        The answer, and why.
    model, evidence, outside
        What stands behind it; evidence beside a model's answer too.
    """

    claim: Claim
    answered_by: AnsweredBy
    basis: Basis | None
    verdict: Verdict
    reason: str
    model: ModelAnswer | None
    evidence: EvidenceAnswer
    outside: Outside | None

    @property
    def counted(self) -> bool:
        """Whether it counts as agreement or disagreement of the model."""
        return self.basis in {"predicted", "calibrated"} and self.kind != "open"

    @property
    def kind(self) -> Kind | None:
        """What sort of claim the model is asked about; None for other answers."""
        return None if self.model is None else kind_of(self.model)

    @property
    def in_conflict(self) -> bool:
        """Whether the model and the texts that were read point opposite ways."""
        pair = {self.verdict, self.evidence.verdict}
        return self.model is not None and pair == {"agrees", "disagrees"}

    def to_json(self) -> dict[str, Any]:
        """Give the claim as the document of ``exoheart review`` holds it."""
        return {
            "claim_id": self.claim.id,
            "section": self.claim.section,
            "claim": self.claim.claim,
            "references": list(self.claim.references),
            "answered_by": self.answered_by,
            "basis": self.basis,
            "kind": self.kind,
            "verdict": self.verdict,
            "numbers": self._numbers(),
            "reason": self.reason,
            "evidence": self.evidence.plain(),
            "topic": None if self.outside is None else self.outside.topic,
            "see": NOT_COVERED if self.answered_by == "outside" else None,
        }

    def _numbers(self) -> dict[str, Any]:
        if self.model is not None:
            return model_numbers(self.model)
        if self.answered_by == "evidence":
            counts = self.evidence.counts
            return {
                "cohorts_for": counts.supporting,
                "cohorts_against": counts.contradicting,
                "cohorts_on_both_sides": counts.both,
            }
        return {}


#: Relations that compare effects, and those that ask for one.
_COMPARED = {"similar effect", "larger effect", "smaller effect"}
_ACTS = {"less", "more", "different", "above"}


def kind_of(model: ModelAnswer) -> Kind:
    """Say what a claim is about, from what its contrasts ask."""
    contrasts = [one.contrast for one in model.reads]
    relations = {one.relation for one in contrasts}
    if any(one.open for one in contrasts):
        return "open"
    if not any(QUANTITIES[one.quantity].recorded for one in contrasts):
        return "donor"
    if relations & _COMPARED:
        return "comparison"
    return "effect" if relations & _ACTS else "no effect"


def model_numbers(model: ModelAnswer) -> dict[str, Any]:
    """Give the numbers of a model's answer."""
    flipped = model.flipped
    return {
        "share_of_parameter_sets": model.share,
        "monte_carlo_error": model.error,
        "parameter_sets": model.draws,
        "parameter_sets_that_speak": model.speak,
        "by_mechanism": {
            name: {"speak": speak, "hold": hold}
            for name, (speak, hold) in model.by_mechanism.items()
        },
        "readings": [reading_numbers(one) for one in model.reads],
        "central": _set_numbers(model.central),
        "flip": None
        if flipped is None
        else {
            "parameters": _parameters(model),
            **_set_numbers(flipped),
        },
    }


def _parameters(model: ModelAnswer) -> list[dict[str, str]]:
    """Name the set that turns a verdict; the central one has nothing of its own."""
    if not model.flips:
        return [{"id": "every parameter", "value": "its median", "unit": ""}]
    return [
        {"id": one.parameter, "value": one.value, "unit": one.unit}
        for one in model.flips
    ]


def reading_numbers(one: Read) -> dict[str, Any]:
    """Give one contrast over the parameter sets: 90 % interval first, then median."""
    contrast = one.contrast
    low, middle, high = _quantiles(one.difference)
    return {
        "reading": contrast.reading,
        "quantity": contrast.quantity,
        "unit": one.unit,
        "relation": contrast.relation,
        "arm": _arm(contrast.arm),
        "against": None if contrast.against is None else _arm(contrast.against),
        "control": None if contrast.control is None else _arm(contrast.control),
        "threshold": contrast.threshold,
        "difference_interval90": [low, high],
        "difference_median": middle,
    }


def _arm(one: ArmAt) -> dict[str, str]:
    return {"scenario": one.scenario, "arm": one.arm, "at": one.at}


def _quantiles(values: FloatArray) -> list[float | None]:
    finite = values[np.isfinite(values)]
    if not len(finite):
        return [None, None, None]
    return list(np.quantile(finite, (0.05, 0.5, 0.95)).tolist())


def _finite(values: FloatArray) -> float | None:
    """Give the one value of a parameter set; None where there is none."""
    return float(values[0]) if np.isfinite(values[0]) else None


def _set_numbers(one: SetAnswer) -> dict[str, Any]:
    rows = [
        {
            "arm": _finite(each.arm),
            "against": _finite(each.against),
            "unit": each.unit,
            "difference": _finite(each.difference),
        }
        for each in one.reads
    ]
    return {"verdict": one.verdict, "values": rows}


@dataclass(frozen=True)
class Review:
    """Every claim answered, disagreements first.

    Parameters
    ----------
    claims
        In the order told.
    seed, draws
        Of the parameter sets.
    failed
        By scenario, parameter sets without a result.
    titles
        By scenario, what it is.
    """

    claims: tuple[ClaimAnswer, ...]
    seed: int
    draws: int
    failed: Mapping[str, int]
    titles: Mapping[str, str]
    own_studies: tuple[str, ...] = field(default=())

    def __getitem__(self, claim_id: str) -> ClaimAnswer:
        return {one.claim.id: one for one in self.claims}[claim_id]

    @property
    def summary(self) -> dict[str, Any]:
        """Counts; what is built in is apart and no agreement."""
        by_model = [one for one in self.claims if one.answered_by == "model"]
        counted = [one for one in by_model if one.counted]
        return {
            "claims": len(self.claims),
            "answered_by": _tally([one.answered_by for one in self.claims]),
            "basis": _tally([str(one.basis) for one in by_model]),
            "model": _tally([one.verdict for one in counted]),
            "model_by_kind": {
                kind: _tally([one.verdict for one in counted if one.kind == kind])
                for kind in sorted({str(one.kind) for one in counted})
            },
            "model_readings": len({_asked(one.model) for one in counted if one.model}),
            "open": {
                one.claim.id: one.verdict for one in by_model if one.kind == "open"
            },
            "built_in": [one.claim.id for one in by_model if one.basis == "built in"],
            "evidence": _tally(
                [one.verdict for one in self.claims if one.answered_by == "evidence"]
            ),
            "model_against_read_texts": [
                one.claim.id for one in self.claims if one.in_conflict
            ],
        }

    def to_json(self) -> dict[str, Any]:
        """Give the document of ``exoheart review --json``."""
        from exoheart.version import VERSION

        return {
            "claims": [one.to_json() for one in self.claims],
            "summary": self.summary,
            "scenarios": dict(self.titles),
            "failed_parameter_sets": dict(self.failed),
            "own_studies": list(self.own_studies),
            "seed": self.seed,
            "draws": self.draws,
            "version": VERSION,
        }

    def _repr_html_(self) -> str:
        rows = [
            f"<tr><th scope='row'>{one.claim.id}</th><td>{one.verdict}</td>"
            f"<td>{one.answered_by}{f', {one.basis}' if one.basis else ''}</td>"
            f"<td>{escape(one.claim.claim)}</td></tr>"
            for one in self.claims
        ]
        head = "<th>Claim</th><th>Verdict</th><th>Answered by</th><th>What it says</th>"
        note = "Research use only; not medical advice."
        return f"<table><tr>{head}</tr>{''.join(rows)}</table><p>{note}</p>"

    def write(self, page: str | Path) -> Path:
        """Write the page; an earlier one is replaced, any other file is not."""
        from exoheart.report.review import MARK, render_review
        from exoheart.report.writing import write_page

        text = render_review(self.to_json())
        return write_page(Path(page), text, MARK, "exoheart review")


def _asked(model: ModelAnswer) -> tuple[object, ...]:
    """Give what a claim reads, without its words: equal for claims that read alike."""
    return tuple(
        (c.arms, c.quantity, c.relation, c.threshold)
        for c in (one.contrast for one in model.reads)
    )


def told_order(one: ClaimAnswer) -> tuple[int, int, int, str]:
    """Order claims: disagreements first, then what rests on the model."""
    by = {"model": 0, "evidence": 1, "outside": 2}[one.answered_by]
    apart = int(one.basis == "built in")
    return apart, _VERDICTS.index(one.verdict), by, one.claim.id


def _tally(names: list[str]) -> dict[str, int]:
    return dict(sorted(Counter(names).items(), key=lambda pair: (-pair[1], pair[0])))
