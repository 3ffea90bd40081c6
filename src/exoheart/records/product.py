"""What a donor releases and what a vial holds: hand-over of donor and product.

Comes from :mod:`exoheart.donor` and :mod:`exoheart.product`; goes to the schedule of a
treated arm (particles, co-given protein), to the mechanisms (active copies per vesicle,
share of each signal) and to the report's make plan. Everything drawn has shape
``(outer,)``: one number for each simulated trial, shared by its arms.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from exoheart import units
from exoheart.records.prior import Priors
from exoheart.records.study import Product

FloatArray = npt.NDArray[np.float64]

#: ``uniforms(layer, name)`` gives the numbers in (0, 1), shape (outer,), by which the
#: parameter `name` is drawn; the layer comes from the prior.
Uniforms = Callable[[str, str], FloatArray]

#: The seven signals that a vesicle product can drive, in the order of the heart model.
SIGNALS: tuple[str, ...] = (
    "survival",
    "polarisation",
    "il10",
    "nfkb",
    "angiogenic",
    "antifibrotic",
    "renewal",
)


def draw(
    priors: Priors, uniforms: Uniforms, name: str, unit: str = "1", *, lot: str = ""
) -> FloatArray:
    """Draw one parameter for every outer draw, in the unit asked for.

    Parameters
    ----------
    priors
        All parameters of the study.
    uniforms
        Source of the numbers in (0, 1).
    name
        Id of the parameter.
    unit
        Unit of the result.
    lot
        Which lot of which product; it names the stream of rows that differ between
        lots, and changes nothing for all others.

    Returns
    -------
    ndarray, shape (outer,)

    Raises
    ------
    InputError
        The parameter has no value for this study.
    UnitError
        Its unit can't be turned into `unit`.
    """
    prior = priors[name]
    stream = f"{name}/{lot}" if lot and prior.layer == "lot" else name
    values = prior.distribution.quantile(uniforms(prior.layer, stream))
    return np.asarray(values * units.factor(prior.unit, unit), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Factor:
    """What one change of the donor does to one of its numbers.

    Parameters
    ----------
    name
        The conditioning, engineering or state, as the user writes it.
    target
        What it acts on: ``secretion``, ``exosomes``, ``cargo``, ``copies``,
        ``share.<signal>``, ``growth``, ...
    row
        Id of the parameter.
    fold : ndarray, shape (outer,)
        Factor on the target [1], or the target's new value where it has one.
    """

    name: str
    target: str
    row: str
    fold: FloatArray


@dataclass(frozen=True, slots=True)
class Secretion:
    """What one donor cell releases, and what is in it.

    Parameters
    ----------
    donor
        Name of the donor as the tables know it.
    vesicles_per_cell_day : ndarray, shape (outer,)
        Countable small vesicles [1/cell/day], conditioning included; zero for a donor
        that isn't grown (plasma, a perfused heart).
    exosome_share : ndarray, shape (outer,)
        Share of them that comes from endosomes [1], as changed by what acts on
        exosomes alone.
    diameter_nm : ndarray, shape (outer,)
        Mean diameter [nm].
    copies_per_vesicle : ndarray, shape (outer,)
        Copies of the active miRNA per vesicle [1].
    protein_fg : ndarray, shape (outer,)
        Protein of one vesicle [fg].
    shares
        Signal to array of shape (outer,): how strongly this donor's vesicles drive it,
        0 to 1.
    background : ndarray or None, shape (outer,)
        Particles of the medium itself per vesicle [1], counted with them; None is
        none.
    per_collection : ndarray or None, shape (outer,)
        Vesicles of one collection [1], for a donor that isn't grown.
    kept : ndarray or None, shape (outer,)
        Share of the vesicles that loading them leaves [1]; None is all.
    drug_per_vesicle : ndarray or None, shape (outer,)
        Molecules of a loaded drug per vesicle [1].
    growth_fold : ndarray or None, shape (outer,)
        Factor on the doubling time by the donor's state [1].
    doublings_used : ndarray or None, shape (outer,)
        Doublings behind the cells at the start of the culture [1].
    ligand
        Targeting ligand that the engineering puts on the vesicles, or None.
    culture
        What the cells are kept in: ``flask``, ``stirred_tank`` or ``bioreactor``.
    changes
        Kinds of change made, as :mod:`exoheart.donor.modifiers` lists them.
    factors
        What each change contributes.
    notes
        What a reader of the numbers must know.
    unused
        What was asked for and changes nothing.
    """

    donor: str
    vesicles_per_cell_day: FloatArray
    exosome_share: FloatArray
    diameter_nm: FloatArray
    copies_per_vesicle: FloatArray
    protein_fg: FloatArray
    shares: Mapping[str, FloatArray]
    background: FloatArray | None = None
    per_collection: FloatArray | None = None
    kept: FloatArray | None = None
    drug_per_vesicle: FloatArray | None = None
    growth_fold: FloatArray | None = None
    doublings_used: FloatArray | None = None
    ligand: str | None = None
    culture: Literal["flask", "stirred_tank", "bioreactor"] = "flask"
    changes: frozenset[str] = frozenset()
    factors: tuple[Factor, ...] = ()
    notes: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ledger:
    """The joint draws by which particles, protein and cells of a product convert.

    True vesicles, in 1e9, are the hub: every other basis is one factor away, so any
    chain of conversions closes draw by draw.

    Parameters
    ----------
    product
        Name of the product in the study file.
    secretion
        What its donor releases.
    giga_per_ug : ndarray, shape (outer,)
        True vesicles per protein of the product [1e9/ug].
    giga_per_cell : ndarray or None, shape (outer,)
        True vesicles won from one donor cell in one harvest, isolation losses
        included [1e9/cell]; None for a donor that isn't grown.
    giga_per_collection : ndarray or None, shape (outer,)
        The same from one collection of such a donor [1e9].
    giga_per_ml : ndarray or None, shape (outer,)
        True vesicles in a counted vial [1e9/mL]; None where none was counted.
    count_ratio : ndarray, shape (outer,)
        Counted particles over true vesicles [1]: the laboratory that counts, the error
        across its captures, and particles of the medium.
    purity : ndarray, shape (outer,)
        Share of the protein that belongs to vesicles [1].
    recovery : ndarray, shape (outer,)
        Share of particles kept by the whole isolation [1].
    diameter_nm : ndarray, shape (outer,)
        Mean diameter of what is in the vial [nm].
    storage_kept : ndarray, shape (outer,)
        Share of vesicles that storage leaves whole [1].
    storage_counted : ndarray, shape (outer,)
        Share of particles that a counter still finds after storage [1].
    fill_kept : ndarray, shape (outer,)
        Share that reaches the animal through syringe and line [1].
    purity_method
        The step that set particles per microgram, or ``measured``.
    lot
        Number of the lot.
    notes
        What a reader of the numbers must know.
    """

    product: str
    secretion: Secretion
    giga_per_ug: FloatArray
    giga_per_cell: FloatArray | None
    giga_per_collection: FloatArray | None
    giga_per_ml: FloatArray | None
    count_ratio: FloatArray
    purity: FloatArray
    recovery: FloatArray
    diameter_nm: FloatArray
    storage_kept: FloatArray
    storage_counted: FloatArray
    fill_kept: FloatArray
    purity_method: str
    lot: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Supply:
    """One product, as its arms draw on it.

    Parameters
    ----------
    product
        As planned.
    secretion
        What its donor releases.
    ledger
        Conversions of a dose; None for cells and RNA, which are given as counted or
        weighed.
    notes
        What a reader of the numbers must know, those of ledger and donor included.
    """

    product: Product
    secretion: Secretion
    ledger: Ledger | None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GivenDose:
    """What one administration really brings; zero of what the form doesn't hold.

    Parameters
    ----------
    giga : ndarray, shape (outer,)
        Whole vesicles given [1e9], after storage and filling.
    made_giga : ndarray, shape (outer,)
        Vesicles that had to be filled for it [1e9], before storage.
    protein_ug : ndarray, shape (outer,)
        All protein given with them [ug].
    soluble_ug : ndarray, shape (outer,)
        The part of it that is not in vesicles [ug].
    cells_giga : ndarray, shape (outer,)
        Living donor cells [1e9].
    rna_ug : ndarray, shape (outer,)
        RNA without vesicles [ug].
    """

    giga: FloatArray
    made_giga: FloatArray
    protein_ug: FloatArray
    soluble_ug: FloatArray
    cells_giga: FloatArray
    rna_ug: FloatArray


@dataclass(frozen=True, slots=True)
class Quantity:
    """One number of a plan: median and central 90 % of the outer draws."""

    name: str
    unit: str
    median: float
    low: float
    high: float


def summarise(name: str, unit: str, values: npt.ArrayLike) -> Quantity:
    """Give median and 5th to 95th percentile of the draws of one quantity.

    Examples
    --------
    >>> summarise("cells", "1", [1.0, 2.0, 3.0]).median
    2.0
    """
    # draws as they are: a count stays whole, as everywhere else in the documents
    low, median, high = np.quantile(
        np.asarray(values, np.float64), (0.05, 0.5, 0.95), method="inverted_cdf"
    )
    return Quantity(name, unit, float(median), float(low), float(high))
