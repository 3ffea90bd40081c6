"""Lot files: every fault at once, each named, and units that mean the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exoheart.errors import DataError
from exoheart.product.lot import FORMS, load_lot, parse_lot
from exoheart.product.lot_template import lot_template
from exoheart.product.release import release_lot
from exoheart.product.specification import (
    ReleaseRequirement,
    shipped_requirements,
    specification,
)

BAD = sorted((Path(__file__).parents[1] / "bad" / "lot").glob("*.toml"))
HEAD = "[lot]\nname = 'A1'\nproduct = 'cdc'\n"


def size_of(value: float, unit: str, low: float, high: float) -> str:
    return (
        f"{HEAD}[[test]]\nname = 'size'\nvalue = {value!r}\nunit = '{unit}'\n"
        f"low = {low!r}\nhigh = {high!r}\n"
    )


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_a_bad_lot_file_is_refused_by_the_name_of_its_fault(path: Path) -> None:
    """The first line of each file says what the message must hold."""
    said = path.read_text("utf-8").splitlines()[0].removeprefix("# says: ")
    with pytest.raises(DataError) as refused:
        load_lot(path)
    assert said in str(refused.value)


def test_all_faults_of_a_file_come_at_once() -> None:
    """Head, names and units are told together, each with the nearest name."""
    path = next(path for path in BAD if path.stem == "several_faults")
    with pytest.raises(DataError) as refused:
        load_lot(path)
    wheres = {fault.where for fault in refused.value.faults}
    assert wheres == {"lot.nmae", "lot.name", "test[1].name", "test[2].unit"}
    nearest = {f.where: f.nearest for f in refused.value.faults}
    assert nearest["lot.nmae"] == "name"
    assert nearest["test[1].name"] == "size"


def test_a_faulty_head_hides_no_fault_of_a_test() -> None:
    """Form, table and keys of `[lot]` and of every test come in one go."""
    path = next(path for path in BAD if path.stem == "head_and_tests")
    with pytest.raises(DataError) as refused:
        load_lot(path)
    assert {fault.where for fault in refused.value.faults} == {
        *("lot.form", "lot.name", "lot.mechanism", "tests"),
        *("test[1].name", "test[1].of", "test[1].date", "test[2].unit"),
        *("test[3].value", "test[3].must_be", "test[3].date", "test[4].of"),
    }


@pytest.mark.parametrize(
    "asked", [each for each in shipped_requirements() if each.findings]
)
def test_only_the_sound_finding_may_be_asked_for(asked: ReleaseRequirement) -> None:
    """`must_be = "growth"` is a fault that names what sterility must be."""
    wrong = next(word for word in asked.findings if word != asked.must_be)
    text = f"{HEAD}form = '{asked.forms[0]}'\n[[test]]\nname = '{asked.test}'\n"
    text += "of = 'one'\n" if asked.several else ""
    parse_lot(f"{text}must_be = '{asked.must_be}'\n")
    with pytest.raises(DataError, match=f"must_be: met '{wrong}'") as refused:
        parse_lot(f"{text}must_be = '{wrong}'\n")
    assert repr(asked.must_be) in refused.value.faults[0].allowed


def test_a_file_that_is_not_there_is_no_lot(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="a lot file in TOML"):
        load_lot(tmp_path / "none.toml")


@given(st.floats(1, 1000), st.floats(1, 1000), st.floats(1, 1000))
def test_a_limit_in_the_same_unit_decides_the_same_in_every_unit(
    value: float, one: float, other: float
) -> None:
    """Nanometres written as micrometres pass or fail alike."""
    low, high = sorted((one, other))
    statuses = set()
    for unit, factor in (("nm", 1.0), ("um", 0.001)):
        lot = parse_lot(size_of(value * factor, unit, low * factor, high * factor))
        assert lot.tests[0].number == pytest.approx(value)
        lines = {line.test: line for line in release_lot(lot).lines}
        statuses.add(lines["size"].status)
    assert len(statuses) == 1


@pytest.mark.parametrize("form", FORMS)
def test_a_template_loads_as_it_stands_and_measures_nothing(form: str) -> None:
    """It holds every test of its form, none with a value or a limit."""
    lot = parse_lot(lot_template(form))
    assert lot.form == form
    assert [one.test for one in lot.tests] == [one.test for one in specification(form)]
    assert all(one.value is None and one.low is None for one in lot.tests)


def test_no_limit_ships() -> None:
    """A limit recalled from practice is words, and says where to look, or nothing."""
    for asked in shipped_requirements():
        assert not hasattr(asked, "low")
        if asked.see:
            assert asked.recalled
    forms = {form for asked in shipped_requirements() for form in asked.forms}
    assert forms == set(FORMS)


def test_a_date_may_be_written_as_toml_or_as_text() -> None:
    for text in ("2026-05-31", "'2026-05-31'"):
        lot = parse_lot(f"{HEAD}[[test]]\nname = 'mycoplasma'\ndate = {text}\n")
        assert lot.tests[0].date == "2026-05-31"
