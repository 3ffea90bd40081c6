"""Alternatives of a plan: every route that takes the product, with its defaults."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from exoheart import delivery
from exoheart.planning.alternatives import alternatives
from exoheart.planning.variants import SOURCES, of_donor
from exoheart.prediction import simulate
from exoheart.records.study import BASES, Dose, Product
from exoheart.study import load_study

EXAMPLE = Path(__file__).parents[2] / "examples" / "pig_reperfused_infarct.toml"
DOSES = {
    "vesicles": Dose("7.5 mg protein", 7500.0, "protein"),
    "conditioned medium": Dose("7.5 mg protein", 7500.0, "protein"),
    "cells": Dose("5e7 donor cells", 5e7, "donor cells"),
    "RNA": Dose("1 mg RNA", 1000.0, "RNA"),
}


def predicted(form, **delivery_keys):
    """Predict the example's injected arm with a product of another form, 2 draws."""
    study = load_study(EXAMPLE)
    arms = [arm for arm in study.arms if "IM" in arm.name]
    arms = [
        arm
        if arm.control
        else replace(arm, dose=DOSES[form], delivery={**arm.delivery, **delivery_keys})
        for arm in arms
    ]
    products = {
        name: replace(one, form=form, isolation=())
        for name, one in study.products.items()
    }
    return simulate(replace(study, arms=tuple(arms), products=products), members=16)


@pytest.mark.parametrize("form", BASES)
def test_every_route_that_takes_the_form_is_compared_at_three_doses(form):
    rows = alternatives(predicted(form), quick=False, workers=1)["rows"]
    takes = [name for name, one in delivery.routes().items() if form in one.forms]
    crossed = [row["route"] for row in rows if row["varied"] == "route and dose"]
    assert sorted(crossed) == sorted(3 * takes)
    assert ("inhaled" in takes) == (form != "cells")
    assert all(row["median"] is not None for row in rows)


def test_another_route_starts_from_its_defaults_and_keeps_the_ligand(monkeypatch):
    given = []

    def seen(setting, plans, **how):
        given.extend(plans[1:])
        raise StopIteration

    monkeypatch.setattr("exoheart.planning.alternatives.predict_arms", seen)
    ligand = "ischaemic heart peptide"
    prediction = predicted("vesicles", ligand=ligand, sites=10, volume=2.0)
    with pytest.raises(StopIteration):
        alternatives(prediction, quick=False, workers=1)
    for plan in given:
        assert plan.delivery["ligand"] == ligand
        assert plan.over_h == 0.0
        own = plan.route == "intramyocardial"
        assert ("sites" in plan.delivery) == ("volume" in plan.delivery) == own


def test_other_sources_and_a_later_dose_are_compared_with_the_planned_one():
    """One row for each other source and each delay before the endpoint is read."""
    rows = alternatives(predicted("vesicles"), quick=False, workers=1)["rows"]
    sources = {row["source"] for row in rows if row["varied"] == "source"}
    assert sources == set(SOURCES) - {"CDC"}
    later = [row["at"] for row in rows if row["varied"] == "time"]
    # infarct size is read 48 h after reperfusion: a week later is too late
    assert later == ["a day later"]


def test_rna_has_no_other_source():
    """RNA comes of no cell."""
    rows = alternatives(predicted("RNA"), quick=False, workers=1)["rows"]
    assert all(row["varied"] != "source" for row in rows)


def test_a_change_that_does_not_suit_another_donor_is_left_out():
    """Every source that is compared can be made."""
    product = Product(
        "p",
        "vesicles",
        "CDC",
        conditioning=("spheroid",),
        engineering=("miR-146a knock-out",),
        donor_state={"autologous": True},
    )
    other, left_out = of_donor(product, "MSC")
    assert (other.donor, other.conditioning) == ("MSC", ("spheroid",))
    assert other.engineering == ()
    assert left_out == ("miR-146a knock-out",)
    assert other.donor_state == {"autologous": True}
    assert of_donor(product, "ESC")[0].donor_state == {}
