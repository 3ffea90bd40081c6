"""A counter's file named in a study: read with it, its faults among the study's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from instrument_files import NanoSight

from exoheart.errors import StudyError
from exoheart.prediction import dose_ledger
from exoheart.records.study import Study
from exoheart.study import load_study, template

SIX = NanoSight(
    names=["a", "b", "c", "d", "e", "f"],
    counts=[1.3e9, 1.2e9, 1.4e9, 1.7e9, 1.5e9, 1.9e9],
    bins=[[c / 4, c / 2, c / 4] for c in (1.3e9, 1.2e9, 1.4e9, 1.7e9, 1.5e9, 1.9e9)],
    levels=[15, 15, 15, 10, 10, 10],
)


def study(folder: Path, measured: str, dose: str = "0.2 mL") -> Study:
    """The pig template with a counted vial, loaded from a folder that holds it."""
    (folder / "nta.csv").write_text(SIX.text(), encoding="utf-8")
    text = template("pig").replace(
        'donor = "CDC"', f'donor = "CDC"\nmeasured = {measured}'
    )
    path = folder / "study.toml"
    path.write_text(text.replace("7.5 mg protein", dose), encoding="utf-8")
    return load_study(path)


def median_given(asked: Study) -> float:
    """Vesicles of the first arm that reach the animal, median of 256 draws."""
    arm = dose_ledger(asked, draws=256).arms[0]
    lines = {each.name: each.median for each in arm.given}
    return lines["whole vesicles that reach the animal"]


def test_the_file_is_looked_for_beside_the_study_and_read_with_it(tmp_path) -> None:
    asked = study(tmp_path, '{ file = "nta.csv", dilution = 100 }')
    sample = asked.products["cdc"].measured
    assert sample is not None
    assert sample.per_ml == pytest.approx(100 * 1.5e9)
    assert asked.unused == ("animal.sex",)


def test_a_volume_of_the_vial_is_a_dose_of_the_particles_counted_in_it(
    tmp_path,
) -> None:
    asked = study(tmp_path, '{ file = "nta.csv", dilution = 100 }')
    dose = next(arm.dose for arm in asked.arms if arm.dose)
    assert (dose.words, dose.basis) == ("0.2 mL", "particles")
    assert dose.value == pytest.approx(0.2 * 100 * 1.5e9)


def test_two_camera_levels_give_visibly_different_doses(tmp_path) -> None:
    """Beads at level 10 count 1.7/1.3 of those at level 15, and so does the dose."""
    high, low = (
        median_given(
            study(
                tmp_path, f'{{ file = "nta.csv", dilution = 100, camera_level = {n} }}'
            )
        )
        for n in (10, 15)
    )
    # errors of the means across captures shift a median of 256 draws by up to 1 %
    assert high / low == pytest.approx(1.7 / 1.3, rel=0.03)


def test_a_dose_in_protein_rests_on_the_vial_where_its_protein_is_known(
    tmp_path,
) -> None:
    """1 mg at 0.5 mg/mL is 2 mL: 3e11 particles counted."""
    measured = '{ file = "nta.csv", dilution = 100, protein = "0.5 mg/mL" }'
    asked = study(tmp_path, measured, dose="1 mg protein")
    arm = dose_ledger(asked, draws=64).arms[0]
    counted = {each.name: each for each in arm.given}["particles counted when filled"]
    np.testing.assert_allclose([counted.low, counted.high], 3e11, rtol=1e-9)


@pytest.mark.parametrize(
    ("measured", "words"),
    [
        ('"nta.csv"', "no dilution"),
        ('"other.csv"', "other.csv"),
        ('{ file = "nta.csv", dilution = -3 }', "measured.dilution: met -3"),
        ('{ file = "nta.csv", dilution = 10, camera_level = 12 }', "camera level 12"),
        ('{ file = "nta.csv", dilution = 10, protein = "much" }', "mass above zero"),
        ('{ file = "nta.csv", dilution = 10, diluted = 3 }', "diluted"),
        ("17", "product.cdc.measured"),
    ],
)
def test_what_is_wrong_with_a_counted_vial_is_a_fault_of_the_study(
    tmp_path, measured, words
) -> None:
    with pytest.raises(StudyError, match=words):
        study(tmp_path, measured)


def test_a_volume_without_a_count_is_refused(tmp_path) -> None:
    text = template("pig").replace("7.5 mg protein", "0.2 mL")
    path = tmp_path / "study.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(StudyError, match="weren't counted"):
        load_study(path)
