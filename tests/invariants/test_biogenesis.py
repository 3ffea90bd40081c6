"""The culture of donor cells: balanced, its text and its closed forms one and the same.

Tolerances: balances and text against algebra 1e-6 relative or tighter; the solver is
asked for 1e-9.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exoheart import donor, engine
from exoheart.donor import Cell, Flask, medium_course, node_activity, steady_cell

SAMPLES = (0.0, 0.1, 0.5, 1.0)
TIGHT = 1e-9


def cell(count: int = 3, **changed: float) -> Cell:
    """Some cells around the central values of the tables."""
    spread = np.linspace(0.5, 2.0, count)
    values = {
        "exosomes": 300 / 24 * spread,
        "microvesicles": 700 / 24 / spread,
        "secretory_share": 0.05 * spread,
        "digestion": 60 / 75 / spread,
        "free_share": 0.02 * spread,
        "vesicles_per_body": 40.0 * spread,
        "death": 0.03 / 24 * spread,
        "bodies_per_dead_cell": 20.0 / spread,
        "yield_fold": np.ones(count),
    }
    return Cell(**(values | {k: np.full(count, v) for k, v in changed.items()}))


def flask(count: int = 3, **changed: float) -> Flask:
    values = {
        "cells_per_ml": 1e5,
        "window_h": 48.0,
        "background_per_ml": 3e8,
        "reuptake_clearance": 1e-7,
        "adsorption": 0.0034,
    }
    return Flask(**{k: np.full(count, v) for k, v in (values | changed).items()})


NODES = {
    "escrt": 0.4,
    "sphingolipid": 0.7,
    "rab": 2.0,
    "calcium": 1.5,
    "lysosome": 0.5,
}


def turned(count: int = 3) -> Cell:
    """Every node off 1, and a fold of the culture."""
    activities = {node: np.full(count, x) for node, x in NODES.items()}
    return replace(
        cell(count), activities=activities, yield_fold=np.linspace(1.0, 7.0, count)
    )


def test_units_of_the_text_are_right():
    """libSBML has nothing to say, warnings that it can't check included."""
    assert engine.unit_faults(donor.biogenesis_text()) == []


def test_particles_are_conserved():
    """What was made or came with the medium is in one place at any time."""
    course = medium_course(turned(), flask(), SAMPLES, rtol=TIGHT)
    inside = sum(course[s] for s in ("in_bodies", "digested", "held", "lost"))
    outside = sum(course[s] for s in ("exosomes", "microvesicles", "background"))
    there = inside + outside + course["retaken"] + course["adsorbed"]
    came = course["made"] + there[:, :1]
    assert there == pytest.approx(came, rel=1e-8)
    alive = course["living"] + course["dead"]
    assert alive == pytest.approx(np.broadcast_to(alive[:, :1], alive.shape), rel=1e-9)
    bodies = turned().bodies_per_dead_cell[:, None] * course["dead"]
    assert course["apoptotic"] == pytest.approx(bodies, rel=1e-8)


def test_nothing_is_negative():
    course = medium_course(turned(), flask(), SAMPLES, rtol=TIGHT)
    assert all(np.all(values >= -1e-15) for values in course.values())


@pytest.mark.parametrize("make", [cell, turned])
def test_the_text_repeats_the_closed_forms_of_the_cell(make):
    """Release per living cell by the text is the steady state of the algebra."""
    own = make()
    steady = steady_cell(own)
    still = flask(adsorption=0.0, reuptake_clearance=0.0, background_per_ml=0.0)
    course = medium_course(own, still, SAMPLES, rtol=TIGHT)
    # cells that live in the window, in cell hours
    hours = course["dead"][:, -1] / own.death
    for state, rate in (
        ("exosomes", steady.exosomes),
        ("microvesicles", steady.microvesicles),
        ("held", steady.held),
        ("digested", steady.digested),
    ):
        assert course[state][:, -1] == pytest.approx(rate * hours, rel=1e-6), state
    per_cell = course["in_bodies"] / course["living"]
    flat = np.broadcast_to(steady.in_bodies[:, None], per_cell.shape)
    assert per_cell == pytest.approx(flat, rel=1e-7)


def test_a_harvest_of_living_cells_is_the_anchor():
    """Released with its losses made up, the window's harvest is rate times time."""
    own, flasks = cell(death=0.0), flask()
    gross = replace(
        own,
        exosomes=own.exosomes * flasks.gross,
        microvesicles=own.microvesicles * flasks.gross,
    )
    course = medium_course(gross, flasks, SAMPLES, rtol=TIGHT)
    cells = flasks.cells_per_ml / 1e9
    for state, rate in (
        ("exosomes", own.exosomes),
        ("microvesicles", own.microvesicles),
    ):
        found = course[state][:, -1]
        assert found == pytest.approx(rate * flasks.window_h * cells, rel=1e-7), state


def test_the_medium_follows_its_exponential():
    """Living cells in a leaky flask: ``release / loss * (1 - exp(-loss t))``."""
    own, flasks = cell(death=0.0), flask()
    course = medium_course(own, flasks, SAMPLES, rtol=TIGHT)
    times = np.outer(flasks.window_h, SAMPLES)
    loss = flasks.loss[:, None]
    source = (own.exosomes * flasks.cells_per_ml / 1e9)[:, None]
    wanted = source / loss * -np.expm1(-loss * times)
    assert course["exosomes"][:, 1:] == pytest.approx(wanted[:, 1:], rel=1e-7)
    left = flasks.background_per_ml[:, None] / 1e9 * np.exp(-loss * times)
    assert course["background"] == pytest.approx(left, rel=1e-7)


def test_cells_that_die_release_no_more_but_break_into_bodies():
    dying, living = cell(death=0.01), cell(death=0.0)
    by_death = medium_course(dying, flask(), SAMPLES, rtol=TIGHT)
    without = medium_course(living, flask(), SAMPLES, rtol=TIGHT)
    assert np.all(by_death["exosomes"][:, -1] < without["exosomes"][:, -1])
    assert np.all(without["apoptotic"] == 0.0)


shares = st.floats(0.001, 0.6)
lefts = st.floats(0.0, 1.6)


@settings(max_examples=60, deadline=None)
@given(
    node=st.sampled_from(["escrt", "sphingolipid", "rab", "lysosome"]),
    left=lefts,
    share=shares,
)
def test_a_node_repeats_the_finding_it_was_made_from(node, left, share):
    """With its node turned, the cell releases the measured share of exosomes."""
    if node == "lysosome":
        left = max(left, 0.01)  # no digestion is fast enough to leave nothing
    own = cell(1, secretory_share=share)
    x = node_activity(node, np.array([left]), own.secretory_share)
    after = steady_cell(replace(own, activities={node: x}))
    before = steady_cell(own)
    assert after.exosomes == pytest.approx(left * before.exosomes, rel=1e-9, abs=1e-12)
    assert after.microvesicles == before.microvesicles


@settings(max_examples=60, deadline=None)
@given(left=st.floats(0.0, 50.0), share=shares)
def test_no_stimulus_brings_out_more_than_all_bodies(left, share):
    """A rise that would need more than all bodies is held at all of them."""
    got = donor.reachable("rab", np.array([left]), np.array([share]))
    assert got[0] * share <= max(0.999, share) + 1e-12
    assert got[0] == left or left * share > 0.999
    assert np.isfinite(node_activity("rab", got, np.array([share]))[0])
    assert donor.reachable("escrt", np.array([left]), np.array([share]))[0] == left


@settings(max_examples=60, deadline=None)
@given(total=st.floats(1.0, 1e6), share=st.floats(0.0, 1.0), left=st.floats(0.01, 3.0))
def test_what_acts_on_exosomes_leaves_microvesicles_alone(total, share, left):
    """The other vesicles are as many as before; the total falls by less than R."""
    args = (np.array([value]) for value in (total, share, left))
    after, kept = donor.change_exosomes(*args)
    others = after * (1 - kept)
    assert others[0] == pytest.approx(total * (1 - share), rel=1e-9, abs=1e-9)
    assert (after * kept)[0] == pytest.approx(total * share * left, rel=1e-9, abs=1e-12)
    assert min(left, 1) - 1e-9 <= after[0] / total <= max(left, 1) + 1e-9
