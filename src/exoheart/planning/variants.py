"""What an arm could be instead: other routes and doses, another source, a later time.

Feeds :mod:`exoheart.planning.alternatives`. Routes and doses are crossed; source and
time are varied one at a time around the planned arm, which shows what each would do
without a solve for every mixture.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from exoheart import delivery
from exoheart.donor import Modifier, combination_faults, find_modifiers
from exoheart.planning.words import times
from exoheart.prediction import Prediction, prepare_products
from exoheart.prediction.products import RecordedUniforms
from exoheart.product.timing import NEVER_OWN
from exoheart.records.study import Arm, Moment, Product
from exoheart.therapy import ArmPlan, anchored

Varied = Literal["route and dose", "source", "time"]

#: Doses compared, as multiples of the planned one.
FACTORS = (0.1, 1.0, 10.0)
#: Sources compared: one for each kind that the review's Figure 2 names, and the inert
#: comparator of the field.
SOURCES = ("CDC", "CPC", "MSC", "iPSC", "ESC", "fibroblast")
#: Delays compared [h], in words.
DELAYS = {24.0: "a day later", 168.0: "a week later"}


@dataclass(frozen=True)
class Variant:
    """One thing to do instead: in words, and as the schedule of an arm."""

    varied: Varied
    route: str
    dose: str
    source: str
    at: str
    plan: ArmPlan


def variants(prediction: Prediction, base: Arm) -> list[Variant]:
    """Give what `base` could be instead, the planned arm itself among it.

    Parameters
    ----------
    prediction
        The simulated study.
    base
        The treated arm that is varied.
    """
    planned = prediction.products.plan(base)
    product = prediction.study.products[str(base.product)]
    at = "" if base.at is None else base.at.words
    here = Variant("route and dose", str(base.route), "", product.donor, at, planned)
    return [
        *_routes_and_doses(prediction, base, here),
        *_sources(prediction, base, here),
        *_later(prediction, base, here),
    ]


def _routes_and_doses(
    prediction: Prediction, base: Arm, here: Variant
) -> Iterator[Variant]:
    """Give every route of the model that takes the product's form, at three doses."""
    form = prediction.study.products[str(base.product)].form
    known = delivery.routes()
    for route in delivery.modelled_routes():
        if form not in known[route].forms:
            continue
        for factor in FACTORS:
            plan = _by_route(prediction.products.plan(base, factor), base, route)
            yield replace(here, route=route, dose=_dose(base, factor), plan=plan)


def _by_route(plan: ArmPlan, base: Arm, route: str) -> ArmPlan:
    """Give the planned arm by another route, with that route's own defaults.

    A ligand stays: it is on the vesicles, not of the route.
    """
    if route == base.route:
        return plan
    kept = {key: value for key, value in plan.delivery.items() if key == "ligand"}
    return replace(plan, route=route, over_h=0.0, delivery=kept)


def _dose(base: Arm, factor: float) -> str:
    return "" if base.dose is None else times(base.dose, factor)


def _sources(prediction: Prediction, base: Arm, here: Variant) -> Iterator[Variant]:
    """Give the planned arm with vesicles of other donors, made the same way."""
    study = prediction.study
    planned = study.products[str(base.product)]
    if planned.form == "RNA":
        return
    for donor in SOURCES:
        if donor == planned.donor:
            continue
        other, left_out = of_donor(planned, donor)
        changed = replace(study, products={planned.name: other}, arms=(base,))
        own = prediction.products
        stream = RecordedUniforms(prediction.seed, prediction.cohort.size.outer)
        products = prepare_products(
            changed, prediction.priors, stream, own.body_mass_kg, own.heart_mass_g
        )
        without = f", without {' and '.join(left_out)}" if left_out else ""
        yield replace(
            here,
            varied="source",
            source=f"{donor}{without}",
            dose=_dose(base, 1.0),
            plan=products.plan(base),
        )


def of_donor(planned: Product, donor: str) -> tuple[Product, tuple[str, ...]]:
    """Give the product made of another donor, and the changes that don't suit it.

    A count of the planned product says nothing of another one. A donor that is never
    the recipient's own is another's.
    """
    changes = _changes(planned)
    kept = [one for one in changes if not one.donors or donor in one.donors]
    if combination_faults(kept, donor):
        kept = []
    state = dict(planned.donor_state)
    if donor in NEVER_OWN:
        state.pop("autologous", None)
    other = replace(
        planned,
        donor=donor,
        measured=None,
        donor_state=state,
        conditioning=tuple(m.name for m in kept if m.group == "conditioning"),
        engineering=tuple(m.name for m in kept if m.group == "engineering"),
    )
    return other, tuple(one.name for one in changes if one not in kept)


def _changes(product: Product) -> tuple[Modifier, ...]:
    return (
        *find_modifiers(product.conditioning, "conditioning"),
        *find_modifiers(product.engineering, "engineering"),
    )


def _later(prediction: Prediction, base: Arm, here: Variant) -> Iterator[Variant]:
    """Give the planned arm later, where that is before the primary endpoint is read."""
    study = prediction.study
    if base.at is None:
        return
    read = anchored(study.primary.at, study.animal.infarct)
    for delay, words in DELAYS.items():
        at = Moment(words, base.at.offset_h + delay, base.at.anchor)
        if anchored(at, study.animal.infarct) < read:
            yield replace(
                here,
                varied="time",
                at=words,
                dose=_dose(base, 1.0),
                plan=replace(here.plan, at=at),
            )
