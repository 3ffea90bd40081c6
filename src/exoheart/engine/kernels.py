"""The machine code of one model: rates, Jacobian with its LU factors, and what is read.

In: a :class:`~exoheart.engine.system.System` and the nodes to record. Out: LLVM text of
six functions that each do their work for one vector of members, and a layout that says
where every number lies. Deterministic: the same model gives the same text.

The functions, all on pointers to vectors:

- ``prepare(c)``: what rests on parameters and inflows alone, behind them;
- ``rates(y, c, r)``: adds the rates of change at y to r;
- ``linearise(y, c, s, r, m)``: puts the rates into r and the LU factors of ``s I - J``
  into m, the pivots as their reciprocals;
- ``backsolve(m, r)``: solves with these factors in place;
- ``observe(y, c, o)``: what a solve records;
- ``jacobian(y, c, j)``: the entries of J alone (for the solvers of last resort).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from exoheart.engine.differentiate import jacobian
from exoheart.engine.emit import LIBRARY, Emitter
from exoheart.engine.factor import Factors, factorise
from exoheart.engine.graph import LEAVES, Graph, Node, needed
from exoheart.engine.system import System
from exoheart.engine.vector import Lines

Places = dict[Node, tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the numbers of one member lie, and how many there are.

    Parameters
    ----------
    size
        Numbers that are integrated: the states, and a clock if the model asks for time.
    clock
        Whether there is one.
    parameters, inflows, prepared
        Numbers in the constants, in this order.
    inflow_of
        Place among the inflows by state.
    factors
        Numbers in the LU factors.
    entries
        (row, column) of the Jacobian's non-zeros, in the order of ``jacobian``.
    observed
        Numbers that are recorded.
    read
        States that the recorded numbers rest on.
    """

    size: int
    clock: bool
    parameters: int
    inflows: int
    prepared: int
    inflow_of: tuple[int, ...]
    factors: int
    entries: tuple[tuple[int, int], ...]
    observed: int
    read: tuple[int, ...]

    @property
    def constants(self) -> int:
        """Numbers in the constants."""
        return self.parameters + self.inflows + self.prepared


class Kernels:
    """The functions of one model, ready to be written for any lane width.

    Parameters
    ----------
    system
        The model.
    recorded
        Nodes to record.
    """

    def __init__(self, system: System, recorded: Sequence[Node]) -> None:
        self._graph = graph = system.graph
        states = len(system.states)
        asked = needed(graph, [*system.rates, *recorded])
        clock = any(graph.operations[node] == "time" for node in asked)
        self._rates = list(system.rates)
        if clock:
            self._rates.append(graph.number(1.0))
        self._recorded = list(recorded)
        size = states + clock
        self._jacobian = jacobian(graph, self._rates, states if clock else None)
        self._factors = factorise(self._jacobian, size)
        inflows = sorted(system.amounts)
        self._prepared = _fixed_in_use(
            graph, [*self._rates, *self._jacobian.values(), *recorded]
        )
        place = {state: k for k, state in enumerate(inflows)}
        self.layout = Layout(
            size=size,
            clock=clock,
            parameters=len(system.parameters),
            inflows=len(inflows),
            prepared=len(self._prepared),
            inflow_of=tuple(place.get(k, -1) for k in range(states)),
            factors=len(self._factors.position),
            entries=tuple(sorted(self._jacobian)),
            observed=len(recorded),
            read=_states_in(graph, recorded, states),
        )
        self._raw = self._memory(place)
        first = self.layout.parameters + self.layout.inflows
        prepared = {node: ("%c", first + k) for k, node in enumerate(self._prepared)}
        self._places = self._raw | prepared

    def _memory(self, inflow_of: Mapping[int, int]) -> Places:
        """Give the place of every leaf as the driver writes it."""
        graph, layout = self._graph, self.layout
        places: Places = {}
        for node, operation in enumerate(graph.operations):
            if operation == "state":
                places[node] = ("%y", graph.arguments[node][0])
            elif operation == "time":
                places[node] = ("%y", layout.size - 1)
            elif operation == "parameter":
                places[node] = ("%c", graph.arguments[node][0])
            elif operation == "inflow":
                index = inflow_of[graph.arguments[node][0]]
                places[node] = ("%c", layout.parameters + index)
        return places

    def text(self, width: int, fused: bool) -> str:
        """Write the functions for one lane width as LLVM text."""
        parts = [
            self._prepare(Lines(width, fused)),
            self._rate(Lines(width, fused)),
            self._linearise(Lines(width, fused)),
            self._backsolve(Lines(width, fused)),
            self._observe(Lines(width, fused)),
            declarations(width),
        ]
        return "\n".join(parts)

    def jacobian_text(self, width: int, fused: bool) -> str:
        """Write the function that gives the Jacobian alone."""
        lines = Lines(width, fused)
        entries = [self._jacobian[entry] for entry in self.layout.entries]
        names = Emitter(self._graph, lines, self._places).write(entries)
        for k, name in enumerate(names):
            lines.store(name, "%j", k)
        return _function("jacobian", ("%y", "%c", "%j"), lines)

    @property
    def operations(self) -> dict[str, int]:
        """Vector instructions of each function, loads and stores left out."""
        return {
            name: sum(_is_work(line) for line in text.splitlines())
            for name, text in {
                "rates": self._rate(Lines(8, fused=True)),
                "linearise": self._linearise(Lines(8, fused=True)),
                "backsolve": self._backsolve(Lines(8, fused=True)),
                "observe": self._observe(Lines(8, fused=True)),
            }.items()
        }

    def _prepare(self, lines: Lines) -> str:
        names = Emitter(self._graph, lines, self._raw).write(self._prepared)
        for node, name in zip(self._prepared, names, strict=True):
            lines.store(name, *self._places[node])
        return _function("prepare", ("%c",), lines)

    def _rate(self, lines: Lines) -> str:
        emitter = Emitter(self._graph, lines, self._places)
        for k, name in enumerate(emitter.each(self._rates)):
            held = lines.load("%r", k)
            lines.store(lines.plain("add", held, name), "%r", k)
        return _function("rates", ("%y", "%c", "%r"), lines)

    def _observe(self, lines: Lines) -> str:
        names = Emitter(self._graph, lines, self._places).write(self._recorded)
        for k, name in enumerate(names):
            lines.store(name, "%o", k)
        return _function("observe", ("%y", "%c", "%o"), lines)

    def _linearise(self, lines: Lines) -> str:
        emitter = Emitter(self._graph, lines, self._places)
        emitter.expect([*self._rates, *self._jacobian.values()])
        for k, rate in enumerate(self._rates):
            lines.store(emitter.name(rate), "%r", k)
        scale = lines.load("%s", 0)

        def entry(row: int, column: int) -> str | None:
            """Write an entry of the matrix when it is first needed."""
            node = self._jacobian.get((row, column))
            if row != column:
                return None if node is None else lines.negative(emitter.name(node))
            return (
                scale if node is None else lines.plain("sub", scale, emitter.name(node))
            )

        _eliminate(self._factors, entry, lines)
        return _function("linearise", ("%y", "%c", "%s", "%r", "%m"), lines)

    def _backsolve(self, lines: Lines) -> str:
        factors = self._factors
        turns = list(zip(factors.order, factors.eliminated, strict=True))
        values = {k: lines.load("%r", k) for k in range(self.layout.size)}

        def entry(row: int, column: int) -> str:
            return lines.load("%m", factors.position[row, column])

        for pivot, (below, _) in turns:
            minus = lines.negative(values[pivot]) if below else ""
            for row in below:
                values[row] = lines.fma(entry(row, pivot), minus, values[row])
        for pivot, (_, right) in reversed(turns):
            total = values[pivot]
            for column in right:
                minus = lines.negative(values[column])
                total = lines.fma(entry(pivot, column), minus, total)
            values[pivot] = lines.plain("mul", total, entry(pivot, pivot))
            lines.store(values[pivot], "%r", pivot)
        return _function("backsolve", ("%m", "%r"), lines)


def _eliminate(
    factors: Factors, entry: Callable[[int, int], str | None], lines: Lines
) -> None:
    """Write the factorisation; pivots end as their reciprocals.

    Each number is stored as soon as it is final, so that few are held at a time.
    """
    matrix: dict[tuple[int, int], str | None] = {}

    def held(row: int, column: int) -> str | None:
        if (row, column) not in matrix:
            matrix[row, column] = entry(row, column)
        return matrix[row, column]

    def final(row: int, column: int, value: str) -> str:
        lines.store(value, "%m", factors.position[row, column])
        return value

    one = lines.number(1.0)
    for pivot, (below, right) in zip(factors.order, factors.eliminated, strict=True):
        inverse = lines.plain("div", one, str(held(pivot, pivot)))
        final(pivot, pivot, inverse)
        beside = {
            column: final(pivot, column, str(held(pivot, column))) for column in right
        }
        for row in below:
            factor = final(
                row, pivot, lines.plain("mul", str(held(row, pivot)), inverse)
            )
            minus = lines.negative(factor) if right else ""
            for column, value in beside.items():
                before = held(row, column)
                matrix[row, column] = (
                    lines.plain("mul", minus, value)
                    if before is None
                    else lines.fma(minus, value, before)
                )


def _fixed_in_use(graph: Graph, nodes: Sequence[Node]) -> list[Node]:
    """Give what keeps its value between doses, in the order in which it is first used.

    Numbers that lie in the order of their use come faster from memory.
    """
    found: dict[Node, None] = {}
    for node in _depth_first(graph, nodes):
        if _is_fixed(graph, node):
            found[node] = None
    return list(found)


def _is_fixed(graph: Graph, node: Node) -> bool:
    """Whether a node keeps its value between doses and is no plain number."""
    inflow = graph.operations[node] == "inflow"
    return inflow or (graph.fixed[node] and node not in graph.values)


def _depth_first(graph: Graph, nodes: Sequence[Node]) -> Iterator[Node]:
    """Give nodes in the order of their use, looking no deeper than what is fixed."""
    seen: set[Node] = set()
    waiting = list(reversed(nodes))
    while waiting:
        node = waiting.pop()
        if node in seen:
            continue
        seen.add(node)
        yield node
        if graph.operations[node] not in LEAVES and not _is_fixed(graph, node):
            waiting.extend(reversed(graph.arguments[node]))


def _states_in(graph: Graph, nodes: Iterable[Node], clock: int) -> tuple[int, ...]:
    found = set()
    for node in needed(graph, nodes):
        if graph.operations[node] == "state":
            found.add(graph.arguments[node][0])
        elif graph.operations[node] == "time":
            found.add(clock)
    return tuple(sorted(found))


def _function(name: str, pointers: Sequence[str], lines: Lines) -> str:
    arguments = ", ".join(f"ptr noalias {pointer}" for pointer in pointers)
    body = "\n".join(lines.lines)
    return f"define void @{name}({arguments}) #0 {{\n{body}\n  ret void\n}}\n"


def declarations(width: int) -> str:
    """Declare the intrinsics and library functions that the functions may call."""
    vector = f"<{width} x double>"
    one = [
        f"declare {vector} @llvm.{name}.v{width}f64({vector})"
        for name in ("sqrt", "fabs", "floor", "ceil")
    ]
    fused = f"declare {vector} @llvm.fma.v{width}f64({vector}, {vector}, {vector})"
    library = [f"declare double @{name}(double)" for name in sorted(LIBRARY.values())]
    return "\n".join([*one, fused, *library, "declare double @pow(double, double)", ""])


def _is_work(line: str) -> bool:
    """Whether a line of LLVM text computes something."""
    words = line.split()
    return (
        len(words) > 2
        and words[1] == "="
        and words[2]
        not in {
            "load",
            "getelementptr",
            "bitcast",
            "fneg",
        }
    )
