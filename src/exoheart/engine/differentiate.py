"""The analytic Jacobian, by sparse forward differentiation on the operation graph.

Each node carries its non-zero derivatives only, so that the work follows the true
couplings of the model. Derivatives are nodes of the same graph and share whatever the
rates have already computed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from exoheart.engine.graph import LEAVES, LOGICAL, Graph, Node, needed
from exoheart.errors import ModelError

Row = dict[int, Node]
#: Base below which the derivative of a power or root is taken at this value instead:
#: with an exponent under one it is infinite at zero, and the equations of a step have
#: no solution. A thousandth of the absolute tolerance of a state of scale one.
POWER_FLOOR = 1e-12


def jacobian(
    graph: Graph, rates: Sequence[Node], clock: int | None = None
) -> dict[tuple[int, int], Node]:
    """Add the derivatives of rates by states to a graph.

    Parameters
    ----------
    graph
        Gains the derivatives' nodes.
    rates
        Nodes to differentiate, one a row.
    clock
        Column of the derivative by time; None to leave time out.

    Returns
    -------
    dict
        Node by (row, column); entries that are zero by structure are absent.

    Raises
    ------
    ModelError
        A rate holds an operation without a derivative.
    """
    rows: dict[Node, Row] = {}
    for node in needed(graph, rates):
        row = _derivatives(graph, node, rows, clock)
        if row:
            rows[node] = row
    return {
        (number, column): entry
        for number, rate in enumerate(rates)
        for column, entry in sorted(rows.get(rate, {}).items())
        if not graph.is_zero(entry)
    }


def _derivatives(
    graph: Graph, node: Node, rows: dict[Node, Row], clock: int | None
) -> Row:
    operation, arguments = graph.operations[node], graph.arguments[node]
    if operation == "state":
        return {arguments[0]: graph.number(1.0)}
    if operation == "time":
        return {} if clock is None else {clock: graph.number(1.0)}
    still = operation in LOGICAL or operation in LEAVES
    moving = [] if still else [rows.get(argument, {}) for argument in arguments]
    if not any(moving):
        return {}
    if operation in {"max", "min"}:
        return _of_extreme(graph, node, moving)
    if operation == "select":
        return _by_column(
            moving[1:], graph, lambda a, b: graph.select(arguments[0], a, b)
        )
    factors = _partials(graph, node)
    terms = [
        {column: graph.mul(factor, entry) for column, entry in row.items()}
        for factor, row in zip(factors, moving, strict=True)
        if factor is not None
    ]
    return terms[0] if len(terms) == 1 else _by_column(terms, graph, graph.add)


def _by_column(
    terms: Sequence[Row], graph: Graph, join: Callable[[Node, Node], Node]
) -> Row:
    zero = graph.number(0.0)
    first, second = terms
    columns = sorted({*first, *second})
    return {c: join(first.get(c, zero), second.get(c, zero)) for c in columns}


def _of_extreme(graph: Graph, node: Node, moving: Sequence[Row]) -> Row:
    a, b = graph.arguments[node]
    lower, upper = (b, a) if graph.operations[node] == "max" else (a, b)
    first = graph.binary("lt", lower, upper)
    return _by_column(moving, graph, lambda x, y: graph.select(first, x, y))


def _partials(graph: Graph, node: Node) -> list[Node | None]:
    """Give the derivative of an operation by each of its arguments; None for zero."""
    operation, arguments = graph.operations[node], graph.arguments[node]
    one = graph.number(1.0)
    if operation == "add":
        return [one, one]
    if operation == "sub":
        return [one, graph.number(-1.0)]
    if operation == "mul":
        return [arguments[1], arguments[0]]
    if operation == "div":
        inverse = graph.div(one, arguments[1])
        return [inverse, graph.neg(graph.mul(node, inverse))]
    if operation == "pow":
        return _of_power(graph, node)
    rule = _UNARY.get(operation)
    if rule is None:
        raise ModelError(
            f"the model differentiates {operation!r}, which has no rule; allowed: "
            f"{', '.join(sorted(_UNARY))}"
        )
    return [rule(graph, arguments[0], node)]


def _of_power(graph: Graph, node: Node) -> list[Node | None]:
    base, exponent = graph.arguments[node]
    floor = graph.number(POWER_FLOOR)
    # a base that may be negative keeps its sign: floored in size only
    low = graph.binary("lt", graph.unary("abs", base), floor)
    firm = graph.select(low, floor, base)
    if is_nonnegative(graph, base):
        firm = graph.binary("max", base, floor)
    by_base = graph.div(graph.mul(exponent, node), firm)
    if exponent in graph.values:
        return [by_base, None]
    positive = graph.binary("max", base, floor)
    return [by_base, graph.mul(node, graph.unary("log", positive))]


def is_nonnegative(graph: Graph, node: Node) -> bool:
    """Whether a node can't be below zero, by its structure."""
    if node in graph.values:
        return graph.values[node] >= 0.0
    operation, arguments = graph.operations[node], graph.arguments[node]
    if operation in {"abs", "exp", "sqrt"}:
        return True
    if operation == "max":
        return any(is_nonnegative(graph, a) for a in arguments)
    if operation in {"min", "add", "mul", "div"}:
        return all(is_nonnegative(graph, a) for a in arguments)
    return operation == "pow" and is_nonnegative(graph, arguments[0])


_Rule = Callable[[Graph, Node, Node], Node]


def _inverse(graph: Graph, node: Node) -> Node:
    return graph.div(graph.number(1.0), node)


def _square(graph: Graph, node: Node) -> Node:
    return graph.mul(node, node)


def _of_abs(graph: Graph, x: Node, _node: Node) -> Node:
    zero, one = graph.number(0.0), graph.number(1.0)
    negative = graph.binary("lt", x, zero)
    return graph.select(negative, graph.number(-1.0), one)


def _root_of(graph: Graph, left: Node, right: Node) -> Node:
    return _over_root(graph, graph.unary("sqrt", graph.sub(left, right)))


def _over_root(graph: Graph, root: Node) -> Node:
    """Give one over a root, no nearer to zero than that of :data:`POWER_FLOOR`."""
    floor = graph.number(math.sqrt(POWER_FLOOR))
    return _inverse(graph, graph.binary("max", root, floor))


_UNARY: dict[str, _Rule] = {
    "neg": lambda g, _x, _node: g.number(-1.0),
    "exp": lambda _g, _x, node: node,
    "log": lambda g, x, _node: _inverse(g, x),
    "sqrt": lambda g, _x, node: g.mul(g.number(0.5), _over_root(g, node)),
    "abs": _of_abs,
    "floor": lambda g, _x, _node: g.number(0.0),
    "ceil": lambda g, _x, _node: g.number(0.0),
    "sin": lambda g, x, _node: g.unary("cos", x),
    "cos": lambda g, x, _node: g.neg(g.unary("sin", x)),
    "tan": lambda g, _x, node: g.add(g.number(1.0), _square(g, node)),
    "asin": lambda g, x, _node: _root_of(g, g.number(1.0), _square(g, x)),
    "acos": lambda g, x, _node: g.neg(_root_of(g, g.number(1.0), _square(g, x))),
    "atan": lambda g, x, _node: _inverse(g, g.add(g.number(1.0), _square(g, x))),
    "sinh": lambda g, x, _node: g.unary("cosh", x),
    "cosh": lambda g, x, _node: g.unary("sinh", x),
    "tanh": lambda g, _x, node: g.sub(g.number(1.0), _square(g, node)),
    "asinh": lambda g, x, _node: _root_of(g, _square(g, x), g.number(-1.0)),
    "acosh": lambda g, x, _node: _root_of(g, _square(g, x), g.number(1.0)),
    "atanh": lambda g, x, _node: _inverse(g, g.sub(g.number(1.0), _square(g, x))),
}
