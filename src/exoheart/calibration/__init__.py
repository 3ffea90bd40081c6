"""Calibration: the heart against published untreated animals.

Above the stages, below planning. In: the tables of :mod:`exoheart.evidence` and the
list of comparisons of :mod:`exoheart.outcome`. Out: what the model says for each
comparison, fitted parameters with what they were before, and the share of published
experiments whose direction the model shares. Read next:
:mod:`exoheart.calibration.heart_alone` (solving the heart without a therapy),
:mod:`exoheart.calibration.comparisons` (one number for each published row).
"""

from __future__ import annotations

from exoheart.calibration.comparisons import (
    Comparisons,
    clock_key,
    laboratory_clock,
    predicted,
)
from exoheart.calibration.heart_alone import (
    Run,
    central,
    heart_model,
    heart_text,
    priors,
    solve,
)

__all__ = [
    "Comparisons",
    "Run",
    "central",
    "clock_key",
    "heart_model",
    "heart_text",
    "laboratory_clock",
    "predicted",
    "priors",
    "solve",
]
