"""The page that puts a mechanism in another's place: its code runs as it stands."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from exoheart.errors import InputError
from exoheart.heart.mechanisms import blocks, shipped
from exoheart.therapy import joined_text

PAGE = Path(__file__).parents[2] / "docs" / "extend.md"


def test_the_example_runs_and_the_rival_differs(capsys: pytest.CaptureFixture) -> None:
    """Both are solved with the same draws; only the replaced block differs."""
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    names: dict[str, object] = {}
    exec(compile(code, "extend.md", "exec"), names)
    shown = re.findall(r"angiogenic: ([\d.]+)", capsys.readouterr().out)
    ours, theirs = map(float, shown)
    assert ours != theirs
    assert 0.0 < theirs < 1.0
    shipped_run, rival_run = names["shipped"], names["rival"]
    assert rival_run.failed_members == 0
    arm = names["study"].arms[-1].name
    others = np.array(shipped_run.cohort.labels) != "surface"
    for id_ in ("delivery_liver", "outcome_ejection_fraction"):
        ours, theirs = (run.values(arm, id_) for run in (shipped_run, rival_run))
        size = np.max(np.abs(ours))
        assert np.allclose(ours[others], theirs[others], atol=1e-5 * size)


def test_a_block_without_the_interface_is_refused() -> None:
    """The message names what is missing."""
    block = shipped()["surface"].replace("mechanism_surface_occupancy_il10 :=", "x :=")
    with pytest.raises(InputError, match="mechanism_surface_occupancy_il10"):
        blocks({"surface": block})
    with pytest.raises(InputError, match="nearest: surface"):
        blocks({"surfaces": ""})


def test_a_block_with_wrong_units_is_refused() -> None:
    """A time in the place of a share is found before anything is solved."""
    block = shipped()["surface"].replace(
        "mechanism_surface_occupancy_il10 := ",
        "mechanism_surface_occupancy_il10 := 1 hour + ",
    )
    with pytest.raises(InputError, match="units of the replaced blocks"):
        joined_text((("surface", block),))
