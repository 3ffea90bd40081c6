"""Compiling a model text: ids, units, scales and initial values, ready to be solved.

In: joined Antimony text (or SBML). Out: a :class:`Model`, which is plain data; the
machine code that solves it is made when it is first needed
(:mod:`exoheart.engine.program`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from exoheart.engine import cache
from exoheart.engine.sbml import read_sbml
from exoheart.engine.system import System
from exoheart.engine.text import scales, to_sbml
from exoheart.errors import ModelError, closest

#: Absolute tolerance of a state, as a share of its scale.
ABSOLUTE = 1e-9


@dataclass(frozen=True, slots=True, eq=True)
class Model:
    """A compiled model.

    Parameters
    ----------
    source
        The model as SBML.
    parameters
        Ids of the constants that each member gives a value, in order.
    units
        Unit of each parameter, state and observable, as a text for
        :func:`exoheart.units.factor`.
    states
        Ids of the states, in order.
    scales
        Typical size of each state; 1 where the text declares none.
    meanings
        What each state is, from the text.
    observables
        Ids that a solve records, in order.
    amounts
        States that reactions change (particle amounts); only they take a ``rate``.
    start
        Initial value of each state: a number, the id of a parameter, or None where the
        text computes it.
    """

    source: str
    parameters: tuple[str, ...]
    units: Mapping[str, str]
    states: tuple[str, ...]
    scales: tuple[float, ...]
    meanings: Mapping[str, str]
    observables: tuple[str, ...]
    amounts: frozenset[str]
    start: Mapping[str, float | str | None]

    def __hash__(self) -> int:
        return hash((self.digest, self.observables))

    @property
    def digest(self) -> str:
        """Hash of all that the machine code follows from."""
        return _digest(self.source, self.observables)

    @property
    def system(self) -> System:
        """The equations, on an operation graph of their own."""
        return _system(self.source)

    def index(self, parameter: str) -> int:
        """Give the column of a parameter.

        Raises
        ------
        ModelError
            The model has no such parameter.
        """
        try:
            return self.parameters.index(parameter)
        except ValueError:
            raise ModelError(
                f"the model has no parameter {parameter!r}; nearest: "
                f"{closest(parameter, self.parameters)}; use an id of its text"
            ) from None

    def initial(self, parameters: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Give the states at the start.

        Parameters
        ----------
        parameters : ndarray, shape (count, p)

        Returns
        -------
        ndarray, shape (count, s)
        """
        if any(start is None for start in self.start.values()):
            return self.system.initial(parameters)
        states = np.empty((len(parameters), len(self.states)))
        for column, id_ in enumerate(self.states):
            start = self.start[id_]
            states[:, column] = (
                parameters[:, self.index(start)] if isinstance(start, str) else start
            )
        return states

    @property
    def absolute_tolerances(self) -> dict[str, float]:
        """Absolute tolerance of each state, from its scale."""
        pairs = zip(self.states, self.scales, strict=True)
        return {id_: ABSOLUTE * scale for id_, scale in pairs}


def compile_model(text: str, observables: Sequence[str]) -> Model:
    """Compile a model text.

    Parameters
    ----------
    text
        Antimony from :func:`exoheart.engine.join`, or SBML.
    observables
        Ids to record: states, parameters, assigned quantities, reactions.

    Raises
    ------
    ModelError
        The text can't be read, uses something that is not taken here (events, delays,
        algebraic rules), or lacks an observable.
    """
    name = "model-" + cache.key(text, *observables)
    kept = cache.read(name)
    if kept is not None:
        about, body = kept
        return _from_plain(about, body.decode())
    model = _compile(text, tuple(observables))
    cache.write(name, _to_plain(model), model.source.encode())
    return model


def _compile(text: str, observables: tuple[str, ...]) -> Model:
    source = to_sbml(text)
    system = _system(source)
    missing = [id_ for id_ in observables if id_ not in system.values]
    if missing:
        known = system.values
        raise ModelError(
            "the model has no "
            + "; ".join(f"{id_!r} (nearest: {closest(id_, known)})" for id_ in missing)
            + "; record ids of states or assignment rules"
        )
    declared = scales(text)
    return Model(
        source=source,
        parameters=system.parameters,
        units=_units(source),
        states=system.states,
        scales=tuple(declared.get(id_, (1.0, ""))[0] for id_ in system.states),
        meanings={id_: meaning for id_, (_, meaning) in declared.items()},
        observables=observables,
        amounts=frozenset(system.states[k] for k in system.amounts),
        start=_starts(system),
    )


@lru_cache(maxsize=32)
def _digest(source: str, observables: tuple[str, ...]) -> str:
    return cache.key(source, *observables)


@lru_cache(maxsize=4)
def _system(source: str) -> System:
    return read_sbml(source)


def _starts(system: System) -> dict[str, float | str | None]:
    """Give each state's initial value: a number, one parameter, or neither."""
    graph, found = system.graph, dict[str, float | str | None]()
    for id_, start in zip(system.states, system.starts, strict=True):
        if start in graph.values:
            found[id_] = graph.values[start]
        elif graph.operations[start] == "parameter":
            found[id_] = system.parameters[graph.arguments[start][0]]
        else:
            found[id_] = None
    return found


def _units(source: str) -> dict[str, str]:
    import libsbml

    model = libsbml.readSBMLFromString(source).getModel()
    return {
        item.getId(): _unit_text(item.getDerivedUnitDefinition())
        for item in [*model.getListOfParameters(), *model.getListOfSpecies()]
    }


def _to_plain(model: Model) -> dict[str, Any]:
    plain = asdict(model)
    del plain["source"]
    return plain | {"amounts": sorted(model.amounts)}


def _from_plain(plain: Mapping[str, Any], source: str) -> Model:
    rows = {name: tuple(plain[name]) for name in ("parameters", "states", "scales")}
    return Model(
        source=source,
        units=plain["units"],
        meanings=plain["meanings"],
        observables=tuple(plain["observables"]),
        amounts=frozenset(plain["amounts"]),
        start=plain["start"],
        **rows,
    )


def _unit_text(definition: Any) -> str:
    """Write an SBML unit definition as a text that pint reads."""
    import libsbml

    if definition is None or definition.getNumUnits() == 0:
        return "1"
    parts = []
    for unit in definition.getListOfUnits():
        kind = libsbml.UnitKind_toString(unit.getKind())
        size = unit.getMultiplier() * 10.0 ** unit.getScale()
        symbol = "" if kind == "dimensionless" else f" * {kind}"
        parts.append(f"({size!r}{symbol}) ** {unit.getExponentAsDouble()!r}")
    return " * ".join(parts)
