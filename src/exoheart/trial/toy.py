"""Toy pools with a known answer: normal animals, a known effect, a known reader.

For tests, doctests and the documentation page: what a trial of such a pool must find
is known from textbooks. Nothing here is about hearts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from exoheart.records.study import (
    Animal,
    Arm,
    Design,
    Dose,
    Endpoint,
    Infarct,
    Moment,
    Study,
)
from exoheart.records.trial import Better, FloatArray, Noise, Pool, PoolEndpoint

_AT = Moment("48 h after occlusion", 48.0, "occlusion")
_DOSE = Dose("1e9 particles", 1e9, "particles")


@dataclass(frozen=True, slots=True)
class Toy:
    """A population with known numbers.

    Parameters
    ----------
    effects
        True mean effect of each treated arm; ``arm 1``, ``arm 2``, ...
    mean, draw_sd, animal_sd, reading_sd
        Of the control: mean; standard deviation between outer draws, between the
        animals of a draw, and of a reading.
    effect_sd
        Standard deviation of the effect between outer draws.
    outer, animals
        Size of the pool.
    n
        Animals in each arm of a trial.
    null_share
        Share of outer draws, the first ones, in which nothing works.
    attrition
        Share of animals lost.
    better
        Which way is good.
    """

    effects: tuple[float, ...] = (-10.0,)
    mean: float = 50.0
    draw_sd: float = 0.0
    animal_sd: float = 10.0
    reading_sd: float = 0.0
    effect_sd: float = 0.0
    outer: int = 64
    animals: int = 64
    n: int = 6
    null_share: float = 0.0
    attrition: float = 0.0
    better: Better = "lower"


def toy_study(toy: Toy, design: Design | None = None) -> Study:
    """Give the study of a toy: one control and one arm an effect.

    Examples
    --------
    >>> [arm.name for arm in toy_study(Toy()).arms]
    ['control', 'arm 1']
    """
    arms = [Arm("control", True, toy.n, route="intravenous")]
    for number in range(len(toy.effects)):
        name = f"arm {number + 1}"
        arms.append(
            Arm(name, False, toy.n, route="intravenous", product="toy", dose=_DOSE)
        )
    infarct = Infarct("permanent ligation", None)
    return Study(
        title="toy",
        animal=Animal("mouse", "mixed", None, infarct),
        products={},
        arms=tuple(arms),
        endpoints=(Endpoint("infarct size", "area at risk", _AT, "TTC", True),),
        design=design or Design(),
    )


def toy_pool(toy: Toy, rng: np.random.Generator) -> Pool:
    """Draw a toy's pool: the same animals in every arm, moved by each arm's effect."""
    shape = (toy.outer, toy.animals)
    draws = toy.draw_sd * rng.standard_normal((toy.outer, 1))
    control = toy.mean + draws + toy.animal_sd * rng.standard_normal(shape)
    works = np.arange(toy.outer) >= round(toy.null_share * toy.outer)
    values = [control]
    for effect in toy.effects:
        moved = effect + toy.effect_sd * rng.standard_normal(toy.outer)
        values.append(control + np.where(works, moved, 0.0)[:, None])
    return pool_of(np.stack(values), toy, works)


def pool_of(values: FloatArray, toy: Toy, works: npt.ArrayLike) -> Pool:
    """Wrap values (arm, outer, animal) as a toy's pool; `works` (outer,) is truth."""
    endpoint = toy_study(toy).endpoints[0]
    return Pool(
        arms=tuple(arm.name for arm in toy_study(toy).arms),
        endpoints=(PoolEndpoint(endpoint, "%", toy.better, 48.0),),
        true=values[..., None],
        noise=(
            Noise(
                "sd" if toy.reading_sd else "none", np.full(toy.outer, toy.reading_sd)
            ),
        ),
        mechanisms=tuple("surface" if w else "none" for w in np.asarray(works)),
        attrition=np.full(toy.outer, toy.attrition),
    )
