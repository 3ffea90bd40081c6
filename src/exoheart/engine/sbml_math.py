"""Formulas of SBML, and working them out into nodes of an operation graph.

In: libSBML's syntax trees, read once into :class:`Formula`. Out: nodes; definitions are
worked out in the order that they rest on one another, so that no order in the text
matters. Read next: :mod:`exoheart.engine.sbml_operations` (what each operation means).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from graphlib import CycleError, TopologicalSorter
from types import MappingProxyType
from typing import Any, TypeVar

from exoheart.engine.graph import Graph, Node
from exoheart.engine.sbml_operations import OPERATIONS, quantity
from exoheart.errors import ModelError, closest

_Tree = TypeVar("_Tree")
_Made = TypeVar("_Made")
_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula as a tree.

    Parameters
    ----------
    kind
        ``number``, ``name``, ``node`` (of a graph), ``call`` of a function definition,
        or a key of :data:`~exoheart.engine.sbml_operations.OPERATIONS`.
    of
        What the operation or function takes.
    name
        Of a name or a function.
    value
        Of a number.
    node
        Of a node.
    """

    kind: str
    of: tuple[Formula, ...] = ()
    name: str = ""
    value: float = 0.0
    node: Node = -1


@dataclass(frozen=True, slots=True)
class Function:
    """A function definition: names of its arguments, and its formula."""

    arguments: tuple[str, ...]
    body: Formula


def number(value: float) -> Formula:
    """Give the formula of a number."""
    return Formula("number", value=value)


def name(id_: str) -> Formula:
    """Give the formula that reads an id."""
    return Formula("name", name=id_)


def rate_of(id_: str) -> str:
    """Give the id, which no text can have, of the rate at which another id changes."""
    return f"rate of {id_}"


def node(node_: Node) -> Formula:
    """Give the formula that stands for a node."""
    return Formula("node", node=node_)


def parts(formula: Formula) -> Iterator[Formula]:
    """Give a formula and all that it is made of."""
    waiting = [formula]
    while waiting:
        one = waiting.pop()
        yield one
        waiting.extend(one.of)


def _bottom_up(
    root: _Tree,
    children: Callable[[_Tree], Sequence[_Tree]],
    make: Callable[[_Tree, tuple[_Made, ...]], _Made],
) -> _Made:
    """Make something of a tree, of each part after its own parts.

    Not by recursion: texts nest a sum of a thousand terms a thousand deep.
    """
    made: list[_Made] = []
    waiting: list[tuple[_Tree, int]] = [(root, -1)]
    while waiting:
        one, count = waiting.pop()
        below = children(one) if count < 0 else ()
        if below:
            waiting.append((one, len(below)))
            waiting.extend((child, -1) for child in reversed(below))
        else:
            first = len(made) - max(count, 0)
            made[first:] = [make(one, tuple(made[first:]))]
    return made[0]


#: Numbers that MathML has names for.
_NUMBERS: Mapping[str, float] = MappingProxyType(
    {
        "CONSTANT_E": math.e,
        "CONSTANT_PI": math.pi,
        "CONSTANT_TRUE": 1.0,
        "CONSTANT_FALSE": 0.0,
    }
)
_LEAVES = frozenset({"number", "name", "node", "NAME_TIME"})
#: Operations that no formula here may have, and what they are called.
REFUSED: Mapping[str, str] = MappingProxyType({"FUNCTION_DELAY": "delays"})
_FACTORIAL, _RATE_OF = "FUNCTION_FACTORIAL", "FUNCTION_RATE_OF"


@lru_cache(maxsize=1)
def _kinds() -> Mapping[int, str]:
    """Give libSBML's number of each kind of a formula."""
    import libsbml

    known = (*OPERATIONS, *_NUMBERS, *REFUSED, _FACTORIAL, _RATE_OF)
    known = (*known, "NAME", "NAME_TIME", "FUNCTION")
    return {getattr(libsbml, f"AST_{kind}"): kind for kind in known}


@lru_cache(maxsize=1)
def _plain_numbers() -> frozenset[int]:
    import libsbml

    ending = ("INTEGER", "REAL", "REAL_E", "RATIONAL", "NAME_AVOGADRO")
    return frozenset(getattr(libsbml, f"AST_{kind}") for kind in ending)


def read_formula(tree: Any, local: Mapping[str, float] = _NOTHING) -> Formula:
    """Read one of libSBML's syntax trees.

    Parameters
    ----------
    tree : libsbml.ASTNode
    local
        Values of names that only this formula knows.

    Raises
    ------
    ModelError
        It has what SBML doesn't define.
    """

    def children(one: Any) -> list[Any]:
        return [one.getChild(k) for k in range(one.getNumChildren())]

    return _bottom_up(tree, children, lambda one, of: _formula(one, of, local))


def _formula(tree: Any, of: tuple[Formula, ...], local: Mapping[str, float]) -> Formula:
    type_ = tree.getType()
    if type_ in _plain_numbers():
        return number(tree.getValue())
    kind = _kinds().get(type_)
    if kind == "NAME":
        id_ = tree.getName()
        return number(local[id_]) if id_ in local else name(id_)
    if kind == _RATE_OF:
        return name(rate_of(of[0].name)) if of[0].kind == "name" else number(0.0)
    if kind is not None and kind in _NUMBERS:
        return number(_NUMBERS[kind])
    if kind is None:
        raise ModelError(
            f"a formula has {tree.getName() or type_!r}, which isn't known; allowed: "
            "what SBML Level 3 core defines; write the formula with these"
        )
    return (
        Formula("call", of, tree.getName()) if kind == "FUNCTION" else Formula(kind, of)
    )


# ----------------------------------------------------------------------- working out


class Expansion:
    """Works formulas out into nodes: names replaced, functions expanded.

    Attributes
    ----------
    known : dict of str to int
        Node of every id worked out so far.
    faults : set of str
        Constructs met that can't be worked out.
    """

    def __init__(
        self, graph: Graph, functions: Mapping[str, Function], time: Node
    ) -> None:
        self.known: dict[str, Node] = {}
        self.faults: set[str] = set()
        self._graph, self._functions, self._time = graph, functions, time
        self._calls: dict[tuple[str, tuple[Node, ...]], Node] = {}
        self._open: list[str] = []

    def define(self, definitions: Mapping[str, Formula], wanted: Iterable[str]) -> None:
        """Work out wanted ids and what they rest on, defined in any order.

        Raises
        ------
        ModelError
            A definition rests on itself, or on an id that nothing defines.
        """
        for id_ in _order(definitions, wanted):
            self.known[id_] = self._number(definitions[id_])

    def _number(self, formula: Formula) -> Node:
        return quantity(self._graph, self._node(formula, self.known))

    def _node(self, formula: Formula, names: Mapping[str, Node]) -> Node:
        return _bottom_up(
            formula, lambda one: one.of, lambda one, of: self._made(one, of, names)
        )

    def _made(
        self, formula: Formula, of: tuple[Node, ...], names: Mapping[str, Node]
    ) -> Node:
        kind = formula.kind
        if kind in _LEAVES:
            return self._leaf(formula, names)
        if kind in REFUSED:
            return self._refuse(REFUSED[kind])
        if kind == "call":
            return self._call(formula.name, of)
        if kind == _FACTORIAL:
            return self._factorial(of[0])
        return OPERATIONS[kind](self._graph, of)

    def _leaf(self, formula: Formula, names: Mapping[str, Node]) -> Node:
        if formula.kind == "name":
            return names[formula.name]
        if formula.kind == "number":
            return self._graph.number(formula.value)
        return formula.node if formula.kind == "node" else self._time

    def _call(self, called: str, of: tuple[Node, ...]) -> Node:
        known = self._calls.get((called, of))
        if known is not None:
            return known
        function = self._functions.get(called)
        if function is None or len(function.arguments) != len(of):
            raise ModelError(
                f"a formula calls {called!r} with {len(of)} arguments, which no "
                f"function takes (nearest: {closest(called, self._functions)}); "
                "define one"
            )
        if called in self._open:
            raise ModelError(f"function {called!r} calls itself; write it without")
        self._open.append(called)
        names = dict(zip(function.arguments, of, strict=True))
        found = self._node(function.body, names)
        self._open.pop()
        self._calls[called, of] = found
        return found

    def _factorial(self, of: Node) -> Node:
        value = self._graph.values.get(of)
        if value is None:
            return self._refuse("factorials of what isn't a number")
        whole = value >= 0.0 and value == math.floor(value) and value <= 170.0
        return self._graph.number(math.gamma(value + 1.0) if whole else math.nan)

    def _refuse(self, construct: str) -> Node:
        self.faults.add(construct)
        return self._graph.number(math.nan)


def _order(definitions: Mapping[str, Formula], wanted: Iterable[str]) -> list[str]:
    """Give wanted ids and what they rest on, each after what it rests on itself."""
    rests: dict[str, list[str]] = {}
    unknown = set()
    waiting = list(wanted)
    while waiting:
        id_ = waiting.pop()
        if id_ not in definitions:
            unknown.add(id_)
        elif id_ not in rests:
            of = parts(definitions[id_])
            rests[id_] = [part.name for part in of if part.kind == "name"]
            waiting.extend(rests[id_])
    if unknown:
        pairs = ((id_, closest(id_, definitions)) for id_ in sorted(unknown))
        named = "; ".join(f"{id_!r} (nearest: {near})" for id_, near in pairs)
        raise ModelError(f"formulas read {named}, which nothing defines; define them")
    try:
        return list(TopologicalSorter(rests).static_order())
    except CycleError as error:
        circle = " reads ".join(reversed(error.args[1]))
        raise ModelError(
            f"formulas go round in a circle ({circle}); allowed: formulas that rest on "
            "states and constants; take one of them out of the circle"
        ) from None
