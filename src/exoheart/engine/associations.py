"""How strongly outputs go with parameters over all members: correlation and slopes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from exoheart.engine.members import Block, FloatArray
from exoheart.engine.reducers import LEAF, Output, State, Tally, check_alike, chosen
from exoheart.engine.sums import FixedTree, Node, leaf_of, merge_spread, spread
from exoheart.errors import InputError


@dataclass(frozen=True, slots=True)
class Column:
    """A parameter to be set beside outputs.

    Parameters
    ----------
    name
        Id of the parameter, for messages and tables.
    index
        Its column in ``Block.parameters`` (:meth:`Model.index`).
    logarithm
        Use the natural logarithm of its value.
    """

    name: str
    index: int
    logarithm: bool = False


class Associations:
    """Correlation and slopes between parameters and outputs, one parameter at a time.

    Only members with every chosen output finite take part; members that failed are
    counted in `tally`, the others left out in `missing`. Costs about one multiplication
    for each pair of parameter and output and each member. Parameters that vary together
    aren't told apart.

    Parameters
    ----------
    columns
        The parameters.
    outputs
        The outputs: pairs of sample and observable.

    Raises
    ------
    InputError
        There are no parameters or no outputs.
    """

    def __init__(self, columns: Sequence[Column], outputs: Sequence[Output]) -> None:
        if not columns or not outputs:
            raise InputError(
                f"met {len(columns)} parameters and {len(outputs)} outputs; allowed: "
                "one or more of each; name what to set beside what"
            )
        self.columns = tuple(columns)
        self.outputs = tuple((int(s), int(o)) for s, o in outputs)
        self.tally = Tally()
        self.missing = np.zeros(len(self.outputs), dtype=np.int64)
        self._tree = FixedTree(self._merged)

    @property
    def description(self) -> str:
        """Kind and settings as a text."""
        columns = ", ".join(
            f"{'log ' if c.logarithm else ''}{c.name} [{c.index}]" for c in self.columns
        )
        return f"Associations(columns=({columns}), outputs={self.outputs})"

    def add(self, first: int, block: Block, values: FloatArray) -> None:
        """Take a block.

        Raises
        ------
        InputError
            A chosen output isn't there, a parameter has no logarithm or isn't a finite
            number, the block cuts a leaf, or it came before.
        """
        outputs = chosen(values, self.outputs)
        used = np.logical_and.reduce(np.isfinite(outputs), axis=1)
        parameters = self._parameters(first, block, used)
        failed = self.tally.add(first, values)
        self.missing += np.sum(~np.isfinite(outputs[~failed]), axis=0)
        joined = np.concatenate([parameters, outputs], axis=1)
        joined[~used] = np.nan
        for start in range(0, len(values), LEAF):
            leaf = leaf_of(joined, start)
            self._tree.add((first + start) // LEAF, self._node(leaf))

    def merge(self, other: Associations) -> None:
        """Take the sums of another one.

        Raises
        ------
        InputError
            It has other settings, or has met some of the same members.
        """
        check_alike(self, other)
        self.tally.merge(other.tally)
        self.missing += other.missing
        self._tree.merge(other._tree)

    def state(self) -> State:
        """Give the tally and the nodes of the tree."""
        missing = {"missing": self.missing.copy()}
        return {**self.tally.state(), **missing, **self._tree.state()}

    def restore(self, state: Mapping[str, npt.NDArray[Any]]) -> None:
        """Replace what it holds by a saved state."""
        self.tally.restore(state)
        self.missing = state["missing"].copy()
        self._tree.restore(state)

    @property
    def used(self) -> int:
        """Members that took part."""
        total = self._tree.total()
        return 0 if total is None else int(total["count"][0])

    @property
    def correlation(self) -> FloatArray:
        """Pearson's correlation, shape (parameter, output).

        With one parameter at a time it is also the slope with both sides in standard
        deviations. NaN where either side doesn't vary.
        """
        x, y, products = self._parts()
        return products / np.sqrt(_column(x) * y)

    @property
    def slope(self) -> FloatArray:
        """Change of the output for a unit of the parameter, shape (parameter, output).

        For a parameter with a logarithm: for a factor of e.
        """
        x, _, products = self._parts()
        return products / _column(x)

    @property
    def slope_per_deviation(self) -> FloatArray:
        """Change of the output for one standard deviation of the parameter.

        Shape (parameter, output), in the output's unit.
        """
        x, _, products = self._parts()
        below = self.used - 1 if self.used > 1 else np.nan
        return products / np.sqrt(_column(x) * below)

    def _parameters(
        self, first: int, block: Block, used: npt.NDArray[np.bool_]
    ) -> FloatArray:
        """Give the parameters or their logarithms, shape (count, parameter)."""
        taken = block.parameters.take([c.index for c in self.columns], axis=1)
        logged = np.array([c.logarithm for c in self.columns])
        wrong = ~np.isfinite(taken) | (logged & (taken <= 0.0))
        wrong[~used] = False
        if wrong.any():
            member, column = np.argwhere(wrong)[0]
            name, logarithm = self.columns[column].name, logged[column]
            raise InputError(
                f"met {name} = {taken[member, column]} in member {first + member}; "
                f"allowed: finite numbers{' above zero' if logarithm else ''}; "
                f"{'use it without its logarithm' if logarithm else 'mend its draw'}"
            )
        with np.errstate(divide="ignore", invalid="ignore"):  # of members left out
            taken[:, logged] = np.log(np.ascontiguousarray(taken[:, logged]))
        return taken

    def _node(self, leaf: FloatArray) -> Node:
        """Give the spread of parameters and outputs, and the products of both."""
        node = spread(leaf)
        off = leaf[np.isfinite(leaf[:, 0])] - node["mean"]
        split = len(self.columns)
        products = np.zeros((split, len(self.outputs)))
        term = np.empty_like(products)
        for member in off:  # one after the other: a matrix product has no fixed order
            products += np.multiply(member[:split, None], member[split:], out=term)
        return {**node, "products": products}

    def _merged(self, left: Node, right: Node) -> Node:
        node = merge_spread(left, right)
        split = len(self.columns)
        apart = right["mean"] - left["mean"]
        share = left["count"] * (right["count"] / np.maximum(node["count"], 1.0))
        between = apart[:split, None] * (apart * share)[split:]
        return {**node, "products": left["products"] + right["products"] + between}

    def _parts(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Give squares of parameters, of outputs, and products; NaN if constant."""
        total = self._tree.total()
        split = len(self.columns)
        if total is None:
            nothing = np.full((split, len(self.outputs)), np.nan)
            return nothing[:, 0], nothing[0], nothing
        varies = total["low"] < total["high"]
        squares = np.where(varies, total["squares"], np.nan)
        return squares[:split], squares[split:], total["products"]


def _column(values: FloatArray) -> FloatArray:
    return values[:, None]
