"""Qualification: the model set beside published animals, row by row, and shown.

Above calibration, below the faces. In: the shipped comparisons, perturbations and
parameter tables. Out: one record with every row, its pass mark and its band, that
writes itself as a page or as a JSON document; nothing is fitted here. Read next:
:mod:`exoheart.qualification.run` (the whole of it),
:mod:`exoheart.qualification.comparisons` (a number and a band for each row),
:mod:`exoheart.qualification.panels` (which rows share a picture).
"""

from __future__ import annotations

from exoheart.qualification.comparisons import USES, Compared, compare
from exoheart.qualification.record import Qualification, require_replaceable
from exoheart.qualification.run import DEFAULT_ANIMALS, qualify

__all__ = [
    "DEFAULT_ANIMALS",
    "USES",
    "Compared",
    "Qualification",
    "compare",
    "qualify",
    "require_replaceable",
]
