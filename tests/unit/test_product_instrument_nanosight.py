"""NanoSight summaries: what was written is what is read, however it was written."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from instrument_files import NanoSight

from exoheart.errors import InputError
from exoheart.product import measured_sample, read_instrument


def written(tmp_path, file: NanoSight, encoding="utf-8", **how):
    path = tmp_path / "summary.csv"
    path.write_bytes(file.text(**how).encode(encoding))
    return read_instrument(path)


@st.composite
def summaries(draw):
    """Summaries with one to five captures and one to eight bins."""
    n = draw(st.integers(1, 5))
    steps = draw(st.lists(st.integers(1, 400), min_size=1, max_size=8))
    row = st.lists(
        st.integers(0, 10**9), min_size=len(steps), max_size=len(steps)
    ).filter(any)
    bins = draw(st.lists(row, min_size=n, max_size=n))
    letters = st.text("abcXYZ019_ -", min_size=1, max_size=12)
    names = [f"{draw(letters).strip()}_{k:02d}" for k in range(n)]
    return NanoSight(
        names=names,
        counts=[float(sum(values)) for values in bins],
        centres=[float(x) / 2 for x in np.cumsum(steps)],
        bins=bins,
        dilution=draw(st.sampled_from([None, ["1000"] * n, ["2.50e+03"] * n])),
        levels=draw(st.lists(st.integers(1, 16), min_size=n, max_size=n)),
        version=draw(st.sampled_from(["3.0", "3.1", "3.2", "3.3", "3.4"])),
        averages=draw(st.booleans()),
        blank_lines=draw(st.integers(0, 3)),
        weightings=draw(
            st.sampled_from([("Number",), ("Number", "Volume"), ("Volume", "Number")])
        ),
    )


@settings(max_examples=60, deadline=None)
@given(
    file=summaries(),
    how=st.sampled_from([(",", False), (";", True), (";", False), ("\t", True)]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "latin-1", "utf-16", "utf-16-le"]),
)
def test_what_was_written_is_read_back(tmp_path_factory, file, how, encoding):
    separator, comma = how
    folder = tmp_path_factory.mktemp("nta")
    read = written(folder, file, encoding, separator=separator, comma=comma)
    assert [each.name for each in read.captures] == file.names
    assert [each.per_ml for each in read.captures] == file.counts
    assert read.centres_nm.tolist() == file.centres
    assert read.per_ml_bin.tolist() == file.bins
    levels = [each.settings["Camera Level"] for each in read.captures]
    assert levels == [str(level) for level in file.levels]
    assert read.dilution == (float(file.dilution[0]) if file.dilution else None)
    assert read.adjusted == (file.dilution is not None)
    assert read.instrument == f"NanoSight NTA {file.version}"
    assert read.flags == ()


def test_sizes_are_those_written_and_else_those_of_the_bins(tmp_path):
    sizes = {"Mean": [98.5, 99.5, 97.5], "D90": [120.0, 121.0, 122.0]}
    first = written(tmp_path, NanoSight(sizes=sizes)).captures[0]
    assert (first.mean_nm, first.d90_nm) == (98.5, 120.0)
    # bins 50.5, 100.5, 150.5 hold 1, 4 and 1
    assert first.mode_nm == 100.5
    assert first.d50_nm == pytest.approx(100.5)
    assert first.sd_nm == pytest.approx(50.0 * np.sqrt(2 / 6))  # about their own mean


def test_a_number_in_the_dilution_row_is_in_the_concentrations_already(tmp_path):
    read = written(tmp_path, NanoSight(dilution=["1e3"] * 3))
    assert measured_sample(read).per_ml == pytest.approx(7e8)


def test_without_a_recorded_dilution_the_vial_is_refused_until_one_is_given(tmp_path):
    read = written(tmp_path, NanoSight())
    with pytest.raises(InputError, match="met no dilution"):
        measured_sample(read)
    assert measured_sample(read, dilution=1000).per_ml == pytest.approx(7e11)


def test_warnings_are_kept_in_the_instruments_words(tmp_path):
    told = {
        "Vibration detected": ["Minor vibration", "No", "Minor vibration"],
        "A check of a later version": ["OK", "Look at this", "OK"],
    }
    validity = ["OK", "OK", "Caution"]
    read = written(tmp_path, NanoSight(information=told, validity=validity))
    assert [each.flags for each in read.captures] == [
        ("Vibration detected: Minor vibration",),
        ("A check of a later version: Look at this",),
        (
            "Validity of concentration measurement: Caution",
            "Vibration detected: Minor vibration",
        ),
    ]
    flags = measured_sample(read, dilution=1).flags
    assert "Vibration detected: Minor vibration (a_00, a_02)" in flags


def test_bins_that_miss_the_concentration_by_more_than_rounding_are_flagged(tmp_path):
    within = NanoSight(counts=[6.1e8, 8e8, 7e8])
    assert written(tmp_path, within).flags == ()
    off = written(tmp_path, NanoSight(counts=[6.6e8, 8e8, 7e8])).flags
    assert off == ("a_00: the bins sum to -9.1% of the concentration (rounding "
                   "explains 2%)",)  # fmt: skip


def test_a_table_in_millions_is_read_in_ones(tmp_path):
    title = "Concentration (E6 particles / ml)"
    read = written(tmp_path, NanoSight(bin_title=title, bin_scale=1e6))
    assert read.per_ml_bin[0].tolist() == pytest.approx([1e8, 4e8, 1e8])


def test_a_summary_of_one_capture_is_read_and_said_to_be_one(tmp_path):
    alone = NanoSight(names=["a"], counts=[6e8], bins=[[1e8, 4e8, 1e8]], averages=False)
    text = alone.text().replace("Experiment Summary", "Single Analysis Summary")
    path = tmp_path / "a_Summary.csv"
    path.write_text(text, "utf-8")
    sample = measured_sample(read_instrument(path), dilution=10)
    assert sample.cv is None
    assert any(flag.startswith("1 capture(s)") for flag in sample.flags)


def test_a_newer_version_is_read_and_flagged(tmp_path):
    assert "newer" in written(tmp_path, NanoSight(version="3.5")).flags[0]


def test_captures_of_combined_experiments_are_flagged(tmp_path):
    remark = {"Remarks": "Created from combined experiments: a.nano; b.nano"}
    read = written(tmp_path, NanoSight(experiment=remark))
    assert read.flags[0].endswith("a.nano; b.nano")


def test_the_name_of_a_file_doesnt_matter(tmp_path):
    path = tmp_path / "picture.png"
    path.write_text(NanoSight().text(), "utf-8")
    assert read_instrument(path).file == "picture.png"


def test_a_capture_without_particles_counts_but_has_no_size(tmp_path):
    file = NanoSight(
        counts=[6e8, 0.0, 6e8],
        bins=[[1e8, 4e8, 1e8], [0, 0, 0], [1e8, 4e8, 1e8]],
    )
    sample = measured_sample(written(tmp_path, file), dilution=1)
    assert sample.per_ml == pytest.approx(4e8)
    assert sample.mean_nm == pytest.approx(100.5)
