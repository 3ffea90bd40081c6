"""What is written of one arm: the model, one animal's numbers, and what is read of it.

Plain data between the study (:mod:`exoheart.exchange.animal`) and the files. Times are
hours after the onset of occlusion; files begin at 0, which is `start_h` here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from exoheart.engine import Action, Model

#: Share of the smallest state's own absolute tolerance: a route that brings little to
#: the heart leaves amounts there that lie far below the scale of their state.
_SMALL = 1e-3


@dataclass(frozen=True, slots=True)
class Reading:
    """One endpoint: what to read of the model, and when.

    Parameters
    ----------
    label
        In the words of the study.
    observable
        Id of the noise-free value in the model.
    unit
        Of the value.
    at_h
        When, for this animal [h after the onset of occlusion].
    """

    label: str
    observable: str
    unit: str
    at_h: float


@dataclass(frozen=True, slots=True)
class ArmModel:
    """One arm of a study with the numbers of one animal.

    Parameters
    ----------
    title, arm
        Of the study and the arm, in its words.
    number
        Place of the arm in the study, from 1; ids of the files are made of it.
    animal
        Whose numbers these are, in words.
    text
        The joined model as SBML, without parameter values.
    model
        The same, compiled: units, scales, meanings.
    parameters, initial
        By id of the text.
    schedule
        What happens to the animal, in any order; rows at one time act in the order
        given.
    start_h
        When the file begins [h after the onset of occlusion]; zero or before it.
    readings
        The study's endpoints.
    rtol
        Relative tolerance that the files ask for.
    """

    title: str
    arm: str
    number: int
    animal: str
    text: str
    model: Model
    parameters: Mapping[str, float]
    initial: Mapping[str, float]
    schedule: tuple[Action, ...]
    start_h: float
    readings: tuple[Reading, ...]
    rtol: float

    @property
    def atol(self) -> float:
        """The absolute tolerance for simulators that take one for all states."""
        return _SMALL * min(self.model.absolute_tolerances.values())

    def in_file(self, at_h: float) -> float:
        """Give a time as the file counts it [h]."""
        return at_h - self.start_h
