"""Pooling the project's own rows: what counts, once, and what is only told."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pool_studies import LVEF, group, only, pair, reasons, study

from exoheart.errors import DataError
from exoheart.evidence.meta import fit
from exoheart.evidence.pooling.choices import FORMS, PoolChoices
from exoheart.evidence.pooling.pools import pool
from exoheart.evidence.pooling.rows import candidates, effect_of, key_of


def shipped(quantity, choices=LVEF):
    for one in pool(choices)["pools"]:
        if (one["outcome"], one["of"], one["unit"]) == (quantity, None, "points"):
            return one
    raise AssertionError(quantity)


def test_two_studies_pool_to_the_fit_of_their_mean_differences():
    one = only([pair("A", 6.0), pair("B", 2.0)])
    # SD 5 and n 10 in each group: variance 25/10 + 25/10
    expected = fit([6.0, 2.0], [5.0, 5.0], method="REML", test="knha")
    assert one["fit"] == expected.to_json()
    assert (one["k"], one["studies"]) == (2, 2)
    assert any("Two studies only" in words for words in one["words"])


def test_of_the_shipped_vesicle_rows_none_on_ejection_fraction_can_be_pooled():
    one = shipped("ejection fraction")
    assert (one["k"], one["fit"], one["priors"]) == (0, None, [])
    assert one["rows"] > 10
    assert len(one["not_pooled"]) == one["rows"]


def test_what_the_documentation_says_of_how_little_passes_holds():
    def passing(form):
        return [one["k"] for one in pool(PoolChoices(form=form))["pools"] if one["k"]]

    assert passing("vesicles") == []
    assert passing("cells") == [1]  # one trial in patients
    assert passing("conditioning") == [1, 1]  # in mice and in isolated hearts
    others = sum(len(passing(form)) for form in FORMS)
    assert others == 3


def test_a_spread_of_unknown_kind_bounds_and_never_pools():
    bounds = {b["reading"]: b for b in shipped("ejection fraction")["bounds"]}
    # Gallet2017, abstract: -0.1 +- 2.2 against -5.4 +- 3.6 points, n = 6 and 6
    for reading, factor in (("SD", 1 / 6), ("SEM", 1.0)):
        half = 1.959963984540054 * math.sqrt((2.2**2 + 3.6**2) * factor)
        assert bounds[reading]["estimate"] == pytest.approx(5.3)
        assert bounds[reading]["ci95"] == pytest.approx([5.3 - half, 5.3 + half])
        assert bounds[reading]["k"] == bounds[reading]["of_these_unknown"] == 1


def test_bounds_are_absent_where_every_spread_is_known():
    assert only([pair("A", 6.0), pair("B", 2.0)])["bounds"] == []


def test_forms_are_never_pooled_together():
    cells = study("C", [group("cells", 49.0, form="cells"), group("saline", 40.0)])
    medium = study(
        "M", [group("m", 49.0, form="conditioned medium"), group("saline", 40.0)]
    )
    one = only([pair("A", 6.0), cells, medium])
    assert [effect["study"] for effect in one["effects"]] == ["A"]
    other = only([pair("A", 6.0), cells, medium], replace(LVEF, form="cells"))
    assert [effect["study"] for effect in other["effects"]] == ["C"]


def test_a_retracted_study_never_counts():
    one = only([pair("A", 6.0), pair("B", 30.0, retracted=True)])
    assert [effect["study"] for effect in one["effects"]] == ["A"]
    assert reasons(one)["B"] == "the study is retracted"


def test_a_retracted_study_of_unknown_spread_is_in_no_bound():
    rows = [
        group(a, m, spread_type="unknown") for a, m in (("v", 50.0), ("saline", 40))
    ]
    assert only([study("A", rows, retracted=True)])["bounds"] == []


def test_a_printed_difference_needs_only_its_interval():
    row = group("v", 5.0, outcome="difference in ejection fraction", unit="points")
    one = only([study("A", [replace(row, spread=2.0, spread_type="CI95", n=None)])])
    assert one["effects"][0]["vi"] == pytest.approx((2.0 / 1.959963984540054) ** 2)
    left = only([study("A", [replace(row, spread_type="unknown")])])
    assert left["k"] == 0


def test_a_comparison_with_another_treatment_is_no_effect_against_a_control():
    rows = [group("hypoxic", 50.0, comparator="normoxic"), group("normoxic", 45.0)]
    one = only([study("A", rows)])
    assert one["k"] == 0
    assert "another treatment (vesicles)" in one["not_pooled"][0]["reason"]


def test_points_and_ratios_regions_and_settings_stay_apart():
    final = group("v", 50.0)
    volume = replace(final, outcome="end-systolic volume", unit="mL")
    risk = replace(final, outcome="infarct size", region="area at risk")
    change = replace(final, outcome="change in scar size", unit="%")
    rows = (final, volume, risk, replace(risk, region="left ventricle"), change)
    assert len({key_of(row) for row in rows}) == len(rows)
    dish = study("D", [final, group("saline", 40.0)], model="in vitro")
    heart = study("H", [final, group("saline", 40.0)], model="isolated heart")
    found = pool(LVEF, [pair("A", 6.0), dish, heart])["pools"]
    settings = {one["setting"]: one["k"] for one in found if one["rows"]}
    assert settings == {"animals": 1, "isolated heart": 1, "in vitro": 1}


def test_a_change_in_per_cent_of_unclear_kind_is_pooled_with_nothing():
    rows = [
        group(arm, mean, outcome="change in scar size", unit="%")
        for arm, mean in (("v", -10.0), ("saline", -2.0))
    ]
    one = only([study("A", rows)], PoolChoices(outcome="change in scar size"))
    assert (one["k"], one["bounds"]) == (0, [])
    reason = "a change in %: relative or in points is not said"
    assert reasons(one)["A"] == reason


def test_a_relative_change_is_in_no_points_and_gets_no_prior_of_points():
    name = "relative change in scar size"
    rows = [
        group(arm, mean, outcome=name, unit="%")
        for arm, mean in (("v", -30.0), ("saline", -10.0))
    ]
    one = only([study("A", rows)], PoolChoices(outcome=name))
    assert (one["unit"], one["measure"]) == ("% relative", "MD")
    sceptical = next(p for p in one["priors"] if p["prior"] == "sceptical")
    assert sceptical["estimate"] is None


def test_a_percentage_of_a_control_is_a_ratio_and_a_share_is_in_points():
    rows = [
        group(arm, mean, outcome="TNF-alpha")
        for arm, mean in (("v", 50), ("saline", 100))
    ]
    one = only([study("A", rows)], PoolChoices(outcome="TNF-alpha"))
    assert one["unit"] == "log ratio"
    assert one["effects"][0]["yi"] == pytest.approx(math.log(0.5))
    assert only([pair("A", 6.0)])["unit"] == "points"


def test_changes_in_a_unit_of_size_are_pooled_within_a_species():
    def changes(name, unit, species):
        told = {"outcome": "change in end-systolic volume", "unit": unit}
        rows = [group("v", -2.0, **told), group("saline", 3.0, **told)]
        return study(name, rows, species=species)

    choices = PoolChoices(outcome="change in end-systolic volume")
    found = [changes(s, "mL", s) for s in ("pig", "human")]
    pools = [one for one in pool(choices, found)["pools"] if one["k"]]
    assert [(one["species"], one["k"]) for one in pools] == [("human", 1), ("pig", 1)]


def test_a_mean_without_a_unit_is_not_pooled():
    bare = study("A", [group("v", 46.0, unit=""), group("saline", 40.0, unit="")])
    one = only([bare, pair("B", 2.0)])
    assert [effect["study"] for effect in one["effects"]] == ["B"]
    assert reasons(one)["A"] == "the unit of the means is not printed"


def test_volumes_are_compared_as_ratios_whatever_their_unit():
    def volumes(name, unit, factor):
        row = {"outcome": "end-systolic volume", "unit": unit}
        treated = group("v", 20.0 * factor, spread=2.0 * factor, **row)
        return study(
            name, [treated, group("saline", 40.0 * factor, spread=4.0 * factor, **row)]
        )

    found = [volumes("A", "mL", 1.0), volumes("B", "uL", 1000.0)]
    one = only(found, PoolChoices(outcome="end-systolic volume"))
    assert one["unit"] == "log ratio"
    for effect in one["effects"]:
        assert effect["yi"] == pytest.approx(math.log(0.5))


def test_rows_without_a_number_are_told_where_they_would_have_counted():
    bare = study("A", [group("v", None, unit="", spread=None, spread_type="")])
    one = only([bare, pair("B", 2.0)])
    assert (one["rows"], one["k"]) == (2, 1)
    assert reasons(one)["A"] == "no group means printed"


@given(st.floats(0.5, 20.0), st.integers(2, 50))
def test_a_standard_error_is_worth_its_standard_deviation(deviation, n):
    def made(kind, spread):
        rows = [
            group(arm, mean, spread=spread, spread_type=kind, n=n)
            for arm, mean in (("v", 46.0), ("saline", 40.0))
        ]
        (found,) = candidates([study("A", rows)], "vesicles")
        return effect_of(found)

    by_sd, by_sem = made("SD", deviation), made("SEM", deviation / math.sqrt(n))
    assert by_sem.vi == pytest.approx(by_sd.vi, rel=1e-12)


def test_reviews_stand_beside_and_tell_a_width():
    one = shipped("ejection fraction")
    between = one["between_reviews"]
    # StemCellVesicles2022 and Yang2019, abstracts
    assert (between["lowest"], between["highest"]) == (3.67, 12.65)
    assert (between["reviews"], between["with_interval"]) == (3, 2)
    errors = [
        (5.07 - 2.28) / 2 / 1.959963984540054,
        (11.38 - 6.76) / 2 / 1.959963984540054,
    ]
    expected = fit([3.67, 9.07], [error**2 for error in errors])
    assert between["fit"]["pi95"] == pytest.approx(expected.to_json()["pi95"])
    assert not {e["study"] for e in one["effects"]} & {
        review["review"] for review in one["published"]
    }


def test_a_review_counts_once_and_one_outside_the_width_is_named():
    cells = shipped("ejection fraction", replace(LVEF, form="cells"))
    counted = [r["source"] for r in cells["published"] if r["counted"]]
    assert len(counted) == len(set(counted)) < len(cells["published"])
    shortening = shipped(
        "fractional shortening", PoolChoices(outcome="fractional shortening")
    )
    assert shortening["between_reviews"]["outside"] == ["Yang2019_All"]


def test_hypoxic_against_normoxic_is_not_beside_effects_against_a_control():
    names = {one["review"] for one in shipped("ejection fraction")["published"]}
    assert "HypoxicVesicles2021_HypoxicVesicles" not in names
    assert "HypoxicVesicles2021_NormoxicVesicles" in names


def test_reviews_that_name_no_unit_are_not_laid_side_by_side():
    from exoheart.evidence.pooling.document import Known, pool_document
    from exoheart.evidence.pooling.published import key_of_review, reviews
    from exoheart.evidence.studies import load_pooled

    kept, _ = reviews(load_pooled(), "vesicles")
    mine = next(one for one in kept if one.record.outcome == "TNF-alpha")
    other = replace(mine, record=replace(mine.record, source="Another"))
    key, known = key_of_review(mine.record), Known(PoolChoices(), (), {}, {})
    assert pool_document(key, [], [mine, other], known)["between_reviews"] is None
    points = [one for one in kept if one.record.outcome == "ejection fraction"]
    made = pool_document(key_of_review(points[0].record), [], points, known)
    assert made["between_reviews"] is not None


def test_a_printed_p_says_nothing_of_groups_that_no_t_test_can_use():
    from exoheart.evidence.pooling.printed_p import check_spread

    def told(**given):
        rows = [group(a, m, **given) for a, m in (("v", 46.0), ("saline", 40.0))]
        (one,) = candidates([study("A", rows)], "vesicles")
        row = one.row
        key = ("A", row.arm, row.comparator, row.outcome, row.region, row.at)
        return check_spread(one, {key: "= 0.01"})

    assert told() is not None
    assert (told(n=1), told(spread=0.0), told(spread=None)) == (None, None, None)


def test_a_narrow_interval_by_knapp_and_hartung_is_told():
    same = [pair("A", 6.0), pair("B", 6.001), pair("C", 6.0005), pair("D", 6.0002)]
    assert any("narrower" in words for words in only(same)["words"])
    assert not any(
        "narrower" in words for words in only(same, replace(LVEF, test="z"))["words"]
    )


def test_a_species_keeps_only_its_own_rows():
    mouse = pair("M", 9.0, species="mouse")
    one = only([pair("A", 6.0), mouse], replace(LVEF, species="mouse"))
    assert [effect["study"] for effect in one["effects"]] == ["M"]
    mixed = only([pair("A", 6.0), mouse])
    assert "Mixed species: mouse, rat." in mixed["words"]


def test_every_wrong_word_is_told_at_once_with_the_nearest():
    wrong = PoolChoices(
        form="vesicle", species="pigs", outcome="ejection fracton", sceptical_width=-1.0
    )
    with pytest.raises(DataError) as told:
        pool(wrong)
    nearest = [fault.nearest for fault in told.value.faults]
    assert nearest == ["vesicles", "pig", "ejection fraction", None]


@pytest.mark.parametrize("form", ["vesicles", "cells", "conditioning", "gel"])
def test_the_whole_document_is_plain_and_finite(form):
    document = pool(PoolChoices(form=form))
    assert json.loads(json.dumps(document, allow_nan=False)) == document
