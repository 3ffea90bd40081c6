"""The model's answer to one claim: a share of parameter sets, a verdict, its basis.

A claim is *predicted* where some parameter set inside the prior turns the answer of the
central one; the set is named and solved in each run. Without such a set the sign
follows from the structure, and the claim is *built in*: listed apart, counted nowhere.
Read next: :mod:`exoheart.reviewing.run`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from exoheart.reviewing.contrast import Read, read
from exoheart.reviewing.quantities import Seen
from exoheart.reviewing.tables import ArmAt, Contrast, Flip

FloatArray = npt.NDArray[np.float64]
Verdict = Literal["agrees", "disagrees", "undecided", "not answered"]
Basis = Literal["predicted", "calibrated", "built in"]
#: Share of the parameter sets in which a claim must hold for the model to agree, and
#: to disagree: four in five, one in five (assumed).
AGREES, DISAGREES = 0.8, 0.2
#: Parameter sets that must speak, for a verdict at all (assumed).
FEWEST = 20


@dataclass(frozen=True)
class SetAnswer:
    """The answer of one parameter set.

    Parameters
    ----------
    verdict
        undecided where the claim compares effects and there is none.
    reads
        Its contrasts, each array of shape (1,).
    """

    verdict: Verdict
    reads: tuple[Read, ...]


@dataclass(frozen=True)
class ModelAnswer:
    """What the model says of one claim.

    Parameters
    ----------
    claim
        Its id.
    basis, verdict
        As above.
    share
        Of the parameter sets that speak, the share in which the claim holds; None
        where too few speak.
    speak, draws
        Parameter sets that speak, and all.
    reads
        Every contrast in every parameter set.
    central, flipped
        Answers of the central set, and of the set that turns it (None for none).
    flips
        The values of that set.
    """

    claim: str
    basis: Basis
    verdict: Verdict
    share: float | None
    speak: int
    draws: int
    reads: tuple[Read, ...]
    central: SetAnswer
    flipped: SetAnswer | None
    flips: tuple[Flip, ...]

    @property
    def holds(self) -> FloatArray:
        """By how much the claim holds in each parameter set; NaN where it is silent."""
        return margin_of(self.reads)

    @property
    def error(self) -> float | None:
        """Monte Carlo error of the share."""
        if self.share is None:
            return None
        return float(np.sqrt(self.share * (1.0 - self.share) / self.speak))


def margin_of(reads: Sequence[Read]) -> FloatArray:
    """Give the smallest margin of a claim's contrasts; NaN where one is silent."""
    return np.asarray(np.min([one.margin for one in reads], axis=0))


def answer(
    contrasts: Sequence[Contrast],
    seen: Mapping[ArmAt, Seen],
    central: Mapping[ArmAt, Seen],
    flipped: Mapping[ArmAt, Seen] | None = None,
    flips: Sequence[Flip] = (),
) -> ModelAnswer:
    """Answer one claim.

    Parameters
    ----------
    contrasts
        All of that claim.
    seen, central, flipped
        The arms in every parameter set of the prior, in the central one, and in the
        one that `flips` names.
    flips
        Values of the set that is said to turn the answer.
    """
    reads = tuple(read(one, seen) for one in contrasts)
    margins = margin_of(reads)
    speaks = np.isfinite(margins)
    speak = int(speaks.sum())
    share = float(np.mean(margins[speaks] > 0.0)) if speak >= FEWEST else None
    middle = set_answer(contrasts, central)
    turned = None if flipped is None else set_answer(contrasts, flipped)
    turns = turned is not None and turns_to(middle, turned)
    return ModelAnswer(
        claim=contrasts[0].claim,
        basis="predicted" if turns else "built in",
        verdict=_verdict(share, contrasts[0].open),
        share=share,
        speak=speak,
        draws=len(margins),
        reads=reads,
        central=middle,
        flipped=turned if turns else None,
        flips=tuple(flips) if turns else (),
    )


def turns_to(central: SetAnswer, other: SetAnswer) -> bool:
    """Whether another parameter set gives a definite and different answer."""
    return other.verdict not in {"undecided", central.verdict}


def set_answer(contrasts: Sequence[Contrast], seen: Mapping[ArmAt, Seen]) -> SetAnswer:
    """Answer a claim in one parameter set."""
    reads = tuple(read(one, seen) for one in contrasts)
    margin = float(margin_of(reads)[0])
    verdict: Verdict = "agrees" if margin > 0.0 else "disagrees"
    return SetAnswer("undecided" if np.isnan(margin) else verdict, reads)


def _verdict(share: float | None, is_open: bool) -> Verdict:
    """Turn a share into a verdict; an open question agrees while the model is open."""
    if share is None:
        return "agrees" if is_open else "undecided"
    if is_open:
        return "agrees" if DISAGREES < share < AGREES else "disagrees"
    if share >= AGREES:
        return "agrees"
    return "disagrees" if share <= DISAGREES else "undecided"
