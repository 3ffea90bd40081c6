"""What vesicles do inside and on cells: rival mechanisms that turn uptake into signals.

Between delivery and heart. In: vesicles bound per cell and taken up per cell and hour
(ports), copies per vesicle and shares of the signals (from the product). Out: seven
signals that the heart reads (ports). Each ``.ant`` is one mechanism behind the same
interface, given at its top; ``signals.ant`` adds them up by weight. Read next:
:mod:`exoheart.heart.mechanisms.stoichiometry`, then the heart's own text.
"""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from types import MappingProxyType

from exoheart.heart.mechanisms.stoichiometry import (
    ABLE,
    GROUPS,
    CellAccount,
    Interval,
    able_shares,
    account,
    vesicles_needed,
)
from exoheart.records.product import SIGNALS

MECHANISMS: tuple[str, ...] = ("cargo", "surface", "relay")
#: Parameters of the text that no table gives: from the product and the draw.
INPUTS: tuple[str, ...] = (
    "mechanism_cargo_copies",
    *(f"mechanism_weight_{name}" for name in MECHANISMS),
    *(f"mechanism_share_{signal}" for signal in SIGNALS),
)
#: Rows read from Python; all others are read by the model text.
READS: tuple[str, ...] = ("mechanism.prior_weight.*",)
#: What makes a model of the mechanisms alone complete, with the unit of each.
PORTS_READ = MappingProxyType(
    {
        f"port_{port}_{zone}_{cell}": unit
        for port, unit in (("taken_up", "per_hour"), ("bound", "dimensionless"))
        for zone in ("risk", "border", "remote")
        for cell in ("cardiomyocyte", "endothelial", "fibroblast", "macrophage")
    }
    | {f"anatomy_{zone}_mass": "gram" for zone in ("risk", "border", "remote")}
)


@lru_cache(maxsize=1)
def blocks() -> tuple[str, ...]:
    """Give the Antimony statements of the mechanisms, ready for ``engine.join``."""
    folder = resources.files("exoheart.heart.mechanisms")
    names = (*(f"{name}.ant" for name in MECHANISMS), "signals.ant")
    return tuple(folder.joinpath(name).read_text("utf-8") for name in names)


__all__ = [
    "ABLE",
    "GROUPS",
    "INPUTS",
    "MECHANISMS",
    "PORTS_READ",
    "READS",
    "SIGNALS",
    "CellAccount",
    "Interval",
    "able_shares",
    "account",
    "blocks",
    "vesicles_needed",
]
