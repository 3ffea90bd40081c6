"""The model's answer to one claim: a share of parameter sets, a verdict, its basis.

A claim is *predicted* where some parameter set inside the prior turns the verdict; the
set is named and solved in each run. Where none was found the sign follows from the
structure or the set lies far outside the prior: the claim is *built in*, listed apart,
counted nowhere. Read next: :mod:`exoheart.reviewing.run`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from exoheart.reviewing.contrast import Read, read
from exoheart.reviewing.quantities import QUANTITIES, Seen
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
    margin
        By how much the claim holds; below zero where it fails.
    reads
        Its contrasts, each array of shape (1,).
    """

    verdict: Verdict
    margin: float
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
        Answers of the central set, and of the set that turns the verdict (None for
        none).
    flips
        The values of that set; empty where it is the central one.
    labels
        The mechanism of each parameter set.
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
    labels: tuple[str, ...] = ()

    @property
    def by_mechanism(self) -> dict[str, tuple[int, int]]:
        """For each mechanism, the sets that speak and those in which it holds."""
        margins, labels = margin_of(self.reads), np.array(self.labels)
        found = {}
        for name in sorted(set(self.labels)):
            own = margins[labels == name]
            found[name] = int(np.isfinite(own).sum()), int(np.sum(own > 0.0))
        return found

    @property
    def error(self) -> float | None:
        """Monte Carlo error of the share."""
        if self.share is None:
            return None
        return float(np.sqrt(self.share * (1.0 - self.share) / self.speak))


def margin_of(reads: Sequence[Read]) -> FloatArray:
    """Give the smallest margin of a claim's contrasts, shape (draw,).

    One that fails decides, whatever the others say; where none fails and one is silent
    the claim is silent (NaN).
    """
    margins = np.array([one.margin for one in reads])
    worst = np.min(np.where(np.isnan(margins), np.inf, margins), axis=0)
    silent = np.any(np.isnan(margins), axis=0)
    return np.where((worst > 0.0) & silent, np.nan, worst)


def answer(
    contrasts: Sequence[Contrast],
    seen: Mapping[ArmAt, Seen],
    central: Mapping[ArmAt, Seen],
    flipped: Mapping[ArmAt, Seen] | None = None,
    flips: Sequence[Flip] = (),
    labels: Sequence[str] = (),
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
        Values of the set that is said to turn the answer of the central one.
    labels
        The mechanism of each parameter set.
    """
    reads = tuple(read(one, seen) for one in contrasts)
    margins = margin_of(reads)
    speaks = np.isfinite(margins)
    speak = int(speaks.sum())
    share = float(np.mean(margins[speaks] > 0.0)) if speak >= FEWEST else None
    verdict = _verdict(share, contrasts[0].open)
    middle = set_answer(contrasts, central)
    turned = None if flipped is None else set_answer(contrasts, flipped)
    turning = _turning(reported(share), middle, turned)
    return ModelAnswer(
        claim=contrasts[0].claim,
        basis="built in" if turning is None else "predicted",
        verdict=verdict,
        share=share,
        speak=speak,
        draws=len(margins),
        reads=reads,
        central=middle,
        flipped=turning,
        flips=tuple(flips) if turning is turned and turning is not None else (),
        labels=tuple(labels),
    )


def _turning(
    verdict: Verdict, central: SetAnswer, other: SetAnswer | None
) -> SetAnswer | None:
    """Give the set that turns a verdict: the named one, or else the central one.

    A named set counts if it turns the answer of the central one; so for every verdict
    one of the two differs from it.
    """
    if other is not None and turns_to(central, other):
        if other.verdict != verdict:
            return other
        return central if central.verdict != "undecided" else None
    opposite = {"agrees": "disagrees", "disagrees": "agrees"}.get(verdict)
    return central if central.verdict == opposite else None


def turns_to(central: SetAnswer, other: SetAnswer) -> bool:
    """Whether another parameter set gives a definite and different answer.

    What is read of a donor alone is an input of the model: there the difference must
    change its sign, since leaving the dead band is no news.
    """
    if other.verdict in {"undecided", central.verdict}:
        return False
    inputs = [not QUANTITIES[one.contrast.quantity].recorded for one in other.reads]
    return not all(inputs) or any(
        np.sign(one.difference[0]) != np.sign(same.difference[0])
        for one, same in zip(other.reads, central.reads, strict=True)
    )


def set_answer(contrasts: Sequence[Contrast], seen: Mapping[ArmAt, Seen]) -> SetAnswer:
    """Answer a claim in one parameter set."""
    reads = tuple(read(one, seen) for one in contrasts)
    margin = float(margin_of(reads)[0])
    verdict: Verdict = "agrees" if margin > 0.0 else "disagrees"
    return SetAnswer("undecided" if np.isnan(margin) else verdict, margin, reads)


def reported(share: float | None) -> Verdict:
    """Turn a share of parameter sets into a verdict on what is read."""
    if share is None or DISAGREES < share < AGREES:
        return "undecided"
    return "agrees" if share >= AGREES else "disagrees"


def _verdict(share: float | None, is_open: bool) -> Verdict:
    """Give the verdict on the claim: an open question is right while it stays open."""
    found = reported(share)
    if not is_open or share is None:
        return found
    return "agrees" if found == "undecided" else "disagrees"
