"""Nothing that was read is missing: the studies by id, and what may never change."""

from __future__ import annotations

import csv
import re

import pytest

from exoheart.evidence import data_folder, load_pooled, load_studies
from exoheart.evidence.studies import StudyRecord
from exoheart.evidence.vocabulary import OUTCOMES

DATA = data_folder()
STUDIES = {study.id: study for study in load_studies(DATA)}
#: Id and number of outcomes that were read; more may come, none may go.
ROWS_OF = """
Adamiak2018_MouseReperfusion 1; Ameroid_PigDiet 4; Ameroid_PigMesenchymal 6;
Amniotic_RatInfarct 4; ArrestBeating_PigCells 4; Arslan2013_Unread 0;
BMP2_RatInfarct 3; Barile2014_Unread 0; Bian2014_InVitro 5; Bian2014_RatInfarct 1;
Bolli2011_SCIPIO 4; Bonios2011_RatChronic 2; Bonios2011_RatHealthy 2;
Bonios2011_RatLigation 2; Bonios2011_RatReperfusion 6; CADUCEUS2014_OneYear 4;
CD34cells2006_Patients 1; CDCcells2017_RatInfarct 5; CMSC3A1_MouseReperfusion 3;
Cambier2017_InVitro 3; Cambier2017_Reperfusion 1; CardiacTriplet2020_PigInfarct 4;
CellDose2009_PigLigation 6; CellDose2019_PigReperfusion 6; Chen2013_InVitro 3;
Chen2013_MouseReperfusion 1; CineSscrofa_PigInfarct 13; Collagen2005_RatInfarct 2;
Collantes2017_PigReperfusion 2; Cooper1995_RatLigation 1; DeCouto2017_Cargo 3;
DeCouto2017_PigReperfusion 2; DeCouto2017_RatOrPig 2; DeCouto2017_RatReperfusion 3;
DentalPulp2015_MouseReperfusion 3; EPC2010_DogRetention 6;
EndothelialiPSC2023_MouseInfarct 3; ExoThenCells2019_RatInfarct 1;
FNDC52021_MouseInfarct 1; Feng2014_InVitro 2; Feng2014_MouseInfarct 1;
Ferumoxytol2022_PigRoutes 7; Gallet2017_PigChronic 6; Gallet2017_PigReperfusion 4;
Gel_MouseCells 2; Giricz2014_RatIsolatedHeart 2; Gray2015_InVitro 5;
Gray2015_Reperfusion 2; HIF1A_RatInfarct 2; HOPE2_Duchenne 2; HOPE3_Duchenne 1;
Hamamoto_SheepLigation 6; HypoxicMyocyte2020_Infarct 3; Ibrahim2014_CitedAccount 2;
Ibrahim2014_Unread 0; Khan2015_Unread 0; Kleinbongard2024_PigNetwork 2;
Lieder_RatIsolatedHeart 10; LiposomeLarge_Ischaemia 1; Liposome_MouseReperfusion 2;
LoSicco2017_Unread 0; Lundy2016_MouseReperfusion 1; Lv2019_Gel 1;
MRIspread_MouseLigation 6; Mackie2012_Unread 0; Makkar2012_CADUCEUS 8;
Makkar2020_ALLSTAR 9; Mao2021_MouseReperfusion 2; Mayfield2016_InVitro 2;
Mayfield2016_MouseInfarct 1; Menasche_SECRET 4; Nguyen2018_PigInfarct 36;
Nozawa_RatLigation 2; Ostovaneh2021_ALLSTAR 4; Ostrowski2010_InVitro 2;
Pericardial2020_PigInfarct 2; PigCMR_Conditioning 3; PigCMR_TimeCourse 4;
PigCMR_TwentyMinutes 1; Preconditioned_InVitro 5; RemotePlasma_RatInfarct 2;
RiskRegression_MouseReperfusion 8; Rossello2018_MouseIsolatedHeart 1;
Rossello2018_MouseReperfusion 1; SCENT2024_MouseInfarct 3; SCENT2024_PigInfarct 1;
SCIPIO2012_MRI 4; Shao2017_RatInfarct 4; Silicate2023_MouseInfarct 1;
Sulforaphane2023_RatInfarct 4; TargetedCDC_MouseInfarct 3; Teng2015_Unread 0;
Terrovitis2009_RatLigation 4; Timmers2011_PigLigation 1;
Vandergriff2018_RatReperfusion 1; VesicleRoutes_MouseLigation 3;
Vicencio2015_Unread 0; Vrijsen2010_InVitro 1; Vrijsen2016_Unread 0;
Wang2015_InVitro 1; Wang2015_Unread 0; Wharton2022_MouseInfarct 1; Yu2015_InVitro 6;
Yu2015_RatInfarct 2; Zhang2016_InVitro 3; Zhang2016_RatInfarct 4;
Zhu2021_PericardialGel 1; Charles2020_PigInfarct 6; ConcertHF2021_Patients 24;
MSCHF_Patients 6; MediumRat_RatInfarct 10; ProgenitorSecretion2018_MouseInfarct 2;
TNFPrimed2024_MouseLigation 4; VesicleRoutesNull2023_MouseLigation 11
"""
EXPECTED = {
    name: int(count)
    for name, count in (item.split() for item in ROWS_OF.replace("\n", " ").split(";"))
}
#: Cells, media, controls and particles: none of their rows may pass for vesicles.
CELLS_AND_MEDIA = """
ArrestBeating_PigCells Bolli2011_SCIPIO Bonios2011_RatChronic Bonios2011_RatHealthy
Bonios2011_RatLigation Bonios2011_RatReperfusion CADUCEUS2014_OneYear
CD34cells2006_Patients CDCcells2017_RatInfarct Cambier2017_Reperfusion
CellDose2009_PigLigation CellDose2019_PigReperfusion Collantes2017_PigReperfusion
DentalPulp2015_MouseReperfusion EPC2010_DogRetention Ferumoxytol2022_PigRoutes
Gel_MouseCells Giricz2014_RatIsolatedHeart HOPE2_Duchenne HOPE3_Duchenne
Hamamoto_SheepLigation LiposomeLarge_Ischaemia Liposome_MouseReperfusion
Lundy2016_MouseReperfusion Makkar2012_CADUCEUS Makkar2020_ALLSTAR
Mayfield2016_InVitro Mayfield2016_MouseInfarct Ostovaneh2021_ALLSTAR
Ostrowski2010_InVitro SCIPIO2012_MRI Terrovitis2009_RatLigation
Timmers2011_PigLigation Zhang2016_RatInfarct ConcertHF2021_Patients MSCHF_Patients
MediumRat_RatInfarct
"""
#: References of the review whose studies are identified, or have a candidate.
REFERENCES = {12, 28, 31, 32, 39, *range(46, 57), *range(58, 66), 71}


def test_every_study_that_was_read_is_there_with_its_outcomes():
    missing = {
        name: count
        for name, count in EXPECTED.items()
        if name not in STUDIES or len(STUDIES[name].outcomes) < count
    }
    assert not missing
    assert len(EXPECTED) == 114
    assert sum(EXPECTED.values()) == 401


def test_every_reference_that_was_identified_is_named_by_a_study():
    named = " ".join(study.reference_in_review for study in STUDIES.values())
    assert {int(number) for number in re.findall(r"\b\d\d\b", named)} >= REFERENCES


def test_what_nobody_could_read_has_no_outcome():
    unread = {name for name in STUDIES if name.endswith("_Unread")}
    assert len(unread) == 10
    for study in STUDIES.values():
        assert (study.verification == "unread") == (study.id in unread), study.id
        assert not (study.id in unread and study.outcomes), study.id


@pytest.mark.parametrize("name", CELLS_AND_MEDIA.split())
def test_cells_and_media_never_pass_for_vesicles(name):
    assert "vesicles" not in {row.form for row in STUDIES[name].outcomes}


def test_the_retracted_trial_is_context_in_all_its_reports():
    trial = [study for study in STUDIES.values() if study.cohort == "SCIPIO"]
    assert {study.id for study in trial} == {"Bolli2011_SCIPIO", "SCIPIO2012_MRI"}
    assert all(study.retracted and study.use == "context" for study in trial)


def test_pig_reports_of_one_laboratory_share_a_cohort():
    names = ("Gallet2017_PigReperfusion", "Gallet2017_PigChronic")
    names += ("Nguyen2018_PigInfarct", "DeCouto2017_PigReperfusion")
    assert {STUDIES[name].cohort for name in names} == {"CDC_vesicles_pig"}
    assert {STUDIES[name].use for name in names} == {"qualify"}


def test_the_lost_minus_signs_are_not_read_as_an_ejection_fraction():
    """A copy of the abstract prints 20.1 and 25.4 % for -0.1 and -5.4 points."""
    values = {row.mean for row in STUDIES["Gallet2017_PigChronic"].outcomes}
    assert {-0.1, -5.4} <= values
    assert not values & {20.1, 25.4}


def test_a_spread_is_an_sd_only_where_a_readable_text_says_so():
    named = {
        study.id
        for study in STUDIES.values()
        for row in study.outcomes
        if row.spread_type in {"SD", "SEM"}
    }
    assert named == {
        *("CineSscrofa_PigInfarct", "EPC2010_DogRetention", "Makkar2012_CADUCEUS"),
        *("PigCMR_Conditioning", "PigCMR_TimeCourse", "PigCMR_TwentyMinutes"),
    }


def test_two_works_on_one_kind_of_mouse_are_two_cohorts():
    """One was read after 2 h and one after 28 days: no animal can be in both."""
    spread, effect = (
        STUDIES[f"{name}_MouseLigation"]
        for name in ("VesicleRoutes", "VesicleRoutesNull2023")
    )
    assert spread.cohort != effect.cohort
    assert spread.source != effect.source
    assert {row.direction for row in effect.outcomes if row.at == "28 days"} == {
        *("none", "")
    }


def test_a_table_without_its_footnotes_gives_no_kind_of_spread():
    """Table 3 of CONCERT-HF: 12 groups of ejection fraction, each with its n."""
    rows = [
        row
        for row in STUDIES["ConcertHF2021_Patients"].outcomes
        if row.outcome == "ejection fraction"
    ]
    assert len(rows) == 12
    assert {row.spread_type for row in rows} == {"unknown"}
    assert all(row.n and row.spread for row in rows)


def in_a_dish(study: StudyRecord) -> bool:
    return {OUTCOMES[row.outcome] for row in study.outcomes} <= {
        *("in vitro", "cargo", "release", "inflammation")
    }


def test_cells_in_a_dish_are_told_from_animals_by_their_model():
    dishes = {study.id for study in STUDIES.values() if study.in_vitro}
    assert len(dishes) == 14
    assert all(in_a_dish(STUDIES[name]) for name in dishes)
    for study in STUDIES.values():
        families = {OUTCOMES[row.outcome] for row in study.outcomes}
        assert study.in_vitro or not families & {"in vitro", "cargo"}, study.id


def test_all_35_pooled_results_are_there():
    rows = load_pooled(DATA)
    assert len(rows) >= 35
    silent = {row.id for row in rows if row.pooled is None}
    assert silent == {"Yang2019_Regression", "StemCellVesicles2022_HumanAtOnce"}


def test_every_reading_of_a_distribution_is_compared_or_says_why_not():
    """40 readings: 18 in the one table (some by organ), 22 in the other."""
    with (DATA / "biodistribution_not_represented.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len({row["id"] for row in rows}) == len(rows) == 22
    assert all(row["reason"] and row["source"] for row in rows)
