"""Endpoints, methods, shrinking scars and the size of reading errors."""

from __future__ import annotations

import numpy as np
import pytest

from exoheart import outcome
from exoheart.errors import InputError
from exoheart.evidence.tables import load_parameters
from exoheart.outcome import measure, measure_noise, measures, true_value

SPECIES = {"mouse", "rat", "pig", "human", "dog"}
SHRINK = {
    "outcome.scar_shrinkage": 0.4,
    "outcome.scar_shrinkage_time": 50 * 24.0,
    "outcome.early_excess": 0.0,
    "outcome.early_excess_time": 60.0,
}


def test_every_quantity_of_the_study_file_is_there():
    """The table names the quantities and regions that a study may ask for."""
    assert {(m.quantity, m.of) for m in measures()} == {
        ("infarct size", "area at risk"),
        ("infarct size", "left ventricle"),
        ("ejection fraction", ""),
        ("end-diastolic volume", ""),
        ("end-systolic volume", ""),
        ("fibrosis", "infarct"),
        ("fibrosis", "left ventricle"),
        ("capillary density", "border"),
        ("capillary density", "infarct"),
        ("apoptosis", "area at risk"),
        ("scar mass", ""),
        ("macrophages", ""),
        ("reparative share", ""),
    }


def test_every_method_has_an_error_for_every_species():
    """Each legal triple finds a row of its error, and defaults are legal."""
    rows = load_parameters()
    for known in measures():
        assert known.default_method in known.methods
        for method in known.methods:
            name = known.error_id(method)
            held = {row.species for row in rows if row.id == name}
            assert held >= SPECIES or "all" in held, name


def test_scar_mass_follows_the_patients():
    """25, 17 and 15 g within a week, at 4 and at 14 months (Pokorney2012), to 1 g."""
    days = np.array([4.0, 120.0, 425.0])
    acute = {"outcome_lost_mass": np.full(3, 26.0)}
    read = true_value(measure("scar mass"), "LGE", acute, days * 24, SHRINK)
    np.testing.assert_allclose(read, [25, 17, 15], atol=1.0)


def test_shrinkage_starts_at_nothing_and_ends_at_its_share():
    """At reperfusion a scar has its acute size, after years 1 less the share lost."""
    known = measure("infarct size", "left ventricle")
    given = {known.observable: [20.0, 20.0]}
    read = true_value(known, "histology", given, [0.0, 1e6], SHRINK)
    np.testing.assert_allclose(read, [20.0, 12.0], rtol=1e-12)


def test_stains_and_function_do_not_shrink():
    """TTC and ejection fraction are read as they are, without shrinkage values."""
    known = measure("infarct size", "left ventricle")
    assert true_value(known, "TTC", {known.observable: 20.0}, 900.0, {}) == 20.0
    known = measure("ejection fraction")
    assert true_value(known, "echo", {known.observable: 41.0}, 900.0, {}) == 41.0


def test_noise_carries_kind_size_and_ends_of_the_scale():
    """A stain errs by points between 0 and 100, a volume by a share above 0."""
    known = measure("infarct size", "area at risk")
    noise = measure_noise(known, "TTC", {known.error_id("TTC"): [3.0, 4.0]})
    assert (noise.kind, noise.low, noise.high) == ("sd", 0.0, 100.0)
    assert noise.size.tolist() == [3.0, 4.0]
    known = measure("end-diastolic volume")
    noise = measure_noise(known, "CMR", {known.error_id("CMR"): 0.04})
    assert (noise.kind, noise.low, noise.high) == ("cv", 0.0, np.inf)


def test_wrong_methods_and_missing_errors_are_refused():
    """The messages name what is allowed."""
    known = measure("infarct size", "area at risk")
    with pytest.raises(InputError, match="allowed: TTC, LGE"):
        known.error_id("echo")
    with pytest.raises(InputError, match=r"outcome\.sd_infarct_area_at_risk\.TTC"):
        measure_noise(known, "TTC", {})
    with pytest.raises(InputError, match="0 or more"):
        measure_noise(known, "TTC", {known.error_id("TTC"): -1.0})
    with pytest.raises(InputError, match="nearest: infarct size of area at risk"):
        outcome.measure("infarct size", "area of risk")
