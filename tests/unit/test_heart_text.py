"""The heart's and outcome's model text keeps the rules of model text."""

from __future__ import annotations

import re

import pytest

from exoheart import engine, heart, outcome

TEXT = "\n".join([*heart.blocks(), *outcome.blocks()])
JOINED = engine.join("heart", [TEXT], dict(heart.PORTS_READ))
STATEMENTS = [
    line for line in TEXT.splitlines() if line.strip() and line.strip()[:2] != "//"
]
ZONES = ("risk", "border", "remote")
CELLS = ("cardiomyocyte", "endothelial", "fibroblast", "macrophage", "progenitor")


def test_units_are_complete():
    """Neither an error nor a 'cannot be fully checked' of libSBML is left."""
    assert engine.unit_faults(JOINED) == []


def test_unit_check_can_fail():
    """A rate without its time is met by the same check."""
    wrong = JOINED.replace(" / heart_alarmin_time -", " -")
    assert wrong != JOINED
    assert engine.unit_faults(wrong)


def test_literals_carry_a_unit_and_hold_no_parameter():
    """Only 0, 1 and 100 (per cent) stand in the text, each with a unit."""
    for line in STATEMENTS:
        code = line.split("//")[0]
        for number, unit in re.findall(r"(?<![\w.])(\d[\w.]*)\s*(\w*)", code):
            assert number in {"0", "1", "100"}, line
            assert unit == "dimensionless", line


def test_equations_are_graded():
    """Every rate rule, and every rule that computes, says how well it is known."""
    graded = re.compile(r"//\s*(established|supported|assumed): \w")
    computing = [
        line
        for line in STATEMENTS
        if "' =" in line or (":=" in line and re.search(r" [*/+-] ", line))
    ]
    ungraded = [
        line
        for line in computing
        if not graded.search(line) and not line.strip().startswith(_EXCESS)
    ]
    assert len(computing) > 50
    assert ungraded == []


#: Excess over normal: a definition, not a claim.
_EXCESS = tuple(
    f"heart_{name}_excess :="
    for name in (
        "interleukin_1",
        "tnf",
        "interleukin_6",
        "interleukin_10",
        "tgf_beta",
    )
)


def test_states_are_those_of_the_page():
    """The state list is complete, and each state declares a scale and a meaning."""
    model = engine.compile_model(JOINED, ())
    later = "alarm_response monocyte_supply matrifibrocytes collagen_young compensation"
    injury = "viable jeopardised committed debris alarmin oxidant contractility_risk"
    immune = (
        "neutrophils macrophages_inflammatory macrophages_reparative interleukin_1 "
        "tnf interleukin_6 interleukin_10 tgf_beta"
    )
    repair = "fibroblasts myofibroblasts collagen vessels dilation"
    rest = "contractility_remote energy_depletion flow leak"
    names = f"{injury} {immune} {repair} {rest} {later}".split()
    assert len(names) == 29
    assert set(model.states) == {f"heart_{name}" for name in names}
    assert set(model.meanings) == set(model.states)


@pytest.mark.parametrize("zone", ZONES)
def test_ports_to_delivery_are_there(zone):
    """Flow, permeability and cells per gram are given for every zone, in their unit."""
    ports = [f"port_flow_{zone}", f"port_permeability_{zone}"]
    cells = [f"port_cells_{zone}_{cell}" for cell in CELLS]
    model = engine.compile_model(JOINED, (*ports, *cells))
    assert all("item" in model.units[cell] for cell in cells)
    assert all("item" not in model.units[port] for port in ports)
