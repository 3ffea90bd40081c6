"""Age, illness, passage, senescence, medium: nothing unless stated, then as said."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from exoheart.donor import secretion
from exoheart.engine.streams import uniforms
from exoheart.evidence import load_parameters, resolve
from exoheart.product.vessels import passages_taken
from exoheart.records.product import SIGNALS, FloatArray, Secretion
from exoheart.records.study import Product

OUTER = 512
PRODUCT = Product("p", "vesicles", "MSC", isolation=("ultrafiltration",))
ROWS = [r for r in load_parameters() if r.id.startswith(("donor.", "product."))]
PRIORS = resolve(ROWS, "human")


class Recorded:
    """Draws that remember what was asked for."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def __call__(self, layer: str, name: str) -> FloatArray:
        self.names.append(name)
        return uniforms(11, layer, name, 0, OUTER)


def made(donor: str = "MSC", medium: str = "serum-free", **state: object) -> Secretion:
    product = replace(PRODUCT, donor=donor, medium=medium, donor_state=state)  # type: ignore[arg-type]
    return secretion(product, PRIORS, Recorded())


def test_what_is_not_stated_draws_nothing_and_changes_nothing():
    """A plain product asks for the rows it asked for before, and no other."""
    recorded = Recorded()
    out = secretion(PRODUCT, PRIORS, recorded)
    assert {name.partition("/")[0] for name in recorded.names} == {
        "donor.secretion_rate.MSC",
        "donor.lot_yield",
        "donor.exosome_share",
        "donor.diameter",
        "donor.cargo_copies.MSC",
        "donor.protein_mass",
        *(f"donor.share_{signal}.MSC" for signal in SIGNALS),
    }
    assert (out.growth_fold, out.doublings_used, out.background) == (None, None, None)
    assert (out.kept, out.drug_per_vesicle, out.per_collection) == (None, None, None)
    assert out.factors == ()
    assert out.unused == ()


def test_age_counts_only_above_the_reference_and_more_with_every_decade():
    plain, young, old, older = made(), made(age=15), made(age=60), made(age=90)
    assert np.array_equal(plain.vesicles_per_cell_day, young.vesicles_per_cell_day)
    assert np.array_equal(young.growth_fold, np.ones(OUTER))
    ratio = old.vesicles_per_cell_day / plain.vesicles_per_cell_day
    further = older.vesicles_per_cell_day / plain.vesicles_per_cell_day
    # every draw keeps its own fold a decade, so direction is one in each draw
    assert np.all((further - ratio) * (ratio - 1.0) >= 0.0)
    assert np.mean(ratio > 1.0) > 0.05  # both directions stay open
    assert np.median(old.growth_fold) > 1.0


def test_illness_lowers_yield_in_most_draws_and_is_in_explant_cells_already():
    ratio = made(disease="cardiovascular").vesicles_per_cell_day / (
        made().vesicles_per_cell_day
    )
    assert 0.6 < np.median(ratio) < 0.8
    assert np.mean(ratio > 1.0) > 0.05
    ill = made("explant", disease="cardiovascular")
    same = made("explant")
    assert np.array_equal(ill.vesicles_per_cell_day, same.vesicles_per_cell_day)
    assert ill.unused == ("product.p.donor_state.disease",)
    assert made(disease="none").factors == ()


def test_doublings_of_ten_passages_add_up_to_the_limit_of_marrow_cells():
    """7.7 falling evenly to 1.2 gives 36 in ten passages; 38 +- 4 are published."""
    used = made(passage=11).doublings_used
    assert used is not None
    assert 33.0 < np.median(used) < 39.0


def test_the_first_culture_has_nothing_behind_it_and_later_ones_have():
    """The passage hands over doublings alone; the make plan slows cells by them."""
    first, fifth = made(passage=1), made(passage=5)
    assert np.array_equal(first.doublings_used, np.zeros(OUTER))
    assert first.growth_fold is None
    assert fifth.growth_fold is None
    assert np.all(fifth.doublings_used > first.doublings_used)
    assert np.array_equal(fifth.vesicles_per_cell_day, made().vesicles_per_cell_day)


@pytest.mark.parametrize("passage", [1, 2, 5, 10, 50])
def test_passages_behind_the_cells_are_those_of_the_make_plan(passage):
    """One rule of ageing, read both ways: p - 1 passages give what takes p - 1."""
    used = made(passage=passage).doublings_used
    limit, first, last = (
        PRIORS[f"product.{name}"].distribution.quantile(
            uniforms(11, "parameter", f"product.{name}", 0, OUTER)
        )
        for name in (
            *("max_doublings.MSC", "doublings_per_passage.first"),
            "doublings_per_passage.last",
        )
    )
    taken = passages_taken(used, np.zeros(OUTER), limit, first, last)
    assert taken == pytest.approx(np.full(OUTER, passage - 1), rel=1e-9, abs=1e-9)


def test_from_the_fifteenth_passage_on_nothing_is_left():
    """Some eleven passages use up what marrow cells have, whatever the draw."""
    limit = PRIORS["product.max_doublings.MSC"].distribution.quantile(
        uniforms(11, "parameter", "product.max_doublings.MSC", 0, OUTER)
    )
    left = limit - made(passage=15).doublings_used
    assert np.mean(left > 0) < 0.05


@pytest.mark.parametrize("donor", ["iPSC", "HEK293", "dendritic", "plasma"])
def test_passages_of_lines_and_blood_are_reported_as_unused(donor):
    out = made(donor, passage=5)
    assert out.unused == ("product.p.donor_state.passage",)
    assert out.doublings_used is None


def test_senescent_cells_mix_in_by_their_share():
    """No senescent cell changes nothing; half of them need log2(3) doublings."""
    none, half = made(senescent=0.0), made(senescent=0.5)
    assert none.vesicles_per_cell_day == pytest.approx(made().vesicles_per_cell_day)
    assert none.growth_fold == pytest.approx(np.ones(OUTER), rel=1e-12)
    assert half.growth_fold == pytest.approx(np.full(OUTER, np.log2(3.0)), rel=1e-12)
    for signal in SIGNALS:
        assert np.all(half.shares[signal] <= made().shares[signal])


def test_medium_adds_particles_that_more_vesicles_outweigh():
    """Serum brings more than depleted serum; a higher rate lowers the ratio."""
    assert made(medium="serum-free").background is None
    serum, depleted = made(medium="serum"), made(medium="depleted serum")
    assert np.median(serum.background) > 3 * np.median(depleted.background)
    hypoxic = secretion(
        replace(PRODUCT, medium="serum", conditioning=("hypoxia 5%",)),
        PRIORS,
        Recorded(),
    )
    fold = hypoxic.vesicles_per_cell_day / serum.vesicles_per_cell_day
    assert hypoxic.background == pytest.approx(serum.background / fold, rel=1e-12)
    assert made("plasma", medium="serum").unused == ("product.p.medium",)


def test_the_medium_of_a_stirred_tank_goes_by_its_own_cells():
    """Twenty times the rate in a seventh of the cells per mL: three times fewer."""
    flat, tank = (
        secretion(
            replace(PRODUCT, medium="serum", conditioning=conditioning),
            PRIORS,
            Recorded(),
        ).background
        for conditioning in ((), ("stirred tank",))
    )
    # both medians rest on 256 draws spread over a factor of ten
    assert np.median(flat) / np.median(tank) == pytest.approx(3.0, rel=0.5)


@pytest.mark.parametrize("donor", ["HEK293", "ESC", "MSC-UC"])
def test_lines_and_newborn_cells_carry_no_age_and_no_illness(donor):
    """Both keys change nothing, and are said to."""
    out = made(donor, age=70, disease="diabetes")
    assert out.unused == ("product.p.donor_state.age", "product.p.donor_state.disease")
    assert np.array_equal(out.vesicles_per_cell_day, made(donor).vesicles_per_cell_day)
