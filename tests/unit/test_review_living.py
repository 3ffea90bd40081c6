"""What moved between two runs, and nothing else, is told."""

from __future__ import annotations

import copy

import pytest

from exoheart.reviewing import changes
from exoheart.reviewing.living import LAYOUT

VERDICT = {
    "answered_by": "model",
    "verdict": "disagrees",
    "texts": "agrees",
    "cohorts_for": 1,
    "cohorts_against": 0,
}
POOL = {"effects": 3, "estimate": 4.0, "ci95": [1.0, 7.0], "pi95": None}
BEFORE = {
    "layout": LAYOUT,
    "version": "0",
    "seed": 0,
    "draws": 64,
    "studies": {"A_Mouse": "1", "B_Rat": "2"},
    "verdicts": {"C001": dict(VERDICT), "C002": dict(VERDICT)},
    "pooled": {"vesicles: infarct size [points]": POOL},
}


def after(**places):
    """The run before with some values replaced: ``section__key__field=value``."""
    now = copy.deepcopy(BEFORE)
    for place, value in places.items():
        section, key, field = place.split("__")
        now[section][key][field] = value
    return now


def test_the_first_run_has_nothing_before_it():
    assert changes(None, BEFORE).before is None


def test_equal_runs_move_nothing():
    found = changes(BEFORE, copy.deepcopy(BEFORE))
    assert (found.verdicts, found.pooled) == ((), ())
    assert not any(found.studies.values())


@pytest.mark.parametrize("verdict", ["undecided", "agrees", "not answered"])
def test_a_verdict_that_moves_is_told(verdict):
    """Also where the two words are equally long."""
    (one,) = changes(BEFORE, after(verdicts__C002__verdict=verdict)).verdicts
    assert one["claim_id"] == "C002"
    assert (one["before"]["verdict"], one["now"]["verdict"]) == ("disagrees", verdict)


def test_rounding_is_no_change_and_a_thousandth_is_one():
    name = "vesicles: infarct size [points]"
    now = copy.deepcopy(BEFORE)
    now["pooled"][name]["estimate"] = 4.0 * (1 + 1e-13)
    assert changes(BEFORE, now).pooled == ()
    now["pooled"][name]["ci95"] = [1.001, 7.0]
    (one,) = changes(BEFORE, now).pooled
    assert one["now"]["ci95"] == [1.001, 7.0]


def test_studies_are_added_removed_and_changed():
    now = copy.deepcopy(BEFORE)
    now["studies"] = {"B_Rat": "3", "C_Pig": "1"}
    found = changes(BEFORE, now).studies
    assert found == {
        "added": ("C_Pig",),
        "removed": ("A_Mouse",),
        "changed": ("B_Rat",),
    }
