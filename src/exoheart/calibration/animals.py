"""Untreated animals drawn from what the tables say, for the heart alone.

In: species, how many, seed. Out: for each animal the values that replace the central
ones in :class:`exoheart.calibration.Run`. Every animal is from a trial of its own: it
has its own draw at every layer (parameter, laboratory, animal), so the spread of many
is that of one animal about which nothing but its species and protocol is known. With
the animal layer alone they are animals of one laboratory
(:mod:`exoheart.calibration.spreads`).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import get_args

import numpy as np
import numpy.typing as npt

from exoheart import heart, outcome
from exoheart.calibration.heart_alone import heart_model, priors
from exoheart.engine.streams import uniforms
from exoheart.errors import InputError
from exoheart.records.distribution import varied_by
from exoheart.records.prior import Layer, Prior
from exoheart.units import factor

FloatArray = npt.NDArray[np.float64]
#: Constants of the heart alone that no table gives: the schedule sets the one, and
#: signals stay zero.
_NOT_DRAWN = (*heart.SCHEDULED, "port_")


def animals(
    species: str,
    count: int,
    seed: int,
    *,
    fitted: bool = True,
    layers: Collection[str] | None = None,
) -> list[dict[str, float]]:
    """Draw animals from the shipped priors of one species.

    Every parameter of the heart and every number that a reading needs is drawn;
    parameters that were fitted together keep their correlation, all others are drawn on
    their own, so that bands come out too wide where two unfitted rates make up for each
    other. A row ``variation.<text id>`` multiplies its parameter (on the odds, for a
    share), as in :class:`exoheart.therapy.Draws`. Streams are named, so that animal k
    is the same whatever the count, and a new parameter shifts no other.

    Parameters
    ----------
    species
        The animal.
    count
        How many, 0 or more.
    seed
        Seed of the run, 0 or more.
    fitted
        False leaves fitted rows out, as before any fit.
    layers
        Only parameters of these layers are drawn, with the same draws as among all;
        the others stay at their median. None draws all.

    Returns
    -------
    list of dict
        For each animal its values by text id, in the model's units, and by row id what
        a reading needs (:data:`exoheart.outcome.READINGS`). The laboratory's clock
        (``heart_clock_laboratory``) is among them, drawn as for an unknown laboratory;
        so is ``heart_occlusion_spread``, which a run of the heart alone doesn't apply.

    Raises
    ------
    InputError
        `count` or `seed` is negative, or a layer is unknown.
    UnknownParameterError
        A parameter has no value for this species.

    Examples
    --------
    >>> drawn = animals("pig", 3, seed=0)
    >>> drawn == animals("pig", 5, seed=0)[:3]
    True
    """
    _require(count, seed, layers)
    known = priors(species, fitted=fitted)
    model = heart_model(())
    wanted = {
        id_: (id_.replace("_", ".", 1), model.units[id_])
        for id_ in model.parameters
        if not id_.startswith(_NOT_DRAWN)
    }
    wanted |= {id_: (id_, unit) for id_, unit in outcome.READINGS.items()}
    own = {id_: known[id_] for id_, _ in wanted.values()}
    shares = {id_: _shares(prior, seed, count) for id_, prior in own.items()}
    shares = known.correlation.turn(shares)
    # after the turn, so that what is drawn is what it is among all layers
    shares = {id_: _kept(share, own[id_], layers) for id_, share in shares.items()}
    columns = {}
    for name, (id_, unit) in wanted.items():
        value = own[id_].distribution.quantile(shares[id_])
        varied = known.get(f"variation.{name}")
        if varied is not None:
            share = _kept(_shares(varied, seed, count), varied, layers)
            by = varied.distribution.quantile(share)
            value = varied_by(value, by, own[id_].bounds)
        columns[name] = value * factor(own[id_].unit, unit)
    return [{name: float(v[k]) for name, v in columns.items()} for k in range(count)]


def _require(count: int, seed: int, layers: Collection[str] | None) -> None:
    """Refuse impossible wishes, all at once."""
    wrong = [f"{n} {v}" for n, v in (("count", count), ("seed", seed)) if v < 0]
    faults = []
    if wrong:
        faults.append(
            f"met {' and '.join(wrong)}; allowed: whole numbers of 0 or more; "
            "give another"
        )
    known = get_args(Layer)
    strange = [repr(layer) for layer in layers or () if layer not in known]
    if strange:
        faults.append(
            f"met layer {' and '.join(strange)}; allowed: {', '.join(known)}; "
            "give some of these, or None for all"
        )
    if faults:
        raise InputError("; ".join(faults))


def _kept(
    share: FloatArray, prior: Prior, layers: Collection[str] | None
) -> FloatArray:
    """Give the draws of a parameter, or its median where its layer isn't drawn."""
    drawn = layers is None or prior.layer in layers
    return share if drawn else np.full_like(share, 0.5)


def _shares(prior: Prior, seed: int, count: int) -> FloatArray:
    """Give a uniform number for each animal, shape (count,)."""
    return uniforms(seed, prior.layer, prior.id, 0, count)
