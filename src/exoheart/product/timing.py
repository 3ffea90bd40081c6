"""Can the product exist when it is due? Own cells must first be taken and grown.

Part of the make plan. A product of the patient's or animal's own cells starts after
the infarct; one of other donors waits in a freezer; RNA is synthesised before.

References
----------
NatRevCardiol2012 (own cardiosphere-derived cells, 1.5 to 3 months after infarction).
"""

from __future__ import annotations

import numpy as np

from exoheart.errors import InputError
from exoheart.records.prior import Priors
from exoheart.records.product import (
    FloatArray,
    Timing,
    Uniforms,
    draw,
    summarise,
)
from exoheart.records.study import Arm, Product, Study


def is_autologous(product: Product) -> bool:
    """Whether the study file says that donor and recipient are the same."""
    given = product.donor_state.get("autologous", False)
    return given.strip().lower() == "true" if isinstance(given, str) else bool(given)


def culture_timing(
    study: Study,
    product: Product,
    donor: str,
    culture_days: FloatArray,
    priors: Priors,
    uniforms: Uniforms,
) -> Timing:
    """Say whether a product can exist at its first planned dose.

    Own cells: collection, culture and release tests follow the infarct one after the
    other, unless a delay reached in practice is known for the donor. Anyone else's:
    made before.

    Parameters
    ----------
    study
        The planned study.
    product
        The product, used by at least one arm.
    donor
        Its donor as the parameter ids write it.
    culture_days : ndarray, shape (outer,)
        From the first cell to the last harvest [days].
    priors, uniforms
        Parameters and the source of the draws.

    Raises
    ------
    InputError
        An autologous product from another species than the one treated.
    """
    due = _due(study, product)
    if not is_autologous(product):
        return _stock(study, product, due)
    if product.donor_species != study.animal.species:
        raise InputError(
            f"product {product.name!r}: donor_state.autologous met with donor species "
            f"{product.donor_species!r}; allowed: the species treated, "
            f"{study.animal.species!r}; change donor_species or leave autologous out"
        )
    known = f"product.autologous_lead.{donor}"
    days = (
        draw(priors, uniforms, known, "day")
        if known in priors
        else draw(priors, uniforms, "product.collection_delay", "day")
        + culture_days
        + draw(priors, uniforms, "product.release_testing_time", "day")
    )
    return _own(product, due, days, reached=known in priors)


def synthesis_timing(study: Study, product: Product) -> Timing:
    """Say that RNA is made before the infarct, from no cell."""
    return Timing(
        kind="synthesised",
        due_day=_due(study, product),
        in_time=1.0,
        sentence=(
            f"{product.name} can exist in time: it is synthesised before the infarct, "
            "without donor cells."
        ),
    )


def _due(study: Study, product: Product) -> float:
    """Give the day of the first planned dose of a product."""
    return min(
        _due_day(study, arm) for arm in study.arms if arm.product == product.name
    )


def _own(product: Product, due: float, days: FloatArray, *, reached: bool) -> Timing:
    """Compare the day a product of own cells is ready with the day it is due."""
    earliest = summarise("earliest day", "days after infarction", days)
    in_time = float(np.mean(days <= due))
    why = (
        "the delay reached in patients with cells of this kind"
        if reached
        else "collection, culture and release tests follow the infarct"
    )
    ready = (
        f"made of own cells it is ready about day {earliest.median:.0f} (90 % "
        f"{earliest.low:.0f} to {earliest.high:.0f}) after infarction, the first dose "
        f"is due on day {due:.3g} ({why})"
    )
    if in_time == 0.0:
        words = f"{product.name} cannot exist in time for this indication: {ready}."
    else:
        words = f"{product.name} exists in time in {in_time:.0%} of the draws: {ready}."
    return Timing("autologous", due, in_time, words, earliest)


def _stock(study: Study, product: Product, due: float) -> Timing:
    """Say that a product of other donors is made before the infarct."""
    same = product.donor_species == study.animal.species
    storage = product.storage
    return Timing(
        kind="allogeneic stock" if same else "xenogeneic stock",
        due_day=due,
        in_time=1.0,
        sentence=(
            f"{product.name} can exist in time: it is made of "
            f"{product.donor_species} cells before the infarct and waits "
            f"{storage.duration_h / 24.0:.3g} days at {storage.temperature_c:g} degC."
        ),
    )


def _due_day(study: Study, arm: Arm) -> float:
    """Give the day after the onset of occlusion on which an arm is first dosed."""
    if arm.at is None:
        return 0.0
    shift = study.animal.infarct.occlusion_h or 0.0
    hours = arm.at.offset_h + (shift if arm.at.anchor == "reperfusion" else 0.0)
    return hours / 24.0
