"""Reading SBML: from the text of a model to its equations.

In: SBML of any level. Out: a :class:`~exoheart.engine.system.System`. What a system
can't hold is refused by name (:func:`unsupported`). Read next:
:mod:`exoheart.engine.sbml_contents` (what a text says),
:mod:`exoheart.engine.sbml_math` (formulas), :mod:`exoheart.engine.sbml_suite` (cases
with known results).

The symbol of a species means its amount if the text says so (`hasOnlySubstanceUnits`),
else its amount per size of its compartment. Reactions change amounts, so the state of a
species that they change is its amount; a rate rule says how its target itself changes,
so the state is what the symbol means. Species that nothing changes are constants.
Initial assignments hold at time 0. What the text leaves without a value starts at 0 if
it is a state, and is not a number if it is a constant; a reaction without a law stands
still, and a rule without a formula is no rule.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from exoheart.engine.graph import Graph, Node
from exoheart.engine.sbml_contents import (
    Change,
    Contents,
    constructs,
    open_sbml,
    read_contents,
)
from exoheart.engine.sbml_math import Expansion, Formula, name, node, number, rate_of
from exoheart.engine.system import System
from exoheart.errors import ModelError


def read_sbml(text: str) -> System:
    """Read the equations of a model.

    Parameters
    ----------
    text
        SBML, any level and version. Time is counted in the text's own unit.

    Returns
    -------
    System
        States: targets of rate rules in the order of the rules, then the species that
        reactions may change in the order of the text. Parameters: those that no rule
        sets, in the order of the text. A default that the text computes rests on
        parameters that have a plain number.

    Raises
    ------
    ModelError
        The text can't be read, has constructs that no system here holds (all are
        named), reads ids that nothing defines, or goes round in a circle.

    References
    ----------
    https://sbml.org/documents/specifications/ (SBML Level 3 Version 2 core)
    """
    system, faults = _read(text)
    if system is None or faults:
        raise ModelError(
            f"the model uses {', '.join(faults)}; allowed: rate and assignment rules, "
            "initial assignments, reactions; doses and protocol changes belong into "
            "the schedule"
        )
    return system


def unsupported(text: str) -> list[str]:
    """Name the constructs of a text for which :func:`read_sbml` refuses it.

    Raises
    ------
    ModelError
        The text is no readable model for another reason.
    """
    return _read(text)[1]


def _read(text: str) -> tuple[System | None, list[str]]:
    document = open_sbml(text)
    faults = constructs(document)
    try:
        system, more = _Equations(read_contents(document)).system()
    except ModelError:
        if not faults:
            raise
        return None, faults
    return system, faults + more


# ------------------------------------------------------------------------- equations


def _sum(*of: Formula) -> Formula:
    return Formula("PLUS", of)


def _less(a: Formula, b: Formula) -> Formula:
    return Formula("MINUS", (a, b))


def _times(*of: Formula) -> Formula:
    return Formula("TIMES", of)


def _over(a: Formula, b: Formula) -> Formula:
    return Formula("DIVIDE", (a, b))


def _or_zero(value: float) -> Formula:
    return number(0.0 if math.isnan(value) else value)


def _start(id_: str) -> str:
    """Give the id of a state's value at the start; of a species, its amount."""
    return f"start of {id_}"


def _change(id_: str) -> str:
    """Give the id of the rate at which a state changes; of a species, its amount."""
    return f"change of {id_}"


def _inflow(id_: str) -> str:
    """Give the id of the constant inflow into an amount."""
    return f"inflow of {id_}"


class _Equations:
    """Turns what a text says into a system, on a graph of its own."""

    def __init__(self, contents: Contents) -> None:
        self._all = contents
        self._graph = Graph()
        ruled = {*contents.assigned, *contents.rated}
        self._parameters = [id_ for id_ in contents.parameters if id_ not in ruled]
        self._species = [id_ for id_ in contents.species if id_ not in ruled]
        self._amounts = [id_ for id_ in self._species if contents.species[id_].reacts]
        self._states = [*contents.rated, *self._amounts]
        self._by_species: dict[str, list[Change]] = {}
        for change in contents.changes:
            self._by_species.setdefault(change.species, []).append(change)
        self._index = {id_: k for k, id_ in enumerate(self._states)}

    def system(self) -> tuple[System, list[str]]:
        """Give the system, and constructs met in formulas that it can't hold."""
        graph, functions = self._graph, self._all.functions
        initial, zero = self._all.initial, graph.number(0.0)
        own = {id_: node(graph.parameter(k)) for k, id_ in enumerate(self._parameters)}
        at_start = self._at_start()
        begin = Expansion(graph, functions, zero)
        kept = (*self._constants(), *map(_start, [*self._states, *self._species]))
        begin.define(at_start | own, kept)
        run = Expansion(graph, functions, graph.time())
        running = self._running(begin.known) | own
        run.define(running, [*self._ids(), *map(_change, self._states)])
        default = Expansion(graph, functions, zero)
        plain = {id_: one for id_, one in own.items() if id_ not in initial}
        default.define(at_start | plain, [id_ for id_ in own if id_ in initial])
        system = System(
            graph=graph,
            states=tuple(self._states),
            parameters=tuple(self._parameters),
            rates=tuple(run.known[_change(id_)] for id_ in self._states),
            values={id_: run.known[id_] for id_ in self._ids()},
            starts=tuple(begin.known[_start(id_)] for id_ in self._states),
            defaults=tuple(self._default(id_, default) for id_ in self._parameters),
            amounts=frozenset(self._index[id_] for id_ in self._amounts),
        )
        return system, sorted(begin.faults | run.faults | default.faults)

    def _ids(self) -> list[str]:
        """Give every id of the text that has a value."""
        all_ = self._all
        kinds = (all_.species, all_.parameters, all_.compartments, all_.references)
        ids = (id_ for kind in (*kinds, all_.reactions, all_.assigned) for id_ in kind)
        return list(dict.fromkeys(ids))

    def _constants(self) -> list[str]:
        """Give what nothing changes, beside parameters."""
        all_ = self._all
        kept = (*all_.compartments, *all_.references, *all_.species)
        return [id_ for id_ in kept if id_ not in {*self._states, *all_.assigned}]

    def _default(self, id_: str, expanded: Expansion) -> Node:
        if id_ in self._all.initial:
            return expanded.known[id_]
        return self._graph.number(self._all.parameters[id_])

    def _at_start(self) -> dict[str, Formula]:
        """Define every id at time 0, and the start of what changes or may not."""
        all_ = self._all
        plain = {**all_.compartments, **all_.references}
        found = {id_: number(value) for id_, value in plain.items()}
        values = {**plain, **all_.parameters}
        found |= {id_: _or_zero(values[id_]) for id_ in all_.rated if id_ in values}
        found |= {id_: self._start_symbol(id_) for id_ in all_.species}
        found |= {**all_.reactions, **all_.assigned, **all_.initial}
        found |= {_start(id_): name(id_) for id_ in all_.rated}
        found |= {_start(id_): self._start_amount(id_) for id_ in self._species}
        found |= {_inflow(id_): number(0.0) for id_ in self._amounts}
        return found | self._changes()

    def _start_symbol(self, id_: str) -> Formula:
        species = self._all.species[id_]
        changes = id_ in self._index
        start = _or_zero(species.start) if changes else number(species.start)
        size = name(species.compartment)
        if species.starts_as_amount == species.is_amount:
            return start
        return _over(start, size) if species.starts_as_amount else _times(start, size)

    def _start_amount(self, id_: str) -> Formula:
        species = self._all.species[id_]
        if id_ not in self._all.initial and species.starts_as_amount:
            return number(species.start)
        amount = name(id_)
        if species.is_amount:
            return amount
        return _times(amount, name(species.compartment))

    def _running(self, begin: Mapping[str, Node]) -> dict[str, Formula]:
        """Define every id while time goes on, and the rate of each state."""
        all_, graph = self._all, self._graph
        found = {id_: node(begin[id_]) for id_ in self._constants()}
        found |= {**all_.reactions, **all_.assigned}
        found |= {id_: node(graph.state(k)) for id_, k in self._index.items()}
        found |= {
            _inflow(id_): node(graph.inflow(self._index[id_])) for id_ in self._amounts
        }
        for id_ in self._species:
            species = all_.species[id_]
            moving = species.compartment in {*all_.rated, *all_.assigned}
            if not species.is_amount and (id_ in self._index or moving):
                amount = found[id_] if id_ in self._index else node(begin[_start(id_)])
                found[id_] = _over(amount, name(species.compartment))
        return found | self._changes()

    def _changes(self) -> dict[str, Formula]:
        """Define at which rate states, and the meanings of ids, change."""
        all_ = self._all
        found = {
            rate_of(id_): number(0.0) for id_ in (*self._parameters, *self._constants())
        }
        for id_, formula in all_.rated.items():
            found[_change(id_)] = formula
            found[rate_of(id_)] = name(_change(id_))
        for id_ in self._species:
            found[_change(id_)] = self._amount_change(id_)
            found[rate_of(id_)] = self._symbol_change(id_)
        return found

    def _amount_change(self, id_: str) -> Formula:
        total, species = number(0.0), self._all.species[id_]
        if not species.reacts:
            return total
        for change in self._by_species.get(id_, ()):
            term = _times(change.stoichiometry, name(change.reaction))
            if species.factor:
                term = _times(term, name(species.factor))
            total = _sum(total, term) if change.sign > 0 else _less(total, term)
        return _sum(total, name(_inflow(id_)))

    def _symbol_change(self, id_: str) -> Formula:
        species, change = self._all.species[id_], name(_change(id_))
        if species.is_amount:
            return change
        size = species.compartment
        thinned = _times(name(id_), name(rate_of(size)))
        return _over(_less(change, thinned), name(size))
