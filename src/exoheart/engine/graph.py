"""The operation graph: every formula of a model as shared nodes.

In: formulas, built up operation by operation. Out: nodes that are numbers into one
list, each operation standing once however often the model text repeats it. Constants
are folded as nodes are made. Read next: :mod:`exoheart.engine.sbml` (fills a graph),
:mod:`exoheart.engine.differentiate` (adds the Jacobian to it),
:mod:`exoheart.engine.kernels` (turns it into machine code).

Truth values are nodes too, 0 or 1; only ``select`` and logical operations take them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from exoheart.errors import ModelError

Node = int
FloatArray = npt.NDArray[np.float64]

#: Functions of one number that the graph knows, with their meaning in NumPy.
UNARY: Mapping[str, Callable[..., FloatArray]] = MappingProxyType(
    {
        "neg": np.negative,
        "exp": np.exp,
        "log": np.log,
        "sqrt": np.sqrt,
        "abs": np.abs,
        "floor": np.floor,
        "ceil": np.ceil,
        "sin": np.sin,
        "cos": np.cos,
        "tan": np.tan,
        "asin": np.arcsin,
        "acos": np.arccos,
        "atan": np.arctan,
        "sinh": np.sinh,
        "cosh": np.cosh,
        "tanh": np.tanh,
        "asinh": np.arcsinh,
        "acosh": np.arccosh,
        "atanh": np.arctanh,
        "not": np.logical_not,
    }
)
#: Operations of two numbers, with their meaning in NumPy.
BINARY: Mapping[str, Callable[..., FloatArray]] = MappingProxyType(
    {
        "add": np.add,
        "sub": np.subtract,
        "mul": np.multiply,
        "div": np.divide,
        "pow": np.power,
        "max": np.fmax,
        "min": np.fmin,
        "lt": np.less,
        "le": np.less_equal,
        "eq": np.equal,
        "and": np.logical_and,
        "or": np.logical_or,
        "xor": np.logical_xor,
    }
)
#: Nodes whose value is a truth value.
LOGICAL = frozenset({"lt", "le", "eq", "and", "or", "xor", "not"})
_COMMUTATIVE = frozenset({"add", "mul", "max", "min", "eq", "and", "or", "xor"})
#: Leaves: a number, a state, a parameter, a constant inflow into a state, the time.
LEAVES = frozenset({"number", "state", "parameter", "inflow", "time"})


class Graph:
    """Operations on states, parameters and numbers, each kept once.

    A node's arguments always have smaller numbers than the node, so that the order of
    the list is an order to compute in.

    Attributes
    ----------
    operations : list of str
        One of :data:`LEAVES`, :data:`UNARY`, :data:`BINARY` or ``select`` per node.
    arguments : list of tuple of int
        Nodes that the operation takes; the index of a state, parameter or inflow.
    values : dict of int to float
        Of the nodes that are numbers.
    fixed : list of bool
        Whether a node rests on parameters and numbers alone, so that it keeps its value
        while a member is solved.

    Examples
    --------
    >>> graph = Graph()
    >>> x = graph.state(0)
    >>> graph.mul(x, graph.number(1.0)) == x
    True
    """

    def __init__(self) -> None:
        self.operations: list[str] = []
        self.arguments: list[tuple[int, ...]] = []
        self.values: dict[Node, float] = {}
        self.fixed: list[bool] = []
        self._known: dict[tuple[str, tuple[int, ...] | str], Node] = {}

    def __len__(self) -> int:
        return len(self.operations)

    def _node(self, operation: str, arguments: tuple[int, ...]) -> Node:
        key = (operation, arguments)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = len(self.operations)
            self.operations.append(operation)
            self.arguments.append(arguments)
            self.fixed.append(self._is_fixed(operation, arguments))
        return found

    def _is_fixed(self, operation: str, arguments: tuple[int, ...]) -> bool:
        if operation in LEAVES:
            return operation == "parameter"
        return all(self.fixed[a] for a in arguments)

    def number(self, value: float) -> Node:
        """Give the node of a constant."""
        key = ("number", float(value).hex())
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = len(self.operations)
            self.operations.append("number")
            self.arguments.append(())
            self.fixed.append(True)
            self.values[found] = float(value)
        return found

    def state(self, index: int) -> Node:
        """Give the node of a state."""
        return self._node("state", (index,))

    def parameter(self, index: int) -> Node:
        """Give the node of a parameter."""
        return self._node("parameter", (index,))

    def inflow(self, index: int) -> Node:
        """Give the node of the constant inflow into a state."""
        return self._node("inflow", (index,))

    def time(self) -> Node:
        """Give the node of the time [h]."""
        return self._node("time", ())

    def add(self, a: Node, b: Node) -> Node:
        """Give a + b."""
        if self._is(a, 0.0):
            return b
        if self._is(b, 0.0):
            return a
        if self.operations[b] == "neg":
            return self.sub(a, self.arguments[b][0])
        if self.operations[a] == "neg":
            return self.sub(b, self.arguments[a][0])
        return self._fold("add", a, b)

    def sub(self, a: Node, b: Node) -> Node:
        """Give a - b."""
        if self._is(b, 0.0):
            return a
        if a == b:
            return self.number(0.0)
        if self._is(a, 0.0):
            return self.neg(b)
        if self.operations[b] == "neg":
            return self.add(a, self.arguments[b][0])
        return self._fold("sub", a, b)

    def mul(self, a: Node, b: Node) -> Node:
        """Give a * b; fixed factors are drawn together."""
        for one, other in ((a, b), (b, a)):
            if self._is(one, 0.0):
                return one
            if self._is(one, 1.0):
                return other
            if self._is(one, -1.0):
                return self.neg(other)
            if self.operations[one] == "neg":
                return self.neg(self.mul(self.arguments[one][0], other))
        for one, other in ((a, b), (b, a)):
            if self.fixed[one] and self.operations[other] == "mul":
                first, second = self.arguments[other]
                for factor, rest in ((first, second), (second, first)):
                    if self.fixed[factor] and not self.fixed[rest]:
                        return self._fold("mul", self.mul(one, factor), rest)
        return self._fold("mul", a, b)

    def div(self, a: Node, b: Node) -> Node:
        """Give a / b; what is fixed divides once, as a factor."""
        if self._is(b, 1.0) or (self._is(a, 0.0) and not self._is(b, 0.0)):
            return a
        if self.operations[a] == "neg":
            return self.neg(self.div(self.arguments[a][0], b))
        if self.fixed[b] and not self.fixed[a] and not self._is(b, 0.0):
            return self.mul(a, self.div(self.number(1.0), b))
        return self._fold("div", a, b)

    def neg(self, a: Node) -> Node:
        """Give -a."""
        if self.operations[a] == "neg":
            return self.arguments[a][0]
        if self.operations[a] == "sub":
            left, right = self.arguments[a]
            return self.sub(right, left)
        return self._fold("neg", a)

    def pow(self, a: Node, b: Node) -> Node:
        """Give a to the power b; small whole powers become products."""
        exponent = self.values.get(b)
        if exponent is None:
            return self._fold("pow", a, b)
        if exponent == 0.5:
            return self.unary("sqrt", a)
        if abs(exponent) <= 8 and exponent == int(exponent):
            return self._whole_power(a, int(exponent))
        return self._fold("pow", a, b)

    def unary(self, operation: str, a: Node) -> Node:
        """Give one of :data:`UNARY` of a node."""
        return self.neg(a) if operation == "neg" else self._fold(operation, a)

    def binary(self, operation: str, a: Node, b: Node) -> Node:
        """Give one of :data:`BINARY` of two nodes."""
        own = getattr(self, operation, None)
        if operation in {"add", "sub", "mul", "div", "pow"} and own is not None:
            return int(own(a, b))
        if operation in {"max", "min"} and a == b:
            return a
        return self._fold(operation, a, b)

    def select(self, condition: Node, then: Node, otherwise: Node) -> Node:
        """Give `then` where the condition holds, else `otherwise`."""
        known = self.values.get(condition)
        if known is not None:
            return then if known else otherwise
        if then == otherwise:
            return then
        return self._node("select", (condition, then, otherwise))

    def sum(self, terms: Iterable[Node]) -> Node:
        """Give the sum of nodes, added in the order given."""
        total = self.number(0.0)
        for term in terms:
            total = self.add(total, term)
        return total

    def is_zero(self, node: Node) -> bool:
        """Whether a node is the number 0."""
        return self._is(node, 0.0)

    def _is(self, node: Node, value: float) -> bool:
        return self.values.get(node) == value

    def _whole_power(self, a: Node, exponent: int) -> Node:
        if exponent < 0:
            return self.div(self.number(1.0), self._whole_power(a, -exponent))
        result, square = self.number(1.0), a
        while exponent:
            if exponent & 1:
                result = self.mul(result, square)
            exponent >>= 1
            if exponent:
                square = self.mul(square, square)
        return result

    def _fold(self, operation: str, *arguments: Node) -> Node:
        """Make a node, or a number where all arguments are numbers."""
        if all(a in self.values for a in arguments):
            known = [self.values[a] for a in arguments]
            with np.errstate(all="ignore"):
                return self.number(float(_meaning(operation)(*map(np.float64, known))))
        if operation in _COMMUTATIVE:
            arguments = tuple(sorted(arguments))
        return self._node(operation, arguments)


def _meaning(operation: str) -> Callable[..., FloatArray]:
    return UNARY.get(operation) or BINARY[operation]


def needed(graph: Graph, nodes: Iterable[Node]) -> list[Node]:
    """Give every node that some nodes rest on, themselves included, in order."""
    found: set[Node] = set()
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        if node in found:
            continue
        found.add(node)
        if graph.operations[node] not in LEAVES:
            waiting.extend(graph.arguments[node])
    return sorted(found)


def evaluate(
    graph: Graph,
    nodes: Sequence[Node],
    leaves: Callable[[str, int], FloatArray | float],
) -> list[FloatArray]:
    """Compute nodes by NumPy: the plain meaning that machine code is compared with.

    Parameters
    ----------
    graph
        Where the nodes live.
    nodes
        What is asked for.
    leaves
        Called with (``state`` | ``parameter`` | ``inflow`` | ``time``, index) and gives
        a number or an array; all arrays of one shape.

    Returns
    -------
    list of ndarray
        In the order of `nodes`.
    """
    known: dict[Node, FloatArray] = {}
    with np.errstate(all="ignore"):
        for node in needed(graph, nodes):
            operation, arguments = graph.operations[node], graph.arguments[node]
            if operation == "number":
                known[node] = np.asarray(graph.values[node])
            elif operation in LEAVES:
                index = arguments[0] if arguments else 0
                known[node] = np.asarray(leaves(operation, index), dtype=float)
            elif operation == "select":
                condition, then, otherwise = (known[a] for a in arguments)
                known[node] = np.where(condition != 0, then, otherwise)
            else:
                result = _meaning(operation)(*(known[a] for a in arguments))
                known[node] = np.asarray(result, dtype=float)
    return [known[node] for node in nodes]


def require_finite_numbers(graph: Graph, nodes: Iterable[Node]) -> None:
    """Refuse formulas whose constants came out as no number.

    Raises
    ------
    ModelError
        A constant is infinite or not a number.
    """
    bad = [
        graph.values[n]
        for n in needed(graph, nodes)
        if n in graph.values and not math.isfinite(graph.values[n])
    ]
    if bad:
        raise ModelError(
            f"a constant of the model comes out as {bad[0]}; allowed: finite numbers; "
            "mend the formula that divides by zero or overflows"
        )
