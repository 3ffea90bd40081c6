"""The two documents have schemas, strict enough to catch a missing key."""

from __future__ import annotations

import copy
import json
from importlib import resources
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

SAMPLE = Path(__file__).parent / "plan_sample.json"
REPORT_ORDER = [
    "study",
    "answer",
    "prediction",
    "published",
    "how",
    "animals",
    "make",
    "roadblocks",
    "alternatives",
    "trust",
]


def load(name):
    folder = resources.files("exoheart").joinpath("data", "schema")
    schema = json.loads(folder.joinpath(name).read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return schema


@pytest.fixture
def plan():
    return json.loads(SAMPLE.read_text(encoding="utf-8"))


def test_the_sample_follows_both_schemas(plan):
    Draft202012Validator(load("plan.json")).validate(plan)
    Draft202012Validator(load("simulate.json")).validate(plan["prediction"])


def test_a_plan_has_its_keys_in_report_order(plan):
    assert load("plan.json")["required"] == REPORT_ORDER
    assert list(plan) == REPORT_ORDER


def paths(value, schema, root, trail=()):
    """Yield where a document holds a key that its schema requires."""
    while "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rsplit("/", 1)[1]]
    for option in schema.get("anyOf", ()):
        yield from paths(value, option, root, trail)
    if isinstance(value, dict):
        for key, inner in schema.get("properties", {}).items():
            if key not in value:
                continue
            if key in schema["required"]:
                yield (*trail, key)
            yield from paths(value[key], inner, root, (*trail, key))
    elif isinstance(value, list) and value and "items" in schema:
        yield from paths(value[0], schema["items"], root, (*trail, 0))


def test_every_missing_key_of_a_plan_is_caught(plan):
    schema = load("plan.json")
    validator = Draft202012Validator(schema)
    found = list(dict.fromkeys(paths(plan, schema, schema)))
    assert len(found) > 150
    for trail in found:
        broken = copy.deepcopy(plan)
        place = broken
        for key in trail[:-1]:
            place = place[key]
        del place[trail[-1]]
        assert not validator.is_valid(broken), trail


@pytest.mark.parametrize("name", ["plan.json", "simulate.json"])
def test_a_treated_arm_must_be_compared(plan, name):
    document = plan if name == "plan.json" else plan["prediction"]
    arms = (document["prediction"] if name == "plan.json" else document)["arms"]
    treated = next(arm for arm in arms if not arm["control"])
    del treated["endpoints"][0]["difference_to_control"]
    assert not Draft202012Validator(load(name)).is_valid(document)


def test_null_is_a_number_and_text_is_not(plan):
    validator = Draft202012Validator(load("plan.json"))
    plan["answer"]["rows"][0]["median"] = None
    plan["answer"]["rows"][0]["interval90"] = [None, 1.0]
    assert validator.is_valid(plan)
    plan["answer"]["rows"][0]["median"] = "0.3"
    assert not validator.is_valid(plan)
    plan["answer"]["rows"][0]["median"] = 0.3
    plan["answer"]["rows"][0]["interval90"] = [0.1]
    assert not validator.is_valid(plan)
