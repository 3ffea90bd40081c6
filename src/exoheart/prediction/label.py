"""What a label would show of a simulated study, member by member."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from exoheart.delivery import FATES
from exoheart.delivery.label import (
    ORGANS,
    TAG_ROWS,
    TAGS,
    Number,
    body_of,
    observe,
    tag_of,
)
from exoheart.errors import InputError, closest
from exoheart.evidence import load_scaling
from exoheart.prediction.record import Prediction
from exoheart.records.prior import Priors
from exoheart.records.study import Arm
from exoheart.therapy import geometry, parameter_id
from exoheart.units import factor

FloatArray = npt.NDArray[np.float64]
#: Rows of the body that no equation of the model holds, with the unit wanted.
_OF_BODY = {
    "delivery_kidney_mass": "gram",
    "delivery_gut_mass": "gram",
    **{
        f"delivery_blood_fraction_{organ}": "mL/mL"
        for organ in ("liver", "spleen", "lung", "kidney", "other")
    },
}


def require_tag(name: str) -> None:
    """Stop where a label is unknown.

    Raises
    ------
    InputError
        There is no such tag.
    """
    if name not in TAGS:
        raise InputError(
            f"label {name!r}; allowed: {', '.join(TAGS)}; nearest: "
            f"{closest(name, TAGS) or 'none'}"
        )


def read_label(prediction: Prediction, arm: Arm, name: str) -> dict[str, FloatArray]:
    """Give what is read by organ, as a share of the label given so far.

    The label's own numbers and the blood left in organs are taken at their central
    values; everything else is that of each member.

    Parameters
    ----------
    prediction, arm
        A simulated study and one of its treated arms.
    name
        Of the tag.

    Returns
    -------
    dict of organ to ndarray, shape (outer, animal, time)
        NaN before the dose.

    Raises
    ------
    InputError
        An unknown tag.
    """
    require_tag(name)
    size, draws = prediction.cohort.size, prediction.cohort.draws
    animal = np.arange(size.members)
    values = draws.animals(animal // size.animals, animal)
    values |= geometry(values)
    columns: dict[str, Number] = {id_: c[:, None] for id_, c in values.items()}
    columns |= _central(prediction.priors, _OF_BODY)
    reference = prediction.priors["anatomy.body_mass"]
    usual = reference.value * factor(reference.unit, "kg")
    mass = prediction.study.animal.body_mass_kg or usual
    for id_, exponent in load_scaling().items():
        text_id = id_.replace(".", "_", 1)
        if text_id in _OF_BODY:
            columns[text_id] *= (mass / usual) ** prediction.priors[exponent].value
    body = body_of(columns, 1000.0 * mass)
    rows = {f"{row}_{name}": unit for row, unit in TAG_ROWS.items()}
    tag = tag_of(name, _central(prediction.priors, rows))
    amounts = {
        state: prediction.values(arm.name, state).reshape(size.members, -1)
        for held in FATES.values()
        for state in held
    }
    label = observe(amounts, prediction.times, body, tag)
    given = label.given()
    given = np.where(given > 0.0, given, np.nan)
    return {
        organ: (label.reading(organ) / given).reshape(size.outer, size.animals, -1)
        for organ in ORGANS
    }


def _central(priors: Priors, wanted: dict[str, str]) -> dict[str, float]:
    """Give central values of rows by text id, in the units wanted."""
    return {
        id_: priors[parameter_id(id_)].value
        * factor(priors[parameter_id(id_)].unit, unit)
        for id_, unit in wanted.items()
    }
