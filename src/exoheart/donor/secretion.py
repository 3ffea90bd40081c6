"""From a donor cell and its conditioning to vesicles per day and what is in them.

First stage of the chain: a planned product in, :class:`Secretion` out. Read next:
:mod:`exoheart.product.ledger`, which turns it into vials.
"""

from __future__ import annotations

import math

from exoheart.donor.names import (
    CONDITIONINGS,
    canonical_donor,
    check_conditionings,
    row_id,
)
from exoheart.records.prior import Priors
from exoheart.records.product import (
    SIGNALS,
    FloatArray,
    Secretion,
    Uniforms,
    draw,
)
from exoheart.records.study import Product


def secretion(
    product: Product, priors: Priors, uniforms: Uniforms, *, lot: int = 0
) -> Secretion:
    """Give what one cell of the product's donor releases.

    The rate is anchored on the total, ``k_sec * lot * fold`` (assumed): the factors
    behind it (fusion events, vesicles per multivesicular body, share set free) are not
    identifiable apart and their central values multiply to some fifty times more.

    Parameters
    ----------
    product
        Donor, state, conditioning and engineering as planned.
    priors
        Parameters of the study.
    uniforms
        Source of the draws.
    lot
        Number of the lot; draws that differ between lots follow it.

    Returns
    -------
    Secretion
        Arrays of shape (outer,).

    Raises
    ------
    InputError
        The donor or a conditioning is unknown, or two conditionings can't be combined.
    """
    donor = canonical_donor(product.donor)
    conditionings = check_conditionings(product.conditioning)
    stream = f"{product.name}/{lot}"

    def take(quantity: str, unit: str = "1") -> FloatArray:
        own = row_id(quantity, donor)
        return draw(priors, uniforms, own if own in priors else quantity, unit)

    folds = [
        draw(priors, uniforms, f"donor.yield_fold.{CONDITIONINGS[name]}")
        for name in conditionings
    ]
    rate = take("donor.secretion_rate", "particles/cell/day")
    lots = draw(priors, uniforms, "donor.lot_yield", lot=stream)
    return Secretion(
        donor=donor,
        vesicles_per_cell_day=rate * lots * math.prod(folds, start=1.0),
        exosome_share=take("donor.exosome_share"),
        diameter_nm=take("donor.diameter", "nm"),
        copies_per_vesicle=take("donor.cargo_copies", "copies/particle"),
        protein_fg=take("donor.protein_mass", "fg/particle"),
        shares={signal: take(f"donor.share_{signal}") for signal in SIGNALS},
        notes=_notes(donor, conditionings),
        unused=_unused(product),
    )


def _notes(donor: str, conditionings: tuple[str, ...]) -> tuple[str, ...]:
    """Say what a reader must know of the donor's numbers."""
    notes = [f"no printed count of vesicles per {donor} cell was found; range assumed"]
    notes += [
        f"{name}: changes the number of vesicles only; its effect on cargo is not "
        "modelled"
        for name in conditionings
    ]
    if donor == "fibroblast":
        notes.append("fibroblast vesicles are the inert comparator of the field")
    return tuple(notes)


def _unused(product: Product) -> tuple[str, ...]:
    """List what was asked for and changes nothing."""
    state = [key for key in product.donor_state if key != "autologous"]
    return (
        *(f"product.{product.name}.donor_state.{key}" for key in state),
        *(
            f"product.{product.name}.engineering: {name}"
            for name in product.engineering
        ),
    )
