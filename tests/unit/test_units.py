"""Units: text in, numbers of the program out, and everything else refused."""

from __future__ import annotations

import pytest

from exoheart import units
from exoheart.errors import InputError, UnitError


@pytest.mark.parametrize(
    ("unit", "to", "wanted"),
    [
        ("min", "hour", 1 / 60),
        ("d", "hour", 24.0),
        ("1/day", "1/hour", 1 / 24),
        ("mL/min/g", "mL/hour/g", 60.0),
        ("%", "1", 0.01),
        ("percent", "", 0.01),
        ("1", "1", 1.0),
        ("", "1", 1.0),
        ("points", "1", 0.01),
        ("giga_item", "item", 1e9),
        ("particles", "giga_item", 1e-9),
        ("particles/cell", "1", 1.0),
        ("particles/cell/hour", "1/hour", 1.0),
        ("mg", "ug", 1e3),
        ("L/min", "mL/hour", 6e4),
    ],
)
def test_a_factor_turns_one_unit_into_another(unit, to, wanted):
    """Expected numbers are definitions of the units."""
    assert units.factor(unit, to) == pytest.approx(wanted, rel=1e-12)
    assert units.convert(3.0, unit, to) == pytest.approx(3 * wanted, rel=1e-12)


def test_a_factor_there_and_back_is_one():
    there, back = (
        units.factor("mL/min/g", "L/day/kg"),
        units.factor("L/day/kg", "mL/min/g"),
    )
    assert there * back == pytest.approx(1.0, rel=1e-12)


@pytest.mark.parametrize(
    ("unit", "to"),
    [("kg", "hour"), ("particles", "g"), ("1", "hour"), ("mL", "1"), ("degC", "hour")],
)
def test_units_that_measure_something_else_are_refused_by_name(unit, to):
    with pytest.raises(UnitError, match="measures") as met:
        units.factor(unit, to)
    assert repr(unit) in str(met.value)


@pytest.mark.parametrize(
    "unit", ["furlongz", "mL/", "((", "1//2", "mg protein", "!", "/0", "'"]
)
def test_text_that_is_no_unit_is_refused_and_never_crashes(unit):
    with pytest.raises(UnitError):
        units.factor(unit, "hour")


def test_unit_errors_are_input_errors():
    """The command line turns these into exit code 2."""
    assert issubclass(UnitError, InputError)


def test_temperatures_have_an_offset():
    assert units.convert(-80.0, "degC", "degC") == pytest.approx(-80.0)
    assert units.convert(0.0, "degC", "kelvin") == pytest.approx(273.15)


@pytest.mark.parametrize(
    ("text", "value", "rest"),
    [
        ("7.5 mg protein", 7.5, "mg protein"),
        ("1e10 particles per kg", 1e10, "particles per kg"),
        ("  90   min ", 90.0, "min"),
        ("-2 h", -2.0, "h"),
        ("3", 3.0, ""),
    ],
)
def test_a_number_is_split_from_its_unit(text, value, rest):
    assert units.split(text) == (value, rest)


@pytest.mark.parametrize("text", ["", "min", "ninety min", "90min", "1,5 h"])
def test_text_without_a_number_is_refused_with_an_example(text):
    with pytest.raises(UnitError, match="90 min"):
        units.split(text)


def test_a_quantity_is_read_in_the_unit_asked_for():
    assert units.read("90 min", "hour") == 1.5
    with pytest.raises(UnitError, match="has no unit"):
        units.read("90", "hour")
    with pytest.raises(UnitError, match="measures"):
        units.read("90 g", "hour")
