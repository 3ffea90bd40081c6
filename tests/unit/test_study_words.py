"""Words of a study file become numbers in the program's units, or faults."""

from __future__ import annotations

import pytest

from exoheart.study.faults import Reader


@pytest.mark.parametrize(
    ("words", "value", "basis", "per"),
    [
        ("7.5 mg protein", 7500.0, "protein", None),
        ("100 ug protein", 100.0, "protein", None),
        ("50 µg protein per kg", 50.0, "protein", "kg"),
        ("2e9 particles", 2e9, "particles", None),
        ("1e10 particles per g heart", 1e10, "particles", "g heart"),
        ("3e6 donor cells per kg", 3e6, "donor cells", "kg"),
        ("0 particles", 0.0, "particles", None),
        ("50 ug RNA", 50.0, "RNA", None),
        ("1.5 mg RNA per kg", 1500.0, "RNA", "kg"),
    ],
)
def test_a_dose_keeps_its_basis(
    words: str, value: float, basis: str, per: str | None
) -> None:
    read = Reader()
    dose = read.dose("dose", words)
    assert read.faults == []
    assert dose is not None
    assert dose.value == pytest.approx(value, rel=1e-12)
    assert (dose.basis, dose.per, dose.words) == (basis, per, words)


@pytest.mark.parametrize(
    "words",
    ["7.5 mg", "particles", "1e9", "1e9 vesicles", "5 mg particles", "1 cells", "",
     "1e9 particles/kg", "1 s protein", "nan particles", "1e400 particles",
     "1,5 mg protein", "50 RNA", "1e9 copies RNA", "5 ug rna"],
)  # fmt: skip
def test_a_dose_that_cannot_be_read_is_one_fault(words: str) -> None:
    read = Reader()
    assert read.dose("dose", words) is None
    assert len(read.faults) == 1


@pytest.mark.parametrize(
    ("words", "offset", "anchor"),
    [
        ("30 min after reperfusion", 0.5, "reperfusion"),
        ("5 min before reperfusion", -1 / 12, "reperfusion"),
        ("4 weeks after occlusion", 672.0, "occlusion"),
        ("0 h after occlusion", 0.0, "occlusion"),
    ],
)
def test_a_moment_is_hours_from_its_anchor(
    words: str, offset: float, anchor: str
) -> None:
    moment = Reader().moment("at", words)
    assert moment is not None
    assert moment.offset_h == pytest.approx(offset, rel=1e-12)
    assert (moment.anchor, moment.words) == (anchor, words)


@pytest.mark.parametrize(
    "words",
    ["30 min", "after reperfusion", "30 after reperfusion", "-5 min after reperfusion",
     "30 min after dose", "30 min at reperfusion", "30 mmin after occlusion"],
)  # fmt: skip
def test_a_moment_that_cannot_be_read_is_one_fault(words: str) -> None:
    read = Reader()
    assert read.moment("at", words) is None
    assert len(read.faults) == 1


def test_temperatures_are_celsius_whatever_their_unit() -> None:
    read = Reader()
    assert read.temperature("t", "-80 degC") == -80.0
    assert read.temperature("t", "193.15 K") == pytest.approx(-80.0)
    assert read.temperature("t", "-80 mL") is None
    assert read.temperature("t", "-300 degC") is None
    assert len(read.faults) == 2


def test_a_unit_of_another_kind_is_a_fault_that_says_the_kind() -> None:
    read = Reader()
    assert read.measure("occlusion", "90 mg", "hour") is None
    assert "unit of time" in read.faults[0].allowed


@pytest.mark.parametrize("to", ["hour", "kg", "ug", "mL"])
def test_every_unit_that_is_offered_can_be_read(to: str) -> None:
    from exoheart.study import faults

    for unit in faults._UNITS[to].split():
        read = Reader()
        value = read.measure("here", f"1 {unit}", to)
        assert read.faults == [], unit
        assert value is not None, unit
        assert value > 0, unit


def test_a_misspelt_unit_names_the_nearest() -> None:
    read = Reader()
    assert read.measure("occlusion", "90 mmin", "hour") is None
    assert read.faults[0].nearest == "min"
