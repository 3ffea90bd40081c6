"""What a label would show of a simulated study."""

from __future__ import annotations

import numpy as np
import pytest

from exoheart.errors import InputError
from exoheart.prediction import read_label, require_tag, simulate
from exoheart.study import parse_study, template


def read(text: str, name: str) -> dict[str, np.ndarray]:
    study = parse_study(text)
    arm = next(arm for arm in study.arms if arm.dose is not None)
    return read_label(simulate(study, members=16), arm, name)


def test_label_of_a_dose_before_occlusion_is_followed_from_the_dose() -> None:
    """Samples begin with the dose, so that no label is there before it."""
    text = template("mouse").replace("5 min before reperfusion", "1 h before occlusion")
    shown = read(text, "dye")
    assert np.isnan(shown["liver"][..., 0]).all()
    assert np.nanmax(shown["liver"]) > 0.05


def test_residual_blood_grows_with_the_mouse() -> None:
    """Kidneys in proportion to body mass hold blood in proportion to all blood."""
    text = template("mouse")
    line = next(row for row in text.splitlines() if row.startswith("body_mass"))
    light = read(text.replace(line, 'body_mass = "20 g"'), "dye")["kidney"]
    heavy = read(text.replace(line, 'body_mass = "40 g"'), "dye")["kidney"]
    assert np.nanmedian(heavy / light) == pytest.approx(1.0, abs=0.15)


def test_an_unknown_label_gets_the_nearest() -> None:
    with pytest.raises(InputError, match="nearest: iodine"):
        require_tag("iodin")
