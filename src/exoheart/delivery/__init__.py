"""From the syringe to the heart's cells: blood, clearing organs, zones, routes, uptake.

Third stage of the chain. In: a dose of intact vesicles, a route, a time, and the flow,
permeability and cells that the heart offers (ports). Out: vesicles bound to and taken
up by four cell types in three zones (ports), and an account of where every vesicle is.
The model text is in ``body.ant``, ``heart_zones.ant`` and ``uptake.ant``. Read next:
:mod:`exoheart.delivery.routes` (doses), :mod:`exoheart.delivery.account` (fates),
:mod:`exoheart.delivery.closure` (checks on flows), then
:mod:`exoheart.heart.mechanisms`.
"""

from exoheart.delivery.account import FATES, STATES, fate_shares, reached_heart
from exoheart.delivery.blocks import CELLS, PORTS_READ, ZONES, blocks
from exoheart.delivery.closure import closure_faults, require_closure
from exoheart.delivery.routes import (
    Route,
    RouteAction,
    dose_actions,
    modelled_routes,
    routes,
)

#: Rows read from Python; all others are read by the model text.
READS: tuple[str, ...] = ("delivery.*_exponent",)

__all__ = [
    "CELLS",
    "FATES",
    "PORTS_READ",
    "READS",
    "STATES",
    "ZONES",
    "Route",
    "RouteAction",
    "blocks",
    "closure_faults",
    "dose_actions",
    "fate_shares",
    "modelled_routes",
    "reached_heart",
    "require_closure",
    "routes",
]
