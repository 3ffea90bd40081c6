"""Meta-analysis and meta-regression: :func:`fit` and :func:`fit_correlated`.

In: effects and their sampling (co)variances, from
:mod:`exoheart.evidence.meta.effects` or printed. Out: a
:class:`~exoheart.evidence.meta.result.MetaFit`. `docs/meta.md` gives the formulas and
says how the results are checked. Read next:
:mod:`exoheart.evidence.meta.heterogeneity`.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
import numpy.typing as npt

from exoheart.errors import Fault
from exoheart.evidence.meta.components import Correlated, estimate_components
from exoheart.evidence.meta.heterogeneity import (
    between_studies,
    q_profile,
    standard_error,
)
from exoheart.evidence.meta.inputs import (
    Choices,
    Effects,
    Moderators,
    check_choices,
    check_clusters,
    check_effects,
    refuse,
)
from exoheart.evidence.meta.least_squares import (
    FloatArray,
    WeightedFit,
    weighted_fit,
)
from exoheart.evidence.meta.result import (
    ClusterModel,
    MetaFit,
    Method,
    Test,
)
from exoheart.evidence.meta.summary import Estimate, summarise


def fit(  # noqa: PLR0913 -- one call with the field's usual options by name
    yi: Sequence[float] | FloatArray,
    vi: Sequence[float] | FloatArray,
    *,
    method: Method = "REML",
    test: Test = "z",
    moderators: Moderators | None = None,
    cluster: Sequence[Hashable] | None = None,
    cluster_model: ClusterModel = "multilevel",
    labels: Sequence[str] | None = None,
    level: float = 0.95,
) -> MetaFit:
    """Pool effects, or regress them on moderators.

    The intercept is always in. Prediction intervals follow metafor: normal quantile
    with ``z``, t with k - p degrees of freedom with ``t`` and ``knha`` (clusters - p
    with robust errors).

    Parameters
    ----------
    yi, vi
        Effects and sampling variances, shape (k,), all variances above 0.
    method
        ``FE`` (one true effect), ``DL``, ``PM``, ``REML`` or ``ML``.
    test
        ``z``; ``t`` with k - p degrees of freedom; ``knha``, t with the errors of Knapp
        and Hartung.
    moderators
        Name -> k numbers, or k words. Words become columns ``name: level``, one for
        each level but the first in sorted order, the reference.
    cluster
        Label of each effect's cluster (study, laboratory, cohort).
    cluster_model
        ``multilevel`` adds a random effect of the cluster to that of the single effect
        (three levels; REML or ML, z or t). ``robust`` keeps the model and takes
        sandwich errors, CR1: multiplied by clusters / (clusters - p), t with
        clusters - p degrees of freedom.
    labels
        Name of each effect; numbers from 1 without.
    level
        Of all intervals.

    Returns
    -------
    MetaFit

    Raises
    ------
    InputError
        Fewer than 2 effects, variances not above 0, values that aren't finite, unequal
        lengths, collinear moderators, unknown words, or clusters that can't be told
        apart: all faults at once.
    SolveError
        An iteration doesn't settle.

    References
    ----------
    Viechtbauer2010; Knapp2003; Konstantopoulos2011.

    Examples
    --------
    >>> found = fit([0.2, 0.5, 0.9], [0.04, 0.05, 0.04], method="FE")
    >>> round(found.estimate, 4), found.k
    (0.5357, 3)
    """
    model = None if cluster is None else cluster_model
    choices = Choices(method, test, model, level)
    effects, faults = check_effects(yi, vi, moderators, cluster, labels)
    faults += check_choices(choices, cluster is not None)
    faults += check_clusters(effects, cluster_model == "multilevel")
    refuse(faults)
    return fit_effects(effects, choices)


def fit_correlated(  # noqa: PLR0913 -- as `fit`
    yi: Sequence[float] | FloatArray,
    v_matrix: Sequence[Sequence[float]] | npt.NDArray[np.float64],
    *,
    method: Method = "REML",
    test: Test = "z",
    moderators: Moderators | None = None,
    cluster: Sequence[Hashable] | None = None,
    labels: Sequence[str] | None = None,
    level: float = 0.95,
) -> MetaFit:
    """Pool effects whose sampling errors are correlated, such as arms of one control.

    Generalised least squares; a random effect for each effect (``REML``, ``ML``) and,
    with `cluster`, one for each cluster.

    Parameters
    ----------
    yi
        Effects, shape (k,).
    v_matrix
        Sampling covariance matrix, symmetric and positive definite, shape (k, k), as
        :func:`exoheart.evidence.meta.shared_control.shared_control` gives it.
    method
        ``FE``, ``REML`` or ``ML``.
    test
        ``z`` or ``t``.
    moderators, cluster, labels, level
        As in :func:`fit`.

    Raises
    ------
    InputError
        As in :func:`fit`, or the matrix isn't a covariance matrix.
    """
    faults: list[Fault] = []
    matrix = _matrix(v_matrix, faults)
    effects, more = check_effects(yi, np.diag(matrix), moderators, cluster, labels)
    faults += more
    if len(matrix) != len(effects.yi):
        faults.append(Fault("v_matrix", f"{len(matrix)} rows", f"{len(effects.yi)}"))
    if method in {"DL", "PM"}:
        faults.append(Fault("method", repr(method), "FE, REML, ML"))
    if test == "knha":
        faults.append(Fault("test", repr(test), "z, t"))
    if cluster is not None and method == "FE":
        faults.append(Fault("cluster", "method 'FE'", "REML or ML with clusters"))
    model: ClusterModel | None = None if cluster is None else "multilevel"
    choices = Choices(method, test, model, level)
    faults += check_choices(choices, clustered=False)
    faults += check_clusters(effects, multilevel=True)
    refuse(faults)
    return summarise(effects, choices, _correlated(effects, matrix, choices))


def fit_effects(effects: Effects, choices: Choices) -> MetaFit:
    """Fit effects and words that were checked: `fit` after its checks."""
    yi, vi, design = effects.yi, effects.vi, effects.design
    k, p = design.shape
    if choices.cluster_model == "multilevel":
        return summarise(effects, choices, _correlated(effects, np.diag(vi), choices))
    tau2 = between_studies(yi, vi, design, choices.method)
    fixed, final = weighted_fit(yi, vi, design), weighted_fit(yi, vi, design, tau2)
    covariance, df = _covariance(effects, choices, final)
    random = choices.method != "FE"
    estimate = Estimate(
        final.coefficients,
        covariance,
        df,
        fixed.q,
        (k - p) / fixed.trace_p,
        tau2,
        final.weights,
        standard_error(tau2, final, fixed, choices.method),
        q_profile(yi, vi, design, choices.level) if random else None,
        _explained(effects, choices.method, tau2, fixed) if p > 1 else None,
    )
    return summarise(effects, choices, estimate)


def scale_of(final: WeightedFit, test: Test) -> float:
    """Give what the covariance is multiplied by: Knapp and Hartung's factor, or 1."""
    k, p = final.basis.shape
    return final.q / (k - p) if test == "knha" else 1.0


def _covariance(
    effects: Effects, choices: Choices, final: WeightedFit
) -> tuple[FloatArray, float | None]:
    """Covariance of the coefficients, and the degrees of freedom of their test."""
    k, p = effects.design.shape
    if choices.cluster_model != "robust" or effects.clusters is None:
        df = None if choices.test == "z" else float(k - p)
        return scale_of(final, choices.test) * final.covariance, df
    count = int(effects.clusters.max()) + 1
    scores = effects.design * (np.sqrt(final.weights) * final.residuals)[:, None]
    sums = np.zeros((count, p))
    np.add.at(sums, effects.clusters, scores)
    spread = final.covariance @ sums.T
    return count / (count - p) * (spread @ spread.T), float(count - p)


def _explained(
    effects: Effects, method: Method, tau2: float, fixed: WeightedFit
) -> float:
    """Share of heterogeneity that the moderators account for [%], never negative.

    FE: the adjusted R2 of the weighted regression; else the drop of tau2.
    """
    yi, vi = effects.yi, effects.vi
    k, p = effects.design.shape
    ones = np.ones((k, 1))
    if method == "FE":
        total = weighted_fit(yi, vi, ones).q
        if total == 0.0:
            return 0.0
        return max(0.0, 100.0 * (1.0 - fixed.q / total * float((k - 1) / (k - p))))
    alone = between_studies(yi, vi, ones, method)
    return max(0.0, 100.0 * (1.0 - tau2 / alone)) if alone > 0.0 else 0.0


def _correlated(effects: Effects, sampling: FloatArray, choices: Choices) -> Estimate:
    """Estimate with a full covariance matrix and random effects."""
    k, p = effects.design.shape
    shared: list[FloatArray] = []
    if effects.clusters is not None:
        shared.append(np.equal.outer(effects.clusters, effects.clusters).astype(float))
    if choices.method != "FE":
        shared.append(np.eye(k))
    restricted = choices.method == "REML"
    model = Correlated(effects.yi, sampling, effects.design, tuple(shared), restricted)
    found = estimate_components(model) if shared else np.empty(0)
    fixed, final = model.fit(np.zeros(len(shared))), model.fit(found)
    weights = final.inverse.sum(axis=1) if p == 1 else np.diag(final.inverse)
    return Estimate(
        final.coefficients,
        final.covariance,
        None if choices.test == "z" else float(k - p),
        fixed.q,
        (k - p) / float(np.trace(fixed.projection)),
        float(found.sum()),
        weights,
        sigma2=(float(found[0]), float(found[1])) if len(found) == 2 else None,
    )


def _matrix(given: object, faults: list[Fault]) -> FloatArray:
    """Give the covariance matrix, or note its fault and give an empty one."""
    allowed = "a square, symmetric, positive definite matrix of finite numbers"
    try:
        matrix = np.array(given, dtype=np.float64)
    except (TypeError, ValueError):
        matrix = np.empty(0)
    square = matrix.ndim == 2 and matrix.shape[0] == matrix.shape[1]
    if not square or not np.isfinite(matrix).all():
        faults.append(Fault("v_matrix", f"shape {matrix.shape}", allowed))
        return np.empty((0, 0))
    scale = float(np.abs(matrix).max()) if matrix.size else 0.0
    if np.abs(matrix - matrix.T).max(initial=0.0) > 1e-10 * scale:
        faults.append(Fault("v_matrix", "an asymmetric matrix", allowed))
    elif np.linalg.eigvalsh(matrix).min(initial=1.0) <= 0.0:
        faults.append(Fault("v_matrix", "a matrix not positive definite", allowed))
    return matrix
