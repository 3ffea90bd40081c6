"""Compiled models kept on disk, so that the next start needs neither text nor compiler.

In ``$EXOHEART_CACHE``, else the user's cache folder; ``EXOHEART_CACHE=`` (empty) keeps
nothing. A file that can't be written or read is as if it weren't there: the model is
compiled again. Names are hashes of all that the content follows from, the code
generator's own source included.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent
#: A file is a digest of all that follows, the length of the description, the
#: description and the bytes.
_DIGEST, _LENGTH = 32, 8


@lru_cache(maxsize=1)
def generator_version() -> str:
    """Give a hash of the source that turns models into code."""
    found = hashlib.sha256()
    for path in sorted(_FOLDER.glob("*.py")):
        found.update(path.name.encode() + b"\0" + path.read_bytes())
    return found.hexdigest()


def key(*parts: str) -> str:
    """Give the name of what follows from some texts and the code generator."""
    found = hashlib.sha256(generator_version().encode())
    for part in parts:
        found.update(b"\0" + part.encode())
    return found.hexdigest()[:40]


def folder() -> Path | None:
    """Give the folder of what is kept; None if nothing is to be kept."""
    named = os.environ.get("EXOHEART_CACHE")
    if named is not None:
        return Path(named) if named else None
    base = os.environ.get("XDG_CACHE_HOME")
    home = Path(base) if base else Path.home() / ".cache"
    return home / "exoheart"


def read(name: str) -> tuple[dict[str, Any], bytes] | None:
    """Give what is kept under a name: a description and bytes; None if nothing is."""
    where = folder()
    if where is None:
        return None
    try:
        whole = (where / name).read_bytes()
        digest, told = whole[:_DIGEST], whole[_DIGEST:]
        if hashlib.sha256(told).digest() != digest:
            return None
        length = int.from_bytes(told[:_LENGTH], "little")
        about = json.loads(told[_LENGTH : _LENGTH + length])
        return about, told[_LENGTH + length :]
    except (OSError, ValueError):
        return None


def write(name: str, about: dict[str, Any], body: bytes = b"") -> None:
    """Keep a description and bytes under a name, whole or not at all."""
    where = folder()
    if where is None:
        return
    text = json.dumps(about).encode()
    told = len(text).to_bytes(_LENGTH, "little") + text + body
    path: str | None = None
    try:
        where.mkdir(parents=True, exist_ok=True, mode=0o700)
        number, path = tempfile.mkstemp(dir=where, prefix=name)
        with os.fdopen(number, "wb") as out:
            out.write(hashlib.sha256(told).digest() + told)
        os.replace(path, where / name)
    except OSError:
        if path is not None:
            with contextlib.suppress(OSError):
                os.unlink(path)
