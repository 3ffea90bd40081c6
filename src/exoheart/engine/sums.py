"""Sums over members in a fixed binary tree: the same bits for any blocking and order.

Adding rounded numbers gives other bits in another order. Here the order is fixed by a
member's index alone: 64 members make a leaf, leaves 2k and 2k + 1 a node, and so on. A
node is kept only until its neighbour is there, so that blocks that come nearly in order
need memory for a few nodes, however many members there are; blocks in wild order need
more, up to one node for each leaf.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from exoheart.engine.members import FloatArray
from exoheart.engine.reducers import LEAF, State

#: Statistics of some members by name, each of a shape of its own.
Node = dict[str, FloatArray]
Merge = Callable[[Node, Node], Node]
_NODES = "tree_nodes"  # level and index of each node of a saved tree
_FIELD = "tree_of_"  # before the name of a statistic


class FixedTree:
    """Statistics of leaves, merged always in the same order.

    Parameters
    ----------
    merge
        Gives the statistics of two neighbours, the one with lower members first, as
        new arrays.
    """

    def __init__(self, merge: Merge) -> None:
        self._merge = merge
        self._pending: dict[tuple[int, int], Node] = {}

    def add(self, leaf: int, node: Node) -> None:
        """Take the statistics of one leaf, once."""
        self._put(0, leaf, node)

    def merge(self, other: FixedTree) -> None:
        """Take the nodes of another tree, which has met other leaves."""
        for (level, index), node in other._pending.items():
            self._put(level, index, node)

    def total(self) -> Node | None:
        """Give the statistics of all members so far, None if there are none."""
        total = None
        for key in self._order():
            node = self._pending[key]
            total = node if total is None else self._merge(total, node)
        return total

    def state(self) -> State:
        """Give the nodes that wait for a neighbour, in the order of their members."""
        order = self._order()
        if not order:
            return {_NODES: np.zeros((0, 2), dtype=np.int64)}
        stacked = {
            _FIELD + name: np.stack([self._pending[key][name] for key in order])
            for name in self._pending[order[0]]
        }
        return {_NODES: np.array(order), **stacked}

    def restore(self, state: Mapping[str, npt.NDArray[Any]]) -> None:
        """Replace the nodes by saved ones; leaves other names in `state` alone."""
        fields = {
            name.removeprefix(_FIELD): array
            for name, array in state.items()
            if name.startswith(_FIELD)
        }
        self._pending = {
            (int(level), int(index)): {name: fields[name][k].copy() for name in fields}
            for k, (level, index) in enumerate(state[_NODES])
        }

    def _put(self, level: int, index: int, node: Node) -> None:
        while (neighbour := self._pending.pop((level, index ^ 1), None)) is not None:
            left, right = (neighbour, node) if index % 2 else (node, neighbour)
            node, level, index = self._merge(left, right), level + 1, index // 2
        self._pending[level, index] = node

    def _order(self) -> list[tuple[int, int]]:
        return sorted(self._pending, key=lambda key: key[1] << key[0])


def halved_sum(terms: FloatArray) -> FloatArray:
    """Sum the members of a leaf, shape (64, ...), by adding one half to the other."""
    while len(terms) > 1:
        half = len(terms) // 2
        terms = terms[:half] + terms[half:]
    return terms.reshape(terms.shape[1:])


def leaf_of(values: FloatArray, start: int) -> FloatArray:
    """Give the leaf that starts at row `start`, filled up with NaN to 64 members."""
    leaf = values[start : start + LEAF]
    if len(leaf) == LEAF:
        return leaf
    full = np.full((LEAF, *values.shape[1:]), np.nan)
    full[: len(leaf)] = leaf
    return full


def spread(values: FloatArray) -> Node:
    """Give count, mean, sum of squares about the mean, and extremes of a leaf.

    Parameters
    ----------
    values : ndarray, shape (64, ...)
        Values that aren't finite are left out.

    Returns
    -------
    dict
        ``count, mean, squares, low, high``, each of the shape of one member's values;
        where nothing is finite the mean is 0 and the extremes are infinite.
    """
    given = np.isfinite(values)
    whole = bool(given.all())
    solid = values if whole else np.where(given, values, 0.0)
    count = given.sum(axis=0).astype(np.float64)
    mean = halved_sum(solid) / np.maximum(count, 1.0)
    off = solid - mean
    if not whole:
        off[~given] = 0.0
    return {
        "count": count,
        "mean": mean,
        "squares": halved_sum(off * off),
        "low": (values if whole else np.where(given, values, np.inf)).min(axis=0),
        "high": (values if whole else np.where(given, values, -np.inf)).max(axis=0),
    }


def merge_spread(left: Node, right: Node) -> Node:
    """Give the spread of two groups of members together.

    References
    ----------
    T.F. Chan, G.H. Golub, R.J. LeVeque, Am. Stat. 37 (1983) 242,
    doi:10.1080/00031305.1983.10483115.
    """
    count = left["count"] + right["count"]
    share = right["count"] / np.maximum(count, 1.0)
    apart = right["mean"] - left["mean"]
    return {
        "count": count,
        "mean": left["mean"] + apart * share,
        "squares": left["squares"]
        + right["squares"]
        + apart * apart * (left["count"] * share),
        "low": np.minimum(left["low"], right["low"]),
        "high": np.maximum(left["high"], right["high"]),
    }
