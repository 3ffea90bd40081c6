"""Published controls: the table, and how a course is read."""

from __future__ import annotations

import csv
import dataclasses
import hashlib

import numpy as np
import pytest

from exoheart.errors import InputError
from exoheart.evidence.bibliography import parse_bibliography
from exoheart.evidence.tables import data_folder
from exoheart.outcome import load_controls, measures, read_course

BASE = dataclasses.replace(
    load_controls()[0], occlusion_h=1.0, at_h=4.0, reference_h=2.0
)
TIMES = np.arange(0.0, 11.0)
VALUES = np.array([2.0, 2.0, 2.0, 4.0, 8.0, 6.0, 4.0, 3.0, 2.0, 2.0, 2.0])


@pytest.mark.parametrize(
    ("relation", "expected"),
    [
        ("value", 6.0),  # hour 5: 1 h of occlusion and 4 h
        ("ratio", 6.0 / 4.0),  # to hour 3
        ("difference", 2.0),
        ("ratio to normal", 3.0),  # to hour 0
        ("share of peak", 6.0 / 8.0),
        ("peak time", 3.0),  # hour 4, counted from reperfusion
    ],
)
def test_relations(relation, expected):
    """Each relation gives the number worked out by hand from a toy course."""
    control = dataclasses.replace(BASE, relation=relation)
    assert read_course(control, TIMES, VALUES) == pytest.approx(expected)


def test_a_course_that_is_too_short_is_refused():
    """Nothing is extrapolated."""
    with pytest.raises(InputError, match="allowed: one that spans"):
        read_course(BASE, TIMES[:4], VALUES[:4])


def test_the_table_is_in_order():
    """Ids are unique, sources exist, marks hold the published value, uses are known."""
    controls = load_controls()
    text = (data_folder() / "sources.bib").read_text("utf-8")
    keys = {entry.key for entry in parse_bibliography(text)[0]}
    assert len({c.id for c in controls}) == len(controls)
    for control in controls:
        assert control.source in keys, control.id
        assert control.passes(control.observed), control.id
        assert control.use in {"calibrate", "select", "qualify"}, control.id
        assert (control.occlusion_h is None) == (
            control.model != "ischaemia-reperfusion"
        )


def test_methods_of_the_table_are_legal():
    """Where a control names a method, its endpoint has that method."""
    methods = {m.observable: m.methods for m in measures()}
    for control in load_controls():
        if control.method:
            assert control.method in methods[control.observable], control.id


#: SHA-256 of the comparisons, their pass marks and uses. They were fixed before any
#: fit; a change here is a change of the rules and needs a line in the changelog.
DIGEST = "bc5107e736f543982518e3d69b2b85b779aeecb71b716808803a6b1c2cfd9df8"


def test_the_comparisons_are_the_ones_that_were_fixed():
    """Pass marks and uses can't move without this digest."""
    found = hashlib.sha256((data_folder() / "controls.csv").read_bytes()).hexdigest()
    assert found == DIGEST


def test_a_cohort_arm_has_one_use_for_a_quantity():
    """No measurement of the same animals is both fitted and held out."""
    uses = {}
    for control in load_controls():
        uses.setdefault((control.series, control.arm), set()).add(control.use)
    assert {key: use for key, use in uses.items() if len(use) > 1} == {}


def test_what_cannot_be_compared_says_why():
    """Published rows without a counterpart in the model keep their reason."""
    text = (data_folder() / "controls_not_represented.csv").read_text("utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    assert rows
    assert all(row["reason"] and row["use"] == "context" for row in rows)
