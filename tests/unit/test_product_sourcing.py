"""Sourcing: whose cells can be ready when the dose is due, and what is said of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from exoheart.donor import secretion
from exoheart.donor.table import shipped_donors
from exoheart.engine.streams import uniforms
from exoheart.evidence.priors import resolve
from exoheart.evidence.tables import load_parameters
from exoheart.product import Bench, make_plan, supply
from exoheart.product.timing import NEVER_OWN
from exoheart.records.making import ProductMake, Sourcing
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
DAY = 24.0
OWN = Product(
    "own",
    "vesicles",
    "CDC",
    donor_species="pig",
    donor_state={"autologous": True},
    isolation=("ultrafiltration",),
)
PATIENT = replace(OWN, donor_species="human")
ROWS = [r for r in load_parameters() if r.id.startswith(("donor.", "product."))]
PRIORS = resolve(ROWS, "pig")


def draws(layer: str, name: str) -> FloatArray:
    return uniforms(31, layer, name, 0, OUTER)


def made(
    product: Product, hours: float, times: int = 1, n: int = 6, species: str = "pig"
) -> ProductMake:
    dose = Dose("1e11 particles", 1e11, "particles")
    arm = Arm(
        "treated",
        control=False,
        n=n,
        route="intramyocardial",
        product=product.name,
        dose=dose,
        at=Moment("then", hours, "reperfusion"),
        times=times,
    )
    study = Study(
        title="t",
        animal=Animal(species, "female", 30.0, Infarct("ischaemia-reperfusion", 1.5)),
        products={product.name: product},
        arms=(Arm("vehicle", control=True, n=6), arm),
        endpoints=(),
        design=Design(),
    )
    bench = Bench(PRIORS, draws, 30.0, 150.0)
    source = supply(product, secretion(product, PRIORS, draws), PRIORS, draws)
    return make_plan(study, {product.name: source}, bench).products[product.name]


def way(plan: ProductMake, name: str) -> Sourcing:
    return {each.way: each for each in plan.sourcing}[name]


def test_own_cells_cannot_serve_the_acute_infarct_and_the_earliest_day_is_said() -> (
    None
):
    """Own CDC take 45 to 90 days (NatRevCardiol2012); 30 minutes is too soon."""
    plan = made(PATIENT, 0.5, species="human")
    timing = plan.timing
    assert timing.in_time == 0.0
    assert "the delay reached in patients" in timing.sentence
    assert timing.earliest is not None
    assert 45 <= timing.earliest.low < timing.earliest.high <= 90
    assert "cannot exist in time for this indication" in timing.sentence
    assert f"from day {timing.earliest.low:.0f} on" in timing.sentence
    assert "stock" in timing.instead
    assert "iPSC" in timing.instead


def test_the_same_product_exists_in_time_months_later() -> None:
    """From day 90 on it is ready in every draw, and nothing is put in its place."""
    late = made(PATIENT, 91 * DAY, species="human").timing
    assert late.in_time == 1.0
    assert late.instead == ""
    assert "cannot" not in late.sentence


def test_time_in_share_grows_with_the_day_of_the_dose() -> None:
    """A later dose is never harder to be in time for."""
    shares = [
        made(PATIENT, day * DAY, species="human").timing.in_time
        for day in (1, 50, 60, 75, 95)
    ]
    assert shares == sorted(shares)
    assert 0 < shares[2] < 1


def test_the_delay_of_patients_is_not_that_of_pigs() -> None:
    """Own CDC of a pig take the sum of their steps, and the sentence says so."""
    pig = made(OWN, 0.5).timing
    assert pig.earliest is not None
    assert not 45 <= pig.earliest.low < pig.earliest.high <= 90
    assert "collection, culture and release tests" in pig.sentence
    assert "the delay of patients is not taken over for a pig" in pig.sentence
    assert "patients" not in made(replace(OWN, donor="MSC"), 0.5).timing.sentence


def test_every_way_is_set_beside_the_planned_one() -> None:
    """Stock and an iPSC bank wait for the infarct; own cells come after it."""
    plan = made(replace(OWN, donor_state={}), 0.5)
    assert [each.way for each in plan.sourcing] == [
        "own cells",
        "other donors",
        "iPSC bank",
    ]
    assert [each.planned for each in plan.sourcing] == [False, True, False]
    assert [each.in_time for each in plan.sourcing] == [0.0, 1.0, 1.0]
    own, stock, bank = plan.sourcing
    assert own.ready is not None
    assert stock.ready is None
    assert bank.lead is not None
    assert stock.lead is not None
    assert bank.lead.median > stock.lead.median


def test_own_timing_and_own_way_are_the_same_number() -> None:
    """The planned product's day is that of its way."""
    plan = made(OWN, 60 * DAY)
    own = way(plan, "own cells")
    assert own.planned
    assert own.in_time == plan.timing.in_time
    assert own.ready is not None
    assert plan.timing.earliest is not None
    assert own.ready.median == plan.timing.earliest.median


def test_that_ill_donors_fail_more_often_is_said_to_be_unknown() -> None:
    """8 of 11 is of healthy donors; no number is made up for others."""
    plan = made(OWN, 0.5)
    words = way(plan, "own cells").sentence
    assert "8 of 11" in words
    assert "isn't known" in words
    assert any("8 of 11" in note for note in plan.notes)
    old = replace(OWN, donor_state={"age": 70.0})
    assert any("8 of 11" in note for note in made(old, 0.5).notes)
    assert not any("8 of 11" in n for n in made(replace(old, donor_state={}), 1).notes)


def test_the_table_and_the_plan_agree_on_who_can_be_own() -> None:
    """One column says it for both; cells made from own iPSC are own."""
    table = shipped_donors()
    assert {name for name, one in table.items() if not one.autologous} == set(NEVER_OWN)
    assert set(NEVER_OWN) == {"HEK293", "ESC", "MSC-UC", "perfused-heart"}
    assert all(table[name].never_own == why for name, why in NEVER_OWN.items())


@pytest.mark.parametrize("donor", ["HEK293", "ESC", "MSC-UC"])
def test_some_donors_are_nobodys_own(donor: str) -> None:
    """However late the dose, there is no own product of them."""
    plan = made(replace(OWN, donor=donor), 400 * DAY)
    assert plan.timing.in_time == 0.0
    assert plan.timing.earliest is None
    assert "at no time" in plan.timing.sentence
    assert way(plan, "own cells").ready is None


def test_own_pluripotent_cells_must_first_be_made() -> None:
    """Reprogramming comes on top of collection, culture and tests (at least 60 d)."""
    plain, made_first = (
        made(replace(OWN, donor=donor), 0.5).timing.earliest
        for donor in ("MSC", "iPSC-MSC")
    )
    assert plain is not None
    assert made_first is not None
    assert made_first.low > plain.low + 30
    # the time to make it holds the reprogramming too: ready is later by the collection
    own = way(made(replace(OWN, donor="iPSC-MSC"), 0.5), "own cells")
    assert own.lead is not None
    assert own.ready is not None
    assert 0 < own.ready.median - own.lead.median < 14
    grown = made(replace(OWN, donor="MSC"), 0.5).quantity("culture")
    assert plain.median > grown.median


def test_each_animal_of_an_own_product_starts_for_itself() -> None:
    """More animals need more cells and batches, not longer cultures."""
    few, many = (made(replace(OWN, donor="MSC"), 0.5, n=n) for n in (3, 12))
    assert few.quantity("culture").median == many.quantity("culture").median
    assert many.quantity("donor cells").median == pytest.approx(
        4 * few.quantity("donor cells").median, rel=1e-12
    )
    assert many.quantity("batches").low >= 12
    assert np.all(many.amounts["donor"] == 12)
    # a stock grows from one start, so more animals take longer
    stock = replace(OWN, donor="MSC", donor_state={})
    short, long = (made(stock, 0.5, n=n).quantity("culture") for n in (3, 300))
    assert long.median > short.median
