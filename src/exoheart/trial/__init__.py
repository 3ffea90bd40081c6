"""Virtual trials: animals drawn from a solved pool, analysed as the study says.

Comes after outcome, before decision. In: a :class:`~exoheart.records.trial.Pool`
and a :class:`~exoheart.records.study.Study`. Out: trials, their summary, power by
number of animals and the allocation list. Nothing here solves anything.

Read next: :mod:`exoheart.trial.simulate`, :mod:`exoheart.trial.analysis`.
"""

from __future__ import annotations

from exoheart.trial.allocation import Allocated, allocate, allocation_csv
from exoheart.trial.analysis import Analysis, analyse, assurance
from exoheart.trial.power import (
    PowerPoint,
    conditional_power,
    detectable_effect,
    power_by_n,
    unreachable_share,
)
from exoheart.trial.probability import Probability, interval90, probability
from exoheart.trial.settings import TrialSettings, trial_settings
from exoheart.trial.simulate import simulate_trials
from exoheart.trial.summary import (
    ArmSummary,
    DifferenceSummary,
    EndpointSummary,
    MechanismSummary,
    arms_as_json,
    summarise,
    true_effect,
)

#: Rows of the parameter tables that this package reads.
READS: tuple[str, ...] = ("trial.*",)

__all__ = [
    "READS",
    "Allocated",
    "Analysis",
    "ArmSummary",
    "DifferenceSummary",
    "EndpointSummary",
    "MechanismSummary",
    "PowerPoint",
    "Probability",
    "TrialSettings",
    "allocate",
    "allocation_csv",
    "analyse",
    "arms_as_json",
    "assurance",
    "conditional_power",
    "detectable_effect",
    "interval90",
    "power_by_n",
    "probability",
    "simulate_trials",
    "summarise",
    "trial_settings",
    "true_effect",
    "unreachable_share",
]
