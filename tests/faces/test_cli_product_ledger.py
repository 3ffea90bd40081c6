"""``exoheart product ledger``: tables and document of what every dose brings."""

from __future__ import annotations

from cli_runner import DISCLAIMER, EXAMPLES, exoheart

STUDY = EXAMPLES / "pig_reperfused_infarct.toml"
FEW = ("--draws", 32)


def test_tables_name_every_arm_and_every_step():
    told = exoheart("product", "ledger", STUDY, *FEW)
    assert told.code == 0
    for words in ("CDC IM", "CDC IC", "vesicles filled", "donor cells", "spread"):
        assert words in told.out
    assert DISCLAIMER in told.out


def test_the_document_is_one_and_the_same_every_time():
    first, second = (exoheart("product", "ledger", STUDY, "--json", *FEW) for _ in "ab")
    assert first.out == second.out
    assert DISCLAIMER in first.err
    arm = first.document["arms"][0]
    assert arm["arm"] == "CDC IM"
    assert all(one["low"] <= one["median"] <= one["high"] for one in arm["given"])


def test_a_study_without_treatment_is_answered():
    told = exoheart("product", "ledger", EXAMPLES / "controls_pig.toml", *FEW)
    assert told.code == 0
    assert "No arm is given a product" in told.out


def test_a_missing_file_is_named_and_nothing_is_shown():
    told = exoheart("product", "ledger", "no_such_study.toml")
    assert told.code == 2
    assert "no_such_study.toml" in told.err
    assert not told.out
