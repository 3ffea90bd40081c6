"""Figures: one specification per name, the same bytes, colours that stay."""

from __future__ import annotations

import copy
import json
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from exoheart import figures
from exoheart.errors import InputError
from exoheart.figures import theme
from exoheart.figures.course import comparisons
from exoheart.figures.published import comparable

SAMPLE = Path(__file__).parents[1] / "faces" / "plan_sample.json"


@pytest.fixture(scope="module")
def plan():
    return json.loads(SAMPLE.read_text(encoding="utf-8"))


def without_numbers(value):
    """Replace every float by null, as a document without finite numbers has it."""
    if isinstance(value, dict):
        return {key: without_numbers(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [without_numbers(entry) for entry in value]
    return None if isinstance(value, float) else value


@pytest.mark.parametrize("name", figures.NAMES)
def test_a_figure_is_drawn_the_same_twice_and_says_what_it_shows(plan, name):
    first, again = figures.figure(plan, name), figures.figure(plan, name)
    assert json.dumps(first) == json.dumps(again)
    assert len(first["description"]) > 30
    svg = figures.to_svg(first)
    assert svg == figures.to_svg(again)
    root = ElementTree.fromstring(svg)
    assert root.get("role") == "img"
    assert root.get("aria-label") == first["description"]


@pytest.mark.parametrize("name", figures.NAMES)
def test_a_figure_without_finite_numbers_says_so_instead_of_failing(plan, name):
    spec = figures.figure(without_numbers(plan), name)
    assert "<svg" in figures.to_svg(spec)


@pytest.mark.parametrize("name", figures.NAMES)
def test_a_specification_loads_nothing_from_outside(plan, name):
    text = json.dumps({**figures.figure(plan, name), "$schema": ""})
    assert "http" not in text
    assert '"url"' not in text


def clipped(title):
    """Give a specification whose SVG needs an id, for its clip path."""
    row = {"x": 1, "y": 1}
    return {
        "data": {"values": [row]},
        "mark": {"type": "point", "clip": True},
        "encoding": {axis: {"field": axis, "type": "quantitative"} for axis in row},
        "title": title,
    }


def test_ids_of_two_figures_in_one_page_do_not_meet():
    drawn = [figures.to_svg(clipped(title)) for title in ("one", "two")]
    ids = [set(re.findall(r'\bid="([^"]+)"', svg)) for svg in drawn]
    assert all(ids)
    assert not ids[0] & ids[1]
    for svg, own in zip(drawn, ids, strict=True):
        used = set(re.findall(r"url\(#([^)]+)\)", svg))
        assert used
        assert used <= own


def test_an_arm_keeps_its_colour_in_every_figure(plan):
    colours = theme.arm_colours(plan["study"]["arms"])
    assert len(set(colours.values())) == len(colours)
    for name in ("answer", "course", "fate", "stoichiometry", "mechanisms"):
        text = json.dumps(figures.figure(plan, name))
        for arm in ("CDC IM", "CDC IC"):
            assert colours[arm] in text, (name, arm)


def test_the_answer_marks_no_difference_and_the_better_side(plan):
    text = json.dumps(figures.figure(plan, "answer"), ensure_ascii=False)
    assert '"at": 0' in text
    assert "← better" in text  # infarct size
    assert "better →" in text  # ejection fraction


def test_each_treated_arm_is_drawn_beside_its_own_control(plan):
    assert comparisons(plan["study"]["arms"]) == [
        ("vehicle IM", "CDC IM"),
        ("vehicle IC", "CDC IC"),
    ]
    only = [{"name": "vehicle", "control": True}]
    assert comparisons(only) == [("vehicle",)]


def test_only_the_same_outcome_and_unit_stand_side_by_side():
    row = {"endpoint": "infarct size of area at risk, 48 h", "unit": "points"}
    assert comparable("infarct size", "%", row)
    assert comparable("infarct size of area at risk", "%", row)
    assert not comparable("infarct size of left ventricle", "%", row)
    assert not comparable("ejection fraction", "%", row)
    assert not comparable("infarct size", "g", row)


def test_a_dose_of_zero_in_the_heart_does_not_break_the_log_axis(plan):
    changed = copy.deepcopy(plan)
    for row in changed["how"]["fate"]:
        row["median"], row["interval90"] = 0.0, [0.0, 0.0]
    for row in changed["how"]["stoichiometry"]:
        row["copies_reached"] = {"median": 0.0, "interval90": [0.0, 0.0]}
    for name in ("fate", "stoichiometry"):
        svg = figures.to_svg(figures.figure(changed, name))
        assert "NaN" not in svg
        assert "Infinity" not in svg


def test_a_prediction_document_has_its_own_figures(plan):
    prediction = plan["prediction"]
    assert "CDC IM" in json.dumps(figures.figure(prediction, "answer"))
    assert "CDC IM" in json.dumps(figures.figure(prediction, "course"))
    with pytest.raises(InputError, match=r"roadblocks.*prediction.*allowed"):
        figures.figure(prediction, "roadblocks")


def test_an_unknown_figure_gets_the_nearest_name(plan):
    with pytest.raises(InputError, match="did you mean 'roadblocks'"):
        figures.figure(plan, "roadblock")


def test_a_specification_needs_no_library_and_vega_is_loaded_to_draw_it_only():
    code = (
        "import json, sys, exoheart.report; "
        "from exoheart import figures; "
        f"plan = json.load(open({str(SAMPLE)!r}, encoding='utf-8')); "
        "[figures.figure(plan, name) for name in figures.NAMES]; "
        "loaded = {'altair', 'vl_convert', 'pandas'} & set(sys.modules); "
        "sys.exit(str(loaded) if loaded else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_text_colours_have_enough_contrast_on_white():
    # WCAG 2.2: 4.5 for text, 3 for graphics
    for colour, least in [
        (theme.INK, 4.5),
        (theme.SOFT, 4.5),
        *((one, 3.0) for one in theme.TREATED),
        *((one, 3.0) for one in theme.KIND.values()),
    ]:
        assert contrast_on_white(colour) >= least, colour


def contrast_on_white(colour):
    """Give the contrast ratio of WCAG 2.2 against white."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [
        p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts
    ]
    red, green, blue = linear
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def test_a_figure_saves_itself_and_refuses_other_endings(plan, tmp_path):
    drawing = figures.figure(plan, "answer")
    assert drawing.save(tmp_path / "a.svg").read_text("utf-8").startswith("<svg")
    assert drawing.save(tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(InputError, match=r"\.svg or \.png"):
        drawing.save(tmp_path / "a.pdf")


def test_a_record_is_drawn_like_its_document(plan):
    class Record:
        document = plan

    assert figures.figure(Record(), "power") == figures.figure(plan, "power")
