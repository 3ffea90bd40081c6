"""Rival structures: each can be built, differs from the shipped text, and is scored."""

from __future__ import annotations

import json

import numpy as np
import pytest

from exoheart.calibration import Run, heart_model, heart_text, posterior, solve
from exoheart.calibration.rivals import STRUCTURES
from exoheart.calibration.structures import Score, structures_document
from exoheart.engine import unit_faults
from exoheart.evidence.tables import data_folder

NAMES = [one.name for one in STRUCTURES]
SEEN = (
    "outcome_infarct_area_at_risk",
    "outcome_ejection_fraction",
    "heart_interleukin_1",
    "heart_tnf",
    "heart_tgf_beta",
    "heart_neutrophils",
    "outcome_macrophages",
    "heart_collagen",
    "heart_vessels",
)
TIMES = np.array([0.0, 6.0, 24.0, 72.0, 168.0, 672.0])


def course(one):
    runs = [
        Run("mouse", protocol, TIMES, one.changes)
        for protocol in (("ischaemia-reperfusion", 1.0), ("permanent ligation", None))
    ]
    return solve(runs, SEEN, one.terms, added=one.added).values


@pytest.mark.parametrize("one", STRUCTURES, ids=NAMES)
def test_a_structure_keeps_its_units_and_names_real_parameters(one):
    """Its text passes the unit check, and what it fixes is in the text."""
    assert unit_faults(heart_text(one.terms, one.added)) == []
    model = heart_model(SEEN, one.terms, one.added)
    assert set(one.changes) <= set(model.parameters)


@pytest.mark.parametrize("one", STRUCTURES[1:], ids=NAMES[1:])
def test_a_structure_differs_from_the_shipped_text(one):
    """Some course moves by more than 1 %, else nothing could tell the two apart."""
    shipped, rival = course(STRUCTURES[0]), course(one)
    scale = np.abs(shipped).max(axis=(0, 1))
    assert (np.abs(rival - shipped) / scale).max() > 0.01


def test_scores_are_compared_laboratory_by_laboratory():
    """Gains of 1 and 3 are 4 in sum, with an error of sqrt(2) times their SD."""
    labs = ("a", "b")
    first = Score("x", dict.fromkeys(labs, -5.0), {}, {}, 1, 2)
    other = Score("y", {"a": -4.0, "b": -2.0}, {}, {}, 1, 2)
    gain, error = other.against(first)
    assert gain == pytest.approx(4.0)
    assert error == pytest.approx(2.0)


def test_the_shipped_scores_are_of_the_shipped_structures():
    """After a change: exoheart calibrate --structures --json."""
    text = (data_folder() / "fitted" / "structures.json").read_text("utf-8")
    document = json.loads(text)
    found = document["structures"]
    assert [one["name"] for one in found] == NAMES
    assert found[0]["against_shipped"] == 0
    assert document["data_sha256"] == posterior.data_digest()
    assert document["text_sha256"] == posterior.text_digest()
    assert document["priors_sha256"] == posterior.priors_digest()


def test_the_document_names_every_structure():
    """Each score stands beside what it is about."""
    labs = {"a": -1.0, "b": -2.0}
    scores = [Score(name, labs, {"a": 1}, {"a": 2}, 3, 4) for name in NAMES]
    document = structures_document(scores)["structures"]
    assert [one["name"] for one in document] == NAMES
    assert all(one["against_shipped"] == 0 for one in document)
