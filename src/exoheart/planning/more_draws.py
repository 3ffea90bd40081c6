"""More outer draws for the ranking of roadblocks, spent where the effect varies.

Between two section writers and the simulation: :mod:`exoheart.planning.roadblocks`
asks, :mod:`exoheart.prediction` solves. A ranking over two hundred unknowns needs
hundreds of draws; the answer doesn't. So draws of a single animal are added, in the
treated arm and its control only, and only under mechanisms that have an effect at this
dose (in proportion to chance times spread, which makes the error of the total least).
The ranking weighs mechanisms by their chance again, so this tilts no share.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from exoheart.engine.streams import random_words
from exoheart.prediction import Prediction, Products, predict_arms, prepare, size_of
from exoheart.records.prior import Priors
from exoheart.records.study import Arm
from exoheart.therapy import Draws, parameter_id
from exoheart.trial import true_effect
from exoheart.trial.summary import negligible_effect

FloatArray = npt.NDArray[np.float64]
Progress = Callable[[int, int], None]
_FEW = 2  # draws that tell no spread


@dataclass(frozen=True)
class Effects:
    """Effects of outer draws and what was drawn, one value a draw.

    Parameters
    ----------
    values
        By parameter id, what all animals of a trial share, (draw,).
    labels
        Mechanism of each draw.
    effect, negligible : (draw,) ndarray
        True mean effect, and the size below which it counts as none, in the
        endpoint's unit.
    """

    values: dict[str, FloatArray]
    labels: list[str]
    effect: FloatArray
    negligible: FloatArray

    def joined(self, other: Effects) -> Effects:
        """Give these draws and others behind them."""
        return Effects(
            {id_: np.append(v, other.values[id_]) for id_, v in self.values.items()},
            self.labels + other.labels,
            np.append(self.effect, other.effect),
            np.append(self.negligible, other.negligible),
        )


def shared_values(
    draws: Draws, outer: int, products: Products, priors: Priors
) -> dict[str, FloatArray]:
    """Give everything that the animals of a trial share, by parameter id, (outer,)."""
    values = {parameter_id(id_): v for id_, v in draws.outer(0, outer).items()}
    drawn = products.stream.drawn(priors)
    return values | {id_: v[:outer] for id_, v in drawn.items()}


def own_effects(prediction: Prediction, arm: Arm, control: Arm) -> Effects:
    """Give the effects of the prediction's own usable draws."""
    pool = prediction.pool
    main = pool.index(prediction.study.primary)
    treated, base = pool.arms.index(arm.name), pool.arms.index(control.name)
    outer = prediction.cohort.size.outer
    values = shared_values(
        prediction.cohort.draws, outer, prediction.products, prediction.priors
    )
    usable = pool.usable
    return Effects(
        {id_: v[usable] for id_, v in values.items()},
        [pool.mechanisms[k] for k in usable],
        true_effect(pool, treated, base, main),
        negligible_effect(pool, base, main, prediction.settings.negligible),
    )


def more_effects(
    prediction: Prediction,
    pair: tuple[Arm, Arm],
    labels: Sequence[str],
    workers: int,
    on_progress: Progress | None,
) -> Effects:
    """Solve more outer draws, one animal each, under the mechanisms asked for.

    Parameters
    ----------
    prediction
        Of the same study; its seed names the stream of the new draws.
    pair
        Treated arm and control.
    labels
        Mechanism of each new draw.
    workers, on_progress
        As in :func:`exoheart.prediction.predict_arms`.

    Raises
    ------
    SolveError
        No member could be solved.
    """
    study, count = prediction.study, len(labels)
    # a seed of its own: the first draws of the prediction would only come again
    seed = int(random_words(prediction.seed, "structure", "more draws", 0, 1)[0])
    members = count * size_of(count * 16).animals
    setting = prepare(study, seed, members, priors=prediction.priors)
    size = replace(setting.size, outer=count, animals=1)
    setting = replace(setting, size=size, labels=tuple(labels))
    plans = [setting.products.plan(one) for one in pair]
    treated, control = predict_arms(
        setting, plans, workers=workers, on_progress=on_progress
    )[..., 0]
    return Effects(
        shared_values(setting.draws, count, setting.products, setting.priors),
        list(labels),
        treated - control,
        prediction.settings.negligible * np.abs(control),
    )


def spread_labels(
    ranks: FloatArray, labels: Sequence[str], chances: dict[str, float], count: int
) -> list[str]:
    """Share draws out over mechanisms by chance times spread of the effect's rank.

    Parameters
    ----------
    ranks : (draw,) ndarray
        Ranks of effects known so far.
    labels
        Their mechanisms.
    chances
        By mechanism.
    count
        Draws to share out.

    Returns
    -------
    list of str
        Empty where the effect varies under no mechanism.

    Examples
    --------
    >>> ranks = np.array([0.5, 0.5, 0.5, 0.1, 0.5, 0.9])
    >>> spread_labels(ranks, [*"aaabbb"], {"a": 0.5, "b": 0.5}, 3)
    ['b', 'b', 'b']
    """
    of = np.asarray(labels)
    names = [name for name in chances if np.any(of == name)]
    parts = [ranks[of == name] for name in names]
    # too few draws tell no spread; the overall one stands in
    spread = [part.std() if part.size > _FEW else ranks.std() for part in parts]
    weight = np.array([chances[name] for name in names]) * spread
    if not weight.sum() > 0:
        return []
    edges = np.rint(count * np.cumsum(weight) / weight.sum()).astype(int)
    return list(np.repeat(names, np.diff(edges, prepend=0)).tolist())
