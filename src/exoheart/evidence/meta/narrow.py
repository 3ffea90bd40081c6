"""Warns of an interval by Knapp and Hartung that is narrower than the normal one.

Their factor scales the errors by how well the effects agree, and may be below 1: then
the interval can end up without any width. Both faces of pooling say so.
"""

from __future__ import annotations

from exoheart.evidence.meta.result import MetaFit

NARROW = (
    "The effects agree better than their errors let expect, so that the interval by "
    "Knapp and Hartung is narrower than the normal one; --test z gives the wider, "
    "normal interval."
)


def is_narrow(fitted: MetaFit, normal: MetaFit) -> bool:
    """Say whether a fit by Knapp and Hartung is narrower than the same fit by z.

    One factor scales all coefficients, so that the first speaks for all.
    """
    if fitted.test != "knha":
        return False
    own, plain = (
        one.coefficients[0].ci95[1] - one.coefficients[0].ci95[0]
        for one in (fitted, normal)
    )
    return own < plain
