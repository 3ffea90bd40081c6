"""From ``product.<name>.measured`` to a counted sample, read with the study.

Part of :mod:`exoheart.study`. A particle counter's file belongs to the study file that
names it, so what is wrong with it is a fault of the study, found with all others, and
simulating touches no file.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from exoheart.errors import InputError
from exoheart.product.instrument import (
    CONTENT,
    measured_sample,
    protein_content,
    read_instrument,
)
from exoheart.records.instrument import MeasuredSample
from exoheart.study.build import Draft, Table


def measured(draft: Draft, where: str, raw: Table) -> MeasuredSample | None:
    """Read the counted sample of a product; None where there is none or a fault."""
    given = raw.get("measured")
    keys: dict[str, Any] = {"file": given} if isinstance(given, str) else {}
    if isinstance(given, Mapping):
        keys = dict(given)
    if not isinstance(keys.get("file"), str) or None in keys.values():
        return None
    place = f"{where}.measured"
    protein = _protein(draft, f"{place}.protein", keys.get("protein"))
    try:
        return measured_sample(
            read_instrument(draft.folder / keys["file"]),
            dilution=keys.get("dilution"),
            protein_ug_per_ml=protein,
            camera_level=keys.get("camera_level"),
        )
    except InputError as bad:
        for fault in str(bad).splitlines():
            met, _, allowed = fault.partition("; allowed: ")
            draft.read.refuse(
                place,
                met.replace(": met ", ": ", 1),
                allowed or "a file that can be read",
            )
        return None


def _protein(draft: Draft, where: str, text: object) -> float | None:
    """Read a protein content [ug/mL]."""
    if text is None:
        return None
    try:
        return protein_content(str(text))
    except InputError:
        draft.read.fault(where, text, CONTENT)
        return None
