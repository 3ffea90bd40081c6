"""From estimates to the record: tests, intervals, heterogeneity, weights.

Between the estimators and :class:`~exoheart.evidence.meta.result.MetaFit`.
"""

from __future__ import annotations

from dataclasses import dataclass

from exoheart.evidence.meta import inference
from exoheart.evidence.meta.inputs import Choices, Effects
from exoheart.evidence.meta.result import FloatArray, Interval, MetaFit


@dataclass(frozen=True, slots=True, eq=False)
class Estimate:
    """What an estimator hands over to be tested and worded.

    Parameters
    ----------
    coefficients, covariance
        Shapes (p,) and (p, p).
    df
        Of the t test of a coefficient; None for the normal one.
    fixed_q, typical
        Q without heterogeneity, and the typical sampling variance.
    tau2, tau2_se, tau2_ci
        As in MetaFit.
    weights
        Shape (k,), in any unit.
    """

    coefficients: FloatArray
    covariance: FloatArray
    df: float | None
    fixed_q: float
    typical: float
    tau2: float
    weights: FloatArray
    tau2_se: float | None = None
    tau2_ci: Interval | None = None
    r2: float | None = None
    sigma2: tuple[float, float] | None = None


def summarise(effects: Effects, choices: Choices, found: Estimate) -> MetaFit:
    """Test, word and keep what was estimated."""
    k, p = effects.design.shape
    rows = inference.describe(
        effects.names, found.coefficients, found.covariance, found.df, choices.level
    )
    only = rows[0] if p == 1 else None
    random = choices.method != "FE"
    pi = None
    if only and random:
        pi = inference.prediction_interval(only, found.tau2, found.df, choices.level)
    wald = None
    if not only:
        wald = inference.moderator_test(found.coefficients, found.covariance, found.df)
    i2, h2 = _heterogeneity(found, k - p, random)
    weights = 100.0 * found.weights / found.weights.sum()
    weights.setflags(write=False)
    codes = effects.clusters
    return MetaFit(
        k=k,
        method=choices.method,
        test="t" if choices.cluster_model == "robust" else choices.test,
        level=choices.level,
        cluster_model=choices.cluster_model,
        n_clusters=None if codes is None else int(codes.max()) + 1,
        estimate=only.estimate if only else None,
        se=only.se if only else None,
        statistic=only.statistic if only else None,
        df=found.df,
        p=only.p if only else None,
        ci95=only.ci95 if only else None,
        pi95=pi,
        tau2=found.tau2,
        tau2_se=found.tau2_se,
        tau2_ci95=found.tau2_ci,
        i2=i2,
        h2=h2,
        q=found.fixed_q,
        q_df=k - p,
        q_p=inference.chi_square_p(found.fixed_q, k - p),
        coefficients=rows,
        qm=wald[0] if wald else None,
        qm_df=wald[1] if wald else None,
        qm_p=wald[2] if wald else None,
        r2=found.r2,
        sigma2=found.sigma2,
        weights=weights,
        labels=effects.labels,
        yi=effects.yi,
        vi=effects.vi,
    )


def _heterogeneity(found: Estimate, df: int, random: bool) -> tuple[float, float]:
    """I2 [%] and H2: from tau2 and the typical variance, or from Q for FE."""
    if random:
        total = found.tau2 + found.typical
        return 100.0 * found.tau2 / total, total / found.typical
    h2 = found.fixed_q / df
    return (100.0 * max(0.0, 1.0 - 1.0 / h2) if h2 > 0.0 else 0.0), h2
