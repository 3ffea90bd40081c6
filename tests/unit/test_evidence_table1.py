"""The review's Table 1: complete against the review's text, and honest about itself."""

from __future__ import annotations

import csv
import dataclasses
import shutil

import pytest

from exoheart.errors import DataError
from exoheart.evidence import data_folder, load_studies
from exoheart.evidence.table1.document import table1
from exoheart.evidence.table1.effects import (
    APART,
    EFFECTS,
    TURNED,
    effect_of_outcome,
    result_of,
)
from exoheart.evidence.table1.rows import (
    REFERENCES,
    check_table1,
    load_table1,
    references_of,
    review_rows,
)
from exoheart.evidence.vocabulary import OUTCOMES
from exoheart.report.table1 import source_words

INFARCT, FUNCTION, VESSELS = "infarct_size", "cardiac_function", "vessel_density"
FIBROSIS, DEATH = "fibrosis", "apoptosis"
#: Typed from the review's running text, sections 3, 4 and 6.5, not from the table:
#: which of the five effects it claims under which reference.
CLAIMED = {
    # by the tail vein: smaller infarct at 24 h, function over 28 days
    32: {INFARCT, FUNCTION},
    # into the border zone: smaller infarct and function at 28 days, vessels
    46: {INFARCT, FUNCTION, VESSELS},
    # cardiac stem cells treated before: function and vessels at 28 days
    48: {FUNCTION, VESSELS},
    # injected: function, vessels, apoptosis; cells primed with them: infarct
    49: {FUNCTION, VESSELS, DEATH, INFARCT},
    # apoptosis in culture and after 48 hours
    50: {DEATH},
    # apoptosis of cardiomyocytes in culture and in animals
    51: {DEATH},
    # rat progenitors
    52: {FUNCTION, FIBROSIS},
    # human progenitors, cited together; a mimic against apoptosis in culture for 54
    53: {INFARCT, FUNCTION, VESSELS, FIBROSIS},
    54: {INFARCT, FUNCTION, VESSELS, FIBROSIS, DEATH},
    # CD34+ cells with SHH
    55: {FUNCTION, VESSELS},
    # preconditioned MSC, and hearts, cited together; apoptosis in culture for 58
    58: {INFARCT, FIBROSIS, DEATH},
    59: {INFARCT, FIBROSIS},
    # among the rodent studies by the blood stream
    71: {FUNCTION},
}
#: Claimed of cells in culture alone.
IN_CULTURE = {(54, DEATH), (58, DEATH)}


@pytest.fixture(scope="module")
def studies():
    return load_studies()


@pytest.fixture(scope="module")
def rows(studies):
    return {row.reference: row for row in review_rows(studies)}


def study(studies, name):
    return next(one for one in studies if one.id == name)


def changed(studies, name, **columns):
    """The studies with every outcome row of one study changed."""
    own = study(studies, name)
    outcomes = tuple(dataclasses.replace(row, **columns) for row in own.outcomes)
    other = [one for one in studies if one.id != name]
    return [*other, dataclasses.replace(own, outcomes=outcomes)]


def test_every_tick_of_the_running_text_is_there_and_no_other(rows):
    found = {
        reference: {e.key for e in EFFECTS if row.tick(e) is not None}
        for reference, row in rows.items()
    }
    assert {key: value for key, value in found.items() if value} == CLAIMED


def test_ticks_of_cells_in_culture_say_so(rows):
    found = {
        (reference, effect.key)
        for reference, row in rows.items()
        for effect in EFFECTS
        if (tick := row.tick(effect)) and tick.cell.setting == "culture"
    }
    assert found == IN_CULTURE


def test_rows_stand_in_the_order_of_the_review_with_their_cell_and_species(rows):
    assert tuple(rows) == REFERENCES
    named = [(r.words("cell type"), r.words("species")) for r in rows.values()]
    assert named == [
        *[("MSC", "human"), ("MSC", "human"), ("MSC", "rat"), ("MSC", "mouse")],
        *[("CPC", "human"), ("CPC", "human"), ("CPC", "human")],
        *[("CPC", "rat"), ("CPC", "mouse"), ("ES", "mouse"), ("iPS", "mouse")],
        *[("other", "human"), ("other", "rat and human"), ("other", "rat")],
    ]


def test_molecules_are_those_of_the_table(rows):
    found = {
        reference: row.words("active molecules")
        for reference, row in rows.items()
        if row.words("active molecules")
    }
    assert found == {
        58: "miR-22",
        65: "IL-6",
        53: "miR-132",
        54: "miR-146a",
        52: "miR-292",
        51: "miR-451",
        49: "miR-291; miR-294; miR-295; Akt",
        50: "miR-21; miR-210",
        55: "SHH",
        71: "Erk; Akt",
    }


def test_only_the_two_marks_with_a_column_count_as_marks():
    marks = [c for c in load_table1() if c.how == "table mark"]
    assert {(c.reference, c.column) for c in marks} == {
        (46, "diminished infarct size"),
        (32, "diminished infarct size"),
    }
    told = table1(review_only=True)["marks"]
    assert (told["surviving"], told["surviving_with_column"]) == (28, 2)
    assert told["ticks"] == sum(map(len, CLAIMED.values()))
    assert told["read"] + told["differs"] + told["not_read"] == told["ticks"]


def test_each_tick_belongs_to_a_claim():
    for cell in load_table1():
        if cell.value == "yes":
            assert cell.claims, cell
        for claim in cell.claims:
            assert claim.startswith("C")


def test_every_claim_about_the_tables_studies_stands_in_it():
    used = {claim for cell in load_table1() for claim in cell.claims}
    with (data_folder() / "claims" / "claims.csv").open(encoding="utf-8") as lines:
        claims = list(csv.DictReader(lines))
    own = [
        one["id"]
        for one in claims
        if one["references"]
        and {int(number) for number in one["references"].split(";")} <= set(REFERENCES)
        and not one["section"].startswith("6")
    ]
    assert len(own) > 40
    assert set(own) - used == set()


@pytest.mark.parametrize(
    ("reference", "effect", "mark", "word"),
    [
        (46, VESSELS, "read", "blood flow"),
        (51, DEATH, "read", ""),
        (58, FIBROSIS, "read", ""),
        (58, INFARCT, "differs", "abstract"),
        (52, FUNCTION, "differs", "hypoxic"),
        (52, FIBROSIS, "differs", "hypoxic"),
        (48, FUNCTION, "differs", "cells"),
        (55, VESSELS, "differs", "cells"),
        (59, FIBROSIS, "differs", "120 min"),
        (59, INFARCT, "differs", "isolated hearts"),
        (32, INFARCT, "not read", ""),
        (53, VESSELS, "not read", ""),
        (71, FUNCTION, "not read", ""),
    ],
)
def test_a_tick_says_what_reading_its_source_says(rows, reference, effect, mark, word):
    tick = rows[reference].tick(next(e for e in EFFECTS if e.key == effect))
    assert tick.mark == mark
    assert word in tick.reason


def test_known_differences_of_the_other_cells_are_told():
    listed = table1(review_only=True)["differences"]
    found = {(one["reference"], one["column"], one["mark"]) for one in listed}
    assert found >= {
        (46, "donor specifics", "differs"),
        (65, "donor specifics", "differs"),
        (71, "donor specifics", "differs"),
        (54, "active molecules", "not read"),
    }


def test_a_row_that_says_otherwise_turns_a_tick_to_differs(studies):
    turned = changed(studies, "Chen2013_MouseReperfusion", direction="none")
    tick = {r.reference: r for r in review_rows(turned)}[51].tick(EFFECTS[4])
    assert tick.mark == "differs"
    assert "no effect" in tick.reason


def test_neither_a_dish_nor_a_title_is_a_reading_of_a_claim_about_hearts(studies):
    name = "Chen2013_MouseReperfusion"
    without = [one for one in studies if one.id != name]
    assert any(one.in_vitro and references_of(one) == (51,) for one in without)
    for some in (without, changed(studies, name, verification="title")):
        tick = {r.reference: r for r in review_rows(some)}[51].tick(EFFECTS[4])
        assert tick.mark == "not read"


def test_ticks_carry_source_and_verification_of_their_study():
    by_reference = {r["reference"]: r for r in table1()["review"]}
    found = {
        (one["source"], one["verification"]) for one in by_reference[58]["studies"]
    }
    assert ("Feng2014", "abstract") in found
    read = by_reference[58]["effects"][FIBROSIS]["rows"]
    assert [row["direction"] for row in read] == ["decrease"]


@pytest.mark.parametrize(
    ("cited", "numbers"),
    [("51", (51,)), ("39 or 40", (39, 40)), ("71 (probable)", (71,))],
)
def test_reference_numbers_are_read_from_the_studies(studies, cited, numbers):
    one = dataclasses.replace(studies[0], reference_in_review=cited)
    assert references_of(one) == numbers


@pytest.mark.parametrize("cited", ["", "named in 6.1", "not cited"])
def test_words_that_hold_a_number_are_no_reference(studies, cited):
    one = dataclasses.replace(studies[0], reference_in_review=cited)
    assert references_of(one) == ()


@pytest.mark.parametrize(
    ("outcome", "direction", "result"),
    [
        ("infarct size", "decrease", "yes"),
        ("infarct size", "increase", "worse"),
        ("viable mass", "increase", "yes"),
        ("ejection fraction", "increase", "yes"),
        ("ejection fraction", "none", "no effect"),
        ("change in circumferential strain", "decrease", "yes"),
        ("vessel density", "decrease", "worse"),
        ("fibrosis", "decrease", "yes"),
        ("apoptosis", "", "not said"),
        ("cardiomyocyte hypertrophy", "decrease", None),
        ("protection", "increase", None),
        ("end-systolic volume", "decrease", None),
    ],
)
def test_a_direction_becomes_better_or_worse(studies, outcome, direction, result):
    row = study(studies, "Chen2013_MouseReperfusion").outcomes[0]
    row = dataclasses.replace(row, outcome=outcome, direction=direction)
    assert result_of(row) == result


def test_words_that_turn_or_stand_apart_are_outcomes_of_the_vocabulary():
    assert set(TURNED) | set(APART) <= set(OUTCOMES)
    assert all(effect_of_outcome(name) is not None for name in TURNED)


@pytest.fixture
def broken(tmp_path):
    """A copy of the table in a folder of its own, and a way to change one cell."""
    (tmp_path / "claims").mkdir()
    path = tmp_path / "claims" / "table1.csv"
    shutil.copy(data_folder() / "claims" / "table1.csv", path)

    def change(row, column, text):
        with path.open(encoding="utf-8", newline="") as lines:
            rows = list(csv.DictReader(lines))
        rows[row][column] = text
        with path.open("w", encoding="utf-8", newline="") as out:
            writer = csv.DictWriter(out, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        return tmp_path

    return change


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("column", "diminished infarkt size"),
        ("reference", "47"),
        ("how", "guess"),
        ("claims", "C53"),
        ("value", ""),
        ("reading", "perhaps"),
    ],
)
def test_a_wrong_cell_of_the_table_is_a_fault(broken, column, text):
    root = broken(3, column, text)
    assert any(column in fault.where for fault in check_table1(root))
    with pytest.raises(DataError, match=r"table1\.csv row 5"):
        load_table1(root)


def test_the_shipped_table_has_no_fault_and_names_claims_that_exist():
    root = data_folder()
    path = root / "claims" / "claims.csv"
    ids = None
    if path.exists():
        with path.open(encoding="utf-8", newline="") as lines:
            ids = {row["id"] for row in csv.DictReader(lines)}
    assert list(check_table1(root, ids)) == []
    assert list(check_table1(root, ["C053"]))  # the comparison can fail


def test_addresses_of_sources_are_links_and_end_before_the_stop():
    """A DOI keeps its own link; nothing is linked twice; text is escaped."""
    text = "[A] B & C, doi:10.1234/x, https://example.org/a?b=1&c=2, (http://e.org)."
    page = str(source_words(text))
    assert page == (
        '[A] B &amp; C, <a href="https://doi.org/10.1234/x">doi:10.1234/x</a>, '
        '<a href="https://example.org/a?b=1&amp;c=2">'
        'https://example.org/a?b=1&amp;c=2</a>, (<a href="http://e.org">http://e.org</a>).'
    )
    both = str(source_words("https://doi.org/10.1234/x and https://e.org/10.1234/x"))
    assert both.count("<a href") == 2
