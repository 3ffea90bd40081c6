"""Numbers read the same everywhere: few digits, units, no computer notation."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exoheart.figures import numbers

S = numbers.SPACE


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3.81e13, f"3.8{S}\u00d7{S}10¹³"),
        (1e-8, "10⁻⁸"),
        (-2.5e-5, f"\u22122.5{S}\u00d7{S}10⁻⁵"),
        (0.01234, "0.0123"),
        (58.14, "58.1"),
        (1234.5, "1,230"),
        (30.0, "30"),
        (12, "12"),
        (12345, "12,345"),
        (0.0, "0"),
        (True, "yes"),
        ("own assay", "own assay"),
        (None, "not available"),
        (math.nan, "not available"),
        (math.inf, "not available"),
    ],
)
def test_number_has_at_most_three_digits_and_no_exponent(value, text):
    assert numbers.number(value) == text


@given(st.floats(allow_nan=True, allow_infinity=True))
def test_no_float_ever_shows_computer_notation(value):
    shown = numbers.number(value)
    assert shown
    assert shown == numbers.MISSING or "e" not in shown
    assert "nan" not in shown
    assert "inf" not in shown


@pytest.mark.parametrize(
    ("pair", "text"),
    [
        ([-21.4, 4.92], "\u221221.4 to 4.9"),
        ([17.0, 38.0], "17 to 38"),
        ([9.1e12, 1.4e14], f"9.1{S}\u00d7{S}10¹² to 1.4{S}\u00d7{S}10¹⁴"),
        ([0.0033, 2.31], "0.0033 to 2.31"),
        ([None, 5.0], "not available to 5"),
        ([None, None], "not available"),
        (None, "not available"),
        ([2.0, 2.0], "2 to 2"),
        ([-0.001, 9.0], "0 to 9"),
    ],
)
def test_both_ends_of_an_interval_share_their_decimals(pair, text):
    assert numbers.interval(pair) == text


def test_median_follows_the_decimals_of_its_interval():
    assert numbers.median(-6.312, [-21.4, 4.92], "points") == f"\u22126.3{S}points"
    assert numbers.median(None, [1.0, 2.0], "points") == "not available"


@pytest.mark.parametrize(
    ("unit", "words"),
    [
        ("1", ""),
        ("dimensionless", ""),
        ("1/mm2", "per mm²"),
        ("per_hour", "per hour"),
        ("1/ug", "per µg"),
        (None, ""),
    ],
)
def test_units_are_words(unit, words):
    assert numbers.unit_words(unit) == words


def test_simulated_probabilities_are_never_certain():
    assert numbers.probability(0.0, 0.0) == f"below{S}1{S}%"
    assert numbers.probability(1.0) == f"above{S}99{S}%"
    assert numbers.probability(0.5, 0.004) == f"50.0{S}±{S}0.4{S}%"
    assert numbers.probability(math.nan) == "not available"


@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0) | st.none())
def test_no_probability_reads_as_certain_and_no_error_as_zero(value, error):
    shown = numbers.probability(value, error).replace(S, " ")
    first = shown.removeprefix("below ").removeprefix("above ").split()[0]
    assert 0.0 < float(first) < 100.0
    if error:
        size = shown.split("± ")[1].strip(" %)") if "±" in shown else ""
        assert float(size.removeprefix("below ")) > 0.0


def test_a_probability_at_its_end_keeps_its_error():
    """0 of 4 draws and 0 of 64 draws are not the same answer."""
    few, many = numbers.probability(0.0, 0.15), numbers.probability(0.0, 0.015)
    assert few == f"below{S}1{S}%{S}(±{S}15)"
    assert many == f"below{S}1{S}%{S}(±{S}2)"


def test_computer_notation_inside_a_text_is_rewritten():
    assert numbers.number("1e-8 relative") == "10⁻⁸ relative"
    assert numbers.tidy("doi:10.1000/1e5x") == "doi:10.1000/1e5x"


def test_times_are_hours_up_to_four_days():
    assert numbers.duration(49.5) == f"49.5{S}h"
    assert numbers.duration(672.0) == f"28{S}d"


def test_a_label_breaks_at_spaces_only():
    assert numbers.wrap("heart, border zone at 24 h", 14).split("\n") == [
        "heart, border",
        "zone at 24 h",
    ]
