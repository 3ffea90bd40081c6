"""Isolation: chains lose, purify and shift sizes as each of their steps does."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exoheart.donor import secretion, shipped_modifiers
from exoheart.engine.streams import uniforms
from exoheart.evidence.priors import resolve
from exoheart.evidence.tables import load_parameters
from exoheart.product import ledger
from exoheart.product.isolation import (
    STEPS,
    canonical_steps,
    isolation_steps,
    purity_method,
    recovery,
    size_fold,
)
from exoheart.records.product import FloatArray, draw
from exoheart.records.study import Product

OUTER = 64
ROWS = load_parameters()
PRIORS = resolve([r for r in ROWS if r.id.startswith(("donor.", "product."))], "pig")
FLOW = "tangential flow filtration"
CHAINS = st.lists(st.sampled_from(sorted(STEPS)), min_size=1, max_size=4).filter(
    lambda chain: chain.count(FLOW) <= 2
)


def draws(layer: str, name: str) -> FloatArray:
    return uniforms(17, layer, name, 0, OUTER)


@settings(max_examples=60, deadline=None)
@given(CHAINS)
def test_each_step_more_keeps_less_and_never_more_than_all(chain: list[str]) -> None:
    """In every draw the share left falls with each step and stays within (0, 1)."""
    left = np.ones(OUTER)
    for count in range(1, len(chain) + 1):
        kept = recovery(tuple(chain[:count]), PRIORS, draws)
        assert np.all((kept > 0) & (kept <= left))
        left = np.broadcast_to(kept, OUTER)


@settings(max_examples=60, deadline=None)
@given(CHAINS)
def test_the_order_of_steps_changes_neither_recovery_nor_size(chain: list[str]) -> None:
    """Both are products over the steps."""
    there, back = tuple(chain), tuple(reversed(chain))
    for of in (recovery, size_fold):
        np.testing.assert_allclose(
            of(there, PRIORS, draws), of(back, PRIORS, draws), rtol=1e-12
        )


def test_clumping_steps_enlarge_and_filters_shrink() -> None:
    """A pellet never looks smaller, what a filter or a column leaves never larger."""
    for step in ("ultracentrifugation", "precipitation"):
        assert np.all(size_fold((step,), PRIORS, draws) >= 1.0)
    for step in ("size exclusion", "sterile filtration"):
        assert np.all(size_fold((step,), PRIORS, draws) <= 1.0)
    for step in ("ultrafiltration", FLOW, "density gradient"):
        assert np.array_equal(size_fold((step,), PRIORS, draws), np.ones(1))


def test_the_vial_holds_the_size_that_its_steps_leave() -> None:
    """The ledger's diameter is the donor's times the fold of the chain."""
    product = Product("p", "vesicles", "CDC", isolation=("UC", "0.22 um filtration"))
    released = secretion(product, PRIORS, draws)
    book = ledger(product, released, PRIORS, draws)
    fold = size_fold(canonical_steps(product.isolation), PRIORS, draws)
    np.testing.assert_allclose(book.diameter_nm, released.diameter_nm * fold)


@pytest.mark.parametrize(
    ("steps", "method"),
    [
        (("density gradient", "UC"), "density_gradient"),
        (("SEC", "UC", "UF"), "size_exclusion"),
        (("TFF", "SEC", "0.22 \N{MICRO SIGN}m filtration"), None),
        (("0.22 um filter",), "unstated"),
    ],
)
def test_protein_taken_out_does_not_come_back(
    steps: tuple[str, ...], method: str | None
) -> None:
    """A dirtier step after a clean one leaves the purity as it was."""
    wanted = method or "tangential_flow_size_exclusion"
    assert purity_method(canonical_steps(steps)) == wanted
    assert f"product.particles_per_ug.{wanted}" in PRIORS


def test_the_last_step_is_what_the_ledger_counts_with() -> None:
    """Share left and particles per microgram end at the ledger's own, draw by draw."""
    product = Product("p", "vesicles", "CDC", isolation=("TFF", "SEC"))
    released = secretion(product, PRIORS, draws)
    book = ledger(product, released, PRIORS, draws)
    lots = draw(PRIORS, draws, "product.lot_purity", lot="p/0")
    steps = canonical_steps(product.isolation)
    chain = isolation_steps(steps, released.protein_fg, lots, PRIORS, draws)
    assert [one.step for one in chain] == list(steps)
    np.testing.assert_allclose(chain[-1].kept, book.recovery, rtol=1e-12)
    np.testing.assert_allclose(chain[-1].giga_per_ug, book.giga_per_ug, rtol=1e-12)
    outside = (1.0 - book.purity) / book.giga_per_ug
    np.testing.assert_allclose(chain[-1].protein_ug_per_giga, outside, atol=1e-12)


def test_no_yield_measured_behind_a_filter_meets_a_recovery() -> None:
    """No conditioning rests on a row whose method or note names an isolation."""
    words = ("filtration", "27-fold", "tff", "ultracentrif")
    rows = {row.id: row for row in ROWS}
    used = [
        effect.row
        for one in shipped_modifiers().values()
        if one.group == "conditioning"
        for effect in one.effects
        if effect.row in rows
    ]
    assert used
    for name in used:
        text = f"{name} {rows[name].note}".lower()
        assert not any(word in text for word in words), name


def test_medium_keeps_the_donors_size() -> None:
    """Without a step nothing clumps and nothing is held back."""
    medium = replace(Product("m", "vesicles", "CDC"), form="conditioned medium")
    released = secretion(medium, PRIORS, draws)
    book = ledger(medium, released, PRIORS, draws)
    np.testing.assert_array_equal(book.diameter_nm, released.diameter_nm)
