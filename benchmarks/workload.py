"""The frozen workload: one model, two tables of members, the same numbers for all.

In: the files that :mod:`freeze` wrote. Out: a :class:`Workload`, from which every peer
takes the SBML, the members and the tolerances. A file that differs from its recorded
digest is refused, so two runs of the benchmark can be compared.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from exoheart.engine import Action, Table
from exoheart.engine.segments import Segment, segments

FloatArray = npt.NDArray[np.float64]
HERE = Path(__file__).parent
#: Absolute tolerance of a state, as a share of its scale, for every peer.
ABSOLUTE = 1e-9
#: What a member is given, in scales of the states that get it, up to which tolerances
#: of amounts stay as declared; beyond it they grow with what is given.
ORDINARY = 1e9


@dataclass(frozen=True, slots=True)
class Workload:
    """A model, its members, and what is recorded of them.

    Parameters
    ----------
    sbml
        The frozen model.
    states, parameters, observables
        Ids, in the order of the tables.
    scales : ndarray, shape (s,)
        Typical size of each state.
    members
        Parameters, initial states, schedules and sample times.
    schedules
        The same schedule, member by member, so that nobody has to search for it.
    share
        Absolute tolerance of a state, as a share of its scale.
    """

    sbml: str
    states: tuple[str, ...]
    parameters: tuple[str, ...]
    observables: tuple[str, ...]
    scales: FloatArray
    members: Table
    schedules: tuple[tuple[Action, ...], ...]
    share: float = ABSOLUTE

    def __len__(self) -> int:
        return len(self.members)

    def first(self, count: int) -> Workload:
        """Give the same workload with its first `count` members only."""
        rows = slice(0, count)
        members, schedules = self.members, self.schedules[rows]
        table = Table(
            members.parameters[rows],
            members.initial[rows],
            tuple(action for own in schedules for action in own),
            members.sample_times[rows],
        )
        return replace(self, members=table, schedules=schedules)

    def pieces(self, member: int) -> list[Segment]:
        """Give the smooth pieces of one member, in the order of time."""
        times = self.members.sample_times[member]
        return list(segments(self.schedules[member], times))

    def absolute(self, member: int, amounts: frozenset[int]) -> FloatArray:
        """Give the absolute tolerance of each state for one member, shape (s,).

        Parameters
        ----------
        member
            Its index.
        amounts
            Indices of the states that reactions change: only their tolerances grow.
        """
        excess = max(1.0, self.given(member) / ORDINARY)
        grown = np.isin(np.arange(len(self.states)), list(amounts))
        return self.share * self.scales * np.where(grown, excess, 1.0)

    def given(self, member: int) -> float:
        """Add up what a member is given, in scales of the states that get it."""
        scale = dict(zip(self.states, self.scales, strict=True))
        total, rates = 0.0, dict[str, float]()
        for piece in self.pieces(member):
            total += sum(rates.values()) * (piece.end_h - piece.start_h)
            for action in piece.actions:
                if action.action == "add":
                    total += action.value / scale[action.target]
                elif action.action == "rate":
                    rates[action.target] = action.value / scale[action.target]
        return total


def load(cohort: str = "narrow", version: str = "v1") -> Workload:
    """Load a frozen workload.

    Parameters
    ----------
    cohort
        ``narrow`` or ``wide``; ``frozen_v1.json`` says what they are.
    version
        Of the frozen files.

    Raises
    ------
    ValueError
        A file isn't the one that was frozen.
    """
    _check(f"frozen_{version}.json")
    with np.load(HERE / f"members_{version}.npz") as arrays:
        names = ("states", "parameters", "observables")
        states, parameters, observables = (
            tuple(str(id_) for id_ in arrays[name]) for name in names
        )
        keys = [key for key in arrays.files if key.startswith(f"{cohort}_")]
        own = {key.removeprefix(f"{cohort}_"): arrays[key] for key in keys}
        scales = arrays["scales"]
    members = _table(own, (*states, *parameters))
    return Workload(
        sbml=(HERE / f"model_{version}.xml").read_text("utf-8"),
        states=states,
        parameters=parameters,
        observables=observables,
        scales=scales,
        members=members,
        schedules=by_member(members),
    )


def by_member(members: Table) -> tuple[tuple[Action, ...], ...]:
    """Sort a schedule by member; what happens at one time keeps its order."""
    found: list[list[Action]] = [[] for _ in range(len(members))]
    for action in members.schedule:
        found[action.member].append(action)
    return tuple(tuple(own) for own in found)


def reference(cohort: str = "narrow", version: str = "v1") -> FloatArray:
    """Give what the first members of a cohort come to, as :mod:`reference` froze it.

    Returns
    -------
    ndarray, shape (member, sample, observable)
        Not a number for members on which two solvers didn't agree.
    """
    _check(f"reference_{version}.json")
    with np.load(HERE / f"reference_{version}.npz") as arrays:
        return np.asarray(arrays[cohort])


def digest(path: Path) -> str:
    """Give the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _check(record: str) -> None:
    """Refuse files that differ from what a record says of them."""
    digests = json.loads((HERE / record).read_text("utf-8"))["sha256"]
    for name, wanted in digests.items():
        met = digest(HERE / name)
        if met != wanted:
            raise ValueError(
                f"{name} has the digest {met}; allowed: {wanted}; restore the file, or "
                "freeze a new version of the workload"
            )


def _table(arrays: Mapping[str, Any], ids: Sequence[str]) -> Table:
    names = ("member", "time_h", "action", "target", "value")
    columns = (arrays[name].tolist() for name in names)
    schedule = tuple(
        Action(member, time_h, action, ids[target], value)
        for member, time_h, action, target, value in zip(*columns, strict=True)
    )
    return Table(
        arrays["parameters"].astype(float),
        arrays["initial"].astype(float),
        schedule,
        arrays["sample_times"],
    )
