"""The trial's own numbers, from the parameter tables and the study file.

In: the study and its priors. Out: attrition of each outer draw, the share of the
control's value below which a difference is negligible, and how long a block is.
Read next: :mod:`exoheart.trial.simulate`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from exoheart.engine.streams import uniforms
from exoheart.records.prior import Priors
from exoheart.records.study import Study
from exoheart.records.trial import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class TrialSettings:
    """What a trial needs besides its pool.

    Parameters
    ----------
    attrition : (outer,) ndarray
        Share of allocated animals that bring no result: the study's own value, else
        draws of ``trial.attrition`` of the species. Animals are lost at random,
        whatever their arm and however large their infarct: assumed.
    negligible
        ``trial.negligible_effect``: a true mean difference smaller than this share
        of the control's mean counts as none.
    block_rounds
        ``trial.block_rounds``: how often the arms' ratio is repeated in a block of
        the allocation list when the study doesn't give `blocking`.
    """

    attrition: FloatArray
    negligible: float
    block_rounds: int


def trial_settings(
    study: Study, priors: Priors, seed: int, outer: int
) -> TrialSettings:
    """Read the trial's rows and draw attrition once for each of `outer` draws.

    Raises
    ------
    InputError
        A ``trial.`` row is missing for this study.
    """
    if study.design.attrition is not None:
        lost = np.full(outer, study.design.attrition)
    else:
        prior = priors["trial.attrition"]
        lost = prior.distribution.quantile(
            uniforms(seed, "parameter", prior.id, 0, outer)
        )
    return TrialSettings(
        attrition=lost,
        negligible=priors["trial.negligible_effect"].value,
        block_rounds=round(priors["trial.block_rounds"].value),
    )
