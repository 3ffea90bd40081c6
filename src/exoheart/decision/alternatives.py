"""Alternatives: sources, routes, doses and times ranked by the user's endpoint.

In: for each option the true mean effect of every outer draw, the same draws for all.
Out: options in order, with ties said to be ties. Read next:
:mod:`exoheart.decision.matched_dose`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from exoheart.errors import InputError
from exoheart.records.trial import BoolArray, FloatArray, PoolEndpoint
from exoheart.trial import Probability, interval90, probability


@dataclass(frozen=True, slots=True)
class Option:
    """One option and how it does.

    `median` and `interval90` are of the true mean effect over outer draws, in the
    endpoint's difference unit. `best` is the chance that no other option does better;
    a draw in which k options share the lead counts 1/k for each, and a draw in which
    none does any good counts for none of them. Options of the same `rank` are not
    told apart by these draws.
    """

    name: str
    rank: int
    benefit: Probability
    median: float
    interval90: tuple[float, float]
    best: Probability


@dataclass(frozen=True, slots=True)
class Ranked:
    """Options in order; `none_helps` is the chance that no option does any good.

    With it the options' chances of being best sum to 1.
    """

    options: tuple[Option, ...]
    none_helps: Probability


def rank_options(
    effects: Mapping[str, npt.ArrayLike],
    endpoint: PoolEndpoint,
    negligible: npt.ArrayLike,
    level: float = 0.05,
) -> Ranked:
    """Rank options by probability of benefit, then by median effect.

    Two neighbours in that order share a rank unless a sign test over outer draws, in
    pairs, finds one ahead of the other more often than chance would (`level`,
    two-sided); draws in which they differ by less than `negligible` don't count.

    Parameters
    ----------
    effects
        Name -> (outer,) true mean effect: option minus its control. NaN where a draw
        has none; such draws are left out for all.
    endpoint
        Says which way is good.
    negligible : float or (outer,) array_like
        Difference that counts as none, in the endpoint's unit.
    level
        Of the sign test.

    Raises
    ------
    InputError
        The endpoint has no good direction, nothing is given, or no draw is finite for
        every option.
    """
    names = list(effects)
    if endpoint.sign == 0 or not names:
        raise InputError(
            f"{len(names)} options on {endpoint.endpoint.label!r}, better: "
            f"{endpoint.better}; allowed: one or more options, on an endpoint with a "
            "good direction; name another endpoint"
        )
    arrays = [np.asarray(effects[name], dtype=np.float64) for name in names]
    least = np.broadcast_to(np.asarray(negligible, dtype=np.float64), arrays[0].shape)
    kept = np.isfinite(np.stack(arrays)).all(axis=0)
    if not kept.any():
        raise InputError(
            "no outer draw has an effect for every option; allowed: one or more; look "
            "at the failed members"
        )
    gain, least = endpoint.sign * np.stack(arrays)[:, kept], least[kept]
    good = gain > least
    best = _best(gain, good, least)
    order = sorted(
        range(len(names)),
        key=lambda k: (-good[k].mean(), -np.median(gain[k]), names[k]),
    )
    ranks = _ranks(gain, least, order, level)
    options = []
    for k in order:
        low, high = interval90(endpoint.sign * gain[k])
        options.append(
            Option(
                name=names[k],
                rank=ranks[k],
                benefit=probability(good[k].astype(np.float64)),
                median=float(np.median(endpoint.sign * gain[k])),
                interval90=(low, high),
                best=probability(best[k]),
            )
        )
    nothing = probability((~good.any(axis=0)).astype(np.float64))
    return Ranked(tuple(options), nothing)


def _best(gain: FloatArray, good: BoolArray, least: FloatArray) -> FloatArray:
    """Share each draw among the options within `least` of its best one that helps."""
    lead = (gain >= gain.max(axis=0) - least) & good
    return np.asarray(lead / np.maximum(lead.sum(axis=0), 1))


def _ranks(
    gain: FloatArray, least: FloatArray, order: list[int], level: float
) -> dict[int, int]:
    """Give each option its rank; one not told from the first of a rank joins it."""
    ranks: dict[int, int] = {}
    leader, rank = order[0], 1
    for place, k in enumerate(order, start=1):
        if k != leader and not _alike(gain[leader], gain[k], least, level):
            leader, rank = k, place
        ranks[k] = rank
    return ranks


def _alike(a: FloatArray, b: FloatArray, least: FloatArray, level: float) -> bool:
    """Tell whether a sign test leaves it open which of two options is ahead."""
    ahead = int((a - b > least).sum())
    behind = int((b - a > least).sum())
    trials = ahead + behind
    if trials == 0:
        return True
    return min(1.0, 2.0 * float(special.bdtr(min(ahead, behind), trials, 0.5))) > level
