"""From the doses of a study back to vials, litres, cells, days and batches.

The other way through the ledger: what the arms need is made in donor cells that must
divide often enough, in time. Feeds the report's section on making. Read next:
:mod:`exoheart.product.timing`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from exoheart.product.ledger import dose_particles
from exoheart.product.regulation import Rule, classify
from exoheart.product.release import release_table
from exoheart.product.timing import culture_timing
from exoheart.records.prior import Priors
from exoheart.records.product import (
    Classification,
    FloatArray,
    Ledger,
    MakePlan,
    ProductMake,
    Quantity,
    Uniforms,
    draw,
    summarise,
)
from exoheart.records.study import Dose, Product, Study

_DEVICE_ROUTES = frozenset({"patch"})
_JURISDICTIONS = ("EU", "US")


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


@dataclass(frozen=True, slots=True)
class Culture:
    """Draws of one product's culture; arrays of shape (outer,)."""

    vesicles_giga: FloatArray
    cells: FloatArray
    litres: FloatArray
    doublings: FloatArray
    max_doublings: FloatArray
    days: FloatArray
    batches: FloatArray
    vials: FloatArray


def make_plan(study: Study, ledgers: Mapping[str, Ledger], bench: Bench) -> MakePlan:
    """Say how every product of a study is made, and whether it can exist in time.

    Parameters
    ----------
    study
        The planned study.
    ledgers
        Conversions by product name.
    bench
        Parameters, draws, masses and rules.

    Returns
    -------
    MakePlan
        Products that no arm is given are left out.

    Raises
    ------
    InputError
        A dose can't be read, or an autologous product comes from another species.
    """
    used = {arm.product for arm in study.arms if arm.dose and arm.dose.value > 0}
    return MakePlan(
        {
            name: _make(study, study.products[name], own, bench)
            for name, own in ledgers.items()
            if name in used
        }
    )


def _make(study: Study, product: Product, ledger: Ledger, bench: Bench) -> ProductMake:
    """Make one product."""
    arms = [arm for arm in study.arms if arm.product == product.name]
    filled = [(arm.n * arm.times, _made(arm.dose, ledger, bench)) for arm in arms]
    culture = _culture(filled, ledger, bench)
    timing = culture_timing(
        study, product, _donor_key(ledger), culture.days, bench.priors, bench.uniforms
    )
    reach = (culture.doublings <= culture.max_doublings).astype(np.float64)
    quantities = _quantities(culture)
    device = any(arm.route in _DEVICE_ROUTES for arm in arms)
    doses = sum(count for count, _ in filled)
    return ProductMake(
        product=product.name,
        doses=doses,
        quantities=quantities,
        within_reach=reach,
        timing=timing,
        release=release_table(ledger),
        regulation=_classes(product, bench.rules, device),
        sentences=(
            _amount_sentence(product, doses, {q.name: q for q in quantities}),
            _reach_sentence(product, culture),
            timing.sentence,
        ),
        notes=(
            "litres are conditioned medium; medium for expansion comes on top",
            "assumes one conditioned culture of all cells at a time, batches side by "
            "side",
            "particles per microgram and vesicles per cell are drawn apart; a maker's "
            "own cells per microgram should replace them",
            *ledger.notes,
            *ledger.secretion.notes,
        ),
    )


def _made(dose: Dose | None, ledger: Ledger, bench: Bench) -> FloatArray:
    """Give the vesicles filled for one dose [1e9]."""
    return dose_particles(
        dose, ledger, bench.body_mass_kg, bench.heart_mass_g
    ).made_giga


def _culture(
    filled: list[tuple[int, FloatArray]], ledger: Ledger, bench: Bench
) -> Culture:
    """Go back from filled doses to the culture that gives them.

    ``cells = vesicles / (vesicles per cell and harvest * harvests)``, divided by the
    share of lots that can be released; ``doublings = log2(cells / start)``, never below
    zero (assumed: one start feeds all cells, no cell is lost).
    """
    donor = _donor_key(ledger)

    def take(name: str, unit: str = "1") -> FloatArray:
        return draw(bench.priors, bench.uniforms, f"product.{name}", unit)

    need = sum((n * giga for n, giga in filled), start=np.zeros_like(ledger.recovery))
    vesicles = need * take("overage")
    harvests = np.maximum(np.round(take("harvests")), 1.0)
    released = take("release_share")
    cells = vesicles / (ledger.giga_per_cell * harvests * released)
    density = take("harvest_density", "cells/cm**2")
    area = take("batch_area", "cm**2")
    millilitres = cells / density * take("medium_per_area", "mL/cm**2") * harvests
    start = take("starting_cells", "cells")
    doublings = np.log2(np.maximum(cells / start, 1.0))
    hours = doublings * take(f"doubling_time.{donor}", "hour")
    harvest_hours = harvests * take("conditioning_time", "hour")
    content = take("vial_content", "giga_item")
    vials = sum(
        (n * np.ceil(giga / content) for n, giga in filled),
        start=np.zeros_like(vesicles),
    )
    return Culture(
        vesicles_giga=vesicles,
        cells=cells,
        litres=millilitres / 1000.0,
        doublings=doublings,
        max_doublings=take(f"max_doublings.{donor}"),
        days=(hours + harvest_hours) / 24.0,
        batches=np.ceil(cells / (density * area)),
        vials=np.asarray(vials),
    )


def _donor_key(ledger: Ledger) -> str:
    """Give the donor as the parameter ids write it."""
    return ledger.secretion.donor.replace("-", "_")


def _quantities(culture: Culture) -> tuple[Quantity, ...]:
    """Summarise the culture for the report."""
    return (
        summarise("vesicles", "1e9", culture.vesicles_giga),
        summarise("donor cells", "1", culture.cells),
        summarise("conditioned medium", "L", culture.litres),
        summarise("doublings", "1", culture.doublings),
        summarise("culture", "days", culture.days),
        summarise("batches", "1", culture.batches),
        summarise("vials", "1", culture.vials),
    )


def _amount_sentence(
    product: Product, doses: int, quantities: Mapping[str, Quantity]
) -> str:
    cells, litres, days, batches = (
        quantities[name]
        for name in ("donor cells", "conditioned medium", "culture", "batches")
    )
    return (
        f"{product.name}: {doses} doses need {cells.median:.1e} donor cells (90 % "
        f"{cells.low:.0e} to {cells.high:.0e}), {litres.median:.3g} L of conditioned "
        f"medium ({litres.low:.2g} to {litres.high:.2g}), {days.median:.0f} days of "
        f"culture ({days.low:.0f} to {days.high:.0f}) and {batches.median:.0f} batches "
        f"({batches.low:.0f} to {batches.high:.0f})."
    )


def _reach_sentence(product: Product, culture: Culture) -> str:
    """Say how often the donor cells can divide often enough."""
    share = float(np.mean(culture.doublings <= culture.max_doublings))
    need, limit = (
        float(np.median(culture.doublings)),
        float(np.median(culture.max_doublings)),
    )
    if share == 0.0:
        return (
            f"{product.name} cannot reach the number of cells: {need:.0f} doublings "
            f"needed, {limit:.0f} possible; use several donors or a smaller dose."
        )
    return (
        f"The donor cells reach the number needed in {share:.0%} of the draws "
        f"({need:.0f} doublings needed, {limit:.0f} possible)."
    )


def _classes(
    product: Product, rules: tuple[Rule, ...], device: bool
) -> tuple[Classification, ...]:
    """Classify a product wherever the rules reach."""
    known = {rule.jurisdiction for rule in rules}
    return tuple(
        classify(product, where, rules, with_device=device)
        for where in _JURISDICTIONS
        if where in known
    )
