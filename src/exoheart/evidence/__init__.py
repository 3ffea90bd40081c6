"""Sourced values and published studies; knows no model.

Comes beneath the stages: `study.py` turns its rows into the priors that the stages
draw from, and the report shows its studies beside a plan. In: the tables of `data/`.
Out: frozen records. `docs/data.md` explains the tables.

Read next: :mod:`exoheart.evidence.tables` (parameters),
:mod:`exoheart.evidence.studies` (published results),
:mod:`exoheart.evidence.check` (what the tables must hold).
"""

from exoheart.evidence.bibliography import (
    Entry,
    cite,
    load_bibliography,
    reference,
)
from exoheart.evidence.check import check
from exoheart.evidence.claims.tables import Claim, load_claims
from exoheart.evidence.claims.verdict import EvidenceAnswer, evidence_answers
from exoheart.evidence.contradictions import Contradiction, contradictions
from exoheart.evidence.largest_dose import LargestDose, largest_dose
from exoheart.evidence.nearest import Component, Neighbour, nearest
from exoheart.evidence.own.store import own_folder
from exoheart.evidence.own.studies import add_studies, own_studies, remove_study
from exoheart.evidence.pooling import PoolChoices, pool
from exoheart.evidence.priors import prior_of, resolve
from exoheart.evidence.published import published
from exoheart.evidence.studied_range import Outside, outside
from exoheart.evidence.studies import (
    OutcomeRecord,
    PooledRecord,
    StudyRecord,
    load_pooled,
    load_studies,
)
from exoheart.evidence.tables import (
    ParameterRow,
    data_folder,
    load_choices,
    load_correlation,
    load_parameters,
    load_scaling,
)

__all__ = [
    "Claim",
    "Component",
    "Contradiction",
    "Entry",
    "EvidenceAnswer",
    "LargestDose",
    "Neighbour",
    "OutcomeRecord",
    "Outside",
    "ParameterRow",
    "PoolChoices",
    "PooledRecord",
    "StudyRecord",
    "add_studies",
    "check",
    "cite",
    "contradictions",
    "data_folder",
    "evidence_answers",
    "largest_dose",
    "load_bibliography",
    "load_choices",
    "load_claims",
    "load_correlation",
    "load_parameters",
    "load_pooled",
    "load_scaling",
    "load_studies",
    "nearest",
    "outside",
    "own_folder",
    "own_studies",
    "pool",
    "prior_of",
    "published",
    "reference",
    "remove_study",
    "resolve",
]
