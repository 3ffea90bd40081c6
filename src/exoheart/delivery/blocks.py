"""The model text of delivery, and the ports that it reads from the heart."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from types import MappingProxyType

ZONES: tuple[str, ...] = ("risk", "border", "remote")
CELLS: tuple[str, ...] = (
    "cardiomyocyte",
    "endothelial",
    "fibroblast",
    "macrophage",
    "progenitor",
)
_NAMES = ("body.ant", "heart_zones.ant", "uptake.ant", "beside.ant")

#: What a model of delivery alone must be given as constants, with the unit of each.
PORTS_READ = MappingProxyType(
    {f"port_flow_{zone}": "dimensionless" for zone in ZONES}
    | {f"port_permeability_{zone}": "dimensionless" for zone in ZONES}
    | {
        f"port_cells_{zone}_{cell}": "items_per_gram"
        for zone in ZONES
        for cell in CELLS
    }
)


@lru_cache(maxsize=1)
def blocks() -> tuple[str, ...]:
    """Give the Antimony statements of delivery, ready for ``engine.join``."""
    folder = resources.files("exoheart.delivery")
    return tuple(folder.joinpath(name).read_text("utf-8") for name in _NAMES)
