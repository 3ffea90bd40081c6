"""Section 6, Roadblocks: what drives the uncertainty, and what would reduce it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from exoheart import decision
from exoheart.planning.words import number, pair, treated
from exoheart.prediction import Prediction
from exoheart.records.study import Arm
from exoheart.therapy import parameter_id
from exoheart.trial import true_effect

FloatArray = npt.NDArray[np.float64]
_SHOWN = 15
_MECHANISM_NEED = (
    "An experiment that separates the mechanisms: vesicles with surface protein "
    "removed, with cargo removed, and in animals without macrophages, on one endpoint"
)


@dataclass(frozen=True)
class Drivers:
    """The ranking for one treated arm; None where there is no arm to rank for."""

    arm: Arm
    found: decision.Roadblocks


def drivers(prediction: Prediction) -> Drivers | None:
    """Rank what was drawn, for the treated arm whose effect varies most."""
    arms = [arm for arm in treated(prediction.study) if arm.dose is not None]
    effects = [(arm, _effect(prediction, arm)) for arm in arms]
    if not effects:
        return None
    arm, effect = max(effects, key=lambda pair: float(np.var(pair[1])))
    usable = prediction.pool.usable
    values = {id_: v[usable] for id_, v in outer_values(prediction).items()}
    labels = [prediction.pool.mechanisms[k] for k in usable]
    kinds = {id_: _kind(prediction, id_) for id_ in values}
    found = decision.rank_drivers(
        values, {"mechanism": labels}, effect, kinds, seed=prediction.seed
    )
    return Drivers(arm, found)


def outer_values(prediction: Prediction) -> dict[str, FloatArray]:
    """Give everything that the animals of a trial share, by parameter id, (outer,)."""
    draws = prediction.cohort.draws.outer(0, prediction.cohort.size.outer)
    values = {parameter_id(id_): v for id_, v in draws.items()}
    return values | prediction.products.stream.drawn(prediction.priors)


def roadblocks(prediction: Prediction, ranked: Drivers | None) -> dict[str, Any]:
    """Give the section on what stands in the way of a surer answer."""
    if ranked is None:
        sentence = (
            "Without a treated arm there is no difference whose spread to explain."
        )
        return {"sentence": sentence, "ranked": [], "layers": [], "unexplained": None}
    found = ranked.found
    share = decision.layer_shares(prediction.pool, prediction.study, ranked.arm.name)
    layers = {
        "structure (which mechanism)": share.structure,
        "parameters, laboratory and lot": share.parameters,
        "animals": share.animals,
        "measurement": share.measurement,
    }
    return {
        "sentence": _sentence(prediction, ranked),
        "ranked": [_row(prediction, one) for one in found.drivers[:_SHOWN]],
        "layers": [
            {"layer": name, "share": number(value)} for name, value in layers.items()
        ],
        "unexplained": number(found.unexplained),
    }


def measured_share(ranked: Drivers | None) -> float | None:
    """Give the share of the answer's variance that measured parameters explain."""
    if ranked is None or not ranked.found.drivers:
        return None
    return number(decision.measured_share(ranked.found))


def kind_shares(prediction: Prediction, ranked: Drivers | None) -> list[dict[str, Any]]:
    """Give, for each kind, how many parameters were used and what they explain."""
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


def _effect(prediction: Prediction, arm: Arm) -> FloatArray:
    control = prediction.study.control_of(arm)
    if control is None:
        return np.zeros(len(prediction.pool.usable))
    names = prediction.pool.arms
    main = prediction.pool.index(prediction.study.primary)
    return true_effect(
        prediction.pool, names.index(arm.name), names.index(control.name), main
    )


def _kind(prediction: Prediction, id_: str) -> str:
    prior = prediction.priors[id_]
    return "user" if prior.overridden else prior.kind


def _row(prediction: Prediction, one: decision.Driver) -> dict[str, Any]:
    known = prediction.priors.get(one.id)
    stage, _, rest = one.id.partition(".")
    label = f"{rest.replace('_', ' ').replace('.', ', ')} ({stage})"
    return {
        "id": one.id,
        "label": label if known else "which mechanism acts",
        "share": number(one.share),
        "share_interval": pair(one.share_interval90),
        "rank": one.rank,
        "rank_interval": pair(one.rank_interval90),
        "above_chance": one.above_chance,
        "kind": one.kind,
        "value": None if known is None else known.value,
        "unit": "" if known is None else known.unit,
        "source": "" if known is None else known.source,
        "measurement": known.note if known else _MECHANISM_NEED,
    }


def _sentence(prediction: Prediction, ranked: Drivers) -> str:
    above = [one for one in ranked.found.drivers if one.above_chance]
    head = (
        f"What makes the answer for {ranked.arm.name} unsure, ranked over "
        f"{ranked.found.draws} draws"
    )
    if not above:
        return (
            f"{head}: no single unknown stands out from chance; the effect depends on "
            "several of them together, and more members would tell more."
        )
    first = _row(prediction, above[0])
    return (
        f"{head}: first {first['label']}, which goes with "
        f"{100 * above[0].share:.0f} % of the variance between draws. "
        f"{len(above)} of {len(ranked.found.drivers)} unknowns stand out from chance; "
        "the measurement beside the first would reduce the uncertainty most."
    )
