"""Weighted and generalised least squares, and the traces that estimators need.

With marginal covariance M of the effects y and design X (Viechtbauer2005 writes P for
the same matrix)::

    W = M^-1      P = W - W X (X'WX)^-1 X'W

All of it comes from one QR factorisation of the whitened design. Read next:
:mod:`exoheart.evidence.meta.heterogeneity`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
#: Share of its terms below which a difference of traces has lost too many digits.
_CANCELS = 1e-6
#: Rows of P that are held at once.
_ROWS = 512


@dataclass(frozen=True, slots=True, eq=False)
class WeightedFit:
    """Least squares with a diagonal weight matrix.

    Parameters
    ----------
    coefficients
        Shape (p,).
    covariance
        Of the coefficients, (X'WX)^-1, shape (p, p).
    weights
        Inverse marginal variances, shape (k,).
    residuals
        Whitened residuals W^(1/2) (y - Xb), shape (k,).
    basis
        Orthonormal columns that span W^(1/2) X, shape (k, p).
    log_determinant
        Of X'WX.
    """

    coefficients: FloatArray
    covariance: FloatArray
    weights: FloatArray
    residuals: FloatArray
    basis: FloatArray
    log_determinant: float

    @property
    def q(self) -> float:
        """Generalised Q, y'Py."""
        return float(self.residuals @ self.residuals)

    @property
    def ypp(self) -> float:
        """y'PPy: minus the slope of `q` in tau2."""
        return float(self.weights @ self.residuals**2)

    @property
    def leverages(self) -> FloatArray:
        """Diagonal of the hat matrix X (X'WX)^-1 X'W, shape (k,)."""
        return np.asarray((self.basis**2).sum(axis=1))

    @property
    def trace_p(self) -> float:
        """tr(P)."""
        return float(self.weights @ (1.0 - self.leverages))

    @property
    def trace_pp(self) -> float:
        """tr(PP): by traces, or where these cancel as a sum of squares."""
        inner = self.basis.T @ (self.weights[:, None] * self.basis)
        squares = self.weights**2
        whole = float(squares.sum())
        total = whole - 2.0 * float(squares @ self.leverages) + float((inner**2).sum())
        return total if total > _CANCELS * whole else self._sum_of_squares()

    def _sum_of_squares(self) -> float:
        """Give tr(PP) from every element of P, some rows at a time."""
        root = np.sqrt(self.weights)
        total, count = 0.0, len(root)
        for first in range(0, count, _ROWS):
            rows = slice(first, first + _ROWS)
            part = -self.basis[rows] @ self.basis.T
            part[np.arange(len(part)), np.arange(first, first + len(part))] += 1.0
            part *= root[rows, None] * root
            total += float((part**2).sum())
        return total

    def log_likelihood(self, restricted: bool) -> float:
        """Give the (restricted) log-likelihood, constants of the design left out."""
        k, p = self.basis.shape
        count = k - p if restricted else k
        value = count * math.log(2.0 * math.pi) + self.q
        value -= float(np.log(self.weights).sum())
        return -0.5 * float(value + (self.log_determinant if restricted else 0.0))


def weighted_fit(
    yi: FloatArray, vi: FloatArray, design: FloatArray, tau2: float = 0.0
) -> WeightedFit:
    """Fit by least squares with weights 1 / (vi + tau2).

    Parameters
    ----------
    yi, vi
        Effects and sampling variances, shape (k,).
    design
        Columns of full rank, shape (k, p).
    tau2
        Variance between studies, in squared units of the effects.
    """
    weights = 1.0 / (vi + tau2)
    root = np.sqrt(weights)
    basis, triangle = np.linalg.qr(root[:, None] * design)
    coefficients, covariance = _solved(basis, triangle, root * yi)
    residuals = root * (yi - design @ coefficients)
    return WeightedFit(
        coefficients,
        covariance,
        weights,
        residuals,
        basis,
        2.0 * float(np.log(np.abs(np.diag(triangle))).sum()),
    )


@dataclass(frozen=True, slots=True, eq=False)
class GeneralFit:
    """Generalised least squares with a full covariance matrix.

    Parameters
    ----------
    coefficients, covariance
        Shapes (p,) and (p, p).
    inverse
        M^-1, shape (k, k).
    projection
        P, shape (k, k).
    q
        y'Py.
    log_likelihoods
        (ordinary, restricted), constants of the design left out.
    """

    coefficients: FloatArray
    covariance: FloatArray
    inverse: FloatArray
    projection: FloatArray
    q: float
    log_likelihoods: tuple[float, float]


def general_fit(yi: FloatArray, marginal: FloatArray, design: FloatArray) -> GeneralFit:
    """Fit by generalised least squares with covariance `marginal`, shape (k, k).

    Raises
    ------
    numpy.linalg.LinAlgError
        The matrix isn't positive definite.
    """
    k, p = design.shape
    lower = np.linalg.cholesky(marginal)
    white = np.linalg.solve(lower, np.eye(k))
    basis, triangle = np.linalg.qr(white @ design)
    coefficients, covariance = _solved(basis, triangle, white @ yi)
    residuals = white @ (yi - design @ coefficients)
    inverse = white.T @ white
    seen = white.T @ basis
    q = float(residuals @ residuals)
    log_marginal = 2.0 * float(np.log(np.diag(lower)).sum())
    log_design = 2.0 * float(np.log(np.abs(np.diag(triangle))).sum())
    two_pi = math.log(2.0 * math.pi)
    return GeneralFit(
        coefficients,
        covariance,
        inverse,
        inverse - seen @ seen.T,
        q,
        (
            -0.5 * (k * two_pi + log_marginal + q),
            -0.5 * ((k - p) * two_pi + log_marginal + log_design + q),
        ),
    )


def _solved(
    basis: FloatArray, triangle: FloatArray, whitened: FloatArray
) -> tuple[FloatArray, FloatArray]:
    inverse = np.linalg.solve(triangle, np.eye(len(triangle)))
    return inverse @ (basis.T @ whitened), inverse @ inverse.T
