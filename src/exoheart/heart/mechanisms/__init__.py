"""What vesicles do inside and on cells: rival mechanisms that turn uptake into signals.

Between delivery and heart. In: vesicles bound per cell and taken up per cell and hour
(ports), protein and RNA beside them, copies per vesicle and shares of the signals (from
the product). Out: seven signals that the heart reads (ports). Each ``.ant`` is one
mechanism behind the same interface, given at its top; ``signals.ant`` adds them up by
weight. Read next: :mod:`exoheart.heart.mechanisms.stoichiometry`, then the heart's own
text.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from types import MappingProxyType

from exoheart.errors import InputError, closest
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

MECHANISMS: tuple[str, ...] = ("cargo", "surface", "relay", "soluble")
#: Parameters of the text that no table gives: from the product and the draw.
INPUTS: tuple[str, ...] = (
    "mechanism_cargo_copies",
    "mechanism_falling",
    *(f"mechanism_weight_{name}" for name in MECHANISMS),
    *(f"mechanism_share_{signal}" for signal in SIGNALS),
)
#: Rows read from Python; all others are read by the model text.
READS: tuple[str, ...] = ("mechanism.prior_weight.*", "mechanism.falling_weight")
#: What makes a model of the mechanisms alone complete, with the unit of each.
PORTS_READ = MappingProxyType(
    {
        f"port_{port}_{zone}_{cell}": unit
        for port, unit in (
            ("taken_up", "per_hour"),
            ("bound", "dimensionless"),
            ("rna", "per_hour"),
        )
        for zone in ("risk", "border", "remote")
        for cell in (
            "cardiomyocyte",
            "endothelial",
            "fibroblast",
            "macrophage",
            "progenitor",
        )
    }
    | {f"port_soluble_{zone}": "ug_per_gram" for zone in ("risk", "border", "remote")}
    | {f"anatomy_{zone}_mass": "gram" for zone in ("risk", "border", "remote")}
)


@lru_cache(maxsize=1)
def shipped() -> Mapping[str, str]:
    """Give the shipped text of each mechanism, by its name."""
    folder = resources.files("exoheart.heart.mechanisms")
    return MappingProxyType(
        {name: folder.joinpath(f"{name}.ant").read_text("utf-8") for name in MECHANISMS}
    )


def blocks(replaced: Mapping[str, str] = MappingProxyType({})) -> tuple[str, ...]:
    """Give the Antimony statements of the mechanisms, ready for ``engine.join``.

    Parameters
    ----------
    replaced
        By name of a mechanism, the block that stands in its place: it must define
        ``mechanism_<name>_occupancy_<signal>`` for all seven signals.

    Raises
    ------
    InputError
        There is no such mechanism, or a block lacks an occupancy.
    """
    texts = dict(shipped())
    for name, text in replaced.items():
        _require_interface(name, text)
        texts[name] = text
    folder = resources.files("exoheart.heart.mechanisms")
    return (*texts.values(), folder.joinpath("signals.ant").read_text("utf-8"))


def _require_interface(name: str, text: str) -> None:
    if name not in MECHANISMS:
        raise InputError(
            f"mechanism {name!r}; allowed: {', '.join(MECHANISMS)}; nearest: "
            f"{closest(name, MECHANISMS) or 'none'}"
        )
    needed = [f"mechanism_{name}_occupancy_{signal}" for signal in SIGNALS]
    missing = [id_ for id_ in needed if f"{id_} :=" not in text]
    if missing:
        raise InputError(
            f"a block for {name!r} without {', '.join(missing)}; allowed: a rule "
            "(:=) for all seven signals, 0 to 1; add the others"
        )


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
    "shipped",
    "vesicles_needed",
]
