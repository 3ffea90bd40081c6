"""A contrast holds where its arms stand as the claim says, beyond the dead band."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exoheart.reviewing.contrast import ALIKE, DEAD_BAND, read
from exoheart.reviewing.quantities import Seen
from exoheart.reviewing.tables import ArmAt, Contrast

ARM, AGAINST, CONTROL = (ArmAt("s", name, "1 h after occlusion") for name in "abc")
VALUES = st.floats(1.0, 99.0)


def margin(relation, arm, against=None, control=None, threshold=None):
    """The margin of a relation between ejection fractions."""
    contrast = Contrast(
        claim="C001",
        arm=ARM,
        against=None if against is None else AGAINST,
        control=None if control is None else CONTROL,
        quantity="ejection fraction",
        relation=relation,
        threshold=threshold,
        open=False,
        reading="",
    )
    given_ = zip((ARM, AGAINST, CONTROL), (arm, against, control), strict=True)
    seen = {
        place: Seen(
            {"outcome_ejection_fraction": np.array([float(value)])},
            np.zeros(1),
            np.zeros(1),
            None,
        )
        for place, value in given_
        if value is not None
    }
    return float(read(contrast, seen).margin[0])


@pytest.mark.parametrize(
    ("relation", "arm", "holds"),
    [
        ("less", 37.9, True),
        ("less", 38.1, False),
        ("more", 42.1, True),
        ("more", 41.9, False),
        ("not more", 41.9, True),
        ("not more", 42.1, False),
        ("same", 41.9, True),
        ("same", 42.1, False),
        ("same", 37.9, False),
        ("different", 37.9, True),
        ("different", 41.9, False),
    ],
)
def test_arms_differ_beyond_a_twentieth(relation, arm, holds):
    assert (margin(relation, arm, against=40.0) > 0) is holds


@pytest.mark.parametrize(("relation", "holds"), [("above", False), ("below", True)])
def test_a_threshold_has_no_band(relation, holds):
    assert (margin(relation, 9.99, threshold=10.0) > 0) is holds


@pytest.mark.parametrize(
    ("relation", "arm", "against", "holds"),
    [
        ("similar effect", 50.0, 58.0, True),
        ("similar effect", 50.0, 62.0, False),
        ("similar effect", 50.0, 30.0, False),
        ("larger effect", 60.0, 50.0, True),
        ("larger effect", 50.5, 50.0, False),
        ("larger effect", 51.0, 50.0, True),
        ("smaller effect", 50.0, 60.0, True),
        ("larger effect", 20.0, 50.0, True),
    ],
)
def test_effects_are_counted_from_the_control(relation, arm, against, holds):
    assert (margin(relation, arm, against=against, control=40.0) > 0) is holds


@pytest.mark.parametrize("relation", ["similar effect", "larger effect"])
def test_without_an_effect_there_is_nothing_to_compare(relation):
    """Two arms within the dead band of the control say nothing about their ratio."""
    assert np.isnan(margin(relation, 40.5, against=40.1, control=40.0))


@pytest.mark.parametrize(("relation", "holds"), [("more", False), ("same", True)])
def test_equal_arms_are_equal_also_at_zero(relation, holds):
    """Nothing against nothing is no division by zero."""
    assert (margin(relation, 0.0, against=0.0) > 0) is holds


@given(arm=VALUES, against=VALUES)
def test_less_more_and_same_leave_no_gap_and_never_overlap(arm, against):
    held = [margin(r, arm, against=against) > 0 for r in ("less", "more", "same")]
    on_the_edge = np.isclose(abs(arm - against) / against, DEAD_BAND)
    assert sum(held) == 1 or on_the_edge


@given(one=VALUES, other=VALUES)
def test_alike_doesnt_hang_on_the_order(one, other):
    control = 0.5
    there = margin("similar effect", one, against=other, control=control)
    back = margin("similar effect", other, against=one, control=control)
    assert there == pytest.approx(back)
    assert (there > 0) is (
        max(one, other) - control < ALIKE * (min(one, other) - control)
    )
