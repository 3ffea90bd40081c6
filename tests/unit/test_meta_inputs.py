"""What can't be pooled is refused, with every fault at once."""

from __future__ import annotations

import math

import pytest

from exoheart.errors import DataError, InputError
from exoheart.evidence.meta import fit

YI, VI = [0.1, 0.9, 0.4, 1.6], [0.05, 0.1, 0.02, 0.2]

BAD = {
    "one effect": ({"yi": [0.1], "vi": [0.1]}, "met 1 effects; allowed: 2 or more"),
    "no effects": ({"yi": [], "vi": []}, "met 0 effects"),
    "variance zero": ({"vi": [0.1, 0.0, 0.1, 0.1]}, r"vi\[1\]: met 0.0"),
    "variance negative": ({"vi": [0.1, 0.1, -2.0, 0.1]}, r"vi\[2\]: met -2.0"),
    "effect missing": ({"yi": [0.1, math.nan, 0.4, 1.6]}, r"yi\[1\]: met nan"),
    "variance infinite": ({"vi": [math.inf, 0.1, 0.1, 0.1]}, r"vi\[0\]: met inf"),
    "words": ({"yi": ["a", "b", "c", "d"]}, "yi: met values that aren't numbers"),
    "a table": ({"yi": [[0.1, 0.2]]}, r"yi: met shape \(1, 2\)"),
    "fewer variances": ({"vi": [0.1, 0.1]}, "vi: met 2 values; allowed: 4"),
    "fewer labels": ({"labels": ["a"]}, "labels: met 1 values"),
    "fewer clusters": ({"cluster": ["a", "a"]}, "cluster: met 2 values"),
    "cluster missing": ({"cluster": ["a", None, "b", "b"]}, r"cluster\[1\]: met None"),
    "method": ({"method": "RML"}, "did you mean 'REML'"),
    "test": ({"test": "knhaa"}, "did you mean 'knha'"),
    "level": ({"level": 95}, "level: met 95"),
    "cluster model": (
        {"cluster": ["a", "a", "b", "b"], "cluster_model": "robst"},
        "did you mean 'robust'",
    ),
    "three levels by moments": (
        {"cluster": ["a", "a", "b", "b"], "method": "DL"},
        "REML or ML for the three-level model",
    ),
    "three levels by knha": (
        {"cluster": ["a", "a", "b", "b"], "test": "knha"},
        "z or t for the three-level model",
    ),
    "robust with knha": (
        {"cluster": list("abcc"), "cluster_model": "robust", "test": "knha"},
        "robust errors use t",
    ),
    "one cluster": ({"cluster": ["a"] * 4}, "cluster: met one cluster"),
    "clusters of one": ({"cluster": list("abcd")}, "one effect in each cluster"),
    "clusters that a moderator gives": (
        {"cluster": list("aabb"), "moderators": {"site": list("uuvv")}},
        "clusters that the moderators tell apart",
    ),
    "few robust clusters": (
        {"cluster": ["a"] * 4, "cluster_model": "robust"},
        "met 1 cluster; allowed: 2 or more: robust errors need more clusters than",
    ),
    "moderator too short": ({"moderators": {"dose": [1.0]}}, "'dose'.*met 1 values"),
    "moderator missing": (
        {"moderators": {"dose": [1.0, math.nan, 2.0, 3.0]}},
        r"'dose'.*\[1\]: met nan",
    ),
    "moderator mixed": (
        {"moderators": {"dose": [1.0, "two", 2.0, 3.0]}},
        "aren't numbers",
    ),
    "moderator constant": ({"moderators": {"dose": [2.0] * 4}}, "'dose', collinear"),
    "moderator zero": ({"moderators": {"dose": [0.0] * 4}}, "'dose', collinear"),
    "one word": ({"moderators": {"animal": ["pig"] * 4}}, "the one level 'pig'"),
    "collinear": (
        {"moderators": {"a": [1.0, 2.0, 3.0, 4.0], "b": [2.0, 4.0, 6.0, 8.0]}},
        r"moderators\['b'\]: met 'b', collinear",
    ),
    "moderator named intercept": (
        {"moderators": {"intercept": [1.0, 2.0, 3.0, 4.5]}},
        "the column 'intercept', which is there already",
    ),
    "moderator named as a level": (
        {"moderators": {"a": ["u", "v", "v", "u"], "a: v": [1.0, 2.0, 3.0, 4.5]}},
        "the column 'a: v', which is there already",
    ),
    "too many columns": (
        {"moderators": {"animal": ["pig", "rat", "dog", "cat"]}},
        "4 effects for 4 coefficients",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_input_is_refused_and_named(name):
    given, words = BAD[name]
    with pytest.raises(InputError, match=words):
        fit(**{"yi": YI, "vi": VI, **given})


def test_every_fault_is_told_at_once():
    with pytest.raises(DataError) as caught:
        fit(
            [0.1, math.nan, 0.3],
            [0.1, -1.0],
            method="DLL",
            test="w",
            level=2.0,
            labels=["a"],
            moderators={"dose": ["x"]},
        )
    assert {fault.where for fault in caught.value.faults} == {
        *("yi[1]", "vi[1]", "vi", "labels", "moderators['dose']"),
        *("method", "test", "level"),
    }


def test_labels_are_kept_and_numbered_without():
    assert fit(YI, VI).labels == ("1", "2", "3", "4")
    assert fit(YI, VI, labels=["a", "b", "c", "d"]).labels == ("a", "b", "c", "d")
