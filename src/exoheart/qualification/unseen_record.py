"""Records of published studies that the program hasn't seen: lines in, answers out.

A :class:`~exoheart.evidence.own.lines.Line` is one line of the user's table (one arm,
outcome and time) in the words of the project's own tables; an :class:`Answer` is what
the program says to it. Read next: :mod:`exoheart.qualification.unseen`.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from exoheart.evidence.own.lines import Layout, Line, Note
from exoheart.version import VERSION

Interval = tuple[float, float]
#: Signs of a published direction.
SIGNS: Mapping[str, int] = {"increase": 1, "decrease": -1}


@dataclass(frozen=True, slots=True)
class Predicted:
    """What one future trial of the study's size would give, in the endpoint's unit.

    `probability_of_direction` is the chance that its difference has the published
    sign; None for an arm mean and where no sign is published.
    """

    median: float
    interval90: Interval
    probability_of_direction: float | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What the program says to one line.

    Parameters
    ----------
    line
        The line.
    what
        ``difference`` (of two group means) or ``arm mean`` (of a control).
    reasons
        Why it isn't predictable, as (kind, sentence); empty where it is.
    assumed
        What the table doesn't say and was taken from elsewhere.
    predicted
        None where it isn't predictable.
    unit
        Of `predicted` and `observed`.
    observed
        The published number, None where none can be set beside the prediction.
    direction
        Published sign of the difference: 1, -1, 0 (tested, nothing found) or None.
    remark
        What to know about a predicted line.
    """

    line: Line
    what: Literal["difference", "arm mean"]
    reasons: tuple[tuple[str, str], ...] = ()
    assumed: Mapping[str, Note] | None = None
    predicted: Predicted | None = None
    unit: str = ""
    observed: float | None = None
    direction: int | None = None
    remark: str = ""

    @property
    def status(self) -> str:
        """``predicted`` or ``not predictable``."""
        return "predicted" if self.predicted is not None else "not predictable"

    @property
    def reason(self) -> str | None:
        """Why it isn't predictable, or what to know about the prediction."""
        text = "; ".join(f"{kind}: {said}" for kind, said in self.reasons)
        return text or self.remark or None

    @property
    def inside(self) -> bool | None:
        """Whether the published number lies in the interval; None without a number."""
        if self.predicted is None or self.observed is None:
            return None
        low, high = self.predicted.interval90
        return bool(low <= self.observed <= high)

    @property
    def chance(self) -> float | None:
        """Chance of the published sign; None without a prediction or a sign."""
        made = self.predicted
        return None if made is None else made.probability_of_direction

    @property
    def agrees(self) -> bool | None:
        """Whether the published sign has a chance above one half."""
        return None if self.chance is None else bool(self.chance > 0.5)

    def to_json(self) -> dict[str, Any]:
        """Give plain data; what is not finite is None."""
        line, made = self.line, self.predicted
        shown = made and {
            "median": _finite(made.median),
            "interval90": [_finite(end) for end in made.interval90],
            "probability_of_direction": _finite(made.probability_of_direction),
        }
        assumed = self.assumed or {}
        return {
            "study_id": line.study_id,
            "arm": line.arm,
            "comparator": line.comparator or None,
            "outcome": line.outcome_words,
            "at": line.at_shown,
            "status": self.status,
            "reason": self.reason,
            "assumed": {name: assumed[name].to_json() for name in sorted(assumed)},
            "what": self.what,
            "unit": self.unit or None,
            "predicted": shown,
            "observed": _finite(self.observed),
            "inside": self.inside,
            "direction": (line.direction or None)
            if self.what == "difference"
            else None,
            "where": line.where,
        }


@dataclass(frozen=True)
class UnseenStudies:
    """Every line of a table of unseen studies, answered.

    Parameters
    ----------
    rows
        In the order of the file.
    layout
        ``tables`` (columns of the project's own tables) or ``flat``.
    seed, members
        Of the simulations; members are per arm.
    failed_members
        Members that no solver could solve, over all studies.
    """

    rows: tuple[Answer, ...]
    layout: Layout
    seed: int
    members: int
    failed_members: int

    @property
    def summary(self) -> dict[str, Any]:
        """Counts: predicted, inside, signs, and why not.

        Under ``direction``, ``yes`` counts chances above one half, ``mean`` is the mean
        chance of the published sign. ``not_predictable`` counts each line under the
        kind of its first reason.
        """
        made = [row for row in self.rows if row.predicted is not None]
        kinds = Counter(row.reasons[0][0] for row in self.rows if row.reasons)
        reasons = sorted(kinds.items(), key=lambda one: (-one[1], one[0]))
        differences = [row for row in made if row.what == "difference"]
        means = [row for row in made if row.what == "arm mean"]
        chances = [row.chance for row in differences if row.chance is not None]
        mean = sum(chances) / len(chances) if chances else None
        return {
            "rows": len(self.rows),
            "predicted": len(made),
            "inside": _share(row.inside for row in made),
            "inside_differences": _share(row.inside for row in differences),
            "inside_arm_means": _share(row.inside for row in means),
            "direction": _share(row.agrees for row in differences) | {"mean": mean},
            "not_predictable": dict(reasons),
        }

    def to_json(self) -> dict[str, Any]:
        """Give the document of ``qualify --studies --json``."""
        return {
            "rows": [row.to_json() for row in self.rows],
            "summary": self.summary,
            "layout": self.layout,
            "failed_members": self.failed_members,
            "members": self.members,
            "seed": self.seed,
            "version": VERSION,
        }

    def _repr_html_(self) -> str:
        told = self.summary
        inside = told["inside"]
        return (
            f"<p>{told['predicted']} of {told['rows']} lines predicted; "
            f"{inside['yes']} of {inside['of']} published numbers inside the 90 % "
            "interval</p><p>Research use only; not medical advice.</p>"
        )


def _share(answers: Iterable[bool | None]) -> dict[str, Any]:
    """Count the yes among answers that are yes or no."""
    told = [one for one in answers if one is not None]
    count = sum(told)
    share = count / len(told) if told else None
    return {"yes": count, "of": len(told), "share": share}


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
