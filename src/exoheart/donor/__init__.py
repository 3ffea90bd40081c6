"""Donor: what a cell in a given state releases, and what is in its vesicles.

In: a planned product and the study's parameters. Out:
:class:`exoheart.records.product.Secretion`. Read next:
:mod:`exoheart.donor.secretion`.
"""

from exoheart.donor.names import CONDITIONINGS, DONORS, canonical_donor
from exoheart.donor.secretion import secretion

#: Ids of the parameters that this stage reads from Python.
READS: tuple[str, ...] = (
    "donor.secretion_rate.*",
    "donor.lot_yield",
    "donor.exosome_share",
    "donor.diameter",
    "donor.diameter.*",
    "donor.cargo_copies.*",
    "donor.protein_mass",
    "donor.yield_fold.*",
    "donor.share_*",
)

__all__ = ["CONDITIONINGS", "DONORS", "READS", "canonical_donor", "secretion"]
