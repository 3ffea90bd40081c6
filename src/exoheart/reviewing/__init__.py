"""The review, executable: every claim answered by the model, by rows, or not at all.

Sees everything above it: claims and rows of :mod:`exoheart.evidence`, studies solved by
:mod:`exoheart.prediction`. In: the tables of `data/claims/`. Out: a :class:`Review`.
`docs/claims.md` says how a verdict is found. Named so because a module called like the
public function ``review`` would hide it.

Read next: :mod:`exoheart.reviewing.contrast` (when a claim holds),
:mod:`exoheart.reviewing.runs` (what is solved),
:mod:`exoheart.reviewing.answer` (verdicts).
"""

from exoheart.reviewing.living import Changes, changes, keep, last_run, snapshot
from exoheart.reviewing.record import ClaimAnswer, Review
from exoheart.reviewing.run import DEFAULT_DRAWS, review

__all__ = [
    "DEFAULT_DRAWS",
    "Changes",
    "ClaimAnswer",
    "Review",
    "changes",
    "keep",
    "last_run",
    "review",
    "snapshot",
]
