"""Heart: from lost flow to injury, inflammation, repair and pump function.

Between the mechanisms, whose signals it reads, and outcome. In: the infarct protocol
(a schedule) and seven signals (ports). Out: 22 states of the area at risk with its
flow and leakiness, and the ports that delivery reads (flow, permeability, cells per
gram). The model text is in five blocks beside this file: ``injury.ant``,
``inflammation.ant``, ``repair.ant``, ``ventricle.ant``, ``cells.ant``. Read next:
:mod:`exoheart.heart.protocol`, then ``docs/heart.md``.
"""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from types import MappingProxyType

from exoheart.heart.protocol import infarct_actions
from exoheart.heart.terms import replaced, terms

BLOCKS: tuple[str, ...] = (
    "injury.ant",
    "inflammation.ant",
    "repair.ant",
    "ventricle.ant",
    "cells.ant",
)
#: Rows read from Python, not by the text: clocks of named laboratories.
READS: tuple[str, ...] = ("heart.clock_laboratory.*",)
#: What the schedule sets, with its value before occlusion.
SCHEDULED = MappingProxyType({"heart_flow_target": 1.0, "heart_obstructed_share": 0.0})
#: What makes a heart alone complete: its signals as constants, with their unit.
PORTS_READ = MappingProxyType(
    {
        f"port_signal_{signal}": "dimensionless"
        for signal in (
            "survival",
            "polarisation",
            "il10",
            "nfkb",
            "angiogenic",
            "antifibrotic",
            "renewal",
        )
    }
)


@lru_cache(maxsize=1)
def blocks() -> tuple[str, ...]:
    """Give the Antimony statements of the heart, ready for ``engine.join``."""
    folder = resources.files("exoheart.heart")
    return tuple(folder.joinpath(name).read_text("utf-8") for name in BLOCKS)


__all__ = [
    "BLOCKS",
    "PORTS_READ",
    "READS",
    "SCHEDULED",
    "blocks",
    "infarct_actions",
    "replaced",
    "terms",
]
