"""Outcome: the states of the heart as a laboratory measures them.

After heart, before trial. In: states of the heart. Out: noise-free endpoints (rules in
``observables.ant``), what a method makes of them, and how it misreads them. Read next:
:mod:`exoheart.outcome.endpoints` (what can be asked for),
:mod:`exoheart.outcome.measurement` (methods and their error),
:mod:`exoheart.outcome.controls` (published control animals).
"""

from __future__ import annotations

from functools import lru_cache
from importlib import resources

from exoheart.outcome.controls import Control, load_controls, read_course
from exoheart.outcome.endpoints import READINGS, Measure, measure, measures
from exoheart.outcome.measurement import measure_noise, true_value

#: Rows read from Python; the rest are read by ``observables.ant``.
READS: tuple[str, ...] = (
    "outcome.sd_*",
    "outcome.cv_*",
    *READINGS,
)


@lru_cache(maxsize=1)
def blocks() -> tuple[str, ...]:
    """Give the Antimony statements of the observables, ready for ``engine.join``."""
    folder = resources.files("exoheart.outcome")
    return (folder.joinpath("observables.ant").read_text("utf-8"),)


__all__ = [
    "READINGS",
    "READS",
    "Control",
    "Measure",
    "blocks",
    "load_controls",
    "measure",
    "measure_noise",
    "measures",
    "read_course",
    "true_value",
]
