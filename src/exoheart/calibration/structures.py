"""Rival structures of the heart, scored on laboratories that their fit didn't see.

A structure is the shipped text with something taken out or put in. Each is fitted to
the calibrate and select rows of all laboratories but one and scored on that one, for
every laboratory in turn. Rows marked qualify are never read.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from exoheart import outcome
from exoheart.calibration.comparisons import of_species
from exoheart.calibration.fit import optimum
from exoheart.calibration.heart_alone import Terms
from exoheart.calibration.modules import MODULES, rows_of, unknowns_of
from exoheart.calibration.perturbations import judge
from exoheart.calibration.problem import Problem, misfits
from exoheart.outcome import Control

FloatArray = npt.NDArray[np.float64]
READ = ("calibrate", "select")
#: Degrees of freedom of the score: a t density forgives a row that no structure meets.
_FREEDOM = 4.0


@dataclass(frozen=True)
class Structure:
    """One way to write the heart.

    Parameters
    ----------
    name, why
        What it is, and what speaks for it.
    adopted
        Whether the shipped text has what the structure is about: for a structure that
        takes something out, that it is in.
    changes
        Fixed values by set key, in the model's unit; a fit doesn't move them.
    terms, added
        As in :class:`exoheart.calibration.Comparisons`.
    """

    name: str
    why: str
    adopted: bool = True
    changes: Mapping[str, float] = field(default_factory=dict)
    terms: Terms = ()
    added: tuple[str, ...] = ()


_AT_ONCE_H = 0.05
#: A state of its own for scar between the fibres of remote muscle; it follows dilation.
REMOTE_FIBROSIS = """
  candidate_weight has dimensionless;
  candidate_time has hour;
  var candidate_fibrosis; candidate_fibrosis has dimensionless; // scale 0.1: scar
  candidate_fibrosis = 0 dimensionless;
  candidate_fibrosis' = (heart_dilation - candidate_fibrosis) / candidate_time;
"""
STRUCTURES: tuple[Structure, ...] = (
    Structure("shipped", "the text as it is"),
    Structure(
        "without a lag of cytokines",
        "IL-1 is low at three hours in mice and rats",
        changes={"heart_alarm_response_time": _AT_ONCE_H},
    ),
    Structure(
        "without washout of danger signals",
        "cytokines fall faster in reperfused hearts",
        changes={"heart_alarmin_washout_rate": 0.0},
    ),
    Structure(
        "without a source of TNFa in ligated scars",
        "ligated rats keep TNFa for weeks, reperfused mice don't",
        changes={"heart_tnf_ligated_gain": 0.0},
    ),
    Structure(
        "without resting scar cells",
        "myofibroblasts lose their fibres after a week and don't divide again",
        terms=(
            (
                "heart_fibroblasts'",
                "{old} + heart_reversion_rate * heart_myofibroblasts"
                " / heart_clock_repair",
            ),
            ("heart_matrifibrocytes'", "0 dimensionless * heart_reversion_rate"),
        ),
    ),
    Structure(
        "without maturation of collagen",
        "messenger RNA falls by day nine, stained collagen grows for weeks",
        changes={"heart_collagen_maturation_time": _AT_ONCE_H},
    ),
    Structure(
        "collagen from myofibroblasts only",
        "messenger RNA is high on day three, before myofibroblasts are many",
        changes={
            "heart_collagen_fibroblast_share": 0.0,
            "heart_collagen_matrifibrocyte_share": 0.0,
        },
    ),
    Structure(
        "without amplification of cytokines by cytokines",
        "mice without TNFa make less IL-1",
        changes={"heart_amplification_gain": 0.0},
    ),
    Structure(
        "without monocyte supply raised by IL-1",
        "an antibody against IL-1 lowers monocytes for a week",
        changes={"heart_monocyte_supply_gain": 0.0},
    ),
    Structure(
        "without TNFa calling neutrophils",
        "mice without TNFa have fewer",
        changes={"heart_neutrophil_tnf_weight": 0.0},
    ),
    Structure(
        "without early release of TGFb",
        "TGFb is doubled on day one, before macrophages are many",
        changes={"heart_tgf_beta_release_gain": 0.0},
    ),
    Structure(
        "with slow loss at the border",
        "was so before; mice without the IL-1 receptor keep more muscle after ligation",
        changes={"heart_border_death_rate": 0.03 / 24},
    ),
    Structure(
        "with vessels of dead muscle weighing on the pump",
        "was so before; rats pump better than it says",
        terms=(
            (
                "heart_contractility_remote'",
                "(1 dimensionless - heart_contractility_dilation_effect * "
                "heart_dilation / (1 dimensionless + heart_dilation) - "
                "heart_contractility_vessel_effect * "
                "positive(1 dimensionless - heart_vessels, 0 dimensionless) - "
                "heart_contractility_inflammation_effect * heart_local_inflammation - "
                "heart_contractility_remote) / heart_contractility_time",
            ),
        ),
    ),
    Structure(
        "with shallow pruning of vessels",
        "was so before; scars of rats keep a quarter at week four",
        changes={
            "heart_vessel_floor_basal": 0.3,
            "heart_vessel_pruning_rate": 0.1 / 24,
        },
    ),
    Structure(
        "without growth of surviving muscle",
        "large infarcts of rats eject more than lost muscle allows",
        changes={"heart_compensation_effect": 0.0},
    ),
    Structure(
        "with fibrosis of remote muscle",
        "vehicle pigs lost 5.4 points between weeks four and eight",
        adopted=False,
        terms=(
            (
                "heart_contractility_remote'",
                "{old} - candidate_fibrosis"
                " * candidate_weight / heart_contractility_time",
            ),
        ),
        changes={"candidate_weight": 0.2, "candidate_time": 1000.0},
        added=(REMOTE_FIBROSIS,),
    ),
    Structure(
        "with tenfold late loss of muscle",
        "vehicle pigs lost 5.4 points between weeks four and eight",
        adopted=False,
        changes={"heart_late_loss_rate": 0.006 / 24},
    ),
)


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
#: Values by set key, clocks by laboratory, and coordinates by name of the unknown.
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
        best = optimum(problem, start)
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
    score, inside, count = 0.0, 0, 0
    for module in MODULES:
        rows = [r for r in rows_of(module, READ) if r.laboratory == laboratory]
        if not rows:
            continue
        # its own clock isn't known to a fit that hasn't seen it
        clocks = {k: v for k, v in base[1].items() if k != laboratory}
        known = (base[0], clocks, base[2])
        values, clocks, _ = _fit(structure, laboratory, known, [module])
        comparisons = Problem(
            tuple(rows), (), values, clocks, structure.terms, structure.added
        ).comparisons
        found = comparisons.predict([values], [{laboratory: 1.0, **clocks}])[0]
        off = misfits(rows, found)
        score += float(np.sum(-(_FREEDOM + 1) / 2 * np.log1p(off**2 / _FREEDOM)))
        inside += sum(r.passes(v) for r, v in zip(rows, found, strict=True))
        count += len(rows)
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
        ]
    }
