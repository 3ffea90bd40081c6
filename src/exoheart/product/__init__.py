"""Product: what is given, in four forms: dosed, stored, made, released and classed.

In: what a donor releases (:class:`exoheart.records.product.Secretion`) and the planned
product. Out: the dose ledger, what an administration really brings, the make plan. All
of it is algebra on draws. Read next: :mod:`exoheart.product.ledger`,
:mod:`exoheart.product.supply`.
"""

from exoheart.product.culture import Bench
from exoheart.product.ledger import (
    amount,
    convert_amount,
    dose_particles,
    ledger,
    true_giga,
)
from exoheart.product.make import make_plan
from exoheart.product.regulation import classify, shipped_rules
from exoheart.product.release import release_table
from exoheart.product.supply import given_dose, supply
from exoheart.product.timing import is_autologous

#: Ids of the parameters that this stage reads from Python.
READS: tuple[str, ...] = (
    "product.recovery.*",
    "product.particles_per_ug.*",
    "product.lot_purity",
    "product.count_ratio",
    "product.loss_rate.*",
    "product.cold_plateau_time",
    "product.freeze_thaw_loss",
    "product.conditioning_time",
    "product.harvests",
    "product.harvest_density",
    "product.medium_per_area",
    "product.batch_area",
    "product.starting_cells",
    "product.doubling_time.*",
    "product.max_doublings.*",
    "product.release_share",
    "product.overage",
    "product.vial_content",
    "product.collection_delay",
    "product.release_testing_time",
    "product.autologous_lead.*",
)

__all__ = [
    "READS",
    "Bench",
    "amount",
    "classify",
    "convert_amount",
    "dose_particles",
    "given_dose",
    "is_autologous",
    "ledger",
    "make_plan",
    "release_table",
    "shipped_rules",
    "supply",
    "true_giga",
]
