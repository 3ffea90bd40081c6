"""Writing a page: whole or not at all, and never over a file that is something else."""

from __future__ import annotations

import os
from pathlib import Path

from exoheart.errors import InputError

#: Letters at the beginning of a file in which a page says what it is.
_HEAD = 2000


def write_page(path: Path, text: str, mark: str, command: str) -> Path:
    """Write a page to a file.

    Parameters
    ----------
    path
        A new name, or that of an earlier page, which is replaced.
    text
        The page; `mark` stands in its head.
    mark
        What tells pages of this sort from other files.
    command
        The command that makes them, for messages.

    Raises
    ------
    InputError
        The file is something else, or can't be written.
    """
    require_replaceable(path, mark, command)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_text(text, "utf-8")
        part.replace(path)
    except OSError as bad:
        met = f"can't be written ({bad.strerror})"
        raise InputError(_refusal(path, met, command)) from None
    finally:
        part.unlink(missing_ok=True)
    return path


def require_replaceable(path: Path, mark: str, command: str) -> None:
    """Stop before work is done if a page can't be written to a file.

    Raises
    ------
    InputError
        Its folder doesn't exist or can't be written, or the file is no such page.
    """
    folder = path.resolve().parent
    if not folder.is_dir():
        met = f"lies in {folder}, which is no folder"
    elif not os.access(folder, os.W_OK):
        met = f"lies in {folder}, which can't be written"
    elif path.is_dir():
        met = "is a folder"
    elif path.exists() and mark not in _beginning(path):
        met = f"exists and is no page of {command}"
    else:
        return
    raise InputError(_refusal(path, met, command))


def _beginning(path: Path) -> str:
    try:
        with path.open(encoding="utf-8", errors="replace") as lines:
            return lines.read(_HEAD)
    except OSError:
        return ""


def _refusal(path: Path, met: str, command: str) -> str:
    return (
        f"{path} {met}; allowed: a new name in a folder that you may write, or a page "
        f"that {command} wrote; give another name"
    )
