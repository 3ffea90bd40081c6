"""Which effects of a pool count: each animal once, controls split between arms."""

from __future__ import annotations

from dataclasses import replace

from pool_studies import LVEF, group, only, pair, reasons, study


def test_a_cohort_counts_once_by_the_study_with_most_animals():
    few = study("A", [group("v", 46.0, n=5), group("saline", 40.0, n=5)], cohort="x")
    many = replace(pair("B", 2.0), cohort="x")
    one = only([few, many, pair("C", 3.0)])
    assert {effect["study"] for effect in one["effects"]} == {"B", "C"}
    assert reasons(one)["A"] == "may hold the same animals as B, which counts"


def test_a_shared_control_is_split_between_its_arms():
    rows = [group("low", 44.0), group("high", 48.0), group("saline", 40.0)]
    one = only([study("A", rows), pair("B", 2.0)])
    mine = [effect for effect in one["effects"] if effect["study"] == "A"]
    assert sum(effect["n_control"] for effect in mine) == 10
    assert [effect["vi"] for effect in mine] == [25 / 10 + 25 / 5] * 2


def test_a_treated_arm_with_two_controls_counts_once_against_the_vehicle():
    for order in (1, -1):
        arms = [group("v", 46.0, comparator=c) for c in ("vehicle", "untreated")]
        means = {"vehicle": 42.0, "untreated": 40.0}
        controls = [
            group(arm, mean, form="control", comparator="")
            for arm, mean in means.items()
        ]
        rows = [*arms[::order], *controls]
        one = only([study("A", rows), pair("B", 2.0)])
        mine = [effect for effect in one["effects"] if effect["study"] == "A"]
        assert [(m["comparator"], m["yi"]) for m in mine] == [("vehicle", 4.0)]
        words = "ejection fraction, 28 d, against vehicle, is taken"
        assert reasons(one)["A"] == f"the same animals count once: {words}"


def test_a_shared_control_is_split_whatever_time_or_print_each_arm_is_kept_at():
    change = {"outcome": "change in ejection fraction", "unit": "points"}
    early = {"at": "7 d", "at_h": 168.0}
    by_time = [group("low", 44.0, **early), group("saline", 40.0, **early)]
    by_print = [group("low", 4.0, **change), group("saline", 0.0, **change)]
    for rows in (by_time, by_print):
        rows += [group("high", 48.0), group("saline", 40.0)]
        one = only([study("A", rows)])
        assert [effect["n_control"] for effect in one["effects"]] == [5.0, 5.0]


def test_with_every_time_a_control_is_split_at_its_own_time_only():
    early = {"at": "7 d", "at_h": 168.0}
    rows = [group("low", 44.0), group("high", 48.0), group("saline", 40.0)]
    rows += [group("low", 42.0, **early), group("saline", 40.0, **early)]
    one = only([study("A", rows), pair("B", 2.0)], replace(LVEF, all_times=True))
    controls = [(e["at"], e["n_control"]) for e in one["effects"] if e["study"] == "A"]
    assert sorted(controls) == [("28 d", 5.0), ("28 d", 5.0), ("7 d", 10.0)]


def difference(arm, gain, **given):
    """A printed difference with its interval."""
    told = {"outcome": "difference in ejection fraction", "unit": "points"}
    return group(arm, gain, spread=2.0, spread_type="CI95", **told | given)


def test_a_printed_difference_counts_only_where_no_other_arm_uses_its_control():
    one = only([study("A", [difference("low", 2.0, n=8), difference("high", 5.0)])])
    assert [effect["arm"] for effect in one["effects"]] == ["high"]
    assert "can't be split" in reasons(one)["A"]
    # group means of every arm can be split, so they count before differences
    rows = [group("low", 44.0), group("high", 48.0), group("saline", 40.0)]
    one = only([study("A", [difference("low", 4.0), difference("high", 8.0), *rows])])
    assert [effect["n_control"] for effect in one["effects"]] == [5.0, 5.0]
    assert [effect["printed"] for effect in one["effects"]] == ["ejection fraction"] * 2


def test_of_a_cohort_the_study_with_most_animals_counts_not_that_with_most_times():
    rows = []
    for day in (7, 14, 28):
        at = {"at": f"{day} d", "at_h": 24.0 * day, "n": 6}
        rows += [group("v", 44.0, **at), group("saline", 40.0, **at)]
    often, large = study("A", rows, cohort="x"), pair("B", 2.0, cohort="x")
    one = only([often, large], replace(LVEF, all_times=True))
    assert {effect["study"] for effect in one["effects"]} == {"B"}
    # arms of one control: its animals are no more than they are
    low, high = (group(arm, 44.0, n=4) for arm in ("low", "high"))
    arms = study("A", [low, high, group("saline", 40.0, n=10)], cohort="x")
    assert {e["study"] for e in only([arms, large])["effects"]} == {"B"}


def test_the_latest_time_that_can_be_pooled_counts():
    rows = [
        *(group("v", 50.0, at="7 d", at_h=168.0), group("saline", 40.0, at="7 d")),
        *(group("v", 46.0), group("saline", 40.0)),
        *(group("v", 90.0, at="60 d", at_h=1440.0, n=None),),
        group("saline", 40.0, at="60 d"),
    ]
    one = only([study("A", rows)])
    assert [effect["yi"] for effect in one["effects"]] == [6.0]
    told = [left["reason"] for left in one["not_pooled"]]
    assert "the same animals count once: ejection fraction, 28 d, is taken" in told
    assert "n of the treated arm not printed" in told


def test_every_time_goes_into_three_levels():
    def times(name, early, late):
        rows = []
        for at, at_h, gain in (("7 d", 168.0, early), ("28 d", 672.0, late)):
            rows.append(group("v", 40.0 + gain, at=at, at_h=at_h))
            rows.append(group("saline", 40.0, at=at, at_h=at_h))
        return study(name, rows)

    found = [times("A", 2.0, 9.0), times("B", 5.0, 12.0), pair("C", 1.0)]
    one = only(found, replace(LVEF, all_times=True))
    assert (one["k"], one["studies"]) == (5, 3)
    assert len(one["fit"]["sigma2"]) == 2


def test_a_change_in_points_counts_before_final_values():
    change = {"outcome": "change in ejection fraction", "unit": "points"}
    rows = [group("v", 46.0), group("saline", 40.0)]
    rows += [group("v", 1.0, **change), group("saline", -4.0, **change)]
    one = only([study("A", rows)])
    assert [effect["yi"] for effect in one["effects"]] == [5.0]
