"""Where a user's own studies are kept, and how they are read from there.

One folder for each study, as in the shipped data (``study.csv`` and
``outcomes.csv``), and ``sources.bib`` beside them. Nothing here writes; read next:
:mod:`exoheart.evidence.own.studies`.
"""

from __future__ import annotations

import os
from pathlib import Path

from exoheart.errors import DataError, Fault

#: Names the folder; without it the user's data folder is taken.
VARIABLE = "EXOHEART_STUDIES"
#: Prefix of the source keys that are made for own studies.
KEY_PREFIX = "own."
BIBLIOGRAPHY = "sources.bib"
#: What is known of how the studies were done, a table that the user writes.
QUALITY = "quality.csv"


def own_folder() -> Path:
    """Give the folder of the user's own studies; it need not exist.

    ``$EXOHEART_STUDIES``, else ``$XDG_DATA_HOME/exoheart/studies``, else
    ``~/.local/share/exoheart/studies``.
    """
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named).expanduser()
    data = os.environ.get("XDG_DATA_HOME")
    share = Path(data) if data else Path.home() / ".local" / "share"
    return share / "exoheart" / "studies"


def own_study_folders() -> list[Path]:
    """Give the folder of each own study, by id; what is half written is left out.

    Raises
    ------
    DataError
        The folder is there and can't be read, or is no folder.
    """
    folder = own_folder()
    if folder.exists() and not folder.is_dir():
        allowed = f"a folder; {VARIABLE} names another"
        raise DataError("your own studies", [Fault(str(folder), "no folder", allowed)])
    if not folder.is_dir():
        return []
    try:
        found = [path for path in folder.iterdir() if path.is_dir()]
    except OSError as bad:
        allowed = f"a folder that can be read; {VARIABLE} names another"
        fault = Fault(str(folder), bad.strerror or str(bad), allowed)
        raise DataError("your own studies", [fault]) from None
    return sorted(path for path in found if not path.name.startswith("."))


def missing_folder() -> str:
    """Say that the folder which the variable names isn't there; else nothing."""
    folder = own_folder()
    if not os.environ.get(VARIABLE) or folder.exists():
        return ""
    return f"{VARIABLE} names {folder}, which is not there (yet)"


def mending(study: str) -> str:
    """Say how a broken own study is put right."""
    return f"a study that passes; exoheart evidence remove {study} takes it out"
