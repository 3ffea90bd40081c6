"""The engine solves known models, honours schedules, and hides its blocking."""

from __future__ import annotations

import math

import numpy as np
import pytest

from exoheart.engine import (
    Action,
    Block,
    Status,
    Table,
    compile_model,
    ensemble,
    join,
    schedule,
    solve,
    task,
    unit_faults,
)
from exoheart.engine.program import Program
from exoheart.errors import ModelError, SolveError

DECAY = """
  substanceOnly species toy_blood in body; toy_blood has giga; // scale 1: in blood
  substanceOnly species toy_gone in body; toy_gone has giga; // scale 1: cleared
  toy_clearance: toy_blood -> toy_gone; toy_rate * toy_blood; // established
  toy_rate has per_hour;
  toy_blood = 0 giga; toy_gone = 0 giga;
  var toy_fill; toy_fill has dimensionless; // scale 2: relaxes to a level
  toy_fill' = toy_rate * (toy_level - toy_fill);
  toy_fill = toy_level0;
  toy_level has dimensionless; toy_level0 has dimensionless;
  toy_double := 2 dimensionless * toy_fill; toy_double has dimensionless;
"""


def toy():
    return compile_model(
        join("toy", [DECAY]), ["toy_blood", "toy_gone", "toy_fill", "toy_double"]
    )


def table(model, rates, schedule, times):
    parameters = np.zeros((len(rates), len(model.parameters)))
    parameters[:, model.index("toy_rate")] = rates
    parameters[:, model.index("toy_level")] = 1.0
    samples = np.tile(np.asarray(times, dtype=float), (len(rates), 1))
    return Table(parameters, model.initial(parameters), tuple(schedule), samples)


def test_text_has_consistent_units():
    assert unit_faults(join("toy", [DECAY])) == []


def test_unit_fault_is_found():
    wrong = DECAY.replace("toy_rate * toy_blood", "toy_rate * toy_blood * toy_rate")
    assert unit_faults(join("toy", [wrong]))


def test_number_without_unit_is_a_fault():
    assert unit_faults(join("toy", [DECAY.replace("2 dimensionless *", "2 *")]))


def test_scales_and_units_come_from_the_text():
    model = toy()
    assert dict(zip(model.states, model.scales, strict=True))["toy_fill"] == 2.0
    assert model.absolute_tolerances["toy_fill"] == 2e-9
    assert "3600" in model.units["toy_rate"]


def test_bolus_decays_exponentially_and_mass_is_kept():
    model = toy()
    doses = [Action(0, 2.0, "add", "toy_blood", 3.0)]
    solution = solve(model, table(model, [0.5], doses, [0.0, 2.0, 3.0, 6.0]))
    expected = [0.0, 0.0, 3 * math.exp(-0.5), 3 * math.exp(-2.0)]
    assert solution["toy_blood"][0] == pytest.approx(expected, rel=1e-5, abs=1e-8)
    total = solution["toy_blood"][0] + solution["toy_gone"][0]
    assert total[2:] == pytest.approx([3.0, 3.0], rel=1e-8)


def test_value_at_a_dose_time_is_the_value_before_the_dose():
    model = toy()
    doses = [Action(0, 1.0, "add", "toy_blood", 5.0)]
    solution = solve(model, table(model, [0.1], doses, [1.0, 1.0 + 1e-9]))
    assert solution["toy_blood"][0, 0] == 0.0
    assert solution["toy_blood"][0, 1] == pytest.approx(5.0, rel=1e-6)


def test_infusion_lasts_until_it_is_stopped():
    model = toy()
    doses = [
        Action(0, 1.0, "rate", "toy_blood", 2.0),
        Action(0, 3.0, "rate", "toy_blood", 0.0),
    ]
    solution = solve(model, table(model, [0.0], doses, [0.5, 2.0, 3.0, 9.0]))
    assert solution["toy_blood"][0] == pytest.approx([0, 2, 4, 4], abs=1e-8)


def test_set_changes_states_and_parameters():
    model = toy()
    change = [
        Action(0, 1.0, "set", "toy_level", 4.0),
        Action(0, 1.0, "set", "toy_fill", 4.0),
    ]
    solution = solve(model, table(model, [0.7], change, [1.0, 5.0]))
    assert solution["toy_double"][0, 1] == pytest.approx(8.0, rel=1e-9)


def test_dose_before_the_first_sample_and_before_zero_counts():
    model = toy()
    doses = [Action(0, -1.0, "add", "toy_blood", 1.0)]
    solution = solve(model, table(model, [1.0], doses, [0.0]))
    assert solution["toy_blood"][0, 0] == pytest.approx(math.exp(-1), rel=1e-5)


def test_initial_value_may_be_a_parameter():
    model = toy()
    members = table(model, [0.0], [], [0.0, 1.0])
    parameters = members.parameters.copy()
    parameters[0, model.index("toy_level0")] = 0.25
    members = Table(parameters, model.initial(parameters), (), members.sample_times)
    assert solve(model, members)["toy_fill"][0, 0] == 0.25


def test_same_bits_for_any_blocking_workers_and_order(monkeypatch):
    model = toy()
    rates = np.linspace(0.1, 3.0, 70)
    doses = [Action(k, 0.1 * (k % 7), "add", "toy_blood", 1.0) for k in range(70)]
    members = table(model, rates, doses, [0.0, 1.0, 5.0])
    whole = solve(model, members).values
    assert np.array_equal(solve(model, members, workers=2).values, whole)
    monkeypatch.setattr(ensemble, "BLOCK", 7)
    assert np.array_equal(solve(model, members).values, whole)
    back = list(reversed(range(70)))
    turned = [Action(69 - a.member, a.time_h, "add", a.target, 1.0) for a in doses]
    again = solve(model, table(model, rates[back], turned, [0.0, 1.0, 5.0])).values
    assert np.array_equal(again[back], whole)


class Poisoned(Table):
    """A source whose member 1 has a rate that is not a number."""

    def block(self, first: int, count: int) -> Block:
        block = super().block(first, count)
        if first <= 1 < first + count:
            block.parameters[1 - first, :] = math.nan
        return block


def test_failed_member_is_reported_and_stops_nobody():
    model = toy()
    good = table(model, [0.5, 0.5, 0.5], [], [0.0, 1.0])
    members = Poisoned(
        good.parameters.copy(), good.initial, good.schedule, good.sample_times
    )
    solution = solve(model, members)
    assert solution.status.tolist() == [Status.SOLVED, Status.FAILED, Status.SOLVED]
    assert solution.failed == 1
    assert "finite" in solution.messages[1]
    assert np.isnan(solution.values[1]).all()


def test_all_members_failing_is_an_error():
    model = toy()
    good = table(model, [0.5], [], [0.0, 1.0])
    bad = Table(good.parameters * math.nan, good.initial, (), good.sample_times)
    with pytest.raises(SolveError, match="all 1 members failed"):
        solve(model, bad)


def test_progress_ends_at_the_total():
    model = toy()
    seen = []
    solve(
        model,
        table(model, [0.1] * 40, [], [0.0, 1.0]),
        on_progress=lambda done, total: seen.append((done, total)),
    )
    assert seen[-1] == (40, 40)


def test_unknown_observable_gets_the_nearest_name():
    with pytest.raises(ModelError, match="toy_blood"):
        compile_model(join("toy", [DECAY]), ["toy_blod"])


def test_explicit_time_counts_from_the_schedules_zero():
    """A text may ask for the time, also in a rate, and across restarts."""
    timed = (
        DECAY
        + """
      toy_clock := 2 dimensionless * time; toy_clock has hour;
      var toy_square; toy_square has hour; // scale 1: grows with time
      toy_square' = 2 dimensionless * time / (1 hour); toy_square = 0 hour;
    """
    )
    model = compile_model(join("toy", [timed]), ["toy_clock", "toy_square"])
    doses = [Action(0, 2.0, "add", "toy_blood", 3.0)]
    solution = solve(model, table(model, [0.5], doses, [0.0, 1.5, 2.0, 6.0]))
    assert solution["toy_clock"][0] == pytest.approx([0.0, 3.0, 4.0, 12.0], rel=1e-12)
    assert solution["toy_square"][0] == pytest.approx([0, 2.25, 4, 36], rel=1e-9)


def test_events_are_refused_by_name():
    timed = DECAY + "at (toy_fill > 1 dimensionless): toy_fill = 0 dimensionless;"
    with pytest.raises(ModelError, match="event"):
        compile_model(join("toy", [timed]), [])


def give_up(self, *what, whole=Program.solve):
    """Do the work and then claim that no member could be solved."""
    solved = whole(self, *what)
    solved.code[:] = task.STEP_TOO_SMALL
    solved.values[:] = math.nan
    return solved


@pytest.mark.parametrize("way", ["pivoting", "Radau"])
def test_other_ways_agree_with_the_machine_code(way, monkeypatch):
    """Each way to solve a member again gives the same curve to 1e-5."""
    model = toy()
    doses = [
        Action(0, 1.0, "rate", "toy_blood", 0.5),
        Action(0, 2.0, "add", "toy_blood", 3.0),
        Action(0, 2.0, "set", "toy_level", 4.0),
    ]
    members = table(model, [0.5], doses, [0.0, 1.0, 2.0, 3.0, 6.0])
    expected = solve(model, members)
    monkeypatch.setattr(Program, "solve", give_up)
    if way == "Radau":
        monkeypatch.setattr(ensemble, "by_pivoting", fail)
    found = solve(model, members)
    assert found.status[0] == Status.SOLVED_BY_FALLBACK
    assert found.messages[0].endswith(f"solved by {way}")
    assert found.values == pytest.approx(expected.values, rel=1e-5, abs=1e-8)


def fail(*_):
    raise ArithmeticError("a test")


def test_pivoting_form_takes_the_steps_of_the_machine_code(monkeypatch):
    """The same method in NumPy: not the same bits, but the same to rounding."""
    model = toy()
    doses = [Action(0, 2.0, "add", "toy_blood", 3.0)]
    members = table(model, [0.5], doses, [0.0, 1.0, 2.0, 3.0, 6.0])
    expected = solve(model, members)
    monkeypatch.setattr(Program, "solve", give_up)
    found = solve(model, members)
    np.testing.assert_allclose(found.values, expected.values, rtol=1e-11, atol=1e-14)


def mixed(model, gifts):
    """Members that get different amounts [giga] and are otherwise alike."""
    doses = [Action(k, 0.5, "add", "toy_blood", gift) for k, gift in enumerate(gifts)]
    return table(model, [0.7] * len(gifts), doses, [0.0, 1.0, 5.0])


def test_huge_gift_leaves_no_trace_in_the_members_beside_it(monkeypatch):
    """Bits of ordinary members and of huge ones don't depend on who comes before."""
    model = toy()
    gifts = [3.0, 1e14, 2e5, 4e15, 3.0, 0.0, 1e14, 2e5]
    whole = solve(model, mixed(model, gifts)).values
    alone = [solve(model, mixed(model, [gift])).values[0] for gift in gifts]
    assert np.array_equal(whole, alone)
    assert np.array_equal(solve(model, mixed(model, gifts[::-1])).values[::-1], whole)
    monkeypatch.setattr(ensemble, "BLOCK", 3)
    assert np.array_equal(solve(model, mixed(model, gifts), workers=2).values, whole)


def test_ordinary_gifts_are_solved_with_the_tolerances_of_the_text(monkeypatch):
    """Up to 1e9 scales, given at once or infused, not a bit depends on the rule."""
    model = toy()
    members = mixed(model, [3.0, 2e5, 1e9])
    infused = [
        Action(0, 1.0, "rate", "toy_blood", 9e9),
        Action(0, 1.1, "rate", "toy_blood", 0.0),
    ]
    slow = table(model, [0.7], infused, [0.0, 1.0, 5.0])
    found = [solve(model, one).values for one in (members, slow)]
    huge = solve(model, mixed(model, [1e14])).values
    monkeypatch.setattr(schedule, "ORDINARY", math.inf)
    for one, expected in zip((members, slow), found, strict=True):
        assert np.array_equal(solve(model, one).values, expected)
    assert not np.array_equal(solve(model, mixed(model, [1e14])).values, huge)


@pytest.mark.parametrize("gift", [1e8, 1e11, 1e14, 1e17])
def test_huge_gift_is_solved_and_kept_to_the_last_digits(gift):
    model = toy()
    solution = solve(model, mixed(model, [gift]))
    assert solution.status[0] == Status.SOLVED
    expected = gift * math.exp(-0.7 * 4.5)
    assert solution["toy_blood"][0, 2] == pytest.approx(expected, rel=1e-5)
    total = solution["toy_blood"][0] + solution["toy_gone"][0]
    assert total[2] == pytest.approx(gift, rel=1e-12)


def test_a_member_that_nothing_solves_ends_in_one_readable_sentence():
    """A state that runs away in finite time: all three ways say where they stopped."""
    text = """
      var toy_x; toy_x has dimensionless; // scale 1: runs away
      toy_x' = toy_rate * toy_x * toy_x; toy_x = 1 dimensionless;
      toy_rate has per_hour;
    """
    model = compile_model(join("toy", [text]), ["toy_x"])
    parameters = np.array([[0.1], [2.0]])
    times = np.array([[0.0, 1.0], [0.0, 1.0]])
    members = Table(parameters, model.initial(parameters), (), times)
    solution = solve(model, members)
    assert solution.status.tolist() == [Status.SOLVED, Status.FAILED]
    assert solution["toy_x"][0, 1] == pytest.approx(1 / 0.9, rel=1e-5)
    told = solution.messages[1]
    assert "at 0.5 h" in told
    assert "pivoting failed" in told
    assert "Radau failed" in told
