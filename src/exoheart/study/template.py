"""Commented study files to begin with: one for each way to treat.

Part of :mod:`exoheart.study`. The files are those in the examples folder, shipped
with the package.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from types import MappingProxyType

from exoheart.errors import InputError, closest

#: What ``exoheart new --like`` offers, and its file.
TEMPLATES: Mapping[str, str] = MappingProxyType(
    {
        "pig": "pig_reperfused_infarct.toml",
        "mouse": "mouse_tail_vein.toml",
        "chronic": "pig_chronic_infarct.toml",
    }
)


def template(like: str = "pig") -> str:
    """Give a commented study file that loads as it stands.

    Raises
    ------
    InputError
        There is no template of that name.

    Examples
    --------
    >>> "[animal.infarct]" in template("mouse")
    True
    """
    if like not in TEMPLATES:
        raise InputError(
            f"template {like!r} is unknown; allowed: {', '.join(TEMPLATES)}; nearest: "
            f"{closest(like, TEMPLATES) or 'none'}"
        )
    folder = files("exoheart") / "data" / "templates"
    return (folder / TEMPLATES[like]).read_text(encoding="utf-8")
