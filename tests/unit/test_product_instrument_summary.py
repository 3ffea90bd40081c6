"""The document of a counted file: camera levels, errors, sizes."""

from __future__ import annotations

import numpy as np
import pytest
from instrument_files import NanoSight

from exoheart.figures.nta import sizes, spark_lines
from exoheart.product import measured_sample, read_instrument
from exoheart.product.instrument import summarise
from exoheart.records.distribution import parse_distribution

RATIO = parse_distribution("lognormal(median=1, gsd=1.6487)")


@pytest.fixture
def reading(tmp_path):
    path = tmp_path / "two_levels.csv"
    file = NanoSight(levels=[15, 10, 15], counts=[6e8, 8e8, 7e8])
    path.write_text(file.text(), "utf-8")
    return read_instrument(path)


def test_camera_levels_stand_side_by_side_with_their_ratio(reading):
    levels = summarise(reading, None, RATIO, 0.15)["levels"]
    assert [each["camera_level"] for each in levels] == ["10", "15"]
    assert [each["captures"] for each in levels] == [1, 2]
    assert levels[1]["per_ml"] == pytest.approx(6.5e8)
    assert levels[1]["ratio_to_first"] == pytest.approx(6.5 / 8)
    assert levels[1]["standard_error"] == pytest.approx(0.5e8)


def test_settings_are_parted_into_shared_and_differing(reading):
    told = summarise(reading, None, RATIO, 0.15)["settings"]
    assert told["differing"] == {"Camera Level": ["15", "10"]}
    assert told["shared"]["Slider Gain"] == "146"


def test_the_error_between_laboratories_widens_the_interval_as_two_lognormals(reading):
    sample = measured_sample(reading, dilution=100)
    told = summarise(reading, sample, RATIO, 0.15)["sample"]
    captures = np.sqrt(np.log1p(sample.cv**2))
    both = np.hypot(captures, np.log(1.6487))
    for key, spread in (("counted_interval90", captures), ("true_interval90", both)):
        ends = sample.per_ml * np.exp(1.6449 * spread * np.array([-1, 1]))
        # quantiles of a grid of 400 points a side
        assert told[key] == pytest.approx(ends, rel=5e-3)


def test_one_capture_has_the_assumed_error_and_says_so(reading):
    sample = measured_sample(reading, dilution=1, camera_level=10)
    told = summarise(reading, sample, RATIO, 0.15)["sample"]
    assert told["error_assumed"]
    assert told["standard_error"] is None
    low, high = told["counted_interval90"]
    assert low < sample.per_ml < high


def test_coarse_bins_hold_every_particle_that_is_shown(reading):
    told = summarise(reading, None, RATIO, 0.15)
    fine = told["distribution"]["groups"]
    coarse = told["histogram"]["groups"]
    assert [sum(each["mean"]) for each in coarse] == pytest.approx(
        [sum(each["mean"]) for each in fine]
    )
    assert len(told["histogram"]["edges_nm"]) == len(coarse[0]["mean"]) + 1


def test_the_figure_says_in_words_what_it_shows_and_has_a_line_for_each_level(reading):
    document = summarise(reading, None, RATIO, 0.15)
    spec = sizes(document)
    assert spec["description"].startswith("Particle sizes of two_levels.csv: camera")
    assert [name for name, _ in spark_lines(document)] == [
        "camera level 10",
        "camera level 15",
    ]
