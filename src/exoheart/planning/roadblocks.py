"""Section 6, Roadblocks: what drives the uncertainty, and what would reduce it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from exoheart import decision
from exoheart.decision.strata import mid_ranks
from exoheart.planning.more_draws import (
    Effects,
    Progress,
    more_effects,
    own_effects,
    shared_values,
    spread_labels,
)
from exoheart.planning.roadblock_words import MECHANISM_NEED, label, sentence
from exoheart.planning.words import number, pair, treated
from exoheart.prediction import Prediction
from exoheart.records.study import Arm

FloatArray = npt.NDArray[np.float64]
#: Draws made for the ranking alone, in two arms of one animal: a thousand solves.
MORE_DRAWS = 512
_SHOWN = 15


@dataclass(frozen=True)
class Drivers:
    """The ranking for one treated arm; `more` draws were made for it alone."""

    arm: Arm
    found: decision.Roadblocks
    more: int = 0


def drivers(
    prediction: Prediction,
    *,
    more: int = 0,
    workers: int = 1,
    on_progress: Progress | None = None,
) -> Drivers | None:
    """Rank what was drawn, for the treated arm whose effect varies most.

    Shares are of the variance of the effect's rank, because a few draws carry most of
    the raw variance; effects below the negligible size count as none. Parameters are
    looked at within mechanisms, since most act under one of them only.

    Parameters
    ----------
    prediction
        The study, simulated.
    more
        Outer draws to make for the ranking alone; none where the effect doesn't vary.
        With the prediction's own hundred, few parameters can stand out from chance.
    workers, on_progress
        For solving them.

    Returns
    -------
    Drivers or None
        None where there is no treated arm with a control.
    """
    arms = [arm for arm in treated(prediction.study) if arm.dose is not None]
    pairs = [(arm, prediction.study.control_of(arm)) for arm in arms]
    effects = [
        (arm, control, own_effects(prediction, arm, control))
        for arm, control in pairs
        if control is not None
    ]
    if not effects:
        return None
    arm, control, own = max(effects, key=lambda one: float(np.var(one[2].effect)))
    chances = _chances(prediction)
    count = 0
    if more > 0:
        labels = spread_labels(_ranks(own), own.labels, chances, more)
        count = len(labels)
    if count:
        own = own.joined(
            more_effects(prediction, (arm, control), labels, workers, on_progress)
        )
    found = decision.rank_drivers(
        own.values,
        {"mechanism": own.labels},
        own.effect,
        {id_: _kind(prediction, id_) for id_ in own.values},
        strata=own.labels,
        chances=chances,
        ranks=True,
        negligible=own.negligible,
        seed=prediction.seed,
    )
    return Drivers(arm, found, count)


def outer_values(prediction: Prediction) -> dict[str, FloatArray]:
    """Give everything that the animals of a trial share, by parameter id, (outer,)."""
    return shared_values(
        prediction.cohort.draws,
        prediction.cohort.size.outer,
        prediction.products,
        prediction.priors,
    )


def roadblocks(prediction: Prediction, ranked: Drivers | None) -> dict[str, Any]:
    """Give the section on what stands in the way of a surer answer."""
    if ranked is None:
        nothing = (
            "Without a treated arm there is no difference whose spread to explain."
        )
        return {"sentence": nothing, "ranked": [], "layers": [], "unexplained": None}
    found = ranked.found
    share = decision.layer_shares(prediction.pool, prediction.study, ranked.arm.name)
    layers = {
        "structure (which mechanism)": share.structure,
        "parameters, laboratory and lot": share.parameters,
        "animals": share.animals,
        "measurement": share.measurement,
    }
    return {
        "sentence": sentence(found, prediction.priors, ranked.arm.name, ranked.more),
        "ranked": [_row(prediction, one) for one in found.drivers[:_SHOWN]],
        "layers": [
            {"layer": name, "share": number(value)} for name, value in layers.items()
        ],
        "unexplained": number(found.unexplained),
    }


def measured_share(ranked: Drivers | None) -> float | None:
    """Give the share of the answer's variance that measured parameters explain.

    Of the variance of the effect's rank, by drivers above chance whose value is
    measured or derived. It errs low: which mechanism acts counts as assumed, and what
    no single driver explains counts as not measured. None without a ranking.
    """
    if ranked is None or not ranked.found.drivers:
        return None
    return number(decision.measured_share(ranked.found))


def kind_shares(prediction: Prediction, ranked: Drivers | None) -> list[dict[str, Any]]:
    """Give, for each kind, how many parameters were used and what they explain.

    Shares as in :func:`measured_share`; the mechanism's is with ``assumed``.
    """
    kinds = [_kind(prediction, id_) for id_ in outer_values(prediction)]
    shares: dict[str, float] = {}
    for one in () if ranked is None else ranked.found.drivers:
        if one.above_chance:
            shares[one.kind] = shares.get(one.kind, 0.0) + one.share
    return [
        {
            "kind": kind,
            "parameters": kinds.count(kind),
            "share": None if ranked is None else shares.get(kind, 0.0),
        }
        for kind in ("measured", "derived", "borrowed", "fitted", "assumed", "user")
        if kind in kinds
    ]


def _chances(prediction: Prediction) -> dict[str, float]:
    """Give each mechanism's chance, as the draws of the answer hold it."""
    labels = prediction.cohort.labels
    return {name: n / len(labels) for name, n in sorted(Counter(labels).items())}


def _ranks(of: Effects) -> FloatArray:
    """Give the rank of each effect; those below the negligible size count as none."""
    effect = np.where(np.abs(of.effect) < of.negligible, 0.0, of.effect)
    return mid_ranks(effect, np.ones(effect.size))


def _kind(prediction: Prediction, id_: str) -> str:
    prior = prediction.priors[id_]
    return "user" if prior.overridden else prior.kind


def _row(prediction: Prediction, one: decision.Driver) -> dict[str, Any]:
    known = prediction.priors.get(one.id)
    return {
        "id": one.id,
        "label": label(one.id) if known else "which mechanism acts",
        "share": number(one.share),
        "share_interval": pair(one.share_interval90),
        "rank": one.rank,
        "rank_interval": pair(one.rank_interval90),
        "above_chance": one.above_chance,
        "kind": one.kind,
        "value": None if known is None else known.value,
        "unit": "" if known is None else known.unit,
        "source": "" if known is None else known.source,
        "measurement": known.note if known else MECHANISM_NEED,
    }
