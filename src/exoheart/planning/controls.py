"""Published untreated animals of a plan's species beside the heart, for its report."""

from __future__ import annotations

from typing import Any

from exoheart import outcome
from exoheart.calibration import predicted
from exoheart.outcome import Control


def control_rows(species: str) -> list[dict[str, Any]]:
    """Give every published control of a species beside the model, for a report."""
    controls = [c for c in outcome.load_controls() if c.species == species]
    if not controls:
        return []
    found = predicted(controls)
    return [_row(control, found[control.id]) for control in controls]


def _row(control: Control, value: float) -> dict[str, Any]:
    minutes = "" if control.occlusion_h is None else f"{60 * control.occlusion_h:g} min"
    what = f"{control.quantity} of {control.of}" if control.of else control.quantity
    if control.relation != "value":
        what = f"{what} ({control.relation})"
    after = "occlusion" if control.occlusion_h is None else "reperfusion"
    is_sd = control.spread_type == "SD"
    return {
        "comparison": f"{minutes} {control.model}, {control.at_h:g} h after {after}",
        "species": control.species,
        "quantity": what,
        "unit": control.unit,
        "observed": control.observed,
        "sd": float(control.spread) if is_sd and _is_number(control.spread) else None,
        "predicted": value,
        "interval90": None,
        "passed": control.passes(value),
        "use": control.use,
        "source": control.source,
    }


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
