"""``exoheart product make``: answer first, then what it rests on; prices are yours."""

from __future__ import annotations

import pytest
from cli_runner import DISCLAIMER, EXAMPLES, exoheart

from exoheart.planning.making import make_study
from exoheart.prediction import prepare
from exoheart.study import load_study

PIG = EXAMPLES / "pig_reperfused_infarct.toml"
THREE = ("pig_reperfused_infarct", "mouse_tail_vein", "pig_chronic_infarct")
FEW = ("--members", 64)
OWN = """schema = 1
[study]
title = "Own CDC vesicles in the pig"
[animal]
species = "pig"
sex = "female"
[animal.infarct]
model = "ischaemia-reperfusion"
occlusion = "90 min"
[product.own]
donor = "CDC"
donor_species = "pig"
donor_state = { autologous = true }
isolation = ["ultrafiltration"]
[[arm]]
name = "vehicle"
control = true
route = "intramyocardial"
at = "WHEN"
n = 6
[[arm]]
name = "own"
product = "own"
dose = "1e11 particles"
route = "intramyocardial"
at = "WHEN"
n = 6
[[endpoint]]
quantity = "ejection fraction"
at = "30 weeks after reperfusion"
method = "CMR"
"""


def own(folder, when):
    file = folder / "own.toml"
    file.write_text(OWN.replace("WHEN", when), "utf-8")
    return file


@pytest.fixture(scope="module")
def document():
    told = exoheart("product", "make", PIG, "--json", *FEW)
    assert told.code == 0
    return told.document


@pytest.mark.parametrize("name", THREE)
def test_every_example_is_answered_first_and_explained_after(name):
    told = exoheart("product", "make", EXAMPLES / f"{name}.toml", *FEW)
    assert told.code == 0
    assert "can exist in time" in told.out.splitlines()[0]
    order = [
        *("what it takes", "Isolation", "Notes", "Whose cells, and when"),
        *("Release checks", "Regulatory class", "immune system", DISCLAIMER),
    ]
    places = [told.out.index(words) for words in order]
    assert places == sorted(places)
    assert "Cost sheet" not in told.out


def test_an_own_product_for_the_acute_infarct_cannot_exist_in_time(tmp_path):
    """With the reason, the earliest day and what could be given instead."""
    told = exoheart("product", "make", own(tmp_path, "30 min after reperfusion"))
    answer = told.out.splitlines()[0]
    assert told.code == 0
    assert "own cannot exist in time for this indication" in answer
    assert "collection, culture and release tests follow the infarct" in answer
    assert "the delay of patients is not taken over for a pig" in answer
    assert "What could be given instead" in answer


def test_the_same_product_can_months_later(tmp_path):
    file = own(tmp_path, "24 weeks after reperfusion")
    told = exoheart("product", "make", file, "--json", *FEW)
    timing = told.document["timing"][0]
    assert timing["possible"] is True
    assert timing["in_time"] >= 0.95
    assert "cannot" not in told.document["sentences"][0]
    assert exoheart("product", "make", file, "--json", *FEW).out == told.out


def test_the_document_is_the_make_part_of_a_plan(document):
    """Same keys as plan.json's make part, and the numbers that plan would give."""
    keys = {
        *("products", "timing", "sourcing", "isolation", "release", "regulation"),
        *("risks", "notes"),
    }
    assert keys <= set(document)
    assert document["cost"] is None
    outer = prepare(load_study(PIG), 0, 64).size.outer
    assert document["draws"] == outer
    again = make_study(load_study(PIG), members=64).to_json()
    assert again["products"] == document["products"]


def test_a_study_without_products_has_nothing_to_make():
    told = exoheart("product", "make", EXAMPLES / "controls_pig.toml", "--json", *FEW)
    assert told.code == 0
    assert told.document["products"] == []
    assert told.document["notes"] == [
        "No product is given in this study, so nothing has to be made."
    ]


def test_a_template_is_written_once_and_prices_nothing(tmp_path):
    file = tmp_path / "prices.toml"
    told = exoheart("product", "make", PIG, "--prices-template", file, *FEW)
    assert told.code == 0
    assert str(file) in told.err
    before = file.read_text("utf-8")
    again = exoheart("product", "make", PIG, "--prices-template", file, *FEW)
    assert again.code == 2
    assert "which exists" in again.err
    assert file.read_text("utf-8") == before
    empty = exoheart("product", "make", PIG, "--prices", file, *FEW)
    assert "so there is no total" in empty.out


def test_a_cost_sheet_says_what_it_leaves_out(tmp_path):
    file = tmp_path / "prices.toml"
    file.write_text('currency = "EUR"\n[price]\nvial = 10\nanimal = 2000\n', "utf-8")
    told = exoheart("product", "make", PIG, "--prices", file, "--json", *FEW)
    cost = told.document["cost"]
    lines = {line["item"]: line for line in cost["lines"]}
    assert lines["animal"]["cost"]["median"] == 24 * 2000
    assert lines["medium_litre"]["price"] is None
    assert lines["medium_litre"]["cost"] is None
    assert "medium_litre (cdc)" in cost["not_priced"]
    vials = lines["vial"]["cost"]
    assert cost["total"]["median"] == pytest.approx(48_000 + vials["median"])
    shown = exoheart("product", "make", PIG, "--prices", file, *FEW).out
    assert "Total of the priced items" in shown
    assert "Not priced, not in the total" in shown


def test_a_faulty_price_list_stops_before_anything_is_written(tmp_path):
    file, new = tmp_path / "prices.toml", tmp_path / "new.toml"
    file.write_text("[price]\nvail = 10\nanimal = -1\n", "utf-8")
    options = ("--prices", file, "--prices-template", new)
    told = exoheart("product", "make", PIG, *options, *FEW)
    assert (told.code, told.out) == (2, "")
    assert "3 faults" in told.err
    assert "did you mean 'vial'?" in told.err
    assert not new.exists()
