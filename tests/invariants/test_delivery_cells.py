"""Living cells: where they are placed against the transport of particles their size."""

from __future__ import annotations

import numpy as np
import pytest
from delivery_alone import ANIMALS, DONOR_CELLS, PER_CELL_HOUR, central, give

from exoheart import delivery

#: Particles of the size of cells that only lodge, and for good: nothing sticks, crosses
#: a wall, is captured or digested, meets blood cells or drains.
ONLY_LODGING = {
    "delivery_diameter": 15.0,
    "delivery_first_pass_extraction": 0.0,
    "delivery_endothelial_release": 0.0,
    "delivery_permeability_surface": 0.0,
    "delivery_blood_cell_binding": 0.0,
    "delivery_capture_digestion": 0.0,
    "delivery_blood_half_life": 1e12,
    "delivery_lymph_turnover": 0.0,
}
#: Cells are placed as if all beds but heart and lungs stopped them alike. Particles
#: meet two beds one after the other where the portal vein brings them to the liver, and
#: on each round those that the heart stops. Both concern the sixth that comes round
#: again (0.55 times 0.3): a fifth of it by the portal vein, a twentieth by the heart.
ROUNDS = 0.03
LODGED = tuple(
    f"delivery_{held}_{zone}"
    for held in ("endothelium", "internalised")
    for zone in delivery.ZONES
)


def placed(
    species: str, route: str, keys: dict[str, float] | None = None, **changed: float
) -> dict[str, float]:
    """Share of living cells by where they come to rest."""
    values = central(species, route, keys or {}, **changed)
    rows = delivery.dose_actions(
        route,
        delivery.Amounts(cells=1.0),
        0.0,
        0.0,
        keys or {},
        values,
        flow=changed.get("port_flow_risk", 1.0) > 0.0,
    )
    lasting = values["delivery_infusion_time"]
    return {
        row.target.removeprefix("delivery_cells_"): row.value
        * (lasting if row.action == "rate" else 1.0)
        for row in rows
        if row.value
    }


def carried(species: str, route: str, **asked) -> dict[str, float]:
    """Share of particles of the size of cells that lodge in heart and lungs."""
    amounts = give(species, route, [2.0], dose=1.0, **(ONLY_LODGING | asked))
    held = sum(amounts[state][0] for state in LODGED)
    heart = float(held + amounts["delivery_degraded_heart"][0])
    return {"heart": heart, "lung": float(amounts["delivery_lung"][0])}


@pytest.mark.parametrize("species", ANIMALS)
def test_cells_in_the_artery_rest_where_particles_of_their_size_do(species):
    """Heart and lungs, to 3 %; particles meet the heart again, so it holds more."""
    cells, particles = (
        placed(species, "intracoronary"),
        carried(species, "intracoronary"),
    )
    heart = cells["risk"] + cells["border"]
    assert heart < particles["heart"] < heart * (1 + ROUNDS)
    assert cells["lung"] == pytest.approx(particles["lung"], rel=ROUNDS)


@pytest.mark.parametrize("species", ANIMALS)
def test_cells_in_the_artery_divide_by_flow_between_risk_and_border(species):
    """Normal flow: by mass, the border counting for the share that the artery feeds."""
    cells = placed(species, "intracoronary")
    values = central(species)
    fed = values["delivery_coronary_border_share"] * values["anatomy_border_mass"]
    wanted = fed / values["anatomy_risk_mass"]
    assert cells["border"] / cells["risk"] == pytest.approx(wanted, rel=1e-12)
    shut = placed(species, "intracoronary", port_flow_risk=0.0)
    assert "risk" not in shut
    assert sum(shut.values()) == pytest.approx(1.0, rel=1e-12)


@pytest.mark.parametrize("species", ANIMALS)
def test_cells_in_the_vein_meet_the_lungs_first(species):
    """The lungs hold what they hold of particles; the heart gets below a hundredth."""
    cells, particles = placed(species, "intravenous"), carried(species, "intravenous")
    assert cells["lung"] == pytest.approx(particles["lung"], rel=ROUNDS)
    assert 0.0 < cells["risk"] + cells["border"] < 0.01


@pytest.mark.parametrize("species", ANIMALS)
def test_cells_in_the_vein_rest_where_particles_of_their_size_do(species):
    """Blood feeds risk and border gram by gram, whatever feeds the infarct artery."""
    cells, values = placed(species, "intravenous"), central(species)
    masses = {zone: values[f"anatomy_{zone}_mass"] for zone in delivery.ZONES}
    assert cells["border"] / cells["risk"] == pytest.approx(
        masses["border"] / masses["risk"], rel=1e-9
    )
    near = (masses["risk"] + masses["border"]) / sum(masses.values())
    particles = near * carried(species, "intravenous")["heart"]
    assert cells["risk"] + cells["border"] == pytest.approx(particles, rel=ROUNDS)


@pytest.mark.parametrize("species", ANIMALS)
def test_cells_that_escape_from_muscle_are_held_by_the_lungs(species):
    """As particles of their size, to 3 %."""
    cells = placed(species, "intramyocardial")
    amounts = give(
        species, "intramyocardial", [48.0], dose=1e-6, rtol=1e-9, **ONLY_LODGING
    )
    lung = float(amounts["delivery_lung"][0]) / 1e-6
    assert cells["lung"] == pytest.approx(lung, rel=ROUNDS)


@pytest.mark.parametrize("changed", [{}, {"port_flow_risk": 0.0}], ids=["open", "shut"])
@pytest.mark.parametrize("keys", [{}, {"volume": 1.0, "sites": 2.0}], ids=["", "large"])
@pytest.mark.parametrize("species", ANIMALS)
def test_cells_in_muscle_are_kept_as_particles_are(species, keys, changed):
    """Without lymph, which would take a hundredth of the needle track: to 1e-6."""
    asked = {**keys, "zone": "risk"}
    cells = placed(species, "intramyocardial", asked, **changed)
    amounts = give(
        species,
        "intramyocardial",
        [48.0],
        dose=1e-6,
        rtol=1e-9,
        keys=asked,
        **ONLY_LODGING | {"delivery_lodging_heart": 0.0} | changed,
    )
    states = delivery.FATES["heart, risk"]
    kept = sum(amounts[s][0] for s in states) + amounts["delivery_degraded_heart"][0]
    assert set(cells) == {"risk", "lung", "lost"}
    assert kept / 1e-6 == pytest.approx(cells["risk"], rel=1e-6)


@pytest.mark.parametrize("route", ["intravenous", "intracoronary", "intramyocardial"])
@pytest.mark.parametrize("species", ANIMALS)
def test_cells_placed_add_up_to_the_dose(species, route):
    assert sum(placed(species, route).values()) == pytest.approx(1.0, rel=1e-12)


@pytest.mark.parametrize("route", ["intravenous", "intramyocardial", "patch"])
@pytest.mark.parametrize("species", ANIMALS)
def test_vesicles_released_are_secretion_times_cells_over_their_loss(species, route):
    """Closed form over a week: s N (1 - exp(-k t)) / k, with k from the half-life."""
    times = [1.0, 24.0, 168.0]
    amounts = give(
        species,
        route,
        times,
        dose=0.0,
        cells=DONOR_CELLS,
        rtol=1e-9,
        delivery_cell_secretion=PER_CELL_HOUR,
    )
    rests = placed(species, route)
    living = DONOR_CELLS * sum(rests.get(z, 0.0) for z in ("risk", "border", "lung"))
    loss = np.log(2) / central(species)["delivery_cell_half_life"]
    wanted = PER_CELL_HOUR * living * (1 - np.exp(-loss * np.array(times))) / loss
    assert living > 0.0
    assert -amounts[delivery.OWED] == pytest.approx(wanted, rel=1e-6)
    assert delivery.brought(amounts, np.array(0.0)) == pytest.approx(wanted, rel=1e-6)


def test_cells_that_secrete_nothing_give_no_vesicles():
    amounts = give("pig", "intramyocardial", [168.0], dose=0.0, cells=DONOR_CELLS)
    assert amounts["delivery_cells_lost"][0] > 0.5 * DONOR_CELLS
    assert all(amounts[state][0] == 0.0 for state in delivery.STATES)
