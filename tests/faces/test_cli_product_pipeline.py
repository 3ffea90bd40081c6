"""``exoheart product pipeline``: dates first, cells told apart, the same every day."""

from __future__ import annotations

import pytest
from cli_runner import DISCLAIMER, exoheart

from exoheart.version import VERSION


def test_every_row_is_shown_newest_first():
    told = exoheart("product", "pipeline")
    assert (told.code, told.err) == (0, "")
    assert "38 of 38 rows; newest status 2026-03-10" in told.out
    assert told.out.index("HOPE-3") < told.out.index("ALLSTAR")
    assert "HOPE-3 [trial; holds CELLS]" in told.out
    assert "PEP with fibrin in foot ulcers [trial; holds vesicles]" in told.out
    assert DISCLAIMER in told.out


def test_the_document_is_one_and_the_same_every_time():
    first, second = (exoheart("product", "pipeline", "--json") for _ in "ab")
    assert first.out == second.out
    assert first.document["version"] == VERSION
    assert DISCLAIMER in first.err
    rows = {row["name"]: row for row in first.document["rows"]}
    assert rows["HOPE-3"]["contains"] == "cells"
    assert rows["HOPE-3"]["age"] == "3 months older"
    assert rows["AGLE-102 in epidermolysis bullosa"]["verified"] is False


@pytest.mark.parametrize(
    ("options", "count"),
    [
        (("--kind", "trial"), 22),
        (("--heart",), 15),
        (("--named-in-review",), 10),
        (("--kind", "trial", "--heart", "--named-in-review"), 1),
    ],
)
def test_filters_join(options, count):
    told = exoheart("product", "pipeline", *options, "--json")
    assert len(told.document["rows"]) == count


def test_an_unknown_kind_names_the_nearest():
    told = exoheart("product", "pipeline", "--kind", "trails")
    assert (told.code, told.out) == (2, "")
    assert "nearest: trial" in told.err
