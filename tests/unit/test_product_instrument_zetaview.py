"""ZetaView exports: the linear part, the dilution, and the instrument's own checks."""

from __future__ import annotations

import pytest
from instrument_files import ZETAVIEW_ROWS, zetaview

from exoheart.product import measured_sample, read_instrument


def written(tmp_path, text, encoding="latin-1"):
    path = tmp_path / "run_size_488.txt"
    path.write_bytes(text.encode(encoding))
    return read_instrument(path)


def test_the_linear_part_is_read_and_the_logarithmic_left(tmp_path):
    read = written(tmp_path, zetaview())
    assert read.instrument == "ZetaView 8.06.01"
    assert read.centres_nm.tolist() == [row[0] for row in ZETAVIEW_ROWS]
    assert read.per_ml_bin.tolist() == [[row[2] for row in ZETAVIEW_ROWS]]
    (capture,) = read.captures
    assert capture.name == "CDC vesicles"
    assert capture.per_ml == 8e6
    assert capture.mean_nm == pytest.approx((52.5 + 5 * 97.5 + 2 * 142.5) / 8)
    assert capture.settings["Temperature"] == "24.51 sensed"
    assert capture.flags == ()


def test_the_table_is_of_the_diluted_sample_and_a_flag_says_so(tmp_path):
    read = written(tmp_path, zetaview())
    assert (read.dilution, read.adjusted) == (1000.0, False)
    assert "taken as that of the diluted sample" in read.flags[0]
    assert measured_sample(read).per_ml == pytest.approx(8e9)


@pytest.mark.parametrize(
    ("original", "adjusted"), [("8.0E+9", False), ("8.0E+6", True)]
)
def test_an_original_concentration_settles_whether_the_dilution_is_in_it(
    tmp_path, original, adjusted
):
    extra = (f"Original Concentration: {original} Concentration: 8.0E+6",)
    read = written(tmp_path, zetaview(extra=extra))
    assert read.adjusted is adjusted
    assert read.flags == ()
    assert measured_sample(read).per_ml == pytest.approx(float(original))


def test_without_a_dilution_the_user_must_give_one(tmp_path):
    text = zetaview().replace(" Dilution:: 1000.000000", "")
    read = written(tmp_path, text)
    assert (read.dilution, read.adjusted) == (None, False)


def test_an_undiluted_sample_needs_no_flag(tmp_path):
    read = written(tmp_path, zetaview(dilution="1.0"))
    assert (read.dilution, read.flags) == (1.0, ())


def test_checks_that_are_not_plainly_good_are_flags(tmp_path):
    text = zetaview(drift="too high", cell="Acceptable", correction="1.25")
    assert written(tmp_path, text).captures[0].flags == (
        "Cell Check Result: Acceptable",
        "Particle Drift Check Result: too high",
        "Concentration Correction Factor: 1.25",
    )


def test_checks_that_are_missing_are_flags(tmp_path):
    kept = [line for line in zetaview().split("\r\n") if "Check" not in line]
    flags = written(tmp_path, "\r\n".join(kept)).captures[0].flags
    assert flags == (
        "Cell Check Result: not written",
        "Particle Drift Check Result: not written",
    )


@pytest.mark.parametrize("encoding", ["latin-1", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_decimal_commas_and_encodings_change_nothing(tmp_path, encoding, end):
    head, table = zetaview(extra=("Remark:\t25 °C",)).split("Size Distribution")
    head = head.replace("1000.000000", "1000,000000")
    text = f"{head}Size Distribution{table.replace('.', ',')}".replace("\r\n", end)
    read = written(tmp_path, text, encoding)
    assert read.dilution == 1000.0
    assert read.per_ml_bin.sum() == 8e6


def test_pairs_divided_by_tabs_are_read_alike(tmp_path):
    inner = " Average Number of Particles: 120.0 Dilution:: 1000.000000"
    tabs = "\tAverage Number of Particles:\t120.0\tDilution::\t1000.000000"
    assert written(tmp_path, zetaview().replace(inner, tabs)).dilution == 1000.0
