"""A case of the SBML Test Suite: a model, what is known of it, and how close is close.

In: a folder of one case, laid out as the suite's semantic cases are (``NNNNN/`` with
``NNNNN-settings.txt``, ``NNNNN-results.csv`` and SBML texts). Out: a :class:`Case`, and
where computed values miss it. Read next: :mod:`exoheart.engine.sbml_suite` (solves
whole folders of cases).
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from exoheart.errors import InputError

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Case:
    """One model with known results.

    Parameters
    ----------
    id
        Name of its folder.
    sbml
        Text of the model, in the highest level that the folder has.
    times : ndarray, shape (time,)
        In the unit of time of the text.
    variables
        Ids whose values are known.
    amounts, concentrations
        Species among them that are wanted as an amount or per size of compartment,
        whatever their symbol means.
    absolute, relative
        Tolerances.
    known : ndarray, shape (time, variable)
        Results.
    """

    id: str
    sbml: str
    times: FloatArray
    variables: tuple[str, ...]
    amounts: frozenset[str]
    concentrations: frozenset[str]
    absolute: float
    relative: float
    known: FloatArray


def read_case(folder: Path) -> Case:
    """Read one case from its folder.

    Raises
    ------
    InputError
        The folder lacks one of a case's files, its settings lack an entry, or its
        results don't fit them.
    """
    id_ = folder.name
    texts = sorted(folder.glob(f"{id_}-sbml-l*v*.xml"))
    settings = folder / f"{id_}-settings.txt"
    results = folder / f"{id_}-results.csv"
    missing = [str(path) for path in (settings, results) if not path.is_file()]
    if missing or not texts:
        raise InputError(
            f"case {id_} lacks {', '.join(missing or ['its SBML text'])}; allowed: "
            "settings, results and SBML beside one another; complete the folder"
        )
    entries = _settings(settings)
    variables = _list(entries["variables"])
    start, duration = float(entries["start"]), float(entries["duration"])
    steps = int(entries["steps"])
    known = _results(results, variables)
    if len(known) != steps + 1:
        raise InputError(
            f"{results} has {len(known)} rows of values; allowed: {steps + 1}, one "
            f"more than the steps of {settings.name}; mend either file"
        )
    return Case(
        id=id_,
        sbml=texts[-1].read_text("utf-8"),
        times=start + duration * np.arange(steps + 1) / steps,
        variables=variables,
        amounts=frozenset(_list(entries.get("amount", ""))),
        concentrations=frozenset(_list(entries.get("concentration", ""))),
        absolute=float(entries["absolute"]),
        relative=float(entries["relative"]),
        known=known,
    )


def _settings(path: Path) -> dict[str, str]:
    lines = path.read_text("utf-8").splitlines()
    pairs = (line.partition(":") for line in lines if ":" in line)
    entries = {key.strip(): value.strip() for key, _, value in pairs}
    needed = ("start", "duration", "steps", "variables", "absolute", "relative")
    missing = [key for key in needed if not entries.get(key)]
    if missing:
        raise InputError(f"{path} lacks {', '.join(missing)}; add these entries")
    return entries


def _list(text: str) -> tuple[str, ...]:
    return tuple(item.strip() for item in text.split(",") if item.strip())


def _results(path: Path, variables: Sequence[str]) -> FloatArray:
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.reader(file) if row]
    # the first column is the time, whatever it is called
    head = ["", *(item.strip() for item in rows[0][1:])]
    missing = [id_ for id_ in variables if id_ not in head]
    if missing:
        raise InputError(
            f"{path} has no column {', '.join(missing)}; add these columns"
        )
    columns = [head.index(id_) for id_ in variables]
    return np.array([[float(row[k]) for k in columns] for row in rows[1:]])


def misfit(case: Case, computed: FloatArray) -> str:
    """Say where computed values miss the known ones most; empty if nowhere."""
    with np.errstate(invalid="ignore"):
        off = np.abs(computed - case.known)
        room = case.absolute + case.relative * np.abs(case.known)
        ratio = np.where(np.isfinite(case.known), off / room, np.inf)
    ratio[np.isnan(ratio)] = np.inf
    same = (computed == case.known) | (np.isnan(computed) & np.isnan(case.known))
    ratio[same] = 0.0
    if np.all(ratio <= 1.0):
        return ""
    row, column = np.unravel_index(np.argmax(ratio), ratio.shape)
    found, known = computed[row, column], case.known[row, column]
    when = f"{case.variables[column]} at {case.times[row]:g}"
    return f"{when} is {found:.17g}, known {known:.17g}"
