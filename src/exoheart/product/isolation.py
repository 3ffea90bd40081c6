"""Isolation: the share of particles that the steps keep, and how pure they end.

Between the donor's medium and the vial. Recovery multiplies over steps; purity is set
by the last step that purifies, since each step carries over only what the one before
left, and a concentrating step removes no protein worth counting (assumed).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from exoheart.errors import InputError, closest
from exoheart.records.prior import Priors
from exoheart.records.product import FloatArray, Uniforms, draw
from exoheart.records.study import Product

#: Isolation step to the last part of its parameters' ids.
STEPS: Mapping[str, str] = MappingProxyType(
    {
        "ultracentrifugation": "ultracentrifugation",
        "density gradient": "density_gradient",
        "precipitation": "precipitation",
        "ultrafiltration": "ultrafiltration",
        "size exclusion": "size_exclusion",
        "immunoaffinity": "immunoaffinity",
        "microfluidics": "microfluidics",
        "tangential flow filtration": "tangential_flow",
    }
)
#: Other names of the steps.
ALIASES: Mapping[str, str] = MappingProxyType(
    {
        "uc": "ultracentrifugation",
        "differential ultracentrifugation": "ultracentrifugation",
        "peg": "precipitation",
        "exoquick": "precipitation",
        "uf": "ultrafiltration",
        "sec": "size exclusion",
        "size exclusion chromatography": "size exclusion",
        "size-exclusion chromatography": "size exclusion",
        "tff": "tangential flow filtration",
        "tangential flow": "tangential flow filtration",
    }
)
_UNSTATED = "unstated"
_MEDIUM = "conditioned_medium"
_FLOW = "tangential flow filtration"
_CONCENTRATING = frozenset({"ultrafiltration", _FLOW})


def canonical_steps(names: tuple[str, ...]) -> tuple[str, ...]:
    """Give the tables' names of isolation steps, in order.

    Raises
    ------
    InputError
        A step is unknown.

    Examples
    --------
    >>> canonical_steps(("TFF", "SEC"))
    ('tangential flow filtration', 'size exclusion')
    """
    steps = []
    for name in names:
        plain = name.strip().lower().replace("_", " ")
        step = ALIASES.get(plain, plain)
        if step not in STEPS:
            raise InputError(
                f"isolation step {name!r} is unknown; allowed: {', '.join(STEPS)}; "
                f"nearest: {closest(name, [*STEPS, *ALIASES]) or 'none'}; use one of "
                "them"
            )
        steps.append(step)
    return tuple(steps)


def isolated(
    product: Product, priors: Priors, uniforms: Uniforms
) -> tuple[tuple[str, ...], str, FloatArray]:
    """Give a product's steps, the method that sets its purity, and its recovery.

    Conditioned medium has no steps and loses nothing.

    Returns
    -------
    steps : tuple of str
        As the tables name them.
    method : str
        As in the ids of particles per microgram.
    recovery : ndarray, shape (outer,) or (1,)
        Between 0 and 1.

    Raises
    ------
    InputError
        A step is unknown, there are too many passes, or conditioned medium has steps.
    """
    steps = canonical_steps(product.isolation)
    if product.form != "conditioned medium":
        return steps, purity_method(steps), recovery(steps, priors, uniforms)
    if steps:
        raise InputError(
            f"product {product.name!r}: isolation met {', '.join(steps)} with "
            "conditioned medium; allowed: no steps; leave isolation out, or give the "
            "form vesicles for what the steps leave"
        )
    return steps, _MEDIUM, np.ones(1)


def recovery(steps: tuple[str, ...], priors: Priors, uniforms: Uniforms) -> FloatArray:
    """Give the share of particles that all steps together keep.

    Two passes of tangential flow filtration have a cumulative recovery of their own,
    which is used instead of the square of one pass; more were never measured.

    Returns
    -------
    ndarray, shape (outer,)
        Between 0 and 1.

    Raises
    ------
    InputError
        More than two passes of tangential flow filtration.
    """
    if not steps:
        return draw(priors, uniforms, f"product.recovery.{_UNSTATED}")
    kept: FloatArray = np.ones(1)
    for step, passes in Counter(steps).items():
        kept = kept * _step_recovery(step, passes, priors, uniforms)
    return kept


def _step_recovery(
    step: str, passes: int, priors: Priors, uniforms: Uniforms
) -> FloatArray:
    """Give the recovery of `passes` passes of one step, shape (outer,)."""
    row = f"product.recovery.{STEPS[step]}"
    if step != _FLOW:
        return draw(priors, uniforms, row) ** passes
    if passes > 2:
        raise InputError(
            f"isolation met {passes} passes of {_FLOW}; allowed: one or two, which "
            "have a measured recovery; leave out the others"
        )
    return draw(priors, uniforms, row if passes == 1 else f"{row}_twice")


def purity_method(steps: tuple[str, ...]) -> str:
    """Give the method, as in the parameter ids, that sets particles per microgram.

    Examples
    --------
    >>> purity_method(("size exclusion", "ultrafiltration"))
    'size_exclusion'
    >>> purity_method(("tangential flow filtration", "size exclusion"))
    'tangential_flow_size_exclusion'
    """
    if not steps:
        return _UNSTATED
    purifying = [step for step in steps if step not in _CONCENTRATING]
    last = purifying[-1] if purifying else steps[-1]
    if last == "size exclusion" and _FLOW in steps:
        return "tangential_flow_size_exclusion"
    return STEPS[last]
