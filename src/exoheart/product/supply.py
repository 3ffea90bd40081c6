"""What one dose brings, whatever the form: vesicles, medium, cells or RNA.

Joins donor and ledger for the arms of a study. Vesicles and conditioned medium go
through the ledger; living cells and RNA are given as counted or weighed. Read next:
:mod:`exoheart.product.make`, the way back.
"""

from __future__ import annotations

import numpy as np

from exoheart.errors import InputError
from exoheart.product.ledger import (
    COUNTED_FORMS,
    dose_particles,
    dose_total,
    ledger,
)
from exoheart.records.prior import Priors
from exoheart.records.product import (
    FloatArray,
    GivenDose,
    Secretion,
    Supply,
    Uniforms,
)
from exoheart.records.study import BASES, Dose, Product

_GIGA = 1e9
_NOTES = {
    "cells": (
        "cells act through the vesicles they release until they die; soluble factors "
        "of their own are not modelled",
        "the dose counts living cells at the moment they are given, so storage takes "
        "nothing off it (assumed)",
    ),
    "RNA": (
        "RNA without vesicles is synthesised; the donor named says which signals it "
        "carries",
        "RNA is taken to keep in storage (assumed), so storage takes nothing off it",
    ),
}


def supply(
    product: Product,
    secretion: Secretion,
    priors: Priors,
    uniforms: Uniforms,
    *,
    lot: int = 0,
) -> Supply:
    """Give one product, ready for its doses.

    Parameters
    ----------
    product
        As planned.
    secretion
        What its donor releases.
    priors, uniforms
        Parameters of the study and the source of the draws.
    lot
        Number of the lot.

    Raises
    ------
    InputError
        Isolation or storage can't be read.
    """
    if product.form in COUNTED_FORMS:
        own = ledger(product, secretion, priors, uniforms, lot=lot)
        return Supply(product, secretion, own, (*own.notes, *secretion.notes))
    donors = secretion.notes if product.form == "cells" else ()
    return Supply(product, secretion, None, (*_NOTES[product.form], *donors))


def given_dose(
    dose: Dose | None,
    source: Supply,
    body_mass_kg: float | FloatArray | None,
    heart_mass_g: float | FloatArray | None,
) -> GivenDose:
    """Give what one administration of a planned dose really brings.

    Parameters
    ----------
    dose
        As planned; None is a dose of zero.
    source
        The product.
    body_mass_kg, heart_mass_g
        Of the animal, a number or one for each draw; needed for doses per kg or per
        g heart.

    Returns
    -------
    GivenDose
        Arrays of shape (outer,).

    Raises
    ------
    InputError
        A dose counted in what the form isn't, one per kg or per g heart without that
        mass, or a negative one.
    """
    form = source.product.form
    if dose is not None and dose.basis not in BASES[form]:
        raise InputError(
            f"product {source.product.name!r}: dose met {dose.words!r}, counted in "
            f"{dose.basis}; allowed for {form}: {', '.join(BASES[form])}; say the dose "
            "in one of them"
        )
    if source.ledger is not None:
        return dose_particles(dose, source.ledger, body_mass_kg, heart_mass_g)
    nothing = np.zeros_like(source.secretion.diameter_nm)
    total = dose_total(dose, body_mass_kg, heart_mass_g) + nothing
    return GivenDose(
        giga=nothing,
        made_giga=nothing,
        protein_ug=nothing,
        soluble_ug=nothing,
        cells_giga=total / _GIGA if form == "cells" else nothing,
        rna_ug=total if form == "RNA" else nothing,
    )
