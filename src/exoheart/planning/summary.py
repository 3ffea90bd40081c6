"""The study as the report repeats it: what was asked, in the user's own words."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from exoheart import outcome
from exoheart.prediction import Prediction
from exoheart.records.study import Arm, Product


def study_summary(prediction: Prediction) -> dict[str, Any]:
    """Give the study section of a plan."""
    study = prediction.study
    infarct = study.animal.infarct
    return {
        "title": study.title,
        "question": study.question,
        "species": study.animal.species,
        "sex": study.animal.sex,
        "body_mass_kg": study.animal.body_mass_kg,
        "infarct": {
            "model": infarct.model,
            "occlusion_h": infarct.occlusion_h,
            "laboratory": infarct.laboratory,
        },
        "arms": [_arm(arm) for arm in study.arms],
        "products": [_product(product) for product in study.products.values()],
        "endpoints": [
            {
                "quantity": e.quantity,
                "of": e.of,
                "at": e.at.words,
                "method": e.method,
                "primary": e == study.primary,
                "unit": outcome.measure(e.quantity, e.of).unit,
            }
            for e in study.endpoints
        ],
        "design": asdict(study.design),
        "overrides": [
            {"id": o.id, "median": o.median, "unit": o.unit, "source": o.source}
            for o in study.overrides
        ],
        "unused": list(study.unused),
        "file": f"{study.name}.toml",
        "text": study.text,
    }


def _arm(arm: Arm) -> dict[str, Any]:
    return {
        "name": arm.name,
        "control": arm.control,
        "compare_to": arm.compare_to,
        "product": arm.product,
        "route": arm.route,
        "dose": None if arm.dose is None else arm.dose.words,
        "at": None if arm.at is None else arm.at.words,
        "n": arm.n,
    }


def _product(product: Product) -> dict[str, Any]:
    kept = product.storage
    details = (
        f"{kept.temperature_c:g} degC for {kept.duration_h / 24:g} d",
        f"{kept.freeze_thaw} freeze-thaw",
        "" if kept.tube == "ordinary" else f"{kept.tube} tubes",
        "" if kept.buffer == "saline" else kept.buffer,
        "lyophilised" if kept.lyophilised else "",
    )
    return {
        "name": product.name,
        "form": product.form,
        "donor": product.donor,
        "donor_species": product.donor_species,
        "donor_state": [f"{k} {v}" for k, v in product.donor_state.items()],
        "medium": product.medium,
        "changes": [*product.conditioning, *product.engineering],
        "isolation": list(product.isolation),
        "storage": ", ".join(filter(None, details)),
        "measured": None if product.measured is None else product.measured.words,
    }
