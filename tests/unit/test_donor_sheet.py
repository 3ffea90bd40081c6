"""A donor sheet: one story in all its numbers, and nothing without its kind."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from exoheart import donor as stage
from exoheart.errors import InputError
from exoheart.evidence import load_choices, load_correlation, load_parameters, resolve
from exoheart.figures.donor import describe, donor, target_words
from exoheart.figures.heading import FOOT
from exoheart.prediction.donor_lists import donor_list, modifier_list
from exoheart.prediction.donor_record import DonorSheet, Figure
from exoheart.prediction.donor_sheet import donor_sheet
from exoheart.prediction.products import RecordedUniforms
from exoheart.records.product import SIGNALS
from exoheart.records.study import Product

FEW = 200
KINDS = {"measured", "derived", "fitted", "borrowed", "assumed"}


@pytest.fixture(scope="module")
def treated() -> DonorSheet:
    return donor_sheet(
        "BM-MSC",
        engineering=["Rab27A knock-down"],
        state={"age": 60.0},
        medium="depleted serum",
        draws=FEW,
    )


@pytest.fixture(scope="module")
def collected() -> DonorSheet:
    return donor_sheet("plasma", ["RIPC"], draws=FEW)


def figures(sheet: DonorSheet) -> list[Figure]:
    return [
        *sheet.numbers,
        *(one.released for one in sheet.classes),
        *sheet.shares,
        *(one.fold for one in sheet.contributions),
        *(one.activity for one in sheet.contributions if one.activity),
        *sheet.fate,
        *(one.model for one in sheet.beside),
        *(one.other for one in sheet.beside),
    ]


@pytest.mark.parametrize("name", ["treated", "collected"])
def test_every_number_is_ordered_finite_and_says_what_it_rests_on(name, request):
    sheet = request.getfixturevalue(name)
    for one in figures(sheet):
        assert one.low <= one.median <= one.high, one
        assert all(math.isfinite(x) for x in (one.low, one.median, one.high)), one
        assert one.kind in KINDS
        assert one.rows, one


def test_the_cell_of_the_sheet_releases_what_the_ledger_is_given():
    """Closed form of the cell, all nodes turned, is the secretion in every draw."""
    priors = resolve(load_parameters(), "human", load_choices(), load_correlation())
    for changes in (
        {"engineering": ("Rab27A knock-down",)},
        {"conditioning": ("PIKfyve inhibition",)},
        {"conditioning": ("GW4869",), "donor_state": {"age": 70.0}},
        {"conditioning": ("spheroid", "cytokine priming")},
    ):
        product = Product("p", "vesicles", "CDC", **changes)  # type: ignore[arg-type]
        stream = RecordedUniforms(5, FEW)
        out = stage.secretion(product, priors, stream)
        flask = stage.planned_flask(product, priors, stream)
        cell = stage.planned_cell(product, out, flask, priors, stream)
        steady = stage.steady_cell(cell)
        exosomes = steady.exosomes / flask.gross * 24
        total = exosomes + steady.microvesicles / flask.gross * 24
        # the lot's factor differs with the product's name alone, which is the same
        assert exosomes / total == pytest.approx(out.exosome_share, rel=1e-9)
        assert total == pytest.approx(out.vesicles_per_cell_day, rel=1e-9)


def test_the_fates_of_what_forms_add_up(treated):
    """Digested, held and free are all of it: means would be 1, medians come near."""
    shares = [one.median for one in treated.fate[1:]]
    assert 0.9 < sum(shares) < 1.1


def test_the_medium_begins_without_vesicles_and_ends_with_the_rate(treated):
    course = treated.course
    assert course is not None
    for name in ("exosomes", "microvesicles", "apoptotic"):
        line = np.array(course.lines[name])
        assert np.all(line[0] == 0.0)
        assert np.all(np.diff(line, axis=0) > 0.0)
    background = np.array(course.lines["background"])
    assert np.all(np.diff(background[:, 0]) < 0.0)


def test_classes_of_a_plain_donor_add_up_to_its_rate():
    """Exosomes and microvesicles are all small vesicles, draw by draw."""
    sheet = donor_sheet("CDC", draws=FEW)
    sizes = {one.name: (one.low_nm, one.high_nm) for one in sheet.classes}
    assert sizes == {
        "exosomes": (40, 150),
        "microvesicles": (100, 1000),
        "apoptotic bodies": (1000, 5000),
    }
    assert sheet.contributions == ()
    assert [one.name for one in sheet.shares] == list(SIGNALS)


def test_what_is_collected_has_no_cell(collected):
    assert (collected.fate, collected.beside, collected.course) == ((), (), None)
    assert collected.numbers[0].name == "vesicles of a collection"
    assert {one.name for one in collected.classes} == {"exosomes", "microvesicles"}


def test_measured_numbers_are_called_so():
    """The diameter of CPC vesicles was measured; their rate wasn't."""
    numbers = {one.name: one for one in donor_sheet("CPC", draws=FEW).numbers}
    assert numbers["mean diameter"].kind == "measured"
    assert numbers["mean diameter"].rows == ("donor.diameter.CPC",)
    assert numbers["secretion rate"].kind == "assumed"


def test_same_seed_same_document_and_another_seed_another(treated):
    again = donor_sheet("CDC", ["hypoxia 5%"], draws=FEW).to_json()
    assert again == donor_sheet("CDC", ["hypoxia 5%"], draws=FEW).to_json()
    assert again != donor_sheet("CDC", ["hypoxia 5%"], draws=FEW, seed=1).to_json()
    json.dumps(treated.to_json(), allow_nan=False)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"donor": "MCS"}, "did you mean 'MSC'"),
        ({"medium": "serumfree"}, "did you mean 'serum-free'"),
        ({"species": "goat"}, "species: met 'goat'"),
        ({"draws": 3}, "16 or more"),
        ({"state": {"aeg": 60.0}}, "age"),
        ({"conditioning": ["spheroid", "stirred tank"]}, "own control"),
    ],
)
def test_what_cant_be_read_is_refused_with_the_nearest(wrong, words):
    with pytest.raises(InputError, match=words):
        donor_sheet(**({"donor": "MSC", "draws": FEW} | wrong))


def test_the_figure_says_in_words_what_it_shows(treated, collected):
    document = treated.to_json()
    assert "Rab27A knock-down: exosomes left, by fusion" in describe(document)
    assert "microvesicles" in describe(document)
    panels, _foot = donor(document)["vconcat"]
    assert len(panels["hconcat"]) == 2
    assert "hconcat" not in donor(collected.to_json())["vconcat"][0]
    for one in stage.shipped_modifiers().values():
        assert all(target_words(e.target) for e in one.effects)


def test_the_figure_names_donor_changes_and_standing(treated, collected):
    """A figure that is handed on without a page says what it is of."""
    sheet = treated.to_json()
    told = json.dumps(donor(sheet), ensure_ascii=False)
    changes = [*sheet["asked"]["conditioning"], *sheet["asked"]["engineering"]]
    assert changes
    for words in (sheet["donor"]["title"], *changes, FOOT, "endosome", "medium "):
        assert words in told
    assert "medium " not in json.dumps(donor(collected.to_json())["title"])


def test_the_lists_hold_every_donor_and_modifier_with_its_sources():
    donors = {one["name"]: one for one in donor_list()}
    assert set(donors) == set(stage.DONORS)
    assert {n for n, one in donors.items() if not one["grown"]} == stage.COLLECTED
    for one in donors.values():
        assert one["advantages"], one
        assert one["risks"], one
    assert {n for n, one in donors.items() if one["presents_antigen"]} == {
        "dendritic",
        "B-cell",
    }
    names = [one["name"] for one in modifier_list()]
    assert names == list(stage.shipped_modifiers())
    risks = {trait["words"] for one in donors.values() for trait in one["risks"]}
    for word in (
        "tumour",
        "arrhythmia",
        "ethical",
        "age and illness",
        "lineage",
        "MHC",
    ):
        assert any(word in risk for risk in risks), word


def test_all_that_is_wrong_is_said_at_once() -> None:
    """Four unreadable things give four lines."""
    with pytest.raises(InputError) as caught:
        donor_sheet("MCS", ["hypxia"], state={"age": -5.0}, medium="serm")
    assert str(caught.value).startswith("4 faults")
