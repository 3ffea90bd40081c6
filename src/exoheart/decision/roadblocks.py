"""Roadblocks: which unknown drives the uncertainty of the effect.

In: what was drawn for each outer draw and the true mean effect of that draw. Out: a
list ranked by share of variance, with an interval on share and rank. Nothing is
solved: the draws of the answer itself are looked at again. Read next:
:mod:`exoheart.decision.layers`.

Without strata the measure is the correlation ratio: draws are sorted by one
parameter, cut into a few bins, and the share of variance between bins is taken,
corrected for the share that chance gives (epsilon squared). With strata (mechanisms)
a parameter's share is what it explains within them, so one that acts under a single
mechanism is seen too: :mod:`exoheart.decision.strata`. Both see bends, not only
slopes, but not what two parameters do only together: that stays in `unexplained`.

References
----------
Kelley1935 (epsilon squared).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from exoheart.decision.bins import all_bins, epsilon_squared, require_draws
from exoheart.decision.strata import (
    Shares,
    mid_ranks,
    shares_by_stratum,
    stratum_weights,
)
from exoheart.engine.streams import generator
from exoheart.errors import InputError

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Interval = tuple[float, float]

_SHUFFLES = 1_000


@dataclass(frozen=True, slots=True)
class Driver:
    """One unknown and how much of the effect's variance goes with it.

    Parameters
    ----------
    id
        Parameter id, or the name of a categorical draw (``mechanism``).
    kind
        Of its prior; ``assumed`` where none is given.
    share, share_interval90
        Share of variance, 0 to 1; interval by resampling outer draws.
    rank, rank_interval90
        1 is the largest; interval by the same resampling.
    above_chance
        Its share is larger than the largest of *all* parameters in 95 % of shuffles
        (level as in :class:`Roadblocks`). With strata, these have a threshold of
        their own.
    """

    id: str
    kind: str
    share: float
    share_interval90: Interval
    rank: int
    rank_interval90: Interval
    above_chance: bool


@dataclass(frozen=True, slots=True)
class Roadblocks:
    """Drivers in order, and what they leave open.

    Parameters
    ----------
    drivers
        Largest share first; constants are left out.
    unexplained
        One minus the shares of the drivers above chance: joint action, what the bins
        miss, and what so few draws can't tell. Shares below chance aren't added up,
        since a hundred of them sum to something although each is noise.
    threshold
        Share that a parameter needs to be above chance.
    level
        Chance that any driver at all passes `threshold` when none matters.
    scale
        Factor on all shares, below 1 only where those above chance summed to over 1
        (drivers that move together are counted twice).
    draws
        Outer draws used.
    """

    drivers: tuple[Driver, ...]
    unexplained: float
    threshold: float
    level: float
    scale: float
    draws: int


def rank_drivers(  # noqa: PLR0913 - what was drawn, what came out, how to judge it
    outer_parameters: Mapping[str, npt.ArrayLike],
    categorical: Mapping[str, Sequence[str]],
    effect: npt.ArrayLike,
    kinds: Mapping[str, str],
    *,
    strata: Sequence[str] | None = None,
    chances: Mapping[str, float] | None = None,
    ranks: bool = False,
    negligible: npt.ArrayLike = 0.0,
    bootstrap: int = 500,
    seed: int = 0,
    level: float = 0.05,
) -> Roadblocks:
    """Rank what was drawn by the share of the effect's variance that goes with it.

    The bootstrap repeats draws, which makes every share look larger; intervals are
    therefore centred on the estimate.

    With `strata` all shares are of one total: the strata's own is what lies between
    them, a parameter's is what it explains within them, corrected for chance, so the
    two kinds add up. Effects are shuffled within strata for the parameters, over all
    draws for the strata. The level holds for all drivers together by Holm's steps:
    the strata are judged at half the level, the parameters at the whole level if the
    strata pass and at half of it otherwise.

    With `ranks` shares are of the variance of the effect's rank, because a few draws
    carry most of the raw variance.

    Parameters
    ----------
    outer_parameters
        Id -> (outer,) values. Constants are skipped.
    categorical
        Name -> (outer,) labels, for example the mechanism. A label that occurs once
        is put with the others that do.
    effect : (outer,) array_like
        True mean effect of each outer draw; draws that are not finite are left out.
    kinds
        Id -> kind of its prior.
    strata
        Stratum of each outer draw, also handed over as the one entry of `categorical`.
    chances
        By stratum, its chance; None where draws were made in proportion. With it,
        more draws may be made where the effect varies.
    ranks
        Replace effects by their mid-ranks, ties averaged.
    negligible : float or (outer,) array_like
        Effects smaller than this, either way, count as zero.
    bootstrap
        Resamples of the outer draws.
    seed
        Of the run.
    level
        Of `above_chance`, over all drivers together.

    Raises
    ------
    InputError
        A parameter doesn't have one value an outer draw, or with strata there are
        other labels than theirs.
    """
    given = np.asarray(effect, dtype=np.float64)
    kept = np.isfinite(given)
    y = np.where(np.abs(given) < negligible, 0.0, given)[kept]
    if strata is not None:
        groups_of = _labels_of(strata, categorical, kept)
        weights = stratum_weights(groups_of, chances)
        y = mid_ranks(y, weights) if ranks else y
        numbers = _numbers(outer_parameters, kept)
        if y.size < 4 or np.ptp(y) == 0:
            return Roadblocks((), 1.0, float("nan"), level, 1.0, int(y.size))
        found = shares_by_stratum(
            list(numbers.values()),
            y,
            groups_of,
            weights,
            generator(seed, "decision", "roadblocks"),
            (_SHUFFLES, bootstrap),
        )
        names = [*categorical, *numbers]
        return _of_strata(names, kinds, found, level, int(y.size))
    y = mid_ranks(y, np.ones(y.size)) if ranks else y
    bins = all_bins(outer_parameters, categorical, kept)
    if not bins or y.size < 4 or np.ptp(y) == 0:
        return Roadblocks((), 1.0, float("nan"), level, 1.0, int(y.size))
    rng = generator(seed, "decision", "roadblocks")
    groups = np.stack(list(bins.values()))
    plain = np.ones((1, y.size))
    raw = epsilon_squared(groups, plain, y[None])[0]
    shuffled = rng.permuted(np.tile(y, (_SHUFFLES, 1)), axis=1)
    largest = epsilon_squared(groups, plain, shuffled).max(axis=1)
    threshold = float(np.quantile(largest, 1 - level))
    again = rng.multinomial(y.size, np.full(y.size, 1 / y.size), size=bootstrap)
    boot = epsilon_squared(groups, again.astype(np.float64), y[None])
    boot += raw - np.nanmean(boot, axis=0)
    above = raw > threshold
    return _ranked(list(bins), kinds, raw, boot, above, (threshold, level, y.size))


def measured_share(roadblocks: Roadblocks) -> float:
    """Give the share of the variance that rests on measured or derived parameters.

    Of the variance that the ranking is about (of the effect's rank, where it was made
    on ranks). Drivers above chance only: which mechanism acts counts as assumed, and
    what is unexplained counts as not measured, so this errs low. Zero means that none
    of the drivers found is a measured number, not that no measured number is used.
    """
    return float(
        sum(
            driver.share
            for driver in roadblocks.drivers
            if driver.above_chance and driver.kind in {"measured", "derived"}
        )
    )


def _of_strata(
    names: Sequence[str],
    kinds: Mapping[str, str],
    found: Shares,
    level: float,
    draws: int,
) -> Roadblocks:
    """Judge strata and parameters at one level, and rank them together."""
    apart = float(np.quantile(found.between_shuffled, 1 - level / 2))
    passed = bool(found.between > apart)
    left = level if passed else level / 2
    threshold = float(np.quantile(found.largest_shuffled, 1 - left))
    raw = np.concatenate([[found.between], found.within])
    boot = np.column_stack([found.between_again, found.within_again])
    boot += raw - boot.mean(axis=0)
    above = np.concatenate([[passed], found.within > threshold])
    return _ranked(names, kinds, raw, boot, above, (threshold, level, draws))


def _labels_of(
    strata: Sequence[str],
    categorical: Mapping[str, Sequence[str]],
    kept: npt.NDArray[np.bool_],
) -> npt.NDArray[np.str_]:
    """Give the stratum of each kept draw."""
    if [list(labels) for labels in categorical.values()] != [list(strata)]:
        raise InputError(
            f"strata beside labels of {', '.join(categorical) or 'nothing'}; allowed: "
            "one entry of labels, the strata themselves; hand over other labels "
            "without strata"
        )
    if len(strata) != kept.size:
        raise InputError(
            f"strata of {len(strata)} draws; allowed: {kept.size}, one an outer draw; "
            "hand over the draws of the effect"
        )
    return np.asarray(strata, dtype=np.str_)[kept]


def _numbers(
    numbers: Mapping[str, npt.ArrayLike], kept: npt.NDArray[np.bool_]
) -> dict[str, FloatArray]:
    """Give each driver's value of each kept draw; constants are left out."""
    checked = {
        name: require_draws(name, values, kept)[kept].astype(np.float64)
        for name, values in numbers.items()
    }
    return {name: values for name, values in checked.items() if np.ptp(values) > 0}


def _ranked(
    names: Sequence[str],
    kinds: Mapping[str, str],
    raw: FloatArray,
    boot: FloatArray,
    above: npt.NDArray[np.bool_],
    judged: tuple[float, float, int],
) -> Roadblocks:
    """Scale shares to a sum of one at most; `judged` is threshold, level, draws."""
    threshold, level, draws = judged
    total = float(raw[above].sum())
    scale = min(1.0, 1.0 / total) if total > 0 else 1.0
    return Roadblocks(
        drivers=_drivers(names, kinds, raw, boot, above, scale),
        unexplained=max(0.0, 1.0 - total * scale),
        threshold=threshold,
        level=level,
        scale=scale,
        draws=draws,
    )


def _drivers(
    names: Sequence[str],
    kinds: Mapping[str, str],
    raw: FloatArray,
    boot: FloatArray,
    above: npt.NDArray[np.bool_],
    scale: float,
) -> tuple[Driver, ...]:
    """Put the numbers of each driver into a record, largest share first."""
    order = np.argsort(-raw, kind="stable")
    sane = boot[np.isfinite(boot).all(axis=1)]
    ranks = 1 + np.argsort(np.argsort(-sane, axis=1, kind="stable"), axis=1)
    drivers = []
    for rank, k in enumerate(order):
        share = np.clip(np.quantile(sane[:, k], (0.05, 0.95)), 0.0, 1.0) * scale
        place = np.quantile(ranks[:, k], (0.05, 0.95), method="inverted_cdf")
        drivers.append(
            Driver(
                id=names[k],
                kind=kinds.get(names[k], "assumed"),
                share=float(np.clip(raw[k], 0.0, 1.0) * scale),
                share_interval90=(float(share[0]), float(share[1])),
                rank=rank + 1,
                rank_interval90=(float(place[0]), float(place[1])),
                above_chance=bool(above[k]),
            )
        )
    return tuple(drivers)
