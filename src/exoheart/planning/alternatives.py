"""Section 7, Alternatives: routes, doses, sources, times by the primary endpoint."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from exoheart import decision
from exoheart.planning.variants import Variant, variants
from exoheart.planning.words import DECIMALS, number, pair, treated
from exoheart.prediction import Prediction, predict_arms
from exoheart.records.study import Arm
from exoheart.therapy import ArmPlan

Progress = Callable[[int, int], None]
#: Animals per draw: enough for a mean effect, since arms share their animals.
_ANIMALS = 2


def alternatives(
    prediction: Prediction,
    *,
    quick: bool,
    workers: int,
    on_progress: Progress | None = None,
) -> dict[str, Any]:
    """Give the section that ranks what the first treated arm could be instead.

    The rows are of the true mean effect: no sampling of animals, no reader. Whatever a
    row doesn't vary stays as in that arm.
    """
    study = prediction.study
    arms = [arm for arm in treated(study) if arm.dose is not None]
    main = prediction.pool.index(study.primary)
    endpoint = prediction.pool.endpoints[main]
    if reason := _reason(arms, quick, endpoint.sign):
        return {"skipped": reason, "rows": [], "endpoint": study.primary.label}
    base = arms[0]
    options = variants(prediction, base)
    size = replace(prediction.setting.size, animals=_ANIMALS)
    setting = replace(prediction.setting, size=size)
    values = predict_arms(
        setting,
        [ArmPlan("control"), *(option.plan for option in options)],
        workers=workers,
        on_progress=on_progress,
    )
    control = np.nanmean(values[0], axis=1)
    effects = {
        str(k): np.nanmean(values[1 + k] - values[0], axis=1)
        for k in range(len(options))
    }
    ranked = decision.rank_options(
        effects, endpoint, prediction.settings.negligible * np.abs(control)
    )
    return {
        "skipped": None,
        "rows": [
            _row(options[int(one.name)], one, endpoint.difference_unit)
            for one in ranked.options
        ],
        "endpoint": study.primary.label,
        "held": _held(base),
    }


def _held(base: Arm) -> dict[str, Any]:
    """Give what every alternative shares with the planned arm."""
    at = None if base.at is None else base.at.words
    return {"arm": base.name, "product": base.product, "at": at, "times": base.times}


def _reason(arms: list[Arm], quick: bool, sign: float) -> str | None:
    if not arms:
        return "The study has no treated arm to vary."
    if quick:
        return "Left out because the plan was asked for quickly (--quick)."
    if sign == 0:
        return "The primary endpoint has no good direction to rank by."
    return None


def _row(variant: Variant, one: decision.Option, unit: str) -> dict[str, Any]:
    low, high = one.interval90
    return {
        "varied": variant.varied,
        "route": variant.route,
        "dose": variant.dose,
        "source": variant.source,
        "at": variant.at,
        "probability_of_benefit": number(one.benefit.value),
        "median": number(round(one.median, DECIMALS)),
        "interval90": pair((round(low, DECIMALS), round(high, DECIMALS))),
        "unit": unit,
        "rank": one.rank,
    }
