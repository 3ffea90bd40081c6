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
#: Keys of ``plan.json``, in the order of the report.
SECTIONS = (
    "study",
    "answer",
    "prediction",
    "published",
    "how",
    "animals",
    "make",
    "roadblocks",
    "alternatives",
    "trust",
)


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
        folder = Path(folder).resolve()
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
        It holds anything but an earlier plan, is no folder, or can't be written.
    """
    folder = folder.resolve()
    if folder.exists():
        met = _strange(folder)
        if met:
            raise InputError(
                f"{folder} {met}; allowed: a new name, an empty folder, or one that "
                "exoheart plan wrote; give another with --out"
            )
        if folder == Path.cwd():
            raise InputError(
                f"{folder} is the folder you are in, which can't be replaced; allowed: "
                "any other; give one with --out"
            )
    above = next(parent for parent in folder.parents if parent.exists())
    try:
        with tempfile.TemporaryDirectory(dir=above):
            pass
    except OSError as bad:
        raise InputError(
            f"{folder} can't be made in {above} ({bad.strerror}); allowed: a place "
            "inside a folder that you may write; give another with --out"
        ) from None


def _strange(folder: Path) -> str:
    """Say what in a folder isn't a plan; empty if it may be replaced."""
    if not folder.is_dir():
        return "is a file"
    names = sorted(f.name for f in folder.iterdir())
    strangers = [name for name in names if name not in _FILES]
    if strangers:
        return f"holds {', '.join(strangers[:3])}"
    if not names:
        return ""
    try:
        found = json.loads((folder / DATA).read_text("utf-8"))
    except (OSError, ValueError):
        found = None
    is_plan = isinstance(found, dict) and set(SECTIONS) <= set(found)
    return "" if is_plan else f"holds {', '.join(names)}, but no plan"


def _swap(made: Path, folder: Path) -> None:
    """Put a finished folder in the place of an older one, which goes last."""
    if not folder.exists():
        made.rename(folder)
        return
    old = made.with_name(f"{made.name}-old")
    folder.rename(old)
    made.rename(folder)
    shutil.rmtree(old)
