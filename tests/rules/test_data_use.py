"""Every parameter of the joined model has its row, and every row has its reader."""

from __future__ import annotations

import exoheart.evidence
from exoheart.prediction import reads
from exoheart.therapy import needed_parameters


def test_the_tables_and_the_model_need_each_other_completely() -> None:
    patterns = [pattern for own in reads().values() for pattern in own]
    exoheart.evidence.check(needed=needed_parameters(), reads=patterns)
