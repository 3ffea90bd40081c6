"""Files that can't be used are refused with every fault, and leave nothing behind."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from instrument_files import NanoSight, zetaview

from exoheart.errors import InputError
from exoheart.product import read_instrument

BAD = Path(__file__).parents[1] / "bad" / "instrument"
_PARTS = "cut short or edited"
#: File -> what its message must say, all of it.
SAID = {
    "a_picture.png": ["a picture"],
    "a_report.pdf": ["a PDF report", "as text"],
    "an_excel_workbook.xlsx": ["Excel workbook", "save its sheet as CSV"],
    "binary.bin": ["no text"],
    "empty.csv": ["an empty file"],
    "nanosight_2_3_version.csv": ["NTA 2.3", "3.0 to 3.4"],
    "nanosight_all_zero_table.csv": ["zero in every bin"],
    "nanosight_bins_against_concentration.csv": ["a_02", "7e+08", "7e+09"],
    "nanosight_bins_not_rising.csv": ["99.5 nm after 100.5 nm"],
    "nanosight_bins_of_another_capture.csv": ["a_00, b_01, a_02", "a_00, a_01, a_02"],
    "nanosight_concentration_in_thousands.csv": ["600,000,000", "a_00"],
    "nanosight_concentration_invalid.csv": ["a_01 (Not valid)"],
    "nanosight_concentration_is_text.csv": ["concentration of high for a_00"],
    "nanosight_concentration_not_finite.csv": ["concentration of nan for a_00"],
    "nanosight_dilution_below_one.csv": ["0.001", "1 or more"],
    "nanosight_dilution_in_part.csv": ["1000, Not recorded"],
    "nanosight_dilution_not_a_number.csv": ["dilution factor of PBS"],
    "nanosight_dilution_without_its_title.csv": ["doesn't say whether"],
    "nanosight_empty_size_table.csv": ["met no bin"],
    "nanosight_mean_is_text.csv": ["a_01 about 100"],
    "nanosight_negative_bin.csv": ["-4 \u00d7 10⁸/mL in the size table"],
    "nanosight_negative_concentration.csv": ["-800000000.0 for a_01"],
    "nanosight_no_captures.csv": ["met no capture"],
    "nanosight_no_concentration.csv": ["no row 'Concentration", _PARTS],
    "nanosight_not_an_nta_file.csv": ["no known counter"],
    "nanosight_not_processed.csv": ["weren't processed: a_01"],
    "nanosight_ragged_size_table.csv": ["met 2 cells", "allowed: 4", _PARTS],
    "nanosight_several_faults.csv": ["-800000000.0", "1000, 500", "after 100.5 nm"],
    "nanosight_text_in_size_table.csv": ["'many'"],
    "nanosight_truncated.csv": ["met 2 cells", _PARTS],
    "nanosight_truncated_before_sizes.csv": ["met no bin"],
    "nanosight_truncated_between_bins.csv": ["a_00", "a_01", "a_02", "cut short"],
    "nanosight_two_dilutions.csv": ["dilution factors 1000, 500"],
    "nanosight_weighted_by_volume.csv": ["weighted by volume", "by number"],
    "raw_track_file.csv": ["single particles or tracks", "experiment summary"],
    "zetaview_all_zero_table.txt": ["zero in every bin"],
    "zetaview_dilution_already_in_it.txt": ["8 \u00d7 10¹⁰", "1,000", "in it already"],
    "zetaview_dilution_is_text.txt": ["'unknown'", "1 or more"],
    "zetaview_dilution_of_zero.txt": ["'0.000000'", "1 or more"],
    "zetaview_empty_size_table.txt": ["met no bin"],
    "zetaview_failed_cell_check.txt": ["Cell Check Result: met 'Failed'"],
    "zetaview_no_concentration_column.txt": ["met no size table"],
    "zetaview_no_separator.txt": ["no row of -1"],
    "zetaview_no_size_table.txt": ["met no size table"],
    "zetaview_ragged_size_table.txt": ["met 1 cells", _PARTS],
    "zetaview_two_concentrations_disagree.txt": ["3 \u00d7 10⁷", "8 \u00d7 10⁶"],
    "zetaview_unknown_unit.txt": ["concentration / m-3", "per cm3"],
    "zetaview_zero_traces.txt": ["Number of Traces: met '0'"],
    "zetaview_zero_traces_all_zero_table.txt": [
        "Number of Traces: met '0'",
        "zero in every bin",
    ],
}


def test_every_bad_file_has_its_row_here():
    assert {path.name for path in BAD.iterdir()} == set(SAID)


@pytest.mark.parametrize("name", sorted(SAID))
def test_a_bad_file_is_refused_with_its_fault(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError) as refused:
        read_instrument(BAD / name)
    message = str(refused.value)
    message = message.replace("\N{NO-BREAK SPACE}", " ")
    assert [words for words in SAID[name] if words not in message] == []
    for line in message.splitlines():  # file, what was met, what is allowed, what to do
        assert line.startswith(f"{name}: ")
        assert "met " in line
        _, _, rest = line.partition("; allowed: ")
        assert ";" in rest
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_isnt_there_is_refused_and_so_is_a_folder(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        read_instrument(tmp_path / "none.csv")
    with pytest.raises(InputError, match="can't be read"):
        read_instrument(tmp_path)


def test_a_video_is_refused_without_reading_it(tmp_path):
    path = tmp_path / "capture.avi"
    with path.open("wb") as out:
        out.truncate(10**9)
    with pytest.raises(InputError, match="1000 MB"):
        read_instrument(path)


@pytest.mark.parametrize("text", [NanoSight().text(), zetaview()], ids=["csv", "txt"])
def test_a_file_cut_anywhere_is_refused_flagged_or_loses_nothing(text, tmp_path):
    path = tmp_path / "cut"
    path.write_text(text, "latin-1", newline="")
    whole = read_instrument(path)
    accepted = 0
    for length in range(0, len(text), 3):
        path.write_text(text[:length], "latin-1", newline="")
        try:
            cut = read_instrument(path)
        except InputError:
            continue
        accepted += 1
        same = np.array_equal(cut.per_ml_bin, whole.per_ml_bin)
        assert same or set(cut.flags) - set(whole.flags), text[:length][-60:]
    assert accepted > 0  # what stands below the table is not needed
