"""The culture behind a study's doses: cells, litres, doublings, days, batches.

The arithmetic of the make plan. Vesicles and conditioned medium come from cells that
release them over some harvests; cells are given themselves. Read next:
:mod:`exoheart.product.make`, which puts it into words.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from exoheart.product.regulation import Rule
from exoheart.records.prior import Priors
from exoheart.records.product import (
    FloatArray,
    GivenDose,
    Ledger,
    Quantity,
    Uniforms,
    draw,
    summarise,
)

#: How many administrations of what.
Filled = Sequence[tuple[int, GivenDose]]


@dataclass(frozen=True, slots=True)
class Bench:
    """What a make plan is worked out with.

    Parameters
    ----------
    priors, uniforms
        Parameters and the source of the draws that the ledgers were made with.
    body_mass_kg, heart_mass_g
        Of the animal, for doses per kg or per g heart.
    rules
        Regulatory rules; none gives no classification.
    """

    priors: Priors
    uniforms: Uniforms
    body_mass_kg: float | FloatArray | None = None
    heart_mass_g: float | FloatArray | None = None
    rules: tuple[Rule, ...] = ()

    def take(self, name: str, unit: str = "1") -> FloatArray:
        """Draw ``product.<name>`` for every outer draw."""
        return draw(self.priors, self.uniforms, f"product.{name}", unit)


@dataclass(frozen=True, slots=True)
class Culture:
    """Draws of one product's culture; arrays of shape (outer,).

    `vesicles_giga` and `litres` are None where the cells themselves are given.
    """

    cells: FloatArray
    doublings: FloatArray
    max_doublings: FloatArray
    days: FloatArray
    batches: FloatArray
    vials: FloatArray
    vesicles_giga: FloatArray | None = None
    litres: FloatArray | None = None

    @property
    def within_reach(self) -> FloatArray:
        """1 where the cells can divide often enough, else 0."""
        return (self.doublings <= self.max_doublings).astype(np.float64)

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """Medians and intervals for the report."""
        rows = (
            ("vesicles", "1e9", self.vesicles_giga),
            ("donor cells", "1", self.cells),
            ("conditioned medium", "L", self.litres),
            ("doublings", "1", self.doublings),
            ("culture", "days", self.days),
            ("batches", "1", self.batches),
            ("vials", "1", self.vials),
        )
        return tuple(
            summarise(name, unit, draws)
            for name, unit, draws in rows
            if draws is not None
        )


def conditioned_culture(
    filled: Filled, ledger: Ledger, bench: Bench, *, one_vial_a_dose: bool
) -> Culture:
    """Go back from filled vesicles to the culture that releases them.

    ``cells = vesicles / (vesicles per cell and harvest * harvests)``, divided by the
    share of lots that can be released; ``doublings = log2(cells / start)``, never below
    zero (assumed: one start feeds all cells, no cell is lost).
    """
    take = bench.take
    vesicles = _summed(filled, lambda given: given.made_giga) * take("overage")
    harvests = np.maximum(np.round(take("harvests")), 1.0)
    released = take("release_share")
    cells = vesicles / (ledger.giga_per_cell * harvests * released)
    density = take("harvest_density", "cells/cm**2")
    millilitres = cells / density * take("medium_per_area", "mL/cm**2") * harvests
    content = np.inf if one_vial_a_dose else take("vial_content", "giga_item")
    doublings, hours = _growth(cells, ledger.secretion.donor, bench)
    return Culture(
        cells=cells,
        doublings=doublings,
        max_doublings=_limit(ledger.secretion.donor, bench),
        days=(hours + harvests * take("conditioning_time", "hour")) / 24.0,
        batches=np.ceil(cells / (density * take("batch_area", "cm**2"))),
        vials=_summed(
            filled, lambda given: np.maximum(np.ceil(given.made_giga / content), 1.0)
        ),
        vesicles_giga=vesicles,
        litres=millilitres / 1000.0,
    )


def cell_culture(filled: Filled, donor: str, bench: Bench) -> Culture:
    """Go back from cells given to the culture that they are taken from.

    Those given, the overage and the lots that fail are grown; a dose is one vial
    (assumed).
    """
    given = _summed(filled, lambda one: one.cells_giga) * 1e9
    cells = given * bench.take("overage") / bench.take("release_share")
    doublings, hours = _growth(cells, donor, bench)
    density = bench.take("harvest_density", "cells/cm**2")
    return Culture(
        cells=cells,
        doublings=doublings,
        max_doublings=_limit(donor, bench),
        days=hours / 24.0,
        batches=np.ceil(cells / (density * bench.take("batch_area", "cm**2"))),
        vials=_summed(filled, lambda one: np.ones_like(one.cells_giga)),
    )


def donor_key(donor: str) -> str:
    """Give a donor as the parameter ids write it."""
    return donor.replace("-", "_")


def _summed(filled: Filled, of: Callable[[GivenDose], FloatArray]) -> FloatArray:
    """Add up one part of every dose, shape (outer,)."""
    return np.asarray(np.sum([count * of(given) for count, given in filled], axis=0))


def _growth(
    cells: FloatArray, donor: str, bench: Bench
) -> tuple[FloatArray, FloatArray]:
    """Give the doublings from the start to `cells`, and how long they take [h]."""
    start = bench.take("starting_cells", "cells")
    doublings = np.log2(np.maximum(cells / start, 1.0))
    each = bench.take(f"doubling_time.{donor_key(donor)}", "hour")
    return doublings, np.asarray(doublings * each)


def _limit(donor: str, bench: Bench) -> FloatArray:
    """Give how often the donor's cells can double."""
    return bench.take(f"max_doublings.{donor_key(donor)}")
