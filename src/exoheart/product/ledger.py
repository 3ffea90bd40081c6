"""The dose ledger: particles, micrograms and donor cells as joint draws.

Stands between a planned dose and the schedule of an arm. True particles are the hub of
every conversion, and each draw uses one set of factors, so micrograms to particles to
cells is the same as micrograms to cells in every draw. Vesicles and conditioned medium
have a ledger; cells and RNA need none. Read next: :mod:`exoheart.product.supply`.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy import special

from exoheart.errors import InputError
from exoheart.product.isolation import isolated, size_fold
from exoheart.product.storage import storage_counted, storage_kept, storage_notes
from exoheart.records.instrument import MeasuredSample
from exoheart.records.prior import Priors
from exoheart.records.product import (
    FloatArray,
    GivenDose,
    Ledger,
    Secretion,
    Uniforms,
    draw,
)
from exoheart.records.study import Dose, Product, Storage

#: Forms that hold vesicles when they are given.
COUNTED_FORMS = ("vesicles", "conditioned medium")
_GIGA = 1e9
_BASES = ("particles", "protein", "donor cells", "volume")


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
    window = draw(priors, uniforms, "product.conditioning_time", "day")
    count_ratio = _count_ratio(product.measured, secretion, priors, uniforms)
    giga_per_ml, giga_per_ug = _measured(product.measured, count_ratio)
    if giga_per_ug is None:
        giga_per_ug = _assumed_purity(product, method, priors, uniforms, lot)
        # the tables' particles per microgram are counts, the medium's among them
        giga_per_ug = giga_per_ug / _with_background(secretion)
    else:
        method = "measured"
    claimed = giga_per_ug * secretion.protein_fg  # 1e9 fg are 1 ug
    won = kept if secretion.kept is None else kept * secretion.kept
    grown = secretion.per_collection is None
    stored = _waiting(product)
    return Ledger(
        product=product.name,
        secretion=secretion,
        giga_per_ug=giga_per_ug,
        giga_per_cell=secretion.vesicles_per_cell_day * window * won / _GIGA
        if grown
        else None,
        giga_per_collection=None
        if secretion.per_collection is None
        else secretion.per_collection * won / _GIGA,
        giga_per_ml=giga_per_ml,
        count_ratio=count_ratio,
        purity=np.minimum(claimed, 1.0),
        recovery=np.broadcast_to(kept, window.shape),
        diameter_nm=_diameter(product, steps, secretion, priors, uniforms),
        storage_kept=storage_kept(stored, priors, uniforms),
        storage_counted=storage_counted(stored, priors, uniforms),
        fill_kept=draw(priors, uniforms, "product.fill_kept"),
        purity_method=method,
        lot=lot,
        notes=_notes(product, steps, float(np.mean(claimed > 1.0))),
    )


def _waiting(product: Product) -> Storage:
    """Give the storage of a product; conditioned medium waits in itself."""
    if product.form == "conditioned medium":
        return replace(product.storage, buffer="conditioned medium")
    return product.storage


def _count_ratio(
    sample: MeasuredSample | None,
    secretion: Secretion,
    priors: Priors,
    uniforms: Uniforms,
) -> FloatArray:
    """Give counted particles over true vesicles, shape (outer,).

    The laboratory's ratio, times the error of this sample's mean across its captures
    (lognormal), times the particles that the medium brought.
    """
    ratio = draw(priors, uniforms, "product.count_ratio")
    if sample is not None:
        of = f"count/{sample.reading.file}"
        ratio = ratio * _across_captures(sample.cv, priors, uniforms, of)
    return ratio * _with_background(secretion)


def _with_background(secretion: Secretion) -> float | FloatArray:
    """Give vesicles and particles of the medium together, for each vesicle."""
    return 1.0 if secretion.background is None else 1.0 + secretion.background


def _across_captures(
    cv: float | None, priors: Priors, uniforms: Uniforms, what: str
) -> FloatArray:
    """Give a measured mean over its true one, from its error across captures.

    Each file has an error of its own, which the products counted in it share. A single
    capture can't show its error: the table's is taken.
    """
    if cv is None:
        cv_draws = draw(priors, uniforms, "product.capture_cv")
    else:
        cv_draws = np.asarray(cv)
    numbers = uniforms("lot", f"product.capture_error.{what}")
    log_sd = np.sqrt(np.log1p(cv_draws**2))
    return np.asarray(np.exp(special.ndtri(numbers) * log_sd))


def _measured(
    sample: MeasuredSample | None, count_ratio: FloatArray
) -> tuple[FloatArray | None, FloatArray | None]:
    """Give true vesicles per mL and per ug of a counted vial, or None [1e9]."""
    if sample is None:
        return None, None
    per_ml = sample.per_ml / (_GIGA * count_ratio)
    if sample.protein_ug_per_ml is None:
        return per_ml, None
    return per_ml, per_ml / sample.protein_ug_per_ml


def _assumed_purity(
    product: Product, method: str, priors: Priors, uniforms: Uniforms, lot: int
) -> FloatArray:
    """Give true vesicles per ug of a product that nobody has measured [1e9/ug]."""
    stream = f"{product.name}/{lot}"
    row = f"product.particles_per_ug.{method}"
    return draw(priors, uniforms, row, "giga_item/ug") * draw(
        priors, uniforms, "product.lot_purity", lot=stream
    )


def _diameter(
    product: Product,
    steps: tuple[str, ...],
    secretion: Secretion,
    priors: Priors,
    uniforms: Uniforms,
) -> FloatArray:
    """Give the mean diameter in the vial [nm]: measured, or as isolation shifts it."""
    sample = product.measured
    if sample is None:
        return secretion.diameter_nm * size_fold(steps, priors, uniforms)
    of = f"size/{sample.reading.file}"
    error = _across_captures(sample.mean_nm_cv, priors, uniforms, of)
    return sample.mean_nm / error


def true_giga(ledger: Ledger, value: npt.ArrayLike, basis: str) -> FloatArray:
    """Turn an amount in a basis into true particles.

    Parameters
    ----------
    ledger
        Conversions of the product.
    value
        Counted particles [1], protein [ug], donor cells [1] or volume [mL].
    basis
        ``particles``, ``protein``, ``donor cells`` or ``volume``.

    Returns
    -------
    ndarray, shape (outer,)
        True particles [1e9].

    Raises
    ------
    InputError
        Unknown basis, or one that this product has no factor for.
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
    dose is taken as weighed or counted at filling, so losses of storage, syringe and
    line come on top; of the protein only the last.

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
    filled = amount(ledger, made, "protein")
    protein = filled * ledger.fill_kept
    nothing = np.zeros_like(made)
    return GivenDose(
        giga=made * ledger.storage_kept * ledger.fill_kept,
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
        case "donor cells" if ledger.giga_per_cell is not None:
            return ledger.giga_per_cell
        case "donor cells":
            raise InputError(
                f"product {ledger.product!r}: met a dose counted in donor cells, but "
                f"{ledger.secretion.donor} isn't grown as cells; allowed: particles, "
                "protein; count what was collected"
            )
        case "volume" if ledger.giga_per_ml is not None:
            return ledger.giga_per_ml
        case "volume":
            raise InputError(
                f"product {ledger.product!r}: met a dose by volume of a vial that "
                "wasn't counted; allowed: with product.measured; name the file of its "
                "particle count"
            )
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
            "protein (medium without serum)"
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
        notes += product.measured.flags
    return tuple(notes)
