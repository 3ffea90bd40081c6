"""The joined model: particles given are found, and nothing goes below zero."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from joined_study import ANIMALS, ROUTES, study, unaccounted, usual

from exoheart import delivery
from exoheart.engine import ensemble
from exoheart.engine.kernels import Kernels
from exoheart.engine.program import forget
from exoheart.prediction import simulate
from exoheart.therapy import MECHANISMS, therapy_model

#: Conservation is bookkeeping of the solver: the ladder of the house asks for 1e-8.
CONSERVED = 1e-8
#: How far below zero a state may be taken by the solver, in absolute tolerances.
BELOW = 1e3
MEMBERS = 48


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("species", ANIMALS)
def test_particles_given_are_particles_found(species, route):
    """In every drawn member, at every sample after dosing: intact, inside, digested."""
    lost = unaccounted(usual(species, MEMBERS), route)
    assert lost.max() < CONSERVED


@pytest.mark.parametrize("species", ANIMALS)
def test_no_member_fails_and_none_needs_the_fallback(species):
    assert not usual(species, MEMBERS).solution.messages


@pytest.mark.parametrize("species", ANIMALS)
def test_no_particle_state_is_negative(species):
    prediction = usual(species, MEMBERS)
    tolerances = prediction.cohort.model.absolute_tolerances
    for state in delivery.STATES:
        if state == delivery.OWED:
            assert prediction.solution[state].max() <= 0.0
            continue
        assert prediction.solution[state].min() > -BELOW * tolerances[state], state


@pytest.mark.parametrize(
    ("species", "at", "more"),
    [
        ("mouse", "5 min before reperfusion", 'over = "30 min"'),
        ("rat", "10 min after occlusion", 'over = "2 min"'),
        ("pig", "1 h after reperfusion", 'every = "12 h"\ntimes = 3'),
    ],
    ids=["infusion across reperfusion", "under occlusion", "three doses"],
)
def test_particles_are_found_whatever_the_schedule(species, at, more):
    prediction = simulate(study(species, at=at, more=more), members=16)
    for route in ROUTES:
        assert unaccounted(prediction, route).max() < CONSERVED, route


def test_the_account_can_fail(monkeypatch):
    """One rate that is off by a millionth loses more particles than allowed."""
    whole = Kernels.__init__

    def careless(self, system, recorded):
        rates = list(system.rates)
        k = system.states.index("delivery_venous")
        off = system.graph.number(1.000001)
        rates[k] = system.graph.mul(off, rates[k])
        whole(self, replace(system, rates=tuple(rates)), recorded)

    monkeypatch.setattr(Kernels, "__init__", careless)
    monkeypatch.setenv("EXOHEART_CACHE", "")
    forget()
    prediction = simulate(study("mouse", routes=("intracoronary",)), members=16)
    forget()
    assert unaccounted(prediction, "intracoronary").max() > CONSERVED


@pytest.mark.parametrize("species", ANIMALS)
def test_every_state_of_the_model_stays_above_zero(species):
    """All 120, drawn members of every route, by mechanisms in turn; debts apart."""
    usual_ = usual(species, MEMBERS).cohort
    model = therapy_model(therapy_model().states)
    cohort = type(usual_)(
        model,
        usual_.draws,
        type(usual_.size)(5, 4),
        (*MECHANISMS, "none"),
        (True, False, True, False, True),
        usual_.infarct,
        usual_.arms,
        usual_.sample_times,
    )
    solution = ensemble.solve(model, cohort)
    assert not solution.messages
    for state, tolerance in model.absolute_tolerances.items():
        if state != delivery.OWED:
            assert solution[state].min() > -BELOW * tolerance, state
    for state in model.states:
        if state.startswith("mechanism_signal_"):
            assert solution[state].max() <= 1.0, state
    living = solution["heart_viable"] + solution["heart_jeopardised"]
    assert np.max(living) < 1 + 1e-9
