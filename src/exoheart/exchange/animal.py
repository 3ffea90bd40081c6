"""Whose numbers a file gets: the central animal, or one animal of the ensemble.

The central animal (:mod:`exoheart.prediction.central`) is no member of the ensemble: it
costs no solve, is the same in all arms and for every seed, and doesn't hang on which
draws an ensemble happens to hold. A drawn animal has one mechanism.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np

from exoheart import outcome
from exoheart.engine import Block
from exoheart.engine.text import to_sbml
from exoheart.errors import InputError
from exoheart.exchange.record import ArmModel, Reading
from exoheart.prediction import prepare
from exoheart.prediction.central import CENTRAL_WORDS, central
from exoheart.prediction.run import Setting
from exoheart.prediction.sampling import sample_times
from exoheart.records.study import Study
from exoheart.therapy import anchored, joined_text

CENTRAL: Literal["central"] = "central"
#: Relative tolerance that the files ask for: a tenth of the program's own, since what
#: other solvers achieve after a dose is up to a hundred times what they are asked for.
RTOL = 1e-7
#: Animals that an ensemble can have in one arm.
MOST = 1_000_000


@dataclass(frozen=True)
class Animal:
    """A study made ready for one animal.

    Parameters
    ----------
    setting
        The study with its draws.
    index
        Place of the animal within an arm's members.
    words
        Whose numbers these are.
    """

    setting: Setting
    index: int
    words: str


def arm_models(
    study: Study,
    member: int | Literal["central"] = CENTRAL,
    *,
    seed: int = 0,
    rtol: float = RTOL,
    replaced: Mapping[str, str] = MappingProxyType({}),
    constants: Mapping[str, float] = MappingProxyType({}),
) -> tuple[ArmModel, ...]:
    """Give every arm of a study with the numbers of one animal.

    Parameters
    ----------
    study
        From :func:`exoheart.study.load_study`.
    member
        ``central``, or the place of an animal among an arm's members, from 0; the same
        animal in every arm, whatever the size of the ensemble.
    seed
        Of the ensemble; the central animal has none.
    rtol
        Relative tolerance that the files ask for.
    replaced, constants
        A user's own mechanism blocks, as in :func:`exoheart.prediction.simulate`.

    Raises
    ------
    InputError
        The study asks for something that isn't modelled, or there is no such member.
    """
    _require_member(member)
    own = tuple(sorted(replaced.items()))
    drawn = 0 if member == CENTRAL else int(member)
    setting = prepare(study, seed, drawn + 16, replaced=own, constants=constants)
    animal = (
        Animal(central(setting), 0, CENTRAL_WORDS)
        if member == CENTRAL
        else _drawn(setting, drawn)
    )
    text = to_sbml(joined_text(own))
    return tuple(_arm(animal, place, text, rtol) for place in range(len(study.arms)))


def _require_member(member: int | str) -> None:
    whole = isinstance(member, int) and not isinstance(member, bool)
    if member != CENTRAL and not (whole and 0 <= int(member) < MOST):
        raise InputError(
            f"member {member!r}; allowed: {CENTRAL}, or the number of an animal of an "
            f"arm, 0 to {MOST - 1}; give one of these"
        )


def _drawn(setting: Setting, index: int) -> Animal:
    outer = index // setting.size.animals
    words = (
        f"animal {index} of seed {setting.seed} (outer draw {outer}, mechanism "
        f"{setting.labels[outer]})"
    )
    return Animal(setting, index, words)


def _arm(animal: Animal, place: int, text: str, rtol: float) -> ArmModel:
    setting = animal.setting
    study, model = setting.study, setting.model
    at_h = [anchored(e.at, study.animal.infarct) for e in study.endpoints]
    times = np.unique([sample_times(study)[0], *at_h])
    plan = setting.products.plan(study.arms[place])
    block = setting.cohort([plan], times).block(animal.index, 1)
    values = dict(zip(model.parameters, block.parameters[0].tolist(), strict=True))
    own = dict(zip(times.tolist(), block.sample_times[0].tolist(), strict=True))
    return ArmModel(
        title=study.title,
        arm=study.arms[place].name,
        number=place + 1,
        animal=animal.words,
        text=text,
        model=model,
        parameters=values,
        initial=dict(zip(model.states, block.initial[0].tolist(), strict=True)),
        schedule=tuple(block.schedule),
        start_h=_start(block),
        readings=_readings(study, [own[at] for at in at_h]),
        rtol=rtol,
    )


def _start(block: Block) -> float:
    """Give the time at which the engine starts [h after the onset of occlusion]."""
    first = float(block.sample_times[0][0])
    return min([first, *(float(row.time_h) for row in block.schedule)])


def _readings(study: Study, at_h: list[float]) -> tuple[Reading, ...]:
    found = []
    for endpoint, at in zip(study.endpoints, at_h, strict=True):
        chosen = outcome.measure(endpoint.quantity, endpoint.of)
        found.append(Reading(endpoint.label, chosen.observable, chosen.unit, at))
    return tuple(found)
