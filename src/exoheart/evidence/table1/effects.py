"""The five effects of the review's Table 1, and what a published row says of each.

Between the rows of :mod:`exoheart.evidence.studies` and
:mod:`exoheart.evidence.table1.rows`: a direction (increase, decrease, none) becomes a
word that says whether the heart did better. Knows which way is better for each outcome.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from exoheart.evidence.comparators import treatment_compared
from exoheart.evidence.studies import OutcomeRecord, StudyRecord
from exoheart.evidence.vocabulary import OUTCOMES, TITLE

Result = Literal["yes", "no effect", "worse", "not said"]
Against = Literal["control", "other vesicles", "other treatment"]

#: Models in which an animal has an infarct.
INFARCT_MODELS = (
    "ischaemia-reperfusion",
    "permanent ligation",
    "infarct, type not stated",
)


@dataclass(frozen=True, slots=True)
class Effect:
    """One of the five effects: its key, the table's column, family and better side."""

    key: str
    column: str
    family: str
    better: str


EFFECTS = (
    Effect("infarct_size", "diminished infarct size", "infarct", "decrease"),
    Effect("cardiac_function", "increased cardiac function", "function", "increase"),
    Effect("vessel_density", "higher vessel density", "vessels", "increase"),
    Effect("fibrosis", "reduced fibrosis", "fibrosis", "decrease"),
    Effect("apoptosis", "decreased apoptosis", "death", "decrease"),
)
#: Outcomes whose better side is the other one than that of their family.
TURNED = (
    *("viable mass", "change in viable mass"),
    *("NYHA class", "change in circumferential strain"),
    "diastolic pressure-volume relation",
)
#: Outcomes that stand in a family and are another thing than the table's column.
APART = ("cardiomyocyte hypertrophy", "autophagic vesicles", "protection")
#: Outcomes of cells in a dish that tell of apoptosis, where less is better.
APOPTOSIS_IN_CULTURE = ("cardiomyocyte apoptosis", "caspase activity")


def effect_of_outcome(outcome: str) -> Effect | None:
    """Give the effect that an outcome tells of; None where the table has no column.

    Examples
    --------
    >>> effect_of_outcome("scar size").key, effect_of_outcome("arrhythmia")
    ('infarct_size', None)
    """
    family = "" if outcome in APART else OUTCOMES.get(outcome, "")
    if outcome in APOPTOSIS_IN_CULTURE:
        family = "death"
    return next((one for one in EFFECTS if one.family == family), None)


def result_of(row: OutcomeRecord) -> Result | None:
    """Say what a row tells of its effect; None for a row that tells of none.

    A control, a reading before the treatment and an outcome without a column tell
    nothing; a row without a direction, or read of a title alone, is ``not said``.
    """
    effect = effect_of_outcome(row.outcome)
    if effect is None or row.baseline or row.form == "control":
        return None
    if not row.direction or row.verification == TITLE:
        return "not said"
    if row.direction == "none":
        return "no effect"
    return "yes" if (row.direction == effect.better) != turned(row.outcome) else "worse"


def turned(outcome: str) -> bool:
    """Say whether the better side of an outcome is not that of its family."""
    return outcome in TURNED


def against(study: StudyRecord, row: OutcomeRecord) -> Against:
    """Say what a row is held against: a control, other vesicles, another treatment.

    By the rule of :func:`exoheart.evidence.comparators.treatment_compared`; cells and
    conditioned medium are treatments.
    """
    given = treatment_compared(study, row)
    if not given:
        return "control"
    return "other vesicles" if given == "vesicles" else "other treatment"
