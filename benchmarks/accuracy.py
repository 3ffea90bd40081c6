"""How wrong a solution is: one number for each member, compared with a reference."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
#: Share of an observable's highest value below which errors count as absolute.
FLOOR = 1e-3


@dataclass(frozen=True, slots=True)
class Error:
    """Relative error over members: the middle, the 99th percentile, the highest.

    `members` counts those compared, `failed` those without a result.
    """

    median: float
    p99: float
    max: float
    members: int
    failed: int

    def data(self) -> dict[str, float]:
        """Give the error as plain data."""
        return asdict(self)


def relative_error(values: FloatArray, reference: FloatArray) -> FloatArray:
    """Give the highest relative error of each member, shape (member,).

    For each observable and time it is the distance from the reference over the size of
    the reference plus :data:`FLOOR` of its highest size over time.

    Parameters
    ----------
    values, reference : ndarray, shape (member, sample, observable)

    Returns
    -------
    ndarray
        Not a number for members without a result.
    """
    size = np.abs(reference)
    allowed = size + FLOOR * size.max(axis=1, keepdims=True)
    distance = np.abs(values - reference)
    exact = distance == 0.0
    error = np.divide(
        distance, allowed, out=np.full_like(distance, np.inf), where=allowed > 0
    )
    return np.asarray(np.where(exact, 0.0, error).max(axis=(1, 2)))


def summary(errors: FloatArray) -> Error:
    """Sum up the errors of members; those that are not numbers have failed."""
    good = errors[~np.isnan(errors)]
    if not len(good):
        return Error(np.nan, np.nan, np.nan, 0, len(errors))
    median, p99 = np.quantile(good, [0.5, 0.99], method="higher")
    return Error(
        float(median), float(p99), float(good.max()), len(good), len(errors) - len(good)
    )
