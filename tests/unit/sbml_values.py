"""Systems from a few statements, and what their ids come to."""

from __future__ import annotations

from exoheart.engine.sbml import read_sbml
from exoheart.engine.text import to_sbml


def read(text):
    """Read Antimony statements as a system."""
    return read_sbml(to_sbml(f"model toy()\n{text}\nend"))


def value(system, id_, *, states=(), parameters=(), time=0.0, inflow=0.0):
    """Read one id, at given states and parameters."""
    return values(system, [system.values[id_]], states, parameters, time, inflow)[0]


def values(system, nodes, states=(), parameters=(), time=0.0, inflow=0.0):
    """Compute nodes, at given states and parameters."""
    kinds = {"state": states, "parameter": parameters}

    def leaves(kind, k):
        return kinds[kind][k] if kind in kinds else {"time": time}.get(kind, inflow)

    return [float(one) for one in system.read(tuple(nodes), leaves)]
