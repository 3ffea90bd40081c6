"""The heart against an independent implementation, and against published controls.

The expected numbers of the first tests were computed by another program, written from
the same equations by other hands, at the same central values. They check that this
text says what was meant; they say nothing of whether hearts do so. The last test keeps
the comparison with publications where it is, failures included.
"""

from __future__ import annotations

import numpy as np
import pytest

from exoheart import calibration as ct
from exoheart import engine, heart, outcome

DAY = 24.0
SIZE, FUNCTION = "outcome_infarct_area_at_risk", "outcome_ejection_fraction"
LIGATION = ("permanent ligation", None)


def protocol(minutes):
    return LIGATION if minutes is None else ("ischaemia-reperfusion", minutes / 60)


def at(species, minutes, hours, observable):
    """One observable at hours after reperfusion, or after ligation."""
    times = np.asarray(hours, dtype=float) + (minutes or 0) / 60
    run = ct.Run(species, protocol(minutes), np.append(0.0, times))
    return ct.solve([run], (observable,))[observable][0, 1:]


SIZES = [
    ("dog", 40, 96, 27),
    ("dog", 180, 96, 70),
    ("dog", 360, 96, 78),
    ("dog", None, 96, 80),
    ("rat", 30, 24, 35),
    ("rat", None, 24, 80),
    ("pig", 20, 24, 11),
    ("pig", 37, 24, 43),
    ("pig", 60, 24, 71),
    ("pig", 90, 24, 83),
    ("pig", 45, 3, 52),
    ("pig", 45, 24, 56),
    ("pig", 45, 72, 56),
]


def test_infarct_sizes():
    """Infarct of the area at risk agrees to 1 point in dog, rat and pig."""
    runs = [
        ct.Run(species, protocol(minutes), [0.0, hours + (minutes or 0) / 60])
        for species, minutes, hours, _ in SIZES
    ]
    found = ct.solve(runs, (SIZE,))[SIZE][:, 1]
    np.testing.assert_allclose(found, [row[-1] for row in SIZES], atol=1.0)


COURSES = [
    ("rat", None, (3, 6, 12, 24, 72), "heart_interleukin_1", (13.5, 22, 24, 10, 1.3)),
    ("rat", None, (3, 6, 12, 24, 72), "heart_interleukin_6", (20, 31, 32, 12, 1.6)),
    (
        "mouse",
        None,
        (24, 72, 168, 336, 672),
        "heart_tgf_beta",
        (1.7, 4.2, 4.9, 2.4, 1.3),
    ),
    ("mouse", None, (72, 168, 336, 504), "heart_fibroblasts_all", (1.9, 4, 4.4, 4.4)),
    ("rat", None, (168, 336, 504, 1008), "outcome_fibrosis_infarct", (6, 18, 26, 31)),
    ("mouse", 60, (24,), "outcome_infarct_left_ventricle", (25,)),
    ("mouse", 60, (24,), FUNCTION, (40,)),
    ("mouse", 60, (24,), "outcome_end_systolic_volume", (0.024,)),
    ("mouse", None, (672,), FUNCTION, (27,)),
    ("mouse", None, (672,), "outcome_end_diastolic_volume", (0.084,)),
    ("human", 200, (96,), FUNCTION, (44,)),
    ("human", 200, (96,), "outcome_infarct_left_ventricle", (17,)),
    ("rat", None, (672,), "heart_vessels", (0.49,)),
]


@pytest.mark.parametrize(("species", "minutes", "hours", "id_", "expected"), COURSES)
def test_courses(species, minutes, hours, id_, expected):
    """Cytokines, cells, collagen and function agree within the digits printed.

    That is half a unit of the last digit, or 1 % where that is wider.
    """
    found = at(species, minutes, hours, id_)
    digits = [len(f"{value:g}".partition(".")[2]) for value in expected]
    atol = [
        max(0.51 * 10.0**-d, 0.01 * e) for d, e in zip(digits, expected, strict=True)
    ]
    assert np.all(np.abs(found - expected) <= atol), found


def test_macrophages_relative_to_their_peak():
    """Ligated mouse 0.87, 0.98, 0.63, 0.04 at days 2, 4, 7, 28; 60 min 0.61 to 0.56."""
    hours = np.arange(0.0, 29 * DAY)
    course = at("mouse", None, hours, "outcome_macrophages")
    days = np.array([2, 4, 7, 28]) * 24
    found = course[days] / course.max()
    np.testing.assert_allclose(found, [0.87, 0.98, 0.63, 0.04], atol=0.01)
    course = at("mouse", 60, hours, "outcome_macrophages")
    found = course[np.array([1, 3, 5, 7]) * 24] / course.max()
    np.testing.assert_allclose(found, [0.61, 1, 0.83, 0.56], atol=0.015)


def test_pig_neutrophils_and_late_function():
    """Neutrophils 0.11, 1, 0.11 of 24 h; function 0.64 of normal on day 14."""
    found = at("pig", 45, [3, 24, 72], "heart_neutrophils")
    np.testing.assert_allclose(found / found[1], [0.11, 1, 0.11], atol=0.01)
    assert at("pig", 90, [14 * DAY], FUNCTION)[0] / 57 == pytest.approx(0.64, abs=0.01)


#: Relative infarct at 48 h and gain of ejection fraction at 28 d, signals given 5 min
#: before reflow and 0.5, 2, 6, 24 h after it. Outputs of the other program, no data.
GIVEN_AT = (-5 / 60, 0.5, 2.0, 6.0, 24.0)
SURVIVAL, IMMUNE = ("survival",), ("polarisation", "il10", "nfkb")
THERAPY = [
    ("mouse", 30, SURVIVAL, 2, (0.51, 0.59, 0.76, 0.87, 0.98), (8.3, 6.8, 3.8, 2, 0.3)),
    ("mouse", 30, IMMUNE, 5, (0.80, 0.82, 0.87, 0.93, 0.99), (3.4, 3.1, 2.3, 1.4, 0.5)),
    (
        "pig",
        90,
        SURVIVAL + IMMUNE,
        4,
        (0.80, 0.83, 0.89, 0.94, 0.99),
        (3.7, 3.2, 2, 1.2, 0.3),
    ),
    (
        "human",
        200,
        SURVIVAL + IMMUNE,
        4,
        (0.45, 0.53, 0.70, 0.84, 0.98),
        (8.4, 7.2, 4.5, 2.6, 0.6),
    ),
]
DECAY = """
  var port_signal_{s}; port_signal_{s} has dimensionless; // scale 1: signal {s}
  port_signal_{s} = 0 dimensionless;
  test_decay has hour;
  port_signal_{s}' = -port_signal_{s} / test_decay;  // assumed: decays after one dose
"""


@pytest.fixture(scope="module")
def signalled():
    """The heart with signals that decay, as states that a schedule can set."""
    blocks = [DECAY.format(s=s) for s in SURVIVAL + IMMUNE]
    rest = {
        id_: unit
        for id_, unit in heart.PORTS_READ.items()
        if id_.removeprefix("port_signal_") not in SURVIVAL + IMMUNE
    }
    parts = [*heart.blocks(), *outcome.blocks(), *blocks]
    return engine.compile_model(engine.join("signalled", parts, rest), (SIZE, FUNCTION))


@pytest.mark.parametrize("case", THERAPY)
def test_full_signals(signalled, case):
    """What full signals do by time of dose agrees to 0.011 and 0.11 points."""
    species, minutes, signals, days, sizes, gains = case
    alone = ct.heart_model((SIZE, FUNCTION))
    values = ct.central(alone, species) | {"test_decay": days * DAY}
    row = [values[id_] for id_ in signalled.parameters]
    table = np.array([row] * (1 + len(GIVEN_AT)))
    actions = []
    for member, hours in enumerate((None, *GIVEN_AT)):
        actions.extend(heart.infarct_actions(member, *protocol(minutes), values))
        when = 0.0 if hours is None else minutes / 60 + hours
        actions.extend(
            engine.Action(member, when, "set", f"port_signal_{s}", 1.0)
            for s in (signals if hours is not None else ())
        )
    times = np.tile([minutes / 60 + 48, minutes / 60 + 28 * DAY], (len(table), 1))
    start = signalled.initial(table)
    members = engine.Table(table, start, tuple(actions), times)
    solved = engine.solve(signalled, members)
    spared, function = solved[SIZE][:, 0], solved[FUNCTION][:, 1]
    np.testing.assert_allclose(spared[1:] / spared[0], sizes, atol=0.011)
    np.testing.assert_allclose(function[1:] - function[0], gains, atol=0.11)


#: Controls outside their pass mark at central values: the known misfits of
#: docs/heart.md. A change here is a change of results.
OUTSIDE = {
    "dog_180_transmural",
    "dog_40_transmural",
    "dog_half",
    "human_240_infarct",
    "human_480_infarct",
    "mouse_60_il1_168h",
    "mouse_60_il1_24h",
    "mouse_60_il1_3h",
    "mouse_60_macrophages_d7",
    "mouse_permanent_collagen_a_d1",
    "mouse_permanent_collagen_a_d2",
    "mouse_permanent_collagen_a_d4",
    "mouse_permanent_collagen_b_d3",
    "mouse_permanent_fibroblasts_count_d1",
    "mouse_permanent_fibroblasts_count_d2",
    "mouse_permanent_fibroblasts_count_d4",
    "mouse_permanent_il1_168h",
    "mouse_permanent_il1_1h",
    "mouse_permanent_il1_672h",
    "mouse_permanent_il1_72h",
    "mouse_permanent_macrophages_d28",
    "pig_40_lge_168h",
    "pig_40_lge_24h",
    "pig_40_lge_2h",
    "pig_40_lge_96h",
    "pig_45_24h",
    "pig_45_neutrophils_3h",
    "pig_60_cmr",
    "pig_90_late_decline",
    "rat_30_scar_w6",
    "rat_permanent_area_change",
    "rat_permanent_collagen1_mrna_b_d1",
    "rat_permanent_collagen1_mrna_b_d14",
    "rat_permanent_collagen1_mrna_b_d4",
    "rat_permanent_collagen1_mrna_d1",
    "rat_permanent_collagen1_mrna_d12",
    "rat_permanent_collagen1_mrna_d21",
    "rat_permanent_collagen1_mrna_d3",
    "rat_permanent_collagen1_mrna_d55",
    "rat_permanent_collagen1_mrna_d9",
    "rat_permanent_collagen3_mrna_d1",
    "rat_permanent_collagen3_mrna_d12",
    "rat_permanent_collagen3_mrna_d21",
    "rat_permanent_collagen3_mrna_d3",
    "rat_permanent_collagen3_mrna_d55",
    "rat_permanent_collagen3_mrna_d9",
    "rat_permanent_ejection",
    "rat_permanent_il1_3h",
    "rat_permanent_il1_d28",
    "rat_permanent_tgf_d28",
    "rat_permanent_tgf_d56",
    "rat_permanent_tnf_d1",
    "rat_permanent_tnf_pooled_d7",
    "rat_permanent_tunel_border_d84",
    "rat_permanent_tunel_infarct",
    "rat_permanent_vessels_d28",
}


def test_published_controls_stand_where_the_page_says():
    """The same controls lie outside their pass marks as in docs/heart.md."""
    values = ct.predicted(outcome.load_controls())
    outside = {c.id for c in outcome.load_controls() if not c.passes(values[c.id])}
    assert outside == OUTSIDE
