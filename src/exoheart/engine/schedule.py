"""Schedules as arrays: what the machine code reads of a block's actions.

In: a block's actions, in any order. Out: rows member by member in order of time, with
numbers for names, and how much of a dose each member is given.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from exoheart.engine.kernels import Layout
from exoheart.engine.members import Block, Schedule
from exoheart.engine.model import Model
from exoheart.engine.task import ADD, RATE, SET_PARAMETER, SET_STATE
from exoheart.errors import ModelError, closest

FloatArray = npt.NDArray[np.float64]
WholeArray = npt.NDArray[np.int64]
#: Amount given to a member, over the scale of the state that gets it, up to which
#: tolerances stay as the text declares them. Beyond it the absolute ones of amounts
#: grow with it: they would ask for more digits than a number has.
ORDINARY = 1e9


@dataclass(frozen=True, slots=True)
class Rows:
    """A block's schedule as arrays, member by member and in order of time.

    Parameters
    ----------
    first : ndarray of int, shape (count + 1,)
        Where the rows of each member begin; the last entry is the number of rows.
    time, kind, target, value : ndarray, shape (rows + 1,)
        One row each; the last is a stop that is never read as a row.
    excess : ndarray, shape (count,)
        How many times more than ordinary each member is given, 1 at least.
    """

    first: WholeArray
    time: FloatArray
    kind: WholeArray
    target: WholeArray
    value: FloatArray
    excess: FloatArray


def rows_of(model: Model, layout: Layout, block: Block) -> Rows:
    """Turn a block's schedule into arrays.

    Raises
    ------
    ModelError
        A row names something that the model lacks, or doses what takes no dose.
    """
    count = len(block.parameters)
    rows = Schedule.of(block.schedule).in_time()
    places = [_place(model, layout, *name) for name in rows.names]
    known = np.array(places, dtype=np.int64).reshape(-1, 2)[rows.what]
    return Rows(
        np.searchsorted(rows.member, np.arange(count + 1)).astype(np.int64),
        np.append(rows.time_h, np.inf),
        np.append(known[:, 0], 0),
        np.append(known[:, 1], 0),
        np.append(rows.value, 0.0),
        _excess(model, rows, block.sample_times[:, -1]),
    )


def excess_of(model: Model, block: Block) -> FloatArray:
    """Give how many times more than ordinary each member is given, shape (count,)."""
    rows = Schedule.of(block.schedule).in_time()
    return _excess(model, rows, block.sample_times[:, -1])


def _place(model: Model, layout: Layout, action: str, target: str) -> tuple[int, int]:
    """Give the kind of a row and where its target lies."""
    if action == "set":
        if target in model.states:
            return SET_STATE, model.states.index(target)
        if target in model.parameters:
            return SET_PARAMETER, model.parameters.index(target)
        known = [*model.states, *model.parameters]
        raise ModelError(
            f"the schedule names {target!r}, which the model lacks; allowed: its "
            f"states and parameters; nearest: {closest(target, known) or 'none'}"
        )
    if target not in model.amounts:
        near = closest(target, sorted(model.amounts)) or "none"
        raise ModelError(
            f"the schedule's {action!r} names {target!r}; allowed: a state that "
            f"reactions change; nearest: {near}"
        )
    state = model.states.index(target)
    if action == "add":
        return ADD, state
    return RATE, layout.parameters + layout.inflow_of[state]


def _excess(model: Model, rows: Schedule, last: FloatArray) -> FloatArray:
    """Add up what each member is given, in scales of the states that get it.

    Parameters
    ----------
    rows
        In order of time. A ``rate`` gives until the next one on its state, or until
        the last sample.
    last : ndarray, shape (count,)
        Time of each member's last sample [h].
    """
    scales = dict(zip(model.states, model.scales, strict=True))
    scale = np.array([scales.get(target, 1.0) for _, target in rows.names])
    kinds = np.array([("add", "rate", "set").index(kind) for kind, _ in rows.names])
    kept = np.flatnonzero(rows.time_h < last[rows.member])
    kept = kept[kinds[rows.what[kept]] < 2]
    member, what, time = rows.member[kept], rows.what[kept], rows.time_h[kept]
    given = rows.value[kept] / scale[what]
    rates = np.flatnonzero(kinds[what] == 1)
    state = member[rates] * len(rows.names) + what[rates]
    before, ends = _neighbours(state)
    rate, since = given[rates], time[rates]
    given[rates] = np.where(before < 0, 0.0, rate[before] * (since - since[before]))
    owner = member[rates[ends]]
    running = rate[ends] * (last[owner] - since[ends])
    total = np.zeros(len(last))
    # one after another: sums of the same numbers in the same order
    np.add.at(total, np.append(member, owner), np.append(given, running))
    return np.maximum(1.0, total / ORDINARY)


def _neighbours(labels: WholeArray) -> tuple[WholeArray, WholeArray]:
    """Give the place before each place that has its label, and each label's last.

    Returns
    -------
    before : ndarray of int, shape of `labels`
        Minus one where there is none.
    ends : ndarray of int
        One place for each label, in the order in which labels are first met.
    """
    order = np.argsort(labels, kind="stable")
    same = labels[order[1:]] == labels[order[:-1]]
    before = np.full(len(labels), -1)
    before[order[1:][same]] = order[:-1][same]
    firsts = order[np.append(True, ~same)] if len(order) else order
    ends = order[np.append(~same, True)] if len(order) else order
    return before, ends[np.argsort(firsts)]
