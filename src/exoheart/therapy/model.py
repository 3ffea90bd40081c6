"""The joined model: every block of every stage as one text, compiled once.

Blocks meet only at the ports (ids beginning ``port_``) and at the shared geometry
(``anatomy_``). A port that no block defines yet is a constant, zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from exoheart import delivery, engine, heart, outcome
from exoheart.heart import mechanisms

ZONES = ("risk", "border", "remote")
#: Ports that no block feeds yet, with their units.
OPEN_PORTS = {f"port_soluble_{zone}": "ug_per_gram" for zone in ZONES}
#: Rival mechanisms that have a block; ``none`` is the draw without any.
MECHANISMS = mechanisms.MECHANISMS
SIGNALS = mechanisms.SIGNALS
#: Parameters that the donor and product stages hand over, per product.
PRODUCT_INPUTS = (
    "mechanism_cargo_copies",
    *(f"mechanism_share_{signal}" for signal in SIGNALS),
)
#: Parameters that follow from others and from the draw's mechanism.
COMPUTED = (
    "anatomy_risk_mass",
    "anatomy_border_mass",
    "anatomy_remote_mass",
    *heart.SCHEDULED,
    *(f"mechanism_weight_{mechanism}" for mechanism in MECHANISMS),
)


def blocks() -> tuple[str, ...]:
    """Give the text of every block, in the order of the chain."""
    return (
        *delivery.blocks(),
        *mechanisms.blocks(),
        *heart.blocks(),
        *outcome.blocks(),
    )


@lru_cache(maxsize=1)
def joined_text() -> str:
    """Give the Antimony text of the joined model."""
    return engine.join("exoheart", blocks(), OPEN_PORTS)


@lru_cache(maxsize=8)
def therapy_model(observables: Sequence[str] = ()) -> engine.Model:
    """Compile the joined model.

    Parameters
    ----------
    observables
        A tuple of ids to record.
    """
    return engine.compile_model(joined_text(), observables)


def parameter_id(text_id: str) -> str:
    """Give the table id of a text id: the first underscore becomes a dot.

    Examples
    --------
    >>> parameter_id("heart_flow_time")
    'heart.flow_time'
    """
    stage, _, quantity = text_id.partition("_")
    return f"{stage}.{quantity}"


def needed_parameters() -> dict[str, str]:
    """Give the table id and unit of every parameter that the tables must hold."""
    model = therapy_model()
    given = {*PRODUCT_INPUTS, *COMPUTED, *OPEN_PORTS}
    return {
        parameter_id(id_): model.units[id_]
        for id_ in model.parameters
        if id_ not in given
    }
