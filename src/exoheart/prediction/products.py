"""What the arms get: donor and product stages run first and hand over numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from exoheart import donor, product
from exoheart.engine.streams import uniforms
from exoheart.records.prior import Priors
from exoheart.records.product import GivenDose, Supply, draw
from exoheart.records.study import Arm, Product, Study
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
    """A study's products, and what each arm is given.

    Parameters
    ----------
    supplies
        By product name.
    inputs
        By product name: what it hands to the model, by text id, each of shape
        (outer,); all of :data:`exoheart.therapy.PRODUCT_INPUTS`.
    given
        By arm name: one administration; only arms with a dose.
    stream
        The draws behind them.
    body_mass_kg, heart_mass_g
        Of the animals, for doses per kg or per g heart.
    """

    supplies: Mapping[str, Supply]
    inputs: Mapping[str, Mapping[str, FloatArray]]
    given: Mapping[str, GivenDose]
    stream: RecordedUniforms
    body_mass_kg: float
    heart_mass_g: FloatArray

    def plan(self, arm: Arm, factor: float = 1.0) -> ArmPlan:
        """Give what an arm gets, with its dose multiplied by `factor`."""
        if arm.dose is None or arm.product is None:
            return ArmPlan(arm.name)
        given, inputs = self.given[arm.name], self.inputs[arm.product]
        return ArmPlan(
            name=arm.name,
            giga=given.giga * factor,
            solute=_molecules(given, inputs) * factor,
            cells=given.cells_giga * factor,
            route=arm.route,
            at=arm.at,
            over_h=arm.over_h,
            every_h=arm.every_h,
            times=arm.times,
            delivery=self._delivery(arm),
            inputs=inputs,
        )

    def _delivery(self, arm: Arm) -> dict[str, str | float]:
        """Give a route's keys, with the ligand that the product itself carries."""
        ligand = self.supplies[str(arm.product)].secretion.ligand
        return dict(arm.delivery) | ({} if ligand is None else {"ligand": ligand})


def _molecules(given: GivenDose, inputs: Mapping[str, FloatArray]) -> FloatArray:
    """Give the dissolved molecules of a dose [1e9]: its RNA, or its free protein."""
    dissolved = given.soluble_ug + given.rna_ug
    mass = inputs["delivery_solute_mass"]
    return np.divide(dissolved, mass, out=np.zeros_like(dissolved), where=mass > 0)


def _grown(planned: Product) -> Product:
    """Give a product as its donor cells act.

    Conditioning ends with the culture: whether a fold measured there lasts in the heart
    isn't known, so living cells release at the plain rate. Synthetic RNA takes the
    signals of a donor and saw none: no state of it and nothing done to it counts.
    """
    match planned.form:
        case "cells":
            return replace(planned, conditioning=())
        case "RNA":
            bare = replace(planned, conditioning=(), engineering=(), donor_state={})
            return replace(bare, medium="serum-free")
        case _:
            return planned


def model_inputs(
    source: Supply, study: Study, priors: Priors, uniforms: RecordedUniforms
) -> dict[str, FloatArray]:
    """Give what a product hands to the model, by text id, each of shape (outer,).

    RNA has no vesicle to be foreign; the molar mass turns micrograms into molecules.
    """
    planned, secretion = source.product, source.secretion
    rna, cells = planned.form == "RNA", planned.form == "cells"
    nothing = np.zeros_like(secretion.diameter_nm)
    diameter = (
        secretion.diameter_nm if source.ledger is None else source.ledger.diameter_nm
    )
    foreign, mass = nothing, nothing
    if not rna:
        row = f"delivery.foreignness_{product.kinship(planned, study.animal.species)}"
        foreign = draw(priors, uniforms, row)
    if not cells:
        row = f"delivery.{'rna' if rna else 'protein'}_molar_mass"
        mass = 1e9 * draw(priors, uniforms, row, "ug")
    return {
        "mechanism_cargo_copies": secretion.copies_per_vesicle,
        **{f"mechanism_share_{s}": share for s, share in secretion.shares.items()},
        "delivery_diameter": diameter / 1000.0,
        "delivery_foreignness": foreign,
        "delivery_solute_rna": nothing + rna,
        "delivery_solute_mass": mass,
        "delivery_cell_secretion": secretion.vesicles_per_cell_day / 24.0 * cells,
    }


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
        A product's donor or isolation isn't modelled, or a dose isn't counted in what
        its form is.
    """
    used = {arm.product for arm in study.arms if arm.dose is not None}
    supplies, inputs = {}, {}
    for name in sorted(name for name in used if name is not None):
        planned = study.products[name]
        secretion = donor.secretion(_grown(planned), priors, stream)
        supplies[name] = product.supply(planned, secretion, priors, stream)
        inputs[name] = model_inputs(supplies[name], study, priors, stream)
    given = {
        arm.name: product.given_dose(
            arm.dose, supplies[arm.product], body_mass_kg, heart_mass_g
        )
        for arm in study.arms
        if arm.dose is not None and arm.product is not None
    }
    return Products(supplies, inputs, given, stream, body_mass_kg, heart_mass_g)
