"""Schedules as arrays: what the machine code reads of a block's actions.

In: a block's actions, in any order. Out: rows member by member in order of time, with
numbers for names, and how much of a dose each member is given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from exoheart.engine.kernels import Layout
from exoheart.engine.members import Action, Block
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
    actions = sorted(block.schedule, key=lambda a: (a.member, a.time_h))
    asked = dict.fromkeys((action.action, action.target) for action in actions)
    known = {pair: _place(model, layout, *pair) for pair in asked}
    places = [known[action.action, action.target] for action in actions]
    members = np.array([a.member for a in actions], dtype=np.int64)
    return Rows(
        np.searchsorted(members, np.arange(count + 1)).astype(np.int64),
        np.array([*(a.time_h for a in actions), np.inf]),
        np.array([*(kind for kind, _ in places), 0], dtype=np.int64),
        np.array([*(place for _, place in places), 0], dtype=np.int64),
        np.array([*(a.value for a in actions), 0.0]),
        _excess(model, actions, block.sample_times[:, -1]),
    )


def excess_of(model: Model, block: Block) -> FloatArray:
    """Give how many times more than ordinary each member is given, shape (count,)."""
    actions = sorted(block.schedule, key=lambda a: (a.member, a.time_h))
    return _excess(model, actions, block.sample_times[:, -1])


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


def _excess(model: Model, actions: Sequence[Action], last: FloatArray) -> FloatArray:
    """Add up what each member is given, in scales of the states that get it."""
    total = np.zeros(len(last))
    scales = dict(zip(model.states, model.scales, strict=True))
    running: dict[tuple[int, str], tuple[float, float]] = {}
    for action in actions:
        if action.action == "set" or action.time_h >= last[action.member]:
            continue
        given = action.value / scales[action.target]
        if action.action == "add":
            total[action.member] += given
            continue
        where = (action.member, action.target)
        rate, since = running.get(where, (0.0, action.time_h))
        total[action.member] += rate * (action.time_h - since)
        running[where] = (given, action.time_h)
    for (member, _), (rate, since) in running.items():
        total[member] += rate * (last[member] - since)
    return np.maximum(1.0, total / ORDINARY)
