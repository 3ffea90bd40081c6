"""Every parameter of the joined model has its row, and every row has its reader."""

from __future__ import annotations

from importlib import import_module

import exoheart.evidence
from exoheart.therapy import needed_parameters

#: Packages whose Python code reads rows beside the model text; each lists them.
READERS = (
    "donor",
    "product",
    "delivery",
    "heart",
    "heart.mechanisms",
    "outcome",
    "trial",
    "therapy",
    "prediction",
)

def test_the_tables_and_the_model_need_each_other_completely() -> None:
    reads = [
        pattern
        for name in READERS
        for pattern in import_module(f"exoheart.{name}").READS
    ]
    exoheart.evidence.check(needed=needed_parameters(), reads=reads)
