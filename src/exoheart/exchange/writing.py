"""Writing exported files: all of them whole, and never over a file of another kind."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from exoheart.errors import InputError
from exoheart.exchange.notes import SIGN

#: Bytes at the beginning of a text and at the end of an archive in which a file says
#: who wrote it.
_HEAD, _TAIL = 500, 200


def write_files(files: Mapping[Path, bytes]) -> tuple[Path, ...]:
    """Write files, each to a temporary one first; earlier exports are replaced.

    Raises
    ------
    InputError
        One of them is something else, or can't be written; then none is.
    """
    require_replaceable(files)
    parts = {path: path.with_name(f".{path.name}.{os.getpid()}.part") for path in files}
    try:
        for path, data in files.items():
            parts[path].write_bytes(data)
        for path, part in parts.items():
            part.replace(path)
    except OSError as bad:
        raise InputError(_refusal(f"{bad.filename} ({bad.strerror})")) from None
    finally:
        for part in parts.values():
            part.unlink(missing_ok=True)
    return tuple(files)


def require_replaceable(paths: Iterable[Path]) -> None:
    """Stop before work is done if a file can't be written.

    Raises
    ------
    InputError
        Its folder doesn't exist or can't be written, or a file is no export; all such
        files are named.
    """
    met = [f"{path} ({fault})" for path in paths if (fault := _fault(path))]
    if met:
        raise InputError(_refusal("; ".join(met)))


def _fault(path: Path) -> str:
    folder = path.resolve().parent
    if not folder.is_dir():
        return f"{folder} is no folder"
    if not os.access(folder, os.W_OK):
        return f"{folder} can't be written"
    if path.is_dir():
        return "a folder"
    if path.exists() and not _is_export(path):
        return "exists and is no export"
    return ""


def _is_export(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
            file.seek(max(0, path.stat().st_size - _TAIL))
            return SIGN in head or SIGN in file.read()
    except OSError:
        return False


def _refusal(met: str) -> str:
    return (
        f"met {met}; allowed: a new name in a folder that you may write, or a file "
        "that exoheart export wrote; give another with --out"
    )
