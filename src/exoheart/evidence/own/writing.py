"""Writing and removing own studies, so that nothing is ever half written.

Everything is written to a temporary folder beside the own studies and renamed from
there; the list of sources is written before the studies that cite it. Where a step
fails, those before it are undone: all studies of a file are kept, or none.
"""

from __future__ import annotations

import csv
import io
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from exoheart.errors import InputError
from exoheart.evidence.bibliography import parse_bibliography
from exoheart.evidence.own.draft import Draft
from exoheart.evidence.own.sources import Fields, bibliography_text
from exoheart.evidence.own.store import (
    BIBLIOGRAPHY,
    QUALITY,
    own_folder,
    own_study_folders,
)
from exoheart.evidence.study_rules import read_study_tables
from exoheart.evidence.tables import RawRow
from exoheart.evidence.user_csv import csv_text
from exoheart.evidence.vocabulary import OUTCOME_COLUMNS, STUDY_COLUMNS

#: Begins the names of folders that are being written; no study is read from them.
TEMPORARY = ".writing-"


def write_studies(drafts: Sequence[Draft], entries: Mapping[str, Fields]) -> None:
    """Write studies and the whole list of sources; what is there is replaced.

    Raises
    ------
    InputError
        The folder can't be written; what was there before stands.
    """
    folder = own_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=TEMPORARY, dir=folder) as made:
            names = _write(Path(made), drafts)
            with _kept_whole(folder / BIBLIOGRAPHY, Path(made)):
                _replace_text(folder / BIBLIOGRAPHY, bibliography_text(entries))
                _move_all(names, Path(made), folder)
    except OSError as bad:
        raise InputError(
            f"met {bad.strerror or bad} for {bad.filename or folder}; allowed: a "
            "folder that can be written; name another in EXOHEART_STUDIES"
        ) from None


def write_new(path: Path, text: str) -> None:
    """Write a file that isn't there yet.

    Raises
    ------
    InputError
        The file is there, or its folder can't be written.
    """
    if path.exists():
        raise InputError(
            f"met {path}, which is there already; allowed: a new file; give another "
            "name or move it away"
        )
    try:
        _replace_text(path, text)
    except OSError as bad:
        raise InputError(
            f"met {bad.strerror or bad} for {path}; allowed: a file in a folder that "
            "can be written; name another"
        ) from None


def take_out(folder: Path) -> None:
    """Remove a study's folder, its quality, and sources that no other study cites.

    Raises
    ------
    InputError
        The folder can't be removed.
    """
    try:
        with tempfile.TemporaryDirectory(prefix=TEMPORARY, dir=folder.parent) as made:
            os.replace(folder, Path(made) / folder.name)
        _replace_text(folder.parent / BIBLIOGRAPHY, bibliography_text(stored_entries()))
        _forget_quality(folder.parent / QUALITY, folder.name)
    except OSError as bad:
        raise InputError(
            f"met {bad.strerror or bad} for {bad.filename or folder}; allowed: a "
            "folder that can be removed; remove it by hand"
        ) from None


def _forget_quality(path: Path, study: str) -> None:
    """Take the rows of a study out of a table of quality; the others stay."""
    try:
        text = path.read_text("utf-8-sig") if path.exists() else ""
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error):
        return  # what can't be read is left to the check
    kept = [row for row in rows if not row or row[0].strip() != study]
    if len(kept) < len(rows):
        _replace_text(path, csv_text(kept))


def stored_entries(leaving_out: Iterable[str] = ()) -> dict[str, Fields]:
    """Give the own sources that the own studies cite, those left out apart."""
    path = own_folder() / BIBLIOGRAPHY
    try:
        text = path.read_text(encoding="utf-8") if path.exists() else ""
    except (OSError, UnicodeDecodeError):
        text = ""  # what can't be read is written anew
    gone = set(leaving_out)
    cited = set()
    for folder in own_study_folders():
        if folder.name not in gone:
            _, study, _ = read_study_tables(folder, folder.parent)
            cited |= {row["source"] for row in study[:1]}
    entries, _ = parse_bibliography(text)
    return {entry.key: entry.fields for entry in entries if entry.key in cited}


def _write(folder: Path, drafts: Sequence[Draft]) -> list[str]:
    """Write each study's two tables into `folder`; gives their names."""
    studies: dict[str, list[Draft]] = {}
    for draft in drafts:
        studies.setdefault(draft.id, []).append(draft)
    for name, rows in studies.items():
        home = folder / name
        home.mkdir()
        first = [rows[0].study]
        (home / "study.csv").write_text(_csv(STUDY_COLUMNS, first), "utf-8")
        outcomes = [draft.outcome for draft in rows]
        text = _csv(OUTCOME_COLUMNS, outcomes)
        (home / "outcomes.csv").write_text(text, "utf-8")
    return list(studies)


def _csv(columns: Sequence[str], rows: Iterable[RawRow]) -> str:
    return csv_text([columns, *([row[name] for name in columns] for row in rows)])


@contextmanager
def _kept_whole(path: Path, made: Path) -> Iterator[None]:
    """Put a file back as it was where the steps within fail."""
    copy = made / f"{path.name}.old"
    if path.exists():
        shutil.copy2(path, copy)
    try:
        yield
    except OSError:
        if copy.exists():
            os.replace(copy, path)
        else:
            path.unlink(missing_ok=True)
        raise


def _move_all(names: Iterable[str], made: Path, folder: Path) -> None:
    """Put folders in their places, all or none; earlier ones go into `made`."""
    moved: list[str] = []
    try:
        for name in names:
            _move(made / name, folder / name, made / f"{name}.old")
            moved.append(name)
    except OSError:
        for name in moved:
            os.replace(folder / name, made / name)
            if (made / f"{name}.old").exists():
                os.replace(made / f"{name}.old", folder / name)
        raise


def _move(new: Path, place: Path, aside: Path) -> None:
    """Put a folder in its place; an earlier one goes aside."""
    if place.exists():
        os.replace(place, aside)
    try:
        os.replace(new, place)
    except OSError:
        if aside.exists():
            os.replace(aside, place)
        raise


def _replace_text(path: Path, text: str) -> None:
    """Write a text file whole, or not at all; an empty text removes it."""
    if not text:
        path.unlink(missing_ok=True)
        return
    made = path.with_name(f"{TEMPORARY}{path.name}-{os.getpid()}")
    try:
        made.write_text(text, encoding="utf-8")
        os.replace(made, path)
    except OSError:
        made.unlink(missing_ok=True)
        raise
