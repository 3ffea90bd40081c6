"""Donor: what a cell in a given state releases, and what is in its vesicles.

In: a planned product and the study's parameters. Out:
:class:`exoheart.records.product.Secretion`. Read next:
:mod:`exoheart.donor.secretion` (the hand-over), :mod:`exoheart.donor.biogenesis` (the
cell at steady state), :mod:`exoheart.donor.medium` (the same over time).
"""

from exoheart.donor.biogenesis import (
    SIZE_CLASSES,
    Cell,
    SteadyCell,
    change_exosomes,
    node_activity,
    reachable,
    steady_cell,
)
from exoheart.donor.medium import (
    Flask,
    biogenesis_model,
    biogenesis_text,
    medium_course,
)
from exoheart.donor.modifiers import (
    Modifier,
    combination_faults,
    find_modifiers,
    form_faults,
    ligand_of,
    planned_faults,
    shipped_modifiers,
    spellings,
)
from exoheart.donor.names import COLLECTED, DONORS, HUMAN_LINES, canonical_donor
from exoheart.donor.planned import planned_cell, planned_flask
from exoheart.donor.secretion import secretion, unused_keys
from exoheart.donor.state import DonorState, read_state, state_faults

#: Ids of the parameters that this stage reads from Python.
READS: tuple[str, ...] = (
    "product.max_doublings.*",
    "donor.secretion_rate.*",
    "donor.lot_yield",
    "donor.exosome_share",
    "donor.diameter",
    "donor.diameter.*",
    "donor.cargo_copies.*",
    "donor.protein_mass",
    "donor.yield_fold.*",
    "donor.share_*",
    "donor.collected.*",
    "donor.exosomes_left.*",
    "donor.cargo_fold.*",
    "donor.copies_loaded.*",
    "donor.molecules_loaded.*",
    "donor.kept.*",
    "donor.apoptosis_fold.*",
    "donor.medium_particles.*",
    "donor.reference_age",
    "donor.age_fold.*",
    "donor.disease_fold.*",
    "donor.senescent_fold.*",
    "product.doublings_per_passage.*",
    "donor.secretory_share",
    # particles of the medium stand against the vesicles of a harvest
    "product.harvest_density",
    "product.medium_per_area",
    "product.conditioning_time",
    # the culture that a donor sheet shows, and what stands beside its numbers
    "donor.lysosome_time",
    "donor.vesicles_per_body",
    "donor.free_share",
    "donor.death_rate",
    "donor.bodies_per_dead_cell",
    "donor.reuptake_clearance",
    "donor.adsorption_rate",
    "donor.fusion_events",
    "donor.marker_release",
    "donor.rate_elsewhere.*",
)

__all__ = [
    "COLLECTED",
    "DONORS",
    "HUMAN_LINES",
    "READS",
    "SIZE_CLASSES",
    "Cell",
    "DonorState",
    "Flask",
    "Modifier",
    "SteadyCell",
    "biogenesis_model",
    "biogenesis_text",
    "canonical_donor",
    "change_exosomes",
    "combination_faults",
    "find_modifiers",
    "form_faults",
    "ligand_of",
    "medium_course",
    "node_activity",
    "planned_cell",
    "planned_faults",
    "planned_flask",
    "reachable",
    "read_state",
    "secretion",
    "shipped_modifiers",
    "spellings",
    "state_faults",
    "steady_cell",
    "unused_keys",
]
