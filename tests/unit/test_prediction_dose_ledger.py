"""The dose ledger of a study: its lines follow from one another."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from exoheart.prediction import dose_ledger
from exoheart.study import load_study, parse_study, template

STUDY = parse_study(template("pig"))
FOUND = dose_ledger(STUDY, draws=64)


def line(arm: int, name: str) -> float:
    """Median of one line of one arm."""
    return {each.name: each for each in FOUND.arms[arm].given}[name].median


def test_every_arm_with_a_dose_has_a_ledger() -> None:
    treated = [arm.name for arm in STUDY.arms if arm.dose is not None]
    assert [arm.arm for arm in FOUND.arms] == treated


def test_less_reaches_the_animal_than_was_filled() -> None:
    """Storage and filling take vesicles away, in this order."""
    filled, stored, given = (
        line(0, name)
        for name in (
            "vesicles filled",
            "whole after storage",
            "whole vesicles that reach the animal",
        )
    )
    assert filled > stored > given > 0


def test_the_body_mass_divides_the_dose() -> None:
    per_kg = line(0, "the same per kg body mass")
    given = line(0, "whole vesicles that reach the animal")
    assert per_kg * 30.0 == pytest.approx(given, rel=1e-9)


def test_shares_of_the_spread_add_up() -> None:
    """The three parts of the spread are all of it; purity weighs most in this study."""
    for arm in FOUND.arms:
        assert sum(arm.spread.values()) == pytest.approx(1.0, abs=1e-9)
        assert max(arm.spread, key=lambda k: arm.spread[k]).startswith("vesicles per")


def test_same_seed_same_ledger_and_another_seed_another() -> None:
    assert dose_ledger(STUDY, draws=64) == FOUND
    assert dose_ledger(STUDY, draws=64, seed=1) != FOUND


def test_a_dose_per_kg_is_the_same_for_a_pig_twice_as_heavy() -> None:
    heavy = replace(STUDY, animal=replace(STUDY.animal, body_mass_kg=60.0))
    other = dose_ledger(heavy, draws=64).arms[0].given
    names = [each.name for each in other]
    place = names.index("the same per kg body mass")
    ratio = other[place].median / line(0, "the same per kg body mass")
    assert ratio == pytest.approx(0.5, rel=1e-9)


def test_a_study_of_controls_has_no_ledger(tmp_path) -> None:
    text = template("pig")
    head = text[: text.index("[[arm]]")]
    control = '[[arm]]\nname = "untreated"\ncontrol = true\nn = 6\n\n'
    end = text[text.index("[[endpoint]]") :]
    path = tmp_path / "controls.toml"
    path.write_text(head + control + end, encoding="utf-8")
    assert dose_ledger(load_study(path), draws=16).arms == ()


def test_every_number_is_finite() -> None:
    for arm in FOUND.arms:
        for each in (*arm.given, *arm.factors):
            assert np.isfinite([each.low, each.median, each.high]).all()
