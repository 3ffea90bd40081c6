"""What must hold of the heart whatever the numbers: bounds, limits, monotony."""

from __future__ import annotations

import numpy as np
import pytest
from heart_protocols import (
    DAY,
    LIGATION,
    SHAM,
    SIZE,
    SPECIES,
    STATES,
    protocols,
    reperfused,
)

from exoheart import calibration as ct
from exoheart import engine, heart
from exoheart.evidence import load_parameters

ENDPOINTS = (SIZE, "outcome_ejection_fraction", "outcome_fibrosis_infarct")
CELLS = tuple(
    f"port_cells_risk_{cell}"
    for cell in ("cardiomyocyte", "endothelial", "fibroblast", "macrophage")
)
#: Three months, dense where things are fast.
QUARTER = np.concatenate([np.linspace(0, 6, 25), np.linspace(7, 90 * DAY, 60)])


def shaken(species, seed, signal):
    """All rates, times and gains moved by 30 % (not the shares), a constant signal."""
    rng = np.random.default_rng(seed)
    model = ct.heart_model(())
    values = ct.central(model, species)
    shares = {
        row.id.replace(".", "_", 1)
        for row in load_parameters()
        if row.species in {species, "all"} and row.bound_high == 1
    }
    moved = {
        id_: values[id_] * np.exp(0.3 * rng.standard_normal())
        for id_ in model.parameters
        if id_ not in shares
    }
    return moved | dict.fromkeys(heart.PORTS_READ, signal)


@pytest.mark.parametrize("species", SPECIES)
@pytest.mark.parametrize("signal", [0.0, 1.0])
def test_states_stay_in_bounds(species, signal):
    """No state 1e3 absolute tolerances below zero, V + J at most 1, for 90 days."""
    protocols = (reperfused(45), reperfused(240), LIGATION)
    runs = [
        ct.Run(species, protocol, QUARTER, shaken(species, seed, signal))
        for seed, protocol in enumerate(protocols)
    ]
    solved = ct.solve(runs, (*STATES, *ENDPOINTS, *CELLS))
    assert not solved.messages
    tolerance = ct.heart_model(()).absolute_tolerances
    for state in STATES:
        assert solved[state].min() > -1e3 * tolerance[state], state
    for observable in (*ENDPOINTS, *CELLS):
        # percentages of states with a scale of 1: a hundred times their bound
        assert solved[observable].min() > -1e-4, observable
    living = solved["heart_viable"] + solved["heart_jeopardised"]
    assert living.max() < 1 + 1e-6  # 1e3 absolute tolerances
    assert solved["heart_leak"].max() < 1 + 1e-9
    assert solved["outcome_ejection_fraction"].max() < 100


@pytest.mark.parametrize("species", SPECIES)
def test_a_sham_is_flat(species):
    """Without ischaemia nothing moves in 90 days but for a last digit.

    Gain and loss that are equal are not equal bit by bit: one of them is rounded
    together with their difference.
    """
    solved = ct.solve([ct.Run(species, SHAM, QUARTER)], STATES)
    assert np.ptp(solved.values, axis=1).max() < 1e-15


def test_renewal_adds_nothing_to_a_whole_heart():
    """A full renewal signal in a sham leaves the living cells at 1."""
    changes = {"port_signal_renewal": 1.0}
    solved = ct.solve([ct.Run("mouse", SHAM, QUARTER, changes)], ("heart_viable",))
    np.testing.assert_allclose(solved.values, 1.0, atol=1e-12)


@pytest.mark.parametrize("species", SPECIES)
def test_ligation_is_reperfusion_that_never_comes(species):
    """A ligation equals an opening beyond the end, whatever flow that would bring."""
    never = ct.Run(species, LIGATION, QUARTER)
    late = [
        ct.Run(species, reperfused(200 * DAY * 60), QUARTER, {"heart_no_reflow": share})
        for share in (0.0, 0.3)
    ]
    solved = ct.solve([never, *late], STATES)
    for opened in solved.values[1:]:
        np.testing.assert_array_equal(opened, solved.values[0])


@pytest.mark.parametrize("species", SPECIES)
def test_without_signals_therapy_numbers_do_not_matter(species):
    """At zero signals a heart equals its control whatever the therapy's maxima."""
    none = {
        "heart_survival_effect": 0.0,
        "heart_polarisation_effect": 0.0,
        "heart_nfkb_effect": 0.0,
        "heart_antifibrotic_effect": 0.0,
        "heart_interleukin_10_therapy_gain": 0.0,
        "heart_polarisation_therapy_weight": 0.0,
        "heart_vessel_therapy_gain": 0.0,
        "heart_vessel_ceiling_therapy": 0.0,
        "heart_vessel_pruning_therapy_effect": 0.0,
        "heart_renewal_rate": 0.0,
    }
    control = ct.Run(species, reperfused(60), QUARTER)
    without = ct.Run(species, reperfused(60), QUARTER, none)
    solved = ct.solve([control, without], STATES)
    np.testing.assert_array_equal(solved.values[0], solved.values[1])


@pytest.mark.parametrize("no_reflow", [0.0, 0.3])
@pytest.mark.parametrize("species", SPECIES)
def test_longer_ischaemia_means_a_larger_infarct(species, no_reflow):
    """Infarct size at 24 h never falls as the occlusion grows, ligation included."""
    minutes = (5, 15, 30, 45, 60, 90, 180, 360, 720)
    withheld = {"heart_no_reflow": no_reflow}
    runs = [
        ct.Run(species, reperfused(m), [0.0, m / 60 + DAY], withheld) for m in minutes
    ]
    runs.append(ct.Run(species, LIGATION, [0.0, 12 + DAY]))
    sizes = ct.solve(runs, (SIZE,))[SIZE][:, 1]
    assert np.all(np.diff(sizes) > -1e-6)
    assert sizes[-1] > sizes[0] + 10


@pytest.mark.parametrize("species", SPECIES)
@pytest.mark.parametrize("no_reflow", [0.0, 0.3])
def test_more_collateral_flow_means_a_smaller_infarct(species, no_reflow):
    """Infarct size at 24 h falls with collateral flow, under every protocol."""
    critical = ct.central(ct.heart_model(()), species)["heart_critical_flow"]
    flows = critical * np.array([0.003, 0.15, 0.3, 0.5, 0.7, 0.85, 0.97])
    for protocol in protocols(species):
        at = [0.0, (protocol[1] or 0.0) + DAY]
        sizes = ct.solve(
            [
                ct.Run(
                    species,
                    protocol,
                    at,
                    {"heart_collateral_flow": flow, "heart_no_reflow": no_reflow},
                )
                for flow in flows
            ],
            (SIZE,),
        )[SIZE][:, 1]
        assert np.all(np.diff(sizes) < 0), (protocol, sizes)


@pytest.mark.parametrize("species", SPECIES)
@pytest.mark.parametrize("flow", [0.0, 0.9])
def test_flow_above_critical_means_no_infarct_and_no_drift(species, flow):
    """Collateral flow just above the critical value, or a guinea pig's (PMID3440266).

    All but flow itself stays at rest for 90 days, under every protocol.
    """
    critical = ct.central(ct.heart_model(()), species)["heart_critical_flow"]
    changes = {"heart_collateral_flow": max(flow, 1.001 * critical)}
    still = [state for state in STATES if state != "heart_flow"]
    runs = [ct.Run(species, p, QUARTER, changes) for p in protocols(species)]
    solved = ct.solve(runs, still)
    assert np.ptp(solved.values, axis=1).max() < 1e-9


@pytest.mark.parametrize("species", SPECIES)
def test_leakiness_needs_reperfusion(species):
    """A ligated bed never leaks; a reopened one does, and heals again."""
    runs = [
        ct.Run(species, LIGATION, QUARTER),
        ct.Run(species, reperfused(60), QUARTER),
    ]
    solved = ct.solve(runs, ("heart_leak",))["heart_leak"]
    assert solved[0].max() == 0
    assert solved[1].max() > 0.3
    assert solved[1][-1] < 1e-6


def test_halved_tolerance_moves_no_endpoint():
    """Halving rtol moves no endpoint by more than 1e-4 of its value."""
    model = ct.heart_model(ENDPOINTS)
    values = ct.central(model, "pig")
    table = np.array([[values[id_] for id_ in model.parameters]])
    actions = heart.infarct_actions(0, *reperfused(60), values)
    times = np.array([[25.0, 49.0, 29 * DAY]])
    members = engine.Table(table, model.initial(table), actions, times)
    once = engine.solve(model, members, rtol=1e-6).values
    twice = engine.solve(model, members, rtol=5e-7).values
    np.testing.assert_allclose(twice, once, rtol=1e-4)
