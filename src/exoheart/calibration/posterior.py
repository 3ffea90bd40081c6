"""The whole fit: every module in turn, its draws, and the tables that ship with it.

Out: ``data/fitted/heart.csv`` (rows of the parameter tables, kind fitted),
``correlation.csv`` (how they hang together) and ``heart.json`` (command, seed, digests
of data and text, prior beside posterior). Untreated animals only.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import optimize, special, stats

from exoheart.calibration.fit import Sampled, optimum, sample
from exoheart.calibration.heart_alone import heart_text, priors
from exoheart.calibration.modules import JUDGED, MODULES, rows_of, unknowns_of
from exoheart.calibration.problem import Problem, Unknown, unknown
from exoheart.engine.streams import generator
from exoheart.errors import InputError
from exoheart.evidence.vocabulary import PARAMETER_COLUMNS
from exoheart.records.distribution import Distribution
from exoheart.version import VERSION

FloatArray = npt.NDArray[np.float64]
Progress = Callable[[int, int], None]
CLOCK_ROW = "heart.clock_laboratory"
_ENDS = (0.05, 0.95)
#: Quantiles that a cut-off posterior shares with its draws.
_MATCHED = np.array([0.05, 0.25, 0.5, 0.75, 0.95])
#: A parent spread beyond exp(this) times that of the draws is as flat as can be.
_WIDEST = 3.0
#: Key of the fit in the bibliography.
SOURCE = "ExoheartControls"
#: Correlations below this size are left out of the table.
_LEAST = 0.05
#: Draws proposed for each module in the last round.
DRAWS = 4000


@dataclass(frozen=True)
class ModuleFit:
    """One fitted module.

    Parameters
    ----------
    module
        Name.
    unknowns
        What was moved.
    best : ndarray, shape (unknown,)
        The optimum, in standard coordinates.
    sampled
        Draws of the posterior.
    rows
        Ids of the published rows that were read.
    misfit
        Mean squared misfit of those rows at the priors' medians and at the optimum.
    """

    module: str
    unknowns: tuple[Unknown, ...]
    best: FloatArray
    sampled: Sampled
    rows: tuple[str, ...]
    misfit: tuple[float, float]


def fit_modules(
    *,
    seed: int = 0,
    draws: int = DRAWS,
    workers: int = 1,
    on_progress: Progress | None = None,
) -> list[ModuleFit]:
    """Fit every module to its calibrate rows, one after the other.

    Parameters
    ----------
    seed
        Same seed, same draws.
    draws
        Proposed for each module in the last round.
    workers
        Processes.
    on_progress
        Called with draws done and wanted, over all modules.
    """
    values: dict[str, float] = {}
    clocks: dict[str, float] = {}
    fits = []
    for number, module in enumerate(MODULES):
        rows = rows_of(module)
        unknowns = unknowns_of(module, rows)
        problem = Problem(rows, unknowns, dict(values), dict(clocks))
        best = optimum(problem, workers=workers)

        def tell(done: int, wanted: int, before: int = number) -> None:
            if on_progress is not None:
                on_progress(before * wanted + done, wanted * len(MODULES))

        drawn = sample(
            problem,
            best,
            generator(seed, "calibration", module),
            draws=draws,
            workers=workers,
            on_progress=tell,
        )
        middle = np.median(drawn.draws, axis=0)
        sets, found = problem.sets(middle[None, :])
        values.update(sets[0])
        clocks.update(found[0])
        off = problem.misfits(np.stack([np.zeros_like(best), best]))
        before, after = np.mean(off**2, axis=1)
        ids = tuple(row.id for row in rows)
        fits.append(
            ModuleFit(module, unknowns, best, drawn, ids, (float(before), float(after)))
        )
    return fits


def posterior_distribution(one: Unknown, coordinates: FloatArray) -> Distribution:
    """Give the distribution of a fitted number, in the family of its prior.

    Parameters
    ----------
    one
        The unknown.
    coordinates : ndarray, shape (n,)
        Its draws.
    """
    draws = one.value(coordinates)
    form, arguments = one.prior.form, one.prior.arguments
    match form:
        case "lognormal":
            logs = np.log(draws)
            pair = math.exp(np.mean(logs)), math.exp(np.std(logs))
            return Distribution(form, tuple(map(_short, pair)))
        case "truncated_lognormal" | "truncated_normal" | "uniform":
            kind = "truncated_normal" if form == "uniform" else form
            return _cut(kind, draws, arguments[-2:])
        case "logitnormal":
            odds = special.logit(draws)
            middle = float(special.expit(np.mean(odds)))
            return Distribution(form, (_short(middle), _short(float(np.std(odds)))))
        case _:
            raise InputError(
                f"a prior of form {form!r} of {one.name}; allowed: lognormal, normal "
                "and uniform ones and their kin; give it one of these or leave it out"
            )


def _cut(form: str, draws: FloatArray, ends: tuple[float, ...]) -> Distribution:
    """Give the truncated distribution whose quantiles are those of the draws.

    Its own mean and spread are not those of the draws, since its ends are cut off: a
    flat posterior is the middle of a very wide normal.
    """
    wanted = np.quantile(draws, _MATCHED)
    scale = np.log if form == "truncated_lognormal" else np.asarray
    back = math.exp if form == "truncated_lognormal" else float
    width = float(np.std(scale(draws)))

    middle = float(np.mean(scale(draws)))

    def made(at: FloatArray, short: Callable[[float], float] = float) -> Distribution:
        spread = width * math.exp(min(float(at[1]), _WIDEST))
        shown = math.exp(spread) if form == "truncated_lognormal" else spread
        return Distribution(
            form, (short(back(middle + width * at[0])), short(shown), *ends)
        )

    def off(at: FloatArray) -> float:
        away = (scale(made(at).quantile(_MATCHED)) - scale(wanted)) / width
        return float(np.sum(away**2))

    corners = np.array([[0.0, 0.0], [0.5, 0.0], [0.0, 1.0]])
    options = {"initial_simplex": corners, "xatol": 1e-3, "fatol": 1e-8}
    found = optimize.minimize(off, corners[0], method="Nelder-Mead", options=options)
    return made(found.x, _short)


def _short(value: float) -> float:
    return float(f"{value:.4g}")


def fitted_rows(fits: list[ModuleFit]) -> list[dict[str, str]]:
    """Give the fitted numbers as rows of the parameter tables."""
    rows = []
    for fit in fits:
        for one, drawn in zip(fit.unknowns, fit.sampled.draws.T, strict=True):
            after = posterior_distribution(one, drawn)
            low, high = (_short(float(one.value(np.quantile(drawn, q)))) for q in _ENDS)
            species = "mouse" if one.species == "all" else one.species
            known = priors(species, fitted=False)
            prior_row = known[CLOCK_ROW if one.laboratory else one.id]
            bounds = [
                "" if not math.isfinite(b) else f"{b:g}" for b in prior_row.bounds
            ]
            row = dict.fromkeys(PARAMETER_COLUMNS, "")
            row |= {
                "id": one.id,
                "value": f"{_short(float(after.quantile(0.5))):g}",
                "unit": one.unit,
                "low": f"{low:g}",
                "high": f"{high:g}",
                "distribution": str(after),
                "spread_kind": prior_row.spread_kind,
                "bound_low": bounds[0],
                "bound_high": bounds[1],
                "kind": "fitted",
                "species": one.species,
                "source": SOURCE,
                "locator": f"module {fit.module}",
                "method": "least squares, then importance sampling",
                "note": f"Before the fit: {one.prior}.",
            }
            rows.append(row)
    return rows


def correlations(fits: list[ModuleFit]) -> list[tuple[str, str, float]]:
    """Give correlations of normal scores within each module, each pair once.

    Clocks of laboratories are left out; a run that names one draws it on its own.
    """
    pairs = []
    for fit in fits:
        kept = [k for k, one in enumerate(fit.unknowns) if not one.laboratory]
        flat = fit.sampled.draws
        scores = [
            special.ndtri(stats.rankdata(flat[:, k]) / (len(flat) + 1)) for k in kept
        ]
        matrix = np.atleast_2d(np.corrcoef(scores))
        names = [fit.unknowns[k].name for k in kept]
        for i, first in enumerate(names):
            for j, second in enumerate(names[:i]):
                if abs(matrix[i, j]) >= _LEAST:
                    pairs.append((second, first, round(float(matrix[i, j]), 3)))
    return pairs


def data_digest() -> str:
    """Give the SHA-256 of the published rows."""
    data = resources.files("exoheart") / "data" / "controls.csv"
    return hashlib.sha256(data.read_bytes()).hexdigest()


def text_digest() -> str:
    """Give the SHA-256 of the model text that was fitted, its comments left out."""
    lines = (line.split("//")[0].rstrip() for line in heart_text().splitlines())
    return hashlib.sha256("\n".join(filter(None, lines)).encode()).hexdigest()


def priors_digest() -> str:
    """Give the SHA-256 of what was known before the fit, of every species."""
    rows = [
        f"{species} {id_} {prior.distribution} {prior.value} {prior.unit}"
        for species in ("mouse", "rat", "pig", "human", "dog")
        for id_, prior in sorted(priors(species, fitted=False).items())
        if id_.startswith(("heart.", "outcome.", "anatomy."))
    ]
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()


def manifest(
    fits: list[ModuleFit], command: str, seed: int, draws: int
) -> dict[str, Any]:
    """Give what made the fit, and prior beside posterior for every number it moved."""
    return {
        "command": command,
        "seed": seed,
        "draws": draws,
        "version": VERSION,
        "data_sha256": data_digest(),
        "text_sha256": text_digest(),
        "priors_sha256": priors_digest(),
        "modules": [_module(fit) for fit in fits],
        "judged": _judged(fits),
    }


def _ends(one: Unknown, coordinates: FloatArray) -> list[float]:
    quantiles = np.quantile(coordinates, (0.05, 0.5, 0.95))
    return [_short(float(v)) for v in one.value(quantiles)]


def _module(fit: ModuleFit) -> dict[str, Any]:
    flat, wide = fit.sampled.draws, special.ndtri(np.array([0.05, 0.5, 0.95]))
    return {
        "module": fit.module,
        "rows": list(fit.rows),
        "mean_squared_misfit": [_short(v) for v in fit.misfit],
        "proposed": fit.sampled.proposed,
        "effective_draws": _short(fit.sampled.effective),
        "unknowns": [
            {
                "name": one.name,
                "unit": one.unit,
                "prior90": [_short(float(v)) for v in one.value(wide)],
                "posterior90": _ends(one, flat[:, k]),
                "narrowed": _short(1.0 - float(np.std(flat[:, k]))),
            }
            for k, one in enumerate(fit.unknowns)
        ],
    }


def _judged(fits: list[ModuleFit]) -> list[dict[str, Any]]:
    moved = {u.id for fit in fits for u in fit.unknowns}
    wide = special.ndtri(np.array([0.05, 0.5, 0.95]))
    return [
        {
            "id": id_,
            "moved": id_ in moved,
            "prior90": [_short(float(v)) for v in unknown(id_).value(wide)],
        }
        for id_ in JUDGED
    ]


def write_fit(folder: Path, fits: list[ModuleFit], document: Mapping[str, Any]) -> None:
    """Write the three files of a fit; each is complete or not there."""
    folder.mkdir(parents=True, exist_ok=True)
    table = io.StringIO()
    rows = csv.DictWriter(table, PARAMETER_COLUMNS, lineterminator="\n")
    rows.writeheader()
    rows.writerows(fitted_rows(fits))
    pairs = io.StringIO()
    writer = csv.writer(pairs, lineterminator="\n")
    writer.writerow(("first", "second", "correlation"))
    writer.writerows(correlations(fits))
    texts = {
        "heart.csv": table.getvalue(),
        "correlation.csv": pairs.getvalue(),
        "heart.json": json.dumps(document, indent=1) + "\n",
    }
    for name, text in texts.items():
        made = folder / f"{name}.new"
        made.write_text(text, "utf-8")
        made.replace(folder / name)
