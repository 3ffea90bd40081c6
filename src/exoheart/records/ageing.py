"""How doublings in one passage fall as cells age: shared by donor and product.

The donor turns a passage into doublings behind the cells, the make plan turns doublings
into passages; both read the same straight line.
"""

from __future__ import annotations

import numpy as np

from exoheart.records.product import FloatArray

#: Least fall of doublings per passage: without any, all passages are alike.
_FLAT = 1e-6


def falling_doublings(
    first: FloatArray, last: FloatArray, limit: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Give doublings in the last passage, and their fall per doubling, shape (outer,).

    Parameters
    ----------
    first, last : ndarray, shape (outer,)
        Doublings in the first and in the last passage [1]; doublings don't rise with
        age, so a `last` above `first` counts as `first`.
    limit : ndarray, shape (outer,)
        Doublings possible in all [1].
    """
    least = np.minimum(last, first * (1.0 - _FLAT))
    return least, np.asarray((first - least) / limit)
