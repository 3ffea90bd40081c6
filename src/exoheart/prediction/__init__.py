"""A study simulated: from the study file to what every arm will read.

Composes the chain once: priors, donor and product, the joined model over all members,
endpoints as a laboratory measures them, and thousands of trials drawn from them. Named
so because a module called like the public function ``simulate`` would hide it.

Read next: :mod:`exoheart.prediction.run` (the composition),
:mod:`exoheart.prediction.sampling` (when and what is recorded),
:mod:`exoheart.prediction.products` (what the arms get),
:mod:`exoheart.prediction.account` (whether what arrives can be enough to act).
"""

from exoheart.prediction.account import (
    ArmAccount,
    StoichiometricAccount,
    dosed,
    given_by,
    starts,
    stoichiometric_account,
)
from exoheart.prediction.cost import rough_minutes
from exoheart.prediction.dose_ledger import ArmLedger, DoseLedger, dose_ledger
from exoheart.prediction.label import read_label, require_tag
from exoheart.prediction.products import Products, prepare_products
from exoheart.prediction.readers import OWN as READS
from exoheart.prediction.readers import reads, used_by
from exoheart.prediction.record import Prediction
from exoheart.prediction.route_ledger import RouteLedger, route_ledger
from exoheart.prediction.run import (
    DEFAULT_MEMBERS,
    QUICK_MEMBERS,
    predict_arms,
    prepare,
    simulate,
    size_of,
)
from exoheart.prediction.source_cells import SourceCells, source_cells
from exoheart.prediction.used import sources_of, used_parameters
from exoheart.prediction.whereabouts import Where, where

__all__ = [
    "DEFAULT_MEMBERS",
    "QUICK_MEMBERS",
    "READS",
    "ArmAccount",
    "ArmLedger",
    "DoseLedger",
    "Prediction",
    "Products",
    "RouteLedger",
    "SourceCells",
    "StoichiometricAccount",
    "Where",
    "dose_ledger",
    "dosed",
    "given_by",
    "predict_arms",
    "prepare",
    "prepare_products",
    "read_label",
    "reads",
    "require_tag",
    "rough_minutes",
    "route_ledger",
    "simulate",
    "size_of",
    "source_cells",
    "sources_of",
    "starts",
    "stoichiometric_account",
    "used_by",
    "used_parameters",
    "where",
]
