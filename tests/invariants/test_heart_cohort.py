"""A thousand untreated animals of each treated species, drawn from the tables."""

from __future__ import annotations

import numpy as np
import pytest
from heart_protocols import OBSERVED, SHAM, STATES, broken, protocols, samples

from exoheart import calibration as ct
from exoheart.calibration.animals import animals

ANIMALS = 1000


@pytest.mark.parametrize("species", ["mouse", "rat", "pig", "human"])
def test_a_thousand_drawn_animals_break_no_rule(species):
    """Solved or accounted for, states in range, cells and volumes those of a heart.

    The k-th animal has the k-th of four protocols in turn, for 28 days.
    """
    drawn = animals(species, ANIMALS, seed=1)
    of = protocols(species)
    runs = [
        ct.Run(species, of[k % 4], samples(of[k % 4], 28), animal)
        for k, animal in enumerate(drawn)
    ]
    solved = ct.solve(runs, OBSERVED)
    assert solved.failed == 0, solved.messages
    # who needed more than the first solver has a sentence, and nobody else has
    assert set(solved.messages) == set(np.flatnonzero(solved.status).tolist())
    assert len(solved.messages) <= ANIMALS // 100
    values = {id_: [animal[id_] for animal in drawn] for id_ in drawn[0]}
    assert broken(solved, values) == {}


@pytest.mark.parametrize("species", ["mouse", "rat", "pig", "human"])
def test_drawn_shams_stay_as_they_are(species):
    """Without ischaemia no drawn animal drifts in 90 days, to rounding."""
    drawn = animals(species, 50, seed=1)
    runs = [ct.Run(species, SHAM, samples(SHAM, 90), animal) for animal in drawn]
    solved = ct.solve(runs, STATES)
    assert not solved.messages
    assert np.ptp(solved.values, axis=1).max() < 1e-12
