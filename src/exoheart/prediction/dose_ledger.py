"""The dose ledger of a study: what one administration of every arm really brings.

Runs the donor and product stages and nothing else, so it answers at once. Every line is
summarised over the same joint draws, so lines convert into one another draw by draw
though their intervals don't. Read next: :mod:`exoheart.product.ledger`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from exoheart.prediction.products import Products
from exoheart.prediction.run import prepare, size_of
from exoheart.product import amount
from exoheart.records.product import (
    FloatArray,
    GivenDose,
    Ledger,
    Quantity,
    Supply,
    draw,
    summarise,
)
from exoheart.records.study import Arm, Dose, Study
from exoheart.version import VERSION

_GIGA = 1e9
_ANIMALS = size_of(1024).animals
#: Factors that a dose in each basis goes through before it is whole vesicles filled.
_ENTERS: Mapping[str, str] = {
    "particles": "counted over true vesicles",
    "protein": "vesicles per microgram of protein",
    "donor cells": "vesicles per donor cell and harvest",
}


@dataclass(frozen=True, slots=True)
class ArmLedger:
    """What one administration of an arm brings.

    Parameters
    ----------
    arm, product, dose
        Names, and the dose in the user's words.
    animals, times
        How many get it, and how often.
    given
        From what is counted to what reaches the animal, in order; one administration.
    factors
        What the conversions rest on.
    spread
        Share of the variance of the logarithm of the vesicles given that each factor
        brings [1], of the sum over factors, which are drawn independently; empty where
        no vesicles are given.
    measured
        The counted sample that the product rests on, in words, or None.
    notes
        What a reader of the numbers must know.
    """

    arm: str
    product: str
    dose: str
    animals: int
    times: int
    given: tuple[Quantity, ...]
    factors: tuple[Quantity, ...]
    spread: Mapping[str, float]
    measured: str | None
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DoseLedger:
    """The ledgers of all arms that are given something.

    `draws` is the number of joint draws behind every interval.
    """

    title: str
    seed: int
    draws: int
    arms: tuple[ArmLedger, ...]

    def to_json(self) -> dict[str, Any]:
        """Give the ledger as one document."""
        return asdict(self) | {"version": VERSION}


def dose_ledger(study: Study, *, seed: int = 0, draws: int = 2048) -> DoseLedger:
    """Give what one administration of every treated arm of a study brings.

    Parameters
    ----------
    study
        From :func:`exoheart.study.load_study`.
    seed
        Same seed, same result.
    draws
        Joint draws, 2 or more.

    Returns
    -------
    DoseLedger

    Raises
    ------
    InputError
        A product's donor or isolation isn't modelled.
    """
    setting = prepare(study, seed, draws * _ANIMALS)
    products = setting.products
    content = draw(setting.priors, products.stream, "product.vial_content", "giga_item")
    arms = [arm for arm in study.arms if arm.name in products.given]
    return DoseLedger(
        title=study.title,
        seed=seed,
        draws=setting.size.outer,
        arms=tuple(_arm_ledger(arm, products, content) for arm in arms),
    )


def _arm_ledger(arm: Arm, products: Products, content: FloatArray) -> ArmLedger:
    source, given = products.supplies[str(arm.product)], products.given[arm.name]
    sample = source.product.measured
    own = source.ledger
    lines = [*(_counted(given, own, products) if own else _uncounted(given))]
    if own and own.giga_per_ml is None:
        vials = np.maximum(np.ceil(given.made_giga / content), 1.0)
        lines.append(("vials", "1", vials))
    return ArmLedger(
        arm=arm.name,
        product=source.product.name,
        dose=arm.dose.words if arm.dose else "",
        animals=arm.n,
        times=arm.times,
        given=tuple(summarise(*line) for line in lines),
        factors=tuple(summarise(*line) for line in _factors(source)),
        spread=_spread(arm.dose, given, own) if own else {},
        measured=None if sample is None else sample.words,
        notes=source.notes,
    )


def _counted(
    given: GivenDose, ledger: Ledger, products: Products
) -> Iterator[tuple[str, str, FloatArray]]:
    """Give the lines of a dose that holds vesicles."""
    made = given.made_giga
    counted = amount(ledger, made, "particles")
    whole = given.giga * _GIGA
    after = counted * ledger.storage_counted
    yield "particles counted when filled", "particles", counted
    yield "vesicles filled", "vesicles", made * _GIGA
    yield "whole after storage", "vesicles", made * ledger.storage_kept * _GIGA
    yield "particles counted after storage", "particles", after
    yield "whole vesicles that reach the animal", "vesicles", whole
    yield "the same per kg body mass", "vesicles/kg", whole / products.body_mass_kg
    yield "the same per g heart", "vesicles/g", whole / products.heart_mass_g
    yield "protein that reaches the animal", "ug", given.protein_ug
    yield "of it outside vesicles", "ug", given.soluble_ug
    if ledger.giga_per_ml is not None:
        yield "volume of the counted vial", "mL", amount(ledger, made, "volume")
    if ledger.giga_per_cell is not None:
        cells = amount(ledger, made, "donor cells")
        yield "donor cells of one harvest", "cells", cells
    if ledger.giga_per_collection is not None:
        yield "collections", "1", made / ledger.giga_per_collection


def _uncounted(given: GivenDose) -> Iterator[tuple[str, str, FloatArray]]:
    """Give the lines of a dose of cells or of RNA."""
    if given.cells_giga.any():
        yield "living donor cells", "cells", given.cells_giga * _GIGA
    if given.rna_ug.any():
        yield "RNA", "ug", given.rna_ug


def _factors(source: Supply) -> Iterator[tuple[str, str, FloatArray]]:
    """Give what a ledger converts with."""
    own = source.ledger
    if own is None:
        return
    yield "counted over true vesicles", "1", own.count_ratio
    yield "vesicles per microgram of protein", "1/ug", own.giga_per_ug * _GIGA
    yield "share of protein in vesicles", "1", own.purity
    if own.giga_per_cell is not None:
        yield "vesicles per donor cell and harvest", "1", own.giga_per_cell * _GIGA
    if own.giga_per_ml is not None:
        yield "vesicles per mL of the vial", "1/mL", own.giga_per_ml * _GIGA
    yield "share kept by isolation", "1", own.recovery
    if source.secretion.kept is not None:
        yield "share left by loading or coupling", "1", source.secretion.kept
    yield "share whole after storage", "1", own.storage_kept
    yield "share that reaches the animal", "1", own.fill_kept
    yield "mean diameter", "nm", own.diameter_nm


def _spread(dose: Dose | None, given: GivenDose, ledger: Ledger) -> dict[str, float]:
    """Give the share of the variance of ln(vesicles given) that each factor brings."""
    if dose is None or not (given.giga > 0).all():
        return {}
    parts = {
        _ENTERS[dose.basis]: given.made_giga,
        "share whole after storage": ledger.storage_kept,
        "share that reaches the animal": ledger.fill_kept,
    }
    variances = {name: float(np.var(np.log(draws))) for name, draws in parts.items()}
    total = sum(variances.values())
    return {name: each / total for name, each in variances.items() if each > 0.0}
