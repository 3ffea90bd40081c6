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
from exoheart.evidence.contradictions import Contradiction, contradictions
from exoheart.evidence.largest_dose import LargestDose, largest_dose
from exoheart.evidence.nearest import Component, Neighbour, nearest
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
    "Component",
    "Contradiction",
    "Entry",
    "LargestDose",
    "Neighbour",
    "OutcomeRecord",
    "Outside",
    "ParameterRow",
    "PooledRecord",
    "StudyRecord",
    "check",
    "cite",
    "contradictions",
    "data_folder",
    "largest_dose",
    "load_bibliography",
    "load_choices",
    "load_correlation",
    "load_parameters",
    "load_pooled",
    "load_scaling",
    "load_studies",
    "nearest",
    "outside",
    "prior_of",
    "published",
    "reference",
    "resolve",
]
