"""From the syringe to the heart's cells: blood, clearing organs, zones, routes, uptake.

Third stage of the chain. In: a dose (intact vesicles, dissolved molecules, living
cells), a route, a time, and the flow, permeability and cells that the heart offers
(ports). Out: vesicles bound to and taken up by five cell types in three zones, protein
and RNA that reach them without a vesicle (ports), and an account of where every vesicle
is. The model text is in ``body.ant``, ``heart_zones.ant``, ``uptake.ant`` and
``beside.ant``. Read next: :mod:`exoheart.delivery.routes` (doses),
:mod:`exoheart.delivery.settings` (what a route sets),
:mod:`exoheart.delivery.account` (fates), :mod:`exoheart.delivery.label` (what a camera
or counter reads), :mod:`exoheart.delivery.closure` (checks on flows), then
:mod:`exoheart.heart.mechanisms`.
"""

from exoheart.delivery.account import (
    ALL_STATES,
    ANTIBODIES,
    DONOR_CELLS,
    FATES,
    OWED,
    SOLUTE,
    STATES,
    brought,
    fate_shares,
    reached_heart,
)
from exoheart.delivery.blocks import CELLS, PORTS_READ, ZONES, blocks
from exoheart.delivery.closure import closure_faults, require_closure
from exoheart.delivery.label import (
    ORGANS,
    TAG_ROWS,
    TAGS,
    Body,
    Label,
    Tag,
    body_of,
    detection_margin,
    observe,
    tag_of,
)
from exoheart.delivery.routes import (
    FORMS,
    Amounts,
    Route,
    RouteAction,
    dose_actions,
    modelled_routes,
    routes,
)
from exoheart.delivery.settings import (
    LIGANDS,
    PRODUCT_DEFAULTS,
    ROUTE_DEFAULTS,
    SCHEDULED,
    route_settings,
)

#: Rows read from Python; all others are read by the model text.
READS: tuple[str, ...] = (
    "delivery.*_exponent",
    "delivery.foreignness_*",
    "delivery.*_molar_mass",
    "delivery.kidney_mass",
    "delivery.gut_mass",
    "delivery.blood_fraction_*",
    "delivery.label_*",
    "delivery.detection_*",
)

__all__ = [
    "ALL_STATES",
    "ANTIBODIES",
    "CELLS",
    "DONOR_CELLS",
    "FATES",
    "FORMS",
    "LIGANDS",
    "ORGANS",
    "OWED",
    "PORTS_READ",
    "PRODUCT_DEFAULTS",
    "READS",
    "ROUTE_DEFAULTS",
    "SCHEDULED",
    "SOLUTE",
    "STATES",
    "TAGS",
    "TAG_ROWS",
    "ZONES",
    "Amounts",
    "Body",
    "Label",
    "Route",
    "RouteAction",
    "Tag",
    "blocks",
    "body_of",
    "brought",
    "closure_faults",
    "detection_margin",
    "dose_actions",
    "fate_shares",
    "modelled_routes",
    "observe",
    "reached_heart",
    "require_closure",
    "route_settings",
    "routes",
    "tag_of",
]
