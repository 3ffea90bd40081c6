"""The culture behind a study's doses: cells, litres, vessels, passages, days, batches.

The arithmetic of the make plan. Vesicles and conditioned medium come from cells that
release them over some harvests, or from collections (plasma, a perfused heart) where
nothing is grown; cells are given themselves. Read next:
:mod:`exoheart.product.make`, which puts it into words.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from exoheart.product.regulation import Rule
from exoheart.product.vessels import (
    Housing,
    growth_hours,
    house,
    passages_taken,
    whole_passages,
)
from exoheart.records.prior import Priors
from exoheart.records.product import (
    FloatArray,
    GivenDose,
    Ledger,
    Quantity,
    Secretion,
    Supply,
    Uniforms,
    draw,
    summarise,
)

#: Particles of one micromole and of one nanomole (Avogadro's number).
_PER_UMOL, _PER_NMOL = 6.02214076e17, 6.02214076e14
_GIGA = 1e9


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
class Filled:
    """One arm's doses: how many animals, how often, what one administration brings."""

    animals: int
    times: int
    given: GivenDose

    @property
    def count(self) -> int:
        """Administrations of the arm."""
        return self.animals * self.times


Doses = Sequence[Filled]


@dataclass(frozen=True, slots=True)
class Growth:
    """Cells on their way from the start to the harvest; arrays of shape (outer,).

    `used` are doublings behind the cells at the start, `limit` all that they have;
    `seeded` the cells that the last passage begins with; `housing` what they end in.
    """

    doublings: FloatArray
    used: FloatArray
    limit: FloatArray
    passages: FloatArray
    hours: FloatArray
    seeded: FloatArray
    housing: Housing

    @property
    def within_reach(self) -> FloatArray:
        """1 where the cells can divide often enough, else 0."""
        return (self.doublings + self.used <= self.limit).astype(np.float64)

    @property
    def counted(self) -> str:
        """Doublings needed, possible and behind the cells, in words (medians)."""
        need, limit, used = (
            float(np.median(draws)) for draws in (self.doublings, self.limit, self.used)
        )
        behind = f", {used:.0f} already behind them" if used else ""
        return f"{need:.0f} doublings needed, {limit:.0f} possible{behind}"


@dataclass(frozen=True, slots=True)
class Culture:
    """Draws of how one product is made; arrays of shape (outer,).

    `starts` is the number of donors that must begin a culture. What a form doesn't need
    is None: no `growth`, cells and batches of cells for collections, no `vesicles_giga`
    and litres where the cells themselves are given.
    """

    vials: FloatArray
    spare: FloatArray
    starts: int
    growth: Growth | None = None
    cells: FloatArray | None = None
    days: FloatArray | None = None
    batches: FloatArray | None = None
    collections: FloatArray | None = None
    vesicles_giga: FloatArray | None = None
    litres: FloatArray | None = None
    loads: tuple[tuple[str, str, FloatArray], ...] = field(default=())

    def _vessels(self, grown: Growth) -> FloatArray:
        """Give the vessels: animals' own cells don't share one."""
        return np.maximum(grown.housing.vessels, float(self.starts))

    @property
    def within_reach(self) -> FloatArray:
        """1 where the cells can divide often enough, or none are grown, else 0."""
        if self.growth is None:
            return np.ones_like(self.vials)
        return self.growth.within_reach

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """Medians and intervals for the report."""
        grown = self.growth
        rows = (
            ("vesicles", "1e9", self.vesicles_giga),
            ("collections", "1", self.collections),
            ("donor cells", "1", self.cells),
            ("cells seeded", "1", None if grown is None else grown.seeded),
            ("growth area", "cm2", None if grown is None else grown.housing.area),
            ("vessels", "1", None if grown is None else self._vessels(grown)),
            ("conditioned medium", "L", self.litres),
            ("doublings", "1", None if grown is None else grown.doublings),
            ("passages", "1", None if grown is None else grown.passages),
            ("culture", "days", self.days),
            ("batches", "1", self.batches),
            ("vials", "1", self.vials),
            ("vials with reserve", "1", self.spare),
            *self.loads,
        )
        return tuple(
            summarise(name, unit, draws)
            for name, unit, draws in rows
            if draws is not None
        )


def culture(doses: Doses, source: Supply, bench: Bench, *, own: bool) -> Culture:
    """Give the culture, or the collections, behind vesicles, medium or cells.

    Parameters
    ----------
    doses
        What the arms are given.
    source
        The product.
    bench
        Parameters and draws.
    own
        Whether every animal's product comes from itself, so that each is grown from a
        start of its own.
    """
    book = source.ledger
    if book is None:
        return cell_culture(doses, source, bench, own=own)
    if book.giga_per_cell is None:
        return collected(doses, source, book, bench, own=own)
    return conditioned_culture(doses, source, book, bench, own=own)


def conditioned_culture(
    doses: Doses, source: Supply, ledger: Ledger, bench: Bench, *, own: bool
) -> Culture:
    """Go back from filled vesicles to the culture that releases them.

    ``cells = vesicles / (vesicles per cell and harvest * harvests)``, divided by the
    share of lots that can be released; ``doublings = log2(cells / start)``, never below
    zero (assumed: one start feeds all cells of a lot, no cell is lost).

    Parameters
    ----------
    doses, source, bench, own
        As :func:`culture` takes them.
    ledger
        Conversions of a product whose donor is grown.
    """
    take, released = bench.take, bench.take("release_share")
    harvests = np.maximum(np.round(take("harvests")), 1.0)
    each = np.asarray(ledger.giga_per_cell) * harvests
    vesicles = _summed(doses, _vesicles) * take("overage")
    cells = vesicles / (each * released)
    one = _largest(doses, _vesicles) * take("overage") / each if own else cells
    grown = _growth(cells, one, source, bench)
    millilitres = grown.housing.millilitres * harvests
    vials, spare = _vials(doses, source, bench)
    starts = _starts(doses, own=own)
    return Culture(
        vials=vials,
        spare=spare,
        starts=starts,
        growth=grown,
        cells=cells,
        days=(grown.hours + harvests * take("conditioning_time", "hour")) / 24.0,
        batches=_batches(grown, starts),
        vesicles_giga=vesicles,
        litres=millilitres / 1000.0,
        loads=_loads(vesicles, source.secretion),
    )


def cell_culture(doses: Doses, source: Supply, bench: Bench, *, own: bool) -> Culture:
    """Go back from cells given to the culture that they are taken from.

    Those given, the overage and the lots that fail are grown; a dose is one vial
    (assumed).
    """
    overage, released = bench.take("overage"), bench.take("release_share")
    cells = _summed(doses, _cells) * overage / released
    one = _largest(doses, _cells) * overage if own else cells
    grown = _growth(cells, one, source, bench)
    vials = _summed(doses, lambda given: np.ones_like(given.cells_giga))
    starts = _starts(doses, own=own)
    return Culture(
        vials=vials,
        spare=np.ceil(vials * overage),
        starts=starts,
        growth=grown,
        cells=cells,
        days=grown.hours / 24.0,
        batches=_batches(grown, starts),
    )


def collected(
    doses: Doses, source: Supply, ledger: Ledger, bench: Bench, *, own: bool
) -> Culture:
    """Go back from filled vesicles to collections of a donor that isn't grown.

    Each collection is a lot of its own, and some can't be released; each is one batch
    (assumed). One collection may serve several animals, but never where every animal's
    product is its own.
    """
    overage = bench.take("overage")
    vesicles = _summed(doses, _vesicles) * overage
    usable = np.asarray(ledger.giga_per_collection) * bench.take("release_share")
    each = (
        [one.animals * np.ceil(_one_animal(one) * overage / usable) for one in doses]
        if own
        else [np.ceil(vesicles / usable)]
    )
    needed = np.asarray(np.sum(each, axis=0))
    vials, spare = _vials(doses, source, bench)
    return Culture(
        vials=vials,
        spare=spare,
        starts=0,
        batches=needed,
        collections=needed,
        vesicles_giga=vesicles,
        loads=_loads(vesicles, source.secretion),
    )


def donor_key(donor: str) -> str:
    """Give a donor as the parameter ids write it."""
    return donor.replace("-", "_")


def _vesicles(given: GivenDose) -> FloatArray:
    return given.made_giga


def _one_animal(one: Filled) -> FloatArray:
    """Give the vesicles that one animal of an arm takes [1e9], shape (outer,)."""
    return one.times * _vesicles(one.given)


def _cells(given: GivenDose) -> FloatArray:
    return given.cells_giga * _GIGA


def _summed(doses: Doses, of: Callable[[GivenDose], FloatArray]) -> FloatArray:
    """Add up one part of every dose, shape (outer,)."""
    return np.asarray(np.sum([one.count * of(one.given) for one in doses], axis=0))


def _largest(doses: Doses, of: Callable[[GivenDose], FloatArray]) -> FloatArray:
    """Give what the animal that needs most needs, shape (outer,)."""
    return np.asarray(np.max([one.times * of(one.given) for one in doses], axis=0))


def _starts(doses: Doses, *, own: bool) -> int:
    """Give how many donors begin a culture: every animal, or one."""
    return sum(one.animals for one in doses) if own else 1


def _batches(grown: Growth, starts: int) -> FloatArray:
    """Give the batches of a culture, at least one for each start."""
    return np.maximum(grown.housing.batches, float(starts))


def _vials(doses: Doses, source: Supply, bench: Bench) -> tuple[FloatArray, FloatArray]:
    """Give the vials of all doses, and with the reserve.

    Medium is one for each dose, and so is a vial that was counted: what the user's own
    vials hold isn't asked for (assumed).
    """
    product = source.product
    single = product.form == "conditioned medium" or product.measured is not None
    content = np.inf if single else bench.take("vial_content", "giga_item")
    vials = _summed(
        doses, lambda given: np.maximum(np.ceil(given.made_giga / content), 1.0)
    )
    return vials, np.ceil(vials * bench.take("overage"))


def _growth(cells: FloatArray, one: FloatArray, source: Supply, bench: Bench) -> Growth:
    """Follow cells from the start to the harvest.

    Parameters
    ----------
    cells, one : ndarray, shape (outer,)
        All that are needed, and those that come of one start.
    source
        The product: how it is cultured, and what the donor's state slows.
    bench
        Parameters and draws.
    """
    secretion, take = source.secretion, bench.take
    key, none = donor_key(secretion.donor), np.zeros_like(cells)
    doublings = np.log2(np.maximum(one / take("starting_cells", "cells"), 1.0))
    used = none if secretion.doublings_used is None else secretion.doublings_used
    slowed = 1.0 if secretion.growth_fold is None else secretion.growth_fold
    limit, first = take(f"max_doublings.{key}"), take("doublings_per_passage.first")
    last = take("doublings_per_passage.last")
    taken = passages_taken(doublings, used, limit, first, last)
    fresh = take(f"doubling_time.{key}", "hour") * slowed
    thinned = take("seeding_density", "cells/cm**2") / take(
        "harvest_density", "cells/cm**2"
    )
    return Growth(
        doublings=doublings,
        used=used,
        limit=limit,
        passages=whole_passages(taken),
        hours=growth_hours(taken, first, fresh),
        seeded=cells * np.minimum(thinned, 1.0),
        housing=house(cells, source.secretion.culture, take),
    )


def _loads(
    vesicles: FloatArray, secretion: Secretion
) -> tuple[tuple[str, str, FloatArray], ...]:
    """Give the drug and the RNA that the vesicles hold once loaded."""
    found = []
    if secretion.drug_per_vesicle is not None:
        held = vesicles * _GIGA * secretion.drug_per_vesicle
        found.append(("drug in vesicles", "umol", held / _PER_UMOL))
    if any(factor.target == "copies" for factor in secretion.factors):
        held = vesicles * _GIGA * secretion.copies_per_vesicle
        found.append(("RNA in vesicles", "nmol", held / _PER_NMOL))
    return tuple(found)
