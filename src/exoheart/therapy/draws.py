"""Which number is drawn at which layer, and the parameters of any member.

Two loops: an outer draw holds what all animals of one trial share (mechanism,
parameters, laboratory, lot); within it, animals differ. Every parameter has a stream
of its own at its layer, so adding one shifts no other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from exoheart.engine import Model
from exoheart.engine.streams import uniform_rows, uniforms
from exoheart.records.correlation import Correlation
from exoheart.records.distribution import varied_by
from exoheart.records.prior import Prior, Priors
from exoheart.records.quantiles import Quantiles
from exoheart.therapy.model import MECHANISMS, needed_parameters, parameter_id
from exoheart.units import factor

FloatArray = npt.NDArray[np.float64]
NONE = "none"
#: Spacing of the additive sequence that spreads mechanisms evenly over outer draws.
_GOLDEN = (5**0.5 - 1) / 2
_SILVER = 2**0.5 - 1


@dataclass(frozen=True, slots=True)
class _Draw:
    """One parameter of the model and how its value is made, in the model's unit."""

    text_id: str
    prior: Prior
    to_model: float
    scale: float
    variation: Prior | None


@dataclass(frozen=True, slots=True)
class Draws:
    """Parameter values of every outer draw and animal of a study.

    Parameters
    ----------
    seed
        Seed of the run.
    draws
        One for each parameter that the tables give.
    correlation
        Between parameters that were fitted together.
    constants
        By text id, what is the same in every member.
    """

    seed: int
    draws: tuple[_Draw, ...]
    correlation: Correlation = field(default_factory=Correlation, compare=False)
    constants: Mapping[str, float] = field(default_factory=dict)
    _quantiles: Quantiles = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        forms = [draw.prior.distribution for draw in self.draws]
        object.__setattr__(self, "_quantiles", Quantiles(forms))

    @classmethod
    def of(
        cls,
        seed: int,
        model: Model,
        priors: Priors,
        scaling: Mapping[str, str],
        body_mass_kg: float | None,
        constants: Mapping[str, float] = MappingProxyType({}),
    ) -> Draws:
        """Prepare the draws of a study.

        Parameters
        ----------
        seed
            Seed of the run.
        model
            The joined model: says which parameters, in which unit.
        priors
            Values of the study's species, overrides included.
        scaling
            By parameter id, the id of its body-mass exponent.
        body_mass_kg
            Of the study's animals; None for the reference mass.
        constants
            By text id, what a user's own block needs and no table has, in the unit of
            the text: the same in every member.

        Raises
        ------
        InputError
            A parameter has no value for this species.
        UnitError
            A table's unit can't be turned into the model's.
        """
        reference = priors["anatomy.body_mass"]
        ratio = 1.0
        if body_mass_kg is not None:
            ratio = body_mass_kg / (reference.value * factor(reference.unit, "kg"))
        made = []
        by_text = {parameter_id(id_): id_ for id_ in model.parameters}
        for id_, unit in needed_parameters(model).items():
            text_id = by_text[id_]
            if text_id in constants:
                continue
            exponent = scaling.get(id_)
            scale = ratio ** priors[exponent].value if exponent else 1.0
            variation = f"variation.{text_id}"
            made.append(
                _Draw(
                    text_id,
                    priors[id_],
                    factor(priors[id_].unit, unit),
                    scale,
                    priors.get(variation),
                )
            )
        return cls(seed, tuple(made), priors.correlation, dict(constants))

    @property
    def parameters(self) -> frozenset[str]:
        """Ids of the rows drawn, variation between animals included."""
        own = {draw.prior.id for draw in self.draws}
        varied = {d.variation.id for d in self.draws if d.variation is not None}
        return frozenset(own | varied)

    def outer(self, first: int, count: int) -> dict[str, FloatArray]:
        """Give what all animals of a trial share, by text id, each of shape (count,).

        Parameters that only differ between animals are given at their median.
        """
        names = (draw.text_id for draw in self.draws)
        return dict(zip(names, self._outer(first, count), strict=True))

    def _outer(self, first: int, count: int) -> FloatArray:
        """Give what :meth:`outer` gives as an array, shape (draw, count)."""
        if not self.draws:
            return np.empty((0, count))
        shares = self.shares(first, count)
        drawn = self._quantiles(np.stack([shares[d.prior.id] for d in self.draws]))
        units = np.array([[draw.to_model, draw.scale] for draw in self.draws])
        return np.asarray(drawn * units[:, :1] * units[:, 1:])

    def shares(self, first: int, count: int) -> dict[str, FloatArray]:
        """Give the uniforms of outer draws by row id, each of shape (count,).

        Fitted rows hang together, also those that the text doesn't hold and Python
        reads (a method's reading).
        """
        layers: dict[str, str] = {d.prior.id: d.prior.layer for d in self.draws}
        layers |= {i: "parameter" for i in self.correlation.ids if i not in layers}
        streams = [(layer, id_) for id_, layer in layers.items() if layer != "animal"]
        rows = uniform_rows(self.seed, streams, first, count)
        own = dict.fromkeys(layers, np.full(count, 0.5))
        own |= {id_: row for (_, id_), row in zip(streams, rows, strict=True)}
        return self.correlation.turn(own)

    def animals(
        self, outer: npt.NDArray[np.int64], animal: npt.NDArray[np.int64]
    ) -> dict[str, FloatArray]:
        """Give the parameters of animals, by text id, each of shape (n,).

        Parameters
        ----------
        outer : ndarray of int, shape (n,)
            Outer draw of each animal, ascending.
        animal : ndarray of int, shape (n,)
            Number of the animal among all animals of all outer draws, ascending by 1.
        """
        first, last = int(outer[0]), int(outer[-1])
        shared = self._outer(first, last - first + 1)[:, outer - first]
        values = {id_: np.full(len(animal), c) for id_, c in self.constants.items()}
        for draw, value in zip(self.draws, shared, strict=True):
            values[draw.text_id] = self._of_animals(draw, value, animal)
        return values

    def _of_animals(
        self, draw: _Draw, shared: FloatArray, animal: npt.NDArray[np.int64]
    ) -> FloatArray:
        """Give a parameter of animals from what their trial shares, shape (n,)."""
        value = shared
        if draw.prior.layer == "animal":
            value = self._per_animal(draw.prior, animal) * draw.to_model * draw.scale
        if draw.variation is not None:
            by = self._per_animal(draw.variation, animal)
            value = varied_by(value, by, draw.prior.bounds)
        return value

    def _per_animal(self, prior: Prior, animal: npt.NDArray[np.int64]) -> FloatArray:
        first, count = int(animal[0]), len(animal)
        shares = uniforms(self.seed, "animal", prior.id, first, count)
        return prior.distribution.quantile(shares)


def mechanism_labels(priors: Priors, seed: int, count: int) -> tuple[str, ...]:
    """Give each outer draw its mechanism, in the proportions of the prior weights.

    An additive golden-ratio sequence spreads the labels evenly, so that a few dozen
    draws already hold every mechanism in its proportion.
    """
    names = (*MECHANISMS, NONE)
    weights = np.array([priors[f"mechanism.prior_weight.{n}"].value for n in names])
    edges = np.cumsum(weights / weights.sum())
    start = uniforms(seed, "structure", "mechanism", 0, 1)[0]
    places = (start + _GOLDEN * np.arange(count)) % 1.0
    picked = np.minimum(np.searchsorted(edges, places, side="right"), len(names) - 1)
    return tuple(names[k] for k in picked)


def falling_labels(priors: Priors, seed: int, count: int) -> tuple[bool, ...]:
    """Say for each outer draw whether the answer falls at a high dose.

    Spread evenly like the mechanisms, from a start of its own.
    """
    weight = priors["mechanism.falling_weight"].value
    start = uniforms(seed, "structure", "falling", 0, 1)[0]
    # the step of the mechanisms would tie the two structures together
    places = (start + _SILVER * np.arange(count)) % 1.0
    return tuple(bool(place < weight) for place in places)
