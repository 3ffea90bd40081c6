"""Making by its donor: what is own, collected, out of reach, stirred or counted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from make_plans import DOSE, PRODUCT, made

from exoheart.product import measured_sample
from exoheart.records.instrument import Capture, InstrumentReading
from exoheart.records.study import (
    Product,
)

PLASMA = Product("blood", "vesicles", "plasma", donor_species="pig")


def test_own_plasma_is_collected_from_every_animal() -> None:
    """However much one collection holds, six animals need six, and none is shared."""
    own = replace(PLASMA, donor_state={"autologous": True})
    small = replace(DOSE, value=1e3)
    shared, each = made(PLASMA, small), made(own, small)
    assert np.all(shared.amounts["collection"] == 1)
    assert np.all(each.amounts["collection"] == 6)
    # a dose that takes several rounds up for each animal
    many, big = (made(p, replace(DOSE, value=1e15)) for p in (PLASMA, own))
    assert np.all(big.amounts["collection"] >= many.amounts["collection"])
    assert np.all(big.amounts["collection"] % 6 == 0)


def test_what_is_collected_is_not_said_to_grow() -> None:
    """No culture, no growth, no start of its own in what is said of own plasma."""
    own = made(replace(PLASMA, donor_state={"autologous": True}))
    said = " ".join(
        (
            *own.sentences,
            own.timing.instead,
            *(n for n in own.notes if "nothing is grown" not in n),
            *(way.sentence for way in own.sourcing),
        )
    ).replace("nothing is grown", "")
    for word in ("growth", "grown", "culture", "start of its own", "cells"):
        assert word not in said


def test_a_collection_of_another_species_is_said_to_be_of_another_size() -> None:
    """The tables' collection is a human's plasma and a rat's heart."""
    heart = replace(PLASMA, donor="perfused-heart")
    for product, whose in ((PLASMA, "human"), (heart, "rat")):
        told = [n for n in made(product).notes if "another size" in n]
        assert len(told) == 1
        assert whose in told[0]
        assert "donor.collected." in told[0]
        same = made(replace(product, donor_species=whose))
        assert not any("another size" in note for note in same.notes)


def test_cells_that_cannot_be_made_are_not_in_time() -> None:
    """Dendritic cells hardly divide: possible 0 %, and the doublings are the reason."""
    plan = made(replace(PRODUCT, donor="dendritic"), replace(DOSE, value=1e12))
    assert plan.timing.in_time == np.mean(plan.within_reach) == 0.0
    assert "cannot be made" in plan.timing.sentence
    assert "doublings needed" in plan.timing.sentence
    for way in plan.sourcing:
        assert way.in_time == 0.0
        assert way.lead is None
        assert way.sentence.startswith("Cannot be made")


def test_the_share_in_time_counts_the_draws_that_can_be_made() -> None:
    """Between all and none: the share within reach, said with the doublings."""
    plan = made(replace(PRODUCT, donor="B-cell"), replace(DOSE, value=1e11))
    share = plan.within_reach.mean()
    assert 0.05 < share < 0.95
    assert plan.timing.in_time == share
    assert "doublings needed" in plan.timing.sentence


@pytest.mark.parametrize("passage", [15, 50])
def test_old_cells_fail_by_reach_and_not_by_absurd_days(passage: int) -> None:
    """Ten passages use up the limit; what is asked beyond takes at most 6.4 times."""
    young = made(replace(PRODUCT, donor="MSC"))
    old = made(replace(PRODUCT, donor="MSC", donor_state={"passage": passage}))
    assert not old.within_reach.any()
    assert "cannot be made" in old.timing.sentence
    # 9 / 0.8 is the widest fall of doublings per passage that the tables allow
    ratio = old.quantity("culture").high / young.quantity("culture").high
    assert 1.0 < ratio < 9 / 0.8
    # a bank of fresh cells is the way out
    bank = {way.way: way for way in old.sourcing}["iPSC bank"]
    assert bank.in_time == pytest.approx(young.within_reach.mean())


def test_a_stirred_tank_saves_as_much_medium_as_its_concentration_rises() -> None:
    """The rate per cell rises 20 fold, the concentration 3 fold: a third of the medium.

    Each of the two rows is a median of its own, so that 2 to 5 is the same thing.
    """
    flat, tank = made(PRODUCT), made(replace(PRODUCT, conditioning=("stirred tank",)))
    saved = (
        flat.quantity("conditioned medium").median
        / tank.quantity("conditioned medium").median
    )
    fewer = flat.quantity("donor cells").median / tank.quantity("donor cells").median
    assert fewer > 10
    assert 2 < saved < 5


def test_a_counted_vial_is_one_for_each_dose() -> None:
    """What the user's vials hold is not asked for, so no content is assumed."""
    captures = tuple(Capture(str(each), 1e9, 120.0) for each in range(3))
    reading = InstrumentReading(
        "a.csv",
        "NanoSight NTA 3.2",
        captures,
        np.array([110.0, 130.0]),
        np.full((3, 2), 5e8),
        None,
        False,
    )
    sample = measured_sample(reading, dilution=100.0)
    plan = made(replace(PRODUCT, measured=sample), replace(DOSE, value=1e13))
    assert plan.quantity("vials").low == plan.quantity("vials").high == 6
    assert any("one vial for each dose" in note for note in plan.notes)


def test_one_of_a_thing_is_in_the_singular() -> None:
    """One batch and one collection; never 1 batches."""
    small = made(PRODUCT, replace(DOSE, value=1e6))
    assert "1 batch (" in small.sentences[0]
    assert "1 collection (" in made(PLASMA, replace(DOSE, value=1e3)).sentences[0]
