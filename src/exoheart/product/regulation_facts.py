"""What a planned product answers to the questions of the regulatory rules.

Beside :mod:`exoheart.product.regulation`, which walks the rules. Form, donor and kinds
of change decide; nothing is read out of free words.
"""

from __future__ import annotations

from collections.abc import Iterable

from exoheart.product.donor_facts import facts_of
from exoheart.product.kinship import is_own
from exoheart.records.making import Classification
from exoheart.records.study import Arm, Product

_GEL = "gel_release_half_time"
#: A change that no modifier of the tables makes; whoever makes it says so himself.
RECOMBINANT = "recombinant nucleic acid"
_ATMP = "(ATMP)", "combined ATMP"
_DOUBT = "case by case", "take advice"


def product_facts(
    product: Product, *, with_device: bool, changes: frozenset[str]
) -> dict[str, bool]:
    """Answer the questions of the table that a planned product answers.

    Form, donor and kinds of change decide; nothing is read out of free words. What
    can't be told is answered no in a walk, which the path shows, and left open in a
    duty.
    """
    cells, rna = product.form == "cells", product.form == "RNA"
    recombinant = RECOMBINANT in changes
    drug = "drug loaded" in changes
    return {
        "treats_disease": True,
        "biological_source": not rna,
        "contains_cells": cells,
        "lacks_nucleus": not cells,
        "cells_manipulated": cells,
        "engineered_tissue": False,
        "minimally_manipulated": False,
        "homologous_use": False,
        "acts_systemically": not is_own(product),
        "cells_minimally_manipulated_homologous": False,
        "recombinant_nucleic_acid_active": recombinant,
        "cells_or_recombinant": cells or recombinant,
        "living_cells_or_gene_therapy": cells or recombinant,
        "vesicles_without_cells": product.form in ("vesicles", "conditioned medium"),
        "synthetic_rna_cargo": rna or "RNA loaded" in changes,
        "parent_cells_modified": "cells modified" in changes,
        "parent_cells_expanded": not rna and facts_of(product.donor).grown,
        "drug_is_active": drug,
        "combined_with_device": with_device,
        "combined_with_device_or_drug": with_device or drug,
        "human_starting_material": product.donor_species == "human" and not rna,
        "same_procedure": False,
    }


def facts_of_class(found: Classification, product: Product) -> dict[str, bool | None]:
    """Answer the questions that need the class; None where they stay open."""
    doubt = any(words in found.outcome for words in _DOUBT)
    atmp: bool | None = any(words in found.outcome for words in _ATMP)
    if found.outcome.startswith("case by case"):
        atmp = None
    return {
        "class_in_doubt": doubt,
        "is_atmp": atmp,
        "biological_no_atmp": None if atmp is None else not atmp,
        "atmp_for_one_patient": False if atmp is False else None,
    } | ({"biological_no_atmp": False} if product.form == "RNA" else {})


def in_device(arms: Iterable[Arm]) -> bool:
    """Whether one of the arms gives its product in a patch or a gel."""
    return any(arm.route == "patch" or _GEL in arm.delivery for arm in arms)
