"""What the arms get: donor and product stages run first and hand over numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from exoheart import donor, product
from exoheart.engine.streams import uniforms
from exoheart.records.prior import Priors
from exoheart.records.product import GivenDose, Ledger
from exoheart.records.study import Arm, Study
from exoheart.therapy import ArmPlan

FloatArray = npt.NDArray[np.float64]


@dataclass
class RecordedUniforms:
    """The stream of outer draws for the product stages, remembering what was drawn.

    `names` maps the id of each parameter drawn to its layer and stream.
    """

    seed: int
    outer: int
    names: dict[str, tuple[str, str]] = field(default_factory=dict)

    def __call__(self, layer: str, name: str) -> FloatArray:
        """Give the numbers in (0, 1) by which `name` is drawn, shape (outer,)."""
        self.names[name.partition("/")[0]] = (layer, name)
        return uniforms(self.seed, layer, name, 0, self.outer)

    def drawn(self, priors: Priors) -> dict[str, FloatArray]:
        """Give every parameter that was drawn, by id, in its own unit."""
        return {
            id_: priors[id_].distribution.quantile(
                uniforms(self.seed, layer, name, 0, self.outer)
            )
            for id_, (layer, name) in sorted(self.names.items())
            if id_ in priors
        }


@dataclass(frozen=True)
class Products:
    """Ledgers of a study's products, and what each arm is given.

    Parameters
    ----------
    ledgers
        By product name.
    given
        By arm name: one administration; only arms with a dose.
    stream
        The draws behind them.
    body_mass_kg, heart_mass_g
        Of the animals, for doses per kg or per g heart.
    """

    ledgers: Mapping[str, Ledger]
    given: Mapping[str, GivenDose]
    stream: RecordedUniforms
    body_mass_kg: float
    heart_mass_g: FloatArray

    def plan(self, arm: Arm, factor: float = 1.0) -> ArmPlan:
        """Give what an arm gets, with its dose multiplied by `factor`."""
        if arm.dose is None or arm.product is None:
            return ArmPlan(arm.name)
        secretion = self.ledgers[arm.product].secretion
        shares = {f"mechanism_share_{s}": v for s, v in secretion.shares.items()}
        return ArmPlan(
            name=arm.name,
            giga=self.given[arm.name].giga * factor,
            route=arm.route,
            at=arm.at,
            over_h=arm.over_h,
            every_h=arm.every_h,
            times=arm.times,
            delivery=dict(arm.delivery),
            inputs={
                "mechanism_cargo_copies": secretion.copies_per_vesicle,
                **shares,
            },
        )


def prepare_products(
    study: Study,
    priors: Priors,
    stream: RecordedUniforms,
    body_mass_kg: float,
    heart_mass_g: FloatArray,
) -> Products:
    """Run the donor and product stages for every product that an arm uses.

    Raises
    ------
    InputError
        A product's form, donor or isolation isn't modelled.
    """
    used = {arm.product for arm in study.arms if arm.dose is not None}
    ledgers = {}
    for name in sorted(name for name in used if name is not None):
        planned = study.products[name]
        secretion = donor.secretion(planned, priors, stream)
        ledgers[name] = product.ledger(planned, secretion, priors, stream)
    given = {
        arm.name: product.dose_particles(
            arm.dose, ledgers[arm.product], body_mass_kg, heart_mass_g
        )
        for arm in study.arms
        if arm.dose is not None and arm.product is not None
    }
    return Products(ledgers, given, stream, body_mass_kg, heart_mass_g)
