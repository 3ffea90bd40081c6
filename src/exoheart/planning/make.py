"""Section 5, Can it be made: amounts, sourcing, timing, isolation, release, risks.

Also the document of ``exoheart product make``, which needs no solved prediction
(:mod:`exoheart.planning.making`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from exoheart import product
from exoheart.planning.words import number, quantity, spread
from exoheart.prediction import Prediction, Products
from exoheart.prediction.products import RecordedUniforms
from exoheart.product.timing import RARELY
from exoheart.records.making import (
    Classification,
    IsolationStep,
    MakePlan,
    ProductMake,
    ReleaseTest,
    RiskFlag,
    Sourcing,
)
from exoheart.records.prior import Priors
from exoheart.records.product import Quantity, Supply
from exoheart.records.study import Study

#: Key of the document to the quantity of the make plan and its factor.
_AMOUNTS: Mapping[str, tuple[str, float]] = {
    "vesicles_needed": ("vesicles", 1e9),
    "collections": ("collections", 1.0),
    "donor_cells": ("donor cells", 1.0),
    "cells_seeded": ("cells seeded", 1.0),
    "growth_area_cm2": ("growth area", 1.0),
    "vessels": ("vessels", 1.0),
    "medium_litre": ("conditioned medium", 1.0),
    "doublings": ("doublings", 1.0),
    "passages": ("passages", 1.0),
    "culture_days": ("culture", 1.0),
    "batches": ("batches", 1.0),
    "vials": ("vials", 1.0),
    "vials_with_reserve": ("vials with reserve", 1.0),
    "rna_ug": ("RNA", 1.0),
    "drug_umol": ("drug in vesicles", 1.0),
    "loaded_rna_nmol": ("RNA in vesicles", 1.0),
}
_TABLES = ("products", "timing", "sourcing", "isolation", "release", "regulation")


def make_plan(prediction: Prediction) -> MakePlan:
    """Work back from the doses to the culture that gives them."""
    return plan_of(
        prediction.study,
        prediction.priors,
        prediction.products,
        prediction.seed,
        prediction.cohort.size.outer,
    )


def plan_of(
    study: Study, priors: Priors, products: Products, seed: int, outer: int
) -> MakePlan:
    """Give the make plan of a study whose products are prepared.

    Parameters
    ----------
    study, priors, products
        The study, its parameters, and what its arms are given.
    seed, outer
        Of the draws; the products' own.
    """
    # a stream of its own: what only the making draws must not look like a driver
    stream = RecordedUniforms(seed, outer)
    bench = product.Bench(
        priors,
        stream,
        products.body_mass_kg,
        products.heart_mass_g,
        product.shipped_rules(),
    )
    return product.make_plan(study, products.supplies, bench)


def make(prediction: Prediction, made: MakePlan) -> dict[str, Any]:
    """Give the section on making the products."""
    return make_section(made, prediction.products.supplies)


def make_section(made: MakePlan, supplies: Mapping[str, Supply]) -> dict[str, Any]:
    """Give the section on making.

    Parameters
    ----------
    made
        How every product is made.
    supplies
        The products, by name.
    """
    rows = list(made.products.values())
    if not rows:
        note = "No product is given in this study, so nothing has to be made."
        nothing: dict[str, Any] = {table: [] for table in _TABLES}
        return nothing | {"risks": [], "notes": [note]}
    return {
        "products": [_product(supplies[one.product], one) for one in rows],
        "timing": [_timing(one) for one in rows],
        "sourcing": [_way(one, way) for one in rows for way in one.sourcing],
        "isolation": [_step(one, step) for one in rows for step in one.isolation],
        "release": [_release(one, t) for one in rows for t in one.release],
        "regulation": [_class(one, c) for one in rows for c in one.regulation],
        "risks": [_risk(one, flag) for one in rows for flag in one.risks],
        "notes": _notes(rows),
    }


def _product(source: Supply, one: ProductMake) -> dict[str, Any]:
    ledger, none = source.ledger, np.empty(0)
    return {
        "name": one.product,
        **{key: _amount(one, *of) for key, of in _AMOUNTS.items()},
        "vessel": one.vessel or None,
        "within_reach": number(float(np.mean(one.within_reach))),
        "purity_particles_per_ug": spread(
            none if ledger is None else ledger.giga_per_ug, 1e9
        ),
        "diameter_nm": spread(none if ledger is None else ledger.diameter_nm),
        "potency_after_storage": spread(
            none if ledger is None else ledger.storage_kept
        ),
        "count_after_storage": spread(
            none if ledger is None else ledger.storage_counted
        ),
    }


def _amount(one: ProductMake, name: str, factor: float = 1.0) -> dict[str, Any]:
    """Give a quantity; empty where a product of this form needs none."""
    known = {each.name: each for each in one.quantities}
    return quantity(known[name], factor) if name in known else spread([])


def _timing(one: ProductMake) -> dict[str, Any]:
    timing = one.timing
    return {
        "product": one.product,
        "sentence": f"{timing.sentence} {timing.instead}".strip(),
        "possible": _possible(timing.in_time),
        "in_time": number(timing.in_time),
        "due_day": number(timing.due_day),
        "earliest_day": _day(timing.earliest),
    }


def _way(one: ProductMake, way: Sourcing) -> dict[str, Any]:
    return {
        "product": one.product,
        "way": way.way,
        "planned": way.planned,
        "possible": _possible(way.in_time),
        "in_time": number(way.in_time),
        "ready_day": _day(way.ready),
        "lead_days": _day(way.lead),
        "sentence": way.sentence,
    }


def _possible(in_time: float) -> bool | None:
    """Say whether a product exists in time; None where it hangs on the draw."""
    return True if in_time >= 1.0 - RARELY else False if in_time <= RARELY else None


def _day(of: Quantity | None) -> dict[str, Any]:
    return spread([]) if of is None else quantity(of)


def _step(one: ProductMake, step: IsolationStep) -> dict[str, Any]:
    return {
        "product": one.product,
        "step": step.step,
        "kept": spread(step.kept),
        "particles_per_ug": spread(step.giga_per_ug, 1e9),
        "protein_ug_per_1e9": spread(step.protein_ug_per_giga),
    }


def _release(one: ProductMake, test: ReleaseTest) -> dict[str, Any]:
    assumed = test.result.removeprefix("not measured").removeprefix("; ")
    return {
        "product": one.product,
        "item": test.attribute,
        "method": test.method,
        "status": "not measured",
        "value": assumed or None,
    }


def _class(one: ProductMake, of: Classification) -> dict[str, Any]:
    return {
        "product": one.product,
        "jurisdiction": of.jurisdiction,
        "class": of.outcome,
        "basis": "; ".join(
            f"{step.rule} {'yes' if step.answer else 'no'} "
            f"({step.instrument}, {step.standing})"
            for step in of.path
        ),
        "verified": of.checked,
        "standing": of.standing,
    }


def _risk(one: ProductMake, flag: RiskFlag) -> dict[str, Any]:
    return {
        "product": one.product,
        "topic": flag.topic,
        "standing": flag.standing,
        "sentence": flag.sentence,
        "source": flag.source or None,
    }


def _notes(rows: list[ProductMake]) -> list[str]:
    """Give the notes of all products, each with the products that it is of."""
    notes: dict[str, list[str]] = {}
    for one in rows:
        # amounts stand in the table and timing in its own list
        for note in dict.fromkeys((*one.sentences[1:-1], *one.notes)):
            notes.setdefault(note, []).append(one.product)
    if len(rows) == 1:
        return list(notes)
    return [f"{', '.join(products)}: {note}" for note, products in notes.items()]
