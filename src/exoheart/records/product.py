"""What a donor releases and what a vial holds: hand-over of donor and product.

Comes from :mod:`exoheart.donor` and :mod:`exoheart.product`; goes to the schedule of a
treated arm (particles, co-given protein), to the mechanisms (active copies per vesicle,
share of each signal) and to the report's make plan. Everything drawn has shape
``(outer,)``: one number for each simulated trial, shared by its arms.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
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
class Secretion:
    """What one donor cell releases, and what is in it.

    Parameters
    ----------
    donor
        Name of the donor as the tables know it.
    vesicles_per_cell_day : ndarray, shape (outer,)
        Countable vesicles [1/cell/day], conditioning included.
    exosome_share : ndarray, shape (outer,)
        Share of them that comes from endosomes [1]; described, drives nothing.
    diameter_nm : ndarray, shape (outer,)
        Mean diameter [nm].
    copies_per_vesicle : ndarray, shape (outer,)
        Copies of the active miRNA per vesicle [1].
    protein_fg : ndarray, shape (outer,)
        Protein of one vesicle [fg].
    shares
        Signal to array of shape (outer,): how strongly this donor's vesicles drive it,
        0 to 1.
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
    notes: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ledger:
    """The joint draws by which particles, protein and cells of a product convert.

    True particles, in 1e9, are the hub: every other basis is one factor away, so any
    chain of conversions closes draw by draw.

    Parameters
    ----------
    product
        Name of the product in the study file.
    secretion
        What its donor releases.
    giga_per_ug : ndarray, shape (outer,)
        True particles per protein of the product [1e9/ug].
    giga_per_cell : ndarray, shape (outer,)
        True particles won from one donor cell in one harvest, isolation losses
        included [1e9/cell].
    count_ratio : ndarray, shape (outer,)
        Counted over true particles of the laboratory that counts [1].
    purity : ndarray, shape (outer,)
        Share of the protein that belongs to vesicles [1].
    recovery : ndarray, shape (outer,)
        Share of particles kept by the whole isolation [1].
    storage_kept : ndarray, shape (outer,)
        Share of vesicles that storage leaves whole [1].
    purity_method
        The step that set particles per microgram.
    lot
        Number of the lot.
    notes
        What a reader of the numbers must know.
    """

    product: str
    secretion: Secretion
    giga_per_ug: FloatArray
    giga_per_cell: FloatArray
    count_ratio: FloatArray
    purity: FloatArray
    recovery: FloatArray
    storage_kept: FloatArray
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
        Whole vesicles given [1e9], after storage.
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
    low, median, high = np.quantile(np.asarray(values, np.float64), (0.05, 0.5, 0.95))
    return Quantity(name, unit, float(median), float(low), float(high))


@dataclass(frozen=True, slots=True)
class Timing:
    """Whether a product can exist when it is due, and why.

    `kind` is ``autologous``, ``allogeneic stock``, ``xenogeneic stock`` or
    ``synthesised``; `earliest` is the day after infarction on which it can be given
    (None for what is made before), `due_day` the first planned dose, `in_time` the
    share of draws that make it.
    """

    kind: Literal["autologous", "allogeneic stock", "xenogeneic stock", "synthesised"]
    due_day: float
    in_time: float
    sentence: str
    earliest: Quantity | None = None


@dataclass(frozen=True, slots=True)
class ReleaseTest:
    """One line of the release table: what is known of this product today."""

    attribute: str
    method: str
    result: str
    known: bool


@dataclass(frozen=True, slots=True)
class RuleStep:
    """One rule on the way to a regulatory class."""

    rule: str
    question: str
    answer: bool
    instrument: str
    locator: str
    source: str
    verified: bool

    @property
    def status(self) -> str:
        """Whether a text behind the rule was read."""
        return "text read" if self.verified else "not checked against the legal text"


@dataclass(frozen=True, slots=True)
class Classification:
    """Regulatory class of a product in one jurisdiction, with the way that led to it.

    `checked` is True only if a text was read for every rule on the way.
    """

    jurisdiction: str
    outcome: str
    path: tuple[RuleStep, ...]
    checked: bool


@dataclass(frozen=True, slots=True)
class ProductMake:
    """How one product is made for one study.

    Parameters
    ----------
    product
        Name in the study file.
    doses
        Administrations, over all animals.
    quantities
        Vials, and whatever else the form needs: vesicles, donor cells, litres,
        doublings, days, batches, RNA.
    within_reach : ndarray, shape (outer,)
        1 where the donor cells can divide often enough, or none are needed, else 0.
    timing
        Whether it can exist in time.
    release
        What the release table knows.
    regulation
        One classification for each jurisdiction.
    sentences
        The plan in words.
    notes
        Assumptions and limits to be shown.
    """

    product: str
    doses: int
    quantities: tuple[Quantity, ...]
    within_reach: FloatArray
    timing: Timing
    release: tuple[ReleaseTest, ...]
    regulation: tuple[Classification, ...]
    sentences: tuple[str, ...]
    notes: tuple[str, ...] = ()

    def quantity(self, name: str) -> Quantity:
        """Give one quantity by its name (KeyError where there is none)."""
        return {each.name: each for each in self.quantities}[name]


@dataclass(frozen=True, slots=True)
class MakePlan:
    """How every product of a study is made, by product name."""

    products: Mapping[str, ProductMake] = field(default_factory=dict)
