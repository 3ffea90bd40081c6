"""Specifications as plain data: what the builders give, and that it is Vega-Lite."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from exoheart import figures
from exoheart.figures import specification as vega
from exoheart.figures.comparison import key
from exoheart.figures.theme import SCHEMA, nothing

SAMPLE = Path(__file__).parents[1] / "faces" / "plan_sample.json"
ROWS = [{"x": 1.0, "y": 2.0}]


@pytest.fixture(scope="module")
def schema():
    """Give a check against the published schema, which Altair ships."""
    altair = pytest.importorskip("altair")
    from altair.utils.schemapi import validate_jsonschema

    root = altair.vegalite.schema.core.load_schema()
    assert altair.SCHEMA_URL == SCHEMA  # else what is checked isn't what is drawn
    return lambda spec: validate_jsonschema(spec, root, raise_error=False)


@pytest.mark.parametrize("name", figures.NAMES)
def test_every_figure_of_a_plan_keeps_to_the_published_schema(schema, name):
    plan = json.loads(SAMPLE.read_text(encoding="utf-8"))
    assert schema(dict(figures.figure(plan, name))) is None


@pytest.mark.parametrize("spec", [key(), nothing("nothing here")])
def test_figures_beside_a_plan_keep_to_the_published_schema(schema, spec):
    assert schema(spec) is None


def test_the_schema_finds_a_channel_that_does_not_exist(schema):
    spec = vega.chart(ROWS, vega.mark("point"), sideways="x:Q")
    assert schema(spec) is not None


def test_a_chart_holds_rows_mark_tests_and_channels():
    spec = vega.chart(
        ROWS, vega.mark("rule", size=2), "datum.x > 0", x="x:Q", x2="y:Q", text=["y:N"]
    )
    assert spec == {
        "data": {"values": ROWS},
        "mark": {"type": "rule", "size": 2},
        "transform": [{"filter": "datum.x > 0"}],
        "encoding": {
            "x": {"field": "x", "type": "quantitative"},
            "x2": {"field": "y"},
            "text": [{"field": "y", "type": "nominal"}],
        },
    }


def test_layers_keep_the_rows_they_share_once():
    one = vega.chart(ROWS, vega.mark("point"), x="x:Q")
    spec = vega.layer(one, one, width=10)
    assert spec["data"]["values"] is ROWS
    assert all("data" not in part for part in spec["layer"])
    other = vega.chart(list(ROWS), vega.mark("point"), x="x:Q")
    mixed = vega.layer(one, other)
    assert "data" not in mixed
    assert all("data" in part for part in mixed["layer"])
