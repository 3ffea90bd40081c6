"""Mechanisms alone: constant uptake in, closed forms out."""

import math

import numpy as np
import pytest

from exoheart import engine
from exoheart.heart import mechanisms

HOURS = [0.0, 1.0, 6.0, 24.0, 96.0]
OCCUPANCIES = tuple(
    f"mechanism_{name}_occupancy_{signal}"
    for name in mechanisms.MECHANISMS
    for signal in mechanisms.SIGNALS
)
PORTS = tuple(f"port_signal_{signal}" for signal in mechanisms.SIGNALS)
GROUP_STATES = tuple(
    f"mechanism_cargo_{what}_{group}"
    for what in ("taken_up", "endosome", "cytosol")
    for group in mechanisms.GROUPS
)
VALUES = {
    "mechanism_cargo_copies": 0.5,
    "mechanism_fusion_share": 0.01,
    "mechanism_endosome_exit": 0.5,
    "uptake_endosomal_escape_fraction": 0.02,
    "mechanism_rna_half_life": 24.0,
    "mechanism_copies_needed": 1000.0,
    "mechanism_copies_exponent": 1.5,
    "mechanism_surface_half_effect": 100.0,
    "mechanism_relay_half_effect": 1000.0,
    "mechanism_relay_load_time": 24.0,
    "mechanism_relay_delay": 6.0,
    "mechanism_onset": 1.0,
    "mechanism_weight_cargo": 0.0,
    "mechanism_weight_surface": 0.0,
    "mechanism_weight_relay": 0.0,
    "anatomy_risk_mass": 30.0,
    "anatomy_border_mass": 10.0,
    "anatomy_remote_mass": 60.0,
}


def joined() -> str:
    return engine.join("mechanisms_alone", mechanisms.blocks(), mechanisms.PORTS_READ)


def solve(**changed: float) -> dict[str, np.ndarray]:
    model = engine.compile_model(joined(), (*OCCUPANCIES, *PORTS, *GROUP_STATES))
    values = dict(VALUES)
    for id_ in model.parameters:
        if id_.startswith("port_"):
            values[id_] = 0.0
        elif id_.startswith("mechanism_share"):
            values[id_] = 1.0
        elif id_.startswith("mechanism_decay"):
            values[id_] = 48.0
    values |= changed
    table = np.array([[values[id_] for id_ in model.parameters]])
    members = engine.Table(table, model.initial(table), (), np.array([HOURS]))
    solution = engine.solve(model, members, rtol=1e-9)
    assert solution.status[0] == 0, solution.messages
    return {
        name: solution.values[0, :, column]
        for column, name in enumerate(solution.observables)
    }


def test_units_of_the_text_are_right() -> None:
    """libSBML has nothing to say, warnings included."""
    assert engine.unit_faults(joined()) == []


def test_every_mechanism_keeps_the_interface() -> None:
    """One occupancy per mechanism and signal, and all inputs are parameters."""
    model = engine.compile_model(joined(), (*OCCUPANCIES, *PORTS))
    assert set(mechanisms.INPUTS) <= set(model.parameters)


def test_no_vesicles_no_signal() -> None:
    """All weights on, nothing arrives: every signal stays exactly zero."""
    got = solve(**{f"mechanism_weight_{name}": 1.0 for name in mechanisms.MECHANISMS})
    assert all(np.all(got[port] == 0.0) for port in PORTS)


def test_no_effect_is_all_weights_at_zero() -> None:
    """Vesicles arrive and occupy, and no signal moves."""
    got = solve(port_taken_up_risk_macrophage=1e6, port_bound_risk_cardiomyocyte=1e6)
    assert got["mechanism_surface_occupancy_survival"][-1] > 0.9
    assert got["mechanism_relay_occupancy_survival"][-1] > 0.9
    assert all(np.all(got[port] == 0.0) for port in PORTS)


def test_cargo_follows_its_closed_form() -> None:
    """Two linear steps, endosome and cytosol, at constant uptake of 100 per hour."""
    got = solve(port_taken_up_risk_cardiomyocyte=100.0)
    hours = np.array(HOURS)
    out, decay = 0.5, math.log(2) / 24
    endosome = 0.99 * 100 / out * (1 - np.exp(-out * hours))
    by_escape = 0.5 * 0.02 * 0.99 * 100
    by_fusion = 0.5 * 0.01 * 100
    cytosol = (by_escape + by_fusion) / decay * (1 - np.exp(-decay * hours))
    cytosol -= (
        by_escape / (decay - out) * (np.exp(-out * hours) - np.exp(-decay * hours))
    )
    group = "risk_cardiomyocyte"
    assert got[f"mechanism_cargo_taken_up_{group}"] == pytest.approx(100 * hours)
    assert got[f"mechanism_cargo_endosome_{group}"] == pytest.approx(endosome, rel=1e-6)
    assert got[f"mechanism_cargo_cytosol_{group}"] == pytest.approx(cytosol, rel=1e-6)
    power = (cytosol[-1] / 1000) ** 1.5
    occupancy = got["mechanism_cargo_occupancy_survival"][-1]
    assert occupancy == pytest.approx(power / (1 + power), rel=1e-6)


def test_groups_of_two_zones_are_weighted_by_mass() -> None:
    """30 g at 40 vesicles and 10 g at none: 30 per endothelial cell."""
    got = solve(port_bound_risk_endothelial=40.0)
    occupancy = got["mechanism_surface_occupancy_angiogenic"][-1]
    assert occupancy == pytest.approx(30 / 130, rel=1e-12)


def test_the_relay_acts_late() -> None:
    """Behind its load at one hour, near it at four days."""
    got = solve(port_taken_up_border_macrophage=400.0)["mechanism_relay_occupancy_nfkb"]
    load = 100 * 24 * (1 - np.exp(-np.array(HOURS) / 24))
    direct = load / (1000 + load)
    assert got[1] < 0.2 * direct[1]
    assert got[-1] == pytest.approx(direct[-1], rel=0.02)


def test_a_signal_settles_where_onset_and_decay_balance() -> None:
    """u = k*o*tau / (1 + k*o*tau) with weight, share and occupancy in o."""
    got = solve(
        port_bound_risk_macrophage=100.0,
        mechanism_weight_surface=1.0,
        mechanism_share_il10=0.5,
        mechanism_decay_il10=2.0,
    )
    drive = 1.0 * 0.5 * 0.5 * 2.0
    assert got["port_signal_il10"][-1] == pytest.approx(drive / (1 + drive), rel=1e-6)
    assert got["port_signal_survival"][-1] == 0.0
    assert np.all(got["port_signal_polarisation"] <= 1.0)
