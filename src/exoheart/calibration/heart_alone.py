"""The heart alone, its signals at zero: what untreated animals would read.

In: species, protocol, changes of parameters or of terms. Out: courses of observables.
Everything in this room runs through here; the joined model gives the same numbers for
an untreated arm (a test).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from exoheart import engine, heart, outcome
from exoheart.errors import InputError
from exoheart.evidence import (
    load_choices,
    load_correlation,
    load_parameters,
    resolve,
)
from exoheart.records.prior import Priors
from exoheart.units import factor

FloatArray = npt.NDArray[np.float64]
#: Terms of the text that are replaced: (id, expression), hashable.
Terms = tuple[tuple[str, str], ...]
LIGATION = "permanent ligation"
REPERFUSION = "ischaemia-reperfusion"


@lru_cache(maxsize=64)
def heart_text(terms: Terms = (), added: tuple[str, ...] = ()) -> str:
    """Give the text of the heart with its observables, signals left open.

    Parameters
    ----------
    terms
        Expressions in the place of shipped ones; see
        :func:`exoheart.heart.terms.replaced`.
    added
        Further statements: declarations of what the expressions use.
    """
    shipped = (*heart.blocks(), *outcome.blocks())
    blocks = heart.replaced(shipped, dict(terms))
    return engine.join("heart_alone", [*blocks, *added], dict(heart.PORTS_READ))


@lru_cache(maxsize=64)
def heart_model(
    observables: tuple[str, ...], terms: Terms = (), added: tuple[str, ...] = ()
) -> engine.Model:
    """Compile the heart alone."""
    return engine.compile_model(heart_text(terms, added), observables)


@lru_cache(maxsize=16)
def priors(species: str, *, fitted: bool = True) -> Priors:
    """Give what is known of one species; without `fitted`, as before any fit."""
    rows = [row for row in load_parameters() if fitted or row.kind != "fitted"]
    return resolve(rows, species, load_choices(), load_correlation())


def central(
    model: engine.Model, species: str, *, fitted: bool = True
) -> dict[str, float]:
    """Give the central value of every parameter of a model, by text id.

    What a reading needs (:data:`exoheart.outcome.READINGS`) is in it too, by row id.
    Parameters of statements that were added to the text are not: a run gives them.
    """
    known = priors(species, fitted=fitted)
    values = dict(heart.SCHEDULED) | dict.fromkeys(heart.PORTS_READ, 0.0)
    for id_ in model.parameters:
        row = known.get(id_.replace("_", ".", 1))
        if row is not None:
            values[id_] = row.value * factor(row.unit, model.units[id_])
    for id_, unit in outcome.READINGS.items():
        values[id_] = known[id_].value * factor(known[id_].unit, unit)
    return values


@dataclass(frozen=True)
class Run:
    """One animal to solve: species, protocol, sample times [h after occlusion].

    `protocol` is the infarct model and the length of the occlusion [h]; `changes` are
    values by text id, in the model's units, that replace central ones.
    """

    species: str
    protocol: tuple[str, float | None]
    times: npt.ArrayLike
    changes: Mapping[str, float] = field(default_factory=dict)


def solve(
    runs: Sequence[Run],
    observables: Sequence[str],
    terms: Terms = (),
    *,
    added: tuple[str, ...] = (),
    fitted: bool = True,
    workers: int = 1,
) -> engine.Solution:
    """Solve some animals in one go; shorter courses are filled up with later times.

    Parameters
    ----------
    runs
        The animals.
    observables
        What to give.
    terms, added
        Replaced terms of the model text, and statements added to it.
    fitted
        False takes central values from before any fit.
    workers
        Processes.

    Returns
    -------
    Solution
        Observables of shape (run, sample).
    """
    model = heart_model(tuple(observables), terms, added)
    given = {
        species: central(model, species, fitted=fitted)
        for species in {run.species for run in runs}
    }
    rows = [given[run.species] | dict(run.changes) for run in runs]
    missing = [id_ for id_ in model.parameters if any(id_ not in row for row in rows)]
    if missing:
        raise InputError(
            f"no value for {', '.join(missing)}; allowed: a row of the parameter "
            "tables or a value in the changes of every run; give one"
        )
    table = np.array([[values[id_] for id_ in model.parameters] for values in rows])
    actions = [
        action
        for number, (run, values) in enumerate(zip(runs, rows, strict=True))
        for action in heart.infarct_actions(number, *run.protocol, values)
    ]
    wanted = [np.asarray(run.times, dtype=np.float64) for run in runs]
    longest = max(len(times) for times in wanted)
    filled = [
        np.append(times, times[-1] + 1e-3 * (1.0 + np.arange(longest - len(times))))
        for times in wanted
    ]
    start = model.initial(table)
    members = engine.Table(table, start, tuple(actions), np.array(filled))
    return engine.solve(model, members, workers=workers)
