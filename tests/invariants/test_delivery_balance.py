"""Delivery alone keeps its books: vesicles, molecules and cells given are found."""

from __future__ import annotations

import re
from functools import lru_cache

import libsbml
import numpy as np
import pytest
from delivery_alone import (
    ANIMALS,
    DONOR_CELLS,
    DOSES,
    PER_CELL_HOUR,
    SOLUTE,
    give,
    model,
    text,
)

from exoheart import delivery, engine

#: Conservation is bookkeeping of the solver: the ladder of the house asks for 1e-8.
CONSERVED = 1e-8
#: How far below zero a state may be taken by the solver, in absolute tolerances.
BELOW = 1e3
ROUTES = delivery.modelled_routes()
#: Form -> what a dose holds, as arguments of ``give``; no dose means the usual one.
FORMS = {
    "vesicles": {},
    "vesicles and protein": {"solute": SOLUTE},
    "living cells": {"dose": 0.0, "cells": DONOR_CELLS},
    "RNA": {"dose": 0.0, "solute": SOLUTE, "delivery_solute_rna": 1.0},
}
PRODUCT = {"delivery_solute_mass": 5e-5, "delivery_cell_secretion": PER_CELL_HOUR}
#: Once, and three times a day apart; samples lie after the end of every infusion.
SCHEDULES = {"once": (0.0,), "three times": (0.0, 24.0, 48.0)}
SAMPLES = [0.5, 23.9, 24.5, 47.9, 49.0, 72.0, 168.0]
#: What arms may ask for beside a route.
SPECIAL = {
    "balloon": ("intracoronary", {"flow_arrest": 0.25}),
    "balloon and a large volume": ("intracoronary", {"flow_arrest": 0.25, "volume": 9}),
    "gel in muscle": ("intramyocardial", {"gel_release_half_time": 24.0}),
    "gel in the sac": ("pericardial", {"gel_release_half_time": 24.0}),
    "slow patch at risk": ("patch", {"gel_release_half_time": 240.0, "zone": "risk"}),
    "large volume": ("intramyocardial", {"volume": 3.0, "sites": 2.0}),
}


def check(species: str, route: str, repeats: tuple[float, ...], **asked) -> None:
    """Solve and check each of the three accounts, and that nothing is negative."""
    amounts = give(species, route, SAMPLES, repeats=repeats, **(PRODUCT | asked))
    doses = np.sum(np.array(SAMPLES)[:, None] > np.array(repeats), axis=1)
    vesicles = asked.get("dose", DOSES[species]) * doses
    if np.any(delivery.brought(amounts, vesicles) > 0.0):
        shares = delivery.fate_shares(amounts, vesicles)
        assert np.max(np.abs(shares["unaccounted"])) < CONSERVED
    for states, given in (
        (delivery.SOLUTE, asked.get("solute", 0.0)),
        (delivery.DONOR_CELLS, asked.get("cells", 0.0)),
    ):
        found = np.sum([amounts[state] for state in states], axis=0)
        assert np.max(np.abs(found - given * doses)) <= CONSERVED * given * len(repeats)
    assert np.all(amounts[delivery.OWED] <= 0.0)
    for state, tolerance in model().absolute_tolerances.items():
        if state != delivery.OWED:
            assert np.min(amounts[state]) > -BELOW * tolerance, state


#: Routes and the forms they take; what a route refuses is for test_delivery_routes.py.
TAKEN = [
    (route, form)
    for route in ROUTES
    for form in FORMS
    if form != "living cells" or "cells" in delivery.routes()[route].forms
]


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize(("route", "form"), TAKEN)
@pytest.mark.parametrize("species", ANIMALS)
def test_what_is_given_is_found(species, route, form, schedule):
    """Every route, form and species, over a week, to 1e-8; nothing negative."""
    check(species, route, SCHEDULES[schedule], **FORMS[form])


@pytest.mark.parametrize("special", SPECIAL)
@pytest.mark.parametrize("species", ANIMALS)
def test_what_is_given_is_found_with_balloons_gels_and_antibodies(species, special):
    """Vesicles, molecules and cells at once, foreign, three times a day apart."""
    route, keys = SPECIAL[special]
    check(
        species,
        route,
        SCHEDULES["three times"],
        keys=keys,
        solute=SOLUTE,
        cells=DONOR_CELLS,
        delivery_foreignness=1.0,
    )


@pytest.mark.parametrize("species", ANIMALS)
def test_the_account_of_vesicles_can_fail(species):
    """A billionth of the dose more, and the account is off by as much."""
    amounts = give(species, "intramyocardial", [1.0])
    shares = delivery.fate_shares(amounts, np.array(DOSES[species] * (1 + 1e-7)))
    assert np.max(np.abs(shares["unaccounted"])) > CONSERVED


def test_without_a_dose_every_state_stays_at_zero():
    """Of vesicles, molecules, cells and antibodies, whatever the product says."""
    amounts = give("pig", "intravenous", SAMPLES, dose=0.0, **PRODUCT)
    assert set(amounts) == set(delivery.ALL_STATES)
    assert all(np.all(amount == 0.0) for amount in amounts.values())


def test_every_state_of_the_text_is_in_one_account_and_has_a_scale():
    """A state without a fate would let vesicles vanish from the report."""
    assert len(delivery.ALL_STATES) == len(set(delivery.ALL_STATES))
    assert set(model().states) == set(delivery.ALL_STATES)
    assert set(model().meanings) == set(delivery.ALL_STATES)
    assert model().amounts == set(delivery.ALL_STATES) - set(delivery.ANTIBODIES)


@lru_cache(maxsize=1)
def reactions() -> dict[str, tuple[str, str]]:
    """From where to where each reaction moves one; refuses any other reaction."""
    document = libsbml.readSBMLFromString(engine.text.to_sbml(text()))
    found = {}
    for reaction in document.getModel().getListOfReactions():
        ends = (reaction.getListOfReactants(), reaction.getListOfProducts())
        sides = [[(s.getSpecies(), s.getStoichiometry()) for s in end] for end in ends]
        assert [len(side) for side in sides] == [1, 1], reaction.getId()
        (taken, lost), (given, made) = sides[0][0], sides[1][0]
        assert lost == made == 1.0, reaction.getId()
        assert taken != given, reaction.getId()
        found[reaction.getId()] = (taken, given)
    return found


def stoichiometry() -> tuple[list[str], np.ndarray]:
    """Give the states and the matrix, one row a state and one column a reaction."""
    states = sorted(model().amounts)
    matrix = np.zeros((len(states), len(reactions())))
    for column, (taken, given) in enumerate(reactions().values()):
        matrix[states.index(taken), column] = -1.0
        matrix[states.index(given), column] = 1.0
    return states, matrix


def test_every_reaction_takes_one_and_gives_one():
    """So every column of the stoichiometry adds up to zero."""
    _, matrix = stoichiometry()
    assert matrix.shape[1] > 140
    assert np.all(matrix.sum(axis=0) == 0.0)
    assert np.all(np.abs(matrix).sum(axis=0) == 2.0)


def test_vesicles_molecules_and_cells_never_turn_into_one_another():
    """Each account is conserved by itself: its rows add up to zero in every column."""
    states, matrix = stoichiometry()
    accounts = (delivery.STATES, delivery.SOLUTE, delivery.DONOR_CELLS)
    assert sorted(s for account in accounts for s in account) == states
    for account in accounts:
        rows = [states.index(state) for state in account]
        assert np.all(matrix[rows].sum(axis=0) == 0.0)


def test_there_are_three_things_that_are_conserved_and_no_fourth():
    """Rank of the matrix: states less the three accounts, so no state is cut off."""
    states, matrix = stoichiometry()
    assert np.linalg.matrix_rank(matrix) == len(states) - 3


def test_only_living_cells_owe_vesicles():
    """The state that may be negative is taken from by secretion and by nothing else."""
    owing = {id_ for id_, ends in reactions().items() if delivery.OWED in ends}
    places = ("risk", "border", "lung")
    assert owing == {f"delivery_secrete_{place}" for place in places}
    assert all(reactions()[id_][0] == delivery.OWED for id_ in owing)
    released = re.findall(r"delivery_secrete_\w+: .*? -> .*?; (.*?);", text())
    assert sorted(released) == sorted(
        f"delivery_cell_secretion * delivery_cells_{place}" for place in places
    )


def test_units_of_the_text_are_right():
    """libSBML has nothing to say, warnings included."""
    assert engine.unit_faults(text()) == []
