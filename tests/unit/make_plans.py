"""One product for six pigs, made from the tables: what tests of the make plan share."""

from __future__ import annotations

from dataclasses import replace

from exoheart.donor import secretion
from exoheart.engine.streams import uniforms
from exoheart.evidence.priors import resolve
from exoheart.evidence.tables import load_parameters
from exoheart.product import Bench, make_plan, shipped_rules, supply
from exoheart.records.making import ProductMake
from exoheart.records.product import FloatArray
from exoheart.records.study import (
    Animal,
    Arm,
    Design,
    Dose,
    Infarct,
    Moment,
    Product,
    Study,
)

OUTER = 128
PRODUCT = Product("p", "vesicles", "CDC", isolation=("ultrafiltration",))
OWN = replace(PRODUCT, donor_species="pig", donor_state={"autologous": True})
DOSE = Dose("1e11 particles", 1e11, "particles")


def draws(layer: str, name: str) -> FloatArray:
    return uniforms(5, layer, name, 0, OUTER)


PRIORS = resolve(
    [r for r in load_parameters() if r.id.startswith(("donor.", "product."))], "pig"
)
BENCH = Bench(PRIORS, draws, 30.0, 150.0, shipped_rules())


def study_of(product: Product, dose: Dose | None = DOSE, hours: float = 0.5) -> Study:
    arm = Arm(
        "treated",
        control=False,
        n=6,
        route="intramyocardial",
        product=product.name,
        dose=dose,
        at=Moment("as planned", hours, "reperfusion"),
    )
    return Study(
        title="t",
        animal=Animal("pig", "female", 30.0, Infarct("ischaemia-reperfusion", 1.5)),
        products={product.name: product},
        arms=(Arm("vehicle", control=True, n=6), arm),
        endpoints=(),
        design=Design(),
    )


def made(product: Product, dose: Dose | None = DOSE, hours: float = 0.5) -> ProductMake:
    source = supply(product, secretion(product, PRIORS, draws), PRIORS, draws)
    plan = make_plan(study_of(product, dose, hours), {product.name: source}, BENCH)
    return plan.products[product.name]
