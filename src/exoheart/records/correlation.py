"""Parameters that were fitted together: how their draws hang together.

A fit tells two rates' ratio better than either; drawing them one by one would forget
that. Every parameter keeps its own distribution; uniforms are turned so that their
normal scores have the correlations of the fit (a Gaussian copula).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Correlation:
    """Correlations of normal scores between fitted parameters.

    Parameters
    ----------
    ids
        Of the parameters.
    matrix : ndarray, shape (id, id)
        Symmetric, positive definite, ones on the diagonal.
    """

    ids: tuple[str, ...] = ()
    matrix: FloatArray | None = None

    def only(self, ids: frozenset[str] | set[str]) -> Correlation:
        """Give the part among some parameters; it stays positive definite."""
        kept = [k for k, id_ in enumerate(self.ids) if id_ in ids]
        if self.matrix is None or not kept:
            return Correlation()
        return Correlation(
            tuple(self.ids[k] for k in kept), self.matrix[np.ix_(kept, kept)]
        )

    def turn(self, shares: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
        """Turn independent uniforms of the parameters into correlated ones.

        Parameters
        ----------
        shares
            By id, shape (n,); ids that were not fitted pass through unchanged.

        Returns
        -------
        dict
            The same ids and shapes.

        Examples
        --------
        >>> import numpy as np
        >>> both = Correlation(("a", "b"), np.array([[1.0, 0.9], [0.9, 1.0]]))
        >>> turned = both.turn({"a": np.array([0.9]), "b": np.array([0.5])})
        >>> bool(turned["b"][0] > 0.8)
        True
        """
        part = self.only(set(shares))
        if part.matrix is None:
            return dict(shares)
        scores = np.stack([special.ndtri(shares[id_]) for id_ in part.ids])
        # row by row, so that a draw is the same whatever the block it is made in
        factor = np.linalg.cholesky(part.matrix)
        turned = np.zeros_like(scores)
        for k in range(len(part.ids)):
            for j in range(k + 1):
                turned[k] += factor[k, j] * scores[j]
        moved = zip(part.ids, special.ndtr(turned), strict=True)
        return dict(shares) | dict(moved)
