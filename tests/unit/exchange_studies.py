"""Studies whose export is tested: examples, and protocols that they lack."""

from __future__ import annotations

from pathlib import Path

from exoheart.records.study import Study
from exoheart.study import load_study, parse_study

EXAMPLES = Path(__file__).parents[2] / "examples"
#: What the treated arm of the mouse example says of its dose.
_ONCE = 'route = "intravenous"\nat = "5 min before reperfusion"\n'
_REPEATED = 'over = "30 min"\nevery = "2 d"\ntimes = 4\n'
_EARLY = (
    'route = "intravenous"\nat = "24 h before occlusion"\nevery = "12 h"\ntimes = 3\n'
)


def pig() -> Study:
    """Give four arms: into the muscle and into the artery, each with its vehicle."""
    return load_study(EXAMPLES / "pig_reperfused_infarct.toml")


def late() -> Study:
    """Give one dose, four weeks after the infarct."""
    return load_study(EXAMPLES / "pig_chronic_infarct.toml")


def patients() -> Study:
    """Give a study whose animals differ in the length of their occlusion."""
    return load_study(EXAMPLES / "controls_human.toml")


def repeated() -> Study:
    """Give four infusions of half an hour into a vein, two days apart."""
    return _mouse(_ONCE, _ONCE + _REPEATED)


def early() -> Study:
    """Give three doses, the first a day before occlusion, the last at its onset."""
    return _mouse(_ONCE, _EARLY)


def _mouse(old: str, new: str) -> Study:
    text = (EXAMPLES / "mouse_tail_vein.toml").read_text("utf-8")
    head, treated = text.split('name = "MSC vesicles"')
    if old not in treated:
        raise ValueError("the example's dose has other words")
    changed = treated.replace(old, new, 1)
    return parse_study(f'{head}name = "MSC vesicles"{changed}', "mouse")
