"""What is shown beside a plan: the closest studies, and where it leaves them."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest

from exoheart.evidence import (
    StudyRecord,
    contradictions,
    largest_dose,
    load_studies,
    nearest,
    outside,
    published,
)
from exoheart.evidence.plan_terms import donor_family, published_dose_time
from exoheart.records.study import (
    Animal,
    Arm,
    Design,
    Dose,
    Endpoint,
    Infarct,
    Moment,
    Product,
    Study,
)

HALF_HOUR = Moment("30 min after reperfusion", 0.5, "reperfusion")
TWO_DAYS = Moment("48 h after reperfusion", 48.0, "reperfusion")
STUDIES = load_studies()


def plan(
    route: str = "intramyocardial",
    dose: Dose | None = None,
    form: str = "vesicles",
    donor: str = "CDC",
) -> Study:
    """Acute pig design: one treated arm against a vehicle."""
    infarct = Infarct("ischaemia-reperfusion", 1.5)
    treated = Arm(
        "treated", False, 6, route, "cdc", dose=dose or by_mass(), at=HALF_HOUR
    )
    return Study(
        title="plan",
        animal=Animal("pig", "female", 30.0, infarct),
        products={"cdc": Product("cdc", form, donor)},  # type: ignore[arg-type]
        arms=(Arm("vehicle", True, 6, route), treated),
        endpoints=(Endpoint("infarct size", "area at risk", TWO_DAYS, "TTC", True),),
        design=Design(),
    )


def by_mass(value: float = 7500.0) -> Dose:
    return Dose(f"{value:g} ug protein", value, "protein")


def by_count(value: float) -> Dose:
    return Dose(f"{value:g} particles", value, "particles")


def with_infarct(study: Study, infarct: Infarct, species: str = "pig") -> Study:
    animal = replace(study.animal, infarct=infarct, species=species)  # type: ignore[arg-type]
    return replace(study, animal=animal)


def test_the_acute_pig_design_finds_its_own_study_first() -> None:
    first = nearest(plan(), STUDIES)[0]
    assert first.study == "Gallet2017_PigReperfusion"
    # abstract of Gallet2017: 80 +- 5 against 61 +- 12, spread type not said
    assert (first.control, first.treated) == ("80 ± 5 %", "61 ± 12 %")
    assert first.effect == "-19 points"
    assert (first.effect_value, first.effect_unit) == (-19.0, "points")
    assert first.n_treated is None  # not in the abstract
    assert (first.spread_type, first.verification) == ("unknown", "abstract")
    assert first.use == "qualify"


def test_the_distance_is_the_sum_of_its_named_components() -> None:
    for neighbour in nearest(plan(), STUDIES):
        total = math.fsum(part.distance for part in neighbour.components)
        assert neighbour.distance == pytest.approx(total, abs=1e-4)
        assert {"species", "route", "form", "time of dose"} <= {
            part.name for part in neighbour.components
        }


def test_neighbours_come_in_order_and_no_study_fills_the_list() -> None:
    found = nearest(plan(), STUDIES, count=20)
    distances = [one.distance for one in found]
    assert distances == sorted(distances)
    assert len(found) == 20
    assert max(sum(a.study == b.study for a in found) for b in found) <= 3


def test_cells_stand_further_away_than_the_same_row_with_vesicles() -> None:
    record = next(one for one in STUDIES if one.id == "Gallet2017_PigReperfusion")
    rows = tuple(replace(row, form="cells") for row in record.outcomes)
    cells = replace(record, outcomes=rows)
    near, far = nearest(plan(), [record])[0], nearest(plan(), [cells])[0]
    assert far.form == "cells"
    assert far.distance - near.distance == pytest.approx(3.0)


def test_a_retracted_study_is_never_shown() -> None:
    retracted = [one for one in STUDIES if one.retracted]
    assert retracted
    assert nearest(plan(form="cells"), retracted) == []
    ids = {one.study for one in nearest(plan(form="cells"), STUDIES, count=99)}
    assert ids.isdisjoint(one.id for one in retracted)


def test_a_reading_before_treatment_is_no_result() -> None:
    assert not any("before" in one.at for one in nearest(plan(), STUDIES, count=200))


def test_a_plan_that_treats_nobody_has_no_neighbours() -> None:
    study = replace(plan(), arms=(Arm("vehicle", True, 6),))
    assert nearest(study, STUDIES) == []
    assert contradictions(study) == []
    assert outside(study, STUDIES) == []


def test_an_unknown_spread_or_number_stays_empty() -> None:
    row = next(
        one
        for one in nearest(plan(), STUDIES, count=30)
        if one.study == "DeCouto2017_PigReperfusion"
    )
    assert (row.control, row.treated, row.n, row.dose) == ("", "", "", "")
    assert row.effect == "decrease"


def only(study: Study, what: str) -> list[str]:
    return [one.studied for one in outside(study, STUDIES) if one.what == what]


def test_ten_days_of_occlusion_name_the_studied_range() -> None:
    study = with_infarct(plan(), Infarct("ischaemia-reperfusion", 240.0))
    (text,) = only(study, "occlusion")
    # pigs: 20 and 40 min (MRI series), 90 min (Collantes2017)
    assert text == "20 to 90 min in pig"
    assert only(plan(), "occlusion") == []


def test_an_absurd_number_of_particles_names_what_is_printed() -> None:
    (text,) = only(plan(dose=by_count(1e20)), "dose")
    assert "no dose printed in the readable evidence for this route" in text
    assert "above all of" in text
    assert "1e12 particles in rat" in text  # Sulforaphane2023, figure 6


def test_a_dose_inside_the_printed_range_of_its_route_is_not_outside() -> None:
    study = with_infarct(
        plan(dose=by_count(1e12)), Infarct("permanent ligation", None), "rat"
    )
    assert only(study, "dose") == []
    study = with_infarct(
        plan(dose=by_count(3e12)), Infarct("permanent ligation", None), "rat"
    )
    (text,) = only(study, "dose")
    assert text.startswith("above all of what is printed for vesicles, rat")


def test_a_dose_by_a_basis_that_nobody_prints_says_so() -> None:
    dose = Dose("1e8 donor cells", 1e8, "donor cells")
    (found,) = [one for one in outside(plan(dose=dose), STUDIES) if one.what == "dose"]
    assert "no dose of vesicles by donor cells printed" in found.studied
    assert not found.known


def test_micrograms_that_nobody_explains_are_not_taken_for_protein() -> None:
    (text,) = only(plan(), "dose")
    assert "none of the sources says what the unit counts" in text


def test_a_route_or_donor_or_species_nobody_studied_is_named() -> None:
    assert only(plan(route="patch"), "route")
    assert only(plan(donor="HEK293"), "donor")
    assert only(plan(donor="MSC-UC"), "donor") == []  # MSC studied in the pig
    dog = with_infarct(plan(), Infarct("ischaemia-reperfusion", 1.5), "dog")
    (text,) = only(dog, "species")
    assert "pig" in text


def test_studies_of_cells_do_not_cover_a_plan_with_vesicles() -> None:
    cells = [
        replace(one, outcomes=tuple(replace(row, form="cells") for row in one.outcomes))
        for one in STUDIES
    ]
    found = outside(plan(), cells)
    assert any(one.what == "species" and one.met == "pig" for one in found)


def test_cells_are_held_against_doses_printed_in_cells() -> None:
    """Pigs got 5e7 and 1e8 cells into muscle (Collantes2017, ArrestBeating)."""
    inside, above = (
        plan(dose=Dose(f"{n:g} donor cells", n, "donor cells"), form="cells")
        for n in (7e7, 5e8)
    )
    assert only(inside, "dose") == []
    (text,) = only(above, "dose")
    assert text.startswith("above all of what is printed for cells, pig")


def test_a_form_that_no_named_animal_got_says_so() -> None:
    """The only row of RNA alone names no species (Cambier2017)."""
    rna = plan(dose=Dose("10 ug RNA", 10.0, "RNA"), form="RNA")
    (found,) = [one for one in outside(rna, STUDIES) if one.what == "species"]
    assert found.studied == "what was read of the studies of RNA names no animal"
    assert found.source == "Cambier2017"
    assert not found.known
    (text,) = [one.studied for one in outside(rna, []) if one.what == "species"]
    assert text == "no study of RNA in the tables"


def test_a_printed_mass_of_rna_counts_for_rna_alone() -> None:
    (record, row) = next(
        (one, row) for one in STUDIES for row in one.outcomes if one.species == "pig"
    )
    given = replace(
        row, form="RNA", dose_value=20.0, dose_unit="ug", dose_basis="RNA", donor="CDC"
    )
    table = [replace(record, outcomes=(given,))]
    for mass, outside_range in ((20.0, False), (40.0, True)):
        rna = plan(dose=Dose(f"{mass:g} ug RNA", mass, "RNA"), form="RNA")
        named = [one for one in outside(rna, table) if "above all" in one.studied]
        assert bool(named) == outside_range


@pytest.mark.parametrize(
    ("unit", "form", "said"),
    [
        ("donor cells", "cells", "1e+08 cells, the largest dose printed for cells"),
        ("donor cells", "vesicles", None),
        ("ug RNA", "RNA", None),
    ],
)
def test_the_largest_printed_dose_is_of_the_form_that_was_asked_for(
    unit, form, said
) -> None:
    found = largest_dose("pig", unit, form)
    if said is None:
        assert found is None
    else:
        assert found is not None
        assert found.words.startswith(said)
        assert found.basis_stated


def test_a_dose_before_all_studied_times_is_named() -> None:
    early = replace(
        plan().arms[1], at=Moment("3 h before occlusion", -3.0, "occlusion")
    )
    study = replace(plan(), arms=(plan().arms[0], early))
    (text,) = only(study, "time of dose")
    assert text.startswith("30 min to 28 d after reperfusion in pig")


def test_a_dose_counted_from_a_known_occlusion_is_moved_to_reperfusion() -> None:
    record: StudyRecord = next(
        one for one in STUDIES if one.id == "Collantes2017_PigReperfusion"
    )
    # day 30 after a 90 min occlusion
    assert published_dose_time(record, record.outcomes[0]) == 720 - 1.5


def test_intracoronary_vesicles_in_the_pig_meet_their_contradiction() -> None:
    found = {one.id: one for one in contradictions(plan("intracoronary"))}
    assert found["pig_intracoronary"].source == "Gallet2017"
    assert found["pig_intracoronary"].against_source == "DeCouto2017"
    assert "large_animal_permeability" in found
    assert "pig_intracoronary" not in {one.id for one in contradictions(plan())}


def test_donor_codes_of_one_family_are_relatives() -> None:
    assert donor_family("MSC-AT") == donor_family("bone marrow MSC") == "MSC"
    assert donor_family("iPSC-MSC") == "iPSC"


def test_the_published_part_is_plain_data_with_the_keys_of_the_report() -> None:
    part = json.loads(json.dumps(published(plan("intracoronary"))))
    assert list(part) == ["nearest", "pooled", "contradictions", "outside"]
    assert part["nearest"][0]["reference"].startswith("Gallet (2017)")
    # StemCellVesicles2022, abstract: -4.52 (-7.14 to -1.9)
    assert [-7.14, -1.9] in [row["interval95"] for row in part["pooled"]]
    assert all(len(row["sides"]) == 2 for row in part["contradictions"])
    assert {row["what"] for row in part["outside"]} == {"dose, treated"}


def test_what_differs_is_named_largest_first() -> None:
    found = nearest(plan("patch"), STUDIES)[0]
    assert found.differs_in[0].startswith("route (")
