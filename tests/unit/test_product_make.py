"""Making: plans that scale, cells and collections, time, release and class."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from make_plans import BENCH, DOSE, OUTER, OWN, PRIORS, PRODUCT, draws, made, study_of

from exoheart.donor import secretion
from exoheart.errors import DataError, InputError
from exoheart.product import (
    classify,
    make_plan,
    shipped_rules,
    supply,
)
from exoheart.product.regulation import read_rules
from exoheart.product.vessels import passages_taken
from exoheart.records.distribution import Distribution
from exoheart.records.making import ProductMake
from exoheart.records.prior import Priors
from exoheart.records.product import Factor, Secretion, summarise
from exoheart.records.study import (
    Dose,
    Product,
)


def _fixed(value: float) -> Distribution:
    return Distribution("fixed", (value,))


def test_twice_the_dose_needs_twice_the_cells_and_medium() -> None:
    """Cells, litres and vesicles are proportional to the dose in every quantile."""
    once, twice = made(PRODUCT), made(PRODUCT, replace(DOSE, value=2e11))
    for name in ("vesicles", "donor cells", "conditioned medium"):
        assert twice.quantity(name).median == pytest.approx(
            2 * once.quantity(name).median, rel=1e-12
        )
    assert twice.quantity("vials").median >= once.quantity("vials").median


def test_cells_made_cover_the_doses_given() -> None:
    """Cells times yield, harvests and release, less overage, is what the arms get."""
    plan = made(PRODUCT, Dose("1e6 donor cells", 1e6, "donor cells"))
    harvests = np.round(
        PRIORS["product.harvests"].distribution.quantile(
            draws("parameter", "product.harvests")
        )
    )
    release, overage = (
        PRIORS[name].distribution.quantile(draws("parameter", name))
        for name in ("product.release_share", "product.overage")
    )
    expected = 6 * 1e6 * overage / (harvests * release)
    median = summarise("donor cells", "1", expected).median
    assert plan.quantity("donor cells").median == pytest.approx(median, rel=1e-12)


@settings(max_examples=30, deadline=None)
@given(st.floats(1e6, 1e18), st.floats(1.0, 100.0))
def test_more_doses_never_need_fewer_of_anything(particles: float, fold: float) -> None:
    """Cells, medium, vessels, passages, days, batches and vials only grow."""
    dose = replace(DOSE, value=particles)
    less, more = (
        made(PRODUCT, dose),
        made(PRODUCT, replace(dose, value=particles * fold)),
    )
    for quantity in less.quantities:
        if quantity.name == "vessels" and less.vessel != more.vessel:
            continue  # one of ten layers holds as much as 36 flasks
        assert more.quantity(quantity.name).median >= quantity.median * (1 - 1e-12)
    assert np.all(more.within_reach <= less.within_reach)


@settings(max_examples=30, deadline=None)
@given(st.floats(1e3, 1e20))
def test_twice_the_dose_takes_twice_the_vesicles(particles: float) -> None:
    """In the median and at both ends."""
    one, two = (
        made(PRODUCT, replace(DOSE, value=factor * particles)).quantity("vesicles")
        for factor in (1.0, 2.0)
    )
    for end in ("low", "median", "high"):
        assert getattr(two, end) == pytest.approx(2 * getattr(one, end), rel=1e-12)


def test_a_donors_past_counts_against_its_doublings_and_slows_it() -> None:
    """Doublings behind the cells bring the limit nearer; a slow donor takes longer."""

    def of(released: Secretion) -> ProductMake:
        source = supply(PRODUCT, released, PRIORS, draws)
        return make_plan(study_of(PRODUCT), {"p": source}, BENCH).products["p"]

    fresh = secretion(PRODUCT, PRIORS, draws)
    plain = of(fresh)
    aged = of(replace(fresh, doublings_used=np.full(OUTER, 32.0)))
    slow = of(replace(fresh, growth_fold=np.full(OUTER, 2.0)))
    assert plain.within_reach.mean() > aged.within_reach.mean()
    assert aged.quantity("passages").median > plain.quantity("passages").median
    assert "32 already behind them" in aged.sentences[1]
    assert slow.quantity("culture").median > plain.quantity("culture").median
    assert slow.quantity("doublings") == plain.quantity("doublings")


def test_a_donor_that_is_not_grown_is_collected() -> None:
    """Vesicles over what one collection gives and the share that can be released."""
    fresh = secretion(PRODUCT, PRIORS, draws)
    each = np.full(OUTER, 1e13)
    plasma = replace(fresh, donor="plasma", per_collection=each)
    source = supply(PRODUCT, plasma, PRIORS, draws)
    assert source.ledger is not None
    plan = make_plan(study_of(PRODUCT), {"p": source}, BENCH).products["p"]
    names = {quantity.name for quantity in plan.quantities}
    assert not names & {"donor cells", "passages", "vessels", "culture"}
    released = PRIORS["product.release_share"].distribution.quantile(
        draws("parameter", "product.release_share")
    )
    overage = PRIORS["product.overage"].distribution.quantile(
        draws("parameter", "product.overage")
    )
    vesicles = 6 * 1e11 / source.ledger.count_ratio * overage
    wanted = np.ceil(vesicles / (each * source.ledger.recovery * released))
    assert plan.quantity("collections").median == np.median(wanted)
    assert np.array_equal(plan.amounts["collection"], wanted)
    assert "nothing is grown" in plan.sentences[0]
    assert len(plan.sentences) == 2


def test_what_is_loaded_is_counted_back() -> None:
    """1000 molecules in each vesicle: vesicles x 1000 over Avogadro's number."""
    fresh = secretion(PRODUCT, PRIORS, draws)
    copies = Factor("RNA loading", "copies", "row", fresh.copies_per_vesicle)
    loaded = replace(fresh, drug_per_vesicle=np.full(OUTER, 1000.0), factors=(copies,))
    source = supply(PRODUCT, loaded, PRIORS, draws)
    plan = make_plan(study_of(PRODUCT), {"p": source}, BENCH).products["p"]
    vesicles = plan.quantity("vesicles").median * 1e9
    drug = plan.quantity("drug in vesicles")
    assert drug.unit == "umol"
    assert drug.median == pytest.approx(vesicles * 1000 / 6.02214076e17, rel=1e-12)
    assert plan.quantity("RNA in vesicles").unit == "nmol"
    assert "drug in vesicles" not in {q.name for q in made(PRODUCT).quantities}


@pytest.mark.parametrize(
    ("conditioning", "particles", "vessel"),
    [
        ((), 1e8, "flasks"),
        ((), 1e13, "ten-layer vessels"),
        (("stirred tank",), 1e8, "bioreactor runs"),
    ],
)
def test_vessels_follow_the_culture_and_its_size(
    conditioning: tuple[str, ...], particles: float, vessel: str
) -> None:
    """Small cultures are flasks, large ones layers, stirred ones bioreactors.

    The reserve of vials is at least the least overage (1.1).
    """
    plan = made(
        replace(PRODUCT, conditioning=conditioning), replace(DOSE, value=particles)
    )
    assert plan.vessel == vessel
    assert plan.quantity("vessels").median >= 1.0
    areas = [one.median for one in plan.quantities if one.name == "growth area"]
    assert bool(areas) == (vessel != "bioreactor runs")
    assert plan.quantity("cells seeded").median <= plan.quantity("donor cells").median
    reserve = plan.quantity("vials with reserve")
    assert reserve.low >= 1.1 * plan.quantity("vials").low


def test_an_own_area_of_the_vessel_is_used() -> None:
    """Vessels of twice the area are half as many, to the next whole one."""
    row = "product.vessel_area.ten_layer"
    big = {**dict(PRIORS), row: replace(PRIORS[row], distribution=_fixed(12600.0))}
    bench = replace(BENCH, priors=Priors(big))
    source = supply(PRODUCT, secretion(PRODUCT, PRIORS, draws), PRIORS, draws)
    study = study_of(PRODUCT, replace(DOSE, value=1e14))
    plain, wide = (
        make_plan(study, {"p": source}, each).products["p"].amounts["vessel"]
        for each in (BENCH, bench)
    )
    assert np.all((wide == np.ceil(plain / 2)) | (wide == np.ceil((plain - 1) / 2)))


def test_an_absurd_dose_cannot_be_reached() -> None:
    """Cells that divide 38 times can't make 1e24 particles, and the plan says so."""
    plan = made(PRODUCT, replace(DOSE, value=1e26))
    assert not plan.within_reach.any()
    assert "cannot reach" in plan.sentences[1]


def test_stock_waits_and_own_cells_of_another_species_are_refused() -> None:
    """Human vesicles in a pig are xenogeneic stock; human own cells in it can't be."""
    assert made(PRODUCT).timing.kind == "xenogeneic stock"
    same = replace(PRODUCT, donor_species="pig")
    assert made(same).timing.kind == "allogeneic stock"
    with pytest.raises(InputError, match="autologous"):
        made(replace(OWN, donor_species="human"))


def test_products_that_nobody_is_given_are_left_out() -> None:
    """A zero dose makes no plan."""
    book = supply(PRODUCT, secretion(PRODUCT, PRIORS, draws), PRIORS, draws)
    for dose in (None, replace(DOSE, value=0.0)):
        assert not make_plan(study_of(PRODUCT, dose), {"p": book}, BENCH).products


CELLS = Product("c", "cells", "CDC")
RNA = Product("r", "RNA", "CDC")
MEDIUM = Product("m", "conditioned medium", "CDC")


def test_cells_are_grown_straight_without_conditioned_medium() -> None:
    """6 animals x 1e7 cells, with overage and failed lots, and not one litre."""
    plan = made(CELLS, Dose("1e7 donor cells", 1e7, "donor cells"))
    overage, release, start, limit, hours, first, last = (
        PRIORS[f"product.{name}"].distribution.quantile(
            draws("parameter", f"product.{name}")
        )
        for name in (
            *("overage", "release_share", "starting_cells"),
            *("max_doublings.CDC", "doubling_time.CDC"),
            *("doublings_per_passage.first", "doublings_per_passage.last"),
        )
    )
    cells = 6e7 * overage / release
    median = summarise("donor cells", "1", cells).median
    assert plan.quantity("donor cells").median == pytest.approx(median, rel=1e-12)
    doublings = np.log2(np.maximum(cells / start, 1.0))
    taken = passages_taken(doublings, 0.0 * doublings, limit, first, last)
    days = summarise("culture", "days", taken * first * hours / 24.0).median
    assert plan.quantity("culture").median == pytest.approx(days, rel=1e-12)
    # ageing in culture slows them, by less than the half in most draws
    slower = plan.quantity("culture").median / np.median(doublings * hours / 24.0)
    assert 1.0 < slower < 1.5
    assert np.array_equal(plan.within_reach, doublings <= limit)
    assert plan.quantity("vials").median == 6
    names = {quantity.name for quantity in plan.quantities}
    assert not names & {"conditioned medium", "vesicles", "RNA"}
    assert "conditioned medium" not in plan.sentences[0]


def test_rna_is_synthesised_without_cells() -> None:
    """6 x 50 ug with overage; in time, no culture, a vial a dose."""
    plan = made(RNA, Dose("50 ug RNA", 50.0, "RNA"))
    rna = plan.quantity("RNA")
    assert 300 * 1.1 <= rna.low <= rna.high <= 300 * 1.5  # bounds of the overage
    assert plan.quantity("vials").median == 6
    names = {quantity.name for quantity in plan.quantities}
    assert names == {"RNA", "vials", "vials with reserve"}
    assert plan.timing.kind == "synthesised"
    assert plan.timing.in_time == 1.0
    assert "donor cells" not in plan.sentences[0]
    assert plan.within_reach.all()


def test_conditioned_medium_needs_fewer_cells_than_what_is_isolated_from_it() -> None:
    """At equal particles nothing is lost; a dose is one vial, whatever its volume."""
    medium, isolated = made(MEDIUM), made(PRODUCT)
    fewer = medium.quantity("donor cells").median
    assert fewer < isolated.quantity("donor cells").median
    assert medium.quantity("vials").median == 6
    assert medium.timing.kind == "xenogeneic stock"


def test_own_cells_keep_the_delay_seen_in_patients() -> None:
    own = replace(CELLS, donor_species="pig", donor_state={"autologous": True})
    plan = made(own, Dose("1e7 donor cells", 1e7, "donor cells"))
    assert plan.timing.in_time == 0.0


@pytest.mark.parametrize(
    ("product", "dose", "tested"),
    [
        (CELLS, Dose("1e7", 1e7, "donor cells"), "cell count and viability"),
        (RNA, Dose("5 ug", 5.0, "RNA"), "content"),
        (MEDIUM, DOSE, "soluble factors"),
    ],
)
def test_each_form_has_release_tests_of_its_own(
    product: Product, dose: Dose, tested: str
) -> None:
    table = {line.attribute: line for line in made(product, dose).release}
    assert {tested, "potency", "endotoxin"} <= set(table)
    assert all("not measured" in line.result for line in table.values())
    assert ("particle count" in table) == (product is MEDIUM)


def test_synthesised_rna_is_no_biological_and_the_us_rules_do_not_reach_it() -> None:
    """No rule is walked where none applies, and that isn't called checked."""
    rna, medium = (
        {where: classify(p, where, shipped_rules()) for where in ("EU", "US")}
        for p in (RNA, MEDIUM)
    )
    assert rna["EU"].outcome == "chemical or other medicinal product"
    assert rna["US"].outcome.startswith("not covered")
    assert not rna["US"].path
    assert not rna["US"].checked
    assert medium["EU"].outcome == "biological medicinal product, not an ATMP"


@pytest.mark.parametrize(
    ("product", "changes", "outcome"),
    [
        (PRODUCT, (), "biological medicinal product, not an ATMP"),
        (replace(PRODUCT, form="cells"), (), "somatic cell therapy"),
        (PRODUCT, ("cells modified",), "case by case"),
        (PRODUCT, ("RNA loaded",), "usually outside"),
    ],
)
def test_the_european_class_follows_form_and_changes(
    product: Product, changes: tuple[str, ...], outcome: str
) -> None:
    """Walking the rules ends in the class that the answers lead to."""
    found = classify(product, "EU", shipped_rules(), changes=frozenset(changes))
    assert found.outcome.startswith(outcome)
    assert found.path[0].rule == "EU01"


def test_rules_that_lead_nowhere_or_back_are_refused() -> None:
    """A table whose rule names a missing or earlier rule can't be walked."""
    row = {
        "rule": "A1",
        "jurisdiction": "A",
        "question_key": "treats_disease",
        "question": "?",
        "if_yes": "-> A9",
        "if_no": "-> A1",
        "instrument": "",
        "locator": "",
        "source": "",
        "verified": "no",
    }
    with pytest.raises(DataError, match="2 faults"):
        read_rules([row])
    with pytest.raises(InputError, match="EU, US"):
        classify(PRODUCT, "Mars", shipped_rules())
