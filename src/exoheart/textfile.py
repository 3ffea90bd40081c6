"""Text files as users give them: read as UTF-8, or a fault that says why not."""

from __future__ import annotations

from pathlib import Path

from exoheart.errors import Fault


def read_text(path: Path, allowed: str) -> str | Fault:
    """Give the text of a file, or what is wrong with the file.

    Parameters
    ----------
    path
        The file; a byte order mark is left out.
    allowed
        What it should be, such as ``a study file in TOML``.
    """
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as bad:
        return Fault(str(path), bad.strerror or "no file", allowed)
    except UnicodeDecodeError as bad:
        met = f"a byte that is no UTF-8 text (byte {bad.start + 1})"
        return Fault(str(path), met, f"{allowed}, saved as UTF-8")
