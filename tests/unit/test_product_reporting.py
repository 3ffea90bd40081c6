"""Reporting: filled only by what is stated, counted as said, never invented."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from exoheart.errors import InputError
from exoheart.prediction.reported import reporting, study_conditions, study_fields
from exoheart.product.lot import parse_lot
from exoheart.product.reporting import Entry, ReportingSheet
from exoheart.product.reporting_items import STANDARDS, shipped_items
from exoheart.records.instrument import Capture, InstrumentReading, MeasuredSample
from exoheart.records.study import Product, Study
from exoheart.report.nta import sample_table
from exoheart.study import parse_study, template

STUDY = parse_study(template("pig"))
LOT = "[lot]\nname = 'A1'\nproduct = 'cdc'\n"
MARKERS = "".join(
    f"[[test]]\nname = '{name}'\nof = '{of}'\nvalue = 'present'\n"
    f"method = 'western blot'\n"
    for name, of in (
        ("membrane marker", "CD63"),
        ("membrane marker", "CD9"),
        ("luminal marker", "TSG101"),
    )
)


def entries(sheet: ReportingSheet) -> dict[str, Entry]:
    return {entry.item.item: entry for entry in sheet.entries}


def sheet_of(study: Study = STUDY, lot: str = "") -> dict[str, Entry]:
    return entries(reporting(study, parse_lot(LOT + lot) if lot else None))


def counted(
    study: Study,
    *,
    protein: float | None,
    dilution: float | None = 100.0,
    per_ml: float = 1e10,
    cv: float | None = 0.05,
) -> Study:
    """Give a study whose product was counted: three captures at one camera level.

    `dilution` is what the counter's file says; the study says 100.
    """
    captures = tuple(
        Capture(f"c{n}", 1e8, settings={"Camera Level": "14"}) for n in range(3)
    )
    reading = InstrumentReading(
        "a.csv", "counter 1", captures, np.ones(2), np.ones((3, 2)), dilution, False
    )
    sample = MeasuredSample(reading, 100.0, per_ml, cv, 123.0, 0.01, protein)
    product = replace(study.products["cdc"], measured=sample)
    return replace(study, products={"cdc": product})


def test_every_item_is_there_in_the_order_of_the_standards() -> None:
    items = shipped_items()
    assert len({item.item for item in items}) == len(items) == 112
    assert list(dict.fromkeys(item.standard for item in items)) == list(STANDARDS)
    for item in items:
        assert item.fields or item.missing, item.item
        assert item.source
        assert ("recalled" in item.standing) == (not item.verified)


def test_every_field_that_an_item_asks_for_can_be_filled() -> None:
    """A key that nothing gives would leave its item blank for ever."""
    source = Path(__file__).parents[2] / "src" / "exoheart"
    text = "".join(
        (source / part).read_text("utf-8")
        for part in (
            "prediction/reported.py",
            "prediction/reported_product.py",
            "product/reporting.py",
            "data/release_tests.csv",
        )
    )
    for item in shipped_items():
        for key in item.fields:
            assert re.search(rf'["=,\n]{re.escape(key)}[",]', text), key


def test_a_study_fills_what_it_states() -> None:
    found = sheet_of()
    for item in ("ARR-1a", "ARR-2a", "ARR-6a", "ARR-6b", "ARR-9b", "ARR-13"):
        assert found[item].status == "filled", item
    assert found["ARR-8a"].status == "in part"
    assert set(found["ARR-8a"].missing) == {"strain", "age"}
    assert found["ARR-14"].status == "blank"


def test_a_default_is_no_statement() -> None:
    """Sex, storage, medium and analysis count only where the file says them."""
    fields = study_fields(STUDY)
    assert {"sex", "storage", "analysis"} <= set(fields)
    assert "medium" not in fields
    bare = template("pig").replace('sex = "female"\n', "")
    bare = re.sub(r"storage = .*\n|analysis = .*\n", "", bare)
    left = study_fields(parse_study(bare))
    assert not {"sex", "storage", "analysis"} & set(left)
    assert not set(study_fields(replace(STUDY, text=""))) & {"sex", "storage"}


def test_every_sentence_of_the_methods_comes_from_a_stated_field() -> None:
    """Taking a field away takes its sentence away, and nothing else is left."""
    paragraph = reporting(STUDY).paragraph
    rest = paragraph
    for field in study_fields(STUDY).values():
        if field.sentence:
            assert field.words in field.sentence
            rest = rest.replace(field.sentence, "", 1)
    assert not rest.strip()


def test_a_counted_sample_fills_particle_items() -> None:
    alone = sheet_of(counted(STUDY, protein=None))
    assert alone["M18-V2"].status == "filled"
    assert alone["M23-T1"].status == "filled"
    assert "camera level 14" in alone["M23-T1"].words
    assert alone["M18-Q1"].status == "in part"
    assert alone["M18-Q2"].status == "blank"
    both = sheet_of(counted(STUDY, protein=400.0))
    assert both["M18-Q1"].status == both["M18-Q2"].status == "filled"
    assert "10⁷ particles per ug" in both["M18-Q2"].words


def test_the_unit_of_the_experiment_is_for_the_author_to_say() -> None:
    """That n counts animals is in the schema; more than that no file says."""
    unit = sheet_of()["ARR-1b"]
    assert unit.status == "in part"
    assert unit.words == "what n counts: n counts animals"
    assert "unit" not in reporting(STUDY).paragraph
    told = sheet_of(lot="[reporting]\nARR-1b = 'the animal'\n")["ARR-1b"]
    assert told.status == "filled"


def test_the_sheets_own_figure_is_nobodys_statement() -> None:
    assert sheet_of()["EVT-00"].status == "computed"
    told = sheet_of(lot="[reporting]\nEVT-00 = '55 %'\n")["EVT-00"]
    assert (told.status, told.words) == ("filled", "55 %")


@pytest.mark.parametrize(
    ("in_file", "words"),
    [
        (None, "diluted 100-fold as stated in the study"),
        (100.0, "diluted 100-fold as stated in the file"),
    ],
)
def test_a_dilution_says_which_file_has_it(in_file: float | None, words: str) -> None:
    fields = study_fields(counted(STUDY, protein=None, dilution=in_file))
    assert fields["dilution"].words == words
    assert "dilut" not in fields["captures"].words


def test_one_vial_reads_the_same_as_in_the_table_of_its_counter() -> None:
    """1.645 isn't 1.64 here and 1.65 there: the digits follow from the error."""
    for cv in (0.016, 0.05, 0.2, None):
        study = counted(STUDY, protein=None, per_ml=1.645e12, cv=cv)
        error = None if cv is None else cv * 1.645e12
        shown = {
            "dilution": 100.0,
            "dilution_given": True,
            "dilution_in_file_numbers": False,
            "per_ml": 1.645e12,
            "standard_error": error,
            "error_assumed": False,
            "counted_interval90": [1e12, 2e12],
            "true_interval90": [1e12, 2e12],
            "mean_nm": 100.0,
            "mean_nm_standard_error": None,
            "protein_ug_per_ml": None,
            "captures": ["a"],
        }
        (told,) = (
            row[1] for row in sample_table(shown).rows if "± standard" in str(row[0])
        )
        mantissa = str(told).split(" ±")[0]
        assert study_fields(study)["particle count"].words.startswith(f"{mantissa}\xa0")


def test_a_lot_that_contradicts_the_counter_is_named() -> None:
    """Both values and which is used; within a tenth nothing is said."""
    size = "[[test]]\nname = 'size'\nvalue = {}\nunit = 'nm'\n"
    count = "[[test]]\nname = 'particle count'\nvalue = 5\nunit = 'particles/mL'\n"
    study = counted(STUDY, protein=None)
    sheet = reporting(study, parse_lot(LOT + size.format(5) + count))
    first, second = sheet.contradictions
    for words in ("size", "5 nm", "a.csv", "123 nm", "the counter's is used"):
        assert words in first
    assert "particle count: the lot file says 5 particles/mL" in second
    assert "123 nm" in entries(sheet)["M18-N1"].words
    assert not reporting(study, parse_lot(LOT + size.format(120))).contradictions
    assert not reporting(STUDY, parse_lot(LOT + size.format(5))).contradictions


def test_with_a_second_product_uncounted_the_lots_value_is_used() -> None:
    """The sentence says so, since the counter's field needs every product."""
    study = counted(STUDY, protein=None)
    other = Product("other", "vesicles", "MSC")
    arm = replace(study.arms[1], name="other IM", product="other")
    both = replace(
        study, products={**study.products, "other": other}, arms=(*study.arms, arm)
    )
    lot = parse_lot(f"{LOT}[[test]]\nname = 'size'\nvalue = 5\nunit = 'nm'\n")
    assert "the lot file's is used" in reporting(both, lot).contradictions[0]


def test_sentences_read_as_sentences() -> None:
    fields = study_fields(STUDY)
    assert fields["timing"].sentence == "Treatment is given 30 min after reperfusion."
    dosed = parse_study(template("pig").replace("7.5 mg protein", "1.25e11 particles"))
    assert "10¹¹ particles" in study_fields(dosed)["dose"].words
    lot = parse_lot(LOT.replace("A1", "lot 1") + MARKERS)
    paragraph = reporting(STUDY, lot).paragraph
    assert "Luminal marker of lot 1: TSG101 present (western blot)." in paragraph
    assert "lot lot" not in paragraph
    animal = STUDY.animal
    none = replace(animal, infarct=replace(animal.infarct, model="none"))
    infarct = study_fields(replace(STUDY, animal=none))["infarct"]
    assert infarct.sentence == "No infarct is made (sham operation)."


def test_a_lot_fills_markers_and_makes_antibody_items_apply() -> None:
    before, after = sheet_of(), sheet_of(lot=MARKERS)
    assert before["EVT-M2"].status == "not applicable"
    assert after["EVT-M2"].status == "blank"
    assert after["EVT-M8"].status == "filled"
    assert after["M18-P0"].missing == ("negative marker",)
    assert "CD63 present (western blot)" in after["M18-P1"].words


def test_a_test_without_a_value_reports_nothing() -> None:
    lot = "[[test]]\nname = 'negative marker'\nof = 'calnexin'\nmust_be = 'absent'\n"
    assert sheet_of(lot=lot)["EVT-M9"].status == "blank"


def test_the_users_words_fill_an_item_and_enter_the_methods() -> None:
    lot = parse_lot(f"{LOT}[reporting]\nARR-14 = 'Approved under 12/34'\n")
    sheet = reporting(STUDY, lot)
    assert entries(sheet)["ARR-14"].status == "filled"
    assert sheet.paragraph.endswith("Approved under 12/34.")


def test_an_item_may_be_taken_out_with_a_reason() -> None:
    lot = "[reporting]\nM18-V1 = 'not applicable: no microscope'\n"
    found = sheet_of(lot=lot)["M18-V1"]
    assert found.status == "not applicable"
    assert found.words == "not applicable: no microscope"


def test_scores_count_filled_over_what_applies() -> None:
    """By hand from the entries, essential and recommended apart."""
    sheet = reporting(STUDY, parse_lot(LOT + MARKERS))
    for score in sheet.scores:
        own = [
            entry
            for entry in sheet.entries
            if entry.item.standard == score.standard
            and entry.item.essential == (score.part == "essential")
            and entry.item.item != "EVT-00"
        ]
        applicable = [e for e in own if e.status in ("filled", "in part", "blank")]
        filled = [e for e in own if e.status == "filled"]
        assert (score.filled, score.applicable) == (len(filled), len(applicable))
        if applicable:
            assert score.percent == pytest.approx(100 * len(filled) / len(applicable))
        else:
            assert score.percent is None


def test_the_ev_metric_counts_nine_components() -> None:
    """Markers fill M8; M1 doesn't apply without ultracentrifugation: 1 of 8."""
    components = [i for i in shipped_items() if re.fullmatch(r"EVT-M\d", i.item)]
    assert len(components) == 9
    sheet = reporting(STUDY, parse_lot(LOT + MARKERS))
    assert sheet.ev_metric == pytest.approx(100 / 8)


def test_syrcle_has_items_and_no_score_and_stays_out_of_the_methods() -> None:
    lot = parse_lot(f"{LOT}[reporting]\nSYR-05 = 'low: coded syringes'\n")
    sheet = reporting(STUDY, lot)
    assert "SYRCLE" not in {score.standard for score in sheet.scores}
    assert entries(sheet)["SYR-05"].status == "filled"
    assert "coded syringes" not in sheet.paragraph


def test_cytometry_items_apply_where_cytometry_is_named() -> None:
    lot = MARKERS.replace("western blot", "bead flow cytometry")
    assert sheet_of()["MFE-03a"].status == "not applicable"
    assert sheet_of(lot=lot)["MFE-03a"].status == "blank"


def test_without_vesicles_their_standards_do_not_apply() -> None:
    controls = parse_study(template("pig").split("[product.cdc]")[0] + _CONTROLS)
    assert study_conditions(controls) == frozenset()
    sheet = reporting(controls)
    assert sheet.ev_metric is None
    assert entries(sheet)["M18-V1"].status == "not applicable"
    assert entries(sheet)["ARR-1a"].status == "filled"


_CONTROLS = """
[[arm]]
name = "untreated"
control = true
n = 6
[[endpoint]]
quantity = "ejection fraction"
at = "48 h after reperfusion"
"""


def test_a_field_counts_only_where_every_product_states_it() -> None:
    """A second product without steps of separation leaves the item open."""
    second = Product("other", "vesicles", "MSC")
    arm = replace(STUDY.arms[1], name="other IM", product="other")
    both = replace(
        STUDY,
        products={**STUDY.products, "other": second},
        arms=(*STUDY.arms, arm),
    )
    assert "isolation" in study_fields(STUDY)
    assert "isolation" not in study_fields(both)
    assert "cdc: human CDC; other: MSC" in study_fields(both)["donor"].words


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ("[lot]\nname = 'A1'\nproduct = 'cdd'\n", "nearest: cdc"),
        ("[lot]\nname = 'A1'\nproduct = 'cdc'\nform = 'cells'\n", "lot.form"),
    ],
)
def test_a_lot_of_something_else_is_refused(head: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        reporting(STUDY, parse_lot(head))
