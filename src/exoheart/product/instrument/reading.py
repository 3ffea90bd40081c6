"""From a file of a particle counter to its reading, whoever made the counter.

The maker is known by what stands in the file, never by its name. Read next:
:mod:`exoheart.product.instrument.nanosight`,
:mod:`exoheart.product.instrument.zetaview`.
"""

from __future__ import annotations

from pathlib import Path

from exoheart.errors import InputError
from exoheart.product.instrument.decoding import decode
from exoheart.product.instrument.nanosight import is_nanosight, read_nanosight
from exoheart.product.instrument.zetaview import is_zetaview, read_zetaview
from exoheart.records.instrument import InstrumentReading

#: Largest file that is looked at [bytes]; exports of counters stay below a tenth of it.
_LARGEST = 20_000_000
_READERS = ((is_nanosight, read_nanosight), (is_zetaview, read_zetaview))
_KNOWN = (
    "the experiment summary (.csv) of NanoSight NTA 3.0 to 3.4, or the size "
    "distribution (.txt) of ZetaView"
)
#: What a file begins with, what it then is, and what to do.
_OTHERS = (
    (b"%PDF", "a PDF report", "export the same measurement as text"),
    (b"PK\x03\x04", "an Excel workbook or archive", "save its sheet as CSV"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook", "save its sheet as CSV"),
    (b"\x89PNG", "a picture", "export the numbers behind it"),
    (b"\xff\xd8\xff", "a picture", "export the numbers behind it"),
    (b"RIFF", "a video", "export the results of its analysis"),
    (b"FCS", "a flow cytometry file", "export the size distribution as text"),
)
#: What a text holds near its beginning, in small letters, likewise.
_OTHER_TEXTS = (
    (
        "particle id",
        "a NanoSight list of single particles or tracks",
        "export the experiment summary",
    ),
)


def read_instrument(path: str | Path) -> InstrumentReading:
    """Read a file of a particle counter.

    Parameters
    ----------
    path
        An experiment summary of NanoSight NTA 3.0 to 3.4 or a size distribution of
        ZetaView, as exported: any of the usual encodings, separators and decimal signs.

    Returns
    -------
    InstrumentReading

    Raises
    ------
    InputError
        No such file, none of a counter that is known, a table that can't be used, or a
        check of the instrument itself that makes its count meaningless. One line for
        everything that is wrong, each with what is allowed and what to do.
    """
    path = Path(path)
    raw = _bytes(path)
    text = decode(raw)
    if text is not None:
        for is_ours, read in _READERS:
            if is_ours(text):
                return read(path.name, text)
    met, do = _kind(raw, text)
    raise InputError(f"{path.name}: met {met}; allowed: {_KNOWN}; {do}")


def _bytes(path: Path) -> bytes:
    """Read a whole file, within reason."""
    try:
        if path.is_file() and path.stat().st_size > _LARGEST:
            size = path.stat().st_size / 1e6
            raise InputError(
                f"{path.name}: met {size:.0f} MB; allowed: up to "
                f"{_LARGEST / 1e6:.0f} MB; name the exported results, not the video"
            )
        return path.read_bytes()
    except FileNotFoundError:
        raise InputError(
            f"{path.name}: met no such file in {path.parent}; allowed: {_KNOWN}; "
            "check the name and the folder"
        ) from None
    except (OSError, ValueError) as bad:
        reason = getattr(bad, "strerror", None) or str(bad)
        raise InputError(
            f"{path.name}: met a file that can't be read ({reason}); allowed: "
            f"{_KNOWN}; check the name and its permissions"
        ) from None


def _kind(raw: bytes, text: str | None) -> tuple[str, str]:
    """Say what a file of no known counter seems to be, and what to do."""
    if not raw.strip():
        return "an empty file", "export it again"
    for beginning, met, do in _OTHERS:
        if raw.startswith(beginning):
            return met, do
    if text is None:
        return "a file that is no text", "export the results as text"
    head = text[:4000].lower()
    for sign, met, do in _OTHER_TEXTS:
        if sign in head:
            return met, do
    return "a text of no known counter", "export it from the instrument's own software"
