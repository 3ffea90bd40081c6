"""What one dose brings, form by form."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from exoheart.donor import secretion
from exoheart.engine.streams import uniforms
from exoheart.errors import InputError
from exoheart.evidence.priors import resolve
from exoheart.evidence.tables import load_parameters
from exoheart.product import dose_particles, given_dose, supply
from exoheart.records.product import FloatArray, Supply
from exoheart.records.study import BASES, Dose, Product, Storage

OUTER = 32
CELLS = Product("c", "cells", "CDC")
RNA = Product("r", "RNA", "CDC")
PRIORS = resolve(
    [r for r in load_parameters() if r.id.startswith(("donor.", "product."))], "pig"
)
DOSES = {
    "particles": Dose("2e9 particles", 2e9, "particles"),
    "protein": Dose("1 mg protein", 1000.0, "protein"),
    "donor cells": Dose("1e6 donor cells", 1e6, "donor cells"),
    "RNA": Dose("50 ug RNA", 50.0, "RNA"),
}


def draws(layer: str, name: str) -> FloatArray:
    return uniforms(7, layer, name, 0, OUTER)


def supply_of(product: Product) -> Supply:
    return supply(product, secretion(product, PRIORS, draws), PRIORS, draws)


@pytest.mark.parametrize("form", ["vesicles", "conditioned medium"])
def test_forms_with_vesicles_go_through_their_ledger(form: str) -> None:
    """The same numbers as the ledger gives; no cells and no RNA on their own."""
    source = supply_of(Product("v", form, "CDC"))  # type: ignore[arg-type]
    assert source.ledger is not None
    dose = DOSES["protein"]
    given = given_dose(dose, source, None, None)
    through = dose_particles(dose, source.ledger, None, None)
    assert np.array_equal(given.giga, through.giga)
    assert np.array_equal(given.soluble_ug, through.soluble_ug)
    assert np.all(given.giga > 0)
    assert not given.cells_giga.any()
    assert not given.rna_ug.any()


def test_cells_are_given_as_counted_and_bring_no_vesicles() -> None:
    """3e6 cells per kg in 30 kg are 0.09 billion; vesicles come later, from them."""
    dose = Dose("3e6 donor cells per kg", 3e6, "donor cells", "kg")
    given = given_dose(dose, supply_of(CELLS), 30.0, None)
    np.testing.assert_allclose(given.cells_giga, np.full(OUTER, 0.09), rtol=1e-12)
    for nothing in (given.giga, given.made_giga, given.soluble_ug, given.rna_ug):
        assert nothing.shape == (OUTER,)
        assert not nothing.any()


def test_rna_is_given_as_weighed() -> None:
    """50 ug per g heart in a heart of 2 g are 100 ug."""
    dose = Dose("50 ug RNA per g heart", 50.0, "RNA", "g heart")
    given = given_dose(dose, supply_of(RNA), None, np.full(OUTER, 2.0))
    np.testing.assert_allclose(given.rna_ug, np.full(OUTER, 100.0), rtol=1e-12)
    for nothing in (given.giga, given.cells_giga, given.soluble_ug):
        assert not nothing.any()


@pytest.mark.parametrize("form", list(BASES))
@pytest.mark.parametrize("basis", list(DOSES))
def test_a_form_takes_its_own_bases_only(form: str, basis: str) -> None:
    """Any other is refused with those that are allowed."""
    source = supply_of(Product("x", form, "CDC"))  # type: ignore[arg-type]
    if basis in BASES[form]:  # type: ignore[index]
        assert given_dose(DOSES[basis], source, None, None).giga.shape == (OUTER,)
        return
    with pytest.raises(InputError, match=f"allowed for {form}"):
        given_dose(DOSES[basis], source, None, None)


@pytest.mark.parametrize(("product", "word"), [(CELLS, "donor cells"), (RNA, "RNA")])
def test_storage_takes_nothing_off_cells_and_rna_and_a_note_says_so(
    product: Product, word: str
) -> None:
    """A month on the bench would leave no vesicle whole."""
    stored = replace(product, storage=Storage(25.0, 720.0, 3))
    one, two = (
        given_dose(DOSES[word], supply_of(p), None, None) for p in (product, stored)
    )
    assert np.array_equal(one.cells_giga, two.cells_giga)
    assert np.array_equal(one.rna_ug, two.rna_ug)
    assert any("storage" in note for note in supply_of(product).notes)


def test_what_cells_do_not_do_here_is_said() -> None:
    assert any("soluble factors" in note for note in supply_of(CELLS).notes)


@pytest.mark.parametrize("product", [CELLS, RNA])
def test_no_dose_is_nothing(product: Product) -> None:
    given = given_dose(None, supply_of(product), 30.0, 100.0)
    assert not given.cells_giga.any()
    assert not given.rna_ug.any()
