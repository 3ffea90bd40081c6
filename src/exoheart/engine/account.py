"""How the members of an ensemble ended: counts, and sentences of those with trouble."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np

from exoheart.engine.solution import Outcomes, Status
from exoheart.errors import SolveError

#: Sentences kept in full; of more, those of the first members are kept.
MOST_SENTENCES = 1000


@dataclass(frozen=True, slots=True)
class Reduced:
    """What is left of a reduced ensemble besides its summaries.

    Parameters
    ----------
    counts
        Members of each :class:`Status`.
    sentences
        Member and sentence of those not solved at the first try, in order; at most
        1000, those of the first members.
    more_sentences
        How many more there were.
    steps
        Steps taken over all members.
    """

    counts: Mapping[Status, int]
    sentences: tuple[tuple[int, str], ...]
    more_sentences: int
    steps: int

    @property
    def members(self) -> int:
        """How many members there were."""
        return sum(self.counts.values())

    @property
    def failed(self) -> int:
        """How many members have no result."""
        return self.counts[Status.FAILED]


@dataclass(slots=True)
class Account:
    """Counts and sentences while an ensemble is being solved; the same for any order.

    Parameters
    ----------
    counts
        Members of each status, in the order of :class:`Status`.
    steps
        Steps taken.
    sentences
        Member and sentence, lowest members first.
    more_sentences
        Sentences that weren't kept.
    """

    counts: list[int] = field(default_factory=lambda: [0] * len(Status))
    steps: int = 0
    sentences: list[tuple[int, str]] = field(default_factory=list)
    more_sentences: int = 0

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """Make an account from what :meth:`data` gave."""
        pairs = [(int(member), str(text)) for member, text in data["sentences"]]
        return cls(list(data["counts"]), data["steps"], pairs, data["more_sentences"])

    @property
    def members(self) -> int:
        """How many members have been met."""
        return sum(self.counts)

    def add(self, first: int, outcomes: Outcomes) -> None:
        """Take how the block ended that starts at member `first`."""
        met = np.bincount(outcomes.status, minlength=len(Status))
        self.counts = [
            old + int(new) for old, new in zip(self.counts, met, strict=True)
        ]
        self.steps += int(np.sum(outcomes.steps))
        new = [(first + k, text) for k, text in outcomes.messages.items()]
        if new:
            ordered = sorted([*self.sentences, *new])
            self.more_sentences += len(ordered[MOST_SENTENCES:])
            self.sentences = ordered[:MOST_SENTENCES]

    def data(self) -> dict[str, Any]:
        """Give it as JSON takes it."""
        return {
            "counts": self.counts,
            "steps": self.steps,
            "sentences": self.sentences,
            "more_sentences": self.more_sentences,
        }

    def result(self) -> Reduced:
        """Give the record of a finished ensemble.

        Raises
        ------
        SolveError
            Every member failed.
        """
        if self.members and self.counts[Status.FAILED] == self.members:
            first = self.sentences[0][1] if self.sentences else "nothing"
            raise SolveError(
                f"all {self.members} members failed; the first says: {first}; check "
                "the study's overrides and doses"
            )
        counts = {status: self.counts[status] for status in Status}
        return Reduced(counts, tuple(self.sentences), self.more_sentences, self.steps)
