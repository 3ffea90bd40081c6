"""Solving a folder of cases of the SBML Test Suite, and comparing with its results.

In: a folder of cases (:mod:`exoheart.engine.sbml_case`). Out: which pass by their own
tolerances, which fail, and which have constructs that :mod:`exoheart.engine.sbml`
refuses; one with several of these counts under the first, so that passed, failed and
unsupported add up to all cases.

Run ``python -m exoheart.engine.sbml_suite FOLDER [--json] [--solver engine|numpy]``.
The solver ``numpy`` shares the equations with the engine and nothing else: SciPy
integrates them, NumPy reads the operation graph.

References
----------
https://github.com/sbmlteam/sbml-test-suite
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from exoheart.engine.members import Block
from exoheart.engine.model import compile_model
from exoheart.engine.program import program_of
from exoheart.engine.sbml import read_sbml, unsupported
from exoheart.engine.sbml_case import Case, misfit, read_case
from exoheart.engine.sbml_contents import open_sbml, read_contents
from exoheart.engine.system import System
from exoheart.engine.task import DONE
from exoheart.errors import InputError, ModelError, SolveError

FloatArray = npt.NDArray[np.float64]
#: Tolerances of both solvers: far below those of the cases.
_RTOL, _ABSOLUTE = 1e-9, 1e-14
#: Gives the values of ids of a text at ascending times, shape (time, id).
Solver = Callable[[str, Sequence[str], FloatArray], FloatArray]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the cases of a folder ended.

    Parameters
    ----------
    passed
        Ids.
    failed
        A sentence for each id.
    unsupported
        The first refused construct of each id.
    """

    passed: tuple[str, ...]
    failed: Mapping[str, str]
    unsupported: Mapping[str, str]

    def document(self) -> dict[str, Any]:
        """Give the outcome as plain data."""
        counts = Counter(self.unsupported.values())
        return {
            "passed": len(self.passed),
            "failed": sorted(self.failed),
            "unsupported": dict(sorted(counts.items())),
        }


# --------------------------------------------------------------------------- solving


def by_engine(sbml: str, ids: Sequence[str], times: FloatArray) -> FloatArray:
    """Solve a text with the compiled engine; shape (time, id).

    By the machine code alone: an ensemble would take a constant that is infinite for
    a failure, and try again in other ways.
    """
    model = compile_model(sbml, ids)
    parameters = defaults(model.system)[None]
    block = Block(parameters, model.initial(parameters), (), times[None])
    solved = program_of(model, 2).solve(block, _RTOL, _ABSOLUTE)
    if solved.code[0] != DONE:
        raise SolveError(f"the engine gave up at {solved.reached[0]:.4g}")
    values: FloatArray = solved.values[0]
    return values


def by_numpy(sbml: str, ids: Sequence[str], times: FloatArray) -> FloatArray:
    """Solve a text with SciPy's LSODA on the graph read by NumPy; shape (time, id)."""
    from scipy.integrate import solve_ivp

    system = read_sbml(sbml)
    parameters = defaults(system)
    inflow = np.zeros(len(system.states))

    def leaves(time: float, states: FloatArray) -> Callable[[str, int], Any]:
        kinds = {"state": states, "parameter": parameters, "inflow": inflow}
        return lambda kind, k: time if kind == "time" else kinds[kind][k]

    def rates(time: float, states: FloatArray) -> FloatArray:
        return np.array(system.read(system.rates, leaves(time, states)))

    start = system.initial(parameters[None])[0]
    path = np.tile(start[:, None], len(times))
    if len(start) and times[-1] > 0.0:
        found: Any = solve_ivp(
            rates,
            (0.0, times[-1]),
            start,
            method="LSODA",
            t_eval=times,
            rtol=_RTOL,
            atol=_ABSOLUTE,
            max_step=times[-1] - times[-2],
        )
        if not found.success:
            raise SolveError(found.message)
        path = found.y
    nodes = tuple(system.values[id_] for id_ in ids)
    return np.array(
        [system.read(nodes, leaves(t, path[:, k])) for k, t in enumerate(times)]
    )


SOLVERS: Mapping[str, Solver] = {"engine": by_engine, "numpy": by_numpy}


def defaults(system: System) -> FloatArray:
    """Give the parameters that the text itself sets, shape (p,)."""
    values = system.graph.values
    plain = [values.get(node, np.nan) for node in system.defaults]
    found = system.read(
        system.defaults, lambda kind, k: plain[k] if kind == "parameter" else 0.0
    )
    return np.array(found, dtype=float)


# ------------------------------------------------------------------------- comparing


def solve_case(case: Case, solver: Solver) -> FloatArray:
    """Compute what a case knows, in the quantities that it wants.

    Returns
    -------
    ndarray, shape (time, variable)

    Raises
    ------
    ModelError
        The text can't be solved here.
    """
    species = read_contents(open_sbml(case.sbml)).species
    ours = {id_: species[id_] for id_ in case.variables if id_ in species}
    powers = {id_: _power_of_size(case, id_, ours[id_].is_amount) for id_ in ours}
    sizes = {id_: ours[id_].compartment for id_, power in powers.items() if power}
    ids = tuple(dict.fromkeys([*case.variables, *sizes.values()]))
    found = dict(zip(ids, solver(case.sbml, ids, case.times).T, strict=True))
    wanted = [
        found[id_] * found[sizes[id_]] ** powers[id_] if id_ in sizes else found[id_]
        for id_ in case.variables
    ]
    return np.array(wanted).T


def _power_of_size(case: Case, id_: str, is_amount: bool) -> int:
    """Give the power of the compartment's size that turns a symbol into what is asked.

    0 where no size is needed: a compartment may have none.
    """
    if id_ in case.amounts and not is_amount:
        return 1
    return -1 if id_ in case.concentrations and is_amount else 0


def check(directory: Path, solver: str = "engine") -> Outcome:
    """Solve and compare every case of a folder.

    Parameters
    ----------
    directory
        Folders of cases.
    solver
        One of :data:`SOLVERS`.

    Raises
    ------
    InputError
        The folder has no cases, or one that can't be read.
    """
    folders = sorted(path.parent for path in directory.glob("*/*-settings.txt"))
    if not folders:
        raise InputError(
            f"{directory} has no cases; allowed: a folder of the suite's cases; give "
            "the one that holds 00001"
        )
    passed, failed, refused = [], dict[str, str](), dict[str, str]()
    for k, folder in enumerate(folders):
        if k % 50 == 0:
            print(f"{k} of {len(folders)} cases", file=sys.stderr)
        case = read_case(folder)
        try:
            constructs = unsupported(case.sbml)
            if constructs:
                refused[case.id] = constructs[0]
                continue
            fault = misfit(case, solve_case(case, SOLVERS[solver]))
        except (ModelError, SolveError) as error:
            fault = str(error)
        if fault:
            failed[case.id] = fault
            print(f"{case.id} failed: {fault}", file=sys.stderr)
        else:
            passed.append(case.id)
    return Outcome(tuple(passed), failed, refused)


# -------------------------------------------------------------------------- printing


def table(outcome: Outcome) -> str:
    """Write an outcome for a reader."""
    covered = len(outcome.passed) + len(outcome.failed)
    total = covered + len(outcome.unsupported)
    counts = Counter(outcome.unsupported.values())
    lines = [
        f"{'cases':32} {total:6}",
        f"{'supported':32} {covered:6}   {covered / total:.1%} of cases",
        f"{'passed':32} {len(outcome.passed):6}   "
        f"{len(outcome.passed) / max(covered, 1):.1%} of those supported",
        f"{'failed':32} {len(outcome.failed):6}",
        *(f"unsupported: {name:19} {n:6}" for name, n in counts.most_common()),
        *(f"failed {id_}: {why}" for id_, why in sorted(outcome.failed.items())),
    ]
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the cases of a folder; 0 if none failed, 1 if some did, 2 if none can run."""
    parser = argparse.ArgumentParser(
        prog="python -m exoheart.engine.sbml_suite",
        description="Solve cases of the SBML Test Suite and compare with its results.",
    )
    parser.add_argument("folder", type=Path, help="holds the cases' folders")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.add_argument("--solver", choices=sorted(SOLVERS), default="engine")
    asked = parser.parse_args(arguments)
    try:
        outcome = check(asked.folder, asked.solver)
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    print(json.dumps(outcome.document()) if asked.json else table(outcome))
    return 1 if outcome.failed else 0


if __name__ == "__main__":
    sys.exit(main())
