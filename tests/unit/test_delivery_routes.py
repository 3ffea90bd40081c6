"""Routes: a dose becomes rows of a schedule, and bad routes are refused by name."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest
from delivery_member import MEMBER

from exoheart.delivery import (
    FORMS,
    Amounts,
    RouteAction,
    dose_actions,
    modelled_routes,
    route_settings,
    routes,
)
from exoheart.errors import InputError

ROUTES = modelled_routes()
#: Cells of the lodging diameter show half of it: odds of 0.25, 1 and 3, halved; two
#: thirds pass the lungs, two fifths of these other beds, and so come round again.
STUCK = {"heart": 0.125 / 1.125, "lung": 1 / 3, "elsewhere": 0.6}
ROUNDS = 1 / (1 - 2 / 3 * 0.4)


def member(route: str, keys: dict, **changed: float) -> dict[str, float]:
    """The animal with everything that the route sets."""
    values = MEMBER | changed
    arrays = {id_: np.array([value]) for id_, value in values.items()}
    found = route_settings(route, keys, arrays)
    return values | {id_: float(value[0]) for id_, value in found.items()}


def given(
    route: str,
    dose: Amounts,
    keys: dict | None = None,
    over_h: float = 0.0,
    *,
    flow: bool = True,
    **changed: float,
) -> dict[str, float]:
    """What each state gets of one dose at hour 2, in all."""
    keys = keys or {}
    values = member(route, keys, **changed)
    rows = dose_actions(route, dose, 2.0, over_h, keys, values, flow=flow)
    total: dict[str, float] = defaultdict(float)
    for row in rows:
        if row.action == "add":
            total[row.target.removeprefix("delivery_")] += row.value
        elif row.action == "rate" and row.value:
            start = row.time_h
            ends = [r.time_h for r in rows if r.target == row.target and not r.value]
            total[row.target.removeprefix("delivery_")] += row.value * (ends[0] - start)
    return dict(total)


def test_all_six_routes_are_modelled() -> None:
    """In the order of the study file, each with the forms that it takes."""
    names = "intravenous, intracoronary, intramyocardial, pericardial, patch, inhaled"
    assert ", ".join(ROUTES) == names
    for name, route in routes().items():
        assert set(route.forms) == set(FORMS) - (
            {"cells"} if name == "inhaled" else set()
        )


@pytest.mark.parametrize(
    ("route", "delivery", "message"),
    [
        ("intramyocardal", {}, "nearest: intramyocardial"),
        ("intravenous", {"zone": "risk"}, "delivery keys zone.*ligand"),
        ("inhaled", {"volume": 1.0}, "delivery keys volume.*ligand"),
        ("intracoronary", {"sites": 2.0}, "keys sites.*flow_arrest, volume, ligand"),
    ],
)
def test_a_wrong_name_gets_what_is_allowed(
    route: str, delivery: dict[str, str | float], message: str
) -> None:
    """Unknown routes and keys of other routes are refused."""
    with pytest.raises(InputError, match=message):
        dose_actions(route, Amounts(1.0), 2.0, 0.0, delivery, MEMBER)


@pytest.mark.parametrize("route", ["intramyocardial", "patch"])
def test_a_wrong_zone_gets_the_nearest(route: str) -> None:
    """From the settings, and from the dose of an injection."""
    with pytest.raises(InputError, match="nearest: border"):
        member(route, {"zone": "boarder"})
    with pytest.raises(InputError, match="nearest: border"):
        dose_actions(
            "intramyocardial", Amounts(1.0), 0.0, 0.0, {"zone": "boarder"}, MEMBER
        )


@pytest.mark.parametrize(
    ("kind", "amount"),
    [
        *((kind, -1.0) for kind in ("vesicles", "solute", "cells")),
        *((kind, float("nan")) for kind in ("vesicles", "solute", "cells")),
        ("vesicles", float("inf")),
    ],
)
def test_a_dose_below_zero_is_refused(kind: str, amount: float) -> None:
    """Neither negative nor undefined doses or durations reach the engine."""
    with pytest.raises(InputError, match="zero or more"):
        dose_actions("intravenous", Amounts(1.0), 0.0, amount, {}, MEMBER)
    with pytest.raises(InputError, match="zero or more"):
        dose_actions("intravenous", Amounts(**{kind: amount}), 0.0, 0.0, {}, MEMBER)


@pytest.mark.parametrize("route", ROUTES)
def test_a_dose_of_zero_gives_no_rows(route: str) -> None:
    """So that such an arm is its control, bit for bit; no balloon either."""
    keys = {"flow_arrest": 0.1} if route == "intracoronary" else {}
    assert dose_actions(route, Amounts(), 2.0, 0.0, keys, member(route, keys)) == ()


@pytest.mark.parametrize("over_h", [0.0, 0.05])
@pytest.mark.parametrize(
    ("route", "keys"),
    [
        *((route, {}) for route in ROUTES),
        ("intracoronary", {"flow_arrest": 0.1}),
        ("intracoronary", {"flow_arrest": 0.1, "volume": 20.0}),
        ("intramyocardial", {"gel_release_half_time": 24.0}),
        ("intramyocardial", {"zone": "both", "volume": 3.0, "sites": 3.0}),
        ("pericardial", {"gel_release_half_time": 24.0}),
    ],
)
def test_nothing_of_a_dose_is_lost_on_the_way(
    route: str, keys: dict, over_h: float
) -> None:
    """Vesicles, molecules and cells add up to what is given, whatever the keys."""
    cells = 0.0 if route == "inhaled" else 3.0
    found = given(route, Amounts(10.0, 500.0, cells), keys, over_h)
    of = {"solute": 0.0, "cells": 0.0, "vesicles": 0.0}
    for target, amount in found.items():
        assert amount > 0.0
        kind = target.split("_")[0]
        of[kind if kind in of else "vesicles"] += amount
    assert of == pytest.approx(
        {"solute": 500.0, "cells": cells, "vesicles": 10.0}, rel=1e-12
    )


def test_an_intravenous_dose_is_one_addition_to_venous_blood() -> None:
    """At once unless a duration is given."""
    assert dose_actions("intravenous", Amounts(7.0), 2.0, 0.0, {}, MEMBER) == (
        (2.0, "add", "delivery_venous", 7.0),
    )


def test_an_intracoronary_dose_is_infused_over_the_time_of_the_table() -> None:
    """Into the infarct artery; the study's own duration goes first."""
    dose = Amounts(6.0)
    rows = dose_actions("intracoronary", dose, 2.0, 0.0, {}, MEMBER)
    assert rows[0] == (2.0, "rate", "delivery_coronary", 6.0 * 6)
    assert rows[1] == (2.0 + 1 / 6, "rate", "delivery_coronary", 0.0)
    own = dose_actions("intracoronary", dose, 2.0, 0.5, {}, MEMBER)
    assert [row.value for row in own] == [12.0, 0.0]


def test_a_balloon_holds_a_dose_in_the_vessels_behind_it() -> None:
    """Those of the area at risk; the border keeps its flow and gets nothing."""
    keys = {"flow_arrest": 0.1}
    rows = dose_actions("intracoronary", Amounts(7.0), 2.0, 0.0, keys, MEMBER)
    assert rows == (
        RouteAction(2.0, "add", "delivery_vessels_risk", pytest.approx(7.0)),
        RouteAction(2.0, "set", "delivery_artery_open", 0.0),
        RouteAction(2.1, "set", "delivery_artery_open", 1.0),
    )


def test_what_the_vessels_cannot_hold_is_pushed_on() -> None:
    """30 g with 0.08 mL each hold 2.4 mL, half of 4.8; a small volume stays whole."""
    arrest = {"flow_arrest": 0.1}
    large = given("intracoronary", Amounts(7.0), arrest | {"volume": 4.8})
    assert large == pytest.approx({"vessels_risk": 3.5, "venous": 3.5}, rel=1e-12)
    assert "venous" not in given("intracoronary", Amounts(7.0), arrest | {"volume": 2})


def test_molecules_behind_a_balloon_cross_the_wall_while_flow_is_stopped() -> None:
    """0.8 mL per hour and gram out of 0.08 mL: a rate of 10 per hour for 0.1 h."""
    found = given("intracoronary", Amounts(0.0, 100.0), {"flow_arrest": 0.1})
    crossed = 100.0 * (1.0 - np.exp(-1.0))
    assert found["solute_risk"] == pytest.approx(crossed)
    assert found["solute_coronary"] == pytest.approx(100.0 - crossed)


def test_an_infusion_must_end_before_flow_returns() -> None:
    keys = {"flow_arrest": 0.1}
    with pytest.raises(InputError, match="12 min with flow stopped for 6 min"):
        dose_actions("intracoronary", Amounts(7.0), 2.0, 0.2, keys, MEMBER)
    rows = dose_actions("intracoronary", Amounts(7.0), 2.0, 0.1, keys, MEMBER)
    assert {row.time_h for row in rows} == {2.0, 2.1}


@pytest.mark.parametrize(
    ("zone", "at_risk"), [("risk", 1.0), ("border", 0.3), ("both", 0.75)]
)
@pytest.mark.parametrize("over_h", [0.0, 0.5])
def test_an_injection_is_split_over_leak_and_zones_without_loss(
    zone: str, at_risk: float, over_h: float
) -> None:
    """Leak 0.14; border injections overlap by 0.3; both zones share by mass."""
    found = given("intramyocardial", Amounts(10.0), {"zone": zone}, over_h)
    assert found["outside"] == pytest.approx(1.4, rel=1e-12)
    assert found["depot_risk"] == pytest.approx(8.6 * at_risk, rel=1e-12)
    assert sum(found.values()) == pytest.approx(10.0, rel=1e-12)


def test_a_gel_in_muscle_leaks_less_and_holds_the_rest() -> None:
    """Leak 0.03 instead of 0.14, and no needle track."""
    found = given("intramyocardial", Amounts(10.0), {"gel_release_half_time": 24.0})
    assert found == pytest.approx({"gel": 9.7, "outside": 0.3}, rel=1e-12)


@pytest.mark.parametrize(
    ("route", "keys", "state"),
    [
        ("pericardial", {}, "pericardial"),
        ("pericardial", {"gel_release_half_time": 24.0}, "gel"),
        ("patch", {}, "gel"),
    ],
)
def test_sac_gel_and_patch_hold_all(route: str, keys: dict, state: str) -> None:
    assert given(route, Amounts(10.0), keys) == {state: 10.0}


def test_an_inhaled_dose_loses_what_the_device_keeps() -> None:
    """Three tenths are deposited."""
    found = given("inhaled", Amounts(10.0))
    assert found == pytest.approx({"airway": 3.0, "outside": 7.0}, rel=1e-12)


@pytest.mark.parametrize(
    ("route", "keys", "wanted"),
    [
        ("intravenous", {}, {"solute_blood": 10.0}),
        ("intracoronary", {}, {"solute_coronary": 10.0}),
        ("intramyocardial", {}, {"solute_depot": 8.6, "solute_gone": 1.4}),
        (
            "intramyocardial",
            {"gel_release_half_time": 24.0},
            {"solute_depot": 9.7, "solute_gone": 0.3},
        ),
        ("pericardial", {}, {"solute_depot": 10.0}),
        ("patch", {}, {"solute_depot": 10.0}),
        # deposited, and of that the share that passes into blood: 0.3 * 0.1 / 1.0
        ("inhaled", {}, {"solute_depot": 0.3, "solute_gone": 9.7}),
    ],
)
def test_dissolved_molecules_enter_where_vesicles_do(
    route: str, keys: dict, wanted: dict[str, float]
) -> None:
    """With the same leak, and a depot of their own."""
    found = given(route, Amounts(solute=10.0), keys)
    assert found == pytest.approx(wanted, rel=1e-12)


def test_cells_in_the_artery_lodge_or_pass_to_the_lungs() -> None:
    """A ninth lodges, six sevenths of it at risk; the lungs take a third each round."""
    found = given("intracoronary", Amounts(cells=1.0))
    heart, lung = STUCK["heart"], STUCK["lung"] * ROUNDS
    assert found == pytest.approx(
        {
            "cells_risk": heart * 6 / 7,
            "cells_border": heart / 7,
            "cells_lung": lung * (1 - heart),
            "cells_lost": (1 - lung) * (1 - heart),
        },
        rel=1e-12,
    )


def test_a_shut_artery_brings_cells_to_open_branches_only() -> None:
    """Or nowhere, where it has none."""
    shut = given("intracoronary", Amounts(cells=1.0), flow=False)
    assert "cells_risk" not in shut
    assert shut["cells_border"] == pytest.approx(STUCK["heart"], rel=1e-12)
    closed = given(
        "intracoronary",
        Amounts(cells=1.0),
        flow=False,
        delivery_coronary_border_share=0.0,
    )
    assert closed == pytest.approx({"cells_lost": 1.0}, rel=1e-12)


def test_cells_in_muscle_are_kept_or_escape_to_the_lungs() -> None:
    """Leak 0.14; a quarter of the rest stays, twofold odds where nothing flows."""
    open_, shut = (
        given("intramyocardial", Amounts(cells=1.0), {"zone": "risk"}, flow=flow)
        for flow in (True, False)
    )
    assert open_["cells_risk"] == pytest.approx(0.86 * 0.25, rel=1e-12)
    assert open_["cells_lung"] == pytest.approx(0.86 * 0.75 / 3 * ROUNDS, rel=1e-12)
    assert shut["cells_risk"] == pytest.approx(0.86 * 0.4, rel=1e-12)


def test_cells_escape_more_from_a_large_volume() -> None:
    """Four times the usual volume at an exponent of a half: twofold odds of loss."""
    found = given(
        "intramyocardial", Amounts(cells=1.0), {"zone": "risk", "volume": 0.4}
    )
    assert found["cells_risk"] == pytest.approx(0.86 / 7, rel=1e-12)


@pytest.mark.parametrize(
    ("route", "keys", "kept"),
    [
        ("pericardial", {}, 0.0),
        ("pericardial", {"gel_release_half_time": 24.0}, 0.3),
        ("patch", {}, 0.6),
    ],
)
def test_cells_around_the_heart_stay_where_a_gel_touches_it(
    route: str, keys: dict, kept: float
) -> None:
    found = given(route, Amounts(cells=1.0), keys)
    in_muscle = found.get("cells_risk", 0.0) + found.get("cells_border", 0.0)
    assert in_muscle == pytest.approx(kept, rel=1e-12)
    assert found["cells_lost"] == pytest.approx(1 - kept, rel=1e-12)


def test_cells_cannot_be_inhaled() -> None:
    """Refused with the routes that take them, even in company."""
    with pytest.raises(InputError, match=r"living cells with the inhaled.*intravenous"):
        dose_actions(
            "inhaled", Amounts(1.0, 1.0, 1.0), 0.0, 0.0, {}, member("inhaled", {})
        )


@pytest.mark.parametrize("cells", [0.0, 1.0])
@pytest.mark.parametrize(
    ("row", "named"),
    [
        ("delivery_injection_leak", r"leak 1\.2"),
        ("delivery_injection_overlap", r"share at risk 1\.2"),
    ],
)
def test_a_share_out_of_bounds_is_refused(row: str, named: str, cells: float) -> None:
    """An override may break a share; the schedule must not."""
    values = member("intramyocardial", {}) | {row: 1.2}
    with pytest.raises(InputError, match=named):
        dose_actions("intramyocardial", Amounts(1.0, 0.0, cells), 0.0, 0.0, {}, values)


def test_the_table_says_of_each_key_whether_it_is_used() -> None:
    """Unused keys are keys of their route; each key says what it allows."""
    for route in routes().values():
        assert set(route.unused) <= set(route.keys)
        said = {part.split(":")[0].strip() for part in route.allowed.split(";")}
        assert said == set(route.keys), route.name
        assert route.note
    assert "zone" not in routes()["intramyocardial"].unused
