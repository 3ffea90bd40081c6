"""From the doses of a study back to vials, litres, cells, days and batches.

The other way through the ledger: what the arms need is made in donor cells that must
divide often enough, in time; RNA is synthesised. Feeds the report's section on making.
Read next: :mod:`exoheart.product.culture`, :mod:`exoheart.product.timing`.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from exoheart.product.culture import (
    Bench,
    Culture,
    Filled,
    cell_culture,
    conditioned_culture,
    donor_key,
)
from exoheart.product.regulation import Rule, classify
from exoheart.product.release import release_table
from exoheart.product.supply import given_dose
from exoheart.product.timing import culture_timing, synthesis_timing
from exoheart.records.product import (
    Classification,
    MakePlan,
    ProductMake,
    Quantity,
    Supply,
    Timing,
    summarise,
)
from exoheart.records.study import Product, Study

_DEVICE_ROUTES = frozenset({"patch"})
_JURISDICTIONS = ("EU", "US")
_ONE_VIAL = "one vial for each dose (assumed)"
_NOTES: Mapping[str, tuple[str, ...]] = {
    "vesicles": (),
    "conditioned medium": (_ONE_VIAL,),
    "cells": (_ONE_VIAL, "medium for expansion is not counted"),
    "RNA": (_ONE_VIAL, "time and yield of the synthesis are not modelled"),
}
_OF_CONDITIONING = (
    "litres are conditioned medium; medium for expansion comes on top",
    "assumes one conditioned culture of all cells at a time, batches side by side",
    "particles per microgram and vesicles per cell are drawn apart; a maker's own "
    "cells per microgram should replace them",
)


def make_plan(study: Study, supplies: Mapping[str, Supply], bench: Bench) -> MakePlan:
    """Say how every product of a study is made, and whether it can exist in time.

    Parameters
    ----------
    study
        The planned study.
    supplies
        By product name.
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
            name: _make(study, source, bench)
            for name, source in supplies.items()
            if name in used
        }
    )


def _make(study: Study, source: Supply, bench: Bench) -> ProductMake:
    """Make one product."""
    product = source.product
    arms = [
        arm
        for arm in study.arms
        if arm.product == product.name and arm.dose and arm.dose.value > 0
    ]
    masses = bench.body_mass_kg, bench.heart_mass_g
    filled = [
        (arm.n * arm.times, given_dose(arm.dose, source, *masses)) for arm in arms
    ]
    if product.form == "RNA":
        culture, quantities = None, _synthesis(filled, bench)
        within_reach = np.ones_like(source.secretion.diameter_nm)
    else:
        culture = _culture(filled, source, bench)
        quantities, within_reach = culture.quantities, culture.within_reach
    timing = _timing(study, source, culture, bench)
    device = any(arm.route in _DEVICE_ROUTES for arm in arms)
    doses = sum(count for count, _ in filled)
    named = {quantity.name: quantity for quantity in quantities}
    return ProductMake(
        product=product.name,
        doses=doses,
        quantities=quantities,
        within_reach=within_reach,
        timing=timing,
        release=release_table(source),
        regulation=_classes(product, bench.rules, device),
        sentences=(
            _amount_sentence(product, doses, named),
            *(() if culture is None else (_reach_sentence(product, culture),)),
            timing.sentence,
        ),
        notes=(
            *(() if source.ledger is None else _OF_CONDITIONING),
            *_NOTES[product.form],
            *source.notes,
        ),
    )


def _culture(filled: Filled, source: Supply, bench: Bench) -> Culture:
    """Give the culture of vesicles, conditioned medium or cells."""
    if source.ledger is None:
        return cell_culture(filled, source.secretion.donor, bench)
    medium = source.product.form == "conditioned medium"
    return conditioned_culture(filled, source.ledger, bench, one_vial_a_dose=medium)


def _synthesis(filled: Filled, bench: Bench) -> tuple[Quantity, ...]:
    """Give the RNA to be synthesised and its vials; no cells take part."""
    need = sum(count * given.rna_ug for count, given in filled)
    vials = float(sum(count for count, _ in filled))
    return (
        summarise("RNA", "ug", need * bench.take("overage")),
        summarise("vials", "1", [vials]),
    )


def _timing(
    study: Study, source: Supply, culture: Culture | None, bench: Bench
) -> Timing:
    product = source.product
    if culture is None:
        return synthesis_timing(study, product)
    donor = donor_key(source.secretion.donor)
    return culture_timing(
        study, product, donor, culture.days, bench.priors, bench.uniforms
    )


def _amount_sentence(product: Product, doses: int, of: Mapping[str, Quantity]) -> str:
    head = f"{product.name}: {doses} doses need"
    if product.form == "RNA":
        rna = of["RNA"]
        return (
            f"{head} {rna.median:.3g} ug of synthesised RNA (90 % {rna.low:.2g} to "
            f"{rna.high:.2g})."
        )
    cells, days, batches = of["donor cells"], of["culture"], of["batches"]
    litres = of.get("conditioned medium")
    medium = (
        f"{litres.median:.3g} L of conditioned medium ({litres.low:.2g} to "
        f"{litres.high:.2g}), "
        if litres
        else ""
    )
    return (
        f"{head} {cells.median:.1e} donor cells (90 % {cells.low:.0e} to "
        f"{cells.high:.0e}), {medium}{days.median:.0f} days of culture "
        f"({days.low:.0f} to {days.high:.0f}) and {batches.median:.0f} batches "
        f"({batches.low:.0f} to {batches.high:.0f})."
    )


def _reach_sentence(product: Product, culture: Culture) -> str:
    """Say how often the donor cells can divide often enough."""
    share = float(np.mean(culture.within_reach))
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
