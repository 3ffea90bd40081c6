"""Imports flow one way through the house, and importing it is light."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "src" / "exoheart"
FREE = {"errors", "units", "records", "version", "textfile"}
STAGES = {"donor", "product", "delivery", "heart", "outcome"}
#: Who may import whom, besides what is free for all.
MAY = {
    "evidence": set(),
    "engine": set(),
    "figures": set(),
    **{key: {"engine"} for key in STAGES},
    "therapy": {*STAGES, "engine"},
    # the draws of a trial come from the engine's streams
    "trial": {"therapy", "engine"},
    "decision": {"trial", "therapy", "product", "engine"},
    # the heart alone against published animals: two stages, never the joined model
    "calibration": {"heart", "outcome", "engine", "evidence"},
    # shows the heart beside published animals, and predicts studies it hasn't seen
    "qualification": {
        *("calibration", "heart", "outcome", "engine", "evidence"),
        *("study", "prediction", "figures", "report", "donor"),
    },
    # the names it may use are the stages' own, and a counter's file that a study names
    # is read with it, so that simulating touches no file
    "study": {"evidence", "donor", "product"},
    "report": {"figures"},
    "prediction": {*STAGES, "therapy", "engine", "evidence", "trial", "study"},
    "planning": {
        *STAGES,
        *("therapy", "engine", "evidence", "trial", "decision", "study", "prediction"),
        "calibration",
        # a plan record writes itself as a report
        *("report", "figures"),
    },
    # answers the review's claims: studies solved beside rows that were read
    "reviewing": {
        *STAGES,
        *("therapy", "engine", "evidence", "study", "prediction", "report", "figures"),
    },
    # one animal of a study, as it would be simulated, for foreign simulators
    "exchange": {"prediction", "therapy", "outcome", "engine"},
    "cli": {
        "exchange",
        "study",
        "prediction",
        "planning",
        "evidence",
        "product",
        "report",
    }
    | {"report", "figures", "therapy", "calibration", "qualification", "reviewing"},
    **{key: set() for key in ("errors", "units", "records", "version", "textfile")},
}
HEAVY = ("pint", "pandas", "xarray", "altair", "pydantic", "roadrunner", "antimony")


def room(path: Path) -> str:
    """The room of the house that a file belongs to."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(path: Path) -> set[str]:
    """Rooms that a file imports; ``exoheart`` itself is the package root."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            modules = [node.module]
            if node.module == "exoheart":
                modules = [f"exoheart.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level:
            modules = ["exoheart.relative_import"]
        else:
            continue
        for module in modules:
            parts = module.split(".")
            if parts[0] == "exoheart":
                found.add(parts[1] if len(parts) > 1 else "exoheart")
    return found


FILES = sorted(p for p in PACKAGE.rglob("*.py") if p.name != "__main__.py")


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_every_import_is_allowed_by_the_table(path):
    here = room(path)
    if here == "__init__":
        return
    forbidden = imported(path) - MAY[here] - FREE - {here}
    assert not forbidden, f"{here} may not import {sorted(forbidden)}"


def test_every_room_has_a_row():
    assert {room(path) for path in FILES} - {"__init__"} <= set(MAY)


def test_importing_the_package_loads_nothing_heavy():
    code = f"import sys, exoheart; print([m for m in {HEAVY!r} if m in sys.modules])"
    shown = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert shown.stdout.strip() == "[]"


@pytest.mark.parametrize("name", sorted({room(p) for p in FILES} - {"__init__"}))
def test_importing_a_room_loads_none_of_the_slow_libraries(name):
    slow = ("pint", "pandas", "xarray", "altair", "roadrunner", "antimony")
    code = (
        f"import sys, importlib; importlib.import_module('exoheart.{name}'); "
        f"print([m for m in {slow!r} if m in sys.modules])"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert shown.stdout.strip() == "[]"
