"""Tests, intervals and wording of coefficients, once they are estimated."""

from __future__ import annotations

import math

import numpy as np

from exoheart.evidence.meta.result import Coefficient, FloatArray, Interval


def quantile(level: float, df: float | None) -> float:
    """Give the two-sided quantile of t with `df`, or of the normal for None."""
    from scipy import special

    tail = 0.5 * (1.0 - level)
    if df is None:
        return -float(special.ndtri(tail))
    return -float(special.stdtrit(df, tail))


def around(value: float, variance: float, level: float = 0.95) -> Interval:
    """Give the normal interval of an effect with its sampling variance."""
    half = quantile(level, None) * math.sqrt(variance)
    return value - half, value + half


def two_sided(statistic: float, df: float | None) -> float:
    """Give the two-sided p value of a statistic, by t or by the normal for None."""
    from scipy import special

    below = -abs(statistic)
    tail = special.ndtr(below) if df is None else special.stdtr(df, below)
    return 2.0 * float(tail)


def chi_square_p(value: float, df: int) -> float:
    """Give the upper tail of chi-square."""
    from scipy import special

    return float(special.chdtrc(df, value))


def describe(
    names: tuple[str, ...],
    estimates: FloatArray,
    covariance: FloatArray,
    df: float | None,
    level: float,
) -> tuple[Coefficient, ...]:
    """Give coefficients, shape (p,), with errors, tests and intervals."""
    critical = quantile(level, df)
    made = []
    for name, value, variance in zip(
        names, estimates.tolist(), np.diag(covariance).tolist(), strict=True
    ):
        se = math.sqrt(variance)
        statistic = value / se if se > 0.0 else math.copysign(math.inf, value)
        half = critical * se
        made.append(
            Coefficient(
                name,
                value,
                se,
                statistic,
                two_sided(statistic, df),
                (value - half, value + half),
            )
        )
    return tuple(made)


def moderator_test(
    estimates: FloatArray, covariance: FloatArray, df: float | None
) -> tuple[float, int | tuple[int, float], float]:
    """Test all coefficients but the intercept: statistic, df and p.

    Chi-square where `df` is None, else F with (moderators, df).
    """
    from scipy import special

    tested, count = estimates[1:], len(estimates) - 1
    spread = covariance[1:, 1:]
    # a perfect fit with Knapp and Hartung's factor 0 leaves nothing to test against
    value = (
        float(tested @ np.linalg.solve(spread, tested)) if spread.any() else math.nan
    )
    if df is None:
        return value, count, chi_square_p(value, count)
    ratio = value / count
    return ratio, (count, df), float(special.fdtrc(count, df, ratio))


def prediction_interval(
    pooled: Coefficient, tau2: float, df: float | None, level: float
) -> Interval:
    """Give where the true effect of a new study is expected."""
    half = quantile(level, df) * math.sqrt(pooled.se**2 + tau2)
    return pooled.estimate - half, pooled.estimate + half
