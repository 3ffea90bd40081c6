"""The model as compiled functions of one member, for peers that take a right-hand side.

In: the frozen SBML. Out: machine code by Numba, callable from Python and from C: what
depends on parameters only is computed once a member; the rates, the analytic Jacobian
(by sparse differentiation of the same formulas) and the observables share it. That is
more than users of these peers usually write, so that none is slow for want of a good
right-hand side.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt

from exoheart.engine import Action
from exoheart.engine.differentiate import jacobian
from exoheart.engine.graph import LEAVES, Graph, Node, needed
from exoheart.engine.sbml import read_sbml
from exoheart.engine.system import System
from workload import Workload

_CHOICE = re.compile(r"(\S+) if (.+) else (\S+)")
_STACK = "    return stack([0.0 * y[0] + one for one in out.values()])"
FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int32]
Function = Callable[..., Any]
_INFIX = {
    "add": "+",
    "sub": "-",
    "mul": "*",
    "div": "/",
    "lt": "<",
    "le": "<=",
    "eq": "==",
}
_LOGICAL = {"and": "{} and {}", "or": "{} or {}", "xor": "{} != {}", "not": "not {}"}
#: Arrays that hold the leaves in the written functions.
_ARRAYS = {"state": "y", "parameter": "p", "inflow": "q"}


@dataclass(frozen=True, slots=True)
class Equations:
    """The functions of a model, written as Python and not compiled yet.

    Parameters
    ----------
    system
        What they were written from.
    entries
        Row and column of each number of the Jacobian, column by column.
    fixed, rates, jacobian, observe
        Source of ``fixed(p, q, c)``, ``rates(y, c, out)``, ``jacobian(y, c, out)`` and
        ``observe(y, c, out)``; `c` holds what depends on parameters and inflows only.
    constants
        Length of `c`.
    """

    system: System
    entries: tuple[tuple[int, int], ...]
    fixed: str
    rates: str
    jacobian: str
    observe: str
    constants: int

    def pattern(self) -> tuple[IntArray, IntArray, IntArray]:
        """Give the Jacobian's compressed columns, the whole diagonal included.

        Returns
        -------
        rows : ndarray of int32
            Row of each place.
        starts : ndarray of int32, shape (s + 1,)
            First place of each column.
        places : ndarray of int32
            Place of each entry that ``jacobian`` computes.
        """
        size = len(self.system.states)
        diagonal = {(k, k) for k in range(size)}
        whole = sorted({*self.entries, *diagonal}, key=lambda one: (one[1], one[0]))
        place = {entry: k for k, entry in enumerate(whole)}
        columns = [column for _, column in whole]
        return (
            np.array([row for row, _ in whole], dtype=np.int32),
            np.searchsorted(columns, np.arange(size + 1)).astype(np.int32),
            np.array([place[entry] for entry in self.entries], dtype=np.int32),
        )


def equations(workload: Workload) -> Equations:
    """Write the functions of a workload's model."""
    system = read_sbml(workload.sbml)
    graph = system.graph
    derivatives = jacobian(graph, system.rates)
    entries = sorted(derivatives, key=lambda entry: (entry[1], entry[0]))
    outputs = {
        "rates": list(system.rates),
        "jacobian": [derivatives[entry] for entry in entries],
        "observe": [system.values[id_] for id_ in workload.observables],
    }
    still = fixed_nodes(graph, [node for nodes in outputs.values() for node in nodes])
    sources = {
        name: source(graph, name, nodes, still) for name, nodes in outputs.items()
    }
    first = source(graph, "fixed", list(still), {})
    return Equations(system, tuple(entries), first, constants=len(still), **sources)


def fixed_nodes(graph: Graph, outputs: Sequence[Node]) -> dict[Node, int]:
    """Give a number to each value that depends on no state and is needed further on."""
    moving: set[Node] = set()
    wanted: dict[Node, None] = {}
    nodes = needed(graph, outputs)
    for node in nodes:
        arguments = inner(graph, node)
        if graph.operations[node] in {"state", "time"} or moving.intersection(
            arguments
        ):
            moving.add(node)
            wanted |= dict.fromkeys(a for a in arguments if a not in moving)
    wanted |= dict.fromkeys(node for node in outputs if node not in moving)
    kept = [node for node in wanted if graph.operations[node] != "number"]
    return {node: k for k, node in enumerate(sorted(kept))}


def inner(graph: Graph, node: Node) -> tuple[Node, ...]:
    """Give the nodes that a node takes; leaves take none."""
    return () if graph.operations[node] in LEAVES else graph.arguments[node]


def source(
    graph: Graph, name: str, outputs: Sequence[Node], known: dict[Node, int]
) -> str:
    """Write a function that computes nodes, some of which lie in `c` already."""
    words: dict[Node, str] = {node: f"c[{k}]" for node, k in known.items()}
    lines = []
    waiting = [node for node in _needed(graph, outputs, known) if node not in words]
    for node in waiting:
        if graph.operations[node] in LEAVES:
            words[node] = leaf(graph, node)
            continue
        words[node] = f"v{node}"
        lines.append(f"    v{node} = {formula(graph, node, words)}")
    lines += [f"    out[{k}] = {words[node]}" for k, node in enumerate(outputs)]
    arguments = "p, q, out" if name == "fixed" else "y, c, out"
    return "\n".join([f"def {name}({arguments}):", *lines, ""])


def jax_source(made: Equations, name: str) -> str:
    """Give one of a model's functions as JAX code that returns one array.

    Parameters
    ----------
    made
        The model.
    name
        ``rates``, ``jacobian`` or ``observe``; called with ``(y, c)``.
    """
    lines = []
    for line in getattr(made, name).splitlines():
        head, _, formula = line.strip().partition(" = ")
        if not formula:
            continue
        condition = _CHOICE.fullmatch(formula)
        if condition is not None:
            then, test, otherwise = condition.groups()
            formula = f"where({test}, {then}, {otherwise})"
        lines.append(f"    {head} = {formula.replace('pow(', 'power(')}")
    return "\n".join([f"def {name}(y, c):", "    out = {}", *lines, _STACK, ""])


def _needed(
    graph: Graph, outputs: Sequence[Node], known: dict[Node, int]
) -> list[Node]:
    """Give what outputs rest on, not looking behind what is known."""
    found: set[Node] = set()
    waiting = list(outputs)
    while waiting:
        node = waiting.pop()
        if node not in found:
            found.add(node)
            waiting.extend(() if node in known else inner(graph, node))
    return sorted(found)


def leaf(graph: Graph, node: Node) -> str:
    """Write a leaf."""
    operation = graph.operations[node]
    if operation == "number":
        return repr(graph.values[node])
    if operation == "time":
        raise ValueError("the model uses the time; allowed: a workload without it")
    return f"{_ARRAYS[operation]}[{graph.arguments[node][0]}]"


def formula(graph: Graph, node: Node, words: dict[Node, str]) -> str:
    """Write one operation."""
    operation = graph.operations[node]
    taken = [words[argument] for argument in graph.arguments[node]]
    if operation in _INFIX:
        return f"{taken[0]} {_INFIX[operation]} {taken[1]}"
    if operation in _LOGICAL:
        return _LOGICAL[operation].format(*taken)
    if operation == "neg":
        return f"-{taken[0]}"
    if operation == "select":
        return f"{taken[1]} if {taken[0]} else {taken[2]}"
    if operation in {"max", "min"}:
        sign = ">" if operation == "max" else "<"
        return f"{taken[0]} if {taken[0]} {sign} {taken[1]} else {taken[1]}"
    return f"{operation}({', '.join(taken)})"


@dataclass(frozen=True, slots=True)
class Compiled:
    """The functions of a model as machine code of this process.

    Parameters
    ----------
    equations
        What was compiled.
    fixed, rates, jacobian, observe
        Called with contiguous arrays; see :class:`Equations`.
    """

    equations: Equations
    fixed: Function
    rates: Function
    jacobian: Function
    observe: Function


def compiled(workload: Workload) -> Compiled:
    """Compile the functions of a workload's model.

    The written source is kept in the folder for temporary files under its digest, so
    that Numba's cache serves every further process.
    """
    import numba

    made = equations(workload)
    names = ("fixed", "rates", "jacobian", "observe")
    module = _module([getattr(made, name) for name in names])
    signature = "void(f8[::1], f8[::1], f8[::1])"
    options: dict[str, Any] = {
        "cache": True,
        "error_model": "numpy",
        "fastmath": {"contract"},
    }
    functions = {
        name: numba.njit(signature, **options)(getattr(module, name)) for name in names
    }
    return Compiled(made, **functions)


def _module(sources: Sequence[str]) -> ModuleType:
    """Write functions to a file of their own and import it."""
    text = "\n\n".join(["from math import *\n", *sources])
    name = f"equations_{hashlib.sha256(text.encode()).hexdigest()[:16]}"
    folder = Path(tempfile.gettempdir()) / f"exoheart-benchmarks-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / f"{name}.py"
    if not path.exists():
        written = path.with_suffix(f".{os.getpid()}")
        written.write_text(text, "utf-8")
        written.replace(path)
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise RuntimeError(f"{path} can't be imported; remove it and run again")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


class Member:
    """State, parameters and inflows of one member while it is solved.

    Parameters
    ----------
    workload, functions
        The workload and its compiled functions.
    number
        Of the member.
    """

    def __init__(self, workload: Workload, functions: Compiled, number: int) -> None:
        members = workload.members
        self.functions = functions
        self.states = members.initial[number].copy()
        self.parameters = members.parameters[number].copy()
        self.inflows = np.zeros(len(workload.states))
        self.constants = np.zeros(functions.equations.constants)
        self._index = {id_: k for k, id_ in enumerate(workload.states)}
        self._column = {id_: k for k, id_ in enumerate(workload.parameters)}
        self._refresh()

    def act(self, actions: Iterable[Action]) -> None:
        """Do what happens at the end of a piece."""
        for action in actions:
            target = self._index.get(action.target)
            if action.action == "rate":
                self.inflows[target] = action.value
            elif target is None:
                self.parameters[self._column[action.target]] = action.value
            else:
                kept = self.states[target] if action.action == "add" else 0.0
                self.states[target] = kept + action.value
        self._refresh()

    def _refresh(self) -> None:
        self.functions.fixed(self.parameters, self.inflows, self.constants)
