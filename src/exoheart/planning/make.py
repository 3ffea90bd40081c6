"""Section 5, Can it be made: cells, litres, days, batches, vials, timing, release."""

from __future__ import annotations

from typing import Any

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
    return product.make_plan(prediction.study, products.ledgers, bench)


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
        "notes": _notes(prediction, rows),
    }


def _product(prediction: Prediction, one: ProductMake) -> dict[str, Any]:
    purity = prediction.products.ledgers[one.product].giga_per_ug
    return {
        "name": one.product,
        "vesicles_needed": quantity(one.quantity("vesicles"), 1e9),
        "donor_cells": quantity(one.quantity("donor cells")),
        "medium_litre": quantity(one.quantity("conditioned medium")),
        "culture_days": quantity(one.quantity("culture")),
        "batches": quantity(one.quantity("batches")),
        "vials": quantity(one.quantity("vials")),
        "purity_particles_per_ug": spread(purity, 1e9),
    }


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


def _notes(prediction: Prediction, rows: list[ProductMake]) -> list[str]:
    notes: dict[str, None] = {}
    for one in rows:
        ledger = prediction.products.ledgers[one.product]
        # amounts stand in the table and timing in its own list
        notes |= dict.fromkeys(one.sentences[1:-1])
        notes |= dict.fromkeys((*one.notes, *ledger.notes, *ledger.secretion.notes))
    return list(notes)
