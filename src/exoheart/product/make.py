"""From the doses of a study back to vials, litres, cells, vessels, days and batches.

The other way through the ledger: what the arms need is made in donor cells that must
divide often enough, in time; RNA is synthesised. Feeds the report's section on making
and ``exoheart product make``. Read next: :mod:`exoheart.product.culture`,
:mod:`exoheart.product.sourcing`, :mod:`exoheart.product.cost`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from exoheart.product.cost import needed_amounts
from exoheart.product.culture import Bench, Culture, Doses, Filled, culture
from exoheart.product.immunology import risk_flags
from exoheart.product.isolation import canonical_steps, isolation_steps
from exoheart.product.kinship import is_own
from exoheart.product.make_words import amount_sentence, make_notes, reach_sentence
from exoheart.product.regulation import classify, jurisdictions
from exoheart.product.regulation_facts import in_device
from exoheart.product.release import release_table
from exoheart.product.sourcing import Cultures, sourcing
from exoheart.product.supply import given_dose
from exoheart.product.timing import product_timing, synthesis_timing
from exoheart.product.vessels import VESSELS
from exoheart.records.making import (
    Classification,
    IsolationStep,
    MakePlan,
    ProductMake,
    Timing,
)
from exoheart.records.product import Quantity, Supply, draw, summarise
from exoheart.records.study import Arm, Study


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
    used = {arm.product for arm in study.arms if _given(arm)}
    return MakePlan(
        {
            name: _make(study, source, bench)
            for name, source in supplies.items()
            if name in used
        }
    )


def _given(arm: Arm) -> bool:
    """Whether an arm is given anything."""
    return arm.dose is not None and arm.dose.value > 0


def _make(study: Study, source: Supply, bench: Bench) -> ProductMake:
    """Make one product."""
    product = source.product
    arms = [a for a in study.arms if a.product == product.name and _given(a)]
    masses = bench.body_mass_kg, bench.heart_mass_g
    doses = [
        Filled(arm.n, arm.times, given_dose(arm.dose, source, *masses)) for arm in arms
    ]
    count = sum(one.count for one in doses)
    cultures = _cultures(doses, source, bench)
    planned = cultures.planned if cultures else None
    quantities = planned.quantities if planned else _synthesis(doses, bench)
    timing = _timing(study, source, planned, bench)
    reach = (reach_sentence(product, planned),) if planned and planned.growth else ()
    grown = planned.growth if planned else None
    return ProductMake(
        product=product.name,
        doses=count,
        quantities=quantities,
        within_reach=planned.within_reach
        if planned
        else np.ones_like(source.secretion.diameter_nm),
        timing=timing,
        release=release_table(source),
        regulation=_classes(source, bench, arms),
        sentences=(
            amount_sentence(product, count, {each.name: each for each in quantities}),
            *reach,
            timing.sentence,
        ),
        notes=make_notes(source, planned),
        sourcing=sourcing(study, source, cultures, bench),
        isolation=_steps(source, bench),
        vessel=VESSELS[grown.housing.vessel][1] if grown else "",
        amounts=needed_amounts(doses, source, planned, bench),
        risks=risk_flags(product, study.animal.species),
    )


def _cultures(doses: Doses, source: Supply, bench: Bench) -> Cultures | None:
    """Give the culture as planned and by every other way; None for RNA."""
    product, secretion = source.product, source.secretion
    if product.form == "RNA":
        return None
    own = culture(doses, source, bench, own=True)
    stock = culture(doses, source, bench, own=False)
    if secretion.donor.startswith("iPSC"):
        return Cultures(own if is_own(product) else stock, own, stock, stock)
    # what is made from a bank begins afresh, whatever the planned donor's state
    fresh = replace(secretion, doublings_used=None, growth_fold=None)
    bank = culture(doses, replace(source, secretion=fresh), bench, own=False)
    return Cultures(own if is_own(product) else stock, own, stock, bank)


def _synthesis(doses: Doses, bench: Bench) -> tuple[Quantity, ...]:
    """Give the RNA to be synthesised and its vials; no cells take part."""
    overage = bench.take("overage")
    need = sum(one.count * one.given.rna_ug for one in doses)
    vials = float(sum(one.count for one in doses))
    return (
        summarise("RNA", "ug", need * overage),
        summarise("vials", "1", [vials]),
        summarise("vials with reserve", "1", np.ceil(vials * overage)),
    )


def _timing(
    study: Study, source: Supply, planned: Culture | None, bench: Bench
) -> Timing:
    product = source.product
    if planned is None:
        return synthesis_timing(study, product)
    return product_timing(study, product, source.secretion.donor, planned, bench)


def _steps(source: Supply, bench: Bench) -> tuple[IsolationStep, ...]:
    """Give what each isolation step leaves."""
    if source.ledger is None:
        return ()
    priors, uniforms = bench.priors, bench.uniforms
    stream = f"{source.product.name}/{source.ledger.lot}"
    lots = draw(priors, uniforms, "product.lot_purity", lot=stream)
    steps = canonical_steps(source.product.isolation)
    protein = source.secretion.protein_fg
    return isolation_steps(steps, protein, lots, priors, uniforms)


def _classes(
    source: Supply, bench: Bench, arms: list[Arm]
) -> tuple[Classification, ...]:
    """Classify a product wherever the rules reach."""
    device = in_device(arms)
    return tuple(
        classify(
            source.product,
            where,
            bench.rules,
            with_device=device,
            changes=source.secretion.changes,
        )
        for where in jurisdictions(bench.rules)
    )
