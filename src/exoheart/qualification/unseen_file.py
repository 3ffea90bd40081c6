"""The file of unseen studies: read by the reader that own studies are read by.

Read next: :mod:`exoheart.evidence.own.file`.
"""

from __future__ import annotations

from exoheart.evidence.own.file import FLAT_COLUMNS, TABLE_COLUMNS, read_lines

__all__ = ["FLAT_COLUMNS", "TABLE_COLUMNS", "read_lines"]
