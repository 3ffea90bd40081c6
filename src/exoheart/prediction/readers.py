"""Who uses a parameter: the model text, the packages that read it, other rows.

Each package lists in ``READS`` the ids that its Python code reads; the rest is read by
the model text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from functools import lru_cache

from exoheart import delivery, donor, heart, outcome, product, therapy, trial
from exoheart.evidence import load_parameters, load_scaling
from exoheart.heart import mechanisms

#: Read here: heart mass for doses per gram of heart.
OWN: tuple[str, ...] = ("anatomy.left_ventricle_share",)
_DECLARATION = re.compile(r"(var |const |substanceOnly |species )*\s*\w+ (has|in) .*")
_REACTION = re.compile(r"\w+\s*:.*->")


@lru_cache(maxsize=1)
def reads() -> Mapping[str, tuple[str, ...]]:
    """Give the patterns of the ids that each package reads from the tables."""
    rooms = (donor, product, delivery, heart, mechanisms, outcome, therapy, trial)
    found = {room.__name__.removeprefix("exoheart."): room.READS for room in rooms}
    return found | {"prediction": OWN}


def used_by(name: str) -> dict[str, list[str]]:
    """Say who uses a parameter.

    Returns
    -------
    dict
        ``equations`` of the model text that mention it, ``packages`` whose code reads
        it, ``parameters`` that it acts on or that act on it, in a sentence each.
    """
    word = re.compile(rf"\b{re.escape(name.replace('.', '_', 1))}\b")
    packages = [
        room
        for room, patterns in reads().items()
        if any(fnmatchcase(name, pattern) for pattern in patterns)
    ]
    equations = [text for text in _statements() if word.search(text)]
    if not equations and name in _declared():
        packages.append("therapy, for the schedule or the geometry of each animal")
    return {
        "equations": equations,
        "packages": packages,
        "parameters": list(_related(name)),
    }


@lru_cache(maxsize=1)
def _declared() -> frozenset[str]:
    """Give the parameters that the model text declares."""
    return frozenset(therapy.needed_parameters())


@lru_cache(maxsize=1)
def _statements() -> tuple[str, ...]:
    """Give the equations of the joined model text, declarations left out."""
    found = []
    for line in therapy.joined_text().splitlines():
        code, _, remark = line.partition("//")
        head = ""
        for part in code.split(";"):
            text = f"{head}{part.strip()}"
            head = f"{text}; " if _REACTION.match(text) and ";" not in text else ""
            if head or not text or _DECLARATION.fullmatch(text):
                continue
            found.append(f"{text}  // {remark.strip()}" if remark.strip() else text)
    return tuple(dict.fromkeys(found))


def _related(name: str) -> Iterator[str]:
    """Say which parameters it scales, varies, or is scaled or varied by."""
    scaling, known = _rows()
    if name in scaling:
        yield f"scaled with body mass by the exponent {scaling[name]}"
    scaled = [target for target, exponent in scaling.items() if exponent == name]
    if scaled:
        yield f"exponent of body mass for {', '.join(scaled)}"
    stage, _, rest = name.partition(".")
    if stage == "variation":
        yield f"factor between animals on {rest.replace('_', '.', 1)}"
    factor = f"variation.{name.replace('.', '_', 1)}"
    if factor in known:
        yield f"varied between animals by {factor}"


@lru_cache(maxsize=1)
def _rows() -> tuple[Mapping[str, str], frozenset[str]]:
    """Give what scales with body mass, and the ids of all rows."""
    return load_scaling(), frozenset(row.id for row in load_parameters())
