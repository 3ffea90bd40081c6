"""The planned analysis: a test per treated arm on the primary endpoint, then Holm.

In: simulated trials and the study's design. Out: p values, who wins, assurance.
Welch and Student are written out (vectorised over trials); Mann-Whitney is SciPy's,
given trials of like group sizes at a time. Read next: :mod:`exoheart.trial.power`.

References
----------
Welch1947, Holm1979, MannWhitney1947.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from exoheart.records.study import Study
from exoheart.records.trial import BoolArray, FloatArray, Trials
from exoheart.trial.probability import Probability, probability

_EXACT = 8  # SciPy's own limit for the exact Mann-Whitney distribution


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """Every simulated trial, analysed.

    Parameters
    ----------
    trials
        What was analysed.
    arms
        Treated arms, in the order of the last axis.
    p, adjusted : (trial, comparison) ndarray
        Two-sided p value; after Holm over the comparisons. NaN where a trial is not
        analysable.
    analysable : (trial, comparison) ndarray
        Two animals left in both groups and some spread between readings.
    success : (trial, comparison) ndarray
        Significant after Holm and in the good direction (either direction where the
        endpoint has none). A trial that is not analysable is no success.
    significant : (trial, comparison) ndarray
        Significant after Holm, whatever the direction.
    """

    trials: Trials
    arms: tuple[str, ...]
    p: FloatArray
    adjusted: FloatArray
    analysable: BoolArray
    success: BoolArray
    significant: BoolArray


def analyse(trials: Trials, study: Study) -> Analysis:
    """Analyse every trial as ``[design]`` says: test, Holm over arms, level alpha."""
    pool = trials.pool
    main = pool.index(study.primary)
    pairs = pool.comparisons(study)
    compare = _rank_test if study.design.analysis == "mann-whitney" else _mean_test
    columns = [compare(trials, study, main, t, c) for t, c in pairs]
    shape = (len(trials), len(pairs))
    p = np.stack(columns, axis=1) if columns else np.empty(shape)
    adjusted = holm(p)
    gains = [trials.mean[:, t, main] - trials.mean[:, c, main] for t, c in pairs]
    gain = np.stack(gains, axis=1) if gains else np.empty(shape)
    significant = np.nan_to_num(adjusted, nan=1.0) <= study.design.alpha
    sign = pool.endpoints[main].sign
    good = gain * sign > 0 if sign else np.ones(shape, dtype=bool)
    return Analysis(
        trials=trials,
        arms=tuple(pool.arms[t] for t, _ in pairs),
        p=p,
        adjusted=adjusted,
        analysable=np.isfinite(p),
        success=significant & good,
        significant=significant,
    )


def assurance(analysis: Analysis) -> Mapping[str, Probability]:
    """Give for each treated arm the share of trials that succeed, with its error.

    This averages over everything that isn't known, "no effect" included; power at an
    effect taken as given is :func:`exoheart.trial.power.conditional_power`.
    """
    return {
        arm: probability(analysis.trials.by_outer(analysis.success[:, position]))
        for position, arm in enumerate(analysis.arms)
    }


def t_test(  # noqa: PLR0913 - two groups of three numbers
    mean_a: npt.ArrayLike,
    variance_a: npt.ArrayLike,
    n_a: npt.ArrayLike,
    mean_b: npt.ArrayLike,
    variance_b: npt.ArrayLike,
    n_b: npt.ArrayLike,
    *,
    equal_variance: bool = False,
) -> FloatArray:
    """Give the two-sided p value of Welch's or Student's t test.

    All arguments broadcast. NaN where a group has fewer than two values or where
    neither has any spread: there is no such test then.

    References
    ----------
    Welch1947.
    """
    va, vb = np.asarray(variance_a, float), np.asarray(variance_b, float)
    na, nb = np.asarray(n_a, float), np.asarray(n_b, float)
    with np.errstate(invalid="ignore", divide="ignore"):
        if equal_variance:
            df = na + nb - 2
            pooled = ((na - 1) * va + (nb - 1) * vb) / df
            squared = pooled * (1 / na + 1 / nb)
        else:
            squared = va / na + vb / nb
            parts = (va / na) ** 2 / (na - 1) + (vb / nb) ** 2 / (nb - 1)
            df = squared**2 / parts
        t = (np.asarray(mean_a, float) - np.asarray(mean_b, float)) / np.sqrt(squared)
        p = 2.0 * special.stdtr(df, -np.abs(t))
        defined = (na >= 2) & (nb >= 2) & (squared > 0)
    return np.where(defined, p, np.nan)


def holm(p: FloatArray) -> FloatArray:
    """Adjust p values (trial, comparison) for the comparisons of one trial.

    A comparison that can't be analysed (NaN) still counts as one that was planned; it
    stays NaN.

    References
    ----------
    Holm1979.

    Examples
    --------
    >>> holm(np.array([[0.01, 0.04, 0.03]])).round(4).tolist()
    [[0.03, 0.06, 0.06]]
    """
    order = np.argsort(np.nan_to_num(p, nan=np.inf), axis=1, kind="stable")
    number = p.shape[1]
    ordered = np.take_along_axis(np.nan_to_num(p, nan=1.0), order, axis=1)
    stepped = np.maximum.accumulate(ordered * (number - np.arange(number)), axis=1)
    adjusted = np.empty_like(p)
    np.put_along_axis(adjusted, order, np.minimum(stepped, 1.0), axis=1)
    return np.where(np.isnan(p), np.nan, adjusted)


def mann_whitney(a: FloatArray, b: FloatArray) -> FloatArray:
    """Give the two-sided Mann-Whitney p value of each row; NaN marks lost animals.

    Exact where a group has 8 values or fewer and nothing is tied, else normal with
    corrections for ties and continuity: SciPy's own rule, row by row.

    Parameters
    ----------
    a, b : (trial, slot) ndarray

    Returns
    -------
    ndarray, shape (trial,)
        NaN where a group has fewer than two values or all values are equal.

    References
    ----------
    MannWhitney1947.
    """
    from scipy.stats import mannwhitneyu  # slow to import, rarely needed

    a, b = np.sort(a, axis=1), np.sort(b, axis=1)  # lost animals (NaN) go last
    counts = np.stack([np.isfinite(v).sum(axis=1) for v in (a, b)], axis=1)
    every = np.sort(np.concatenate([a, b], axis=1), axis=1)
    steps = np.diff(every, axis=1)
    tied = (steps == 0).any(axis=1)
    spread = np.nansum(steps, axis=1) > 0
    p = np.full(len(a), np.nan)
    for n_a, n_b in np.unique(counts[counts.min(axis=1) >= 2], axis=0):
        same = (counts == (n_a, n_b)).all(axis=1) & spread
        small = min(n_a, n_b) <= _EXACT
        for method, rows in (
            ("exact", same & ~tied & small),
            ("asymptotic", same & (tied | (not small))),
        ):
            if rows.any():
                left, right = a[rows, :n_a], b[rows, :n_b]
                p[rows] = mannwhitneyu(left, right, axis=1, method=method).pvalue
    return p


def _mean_test(
    trials: Trials, study: Study, main: int, treated: int, control: int
) -> FloatArray:
    groups = (
        part[:, arm, main] if part.ndim == 3 else part[:, arm]
        for arm in (treated, control)
        for part in (trials.mean, trials.variance, trials.left)
    )
    student = study.design.analysis == "student"
    return t_test(*groups, equal_variance=student)


def _rank_test(
    trials: Trials, study: Study, main: int, treated: int, control: int
) -> FloatArray:
    del study, main  # `primary` holds the readings already
    return mann_whitney(trials.primary[:, treated], trials.primary[:, control])
