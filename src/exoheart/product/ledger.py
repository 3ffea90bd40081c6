"""The dose ledger: particles, micrograms and donor cells as joint draws.

Stands between a planned dose and the schedule of an arm. True particles are the hub of
every conversion, and each draw uses one set of factors, so micrograms to particles to
cells is the same as micrograms to cells in every draw. Vesicles and conditioned medium
have a ledger; cells and RNA need none. Read next: :mod:`exoheart.product.supply`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from exoheart.errors import InputError
from exoheart.product.isolation import isolated
from exoheart.product.storage import storage_kept, storage_notes
from exoheart.records.prior import Priors
from exoheart.records.product import (
    FloatArray,
    GivenDose,
    Ledger,
    Secretion,
    Uniforms,
    draw,
)
from exoheart.records.study import Dose, Product

#: Forms that hold vesicles when they are given.
COUNTED_FORMS = ("vesicles", "conditioned medium")
_GIGA = 1e9
_BASES = ("particles", "protein", "donor cells")


def ledger(
    product: Product,
    secretion: Secretion,
    priors: Priors,
    uniforms: Uniforms,
    *,
    lot: int = 0,
) -> Ledger:
    """Give the conversions of one lot of a product.

    Purity is the protein of all vesicles over all protein; where a draw of particles
    per microgram would need more than all of it, the vesicle carries less protein than
    drawn and purity is 1 (the share of such draws is noted). Conditioned medium is
    not isolated: all that the cells release is in it, beside far more protein.

    Parameters
    ----------
    product
        Form, isolation and storage as planned.
    secretion
        What its donor releases.
    priors
        Parameters of the study.
    uniforms
        Source of the draws.
    lot
        Number of the lot.

    Returns
    -------
    Ledger
        Arrays of shape (outer,).

    Raises
    ------
    InputError
        The form holds no vesicles when it is given, or isolation or storage can't be
        read.
    """
    if product.form not in COUNTED_FORMS:
        raise InputError(
            f"product {product.name!r}: form met {product.form!r}, which holds no "
            f"vesicles to convert; allowed: {', '.join(COUNTED_FORMS)}; its dose needs "
            "no ledger"
        )
    steps, method, kept = isolated(product, priors, uniforms)
    stream = f"{product.name}/{lot}"
    giga_per_ug = draw(
        priors, uniforms, f"product.particles_per_ug.{method}", "giga_item/ug"
    ) * draw(priors, uniforms, "product.lot_purity", lot=stream)
    window = draw(priors, uniforms, "product.conditioning_time", "day")
    claimed = giga_per_ug * secretion.protein_fg  # 1e9 fg are 1 ug
    return Ledger(
        product=product.name,
        secretion=secretion,
        giga_per_ug=giga_per_ug,
        giga_per_cell=secretion.vesicles_per_cell_day * window * kept / _GIGA,
        count_ratio=draw(priors, uniforms, "product.count_ratio"),
        purity=np.minimum(claimed, 1.0),
        recovery=np.broadcast_to(kept, window.shape),
        storage_kept=storage_kept(product.storage, priors, uniforms),
        purity_method=method,
        lot=lot,
        notes=_notes(product, steps, float(np.mean(claimed > 1.0))),
    )


def true_giga(ledger: Ledger, value: npt.ArrayLike, basis: str) -> FloatArray:
    """Turn an amount in a basis into true particles.

    Parameters
    ----------
    ledger
        Conversions of the product.
    value
        Counted particles [1], protein [ug] or donor cells [1].
    basis
        ``particles``, ``protein`` or ``donor cells``.

    Returns
    -------
    ndarray, shape (outer,)
        True particles [1e9].

    Raises
    ------
    InputError
        Unknown basis.
    """
    return np.asarray(value, dtype=np.float64) * _giga_per_unit(ledger, basis)


def amount(ledger: Ledger, giga: npt.ArrayLike, basis: str) -> FloatArray:
    """Turn true particles [1e9] into an amount in a basis; undoes :func:`true_giga`.

    Raises
    ------
    InputError
        Unknown basis.
    """
    return np.asarray(giga, dtype=np.float64) / _giga_per_unit(ledger, basis)


def convert_amount(
    ledger: Ledger, value: npt.ArrayLike, basis: str, to: str
) -> FloatArray:
    """Turn an amount in one basis into another, draw by draw.

    Raises
    ------
    InputError
        Unknown basis.
    """
    return amount(ledger, true_giga(ledger, value, basis), to)


def dose_particles(
    dose: Dose | None,
    ledger: Ledger,
    body_mass_kg: float | FloatArray | None,
    heart_mass_g: float | FloatArray | None,
) -> GivenDose:
    """Give what one administration of a planned dose really brings.

    A dose counted in particles keeps only the counting error and the storage loss; a
    dose in protein adds purity, one in donor cells adds secretion and recovery. The
    dose is taken as weighed or counted at filling, so storage loss comes on top;
    protein stays.

    Parameters
    ----------
    dose
        As planned; None is a dose of zero.
    ledger
        Conversions of the product.
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
        A dose per kg or per g heart without that mass, or a negative dose.
    """
    total = dose_total(dose, body_mass_kg, heart_mass_g)
    made = true_giga(ledger, total, dose.basis if dose else "particles")
    protein = amount(ledger, made, "protein")
    nothing = np.zeros_like(made)
    return GivenDose(
        giga=made * ledger.storage_kept,
        made_giga=made,
        protein_ug=protein,
        soluble_ug=protein * (1.0 - ledger.purity),
        cells_giga=nothing,
        rna_ug=nothing,
    )


def dose_total(
    dose: Dose | None,
    body_mass_kg: float | FloatArray | None,
    heart_mass_g: float | FloatArray | None,
) -> float | FloatArray:
    """Give the dose of one animal in the unit of its basis.

    Raises
    ------
    InputError
        A dose per kg or per g heart without that mass, or a negative dose.
    """
    if dose is None:
        return 0.0
    if dose.value < 0:
        raise InputError(
            f"dose met {dose.words!r}; allowed: zero or more; give the amount per "
            "administration"
        )
    if dose.per is None:
        return dose.value
    mass = body_mass_kg if dose.per == "kg" else heart_mass_g
    if mass is None:
        raise InputError(
            f"dose met {dose.words!r}, which is per {dose.per}, without that mass; "
            "allowed: a mass above zero; give the animal's body mass"
        )
    return dose.value * mass


def _giga_per_unit(ledger: Ledger, basis: str) -> FloatArray:
    """Give true particles [1e9] per unit of a basis, shape (outer,)."""
    match basis:
        case "particles":
            return 1.0 / (_GIGA * ledger.count_ratio)
        case "protein":
            return ledger.giga_per_ug
        case "donor cells":
            return ledger.giga_per_cell
        case _:
            raise InputError(
                f"dose basis met {basis!r}; allowed: {', '.join(_BASES)}; name what "
                "was counted"
            )


def _notes(product: Product, steps: tuple[str, ...], capped: float) -> tuple[str, ...]:
    """Say what a reader must know of the conversions."""
    notes = list(storage_notes(product.storage))
    if product.form == "conditioned medium":
        notes.append(
            "conditioned medium: particles per microgram rest on an assumed content of "
            "protein (medium without serum), and vesicles of the fresh medium are not "
            "counted apart"
        )
    elif not steps:
        notes.append("isolation not stated: recovery and purity span every method")
    if "precipitation" in steps:
        notes.append("precipitation keeps particles that are no vesicles")
    if capped > 0:
        notes.append(
            f"in {capped:.0%} of the draws all protein would be in vesicles: particles "
            "per microgram and protein per vesicle are known too poorly for a purity"
        )
    if product.measured is not None:
        notes.append(f"{product.measured}: recorded, not used")
    return tuple(notes)
