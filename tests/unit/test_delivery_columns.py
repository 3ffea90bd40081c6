"""Doses of many members at once: each gets what it would get alone."""

from __future__ import annotations

import numpy as np
import pytest
from delivery_member import MEMBER

from exoheart.delivery import Amounts, dose_actions, modelled_routes, route_settings
from exoheart.delivery.routes import dose_columns
from exoheart.engine.members import Schedule
from exoheart.errors import InputError

ROUTES = modelled_routes()


@pytest.mark.parametrize("over_h", [0.0, 0.05])
@pytest.mark.parametrize(
    ("route", "keys"),
    [
        *((route, {}) for route in ROUTES),
        ("intramyocardial", {"gel_release_half_time": 24.0}),
        ("intramyocardial", {"zone": "both"}),
        ("intracoronary", {"flow_arrest": 0.1, "volume": 1.5}),
    ],
)
def test_many_members_get_what_each_would_get_alone(
    route: str, keys: dict, over_h: float
) -> None:
    """To the last digit; some without vesicles, some without anything."""
    spread = np.linspace(0.7, 1.0, 6)
    arrays = {id_: value * spread for id_, value in MEMBER.items()}
    arrays |= route_settings(route, keys, arrays)
    cells = 0.0 if route == "inhaled" else 3.0
    parts = np.outer([7.0, 5.0, cells], [1.0, 2.0, 3.0, 4.0, 0.0, 6.0])
    parts[0, 2] = 0.0
    at, flow = 2.0 + spread, spread > 0.8
    columns = dose_columns(route, Amounts(*parts), at, over_h, keys, arrays, flow=flow)
    rows = list(Schedule.joined(columns))
    for k in range(6):
        own = {id_: float(value[k]) for id_, value in arrays.items()}
        dose = Amounts(*(float(part) for part in parts[:, k]))
        alone = dose_actions(route, dose, at[k], over_h, keys, own, flow=bool(flow[k]))
        mine = [(r.time_h, r.action, r.target, r.value) for r in rows if r.member == k]
        assert mine == [tuple(row) for row in alone]
        assert bool(alone) == (k != 4)


def test_one_share_out_of_bounds_among_many_members_is_refused() -> None:
    """The message is that of the member whose share it is."""
    arrays = {id_: np.full(3, value) for id_, value in MEMBER.items()}
    arrays["delivery_injection_leak"] = np.array([0.1, 1.5, 0.2])
    with pytest.raises(InputError, match=r"leak 1\.5 of an injection"):
        dose_columns(
            "intramyocardial",
            Amounts(*np.ones((3, 3))),
            np.zeros(3),
            0.0,
            {},
            arrays | route_settings("intramyocardial", {}, arrays),
            flow=np.ones(3, bool),
        )
