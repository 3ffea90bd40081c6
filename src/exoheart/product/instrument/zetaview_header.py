"""The header of a ZetaView export: keys with one or two colons, several on a line.

Keys and values stand in cells of their own or in one; pairs are divided by tabs or by
spaces. Read next: :mod:`exoheart.product.instrument.zetaview`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

#: Keys that may stand in the middle of a line, behind one space only.
_INNER = (
    "Average Number of Particles",
    "Cell Check Result",
    "Concentration Correction Factor",
    "Detected Particles",
    "Dilution",
    "Number of Traces",
    "Original Concentration",
    "Particle Drift Check Result",
    "Scattering Intensity",
)
_BEHIND = re.compile(rf"(?<=\S)[ ](?=(?:{'|'.join(_INNER)})::?(?:\s|$))")
_PAIR = re.compile(r"([^\d\W][^:]*?)\s*::?(?:\s+(.*)|$)")
_GAP = re.compile(r"[\t;]|\s{2,}")
#: What the instrument was set to; the rest of the header is names, dates and remarks.
_SETTINGS = (
    *("temperature", "ph", "conductivity", "viscosity", "electrolyte", "positions"),
    *("sensitivity", "shutter", "frame rate", "laser wavelength nm", "camera"),
    *("minimum brightness", "maximum brightness", "minimum area", "maximum area"),
    *("minimum tracelength", "tracking radius2", "concentration correction factor"),
    *("scattering intensity", "sop"),
)


def header_of(text: str) -> dict[str, str]:
    r"""Read the pairs of a header, keys as written; the first of a key counts.

    Examples
    --------
    >>> header_of("Number of Traces: 912 Dilution:: 1000.0\nSetTemperature:\t25")
    {'Number of Traces': '912', 'Dilution': '1000.0', 'SetTemperature': '25'}
    """
    found: dict[str, str] = {}
    for line in text.splitlines():
        key = ""
        for cell in _GAP.split(_BEHIND.sub("\t", line)):
            pair = _PAIR.fullmatch(cell.strip())
            if pair:
                key = pair[1]
                found.setdefault(key, (pair[2] or "").strip())
            elif key and cell.strip():
                found[key] = f"{found[key]} {cell.strip()}".strip()
    return found


def value_of(header: Mapping[str, str], key: str) -> str:
    """Give the value of a key whatever its letters' size; empty where there is none."""
    return next((v for k, v in header.items() if k.lower() == key.lower()), "")


def settings_of(header: Mapping[str, str]) -> dict[str, str]:
    """Give what the instrument was set to, as written."""
    return {
        key: value
        for key, value in header.items()
        if key.lower() in _SETTINGS and value
    }
