"""The record of a plan, and how it is written to a folder without losing anything."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from exoheart.errors import InputError
from exoheart.prediction import Prediction

REPORT, DATA, ALLOCATION = "report.html", "plan.json", "allocation.csv"
_FILES = frozenset((REPORT, DATA, ALLOCATION))


@dataclass(frozen=True)
class Plan:
    """A study plan: the document of the report, and what it was made from.

    Parameters
    ----------
    document
        Content of ``plan.json``: ``study, answer, prediction, published, how, animals,
        make, roadblocks, alternatives, trust``.
    allocation_csv
        Content of ``allocation.csv``.
    prediction
        Arrays and summaries behind it.
    """

    document: Mapping[str, Any]
    allocation_csv: str
    prediction: Prediction

    @property
    def answer(self) -> str:
        """The answer, one plain sentence for each arm and endpoint."""
        return "\n".join(self.document["answer"]["sentences"])

    @cached_property
    def html(self) -> str:
        """The report as one self-contained HTML file."""
        from exoheart.report import render_report

        return render_report(self.document)

    @property
    def json(self) -> str:
        """The document as text; numbers are finite or null."""
        return json.dumps(self.document, indent=2, ensure_ascii=False, allow_nan=False)

    def write(self, folder: str | Path) -> Path:
        """Write report, data and allocation list into a folder.

        Everything is written beside it first and moved into place at the end, so an
        older plan stays whole if anything fails.

        Parameters
        ----------
        folder
            Made if it doesn't exist; replaced only if it holds a plan and nothing else.

        Returns
        -------
        Path
            Of the report.

        Raises
        ------
        InputError
            The folder holds something that isn't a plan.
        """
        folder = Path(folder)
        require_replaceable(folder)
        folder.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        try:
            made.chmod(0o755)
            (made / DATA).write_text(self.json + "\n", "utf-8")
            (made / ALLOCATION).write_text(self.allocation_csv, "utf-8")
            (made / REPORT).write_text(self.html, "utf-8")
            _swap(made, folder)
        finally:
            shutil.rmtree(made, ignore_errors=True)
        return folder / REPORT

    def _repr_html_(self) -> str:
        sentences = "".join(f"<p>{s}</p>" for s in self.document["answer"]["sentences"])
        return f"{sentences}<p>Research use only; not medical advice.</p>"


def require_replaceable(folder: Path) -> None:
    """Stop before work is done if a folder can't take a plan.

    Raises
    ------
    InputError
        It exists and is no folder, or holds files that no plan has.
    """
    if not folder.exists():
        return
    strangers = (
        sorted(f.name for f in folder.iterdir() if f.name not in _FILES)
        if folder.is_dir()
        else [folder.name]
    )
    if strangers or (not (folder / DATA).exists() and any(folder.iterdir())):
        raise InputError(
            f"{folder} holds {', '.join(strangers[:3]) or 'no plan'}; allowed: a new "
            "name, an empty folder, or one that exoheart plan wrote; give another with "
            "--out"
        )


def _swap(made: Path, folder: Path) -> None:
    """Put a finished folder in the place of an older one, which goes last."""
    if not folder.exists():
        made.rename(folder)
        return
    old = made.with_name(f"{made.name}-old")
    folder.rename(old)
    made.rename(folder)
    shutil.rmtree(old)
