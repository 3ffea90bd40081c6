"""What a table of sizes says: mean, mode, spread, percentiles, and whether it is sound.

Used by the readers of every maker, and where a file gives no such numbers itself.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from exoheart.records.instrument import Capture, FloatArray

#: Largest difference between the sum of the bins and the concentration written beside
#: them that passes as rounding (files give three digits, and bins add up theirs).
SUM_TOLERANCE = 0.02
#: Difference from which the table is of something else, or was cut short.
SUM_LIMIT = 0.2


def with_sizes(capture: Capture, centres: FloatArray, row: FloatArray) -> Capture:
    """Fill in the sizes that a file doesn't give, from the bins of a capture.

    Parameters
    ----------
    capture
        Sizes as written, None where they aren't.
    centres : ndarray, shape (bins,)
        Centres of the bins [nm].
    row : ndarray, shape (bins,)
        Concentration in each bin, any unit; a row of zeros fills in nothing.
    """
    if not np.sum(row) > 0:
        return capture
    mean = float(np.average(centres, weights=row))
    spread = float(np.sqrt(np.average((centres - mean) ** 2, weights=row)))
    d10, d50, d90 = percentiles(centres, row, (0.1, 0.5, 0.9))
    mode = float(centres[int(np.argmax(row))])
    return replace(
        capture,
        mean_nm=_first(capture.mean_nm, mean),
        mode_nm=_first(capture.mode_nm, mode),
        sd_nm=_first(capture.sd_nm, spread),
        d10_nm=_first(capture.d10_nm, d10),
        d50_nm=_first(capture.d50_nm, d50),
        d90_nm=_first(capture.d90_nm, d90),
    )


def _first(written: float | None, told: float) -> float:
    return told if written is None else written


def percentiles(
    centres: FloatArray, row: FloatArray, shares: tuple[float, ...]
) -> list[float]:
    """Give the diameters below which shares of the particles lie [nm].

    Half of a bin counts as below its centre; between centres the line is straight.
    """
    below = (np.cumsum(row) - 0.5 * row) / np.sum(row)
    return [float(value) for value in np.interp(shares, below, centres)]


def sum_difference(per_ml: float, row: FloatArray) -> float:
    """Give the sum of the bins over the concentration, less one; 0 where both are 0."""
    total = float(np.sum(row))
    if per_ml == 0:
        return 0.0 if total == 0 else float("inf")
    return total / per_ml - 1.0
