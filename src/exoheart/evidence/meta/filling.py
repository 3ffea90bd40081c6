"""Trim and fill: how many effects one side of a funnel lacks, and the effect with them.

The algorithm of Duval and Tweedie, as metafor's ``trimfill`` runs it: trim the outer
effects of one side, centre by the rest, estimate from signed ranks how many lack on the
other side, repeat until the number stays; then mirror what was trimmed and fit again.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from exoheart.errors import Fault, SolveError
from exoheart.evidence.meta.heterogeneity import between_studies
from exoheart.evidence.meta.inputs import (
    Choices,
    Effects,
    check_choices,
    check_effects,
    refuse,
    word,
)
from exoheart.evidence.meta.least_squares import FloatArray, weighted_fit
from exoheart.evidence.meta.model import fit_effects
from exoheart.evidence.meta.result import MetaFit, Method, Plain, Test

FillEstimator = Literal["L0", "R0"]
Side = Literal["left", "right"]
_STEPS = 100


@dataclass(frozen=True, slots=True, eq=False)
class Filled:
    """A fit with the effects that one side of the funnel lacks.

    Parameters
    ----------
    estimator
        ``L0`` or ``R0``.
    side
        Where effects lack.
    k0, k0_se
        Number that lack, and its standard error; None where L0's formula has none.
    k0_p
        Of the test that none lack; R0 only.
    fit
        The fit of all effects, those put in last; their labels say ``filled``.
    filled
        Which effects were put in, shape (k + k0,).
    """

    estimator: FillEstimator
    side: Side
    k0: int
    k0_se: float | None
    k0_p: float | None
    fit: MetaFit
    filled: tuple[bool, ...]

    def to_json(self) -> Plain:
        """Give the result as plain data."""
        return {
            "estimator": self.estimator,
            "side": self.side,
            "k0": self.k0,
            "k0_se": self.k0_se,
            "k0_p": self.k0_p,
            "fit": self.fit.to_json(),
        }


def trim_and_fill(  # noqa: PLR0913 -- the options of `fit`, estimator and side
    yi: Sequence[float] | FloatArray,
    vi: Sequence[float] | FloatArray,
    *,
    method: Method = "REML",
    test: Test = "z",
    estimator: FillEstimator = "L0",
    side: Side | None = None,
    labels: Sequence[str] | None = None,
) -> Filled:
    """Trim, fill and fit again.

    Parameters
    ----------
    yi, vi
        Effects and variances, shape (k,).
    method, test, labels
        As in :func:`exoheart.evidence.meta.model.fit`.
    estimator
        Of the number that lack: ``L0`` or ``R0``.
    side
        Where effects lack: ``left`` (low ones) or ``right``; by the sign of a
        regression on the standard error where it isn't given.

    Raises
    ------
    InputError
        As in `fit`; equal variances, or two effects, without a `side`.
    SolveError
        The number doesn't settle, or trimming leaves fewer than two effects.

    References
    ----------
    Duval 2000, doi:10.1111/j.0006-341X.2000.00455.x and
    doi:10.1080/01621459.2000.10473905.
    """
    choices = Choices(method, test)
    effects, faults = check_effects(yi, vi, None, None, labels)
    faults += check_choices(choices, clustered=False)
    faults += word("estimator", estimator, get_args(FillEstimator))
    if side is not None:
        faults += word("side", side, get_args(Side))
    refuse(faults)
    lacking: Side = side or _lacking(effects, method)
    sign = -1.0 if lacking == "right" else 1.0
    order = np.argsort(sign * effects.yi, kind="stable")
    ranked, variances = sign * effects.yi[order], effects.vi[order]
    count, error, centre = _trimmed(ranked, variances, method, estimator)
    outer = slice(len(ranked) - count, None)
    mirrored = sign * (2.0 * centre - ranked[outer])
    return Filled(
        estimator,
        lacking,
        count,
        error,
        _r0_p(count) if estimator == "R0" else None,
        fit_effects(_with(effects, mirrored, variances[outer]), choices),
        (False,) * len(ranked) + (True,) * count,
    )


def _with(effects: Effects, more: FloatArray, variances: FloatArray) -> Effects:
    k = len(effects.yi) + len(more)
    return Effects(
        np.concatenate([effects.yi, more]),
        np.concatenate([effects.vi, variances]),
        np.ones((k, 1)),
        effects.names,
        (*effects.labels, *(f"filled {i}" for i in range(1, len(more) + 1))),
        None,
    )


def _lacking(effects: Effects, method: Method) -> Side:
    """Low effects lack where effects rise with their standard errors."""
    errors = np.sqrt(effects.vi)
    if len(errors) < 3:
        refuse([Fault("yi", f"{len(errors)} effects", "3 effects or more")])
    if np.ptp(errors) <= 1e-10 * errors.max():
        allowed = "variances that differ, or the side named"
        refuse([Fault("vi", "equal variances", allowed)])
    design = np.column_stack([effects.design, errors])
    tau2 = between_studies(effects.yi, effects.vi, design, method)
    slope = weighted_fit(effects.yi, effects.vi, design, tau2).coefficients[1]
    return "right" if slope < 0.0 else "left"


def _trimmed(
    yi: FloatArray, vi: FloatArray, method: Method, estimator: FillEstimator
) -> tuple[int, float | None, float]:
    """Give how many outer effects lack a mirror image, its error, and the centre."""
    k, count = len(yi), 0
    for _ in range(_STEPS):
        inner = slice(0, k - count)
        ones = np.ones((k - count, 1))
        tau2 = between_studies(yi[inner], vi[inner], ones, method)
        centre = float(weighted_fit(yi[inner], vi[inner], ones, tau2).coefficients[0])
        new, error = _lack(yi - centre, estimator)
        if new == count:
            return count, error, centre
        count = new
        if k - count < 2:
            break
    raise SolveError(
        "trim and fill didn't settle on a number of missing effects; use the other "
        "estimator or side, or a selection model"
    )


def _lack(centred: FloatArray, estimator: FillEstimator) -> tuple[int, float | None]:
    """Estimate from signed ranks how many effects lack, and the standard error."""
    k = len(centred)
    ranks = np.empty(k)
    ranks[np.argsort(np.abs(centred), kind="stable")] = np.arange(1.0, k + 1.0)
    if estimator == "R0":
        lack = k - float(ranks[centred < 0.0].max(initial=0.0)) - 1.0
        return max(0, round(lack)), math.sqrt(2.0 * max(0.0, lack) + 2.0)
    above = float(ranks[centred > 0.0].sum())
    lack = (4.0 * above - k * (k + 1)) / (2 * k - 1)
    variance = k * (k + 1) * (2 * k + 1) + 10 * lack**3 + 27 * lack**2 + 17 * lack
    variance += -18 * k * lack**2 - 18 * k * lack + 6 * k**2 * lack
    if variance < 0.0:
        return max(0, round(lack)), None
    error = 4.0 * math.sqrt(variance / 24.0) / (2 * k - 1)
    return max(0, round(lack)), error


def _r0_p(count: int) -> float:
    """Chance of at least so many where none lack: a run of signs."""
    return 1.0 - sum(0.5 ** (m + 2) for m in range(-1, count))
