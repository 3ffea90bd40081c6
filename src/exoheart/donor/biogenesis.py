"""How vesicles form and leave a donor cell: closed forms, and nodes from findings.

The total secretion rate is the anchor; the factors behind it (bodies that fuse,
vesicles of a body, share that gets free) are worked back from it, since only their
product is identifiable. The same equations as a time course are in ``biogenesis.ant``,
solved by :mod:`exoheart.donor.medium`. Read next: :mod:`exoheart.donor.secretion`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from exoheart.records.product import FloatArray

HOURS_PER_DAY = 24.0
#: Classes of vesicles by origin, with the diameters [nm] that they are said to have.
SIZE_CLASSES: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "exosomes": (40.0, 150.0),
        "microvesicles": (100.0, 1000.0),
        "apoptotic bodies": (1000.0, 5000.0),
    }
)
#: Target of an effect -> the node of the model text that it turns.
NODES: Mapping[str, str] = MappingProxyType(
    {
        "exosomes.formation": "escrt",
        "exosomes.sphingolipid": "sphingolipid",
        "exosomes.fusion": "rab",
        "exosomes.digestion": "lysosome",
    }
)
#: Nodes that decide between membrane and lysosome, where all bodies are the limit.
_FATE = ("rab", "lysosome")
#: Share of bodies that a stimulus of fusion can bring to the membrane at most.
MOST_FUSED = 0.999


@dataclass(frozen=True, slots=True)
class Cell:
    """What one untouched donor cell makes and loses; arrays of shape (n,).

    Parameters
    ----------
    exosomes : ndarray
        Exosomes that get free [1/cell/h].
    microvesicles : ndarray
        Microvesicles [1/cell/h].
    secretory_share : ndarray
        Share of bodies that reach the membrane [1].
    digestion : ndarray
        Rate at which bodies become lysosomes [1/h].
    free_share : ndarray
        Share of a fused body's vesicles that gets free [1].
    vesicles_per_body : ndarray
        [1]
    death : ndarray
        Share of cells that die [1/h].
    bodies_per_dead_cell : ndarray
        Apoptotic bodies of one dying cell [1].
    yield_fold : ndarray
        Fold of a culture on all small vesicles [1].
    activities
        Node -> activity [1]; 1 for every node that isn't named.
    """

    exosomes: FloatArray
    microvesicles: FloatArray
    secretory_share: FloatArray
    digestion: FloatArray
    free_share: FloatArray
    vesicles_per_body: FloatArray
    death: FloatArray
    bodies_per_dead_cell: FloatArray
    yield_fold: FloatArray
    activities: Mapping[str, FloatArray] = field(default_factory=dict)

    def node(self, name: str) -> FloatArray:
        """Give the activity of a node [1]."""
        return self.activities.get(name, np.ones_like(self.exosomes))

    @property
    def fusion(self) -> FloatArray:
        """Rate at which bodies fuse with the membrane, untouched [1/h]."""
        share = self.secretory_share
        return np.asarray(self.digestion * share / (1.0 - share))

    @property
    def formation(self) -> FloatArray:
        """Vesicles formed in bodies, untouched: worked back [1/cell/h]."""
        return self.exosomes / (self.secretory_share * self.free_share)


@dataclass(frozen=True, slots=True)
class SteadyCell:
    """One cell at steady state; arrays of shape (n,), rates [1/cell/h].

    Parameters
    ----------
    in_bodies : ndarray
        Vesicles inside the cell [1/cell].
    formed, digested, held, exosomes, microvesicles, apoptotic : ndarray
        Vesicles formed in bodies, digested, kept on the surface, set free, budded;
        apoptotic bodies.
    fusions : ndarray
        Bodies that fuse [1/cell/h].
    marker_release : ndarray
        Share of the vesicles in the cell that gets free [1/h].
    """

    in_bodies: FloatArray
    formed: FloatArray
    digested: FloatArray
    held: FloatArray
    exosomes: FloatArray
    microvesicles: FloatArray
    apoptotic: FloatArray
    fusions: FloatArray
    marker_release: FloatArray


def steady_cell(cell: Cell) -> SteadyCell:
    """Solve the cell's balance, ``0 = formed - (fusion + digestion) * in_bodies``.

    The share of cells that die drops out: a dying cell takes its bodies with it.
    Established: what forms is digested or fuses. Assumed: both in proportion to what
    is there, and nodes that multiply.
    """
    formed = (
        cell.yield_fold * cell.node("escrt") * cell.node("sphingolipid")
    ) * cell.formation
    fusion = cell.fusion * cell.node("rab") * cell.node("calcium")
    digestion = cell.digestion * cell.node("lysosome")
    in_bodies = formed / (fusion + digestion)
    fused = fusion * in_bodies
    free = cell.free_share * fused
    budded = cell.yield_fold * cell.node("calcium") * cell.microvesicles
    return SteadyCell(
        in_bodies=in_bodies,
        formed=formed,
        digested=digestion * in_bodies,
        held=fused - free,
        exosomes=free,
        microvesicles=budded,
        apoptotic=cell.bodies_per_dead_cell * cell.death,
        fusions=fused / cell.vesicles_per_body,
        marker_release=cell.free_share * fusion,
    )


def reachable(node: str, left: FloatArray, secretory_share: FloatArray) -> FloatArray:
    """Give the share of exosome release that a node can leave, at most all bodies.

    A stimulus of fusion can't bring out more than there is: with a secretory share f
    release rises at most 1/f times. Nodes of formation have no such limit.

    Parameters
    ----------
    node
        ``escrt``, ``sphingolipid``, ``rab`` or ``lysosome``.
    left : ndarray, shape (n,)
        Measured share of release left [1]; above 1 for a rise.
    secretory_share : ndarray, shape (n,)
        Share of bodies that reach the membrane untouched [1].

    Returns
    -------
    ndarray, shape (n,)
    """
    if node not in _FATE:
        return left
    return np.minimum(left, np.maximum(MOST_FUSED / secretory_share, 1.0))


def node_activity(
    node: str, left: FloatArray, secretory_share: FloatArray
) -> FloatArray:
    """Give the activity of a node by which the model alone repeats a finding.

    With R the share of exosome release left and f the secretory share:
    ``x = R`` where bodies form, ``x = R (1 - f) / (1 - R f)`` where they fuse, and its
    inverse where lysosomes digest them. R is what :func:`reachable` gives.

    Examples
    --------
    >>> half, share = np.array([0.5]), np.array([0.2])
    >>> float(node_activity("rab", half, share)[0].round(4))
    0.4444
    """
    if node not in _FATE:
        return left
    fused = left * (1.0 - secretory_share) / (1.0 - left * secretory_share)
    return fused if node == "rab" else 1.0 / fused


def change_exosomes(
    total: FloatArray, exosome_share: FloatArray, left: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Change the exosomes of a secretion and leave its microvesicles alone.

    Parameters
    ----------
    total : ndarray, shape (n,)
        Small vesicles, any rate.
    exosome_share : ndarray, shape (n,)
        Share of them that are exosomes [1].
    left : ndarray, shape (n,)
        Share of the exosomes left [1].

    Returns
    -------
    tuple of ndarray
        The new total, which falls by less, and the new share.

    Examples
    --------
    >>> change_exosomes(np.array([100.0]), np.array([0.25]), np.array([0.0]))
    (array([75.]), array([0.]))
    """
    kept = 1.0 - exosome_share + exosome_share * left
    return total * kept, exosome_share * left / kept


def gross_over_net(loss: FloatArray, window_h: FloatArray) -> FloatArray:
    """Give released over found vesicles when a window's harvest is counted.

    The anchor counts what a harvest finds, so losses in the medium (rate k, first
    order, constant cells) are in it already: ``k T / (1 - exp(-k T))``.

    Parameters
    ----------
    loss : ndarray, shape (n,)
        Rate at which particles are lost from the medium [1/h].
    window_h : ndarray, shape (n,)
        Time between fresh medium and harvest [h].
    """
    turns = loss * window_h
    return np.where(turns > 1e-9, turns / -np.expm1(-np.maximum(turns, 1e-9)), 1.0)
