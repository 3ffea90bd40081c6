"""What doses have put into a state by each sample, by the schedule of many animals."""

from __future__ import annotations

import numpy as np

from exoheart.engine.members import Action, Schedule
from exoheart.prediction.first_steps import entered_by

TIMES = np.array([[0.0, 1.0, 2.0, 3.0, 8.0], [0.5, 1.5, 2.5, 3.5, 8.5]])


def entered(*rows: Action) -> dict[str, list[list[float]]]:
    found = entered_by(Schedule.of(rows), TIMES)
    return {target: amount.tolist() for target, amount in found.items()}


def test_a_dose_at_once_counts_from_its_time_on_but_not_at_it():
    found = entered(Action(0, 1.0, "add", "delivery_venous", 4.0))
    assert found == {"delivery_venous": [[0, 0, 4, 4, 4], [0, 0, 0, 0, 0]]}


def test_doses_of_one_animal_add_up():
    rows = [Action(1, at, "add", "delivery_venous", 2.0) for at in (1.0, 2.0, 8.0)]
    assert entered(*rows)["delivery_venous"][1] == [0, 2, 4, 4, 6]


def test_an_infusion_runs_evenly_until_it_is_stopped():
    found = entered(
        Action(1, 1.0, "rate", "delivery_coronary", 6.0),
        Action(1, 3.0, "rate", "delivery_coronary", 0.0),
    )
    assert found["delivery_coronary"] == [[0] * 5, [0, 3, 9, 12, 12]]


def test_infusions_one_after_the_other_and_into_two_states_do_not_mix():
    """Rows of another state stand between those of one infusion."""
    found = entered(
        *(
            Action(0, at + step, "rate", f"delivery_{state}", rate * (step == 0.0))
            for at in (0.0, 2.0)
            for state, rate in (("coronary", 2.0), ("solute_coronary", 10.0))
            for step in (0.0, 1.0)
        )
    )
    assert found["delivery_coronary"][0] == [0, 2, 2, 4, 4]
    assert found["delivery_solute_coronary"][0] == [0, 10, 10, 20, 20]


def test_protocol_and_settings_put_nothing_in():
    rows = [
        Action(0, 0.0, "set", "heart_flow", 0.1),
        Action(0, 0.0, "set", "delivery_artery_open", 0.0),
    ]
    assert entered(*rows) == {}
