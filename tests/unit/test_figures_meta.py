"""Figures of a meta-analysis: what they show, and that they hold with little."""

from __future__ import annotations

import json

import pytest

from exoheart.figures import to_svg
from exoheart.figures.funnel import funnel
from exoheart.figures.meta import meta_forest
from exoheart.figures.orchard import orchard
from exoheart.figures.pooled import pooled_rows
from exoheart.figures.theme import SCHEMA

AXIS = "difference in ejection fraction (points)"
ROWS = [
    {"label": name, "estimate": y, "low": y - 2 * s, "high": y + 2 * s}
    | {"se": s, "weight": w}
    for name, y, s, w in (("A", 2.0, 1.0, 0.5), ("B", 6.0, 1.5, 0.3), ("C", 14, 2, 0.2))
]
POOLED = {"mean": 5.0, "ci95": [1.5, 8.5], "pi95": [-3.0, 13.0]}
FOREST = {"axis": AXIS, "rows": ROWS, **POOLED}
GROUPS = [{"label": "all", **POOLED, "points": ROWS}]
READINGS = [
    {"label": "plain", "estimate": 5.0, "ci95": [1.5, 8.5], "pi95": [-3.0, 13.0]},
    {"label": "selection", "estimate": None, "ci95": None, "pi95": None},
    {"label": "review", "estimate": 12.65, "ci95": None, "pi95": None}
    | {"kind": "published"},
    {"label": "SD", "estimate": 5.3, "ci95": [1.9, 8.7], "pi95": None, "kind": "bound"},
]
FIGURES = {
    "forest": (meta_forest, FOREST),
    "funnel": (funnel, {"axis": AXIS, "rows": ROWS, "mean": 5.0}),
    "orchard": (orchard, {"axis": AXIS, "groups": GROUPS}),
    "pooled": (pooled_rows, {"axis": AXIS, "rows": READINGS}),
}


@pytest.fixture(scope="module")
def schema():
    """Give a check against the published schema, which Altair ships."""
    altair = pytest.importorskip("altair")
    from altair.utils.schemapi import validate_jsonschema

    root = altair.vegalite.schema.core.load_schema()
    assert altair.SCHEMA_URL == SCHEMA
    return lambda spec: validate_jsonschema(spec, root, raise_error=False)


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_keeps_to_the_schema_and_draws_the_same_twice(schema, name):
    draw, content = FIGURES[name]
    spec = draw(content)
    assert schema(spec) is None
    assert to_svg(spec) == to_svg(draw(content))
    assert AXIS in spec["description"]


@pytest.mark.parametrize("name", FIGURES)
def test_no_label_is_cut_or_lost(name):
    draw, content = FIGURES[name]
    svg = to_svg(draw(content))
    assert "…" not in svg
    for row in content.get("rows") or content["groups"]:
        if name != "funnel":
            assert row["label"] in svg


def test_the_forest_puts_the_next_study_above_the_mean():
    svg = to_svg(meta_forest(FOREST))
    assert svg.index("next study, 95 %") < svg.index("mean, 95 %")
    alone = meta_forest(FOREST | {"mean": None, "ci95": None, "pi95": None})
    assert "next study" not in to_svg(alone)
    assert "not pooled" in alone["description"]


def test_the_funnels_region_is_95_percent_around_the_mean():
    spec = funnel({"axis": AXIS, "rows": ROWS, "mean": 3.5})
    deepest = 1.08 * 2.0
    assert str(3.5 - 1.959963984540054 * deepest) in json.dumps(spec)
    assert "2 inside" in spec["description"]  # C lies outside: 10.5 off with se 2


def test_what_trim_and_fill_put_in_is_drawn_hollow():
    added = {"label": "put in", "estimate": 1.0, "se": 2.0, "filled": True}
    spec = funnel({"axis": AXIS, "rows": [*ROWS, added], "mean": 5.0})
    drawn = [part for part in spec["layer"] if "transform" in part]
    assert [part["mark"]["filled"] for part in drawn] == [True, False]
    assert drawn[1]["transform"] == [{"filter": "datum.filled"}]


def test_an_orchards_points_grow_with_precision_and_shun_the_mean():
    spec = orchard({"axis": AXIS, "groups": GROUPS})
    points = spec["layer"][1]["data"]["values"]
    assert {p["label"]: p["precision"] for p in points} == {
        "A": 1,
        "B": 2 / 3,
        "C": 0.5,
    }
    assert all(point["y"] != 0 for point in points)


@pytest.mark.parametrize(
    "spec",
    [
        meta_forest({"axis": AXIS, "rows": [], "mean": None}),
        funnel({"axis": AXIS, "rows": ROWS, "mean": None}),
        orchard({"axis": AXIS, "groups": []}),
        pooled_rows({"axis": AXIS, "rows": READINGS[1:2]}),
    ],
)
def test_with_nothing_to_draw_a_figure_says_so(spec):
    assert "<svg" in to_svg(spec)
    assert len(spec["description"]) > 20
