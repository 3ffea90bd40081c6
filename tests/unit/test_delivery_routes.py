"""Routes: a dose becomes rows of a schedule, and bad routes are refused by name."""

import numpy as np
import pytest

from exoheart.delivery import dose_actions, modelled_routes, routes
from exoheart.errors import InputError

MEMBER = {
    "delivery_injection_leak": 0.14,
    "delivery_injection_overlap": 0.3,
    "delivery_infusion_time": 1 / 6,
    "anatomy_risk_mass": 30.0,
    "anatomy_border_mass": 10.0,
}


def test_three_routes_are_modelled() -> None:
    """The routes of the foundation, and no other."""
    assert modelled_routes() == ("intravenous", "intracoronary", "intramyocardial")


@pytest.mark.parametrize("route", ["pericardial", "patch", "inhaled"])
def test_a_route_without_a_model_is_refused_by_name(route: str) -> None:
    """The message names the route and lists what is allowed."""
    with pytest.raises(InputError, match=f"'{route}' is not modelled yet.*intravenous"):
        dose_actions(route, 1.0, 2.0, 0.0, {}, MEMBER)


@pytest.mark.parametrize(
    ("route", "delivery", "message"),
    [
        ("intramyocardal", {}, "nearest: intramyocardial"),
        ("intravenous", {"zone": "risk"}, "delivery keys zone.*none"),
        ("intramyocardial", {"zone": "boarder"}, "nearest: border"),
    ],
)
def test_a_wrong_name_gets_the_nearest_one(
    route: str, delivery: dict[str, str | float], message: str
) -> None:
    """Unknown routes, keys and zones are refused."""
    with pytest.raises(InputError, match=message):
        dose_actions(route, 1.0, 2.0, 0.0, delivery, MEMBER)


@pytest.mark.parametrize("amount", [-1.0, float("nan")])
def test_a_dose_below_zero_is_refused(amount: float) -> None:
    """Neither negative nor undefined doses reach the engine."""
    with pytest.raises(InputError, match="zero or more"):
        dose_actions("intravenous", amount, 0.0, 0.0, {}, MEMBER)


@pytest.mark.parametrize("route", modelled_routes())
def test_a_dose_of_zero_gives_no_rows(route: str) -> None:
    """So that such an arm is its control, bit for bit."""
    assert dose_actions(route, 0.0, 2.0, 0.0, {}, MEMBER) == ()


def test_an_intravenous_dose_is_one_addition_to_venous_blood() -> None:
    """At once unless a duration is given."""
    assert dose_actions("intravenous", 7.0, 2.0, 0.0, {}, MEMBER) == (
        (2.0, "add", "delivery_venous", 7.0),
    )


def test_an_intracoronary_dose_is_infused_over_the_time_of_the_table() -> None:
    """Into the infarct artery; the study's own duration goes first."""
    rows = dose_actions("intracoronary", 6.0, 2.0, 0.0, {}, MEMBER)
    assert rows[0] == (2.0, "rate", "delivery_coronary", 6.0 * 6)
    assert rows[1] == (2.0 + 1 / 6, "rate", "delivery_coronary", 0.0)
    own = dose_actions("intracoronary", 6.0, 2.0, 0.5, {}, MEMBER)
    assert [row.value for row in own] == [12.0, 0.0]


@pytest.mark.parametrize(
    ("zone", "at_risk"), [("risk", 1.0), ("border", 0.3), ("both", 0.75)]
)
@pytest.mark.parametrize("over_h", [0.0, 0.5])
def test_an_injection_is_split_over_leak_and_zones_without_loss(
    zone: str, at_risk: float, over_h: float
) -> None:
    """Leak 0.14; border injections overlap by 0.3; both zones share by mass."""
    rows = dose_actions("intramyocardial", 10.0, 2.0, over_h, {"zone": zone}, MEMBER)
    given = {row.target: row.value * (over_h or 1.0) for row in rows if row.value}
    assert given["delivery_outside"] == pytest.approx(1.4, rel=1e-12)
    assert given["delivery_depot_risk"] == pytest.approx(8.6 * at_risk, rel=1e-12)
    assert sum(given.values()) == pytest.approx(10.0, rel=1e-12)


def test_a_leak_out_of_bounds_is_refused() -> None:
    """An override may break a share; the schedule must not."""
    with pytest.raises(InputError, match=r"leak 1\.2"):
        dose_actions(
            "intramyocardial",
            1.0,
            0.0,
            0.0,
            {},
            MEMBER | {"delivery_injection_leak": 1.2},
        )


def test_the_table_says_of_each_key_whether_it_is_used() -> None:
    """Unused keys are keys of their route; the zone of an injection is used."""
    for route in routes().values():
        assert set(route.unused) <= set(route.keys)
    assert "zone" not in routes()["intramyocardial"].unused
    assert np.all([route.note for route in routes().values()])
