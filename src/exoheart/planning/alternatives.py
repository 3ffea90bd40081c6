"""Section 7, Alternatives: routes and doses ranked by the primary endpoint."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from exoheart import decision, delivery
from exoheart.planning.words import DECIMALS, number, pair, times, treated
from exoheart.prediction import Prediction, predict_arms, prepare
from exoheart.records.study import Arm
from exoheart.therapy import ArmPlan

Progress = Callable[[int, int], None]
#: Doses compared, as multiples of the planned one.
_FACTORS = (0.1, 1.0, 10.0)
#: Animals per draw: enough for a mean effect, since arms share their animals.
_ANIMALS = 2


def alternatives(
    prediction: Prediction,
    *,
    quick: bool,
    workers: int,
    on_progress: Progress | None = None,
) -> dict[str, Any]:
    """Give the section that ranks other routes and doses of the first product.

    The rows are of the true mean effect: no sampling of animals, no reader. Product,
    time of dosing and number of doses stay as in the first treated arm.
    """
    study = prediction.study
    arms = [arm for arm in treated(study) if arm.dose is not None]
    main = prediction.pool.index(study.primary)
    endpoint = prediction.pool.endpoints[main]
    if reason := _reason(arms, quick, endpoint.sign):
        return {"skipped": reason, "rows": [], "endpoint": study.primary.label}
    base = arms[0]
    options = [(r, factor) for r in _routes(prediction, base) for factor in _FACTORS]
    setting = prepare(study, prediction.seed, prediction.cohort.size.members)
    setting = replace(setting, size=replace(setting.size, animals=_ANIMALS))
    plans = [
        _vary(setting.products.plan(base, factor), base, route)
        for route, factor in options
    ]
    values = predict_arms(
        setting, [ArmPlan("control"), *plans], workers=workers, on_progress=on_progress
    )
    control = np.nanmean(values[0], axis=1)
    effects = {
        f"{route}|{factor}": np.nanmean(values[1 + k] - values[0], axis=1)
        for k, (route, factor) in enumerate(options)
    }
    ranked = decision.rank_options(
        effects, endpoint, prediction.settings.negligible * np.abs(control)
    )
    return {
        "skipped": None,
        "rows": [_row(base, one, endpoint.difference_unit) for one in ranked.options],
        "endpoint": study.primary.label,
        "held": _held(base),
    }


def _held(base: Arm) -> dict[str, Any]:
    """Give what every alternative shares with the planned arm."""
    at = None if base.at is None else base.at.words
    return {"arm": base.name, "product": base.product, "at": at, "times": base.times}


def _routes(prediction: Prediction, base: Arm) -> list[str]:
    """Give the routes of the model that take the product's form."""
    form = prediction.study.products[str(base.product)].form
    known = delivery.routes()
    return [name for name in delivery.modelled_routes() if form in known[name].forms]


def _vary(plan: ArmPlan, base: Arm, route: str) -> ArmPlan:
    """Give the planned arm by another route, with that route's own defaults.

    A ligand stays: it is on the vesicles, not of the route.
    """
    if route == base.route:
        return plan
    kept = {key: value for key, value in base.delivery.items() if key == "ligand"}
    return replace(plan, route=route, over_h=0.0, delivery=kept)


def _reason(arms: list[Arm], quick: bool, sign: float) -> str | None:
    if not arms:
        return "The study has no treated arm to vary."
    if quick:
        return "Left out because the plan was asked for quickly (--quick)."
    if sign == 0:
        return "The primary endpoint has no good direction to rank by."
    return None


def _row(base: Arm, one: decision.Option, unit: str) -> dict[str, Any]:
    route, _, factor = one.name.partition("|")
    low, high = one.interval90
    dose = "" if base.dose is None else times(base.dose, float(factor))
    return {
        "route": route,
        "dose": dose,
        "probability_of_benefit": number(one.benefit.value),
        "median": number(round(one.median, DECIMALS)),
        "interval90": pair((round(low, DECIMALS), round(high, DECIMALS))),
        "unit": unit,
        "rank": one.rank,
    }
