"""What to do with the answer: roadblocks, alternatives, the dose that would match.

The last stage of the chain. In: arrays with one value an outer draw and a trial's
pool. Out: ranked lists with intervals. Read next:
:mod:`exoheart.decision.roadblocks`.
"""

from __future__ import annotations

from exoheart.decision.alternatives import Option, Ranked, rank_options
from exoheart.decision.layers import LayerShares, layer_shares
from exoheart.decision.matched_dose import (
    Limit,
    MatchedDose,
    RouteUptake,
    matched_dose,
)
from exoheart.decision.roadblocks import (
    Driver,
    Roadblocks,
    measured_share,
    rank_drivers,
)

#: Rows of the parameter tables that this package reads: none.
READS: tuple[str, ...] = ()

__all__ = [
    "READS",
    "Driver",
    "LayerShares",
    "Limit",
    "MatchedDose",
    "Option",
    "Ranked",
    "Roadblocks",
    "RouteUptake",
    "layer_shares",
    "matched_dose",
    "measured_share",
    "rank_drivers",
    "rank_options",
]
