"""Every example runs: loads, checks, simulates, and says the same as its template."""

from __future__ import annotations

import json
import math
from functools import lru_cache
from pathlib import Path

import pytest

from exoheart.prediction import Prediction, simulate
from exoheart.study import check_study, load_study

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.toml"))
MEMBERS = 16


@lru_cache(maxsize=1)
def predicted(path: Path) -> Prediction:
    return simulate(load_study(path), members=MEMBERS)


def test_the_promised_examples_are_there():
    """Acute pig, mouse, chronic pig, and a file of controls for each species."""
    names = {path.stem for path in EXAMPLES}
    assert {"pig_reperfused_infarct", "mouse_tail_vein", "pig_chronic_infarct"} <= names
    assert {f"controls_{s}" for s in ("pig", "mouse", "rat", "human")} <= names


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.stem)
def test_an_example_is_no_longer_than_a_page(path):
    """30 to 80 lines, and a comment at the top that says what it asks."""
    lines = path.read_text("utf-8").splitlines()
    assert 20 <= len(lines) <= 85
    assert lines[0].startswith("# ")


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.stem)
def test_an_example_loads_and_check_has_no_fault(path):
    study = load_study(path)
    assert study.endpoints
    assert any(arm.control for arm in study.arms)
    for warning in check_study(study):
        assert str(warning)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.stem)
def test_an_example_simulates_without_a_failed_member(path):
    """Sixteen members; every number of the JSON is finite and inside its interval."""
    prediction = predicted(path)
    document = prediction.to_json()
    assert document["failed_members"] == 0
    assert not prediction.solution.messages
    assert [a["name"] for a in document["arms"]] == [
        arm.name for arm in prediction.study.arms
    ]
    for arm in document["arms"]:
        for endpoint in arm["endpoints"]:
            low, high = endpoint["interval90"]
            assert math.isfinite(low)
            assert low <= endpoint["median"] <= high
            lowest, highest = endpoint["animal_interval90"]
            assert lowest <= low
            assert high <= highest
    json.dumps(document, allow_nan=False)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.stem)
def test_the_template_that_ships_is_the_example(path):
    """`exoheart new` writes what the documentation shows."""
    shipped = ROOT / "src" / "exoheart" / "data" / "templates" / path.name
    assert shipped.read_text("utf-8") == path.read_text("utf-8")


def test_no_template_ships_without_an_example():
    shipped = (ROOT / "src" / "exoheart" / "data" / "templates").glob("*.toml")
    assert {p.name for p in shipped} == {p.name for p in EXAMPLES}
