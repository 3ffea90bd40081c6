"""Four readings of one pool: plain, by quality, sceptical, corrected for selection.

Each gives a mean with its 95 % interval and a 95 % interval for a next study. They
stand side by side, none is the answer; `docs/pooling.md` gives the formulas.

- plain: random effects.
- quality: weights 1/(v + tau2) multiplied by the share of items known to be good.
- sceptical: the pooled effect as a normal likelihood, with a normal prior around zero.
- selection: PET-PEESE, from :data:`LEAST_FOR_SELECTION` effects on.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from exoheart.evidence.meta.bias import pet_peese
from exoheart.evidence.meta.inference import quantile
from exoheart.evidence.meta.result import Interval, MetaFit
from exoheart.evidence.pooling.rows import PoolKey, named_relative
from exoheart.evidence.tables import data_folder, number, read_table

PRIORS = ("plain", "quality", "sceptical", "selection")
#: Effects below which a correction for selection is not given: below about ten, tests
#: of small-study effects can hardly tell them from chance.
LEAST_FOR_SELECTION = 10
_LEVEL = 0.95
_SAME = 1e-12
_DEPENDENT = "not given: it takes effects as independent, and times of a study aren't"


@dataclass(frozen=True, slots=True)
class PooledPrior:
    """One reading of a pool.

    Parameters
    ----------
    name
        One of :data:`PRIORS`.
    estimate, ci95, pi95
        Mean, its interval and that of a next study, in the unit of the pool; None where
        not given.
    words
        What it rests on, or why it isn't given.
    """

    name: str
    estimate: float | None
    ci95: Interval | None
    pi95: Interval | None
    words: str


@dataclass(frozen=True, slots=True)
class Pooled:
    """What the readings start from: a fit, or one effect alone.

    Parameters
    ----------
    yi, vi
        Effects and variances, shape (k,).
    fit
        None for a single effect.
    quality
        Factor of each effect's weight, shape (k,).
    width
        Standard deviation of the sceptical prior [unit of the effects]; None where no
        table gives one.
    """

    yi: Sequence[float]
    vi: Sequence[float]
    fit: MetaFit | None
    quality: Sequence[float]
    width: float | None


def load_widths(folder: Path | None = None) -> dict[tuple[str, str], float]:
    """Load the widths of the sceptical prior: (outcome or empty, unit) -> SD.

    Raises
    ------
    DataError
        A width that is no number.
    """
    root = data_folder(folder)
    path = root / "pooled" / "sceptical.csv"
    if not path.exists():
        return {}
    _, rows = read_table(path, root)
    return {(r["outcome"], r["unit"]): number(r, "width") or math.nan for r in rows}


def width_for(
    key: PoolKey, widths: dict[tuple[str, str], float], asked: float | None = None
) -> float | None:
    """Give the sceptical width of a pool: `asked`, else the tables'; None without.

    The width of a unit says nothing of relative changes, whatever their unit.
    """
    if asked is not None:
        return asked
    if named_relative(key.quantity):
        return widths.get((key.quantity, key.unit))
    return widths.get((key.quantity, key.unit), widths.get(("", key.unit)))


def pooled_priors(pooled: Pooled) -> tuple[PooledPrior, ...]:
    """Give all four readings, in the order of :data:`PRIORS`."""
    plain = _plain(pooled)
    return (plain, _quality(pooled), _sceptical(pooled, plain), _selection(pooled))


def _plain(pooled: Pooled) -> PooledPrior:
    fit = pooled.fit
    if fit is None or fit.estimate is None:
        half = _critical(None) * math.sqrt(pooled.vi[0])
        mean = pooled.yi[0]
        words = "one effect: nothing is pooled, and how studies differ is not known"
        return PooledPrior("plain", mean, (mean - half, mean + half), None, words)
    words = f"random effects, {fit.method}, {fit.k} effects, test {fit.test}"
    return PooledPrior("plain", fit.estimate, fit.ci95, fit.pi95, words)


def _quality(pooled: Pooled) -> PooledPrior:
    """Weigh by precision times quality; the same factors everywhere change nothing."""
    plain, fit, factors = _plain(pooled), pooled.fit, pooled.quality
    if fit is None:
        words = "one effect: a weight changes nothing"
        return PooledPrior("quality", plain.estimate, plain.ci95, None, words)
    low, high = min(factors), max(factors)
    if high - low < _SAME:
        words = "as much is known of each effect's quality, so the weights stay"
        return PooledPrior("quality", plain.estimate, plain.ci95, plain.pi95, words)
    if fit.cluster_model is not None:
        return PooledPrior("quality", None, None, None, _DEPENDENT)
    mean, error = _weighted(pooled, fit)
    critical = _critical(fit.df)
    words = f"weights multiplied by {low:.2g} to {high:.2g} (assumed rule)"
    half = critical * error
    ends = (mean - half, mean + half)
    return PooledPrior("quality", mean, ends, _reach(fit, mean, error, critical), words)


def _reach(
    fit: MetaFit | None, mean: float, error: float, critical: float
) -> Interval | None:
    """Give where a next study is expected; None where the fit has no such interval.

    One quantile, `critical`, multiplies both the error of the mean and the spread
    between studies.
    """
    if fit is None or fit.pi95 is None:
        return None
    wide = critical * math.sqrt(error**2 + fit.tau2)
    return mean - wide, mean + wide


def _weighted(pooled: Pooled, fit: MetaFit) -> tuple[float, float]:
    """Give the mean under changed weights and its standard error."""
    totals = [v + fit.tau2 for v in pooled.vi]
    weights = [q / total for q, total in zip(pooled.quality, totals, strict=True)]
    whole = sum(weights)
    mean = sum(w * y for w, y in zip(weights, pooled.yi, strict=True)) / whole
    squares = sum(w**2 * t for w, t in zip(weights, totals, strict=True))
    variance = squares / whole**2
    if fit.test == "knha":
        spread = sum(
            (y - mean) ** 2 / t for y, t in zip(pooled.yi, totals, strict=True)
        )
        variance *= spread / (fit.k - 1)
    return mean, math.sqrt(variance)


def _critical(df: float | None) -> float:
    """Give the quantile of 95 % intervals: t with `df`, or the normal one for None."""
    return quantile(_LEVEL, df)


def _sceptical(pooled: Pooled, plain: PooledPrior) -> PooledPrior:
    """Combine the pooled effect with a normal prior around zero.

    The likelihood is a normal with the width of the plain interval, so that what few
    studies leave open stays open: the quantile of the fit goes into its error. It goes
    into the spread between studies too, so that a prior that says nothing gives the
    plain reading. Its error is never below the normal one: effects that agree by chance
    would else make an interval by Knapp and Hartung that no prior moves.
    """
    if plain.estimate is None or plain.ci95 is None or pooled.width is None:
        words = "not given: no width of the prior for this unit"
        return PooledPrior("sceptical", None, None, None, words)
    normal = _critical(None)
    error = (plain.ci95[1] - plain.ci95[0]) / (2 * normal)
    error = max(error, _normal_error(pooled))
    kept = pooled.width**2 / (pooled.width**2 + error**2)
    mean, spread = kept * plain.estimate, math.sqrt(kept) * error
    ends = (mean - normal * spread, mean + normal * spread)
    reach = None
    if pooled.fit is not None and pooled.fit.pi95 is not None:
        inflated = pooled.fit.tau2 * (_critical(pooled.fit.df) / normal) ** 2
        half = normal * math.sqrt(spread**2 + inflated)
        reach = (mean - half, mean + half)
    words = f"prior around 0 with SD {pooled.width:g} (assumed)"
    return PooledPrior("sceptical", mean, ends, reach, words)


def _normal_error(pooled: Pooled) -> float:
    """Give the standard error of the mean without Knapp and Hartung's factor.

    0 where the plain reading has no such factor, since its own error stands then.
    """
    fit = pooled.fit
    if fit is None or fit.test != "knha":
        return 0.0
    return 1.0 / math.sqrt(sum(1.0 / (v + fit.tau2) for v in pooled.vi))


def _selection(pooled: Pooled) -> PooledPrior:
    count = len(pooled.yi)
    if count < LEAST_FOR_SELECTION:
        plural = "" if count == 1 else "s"
        words = (
            f"not given: {count} effect{plural}; from {LEAST_FOR_SELECTION} on, since "
            "fewer can't tell selection from chance"
        )
        return PooledPrior("selection", None, None, None, words)
    if pooled.fit is not None and pooled.fit.cluster_model is not None:
        return PooledPrior("selection", None, None, None, _DEPENDENT)
    found = pet_peese(pooled.yi, pooled.vi)
    reach = _reach(pooled.fit, found.estimate, found.se, _critical(found.df))
    words = f"PET-PEESE ({found.used}): the effect of a study without sampling error"
    return PooledPrior("selection", found.estimate, found.ci95, reach, words)
