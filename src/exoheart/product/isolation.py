"""Isolation: the share of particles the steps keep, how pure they end, how large.

Between the donor's medium and the vial. Recovery multiplies over steps; protein that
one step took out doesn't come back with the next, so the purest step sets particles per
microgram; steps that clump vesicles or hold back large ones shift the mean diameter.
A yield that was measured behind an isolation must never be multiplied with a recovery:
such ratios (stirred microcarriers with filtration, 27-fold) are not among the
conditionings. Read next: :mod:`exoheart.product.ledger`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from exoheart.errors import InputError, closest
from exoheart.records.making import IsolationStep
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
        "sterile filtration": "sterile_filtration",
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
        "0.22 um filtration": "sterile filtration",
        "0.22 um filter": "sterile filtration",
        "0.22 \N{MICRO SIGN}m filtration": "sterile filtration",
        "0.22 \N{MICRO SIGN}m filter": "sterile filtration",
        "0.2 um filtration": "sterile filtration",
    }
)
_UNSTATED = "unstated"
_MEDIUM = "conditioned_medium"
_COLUMN, _FLOW, _FILTER = (
    "size exclusion",
    "tangential flow filtration",
    "sterile filtration",
)
#: Steps that take out protein, dirtiest first; their order is supported, and those
#: that only concentrate or filter come before all others.
_BY_PURITY = (
    _FILTER,
    "ultrafiltration",
    _FLOW,
    "precipitation",
    "ultracentrifugation",
    "microfluidics",
    _COLUMN,
    "immunoaffinity",
    "density gradient",
)
#: Steps that shift the mean diameter. Membranes of ultrafiltration and tangential flow
#: keep every vesicle, since their pores are far smaller; of a gradient, beads and chips
#: not even the direction is known.
_SHIFTING = frozenset({"ultracentrifugation", "precipitation", _COLUMN, _FILTER})


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
        plain = name.strip().lower().replace("_", " ").replace("\N{MICRO SIGN}", "u")
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
    once = draw(priors, uniforms, row)
    if passes == 1:
        return once
    # drawn apart, but a second pass brings nothing back
    return np.minimum(once, draw(priors, uniforms, f"{row}_twice"))


def purity_method(steps: tuple[str, ...]) -> str:
    """Give the method, as in the parameter ids, that sets particles per microgram.

    The purest step of the chain: protein that it takes out does not come back with a
    spin or a filter after it. A sterile filter alone takes out none, so it says as
    little as no step.

    Examples
    --------
    >>> purity_method(("size exclusion", "ultrafiltration"))
    'size_exclusion'
    >>> purity_method(("density gradient", "ultracentrifugation"))
    'density_gradient'
    >>> purity_method(("tangential flow filtration", "size exclusion"))
    'tangential_flow_size_exclusion'
    """
    purest = max(steps, key=_BY_PURITY.index, default=_FILTER)
    if purest == _FILTER:
        return _UNSTATED
    if purest == _COLUMN and _FLOW in steps:
        return "tangential_flow_size_exclusion"
    return STEPS[purest]


def size_fold(steps: tuple[str, ...], priors: Priors, uniforms: Uniforms) -> FloatArray:
    """Give the mean diameter after the steps over before.

    A step that is done twice finds nothing more to clump or to hold back (assumed).
    All numbers are assumed; no step stated shifts nothing.

    Returns
    -------
    ndarray, shape (outer,) or (1,)
        1 where no step shifts the size.
    """
    fold: FloatArray = np.ones(1)
    for step in dict.fromkeys(steps):
        if step in _SHIFTING:
            fold = fold * draw(priors, uniforms, f"product.size_fold.{STEPS[step]}")
    return fold


def isolation_steps(
    steps: tuple[str, ...],
    protein_fg: FloatArray,
    lot_purity: FloatArray,
    priors: Priors,
    uniforms: Uniforms,
) -> tuple[IsolationStep, ...]:
    """Give what is left after each step, in order; the last is the ledger's own.

    Parameters
    ----------
    steps
        As the tables name them.
    protein_fg : ndarray, shape (outer,)
        Protein of one vesicle [fg].
    lot_purity : ndarray, shape (outer,)
        Factor of the lot on particles per microgram [1].
    priors, uniforms
        Parameters and the source of the draws.

    Raises
    ------
    InputError
        More than two passes of tangential flow filtration.
    """
    found = []
    for place, step in enumerate(steps, start=1):
        chain = steps[:place]
        row = f"product.particles_per_ug.{purity_method(chain)}"
        per_ug = draw(priors, uniforms, row, "giga_item/ug") * lot_purity
        # 1e9 vesicles of 1 fg hold 1 ug
        outside = np.maximum(1.0 / per_ug - protein_fg, 0.0)
        kept = np.broadcast_to(recovery(chain, priors, uniforms), per_ug.shape)
        found.append(IsolationStep(step, kept, per_ug, outside))
    return tuple(found)
