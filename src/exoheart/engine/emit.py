"""Graph nodes as straight-line vector code.

In: nodes and where their leaves lie in memory. Out: lines of LLVM text
(:mod:`exoheart.engine.vector`), each node written once, products and sums joined into
fused multiply-adds.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from exoheart.engine.differentiate import is_nonnegative
from exoheart.engine.graph import LOGICAL, Graph, Node
from exoheart.engine.vector import PLAIN, Lines

#: Functions left to the C library, lane by lane; the shipped models use none of them.
LIBRARY: Mapping[str, str] = {
    name: name
    for name in (
        *("sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh"),
        *("asinh", "acosh", "atanh"),
    )
}
_INTRINSIC = {"sqrt": "sqrt", "abs": "fabs", "floor": "floor", "ceil": "ceil"}


class Emitter:
    """Writes graph nodes into a function, each once.

    Parameters
    ----------
    graph
        Where the nodes live.
    lines
        Where to write.
    places
        For nodes that lie in memory: the pointer and the index there.
    """

    def __init__(
        self, graph: Graph, lines: Lines, places: Mapping[Node, tuple[str, int]]
    ) -> None:
        self._graph, self._lines, self._places = graph, lines, places
        self._names: dict[Node, str] = {}
        self._log2: dict[Node, str] = {}
        self._uses: Counter[Node] = Counter()

    def write(self, nodes: Iterable[Node]) -> list[str]:
        """Write nodes and what they rest on; give their names."""
        return list(self.each(nodes))

    def each(self, nodes: Iterable[Node]) -> Iterator[str]:
        """Write nodes one after another, so that each can be stored at once."""
        nodes = list(nodes)
        self.expect(nodes)
        for node in nodes:
            yield self.name(node)

    def expect(self, nodes: Iterable[Node]) -> None:
        """Note that nodes will be asked for by :meth:`name`, in whatever order."""
        nodes = list(nodes)
        self._uses.update(nodes)
        self._count_uses(nodes)

    def _count_uses(self, nodes: list[Node]) -> None:
        for node in needed_above(self._graph, nodes, self._places):
            if node not in self._places and node not in self._graph.values:
                self._uses.update(
                    a for a in self._arguments(node) if a not in self._graph.values
                )

    def _arguments(self, node: Node) -> tuple[int, ...]:
        return self._graph.arguments[node]

    def name(self, node: Node) -> str:
        """Write a node, depth first without recursion, and give its name."""
        waiting = [node]
        while waiting:
            top = waiting[-1]
            if top in self._names:
                waiting.pop()
                continue
            missing = [a for a in self._wanted(top) if a not in self._names]
            if missing:
                waiting.extend(reversed(missing))
                continue
            self._names[top] = self._write(top)
            waiting.pop()
        return self._names[node]

    def _wanted(self, node: Node) -> tuple[int, ...]:
        """Give the nodes that must be written before one."""
        if node in self._places or node in self._graph.values:
            return ()
        wanted: list[int] = []
        for argument in self._arguments(node):
            fused = self._graph.operations[node] in {"add", "sub"} and (
                argument == self._product_in(node)
            )
            wanted.extend(self._arguments(argument) if fused else [argument])
        return tuple(wanted)

    def _product_in(self, node: Node) -> Node | None:
        """Give the argument of a sum that is a product nobody else uses."""
        if self._graph.operations[node] not in {"add", "sub"}:
            return None
        a, b = self._arguments(node)
        if a == b:
            return None
        for argument in (b, a):
            if (
                self._graph.operations[argument] == "mul"
                and self._uses[argument] == 1
                and argument not in self._places
            ):
                return argument
        return None

    def _write(self, node: Node) -> str:
        graph, lines = self._graph, self._lines
        if node in graph.values:
            return lines.number(graph.values[node])
        if node in self._places:
            return lines.load(*self._places[node])
        operation = graph.operations[node]
        product = self._product_in(node)
        if product is not None:
            return self._fused(node, product)
        arguments = [self._names[a] for a in self._arguments(node)]
        if operation in LOGICAL:
            return self._logical(node, operation, arguments)
        if operation == "select":
            return lines.choose(self._truth(self._arguments(node)[0]), *arguments[1:])
        return self._function(node, operation, arguments)

    def _fused(self, node: Node, product: Node) -> str:
        a, b = self._arguments(node)
        x, y = (self._names[k] for k in self._arguments(product))
        other = self._names[b if product == a else a]
        if self._graph.operations[node] == "add":
            return self._lines.fma(x, y, other)
        if product == a:
            return self._lines.fma(x, y, self._lines.negative(other))
        return self._lines.fma(self._lines.negative(x), y, other)

    def _function(self, node: Node, operation: str, arguments: list[str]) -> str:
        lines = self._lines
        if operation in PLAIN:
            return lines.plain(operation, arguments[0], arguments[1])
        if operation == "neg":
            return lines.negative(arguments[0])
        if operation in _INTRINSIC:
            return lines.call(_INTRINSIC[operation], *arguments)
        if operation in {"max", "min"}:
            how = "ogt" if operation == "max" else "olt"
            a, b = arguments
            return lines.choose(lines.compare(how, a, b), a, b)
        return self._exponential(node, operation, arguments)

    def _exponential(self, node: Node, operation: str, arguments: list[str]) -> str:
        lines = self._lines
        if operation == "pow":
            return self._power(node, arguments)
        if operation == "exp":
            scale = lines.number(1.0 / math.log(2.0))
            return lines.exp2(lines.plain("mul", arguments[0], scale))
        if operation == "log":
            return self._logarithm(self._arguments(node)[0], arguments[0])
        return self._by_library(LIBRARY[operation], arguments)

    def _power(self, node: Node, arguments: list[str]) -> str:
        base = self._arguments(node)[0]
        if not is_nonnegative(self._graph, base):
            return self._by_library("pow", arguments)
        known = self._log2.get(base)
        if known is None:
            known = self._log2[base] = self._lines.log2(arguments[0])
        return self._lines.exp2(self._lines.plain("mul", arguments[1], known))

    def _logarithm(self, base: Node, name: str) -> str:
        lines = self._lines
        known = self._log2.get(base)
        if known is None:
            known = self._log2[base] = lines.log2(name)
        result = lines.plain("mul", known, lines.number(math.log(2.0)))
        if is_nonnegative(self._graph, base):
            return result
        bad = lines.compare("olt", name, lines.number(0.0))
        return lines.choose(bad, lines.number(math.nan), result)

    def _by_library(self, name: str, arguments: list[str]) -> str:
        """Call the C library once a lane."""
        lines = self._lines
        result = "undef"
        for lane in range(lines.width):
            scalars = [
                lines.new(f"extractelement {lines.vector} {a}, i32 {lane}")
                for a in arguments
            ]
            typed = ", ".join(f"double {s}" for s in scalars)
            one = lines.new(f"call double @{name}({typed})")
            result = lines.new(
                f"insertelement {lines.vector} {result}, double {one}, i32 {lane}"
            )
        return result

    def _logical(self, node: Node, operation: str, arguments: list[str]) -> str:
        lines = self._lines
        if operation in {"lt", "le", "eq"}:
            truth = lines.compare("o" + operation, *arguments)
        elif operation == "not":
            truth = lines.new(
                f"xor {lines.truth} {self._truth(self._arguments(node)[0])}, "
                "splat (i1 true)"
            )
        else:
            a, b = (self._truth(k) for k in self._arguments(node))
            truth = lines.new(f"{operation} {lines.truth} {a}, {b}")
        return lines.choose(truth, lines.number(1.0), lines.number(0.0))

    def _truth(self, node: Node) -> str:
        """Give a node's truth: whether its number isn't 0."""
        lines = self._lines
        return lines.compare("une", self._names[node], lines.number(0.0))


def needed_above(
    graph: Graph, nodes: Iterable[Node], places: Mapping[Node, tuple[str, int]]
) -> list[Node]:
    """Give the nodes that some rest on, looking no deeper than those in memory."""
    found: set[Node] = set()
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        if node in found:
            continue
        found.add(node)
        if node not in places and node not in graph.values:
            waiting.extend(graph.arguments[node])
    return sorted(found)
