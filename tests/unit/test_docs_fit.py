"""The page of the fit holds what the shipped fit and scores say."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

from exoheart.evidence.tables import data_folder

DOCS = Path(__file__).parents[2] / "docs"
spec = importlib.util.spec_from_file_location("fit_page", DOCS / "fit_page.py")
fit_page = importlib.util.module_from_spec(spec)
spec.loader.exec_module(fit_page)


def test_the_page_holds_the_shipped_fit_and_scores():
    """After a new fit: python docs/fit_page.py --write."""
    text = (DOCS / "heart_fit.md").read_text("utf-8")
    folder = data_folder() / "fitted"
    fit = json.loads((folder / "heart.json").read_text("utf-8"))
    rivals = json.loads((folder / "structures.json").read_text("utf-8"))
    assert fit_page.fit_tables(fit) in text
    assert fit_page.structures_table(rivals) in text
