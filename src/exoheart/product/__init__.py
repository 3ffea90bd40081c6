"""Product: what is given, in four forms: dosed, stored, made, released and classed.

In: what a donor releases (:class:`exoheart.records.product.Secretion`) and the planned
product. Out: the dose ledger, what an administration really brings, the make plan. All
of it is algebra on draws. Read next: :mod:`exoheart.product.ledger`,
:mod:`exoheart.product.supply`.
"""

from exoheart.product.culture import Bench
from exoheart.product.immunology import risk_flags
from exoheart.product.instrument import measured_sample, read_instrument
from exoheart.product.kinship import is_own, kinship
from exoheart.product.ledger import (
    amount,
    convert_amount,
    dose_particles,
    ledger,
    true_giga,
)
from exoheart.product.lot import load_lot
from exoheart.product.lot_template import lot_template
from exoheart.product.make import make_plan
from exoheart.product.regulation import (
    classify,
    duties,
    jurisdictions,
    shipped_rules,
)
from exoheart.product.release import release_lot, release_table
from exoheart.product.supply import given_dose, supply

#: Ids of the parameters that this stage reads from Python.
READS: tuple[str, ...] = (
    "product.recovery.*",
    "product.particles_per_ug.*",
    "product.lot_purity",
    "product.count_ratio",
    "product.capture_cv",
    "product.fill_kept",
    "product.size_fold.*",
    "product.sugar_fold",
    "product.freeze_thaw_count",
    "product.lyophilised_kept",
    "product.lyophilised_cold_fold",
    "product.seeding_density",
    "product.vessel_area.*",
    "product.vessel_volume.*",
    "product.cells_per_volume.*",
    "product.doublings_per_passage.*",
    "product.reprogramming_time",
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
    "duties",
    "given_dose",
    "is_own",
    "jurisdictions",
    "kinship",
    "ledger",
    "load_lot",
    "lot_template",
    "make_plan",
    "measured_sample",
    "read_instrument",
    "release_lot",
    "release_table",
    "risk_flags",
    "shipped_rules",
    "supply",
    "true_giga",
]
