"""From the bytes of a counter's file to its rows of cells and their numbers.

Counters write in whatever encoding, separator and decimal sign the computer of the
laboratory has, so nothing here depends on them. Read next:
:mod:`exoheart.product.instrument.nanosight`.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable, Sequence

Rows = tuple[tuple[str, ...], ...]

_UTF16 = (b"\xff\xfe", b"\xfe\xff")
#: Signs that no text file of a counter holds.
_NO_TEXT = re.compile(r"[\x00-\x08\x0e-\x19\x1b-\x1f\x7f]")
_SEPARATORS = ("\t", ";", ",")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


def decode(raw: bytes) -> str | None:
    r"""Turn bytes into text; None where they are no text.

    UTF-16 is known by its mark or by every other byte being zero, UTF-8 by being
    valid; all else is taken as Latin-1, which any bytes are.

    Examples
    --------
    >>> decode("25 °C".encode("latin-1")), decode(b"PK\x03\x04") is None
    ('25 °C', True)
    """
    text = _decoded(raw)
    if text is None or _NO_TEXT.search(text):
        return None
    return text


def _decoded(raw: bytes) -> str | None:
    half = raw[: 2 * (len(raw) // 2)]
    try:
        if raw.startswith(_UTF16):
            return half.decode("utf-16")
        if half and half[1::2].count(0) > 0.9 * len(half[1::2]):
            return half.decode("utf-16-le")
    except UnicodeDecodeError:
        return None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def separator(text: str, beginnings: Sequence[str]) -> str:
    """Give what separates the cells: what stands most often in a telling line.

    Parameters
    ----------
    text
        The file.
    beginnings
        How telling lines begin, the most telling first.
    """
    lines = text.splitlines()
    for beginning in beginnings:
        for line in lines:
            if not line.lstrip(' "').lower().startswith(beginning):
                continue
            counts = {sign: line.count(sign) for sign in _SEPARATORS}
            most = max(_SEPARATORS, key=lambda sign: counts[sign])
            if counts[most]:
                return most
    return ","


def rows_of(text: str, sign: str) -> Rows:
    """Cut a text into rows of cells without outer spaces.

    Raises
    ------
    csv.Error
        A cell is longer than a cell can be.
    """
    read = csv.reader(io.StringIO(text, newline=""), delimiter=sign)
    return tuple(tuple(cell.strip() for cell in row) for row in read)


def without_tail(cells: Iterable[str]) -> tuple[str, ...]:
    """Drop the empty cells at the end of a row."""
    kept = list(cells)
    while kept and not kept[-1]:
        kept.pop()
    return tuple(kept)


def number(text: str, *, decimal_comma: bool) -> float | None:
    """Read a cell as a finite number; None where it is none.

    A comma is a decimal sign only where it doesn't separate cells; groups of
    thousands are no number, since 1,430 would be read two ways.

    Examples
    --------
    >>> number("1.43e9", decimal_comma=False), number("1,43E9", decimal_comma=True)
    (1430000000.0, 1430000000.0)
    >>> number("1,430", decimal_comma=False) is None, number("nan", decimal_comma=True)
    (True, None)
    """
    given = text.strip()
    if decimal_comma and given.count(",") == 1 and "." not in given:
        given = given.replace(",", ".")
    if not _NUMBER.fullmatch(given):
        return None
    value = float(given)
    return value if math.isfinite(value) else None
