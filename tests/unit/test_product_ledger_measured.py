"""A counted vial in the ledger: its error carries through, its settings show."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exoheart.donor import secretion
from exoheart.engine.streams import uniforms
from exoheart.errors import InputError
from exoheart.evidence.priors import resolve
from exoheart.evidence.tables import load_parameters
from exoheart.product import (
    amount,
    convert_amount,
    dose_particles,
    ledger,
    measured_sample,
    true_giga,
)
from exoheart.records.instrument import (
    Capture,
    InstrumentReading,
    MeasuredSample,
)
from exoheart.records.product import FloatArray, Ledger
from exoheart.records.study import Dose, Product

OUTER = 256
PRIORS = resolve(
    [r for r in load_parameters() if r.id.startswith(("donor.", "product."))], "pig"
)
LEVELS = {"15": (1.3e9, 1.2e9, 1.4e9), "10": (1.7e9, 1.5e9, 1.9e9)}
BASES = ("particles", "protein", "donor cells", "volume")


def draws(layer: str, name: str) -> FloatArray:
    return uniforms(5, layer, name, 0, OUTER)


def reading(levels: dict[str, tuple[float, ...]] = LEVELS) -> InstrumentReading:
    """Six captures at two camera levels, as beads give them."""
    captures = tuple(
        Capture(
            f"{level}-{place}", per_ml, 100.0 + place, settings={"Camera Level": level}
        )
        for level, counts in levels.items()
        for place, per_ml in enumerate(counts)
    )
    bins = np.ones((len(captures), 2)) * [[c.per_ml / 2] * 2 for c in captures]
    return InstrumentReading(
        "six.csv",
        "NanoSight NTA 3.2",
        captures,
        np.array([90.0, 110.0]),
        bins,
        None,
        False,
    )


def ledger_of(**keys: float | int | None) -> Ledger:
    sample = measured_sample(reading(), **{"dilution": 100.0, **keys})  # type: ignore[arg-type]
    product = Product("p", "vesicles", "CDC", measured=sample)
    return ledger(product, secretion(product, PRIORS, draws), PRIORS, draws)


LEDGER = ledger_of(protein_ug_per_ml=400.0)
PLAIN = ledger(
    Product("p", "vesicles", "CDC"),
    secretion(Product("p", "vesicles", "CDC"), PRIORS, draws),
    PRIORS,
    draws,
)


@given(st.floats(1e-6, 1e18), st.permutations(BASES))
def test_a_counted_vial_converts_there_back_and_round(
    value: float, way: list[str]
) -> None:
    """Any chain of bases, the vial's volume included, closes to 1e-12 in every draw."""
    first, second, third, _ = way
    back = amount(LEDGER, true_giga(LEDGER, value, first), first)
    np.testing.assert_allclose(back, value, rtol=1e-12)
    through = convert_amount(
        LEDGER, convert_amount(LEDGER, value, first, second), second, third
    )
    direct = convert_amount(LEDGER, value, first, third)
    np.testing.assert_allclose(through, direct, rtol=1e-12)


def test_the_dilution_is_in_the_vial() -> None:
    """Counted particles per mL of the vial are mean of captures times dilution."""
    counted = convert_amount(LEDGER, 1.0, "volume", "particles")
    np.testing.assert_allclose(counted, 100.0 * 1.5e9, rtol=1e-12)


def test_two_camera_levels_give_doses_as_far_apart_as_their_counts() -> None:
    """0.2 mL counted at level 10 is believed to hold 1.7/1.3 of what level 15 says."""
    dose = Dose("0.2 mL", 0.2, "volume")
    high, low = (
        np.median(dose_particles(dose, ledger_of(camera_level=level), None, None).giga)
        for level in (10, 15)
    )
    # standard errors of 0.05 and 0.07 across captures shift a median of 256 by 0.5 %
    assert high / low == pytest.approx(1.7 / 1.3, rel=0.03)


def test_a_dose_counted_and_given_in_particles_keeps_only_its_counting_error() -> None:
    """Neither protein nor donor acts; the error across captures is added to it."""
    dose = Dose("1e11 particles", 1e11, "particles")
    given_dose = dose_particles(dose, LEDGER, None, None)
    np.testing.assert_allclose(given_dose.made_giga * LEDGER.count_ratio, 100.0)
    sample = measured_sample(reading(), dilution=100.0)
    added = np.std(np.log(LEDGER.count_ratio / PLAIN.count_ratio))
    # five standard errors of a standard deviation of 256 draws are 22 %
    assert added == pytest.approx(sample.cv, rel=0.22)
    no_protein = ledger_of()
    assert np.array_equal(LEDGER.count_ratio, no_protein.count_ratio)


def test_protein_of_the_vial_takes_the_place_of_assumed_purity() -> None:
    """Particles per ug are count over protein, far tighter than the table's prior."""
    np.testing.assert_allclose(
        LEDGER.giga_per_ug * LEDGER.count_ratio, 150.0 / 400.0, rtol=1e-12
    )
    assert LEDGER.purity_method == "measured"
    width = np.std(np.log(LEDGER.giga_per_ug))
    assert width < 0.6 < np.std(np.log(PLAIN.giga_per_ug))


def test_the_measured_diameter_takes_the_place_of_the_donors() -> None:
    """Mean of the captures' means, within their error."""
    assert np.median(LEDGER.diameter_nm) == pytest.approx(101.0, rel=0.01)


def test_a_volume_of_an_uncounted_vial_is_refused() -> None:
    """Nothing is known of its content."""
    with pytest.raises(InputError, match="wasn't counted"):
        dose_particles(Dose("1 mL", 1.0, "volume"), PLAIN, None, None)


def test_one_capture_has_the_error_of_the_table() -> None:
    """Without a repeat the sample itself says nothing of its error."""
    single = replace(reading(), captures=reading().captures[:1])
    single = replace(single, per_ml_bin=reading().per_ml_bin[:1])
    sample = measured_sample(single, dilution=1.0)
    assert sample.cv is None
    product = Product("p", "vesicles", "CDC", measured=sample)
    own = ledger(product, secretion(product, PRIORS, draws), PRIORS, draws)
    assert np.std(np.log(own.count_ratio / PLAIN.count_ratio)) > 0.1


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"dilution": None}, "no dilution"),
        ({"dilution": 0.5}, "dilution of 0.5"),
        ({"camera_level": 12}, "camera level 12"),
        ({"protein_ug_per_ml": 0.0}, "of protein"),
    ],
)
def test_what_a_sample_lacks_is_named(keys: dict[str, float], words: str) -> None:
    """Each fault says what was met, what is allowed and what to do."""
    with pytest.raises(InputError, match=words):
        ledger_of(**keys)


def test_all_faults_of_a_sample_are_named_at_once() -> None:
    """Dilution and camera level wrong: two lines."""
    with pytest.raises(InputError) as caught:
        measured_sample(reading(), camera_level=12)
    assert len(str(caught.value).splitlines()) == 2


def test_a_dilution_that_contradicts_the_file_is_refused() -> None:
    """The file's own factor is already in its numbers."""
    adjusted = replace(reading(), dilution=1000.0, adjusted=True)
    with pytest.raises(InputError, match="where the file has 1,000"):
        measured_sample(adjusted, dilution=100.0)
    assert measured_sample(adjusted).per_ml == pytest.approx(1.5e9)


def test_mixed_camera_levels_are_flagged() -> None:
    """Averaging over settings is said, choosing one level silences it."""
    mixed = measured_sample(reading(), dilution=1.0).flags
    assert any("different camera levels" in flag for flag in mixed)
    chosen = measured_sample(reading(), dilution=1.0, camera_level=15).flags
    assert not any("camera" in flag for flag in chosen)


def test_products_counted_in_files_of_their_own_err_apart() -> None:
    """One file, one error: two products of one file share it, others don't."""
    sample = measured_sample(reading(), dilution=100.0)
    other = measured_sample(replace(reading(), file="other.csv"), dilution=100.0)

    def ratio(name: str, of: MeasuredSample) -> FloatArray:
        product = Product(name, "vesicles", "CDC", measured=of)
        made = secretion(product, PRIORS, draws)
        return ledger(product, made, PRIORS, draws).count_ratio

    assert np.array_equal(ratio("a", sample), ratio("b", sample))
    assert not np.array_equal(ratio("a", sample), ratio("b", other))


def test_particles_of_the_medium_are_no_vesicles_however_they_are_counted() -> None:
    """Serum lowers the vesicles of a dose in particles and of one in protein alike."""
    clean = Product("p", "vesicles", "CDC", isolation=("ultracentrifugation",))
    serum = replace(clean, medium="serum")
    for dose in (
        Dose("1e10 particles", 1e10, "particles"),
        Dose("1 ug", 1.0, "protein"),
    ):
        plain, mixed = (
            dose_particles(
                dose,
                ledger(each, secretion(each, PRIORS, draws), PRIORS, draws),
                None,
                None,
            ).made_giga
            for each in (clean, serum)
        )
        background = secretion(serum, PRIORS, draws).background
        assert background is not None
        np.testing.assert_allclose(plain / mixed, 1.0 + background, rtol=1e-12)
