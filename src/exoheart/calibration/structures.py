"""Rival structures of the heart, scored on laboratories that their fit didn't see.

A structure is the shipped text with something taken out or put in. Each is fitted to
the calibrate and select rows of all laboratories but one and scored on that one, for
every laboratory in turn. Rows marked qualify are never read.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from exoheart import outcome
from exoheart.calibration.comparisons import of_species
from exoheart.calibration.fit import optimum
from exoheart.calibration.modules import MODULES, rows_of, unknowns_of
from exoheart.calibration.perturbations import judge
from exoheart.calibration.posterior import data_digest, priors_digest, text_digest
from exoheart.calibration.problem import Problem, misfits
from exoheart.calibration.rivals import STRUCTURES, Structure
from exoheart.outcome import Control
from exoheart.version import VERSION

FloatArray = npt.NDArray[np.float64]
READ = ("calibrate", "select")
#: Degrees of freedom of the score: a t density forgives a row that no structure meets.
_FREEDOM = 4.0


#: Steps of an optimum from the priors, and from an optimum nearby.
_AFRESH, _AGAIN = 20, 6


@dataclass(frozen=True)
class Score:
    """How one structure did on laboratories that its fit didn't see.

    Parameters
    ----------
    name
        Of the structure.
    by_laboratory
        Log score of each, summed over its rows.
    inside
        Rows inside their pass mark, by laboratory.
    rows
        Rows, by laboratory.
    signs
        Published perturbations whose direction it shares, of `represented`, with the
        fit to all laboratories.
    """

    name: str
    by_laboratory: Mapping[str, float]
    inside: Mapping[str, int]
    rows: Mapping[str, int]
    signs: int
    represented: int

    @property
    def total(self) -> float:
        """Sum over laboratories."""
        return math.fsum(self.by_laboratory.values())

    def against(self, other: Score) -> tuple[float, float]:
        """Give the difference of totals to another structure, with standard error."""
        gains = np.array(
            [
                self.by_laboratory[k] - other.by_laboratory[k]
                for k in other.by_laboratory
            ]
        )
        spread = float(np.std(gains, ddof=1)) * math.sqrt(len(gains))
        return float(np.sum(gains)), spread


Progress = Callable[[int, int], None]
#: Values by set key, clocks by their key, and coordinates by name of the unknown.
_Found = tuple[dict[str, float], dict[str, float], dict[str, float]]


def _moved(structure: Structure, module: str, rows: Sequence[Control]) -> Problem:
    unknowns = tuple(
        one for one in unknowns_of(module, rows) if one.key not in structure.changes
    )
    return Problem(tuple(rows), unknowns, terms=structure.terms, added=structure.added)


def _fit(
    structure: Structure, without: str | None, base: _Found, modules: Iterable[str]
) -> _Found:
    """Fit some modules in turn to all laboratories but one."""
    values, clocks, places = dict(base[0]), dict(base[1]), dict(base[2])
    # without one laboratory the optimum is near the one with all of them
    evaluations = _AFRESH if without is None else _AGAIN
    for module in modules:
        rows = [row for row in rows_of(module, READ) if row.laboratory != without]
        plain = _moved(structure, module, rows)
        problem = Problem(
            plain.controls,
            plain.unknowns,
            {**values, **structure.changes},
            clocks,
            structure.terms,
            structure.added,
        )
        start = np.array([places.get(one.name, 0.0) for one in problem.unknowns])
        best = optimum(problem, start, evaluations=evaluations)
        sets, found = problem.sets(best[None, :])
        values.update(sets[0])
        clocks.update(found[0])
        places.update(zip((u.name for u in problem.unknowns), best, strict=True))
    return values, clocks, places


def _base(structure: Structure) -> tuple[_Found, tuple[int, int]]:
    """Fit a structure to all laboratories; count the signs it shares."""
    found = _fit(structure, None, ({}, {}, {}), MODULES)
    values = {
        key: value
        for key, value in of_species({**found[0], **structure.changes}, "mouse").items()
        if key not in outcome.READINGS
    }
    judged = judge(changes=values, terms=structure.terms, added=structure.added)
    shown = [one for one in judged if one.perturbation.represented]
    return found, (sum(one.agrees is True for one in shown), len(shown))


def _held_out(task: tuple[Structure, str, _Found]) -> tuple[float, int, int]:
    """Score one laboratory with its rows left out of the fit."""
    structure, laboratory, base = task
    rows = {
        module: [r for r in rows_of(module, READ) if r.laboratory == laboratory]
        for module in MODULES
    }
    # its own clocks aren't known to a fit that hasn't seen it
    clocks = {k: v for k, v in base[1].items() if k.split("@")[0] != laboratory}
    own = [module for module, found in rows.items() if found]
    values, clocks, _ = _fit(structure, laboratory, (base[0], clocks, base[2]), own)
    score, inside, count = 0.0, 0, 0
    for module in own:
        problem = Problem(
            tuple(rows[module]), (), values, clocks, structure.terms, structure.added
        )
        found = problem.comparisons.predict([values], [clocks])[0]
        off = misfits(rows[module], found)
        score += float(np.sum(-(_FREEDOM + 1) / 2 * np.log1p(off**2 / _FREEDOM)))
        pairs = zip(rows[module], found, strict=True)
        inside += sum(bool(row.passes(value)) for row, value in pairs)
        count += len(rows[module])
    return score, inside, count


def compare_structures(
    structures: Sequence[Structure] = STRUCTURES,
    *,
    workers: int = 1,
    on_progress: Progress | None = None,
) -> list[Score]:
    """Score structures on every laboratory, each left out of the fit in turn.

    Only the modules that hold rows of the laboratory are fitted anew without it; the
    others keep the fit to all laboratories.

    Parameters
    ----------
    structures
        What to compare.
    workers
        Processes.
    on_progress
        Called with fits done and wanted.

    Returns
    -------
    list of Score
        In the order of `structures`.
    """
    laboratories = list(
        dict.fromkeys(row.laboratory for m in MODULES for row in rows_of(m, READ))
    )
    with ProcessPoolExecutor(max_workers=workers) as pool:
        bases = list(pool.map(_base, structures))
        tasks = [
            (structure, laboratory, base)
            for structure, (base, _) in zip(structures, bases, strict=True)
            for laboratory in laboratories
        ]
        done = []
        for found in pool.map(_held_out, tasks):
            done.append(found)
            if on_progress is not None:
                on_progress(len(done), len(tasks))
    scores = []
    for number, structure in enumerate(structures):
        own = done[number * len(laboratories) : (number + 1) * len(laboratories)]
        parts = [
            dict(zip(laboratories, column, strict=True))
            for column in zip(*own, strict=True)
        ]
        signs = bases[number][1]
        scores.append(Score(structure.name, parts[0], parts[1], parts[2], *signs))
    return scores


def structures_document(
    scores: Sequence[Score], structures: Sequence[Structure] = STRUCTURES
) -> dict[str, Any]:
    """Give the scores as data, each against the first."""
    return {
        "command": "exoheart calibrate --structures",
        "version": VERSION,
        "data_sha256": data_digest(),
        "text_sha256": text_digest(),
        "priors_sha256": priors_digest(),
        "structures": [
            {
                "name": structure.name,
                "why": structure.why,
                "adopted": structure.adopted,
                "score": round(score.total, 2),
                "against_shipped": round(score.against(scores[0])[0], 2),
                "standard_error": round(score.against(scores[0])[1], 2),
                "inside": sum(score.inside.values()),
                "rows": sum(score.rows.values()),
                "signs": score.signs,
                "represented": score.represented,
                "by_laboratory": {
                    k: round(v, 2) for k, v in score.by_laboratory.items()
                },
            }
            for structure, score in zip(structures, scores, strict=True)
        ],
    }


def write_structures(folder: Path, document: Mapping[str, Any]) -> None:
    """Write the scores as ``structures.json``, complete or not at all."""
    made = folder / "structures.json.new"
    made.write_text(json.dumps(document, indent=1) + "\n", "utf-8")
    made.replace(folder / "structures.json")
