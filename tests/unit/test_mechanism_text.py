"""Mechanisms alone: constant uptake in, closed forms out."""

import math
from functools import lru_cache

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
LOADED = tuple(group for group in mechanisms.GROUPS if group != "progenitor")
GROUP_STATES = (
    *(
        f"mechanism_cargo_{what}_{group}"
        for what in ("taken_up", "endosome", "cytosol")
        for group in mechanisms.GROUPS
    ),
    *(f"mechanism_surface_load_{group}" for group in LOADED),
)
#: Everything that delivery may bring: many vesicles on and into every cell, RNA
#: without a vesicle, protein.
FLOOD = {port: 1e6 for port in mechanisms.PORTS_READ if not port.startswith("anatomy_")}
ALL_ON = {f"mechanism_weight_{name}": 1.0 for name in mechanisms.MECHANISMS}
VALUES = {
    "mechanism_cargo_copies": 0.5,
    "mechanism_fusion_share": 0.01,
    "mechanism_endosome_exit": 0.5,
    "uptake_endosomal_escape_fraction": 0.02,
    "mechanism_rna_half_life": 24.0,
    "mechanism_copies_needed": 1000.0,
    "mechanism_copies_exponent": 1.5,
    "mechanism_falling": 0.0,
    "mechanism_excess_inhibition": 0.1,
    "mechanism_progenitor_share": 0.0,
    "mechanism_surface_half_effect": 100.0,
    "mechanism_protein_half_life": 46.0,
    "mechanism_soluble_half_effect": 30.0,
    "mechanism_relay_half_effect": 1000.0,
    "mechanism_relay_load_time": 24.0,
    "mechanism_relay_delay": 6.0,
    "mechanism_onset": 1.0,
    "mechanism_weight_cargo": 0.0,
    "mechanism_weight_surface": 0.0,
    "mechanism_weight_relay": 0.0,
    "mechanism_weight_soluble": 0.0,
    "anatomy_risk_mass": 30.0,
    "anatomy_border_mass": 10.0,
    "anatomy_remote_mass": 60.0,
}


def joined() -> str:
    return engine.join("mechanisms_alone", mechanisms.blocks(), mechanisms.PORTS_READ)


@lru_cache(maxsize=1)
def compiled() -> engine.Model:
    return engine.compile_model(joined(), (*OCCUPANCIES, *PORTS, *GROUP_STATES))


def solve(**changed: float) -> dict[str, np.ndarray]:
    model = compiled()
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
    got = solve(**ALL_ON)
    assert all(np.all(got[port] == 0.0) for port in PORTS)


def test_no_effect_is_all_weights_at_zero() -> None:
    """Vesicles, RNA and protein arrive and occupy, and no signal moves."""
    got = solve(**FLOOD)
    for name in mechanisms.MECHANISMS:
        assert got[f"mechanism_{name}_occupancy_survival"][-1] > 0.9
    assert all(np.all(got[port] == 0.0) for port in PORTS)


@pytest.mark.parametrize("name", mechanisms.MECHANISMS)
def test_a_weight_lets_its_own_mechanism_through_and_no_other(name: str) -> None:
    """Signals of one mechanism by itself are those of its own occupancies."""
    got = solve(**FLOOD, **{f"mechanism_weight_{name}": 1.0})
    for signal in mechanisms.SIGNALS:
        drive = got[f"mechanism_{name}_occupancy_{signal}"][-1]
        settled = 48.0 * drive / (1 + 48.0 * drive)
        assert got[f"port_signal_{signal}"][-1] == pytest.approx(settled, rel=1e-3)


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


def occupied(got: dict[str, np.ndarray]) -> dict[str, float]:
    """Occupancy of every mechanism and signal at the end, those above zero."""
    return {name: got[name][-1] for name in OCCUPANCIES if got[name][-1] > 0.0}


def ports(*kinds: str) -> dict[str, float]:
    """Ports of some kinds at 1, all others stay at zero."""
    starts = tuple(f"port_{kind}_" for kind in kinds)
    return {port: 1.0 for port in mechanisms.PORTS_READ if port.startswith(starts)}


@pytest.mark.parametrize(
    ("kinds", "names"),
    [
        (("rna",), {"cargo"}),
        (("soluble",), {"soluble"}),
        (("bound",), {"surface"}),
        (("taken_up",), {"cargo", "surface", "relay"}),
        (("taken_up", "bound", "rna", "soluble"), set(mechanisms.MECHANISMS)),
    ],
)
def test_each_kind_of_supply_drives_its_own_mechanisms(
    kinds: tuple[str, ...], names: set[str]
) -> None:
    """RNA alone is cargo, dissolved protein alone is soluble; all signals of each."""
    wanted = {
        f"mechanism_{name}_occupancy_{signal}"
        for name in names
        for signal in mechanisms.SIGNALS
    }
    assert set(occupied(solve(**ports(*kinds)))) == wanted


def test_rna_without_a_vesicle_follows_its_closed_form() -> None:
    """Of 50 copies per cell and hour the share that escapes, less decay.

    Copies per vesicle and endosomes have no part in it.
    """
    got = solve(port_rna_risk_cardiomyocyte=50.0, mechanism_cargo_copies=0.0)
    decay, hours = math.log(2) / 24, np.array(HOURS)
    cytosol = 0.02 * 50 / decay * (1 - np.exp(-decay * hours))
    group = "risk_cardiomyocyte"
    assert got[f"mechanism_cargo_cytosol_{group}"] == pytest.approx(cytosol, rel=1e-6)
    for what in ("taken_up", "endosome"):
        assert np.all(got[f"mechanism_cargo_{what}_{group}"] == 0.0)


def test_vesicles_without_copies_bring_no_rna() -> None:
    """Cargo needs copies; the surface does not."""
    got = solve(**ports("taken_up", "bound"), mechanism_cargo_copies=0.0)
    assert not [name for name in occupied(got) if name.startswith("mechanism_cargo")]
    assert [name for name in occupied(got) if name.startswith("mechanism_surface")]


def test_protein_of_opened_vesicles_goes_on_acting() -> None:
    """Load follows uptake, opened share and half-life; what is bound adds to it."""
    taken, bound = 1000.0, 7.0
    got = solve(port_taken_up_risk_macrophage=taken, port_bound_risk_macrophage=bound)
    opened, loss = 0.01 + 0.99 * 0.02, math.log(2) / 46
    load = opened * taken / loss * (1 - np.exp(-loss * np.array(HOURS)))
    assert got["mechanism_surface_load_risk_macrophage"] == pytest.approx(
        load, rel=1e-6
    )
    acting = bound + load
    assert got["mechanism_surface_occupancy_il10"] == pytest.approx(
        acting / (100 + acting), rel=1e-6
    )


def test_a_half_life_of_nothing_leaves_what_is_bound() -> None:
    """The load vanishes with the half-life of the protein."""
    supply = ports("taken_up", "bound")
    bound = solve(**ports("bound"))["mechanism_surface_occupancy_renewal"][-1]
    brief, usual = (
        solve(**supply, mechanism_protein_half_life=hours)
        for hours in (1e-6, VALUES["mechanism_protein_half_life"])
    )
    name = "mechanism_surface_occupancy_renewal"
    assert brief[name][-1] == pytest.approx(bound, rel=1e-5)
    assert usual[name][-1] > 1.5 * bound


@pytest.mark.parametrize(
    ("signals", "micrograms"),
    [
        (("survival", "polarisation", "il10", "nfkb"), 40.0),
        (("angiogenic", "antifibrotic"), (30 * 40 + 10 * 20) / 40),
        (("renewal",), (30 * 40 + 10 * 20 + 60 * 1) / 100),
    ],
)
def test_dissolved_protein_acts_by_the_zones_that_a_signal_is_made_in(
    signals: tuple[str, ...], micrograms: float
) -> None:
    """40, 20 and 1 ug per gram in risk, border and remote: receptor occupancy."""
    got = solve(
        port_soluble_risk=40.0, port_soluble_border=20.0, port_soluble_remote=1.0
    )
    for signal in signals:
        assert got[f"mechanism_soluble_occupancy_{signal}"][-1] == pytest.approx(
            micrograms / (30 + micrograms), rel=1e-12
        )


@pytest.mark.parametrize("name", ["cargo", "surface"])
def test_progenitor_cells_have_a_part_in_renewal_only_by_their_share(name: str) -> None:
    """Their occupancy counts with the share, that of cardiomyocytes with the rest."""
    only = {port: 50.0 for port in ports("taken_up", "bound") if "progenitor" in port}
    shares = (0.0, 0.25, 1.0)
    renewal = f"mechanism_{name}_occupancy_renewal"
    got = [solve(**only, mechanism_progenitor_share=share) for share in shares]
    none, part, whole = (one[renewal][-1] for one in got)
    assert none == 0.0
    assert whole > 0.0
    assert part == pytest.approx(0.25 * whole, rel=1e-12)
    assert {key for one in got for key in occupied(one)} <= {
        f"mechanism_{other}_occupancy_renewal" for other in ("cargo", "surface")
    }
    muscle = {p: 50.0 for p in ports("taken_up", "bound") if "cardiomyocyte" in p}
    kept = [
        solve(**muscle, mechanism_progenitor_share=share)[renewal][-1]
        for share in shares
    ]
    assert kept[1] == pytest.approx(0.75 * kept[0], rel=1e-12)
    assert kept[2] == 0.0


@pytest.mark.parametrize("name", mechanisms.MECHANISMS)
def test_an_answer_that_falls_is_lower_at_every_dose_and_falls_at_a_high_one(
    name: str,
) -> None:
    """From a thousandth of the half-effects to a million of them.

    Little supply: the same to first order, at most what the inhibition times the load
    takes off. Much of it: next to nothing is left, where the usual answer is full.
    """
    fold = np.logspace(-3, 6, 10)
    supply = {"cargo": 1e3, "surface": 100.0, "relay": 30.0, "soluble": 30.0}[name]
    kind = {"cargo": "rna", "surface": "bound", "relay": "taken_up"}.get(name, name)
    courses = {}
    for falling in (0.0, 1.0):
        courses[falling] = np.array(
            [
                solve(
                    **dict.fromkeys(ports(kind), supply * f), mechanism_falling=falling
                )[f"mechanism_{name}_occupancy_survival"][-1]
                for f in fold
            ]
        )
    usual, falls = courses[0.0], courses[1.0]
    assert np.all(np.diff(usual) > 0.0)
    assert np.all(falls < usual)
    assert np.argmax(falls) not in (0, len(fold) - 1)
    assert usual[-1] > 0.99
    assert falls[-1] < 1e-2 * np.max(falls)
    assert falls[0] == pytest.approx(usual[0], rel=1e-2)
    lost = 1 - falls / usual
    assert lost[1] / lost[0] == pytest.approx(10.0, rel=0.02)


@pytest.mark.parametrize("load", [1e-4, 0.1, 10.0, 1e3])
def test_half_of_a_falling_answer_is_lost_at_the_load_that_the_table_says(
    load: float,
) -> None:
    """Falling answer over usual one is 1 / (1 + inhibition * load), to rounding."""
    usual, falls = (
        solve(port_bound_risk_cardiomyocyte=100.0 * load, mechanism_falling=falling)[
            "mechanism_surface_occupancy_survival"
        ][-1]
        for falling in (0.0, 1.0)
    )
    assert falls / usual == pytest.approx(1 / (1 + 0.1 * load), rel=1e-12)


def test_every_mechanism_and_signal_is_asked_about() -> None:
    """Four mechanisms by seven signals, and six groups of cells."""
    assert mechanisms.MECHANISMS == ("cargo", "surface", "relay", "soluble")
    assert len(OCCUPANCIES) == 28
    assert len(mechanisms.GROUPS) == 6
