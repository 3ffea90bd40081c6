"""Leaving out, adding up and grouping effects."""

from __future__ import annotations

import json

import numpy as np
import pytest

from exoheart.errors import InputError, SolveError
from exoheart.evidence.meta import fit
from exoheart.evidence.meta.sensitivity import (
    cumulative,
    influence,
    leave_one_out,
    subgroups,
)

YI = np.array([0.1, 0.9, 0.4, 1.6, 0.7, 6.0])
VI = np.array([0.05, 0.1, 0.02, 0.2, 0.04, 0.08])
NAMES = list("abcdef")
CLUSTER = ["x", "x", "y", "y", "z", "z"]


def test_leaving_an_effect_out_is_fitting_the_others():
    found = leave_one_out(YI, VI, labels=NAMES, test="knha")
    assert [one.label for one in found] == NAMES
    for i, one in enumerate(found):
        rest = fit(np.delete(YI, i), np.delete(VI, i), test="knha")
        assert one.fit.to_json() == rest.to_json()
        assert NAMES[i] not in one.fit.labels


def test_with_clusters_whole_clusters_are_left_out():
    found = leave_one_out(YI, VI, cluster=CLUSTER, cluster_model="robust", method="DL")
    assert [one.label for one in found] == ["x", "y", "z"]
    rest = fit(YI[2:], VI[2:], method="DL", cluster=CLUSTER[2:], cluster_model="robust")
    assert found[0].fit.to_json() == rest.to_json()


def test_without_a_cluster_three_levels_may_be_too_few():
    """Two clusters: leaving one out leaves a single one, which can't be fitted."""
    found = leave_one_out(YI, VI, cluster=["x", "x", "x", "y", "y", "y"])
    assert [one.fit for one in found] == [None, None]
    assert found[0].to_json() == {"label": "x", "fit": None}


def test_an_effect_that_alone_holds_a_level_up_cant_be_left_out():
    found = leave_one_out(YI, VI, moderators={"group": ["u", "v", "v", "v", "v", "v"]})
    assert found[0].fit is None
    assert found[1].fit is not None
    shown = influence(YI, VI, moderators={"group": ["u", "v", "v", "v", "v", "v"]})
    assert [one.label for one in shown] == ["2", "3", "4", "5", "6"]


def test_the_outlier_is_the_influential_one():
    found = influence(YI, VI, labels=NAMES)
    assert max(found, key=lambda one: abs(one.rstudent)).label == "f"
    assert max(found, key=lambda one: one.cook_d).label == "f"
    assert [one.label for one in found if one.influential] == ["f"]
    assert sum(one.hat for one in found) == pytest.approx(1.0)
    assert sum(one.weight for one in found) == pytest.approx(100.0)


def test_leverages_add_up_to_the_number_of_coefficients():
    found = influence(YI, VI, moderators={"dose": [1.0, 2.0, 3.0, 4.0, 5.0, 7.0]})
    assert sum(one.hat for one in found) == pytest.approx(2.0)


def test_a_refit_that_does_not_settle_leaves_the_others_and_says_why(monkeypatch):
    from exoheart.evidence.meta import sensitivity

    def fitted(effects, choices):
        if "a" not in effects.labels:
            raise SolveError("it doesn't settle")
        return fit_effects(effects, choices)

    fit_effects = sensitivity.fit_effects
    monkeypatch.setattr(sensitivity, "fit_effects", fitted)
    found = leave_one_out(YI, VI, labels=NAMES)
    assert (found[0].fit, found[0].reason) == (None, "it doesn't settle")
    assert all(one.fit and not one.reason for one in found[1:])


def test_too_few_effects_for_influence_are_refused():
    with pytest.raises(InputError, match="2 effects for 1 coefficients; allowed: 3"):
        influence(YI[:2], VI[:2])


def test_groups_are_fitted_apart_and_their_difference_is_tested():
    found = subgroups(YI, VI, ["u", "v", "u", "v", "u", "w"], method="FE")
    assert [name for name, _ in found.fits] == ["u", "v"]
    assert found.left_out == ("w",)
    regression = fit(
        YI[:5], VI[:5], method="FE", moderators={"g": ["u", "v", "u", "v", "u"]}
    )
    assert (found.q, found.p) == (
        pytest.approx(regression.qm),
        pytest.approx(regression.qm_p),
    )
    assert found.fits[0][1].to_json() == fit(YI[:5:2], VI[:5:2], method="FE").to_json()


@pytest.mark.parametrize(
    ("groups", "words"),
    [
        (["u"] * 6, "1 groups of two effects or more"),
        (NAMES, "0 groups of two effects or more"),
        (["u", "v"], "met 2 values"),
    ],
)
def test_groups_that_cant_be_compared_are_refused(groups, words):
    with pytest.raises(InputError, match=words):
        subgroups(YI, VI, groups)


@pytest.mark.parametrize("test", ["z", "knha"])
def test_adding_all_effects_ends_at_the_whole_fit(test):
    steps = cumulative(YI, VI, order=[6, 5, 4, 3, 2, 1], labels=NAMES, test=test)
    assert [one.label for one in steps] == list("fedcba")
    assert [one.k for one in steps] == [1, 2, 3, 4, 5, 6]
    whole = fit(YI, VI, test=test)
    assert (steps[-1].estimate, steps[-1].tau2) == (whole.estimate, whole.tau2)
    assert steps[0].estimate == 6.0
    assert (steps[0].ci95 is None) == (test == "knha")


def test_an_order_of_another_length_is_refused():
    with pytest.raises(InputError, match="order: met 2 values"):
        cumulative(YI, VI, order=[1, 2])


def test_results_are_plain_data():
    results = (
        *leave_one_out(YI, VI),
        *influence(YI, VI),
        subgroups(YI, VI, ["u", "v"] * 3),
        *cumulative(YI, VI),
    )
    for one in results:
        shown = one.to_json()
        assert json.loads(json.dumps(shown, allow_nan=False)) == shown
