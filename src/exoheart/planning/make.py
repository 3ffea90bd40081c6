"""Section 5, Can it be made: cells, litres, days, batches, vials, timing, release."""

from __future__ import annotations

from typing import Any

import numpy as np

from exoheart import product
from exoheart.planning.words import quantity, spread
from exoheart.prediction import Prediction
from exoheart.prediction.products import RecordedUniforms
from exoheart.records.product import MakePlan, ProductMake

_CELLS_WORDS = {True: "text read", False: "not checked against the legal text"}


def make_plan(prediction: Prediction) -> MakePlan:
    """Work back from the doses to the culture that gives them."""
    products = prediction.products
    # a stream of its own: what only the making draws must not look like a driver
    stream = RecordedUniforms(prediction.seed, prediction.cohort.size.outer)
    bench = product.Bench(
        prediction.priors,
        stream,
        products.body_mass_kg,
        products.heart_mass_g,
        product.shipped_rules(),
    )
    return product.make_plan(prediction.study, products.supplies, bench)


def make(prediction: Prediction, made: MakePlan) -> dict[str, Any]:
    """Give the section on making the products."""
    rows = list(made.products.values())
    if not rows:
        note = "No product is given in this study, so nothing has to be made."
        return {
            "products": [],
            "timing": [],
            "release": [],
            "regulation": [],
            "notes": [note],
        }
    return {
        "products": [_product(prediction, one) for one in rows],
        "timing": [_timing(one) for one in rows],
        "release": [_release(one, t) for one in rows for t in one.release],
        "regulation": [
            {
                "jurisdiction": c.jurisdiction,
                "class": c.outcome,
                "basis": "; ".join(
                    f"{step.rule} {'yes' if step.answer else 'no'} "
                    f"({step.instrument}, {_CELLS_WORDS[step.verified]})"
                    for step in c.path
                ),
                "verified": c.checked,
            }
            for one in rows
            for c in one.regulation
        ],
        "notes": _notes(rows),
    }


def _product(prediction: Prediction, one: ProductMake) -> dict[str, Any]:
    ledger = prediction.products.supplies[one.product].ledger
    purity = np.empty(0) if ledger is None else ledger.giga_per_ug
    return {
        "name": one.product,
        "vesicles_needed": _amount(one, "vesicles", 1e9),
        "donor_cells": _amount(one, "donor cells"),
        "medium_litre": _amount(one, "conditioned medium"),
        "culture_days": _amount(one, "culture"),
        "batches": _amount(one, "batches"),
        "vials": _amount(one, "vials"),
        "purity_particles_per_ug": spread(purity, 1e9),
        "rna_ug": _amount(one, "RNA"),
    }


def _amount(one: ProductMake, name: str, factor: float = 1.0) -> dict[str, Any]:
    """Give a quantity; empty where a product of this form needs none."""
    known = {each.name: each for each in one.quantities}
    return quantity(known[name], factor) if name in known else spread([])


def _timing(one: ProductMake) -> dict[str, Any]:
    share = one.timing.in_time
    possible = True if share >= 0.95 else False if share <= 0.05 else None
    return {
        "product": one.product,
        "sentence": one.timing.sentence,
        "possible": possible,
    }


def _release(one: ProductMake, test: Any) -> dict[str, Any]:
    return {
        "item": f"{test.attribute} ({test.method})",
        "status": "not measured",
        "value": test.result if test.known else None,
    }


def _notes(rows: list[ProductMake]) -> list[str]:
    notes: dict[str, None] = {}
    for one in rows:
        # amounts stand in the table and timing in its own list
        notes |= dict.fromkeys((*one.sentences[1:-1], *one.notes))
    return list(notes)
