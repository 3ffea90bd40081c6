"""Terms of the model text that a reader may put another expression in place of.

A term is what stands right of ``id :=`` (a rule) or ``id' =`` (a rate of change). Used
for experiments that no parameter describes (a receptor deleted), for rival structures,
and by users with a better equation: see ``docs/replace_a_term.md``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from exoheart.errors import InputError, closest

_TERM = re.compile(r"^(\s*(\w+)('?)\s*:?=\s*)([^;]+)(;.*)$", re.MULTILINE)


def terms(blocks: Sequence[str]) -> dict[str, str]:
    """Give every term of the text: id (with ``'`` for a rate of change) -> expression.

    Parameters
    ----------
    blocks
        Antimony statements, as :func:`exoheart.heart.blocks` gives them.

    Examples
    --------
    >>> from exoheart import heart
    >>> terms(heart.blocks())["heart_fibroblasts_all"]
    'heart_fibroblasts + heart_scar_cells'
    """
    found = {}
    for block in blocks:
        for start, id_, prime, expression, _ in _TERM.findall(block):
            if prime or ":=" in start:
                found[id_ + prime] = expression.strip()
    return found


def replaced(blocks: Sequence[str], terms_new: Mapping[str, str]) -> tuple[str, ...]:
    """Put other expressions in the place of some terms.

    Parameters
    ----------
    blocks
        Antimony statements.
    terms_new
        Id (with ``'`` for a rate of change) -> expression. ``{old}`` in it stands for
        the expression that was there. Literals carry a unit: ``0 dimensionless``.

    Returns
    -------
    tuple of str
        The blocks, otherwise unchanged.

    Raises
    ------
    InputError
        There is no such term; the nearest is named.

    Examples
    --------
    >>> from exoheart import heart
    >>> half = {"heart_tnf_excess": "0 dimensionless * ({old})"}
    >>> "0 dimensionless * (positive(heart_tnf" in "".join(
    ...     replaced(heart.blocks(), half)
    ... )
    True
    """
    known = terms(blocks)
    unknown = [id_ for id_ in terms_new if id_ not in known]
    if unknown:
        raise InputError(
            f"no term {unknown[0]!r} in the model text; allowed: one of its "
            f"{len(known)} rules and rates of change; nearest: "
            f"{closest(unknown[0], known) or 'none'}"
        )

    def put(match: re.Match[str]) -> str:
        start, id_, prime, expression, rest = match.groups()
        new = terms_new.get(id_ + prime) if prime or ":=" in start else None
        if new is None:
            return match.group(0)
        return start + new.replace("{old}", expression.strip()) + rest

    return tuple(_TERM.sub(put, block) for block in blocks)
