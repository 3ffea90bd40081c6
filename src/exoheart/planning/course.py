"""Time courses for the figures: the primary quantity of every arm."""

from __future__ import annotations

from typing import Any

import numpy as np

from exoheart import outcome
from exoheart.planning.words import number
from exoheart.prediction import Prediction


def curves(prediction: Prediction) -> list[dict[str, Any]]:
    """Give the primary quantity over time: median and central 90 % of animals.

    Noise-free; one curve for each arm.
    """
    endpoint = prediction.study.primary
    chosen = outcome.measure(endpoint.quantity, endpoint.of)
    rows = []
    name = f"{chosen.quantity} of {chosen.of}" if chosen.of else chosen.quantity
    for arm in prediction.study.arms:
        values = prediction.values(arm.name, chosen.observable)
        flat = values.reshape(-1, values.shape[-1])
        low, median, high = np.nanquantile(flat, (0.05, 0.5, 0.95), axis=0)
        rows.append(
            {
                "arm": arm.name,
                "quantity": name,
                "unit": chosen.unit,
                "time_h": [number(t) for t in prediction.times],
                "median": [number(v) for v in median],
                "low": [number(v) for v in low],
                "high": [number(v) for v in high],
            }
        )
    return rows
