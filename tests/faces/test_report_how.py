"""Section 3 of the report: its words claim no more than the numbers say."""

import copy
import json
from pathlib import Path

import pytest

from exoheart.report.blocks import Fold, Heading, Picture, Table, Text
from exoheart.report.how import how
from exoheart.report.how_dose import percent

SAMPLE = Path(__file__).parent / "plan_sample.json"


@pytest.fixture
def plan():
    return json.loads(SAMPLE.read_text(encoding="utf-8"))


def _picture(plan):
    return next(
        block
        for block in how(plan).blocks
        if isinstance(block, Picture) and block.name == "mechanisms"
    )


def test_occupying_a_target_is_not_called_an_effect(plan):
    for row in plan["how"]["mechanisms"]:
        row["threshold"] = 0.1
    found = _picture(plan)
    assert "able to carry" not in found.caption
    assert "can occupy its target in at least one kind of cell" in found.caption
    assert "peak above 0.1, a convention" in found.caption
    assert "Can occupy its target" in found.twin.columns
    assert {row[3] for row in found.twin.rows} == {"yes", "no", "undecided"}


@pytest.mark.parametrize(
    ("drawn", "wanted"),
    [(0.26, ("25\u00a0%",)), (0.31, ("25\u00a0%", "31\u00a0% drawn")), (None, ("25",))],
)
def test_the_share_drawn_is_shown_only_where_it_lies_apart(plan, drawn, wanted):
    """Apart: more than 2 points from the prior weight, 25 % in the sample."""
    plan["how"]["mechanisms"][0]["drawn"] = drawn
    cell = _picture(plan).twin.rows[0][2]
    assert all(word in cell for word in wanted)
    assert ("drawn" in cell) == (len(wanted) > 1)


def test_mechanisms_are_compared_by_difference_to_control_never_by_level(plan):
    folds = [block for block in how(plan).blocks if isinstance(block, Fold)]
    assert not any("mechanism" in fold.summary for fold in folds)
    changed = copy.deepcopy(plan)
    one = {"unit": "points", "median": -4.0, "interval90": [-12.0, 3.0]}
    changed["how"]["mechanisms"][0]["trial_difference"] = one
    fold = next(
        b
        for b in how(changed).blocks
        if isinstance(b, Fold) and "one trial" in b.summary
    )
    assert len(fold.parts[0].rows) == 1
    assert "points" in fold.parts[0].rows[0][2]


def test_places_that_hold_nothing_are_left_out_of_the_table_only(plan):
    (fate,) = [b for b in how(plan).blocks if getattr(b, "name", "") == "fate"]
    assert "airways" in {row["place"] for row in plan["how"]["fate"]}
    assert "airways" not in {row[1] for row in fate.twin.rows}
    assert "liver" in {row[1] for row in fate.twin.rows}


def test_the_ledger_stands_beside_what_is_published_against_it(plan):
    blocks = how(plan).blocks
    captions = [b.caption for b in blocks if isinstance(b, Table)]
    ledger = captions.index("Steps of each arm, shares of its dose")
    against = captions.index("What is published about the route, and against it")
    assert against == ledger + 1
    texts = [str(b.text) for b in blocks if isinstance(b, Text)]
    assert plan["how"]["route_ledger"]["sentence"] in texts
    table = next(b for b in blocks if isinstance(b, Table) and "Steps of" in b.caption)
    assert {row[0] for row in table.rows} == {"CDC IM", "CDC IC"}


def test_falling_answers_and_dissolved_protein_are_said(plan):
    blocks = how(plan).blocks
    said = " ".join(
        str(part) for b in blocks for part in (getattr(b, "text", ""), *_items(b))
    )
    assert plan["how"]["falling"]["sentence"] in said
    assert plan["how"]["dissolved"][0]["sentence"] in said
    assert plan["how"]["source_cells"][0]["sentence"] in said


def test_a_place_that_one_arm_never_meets_is_left_out_for_that_arm(plan):
    for row in plan["how"]["fate"]:
        if (row["arm"], row["place"]) == ("CDC IM", "liver"):
            row.update(median=0.0, interval90=[0.0, 0.0])
    (fate,) = [b for b in how(plan).blocks if getattr(b, "name", "") == "fate"]
    assert {r[0] for r in fate.twin.rows if r[1] == "liver"} == {"CDC IC"}


@pytest.mark.parametrize(
    ("share", "wanted"), [(0.9957, "99.6"), (0.989, "99"), (1.0, "100"), (0.123, "12")]
)
def test_nearly_all_is_not_rounded_up_to_all(share, wanted):
    assert percent(share) == f"{wanted}\u00a0%"


def test_no_heading_repeats_the_caption_of_a_table(plan):
    blocks = how(plan).blocks
    captions = {b.caption for b in blocks if isinstance(b, Table)}
    captions |= {p.caption for b in blocks if isinstance(b, Fold) for p in b.parts}
    assert not captions & {b.text for b in blocks if isinstance(b, Heading)}


def test_arms_without_vesicles_are_told_instead_of_shown(plan):
    plan["how"] |= {"cells": [], "no_vesicles": ["CDC IM: RNA alone."]}
    texts = [str(b.text) for b in how(plan).blocks if isinstance(b, Text)]
    assert "CDC IM: RNA alone." in texts


def test_uptake_has_no_column_of_zones_and_what_is_bound_has(plan):
    found = [p for b in how(plan).blocks for p in (b, *getattr(b, "parts", ()))]
    by = {t.caption: t.columns for t in found if isinstance(t, Table)}
    assert "Zone" not in by["Vesicles taken up per cell"]
    assert "Zone" in by["Highest number of vesicles bound per cell"]


def _items(block):
    return getattr(block, "items", ())
