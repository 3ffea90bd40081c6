"""Meta-analysis: effect sizes, pooling, moderators, sensitivity and reporting bias.

Part of :mod:`exoheart.evidence`. In: group means with spreads, or printed effects. Out:
frozen records with a `to_json`. Every estimator is held against the R package metafor;
`docs/meta.md` says which, how, and what isn't offered.

Read next: :mod:`exoheart.evidence.meta.effects` (effect sizes),
:mod:`exoheart.evidence.meta.model` (pooling and moderators),
:mod:`exoheart.evidence.meta.sensitivity`, :mod:`exoheart.evidence.meta.bias`.
"""

from exoheart.evidence.meta.model import fit, fit_correlated
from exoheart.evidence.meta.result import Coefficient, MetaFit

__all__ = ["Coefficient", "MetaFit", "fit", "fit_correlated"]
