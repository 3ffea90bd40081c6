"""The document of a counted file: camera levels, errors, sizes."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from instrument_files import NanoSight

from exoheart.figures.heading import FOOT
from exoheart.figures.nta import sizes, sizes_alone, spark_lines
from exoheart.product import measured_sample, read_instrument
from exoheart.product.instrument import summarise
from exoheart.records.distribution import parse_distribution
from exoheart.report.nta import levels_table, sizes_table

RATIO = parse_distribution("lognormal(median=1, gsd=1.6487)")


@pytest.fixture
def reading(tmp_path):
    path = tmp_path / "two_levels.csv"
    file = NanoSight(levels=[15, 10, 15], counts=[6e8, 8e8, 7e8])
    path.write_text(file.text(), "utf-8")
    return read_instrument(path)


def _levels(reading):
    return summarise(reading, None, RATIO, 0.15)["levels"]


def test_camera_levels_stand_side_by_side_with_their_ratio(reading):
    levels = summarise(reading, None, RATIO, 0.15)["levels"]
    assert [each["camera_level"] for each in levels] == ["10", "15"]
    assert [each["captures"] for each in levels] == [1, 2]
    assert levels[1]["per_ml"] == pytest.approx(6.5e8)
    assert levels[1]["ratio_to_first"] == pytest.approx(6.5 / 8)
    assert levels[1]["standard_error"] == pytest.approx(0.5e8)


def test_the_ratio_of_two_levels_has_the_error_of_both(tmp_path):
    path = tmp_path / "four.csv"
    names = [f"a_0{k}" for k in range(4)]
    rows = [[1e8, 4e8, 1e8]] * 4
    file = NanoSight(
        names=names, levels=[10, 10, 15, 15], counts=[6e8, 6e8, 6e8, 6e8], bins=rows
    )
    path.write_text(file.text(), "utf-8")
    same = read_instrument(path)
    counts = (6e8, 8e8, 5e8, 5.5e8)
    captures = tuple(
        replace(one, per_ml=count)
        for one, count in zip(same.captures, counts, strict=True)
    )
    first, second = _levels(replace(same, captures=captures))
    assert first["ratio_interval90"] is None
    rng = np.random.default_rng(1)
    spread = np.sqrt(np.log1p([(1e8 / 7e8) ** 2, (0.25e8 / 5.25e8) ** 2]))
    tried = np.exp(rng.normal(size=(200_000, 2)) * spread)
    drawn = 5.25 / 7 * tried[:, 1] / tried[:, 0]
    assert second["ratio_interval90"] == pytest.approx(
        np.quantile(drawn, (0.05, 0.95)), rel=5e-3
    )
    assert not second["ratio_error_assumed"]
    assert [each["ratio_interval90"] for each in _levels(same)][1] == [1.0, 1.0]


def test_the_ratio_to_a_level_of_one_capture_rests_on_the_assumed_error(reading):
    first, second = _levels(reading)
    assert (first["ratio_error_assumed"], second["ratio_error_assumed"]) == (
        False,
        True,
    )
    low, high = second["ratio_interval90"]
    assert low < second["ratio_to_first"] / 1.25
    assert high > second["ratio_to_first"] * 1.25


def test_means_and_errors_of_a_column_have_the_same_decimals(reading):
    document = summarise(reading, measured_sample(reading, dilution=9), RATIO, 0.15)
    for made in (sizes_table(document), levels_table(document)):
        cells = [cell for row in made.rows for cell in map(str, row) if "±" in cell]
        parts = [part for cell in cells for part in cell.split(" ± ")]
        decimals = {len(part.partition(".")[2]) for part in parts}
        assert len(decimals) == 1, parts


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


def test_the_band_of_the_figure_never_falls_below_zero(reading):
    spec = sizes(summarise(reading, None, RATIO, 0.15))
    bands = [
        row["per_ml"]
        for layer in spec["layer"]
        for row in layer["data"]["values"]
        if "high" in row
    ]
    assert bands
    assert min(bands) >= 0


def test_a_figure_of_its_own_says_what_it_is_of(reading):
    sample = measured_sample(reading, dilution=1000)
    spec = sizes_alone(summarise(reading, sample, RATIO, 0.15))
    told = json.dumps(spec, ensure_ascii=False)
    for words in ("two_levels.csv", "1,000 times that, as given", FOOT):
        assert words in told


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
