"""A legal study outside the evidence gets warnings that name the studied range."""

from __future__ import annotations

from exoheart.evidence import load_parameters
from exoheart.study import check_study, count_solves, parse_study, template


def test_an_absurd_but_legal_file_is_warned_of_with_the_range_of_the_evidence() -> None:
    text = template("pig").replace("7.5 mg protein", "1e20 particles")
    found = check_study(parse_study(text.replace('"90 min"', '"10 d"')))
    by_key = {warning.where: warning for warning in found}
    occlusion, dose = by_key["animal.infarct.occlusion"], by_key["arm[2].dose"]
    assert occlusion.met == "10 d"
    assert "min in pig" in occlusion.studied
    assert occlusion.source
    assert dose.met == "1e20 particles"
    assert "particles in" in dose.studied
    assert dose.source


def test_a_body_mass_is_held_against_the_range_of_the_table() -> None:
    rows = [row for row in load_parameters() if row.id == "anatomy.body_mass"]
    (pig,) = [row for row in rows if row.species == "pig"]
    text = template("pig").replace("30 kg", "300 kg")
    (warning,) = [
        one for one in check_study(parse_study(text)) if one.where == "animal.body_mass"
    ]
    assert warning.met == "300 kg"
    assert f"{pig.low:g} to {pig.high:g} kg" in warning.studied
    inside = check_study(parse_study(template("pig")))
    assert not [one for one in inside if one.where == "animal.body_mass"]


def test_a_vehicle_by_another_route_is_a_warning_and_no_fault() -> None:
    text = template("mouse").replace(
        'control = true\nroute = "intravenous"',
        'control = true\nroute = "intracoronary"',
    )
    found = [
        one for one in check_study(parse_study(text)) if one.where == "arm[2].route"
    ]
    assert any("same route" in one.studied for one in found)


def test_an_untreated_control_of_a_treated_arm_is_a_warning() -> None:
    text = template("mouse").replace(
        'control = true\nroute = "intravenous"\nat = "5 min before reperfusion"',
        "control = true",
    )
    found = check_study(parse_study(text))
    assert any("untreated" in one.met for one in found)


def test_a_dose_after_the_last_endpoint_is_a_warning() -> None:
    text = template("chronic").replace('"8 weeks after', '"3 weeks after')
    found = [one for one in check_study(parse_study(text)) if one.where == "arm[2].at"]
    assert any("before the last endpoint" in one.studied for one in found)


def test_the_cost_is_one_solve_per_arm_and_member() -> None:
    assert count_solves(parse_study(template("pig")), members=100) == 400


def test_own_cells_are_warned_of_since_they_are_made_after_the_infarct() -> None:
    text = template("pig").replace(
        'donor = "CDC"',
        'donor = "CDC"\ndonor_species = "pig"\ndonor_state = { autologous = true }',
    )
    text = text.replace('donor_species = "human"\n', "")
    keys = [warning.where for warning in check_study(parse_study(text))]
    assert "product.cdc.donor_state.autologous" in keys
    plain = [warning.where for warning in check_study(parse_study(template("pig")))]
    assert not any("autologous" in key for key in plain)


def test_a_time_printed_to_the_minute_is_no_reason_to_warn() -> None:
    """5 min before reperfusion is printed as -0.083 h, which is not -0.0833."""
    keys = [one.where for one in check_study(parse_study(template("mouse")))]
    assert "arm[2].at" not in keys
