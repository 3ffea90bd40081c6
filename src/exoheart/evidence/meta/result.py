"""What a meta-analysis gives: one frozen record, and its form as plain data.

Made by :mod:`exoheart.evidence.meta.model`; shown by the faces from `to_json`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
Method = Literal["FE", "DL", "PM", "REML", "ML"]
Test = Literal["z", "t", "knha"]
ClusterModel = Literal["multilevel", "robust"]
Interval = tuple[float, float]
Plain = dict[str, object]


@dataclass(frozen=True, slots=True)
class Coefficient:
    """One coefficient of a meta-regression.

    Parameters
    ----------
    name
        ``intercept``, the moderator's name, or ``moderator: level``.
    estimate, se
        In the unit of the effects (per unit of a numeric moderator).
    statistic, p
        Of the test that the coefficient is zero, two-sided.
    ci95
        Confidence interval at the level of the fit.
    """

    name: str
    estimate: float
    se: float
    statistic: float
    p: float
    ci95: Interval

    def to_json(self) -> Plain:
        """Give the coefficient as plain data; what isn't finite is None."""
        return {
            "name": self.name,
            "estimate": finite(self.estimate),
            "se": finite(self.se),
            "p": finite(self.p),
            "ci95": pair(self.ci95),
        }


@dataclass(frozen=True, slots=True, eq=False)
class MetaFit:
    """A fitted meta-analysis or meta-regression.

    With moderators there is no single pooled effect: `estimate`, `se`, `statistic`,
    `p`, `ci95` and `pi95` are None and `coefficients` hold what was estimated.

    Parameters
    ----------
    k
        Number of effects.
    method, test, level
        As asked for; the intervals named 95 are at `level`.
    cluster_model, n_clusters
        How clusters were used, None where they weren't, and their number.
    estimate, se, statistic, p, ci95
        Pooled effect and its test, in the unit of the effects.
    df
        Degrees of freedom of the test of a coefficient; None for the normal one.
    pi95
        Prediction interval of the true effect of a new study; None for FE.
    tau2, tau2_se, tau2_ci95
        Variance between studies, its standard error and its Q-profile interval; 0,
        None and None for FE. Of a three-level fit the sum of `sigma2`, None and None.
    i2, h2
        Heterogeneity [%] and [1], against the typical sampling variance.
    q, q_df, q_p
        Cochran's test of (residual) heterogeneity.
    coefficients
        All coefficients, the intercept first.
    qm, qm_df, qm_p
        Test of all moderators together; `qm_df` is one number for the chi-square test
        and a pair for the F test; None without moderators.
    r2
        Share of the heterogeneity that moderators account for [%]; None without them,
        for three-level fits and for correlated effects.
    sigma2
        Variances (between clusters, within clusters) of a three-level fit, else None.
    weights
        Weight of each effect [%], shape (k,).
    labels
        Name of each effect.
    yi, vi
        Effects and their sampling variances, shape (k,).
    """

    k: int
    method: Method
    test: Test
    level: float
    cluster_model: ClusterModel | None
    n_clusters: int | None
    estimate: float | None
    se: float | None
    statistic: float | None
    df: float | None
    p: float | None
    ci95: Interval | None
    pi95: Interval | None
    tau2: float
    tau2_se: float | None
    tau2_ci95: Interval | None
    i2: float
    h2: float
    q: float
    q_df: int
    q_p: float
    coefficients: tuple[Coefficient, ...]
    qm: float | None
    qm_df: int | tuple[int, float] | None
    qm_p: float | None
    r2: float | None
    sigma2: tuple[float, float] | None
    weights: FloatArray
    labels: tuple[str, ...]
    yi: FloatArray
    vi: FloatArray

    def to_json(self) -> Plain:
        """Give the fit as plain data; what isn't finite is None.

        Returns
        -------
        dict
            ``df`` is that of Q and ``p`` that of the pooled effect's test. Moderators
            add ``coefficients, qm, qm_df, qm_p, r2``, a three-level fit ``sigma2``.
        """
        shown: Plain = {
            "k": self.k,
            "estimate": finite(self.estimate),
            "se": finite(self.se),
            "statistic": finite(self.statistic),
            "p": finite(self.p),
            "ci95": pair(self.ci95),
            "pi95": pair(self.pi95),
            "tau2": finite(self.tau2),
            "tau2_ci95": pair(self.tau2_ci95),
            "i2": finite(self.i2),
            "h2": finite(self.h2),
            "q": finite(self.q),
            "df": self.q_df,
            "q_p": finite(self.q_p),
        }
        if self.qm is not None:
            shown |= self._moderators()
        if self.sigma2 is not None:
            shown["sigma2"] = pair(self.sigma2)
        return shown

    def _moderators(self) -> Plain:
        df = self.qm_df
        return {
            "coefficients": [one.to_json() for one in self.coefficients],
            "qm": finite(self.qm),
            "qm_df": list(df) if isinstance(df, tuple) else df,
            "qm_p": finite(self.qm_p),
            "r2": finite(self.r2),
        }


def finite(value: float | None) -> float | None:
    """Give the number, or None for what isn't finite."""
    return None if value is None or not math.isfinite(value) else float(value)


def pair(ends: tuple[float, float] | None) -> list[float | None] | None:
    """Give both ends as a list, or None without an interval."""
    return None if ends is None else [finite(end) for end in ends]
