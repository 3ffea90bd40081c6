"""What each operation of MathML means on the operation graph.

In: a graph and the nodes that an operation takes. Out: the node of its result. Used by
:mod:`exoheart.engine.sbml_math` alone, which reads and works out whole formulas.

Truth values and numbers may stand for one another in SBML; the graph keeps them apart,
so every operation here first turns what it takes into what it needs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType

from exoheart.engine.graph import LOGICAL, Graph, Node

Operation = Callable[[Graph, Sequence[Node]], Node]
_Pair = Callable[[Graph, Node, Node], Node]


# ----------------------------------------------------------------------------- truth


def quantity(graph: Graph, a: Node) -> Node:
    """Give 1 and 0 for true and false; a number as it is."""
    if graph.operations[a] in LOGICAL:
        return graph.select(a, graph.number(1.0), graph.number(0.0))
    return a


def _truth(graph: Graph, a: Node) -> Node:
    """Give whether a number isn't 0; a truth value as it is."""
    if graph.operations[a] in LOGICAL:
        return a
    known = graph.values.get(a)
    if known is not None:
        return graph.number(float(known != 0.0))
    return graph.unary("not", graph.binary("eq", a, graph.number(0.0)))


def _both(graph: Graph, a: Node, b: Node) -> Node:
    for one, other in ((a, b), (b, a)):
        if one in graph.values:
            return other if graph.values[one] else one
    return graph.binary("and", a, b)


def _either(graph: Graph, a: Node, b: Node) -> Node:
    for one, other in ((a, b), (b, a)):
        if one in graph.values:
            return one if graph.values[one] else other
    return graph.binary("or", a, b)


def _differ(graph: Graph, a: Node, b: Node) -> Node:
    for one, other in ((a, b), (b, a)):
        if one in graph.values:
            return graph.unary("not", other) if graph.values[one] else other
    return graph.binary("xor", a, b)


def _logical(pair: _Pair, empty: float) -> Operation:
    def operation(graph: Graph, of: Sequence[Node]) -> Node:
        found = graph.number(empty)
        for one in of:
            found = pair(graph, found, _truth(graph, one))
        return found

    return operation


def _not(graph: Graph, of: Sequence[Node]) -> Node:
    return graph.unary("not", _truth(graph, of[0]))


def _implies(graph: Graph, of: Sequence[Node]) -> Node:
    return _either(graph, _not(graph, of), _truth(graph, of[1]))


def _piecewise(graph: Graph, of: Sequence[Node]) -> Node:
    whole = len(of) // 2
    odd = len(of) % 2
    found = quantity(graph, of[-1]) if odd else graph.number(math.nan)
    for k in reversed(range(whole)):
        value, condition = of[2 * k], of[2 * k + 1]
        found = graph.select(_truth(graph, condition), quantity(graph, value), found)
    return found


# ------------------------------------------------------------------------ arithmetic


def _of_numbers(operation: Operation) -> Operation:
    """Make an operation take truth values as 1 and 0."""

    def of_numbers(graph: Graph, of: Sequence[Node]) -> Node:
        return operation(graph, [quantity(graph, one) for one in of])

    return of_numbers


def _compare(operation: str, swapped: bool = False, negated: bool = False) -> Operation:
    def compare(graph: Graph, of: Sequence[Node]) -> Node:
        found = graph.number(1.0)
        for a, b in pairwise(of):
            pair = (b, a) if swapped else (a, b)
            one = graph.binary(operation, *pair)
            if negated:
                one = graph.unary("not", one)
            found = _both(graph, found, one)
        return found

    return _of_numbers(compare)


def _join(operation: str, empty: float) -> Operation:
    def join(graph: Graph, of: Sequence[Node]) -> Node:
        if not of:
            return graph.number(empty)
        found = of[0]
        for one in of[1:]:
            found = graph.binary(operation, found, one)
        return found

    return _of_numbers(join)


def _plain(operation: str) -> Operation:
    return _of_numbers(lambda graph, of: graph.unary(operation, of[0]))


def _one_over(graph: Graph, a: Node) -> Node:
    return graph.div(graph.number(1.0), a)


def _reciprocal(operation: str) -> Operation:
    return _of_numbers(lambda g, of: _one_over(g, g.unary(operation, of[0])))


def _of_reciprocal(operation: str) -> Operation:
    return _of_numbers(lambda g, of: g.unary(operation, _one_over(g, of[0])))


def _minus(graph: Graph, of: Sequence[Node]) -> Node:
    return graph.neg(of[0]) if len(of) == 1 else graph.sub(of[0], of[1])


def _root(graph: Graph, of: Sequence[Node]) -> Node:
    if len(of) == 1:
        return graph.unary("sqrt", of[0])
    return graph.pow(of[1], _one_over(graph, of[0]))


def _log(graph: Graph, of: Sequence[Node]) -> Node:
    base = graph.number(10.0) if len(of) == 1 else of[0]
    return graph.div(graph.unary("log", of[-1]), graph.unary("log", base))


def _quotient(graph: Graph, of: Sequence[Node]) -> Node:
    ratio = graph.div(of[0], of[1])
    negative = graph.binary("lt", ratio, graph.number(0.0))
    return graph.select(
        negative, graph.unary("ceil", ratio), graph.unary("floor", ratio)
    )


def _remainder(graph: Graph, of: Sequence[Node]) -> Node:
    return graph.sub(of[0], graph.mul(of[1], _quotient(graph, of)))


_INVERTIBLE = ("sin", "cos", "tan", "sinh", "cosh", "tanh")
_COUNTERPART = {"sin": "csc", "cos": "sec", "tan": "cot"}
_COUNTERPART |= {f"{key}h": f"{value}h" for key, value in _COUNTERPART.items()}

#: What each MathML operation makes of its arguments, by libSBML's name for it.
OPERATIONS: Mapping[str, Operation] = MappingProxyType(
    {
        "PLUS": _join("add", 0.0),
        "MINUS": _of_numbers(_minus),
        "TIMES": _join("mul", 1.0),
        "DIVIDE": _of_numbers(lambda graph, of: graph.div(of[0], of[1])),
        "POWER": _of_numbers(lambda graph, of: graph.pow(of[0], of[1])),
        "FUNCTION_POWER": _of_numbers(lambda graph, of: graph.pow(of[0], of[1])),
        "FUNCTION_ROOT": _of_numbers(_root),
        "FUNCTION_EXP": _plain("exp"),
        "FUNCTION_LN": _plain("log"),
        "FUNCTION_LOG": _of_numbers(_log),
        "FUNCTION_ABS": _plain("abs"),
        "FUNCTION_FLOOR": _plain("floor"),
        "FUNCTION_CEILING": _plain("ceil"),
        "FUNCTION_MAX": _join("max", -math.inf),
        "FUNCTION_MIN": _join("min", math.inf),
        "FUNCTION_QUOTIENT": _of_numbers(_quotient),
        "FUNCTION_REM": _of_numbers(_remainder),
        "FUNCTION_PIECEWISE": _piecewise,
        **{f"FUNCTION_{key.upper()}": _plain(key) for key in _INVERTIBLE},
        **{f"FUNCTION_ARC{key.upper()}": _plain(f"a{key}") for key in _INVERTIBLE},
        **{
            f"FUNCTION_{other.upper()}": _reciprocal(key)
            for key, other in _COUNTERPART.items()
        },
        **{
            f"FUNCTION_ARC{other.upper()}": _of_reciprocal(f"a{key}")
            for key, other in _COUNTERPART.items()
        },
        "RELATIONAL_EQ": _compare("eq"),
        "RELATIONAL_NEQ": _compare("eq", negated=True),
        "RELATIONAL_LT": _compare("lt"),
        "RELATIONAL_LEQ": _compare("le"),
        "RELATIONAL_GT": _compare("lt", swapped=True),
        "RELATIONAL_GEQ": _compare("le", swapped=True),
        "LOGICAL_AND": _logical(_both, 1.0),
        "LOGICAL_OR": _logical(_either, 0.0),
        "LOGICAL_XOR": _logical(_differ, 0.0),
        "LOGICAL_NOT": _not,
        "LOGICAL_IMPLIES": _implies,
    }
)
