"""The joined model: every block of every stage as one text, compiled once.

Blocks meet only at the ports (ids beginning ``port_``) and at the shared geometry
(``anatomy_``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType

from exoheart import delivery, engine, heart, outcome
from exoheart.errors import InputError
from exoheart.heart import mechanisms

#: Rival mechanisms that have a block; ``none`` is the draw without any.
MECHANISMS = mechanisms.MECHANISMS
SIGNALS = mechanisms.SIGNALS
#: Parameters that the donor and product stages hand over, per product, with the value
#: that an arm without a product has.
PRODUCT_INPUTS: Mapping[str, float] = MappingProxyType(
    {
        "mechanism_cargo_copies": 0.0,
        **{f"mechanism_share_{signal}": 0.0 for signal in SIGNALS},
        **delivery.PRODUCT_DEFAULTS,
    }
)
#: Parameters that the schedule changes while a solve runs, with their first value.
SCHEDULED: Mapping[str, float] = MappingProxyType(
    {**heart.SCHEDULED, **delivery.SCHEDULED}
)
#: Parameters that follow from others, from the route and from the draw's structure.
COMPUTED = (
    "anatomy_risk_mass",
    "anatomy_border_mass",
    "anatomy_remote_mass",
    *SCHEDULED,
    *delivery.ROUTE_DEFAULTS,
    "mechanism_falling",
    *(f"mechanism_weight_{mechanism}" for mechanism in MECHANISMS),
)


#: A user's own blocks as (name of the mechanism, text); hashable, so that a model
#: is compiled once.
Replaced = tuple[tuple[str, str], ...]


def blocks(replaced: Replaced = ()) -> tuple[str, ...]:
    """Give the text of every block, in the order of the chain."""
    return (
        *delivery.blocks(),
        *mechanisms.blocks(dict(replaced)),
        *heart.blocks(),
        *outcome.blocks(),
    )


@lru_cache(maxsize=4)
def joined_text(replaced: Replaced = ()) -> str:
    """Give the Antimony text of the joined model.

    Parameters
    ----------
    replaced
        A user's own mechanism blocks.

    Raises
    ------
    InputError
        A block doesn't fit the interface, or its units are wrong.
    """
    text = engine.join("exoheart", blocks(replaced))
    if replaced:
        faults = engine.unit_faults(text)
        if faults:
            raise InputError(
                f"units of the replaced blocks: {'; '.join(faults[:3])}; allowed: a "
                "unit on every number and every id; see docs/extend.md"
            )
    return text


@lru_cache(maxsize=8)
def therapy_model(
    observables: Sequence[str] = (), replaced: Replaced = ()
) -> engine.Model:
    """Compile the joined model.

    Parameters
    ----------
    observables
        A tuple of ids to record.
    replaced
        A user's own mechanism blocks.
    """
    return engine.compile_model(joined_text(replaced), observables)


def parameter_id(text_id: str) -> str:
    """Give the table id of a text id: the first underscore becomes a dot.

    Examples
    --------
    >>> parameter_id("heart_flow_time")
    'heart.flow_time'
    """
    stage, _, quantity = text_id.partition("_")
    return f"{stage}.{quantity}"


def needed_parameters(model: engine.Model | None = None) -> dict[str, str]:
    """Give the table id and unit of every parameter that the tables must hold.

    Parameters
    ----------
    model
        The joined model; None for the one shipped.
    """
    model = model or therapy_model()
    given = {*PRODUCT_INPUTS, *COMPUTED}
    return {
        parameter_id(id_): model.units[id_]
        for id_ in model.parameters
        if id_ not in given
    }
